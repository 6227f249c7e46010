package playbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// ParseAnswers reads an answers file and holds it against the playbook that it
// is for. The error is a *Problems.
func ParseAnswers(name string, data []byte, book *Playbook) (*Given, error) {
	s := openSource(name, data)
	d := newDecoder(s)
	g := &Given{}
	if root := s.tree(); root != nil {
		o := d.object(root, "", "the answers file")
		if d.schema(o, AnswersSchema) {
			id, message := o.text("playbook"), o.text("message")
			*g = o.given()
			g.Message = message
			if id != "" && id != book.ID {
				d.add("PB012", d.valueAt("/playbook"), "answers for playbook %s, not for %s", quote(id), quote(book.ID))
			}
			o.finish()
			d.checkGiven(book.index(), "", g)
		}
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	return g, nil
}

// FormatAnswers writes an answers file that ParseAnswers reads.
func FormatAnswers(playbook string, g *Given) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "schema: %s\nplaybook: %s\n", AnswersSchema, playbook)
	if g.SymptomsSet {
		fmt.Fprintf(&b, "symptoms: [%s]\n", strings.Join(g.Symptoms, ", "))
	}
	if g.Message != "" {
		fmt.Fprintf(&b, "message: %s\n", strconv.Quote(g.Message))
	}
	formatPairs(&b, "checks", g.Checks, plainText)
	formatPairs(&b, "answers", g.Answers, plainText)
	formatPairs(&b, "steps", g.Steps, plainText)
	formatPairs(&b, "retest", g.Retest, func(words []string) string {
		if len(words) == 1 {
			return words[0]
		}
		return "[" + strings.Join(words, ", ") + "]"
	})
	formatPairs(&b, "vars", g.Vars, strconv.Quote)
	return []byte(b.String())
}

func plainText(word string) string { return word }

func formatPairs[V any](b *strings.Builder, key string, pairs map[string]V, format func(V) string) {
	if len(pairs) == 0 {
		return
	}
	b.WriteString(key + ":\n")
	for _, k := range sortedKeys(pairs) {
		fmt.Fprintf(b, "  %s: %s\n", k, format(pairs[k]))
	}
}

// points lists what can be reported of a checkpoint.
var points = []string{diag.CheckpointPasses, diag.CheckpointFails, diag.CheckpointPostponed, diag.NotApplicable}

// checkGiven holds what is said of a case against the playbook.
func (d *decoder) checkGiven(x *index, path string, g *Given) {
	d.listed(g.Symptoms, path+"/symptoms", "symptom", "symptoms", x.symptoms)
	d.once(g.Symptoms, path+"/symptoms", "symptom")
	refused := func(at string, bad *badWord) {
		if bad != nil && bad.id {
			d.addFinding("PB012", d.keyAt(at), bad.hint, "%s", bad.message)
		} else if bad != nil {
			d.addFinding("PB017", d.valueAt(at), bad.hint, "%s", bad.message)
		}
	}
	for id, outcome := range g.Checks {
		refused(path+"/checks/"+id, x.badOutcome(id, outcome))
	}
	for id, choice := range g.Answers {
		refused(path+"/answers/"+id, x.badAnswer(id, choice))
	}
	for id, report := range g.Steps {
		refused(path+"/steps/"+id, x.badReport(id, report))
	}
	known := x.book.variables()
	for id := range g.Vars {
		if !contains(known, id) {
			d.addUnknown("PB012", d.keyAt(path+"/vars/"+id), id, known, "unknown variable %s", quote(id))
		}
	}
	d.checkRetest(x, path+"/retest", g.Retest)
}

func (d *decoder) checkRetest(x *index, path string, retest map[string][]string) {
	for id, words := range retest {
		if !x.retest.has(id) {
			d.addUnknown("PB012", d.keyAt(path+"/"+id), id, x.retest.list, "unknown checkpoint %s", quote(id))
		}
		if len(words) == 0 {
			d.add("PB009", d.valueAt(path+"/"+id), "%s in retest has no value", quote(id))
		}
		for i, w := range words {
			if w != "" && !contains(points, w) {
				d.addUnknown("PB017", d.valueAt(itemPath(path+"/"+id, i)), w, points, "a checkpoint is never %s", quote(w))
			}
		}
	}
}

// A badWord says what is wrong with one word that was given: with the id, or
// with the value for it.
type badWord struct {
	id      bool
	message string
	hint    func() string
}

func suggestion(word string, known []string) func() string {
	return func() string { return meant(word, known) }
}

func unknownID(kind, id string, known []string) *badWord {
	return &badWord{true, fmt.Sprintf("unknown %s %s", kind, quote(id)), suggestion(id, known)}
}

// badOutcome says what is wrong with an outcome given for a check; nil for
// nothing.
func (x *index) badOutcome(check, outcome string) *badWord {
	c := x.check(check)
	if c == nil {
		return unknownID("check", check, x.checks.list)
	}
	known, _ := outcomesOf(c.Run)
	known = append(known, diag.NoAnswer, diag.NotMeasured)
	if outcome == "" || contains(known, outcome) {
		return nil
	}
	return &badWord{false, fmt.Sprintf("check %s is never %s", quote(check), quote(outcome)), suggestion(outcome, known)}
}

// badAnswer says what is wrong with a choice given for a question.
func (x *index) badAnswer(question, choice string) *badWord {
	known := slices.Clone(wheres)
	if question != diag.AskWhere {
		q := x.question(question)
		if q == nil {
			return unknownID("question", question, append([]string{diag.AskWhere}, x.questions.list...))
		}
		known = choicesOf(q)
	}
	known = append(known, diag.NoAnswer)
	if choice == "" || contains(known, choice) {
		return nil
	}
	return &badWord{false, fmt.Sprintf("question %s has no choice %s", quote(question), quote(choice)), suggestion(choice, known)}
}

// badReport says what is wrong with what is reported after a step.
func (x *index) badReport(step, report string) *badWord {
	s := x.step(step)
	switch {
	case s == nil:
		return unknownID("step", step, x.steps.list)
	case s.Stage == diag.StageRetest:
		return &badWord{true, fmt.Sprintf("step %s is the retest", quote(step)),
			func() string { return "use retest:, checkpoint by checkpoint" }}
	case report == "" || contains(s.reports(), report):
		return nil
	}
	return &badWord{false, fmt.Sprintf("step %s is never %s", quote(step), quote(report)), suggestion(report, s.reports())}
}

// variables lists every variable that the playbook knows, sorted.
func (p *Playbook) variables() []string {
	set := map[string]bool{}
	for name := range p.Vars {
		set[name] = true
	}
	for _, q := range p.Questions {
		for _, c := range q.Choices {
			for name := range c.Sets {
				set[name] = true
			}
			if c.Input != "" {
				set[c.Input] = true
			}
		}
	}
	return sortedKeys(set)
}
