package playbook

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Widths that texts may have, in columns of a terminal.
const (
	titleWidth   = 80
	serviceWidth = 40 // it stands inside sentences
)

// A line is a text of a playbook and where it stands.
type line struct {
	path, text string
	width      int // of a text that must fit on one line; 0 for any length
}

// lines lists every text of a playbook that a person can come to see.
func (p *Playbook) lines() []line {
	w := &lineList{}
	w.add("/title", p.Title, titleWidth)
	w.add("/service", p.Service, serviceWidth)
	w.add("/summary", p.Summary, 0)
	w.addAll("/warnings", p.Warnings)
	w.addAll("/prevent", p.Prevent)
	if e := p.Escalate; e != nil {
		w.add("/escalate/to", e.To, 0)
		w.add("/escalate/text", e.Text, 0)
		w.add("/escalate/ask", e.Ask, 0)
		w.addAll("/escalate/give", e.Give)
	}
	for _, s := range p.Symptoms {
		w.add("symptom/"+s.ID+"/title", s.Title, titleWidth)
	}
	for _, c := range p.Causes {
		w.add("cause/"+c.ID+"/title", c.Title, titleWidth)
		w.add("cause/"+c.ID+"/escalate", c.Escalate, 0)
	}
	for _, c := range p.Checks {
		w.add("check/"+c.ID+"/title", c.Title, titleWidth)
		for key, value := range c.With {
			w.add("check/"+c.ID+"/with/"+key, value, 0)
		}
	}
	for _, q := range p.Questions {
		w.question(q)
	}
	for _, s := range p.Steps {
		w.step(s)
	}
	for _, c := range p.Retest {
		w.add("checkpoint/"+c.ID+"/title", c.Title, titleWidth)
		w.addAll("checkpoint/"+c.ID+"/before", c.Before)
		w.add("checkpoint/"+c.ID+"/remind", c.Remind, 0)
		if c.Longer != nil {
			w.add("checkpoint/"+c.ID+"/longer/title", c.Longer.Title, titleWidth)
		}
	}
	for _, g := range p.Guides {
		w.guide(g)
	}
	return w.list
}

type lineList struct{ list []line }

func (w *lineList) add(path, text string, width int) {
	w.list = append(w.list, line{path, text, width})
}

func (w *lineList) addAll(path string, texts []string) {
	for i, t := range texts {
		w.add(itemPath(path, i), t, 0)
	}
}

func (w *lineList) question(q Question) {
	path := "question/" + q.ID
	w.add(path+"/ask", q.Ask, titleWidth)
	w.add(path+"/help", q.Help, 0)
	w.addAll(path+"/careful", q.Careful)
	for _, c := range q.Choices {
		at := path + "/choices/" + c.ID
		w.add(at+"/text", c.Text, titleWidth)
		w.add(at+"/prompt", c.Prompt, titleWidth)
	}
}

func (w *lineList) step(s Step) {
	path := "step/" + s.ID
	w.add(path+"/title", s.Title, titleWidth)
	for surface, lines := range s.Do {
		w.addAll(path+"/do/"+surface, lines)
	}
	w.add(path+"/why", s.Why, 0)
	w.addAll(path+"/careful", s.Careful)
	w.addAll(path+"/worse", s.Worse)
	for i, n := range s.Notes {
		w.add(itemPath(path+"/notes", i)+"/text", n.Text, 0)
		w.add(itemPath(path+"/notes", i)+"/title", n.Title, titleWidth)
	}
	for _, o := range s.Outcomes {
		w.add(path+"/outcome/"+o.ID+"/title", o.Title, titleWidth)
	}
}

func (w *lineList) guide(g Guide) {
	path := "guide/" + g.ID
	w.add(path+"/title", g.Title, titleWidth)
	for i, p := range g.Procedures {
		at := itemPath(path+"/procedures", i)
		w.addAll(at+"/do", p.Do)
		w.addAll(at+"/careful", p.Careful)
	}
}

// lintTexts checks the length of texts and the variables in them.
func (l *linter) lintTexts() {
	used, known := map[string]bool{}, l.book.variables()
	for _, t := range l.book.lines() {
		l.lintWidth(t)
		for _, name := range variablesIn(t.text) {
			used[name] = true
			if _, ok := l.book.Vars[name]; !ok {
				l.unknownVariable(t.path, name, known)
			}
		}
	}
	l.lintVars(used)
}

func (l *linter) unknownVariable(path, name string, known []string) {
	hint := func() string {
		if contains(known, name) {
			return "add it to vars:, with what holds until the question is answered"
		}
		return meant(name, sortedKeys(l.book.Vars))
	}
	l.addFinding("PB032", l.find(l.valueAt(path), name), hint, "unknown variable %s", quote(name))
}

// find looks for {{name}} in the lines of a text that begins at a place.
func (l *linter) find(at span, name string) span {
	for number := at.line; number <= min(len(l.lines), at.line+30); number++ {
		text, from := l.lines[number-1], 0
		if number == at.line {
			from = len(string(l.line(number)[:at.column-1]))
		}
		text = text[from:min(len(text), from+1000)]
		for rest := text; ; {
			_, after, ok := strings.Cut(rest, "{{")
			if !ok {
				break
			}
			inner, _, _ := strings.Cut(after, "}}")
			if strings.TrimSpace(inner) == name {
				start := len(text) - len(after) - len("{{")
				column := utf8.RuneCountInString(l.lines[number-1][:from+start]) + 1
				return span{number, column, utf8.RuneCountInString(inner) + len("{{}}")}
			}
			rest = after
		}
	}
	return at
}

func (l *linter) lintWidth(t line) {
	if t.width == 0 {
		return
	}
	if strings.Contains(t.text, "\n") {
		l.add("PB037", l.valueAt(t.path), "text of more than one line; it is shown on one")
		return
	}
	if w := uniseg.StringWidth(t.text); w > t.width {
		l.add("PB037", l.valueAt(t.path), "text of %d columns; the limit here is %d", w, t.width)
	}
}

// lintVars reports variables that nothing shows or uses, and variables inside
// variables, which nobody fills in.
func (l *linter) lintVars(used map[string]bool) {
	report := func(path, name, value string) {
		if !used[name] {
			l.addHint("PB033", l.keyAt(path), "use it as {{"+name+"}}, or remove it", "nothing uses variable %s", quote(name))
			used[name] = true // once
		}
		for _, inner := range variablesIn(value) {
			l.addHint("PB032", l.valueAt(path), "write its value out", "{{%s}} is not filled in inside a variable", inner)
		}
	}
	for _, name := range sortedKeys(l.book.Vars) {
		report("/vars/"+name, name, l.book.Vars[name])
	}
	for _, q := range l.book.Questions {
		for _, c := range q.Choices {
			path := fmt.Sprintf("question/%s/choices/%s", q.ID, c.ID)
			for _, name := range sortedKeys(c.Sets) {
				report(path+"/sets/"+name, name, c.Sets[name])
			}
			if c.Input != "" {
				report(path+"/input", c.Input, "")
			}
		}
	}
}

// variablesIn lists the names between {{ and }}; what is not closed counts as
// a name up to the end.
func variablesIn(text string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(text, "{{")
		if !ok {
			return names
		}
		name, after, _ := strings.Cut(rest, "}}")
		names, text = append(names, strings.TrimSpace(name)), after
	}
}
