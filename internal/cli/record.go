package cli

import (
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// record writes the case down as an answers file that plays it again: what was
// said, what was found, and what each step and each retest came to.
func (d *diagnosis) record() error {
	if d.opt.record == "" {
		return nil
	}
	if err := d.WriteFile(d.opt.record, playbook.FormatAnswers(d.book.ID, givenOf(d.book, d.ev))); err != nil {
		return usagef("give a file that can be written", "%s", err)
	}
	return nil
}

// givenOf is a case as an answers file gives it.
func givenOf(book *engine.Book, ev *diag.Evidence) *playbook.Given {
	g := &playbook.Given{
		Symptoms: ev.Symptoms, SymptomsSet: ev.SymptomsAsked, Message: ev.Message,
		Checks: map[string]string{}, Answers: map[string]string{}, Steps: map[string]string{},
		Retest: map[string][]string{}, Vars: map[string]string{},
	}
	for id, m := range ev.Checks {
		if book.CheckOutcome(id, m.Outcome) == nil {
			g.Checks[id] = m.Outcome
		}
	}
	for question, choice := range ev.Answers {
		if choice != diag.NoAnswer && book.CheckAnswer(question, choice) == nil {
			g.Answers[question] = choice
		}
	}
	retest := book.RetestStep()
	for _, v := range ev.Walk {
		switch {
		case retest != nil && v.Step == retest.ID:
			for id, report := range v.Checkpoints {
				g.Retest[id] = append(g.Retest[id], report)
			}
		case v.Outcome != diag.DidSatisfied:
			g.Steps[v.Step] = v.Outcome
		}
	}
	return g
}
