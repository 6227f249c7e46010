package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// ReadCase reads a case from outside, in the oracle's format. Keys that it
// does not know are ignored.
func ReadCase(data []byte) (Case, error) {
	var c Case
	if len(bytes.TrimSpace(data)) == 0 || bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return c, nil
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("case: %w", err)
	}
	return c, nil
}

// Model is the playbook's numbers, compiled.
func (b *Book) Model() *Model { return b.model }

// Plan works out what a case of a playbook comes to. A broken way outranks
// belief: then BlockedBy names the check that has to pass first, and nothing
// is planned.
func (b *Book) Plan(ev *diag.Evidence) (*Answer, error) {
	s := b.fold(ev)
	c := s.known()
	a, err := b.model.Solve(c)
	if err != nil {
		return nil, err
	}
	a.Case = &c
	if broken := broken(s.checks); broken != nil {
		a.Plan = Plan{BlockedBy: broken.ID, BlockedCode: broken.Code, WouldChange: []Flip{}}
	}
	return a, nil
}

// known is the case as a model has it: what was observed, what was done
// without telling anything, and what could be asked besides.
func (s *state) known() Case {
	c := Case{Observed: []Observed{}, Questions: []string{}}
	seen := map[string]bool{}
	see := func(id, outcome string) {
		if t := s.b.model.tests[id]; t != nil && !seen[id] {
			seen[id] = true
			c.Observed = append(c.Observed, Observed{id, outcome})
		}
	}
	for _, o := range s.obs {
		see(o.test, o.outcome)
	}
	for i := range s.checks {
		if id := s.checks[i].ID; s.measured(id) {
			see(id, diag.NoAnswer)
		} else {
			c.Questions = append(c.Questions, id)
		}
	}
	for i := range s.b.Questions {
		q := &s.b.Questions[i]
		if s.ev.Answers[q.ID] != "" {
			see(q.ID, diag.NoAnswer)
		} else if s.askable(q) {
			c.Questions = append(c.Questions, q.ID)
		}
	}
	for _, v := range s.visits {
		see(v.step, diag.NoAnswer)
	}
	return c
}

// measured reports whether a check was measured or given.
func (s *state) measured(id string) bool {
	_, ok := s.ev.Checks[id]
	return ok
}

// Tell puts what is reported of steps into a case, in the playbook's order.
func (b *Book) Tell(ev *diag.Evidence, steps map[string]string) error {
	for _, step := range b.Steps {
		outcome, ok := steps[step.ID]
		switch {
		case !ok:
		case step.Stage == diag.StageRetest:
			return errors.New("the retest has checkpoints, and no report of its own")
		default:
			ev.Did(step.ID, diag.Did{Outcome: outcome})
		}
	}
	return nil
}

// Kind is what a test of a model is: symptom, question, probe or step; empty
// for none.
func (m *Model) Kind(id string) string {
	if t := m.tests[id]; t != nil {
		return t.kind
	}
	return ""
}

// Cost is what a test of a model costs.
func (m *Model) Cost(id string) float64 {
	if t := m.tests[id]; t != nil {
		return t.cost
	}
	return 0
}

// Left counts what a case leaves to plan with: steps, questions and checks.
func (m *Model) Left(a *Answer) (steps, questions, probes int) {
	for id := range a.EVOI {
		if m.Kind(id) == "probe" {
			probes++
		} else {
			questions++
		}
	}
	return len(a.PFixNow), questions, probes
}

// BestQuestions are the questions that are worth more than they cost, the best
// first.
func (a *Answer) BestQuestions() []string {
	var out []string
	for _, id := range sortedKeys(a.EVOI) {
		if w := a.EVOI[id]; w.Net != nil && *w.Net > worthwhile {
			out = append(out, id)
		}
	}
	slices.SortStableFunc(out, func(x, y string) int {
		if *a.EVOI[x].Net > *a.EVOI[y].Net {
			return -1
		}
		return 1
	})
	return out
}

// worthwhile keeps rounding from being worth a question.
const worthwhile = 1e-9
