package engine

import (
	"fmt"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/plan"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// planned is what is best on average, from what is known now.
type planned struct {
	*plan.Problem
	advice plan.Advice
}

// likely reports whether the walk goes by what is likeliest to help for its
// time, and not by the playbook's order.
func (s *state) likely() bool { return s.b.Order == diag.OrderLikely }

// plan works out what to do next, once for each state.
func (s *state) plan() *planned {
	if s.best == nil {
		escalate := s.b.model.escalate
		switch s.ev.Answers[diag.AskHandOver] {
		case "", diag.ChoiceStop:
		default: // the person has been told, and goes on
			escalate = noEscalation
		}
		s.best = s.planWith(s.openQuestions(), escalate)
	}
	return s.best
}

// planWith plans the steps that are left and some questions. What is proven
// done costs nothing and mends nothing; it stands in its place all the same,
// so that what comes after it does.
func (s *state) planWith(questions []*test, escalate float64) *planned {
	var steps []*test
	for _, step := range s.left() {
		t := *s.b.model.tests[step.ID]
		if s.satisfied(step) {
			t.cost, t.columns = 0, []column{newColumn(0, nil, nil), newColumn(1, nil, nil)}
		}
		steps = append(steps, &t)
	}
	p := s.b.model.problem(s.post, steps, questions, s.presented)
	p.Escalate = escalate
	return &planned{p, p.Advise()}
}

// left are the steps that were not presented yet, the retest apart.
func (s *state) left() []*playbook.Step {
	var out []*playbook.Step
	for i := range s.b.Steps {
		if step := &s.b.Steps[i]; step.Stage != diag.StageRetest && !s.presented(step.ID) {
			out = append(out, step)
		}
	}
	return out
}

// satisfied reports whether evidence already proves a step done.
func (s *state) satisfied(step *playbook.Step) bool {
	return len(step.SatisfiedBy) > 0 && s.holds(step.SatisfiedBy)
}

// openQuestions are those that may be asked now: three before the first step,
// and one more for each step. Of a second fault nothing is asked.
func (s *state) openQuestions() []*test {
	if s.episode.number > 0 || s.ev.Asked >= maxQuestions+len(s.visits) {
		return nil
	}
	var out []*test
	for i := range s.b.Questions {
		q := &s.b.Questions[i]
		if _, done := s.ev.Answers[q.ID]; !done && s.askable(q) {
			out = append(out, s.b.model.tests[q.ID])
		}
	}
	return out
}

// plannedQuestion is the question that comes next in the likeliest order: one
// that the plan asks, or, before the first step, one whose answer changes what
// a step says.
func (s *state) plannedQuestion() *playbook.Question {
	if len(s.left()) == 0 || s.episode.fixedBy >= 0 {
		return nil
	}
	p := s.plan()
	if m := p.advice.Move; m != plan.Stop && !p.Tests[m].Step {
		return s.questionByID(p.Tests[m].ID)
	}
	return s.valued(s.changesWords)
}

// plannedStep is the step that comes next in the likeliest order; nil when
// handing over is better, or nothing is left but what is proven done.
func (s *state) plannedStep() *playbook.Step {
	left := s.left()
	if !slices.ContainsFunc(left, func(step *playbook.Step) bool { return !s.satisfied(step) }) {
		return nil
	}
	p := s.plan()
	if m := p.advice.Move; m != plan.Stop && !p.Tests[m].Step {
		p = s.planWith(nil, p.Escalate) // asked for a step, and the plan would ask first
	}
	if p.advice.Move == plan.Stop {
		return nil
	}
	return s.stepByID(p.Tests[p.advice.Move].ID)
}

// plannedOpen is the first step in the likeliest order that is not proven done:
// what somebody has to do who only reads the plan. Nil when there is none.
func (s *state) plannedOpen() *playbook.Step {
	var steps []*test
	for _, step := range s.left() {
		if !s.satisfied(step) {
			steps = append(steps, s.b.model.tests[step.ID])
		}
	}
	p := s.b.model.problem(s.post, steps, nil, func(id string) bool {
		step := s.stepByID(id)
		return s.presented(id) || step != nil && s.satisfied(step)
	})
	p.Escalate = s.b.model.escalate
	if move := p.Advise().Move; move != plan.Stop {
		return s.stepByID(p.Tests[move].ID)
	}
	return nil
}

// handsOver reports that nothing that is left is worth its time, in the
// likeliest order.
func (s *state) handsOver() bool {
	if !s.likely() || s.episode.fixedBy >= 0 || s.episode.proven {
		return false
	}
	open := slices.ContainsFunc(s.left(), func(step *playbook.Step) bool { return !s.satisfied(step) })
	return open && s.plan().advice.Move == plan.Stop
}

// handOverQuestion leaves it to the person whether to go on.
func (s *state) handOverQuestion() diag.Question {
	q := diag.Question{
		ID: diag.AskHandOver, Text: "No step that is left is worth its time. What now?",
		Choices: []diag.Choice{
			{ID: diag.ChoiceStop, Text: "Hand over now"},
			{ID: diag.ChoiceContinue, Text: "Go on with the steps"},
		},
	}
	if e := s.b.Escalate; e != nil {
		q.Help = "Turn to " + s.fill(e.To) + "."
	}
	if best := s.promising(); best != nil {
		q.Help += fmt.Sprintf(" The likeliest of the steps is “%s”: %s, %s.", s.titleOf(best), inHundred(s.pFix(best)), minutes(best.Minutes))
	}
	return q
}

// handOverVerdict ends a walk that handed over with steps left.
func (s *state) handOverVerdict() diag.Verdict {
	lead := leader(s.post)
	v := s.leaning(s.causeAt(lead), s.post[lead])
	v.Status = diag.Escalate
	steps := slices.DeleteFunc(slices.Clone(s.b.Steps), func(x playbook.Step) bool { return x.Stage == diag.StageRetest })
	v.Why = fmt.Sprintf("Most likely: %s (%.0f in 100).", s.fill(s.causeAt(lead).Title), 100*s.post[lead])
	v.Summary = fmt.Sprintf("Handed over after %d of %d steps: none that is left is worth its time.", len(steps)-len(s.left()), len(steps))
	v.Next = s.handOverNext()
	return v
}

// handOverNext says whom to turn to.
func (s *state) handOverNext() diag.Next {
	if s.b.Escalate == nil {
		return diag.Next{}
	}
	return diag.Next{Text: "Turn to " + s.fill(s.b.Escalate.To) + ": no step that is left is worth its time."}
}

// whyNow says in plain words why a step comes now; empty in the playbook's
// order, and where there is nothing to choose.
func (s *state) whyNow(step *playbook.Step) string {
	if !s.likely() || step.Stage == diag.StageRetest || s.satisfied(step) {
		return ""
	}
	left := slices.DeleteFunc(s.left(), s.satisfied)
	comes := "This comes next"
	if !s.begun() {
		comes = "This comes first"
	}
	best := s.promisingForTime(left)
	switch {
	case len(left) == 1:
		return ""
	case best == step:
		return fmt.Sprintf("%s because it is the likeliest to help for its time: %s, %s.", comes, inHundred(s.pFix(step)), minutes(step.Minutes))
	case best != nil && s.needs(best, step.ID):
		return fmt.Sprintf("%s because “%s” needs it, and that is the likeliest to help for its time: %s, %s.",
			comes, s.titleOf(best), inHundred(s.pFix(best)), minutes(best.Minutes))
	}
	return fmt.Sprintf("%s because what is left then takes the least time on average. By itself it helps %s.", comes, inHundred(s.pFix(step)))
}

// promisingForTime is the step with the most probability of helping for its
// minutes; nil when none helps.
func (s *state) promisingForTime(steps []*playbook.Step) *playbook.Step {
	var best *playbook.Step
	most := 0.0
	for _, step := range steps {
		p := s.pFix(step)
		if better := p / max(step.Minutes, minMinutes); better > most {
			best, most = step, better
		}
	}
	return best
}

// minMinutes keeps a step that takes no time from being likelier than all.
const minMinutes = 1e-6

// needs reports whether a step may come only after another.
func (s *state) needs(step *playbook.Step, other string) bool {
	for _, r := range step.Requires {
		if r == other {
			return true
		}
		if before := s.stepByID(r); before != nil && s.needs(before, other) {
			return true
		}
	}
	return false
}

func inHundred(p float64) string {
	switch n := int(100*p + .5); {
	case n == 0 && p > 0:
		return "under 1 in 100"
	case n >= 100 && p < 1:
		return "over 99 in 100"
	default:
		return fmt.Sprintf("%d in 100", n)
	}
}

func minutes(m float64) string {
	if m == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%.4g minutes", m)
}
