package playbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Show prints a playbook for people, at most 80 columns wide where words
// allow: what it knows, and how much its author believes each thing.
func Show(p *Playbook) string {
	w := &page{}
	w.head(p)
	w.causes(p)
	w.symptoms(p)
	w.checks(p)
	w.questions(p)
	w.steps(p)
	w.retest(p)
	w.guides(p)
	w.tail(p)
	return w.String()
}

// pageWidth is the width that every terminal has.
const pageWidth = 80

type page struct{ strings.Builder }

// glue is a space at which no line is broken.
const glue = "\x00"

// line writes text under an indent, broken at spaces.
func (w *page) line(indent int, text string) { w.hang(indent, "", indent, text) }

// hang writes text behind a label; further lines begin at column.
func (w *page) hang(indent int, label string, column int, text string) {
	row := strings.Repeat(" ", indent) + label
	if pad := column - uniseg.StringWidth(row); pad > 0 {
		row += strings.Repeat(" ", pad)
	} else if label != "" {
		row += "  "
	}
	used, first := uniseg.StringWidth(row), true
	for _, word := range strings.Fields(text) {
		word = strings.ReplaceAll(word, glue, " ")
		width := uniseg.StringWidth(word)
		if !first && used+1+width > pageWidth {
			w.WriteString(strings.TrimRight(row, " ") + "\n")
			row, used, first = strings.Repeat(" ", column), column, true
		}
		if !first {
			row, used = row+" ", used+1
		}
		row, used, first = row+word, used+width, false
	}
	w.WriteString(strings.TrimRight(row, " ") + "\n")
}

func (w *page) title(text string) { w.WriteString("\n" + text + "\n") }

// field writes a labelled text, nothing when there is none.
func (w *page) field(indent int, label, text string) {
	if text != "" {
		w.hang(indent, label, indent+11, text)
	}
}

func (w *page) head(p *Playbook) {
	w.line(0, p.ID+" · "+p.Title)
	w.line(0, p.Summary)
	w.WriteString("\n")
	w.field(2, "Service", p.Service)
	w.field(2, "Surfaces", strings.Join(p.Surfaces, ", "))
	w.field(2, "Version", p.Version)
	w.field(2, "Reviewed", p.Reviewed)
	for i, text := range p.Warnings {
		w.field(2, only(i, "Careful"), text)
	}
}

// only labels the first of several lines.
func only(i int, label string) string {
	if i == 0 {
		return label
	}
	return ""
}

func (w *page) causes(p *Playbook) {
	total := 0.
	for _, c := range p.Causes {
		total += c.Prior
	}
	w.title("Causes, and how common each is before anything is known")
	for _, c := range p.Causes {
		name := c.ID
		if c.Word != "" {
			name += " (" + c.Word + ")"
		}
		w.hang(2, fmt.Sprintf("%5s", percent(c.Prior/total)), 9, name)
		w.line(9, c.Title)
		if c.Layer != "" {
			w.line(9, fmt.Sprintf("layer %s, class %s, put right by: %s", c.Layer, c.Class, c.Actor))
		}
	}
}

// percent prints a share with two digits that count.
func percent(p float64) string {
	if p < .10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*p), ".0") + "%"
	}
	return fmt.Sprintf("%.0f%%", 100*p)
}

// String shows a likelihood with the number that its word stands for.
func (l Likelihood) String() string {
	if l.Word == "" {
		return percent(l.P)
	}
	return l.Word + " (" + percent(l.P) + ")"
}

// likely lists a row, the likeliest first.
func likely(row map[string]Likelihood) string {
	ids := sortedKeys(row)
	slices.SortStableFunc(ids, func(a, b string) int { return compareDown(row[a].P, row[b].P) })
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = id + glue + strings.ReplaceAll(row[id].String(), " ", glue)
	}
	return strings.Join(parts, ", ")
}

func compareDown(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

func (w *page) symptoms(p *Playbook) {
	if len(p.Symptoms) == 0 {
		return
	}
	w.title("Symptoms")
	for _, s := range p.Symptoms {
		w.line(2, s.ID)
		w.line(4, s.Title)
		w.yesNo("Seen with", s.Likely, s.Otherwise)
	}
}

func (w *page) yesNo(label string, row map[string]Likelihood, otherwise *Likelihood) {
	if len(row) == 0 {
		return
	}
	w.field(4, label, likely(row))
	w.field(4, "Otherwise", fallback(otherwise))
}

func fallback(l *Likelihood) string {
	if l == nil {
		return "half (50%)"
	}
	return l.String()
}

func (w *page) checks(p *Playbook) {
	if len(p.Checks) == 0 {
		return
	}
	w.title("Checks")
	for _, c := range p.Checks {
		w.line(2, c.ID)
		kind, _ := diag.FindKind(c.Run)
		title := c.Title
		if title == "" {
			title = kind.Title
		}
		w.line(4, title+": probe "+c.Run)
		for i, key := range sortedKeys(c.With) {
			w.field(4, only(i, "With"), key+" "+c.With[key])
		}
		w.field(4, "After", strings.Join(c.After, ", "))
		w.rows(c.Likely, c.Otherwise)
		w.field(4, "Proof", strings.Join(c.Conclusive, ", "))
	}
}

func (w *page) rows(rows map[string]Row, otherwise Row) {
	for _, cause := range sortedKeys(rows) {
		w.hang(4, cause, 24, likely(rows[cause]))
	}
	if len(otherwise) > 0 {
		w.hang(4, "otherwise", 24, likely(otherwise))
	}
}

func (w *page) questions(p *Playbook) {
	if len(p.Questions) == 0 {
		return
	}
	w.title("Questions")
	for _, q := range p.Questions {
		w.line(2, q.ID)
		w.line(4, q.Ask)
		for _, c := range q.Choices {
			w.hang(6, c.ID, 24, c.Text)
		}
		w.field(4, "Asked when", q.When.String())
		w.rows(q.Likely, q.Otherwise)
	}
}

// String shows a condition in a stable order.
func (c Condition) String() string {
	var parts []string
	for _, key := range sortedKeys(c) {
		parts = append(parts, key+" is "+strings.Join(c[key], " or "))
	}
	return strings.Join(parts, ", and ")
}

func (w *page) steps(p *Playbook) {
	w.title("Steps, in this order")
	for i, s := range p.Steps {
		w.hang(1, fmt.Sprintf("%2d", i+1), 5, s.ID)
		w.line(5, s.Title)
		stage := string(s.Stage)
		if s.Minutes > 0 {
			stage += fmt.Sprintf(", about %s minutes", short(s.Minutes))
		}
		w.field(5, "Stage", stage)
		w.field(5, "Fixes", likely(s.Fixes))
		w.field(5, "Requires", strings.Join(s.Requires, ", "))
		w.field(5, "Done when", s.SatisfiedBy.String())
		w.field(5, "Why", s.Why)
		for k, text := range s.Worse {
			w.field(5, only(k, "If worse"), text)
		}
		for k, text := range s.Careful {
			w.field(5, only(k, "Careful"), text)
		}
		for k, o := range s.Outcomes {
			w.field(5, only(k, "Answers"), o.ID+": "+o.Title)
		}
		w.field(5, "Guides", strings.Join(s.Guides, ", "))
	}
}

func (w *page) retest(p *Playbook) {
	if len(p.Retest) == 0 {
		return
	}
	w.title("Retest")
	for _, c := range p.Retest {
		w.line(2, c.ID)
		w.line(4, c.Title)
		for i, text := range c.Before {
			w.field(4, only(i, "Before"), text)
		}
		if c.Minutes > 0 {
			w.field(4, "Wait", short(c.Minutes)+" minutes")
		}
		w.yesNo("Fails with", c.Likely, c.Otherwise)
	}
}

func (w *page) guides(p *Playbook) {
	if len(p.Guides) == 0 {
		return
	}
	w.title("Guides")
	for _, g := range p.Guides {
		surfaces := idsOf(g.Procedures, func(p Procedure) string { return p.Surface })
		w.hang(2, g.ID, 24, fmt.Sprintf("%s (%s)", g.Title, strings.Join(slices.Compact(surfaces), ", ")))
	}
}

func (w *page) tail(p *Playbook) {
	if e := p.Escalate; e != nil {
		w.title("When nothing helps")
		w.field(2, "Turn to", e.To)
		w.field(2, "Why them", e.Text)
		w.field(2, "Tell them", e.Ask)
		for i, text := range e.Give {
			w.field(2, only(i, "Give"), text)
		}
	}
	if len(p.Sources) > 0 {
		w.title("Sources")
		for _, s := range p.Sources {
			w.line(2, strings.TrimSpace(s.Title+" "+s.URL))
		}
	}
	w.WriteString("\n")
	w.line(0, "Likelihoods are the author's judgement; nobody has measured them.")
}
