package engine

import (
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/plan"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// steps in the order in which they come: those presented, then those to come
// as they would if none helped, then the retest.
func (s *state) inWalkOrder() []*playbook.Step {
	var out []*playbook.Step
	if !s.likely() {
		for i := range s.b.Steps {
			out = append(out, &s.b.Steps[i])
		}
		return out
	}
	add := func(step *playbook.Step) {
		if step != nil && step.Stage != diag.StageRetest && !slices.Contains(out, step) {
			out = append(out, step)
		}
	}
	for _, v := range s.visits {
		add(s.stepByID(v.step))
	}
	for _, step := range s.expected() {
		add(step)
	}
	for i := range s.b.Steps {
		add(&s.b.Steps[i])
	}
	if retest := s.b.RetestStep(); retest != nil {
		out = append(out, retest)
	}
	return out
}

// expected is the order in which the steps that are left would come if none of
// them helped and nothing was asked.
func (s *state) expected() []*playbook.Step {
	p := s.planWith(nil, noEscalation)
	var out []*playbook.Step
	for {
		m := p.Advise().Move
		if m == plan.Stop {
			return out
		}
		step := s.stepByID(p.Tests[m].ID)
		out = append(out, step)
		p = &planned{Problem: p.Failed(m)}
	}
}

// orderPlan says what the order costs: the steps in the playbook's order
// against the best that could be done from here. Nil where no step is left.
func (s *state) orderPlan() *diag.Plan {
	if len(s.left()) == 0 || s.episode.fixedBy >= 0 || s.b.model.escalate < 0 {
		return nil
	}
	p := s.planWith(s.openQuestions(), s.b.model.escalate)
	inOrder, _ := p.InOrder()
	out := &diag.Plan{
		Order: s.b.order(), Exact: p.advice.Exact, Minutes: p.advice.Cost, InOrder: inOrder,
		Price: max(0, inOrder-p.advice.Cost), HandOver: p.advice.Move == plan.Stop,
	}
	if m := p.advice.Move; m != plan.Stop {
		out.First = p.Tests[m].ID
	}
	return out
}

// order is the order of the walk, by name.
func (b *Book) order() string {
	if b.Order == "" {
		return diag.OrderPlaybook
	}
	return b.Order
}
