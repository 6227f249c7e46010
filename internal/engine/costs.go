package engine

import (
	"fmt"
	"slices"

	"github.com/authdoctor/authdoctor/internal/plan"
)

// maxPolicyStates is up to how many states, counted as a product, policies
// are worked out to their end.
const maxPolicyStates = 2_000_000

// What may be planned with, and worked out, in numbers: enough for a thousand
// tests of a thousand causes, and half a minute.
const (
	maxCells = 50_000_000
	maxWork  = 20_000_000_000
)

// tooLarge says that there is more to plan with than memory is for. A posterior
// alone has no such bound.
func (s *solver) tooLarge() error {
	cells := 0
	for _, t := range slices.Concat(s.steps, s.questions) {
		cells += len(t.columns) * len(s.Causes)
	}
	if cells > maxCells {
		return fmt.Errorf("too large to plan: %d numbers, %d are allowed; name fewer steps and questions in the case", cells, maxCells)
	}
	return nil
}

// states is how many states may be worked out: fewer where each is more work.
func (s *solver) states() int {
	each := 1 + len(s.Causes)*(1+len(s.steps)+len(s.questions))
	return min(maxPolicyStates, maxWork/each)
}

// costs works out what each way to go on costs.
func (s *solver) costs(a *Answer) {
	p := s.problem
	inOrder, fixedBy := p.InOrder()
	clairvoyant := p.Clairvoyant()
	a.ECR = map[string]*float64{"fixed": &inOrder, "clairvoyant": &clairvoyant}
	for k, t := range s.steps {
		a.PFixedBy[t.id] = fixedBy[k]
		a.PFixNow[t.id] = pFix(t, s.post)
	}
	put := func(name string, cost float64, ok bool) {
		if a.ECR[name] = nil; ok {
			a.ECR[name] = &cost
		}
	}
	random, ok := p.Random()
	put("random", random, ok)
	for name, policy := range map[string]func(int) (float64, bool){"ordered_skip": p.OrderedSkip, "greedy_pc": p.Greedy} {
		cost, ok := policy(s.states())
		put(name, cost, ok)
	}
	if p.Bound() > maxPolicyStates {
		return
	}
	for name, policy := range map[string]func(int) (float64, bool){"myopic": p.Myopic, "sacso": p.LookAhead, "rollout": p.Rollout} {
		cost, ok := policy(s.states())
		put(name, cost, ok)
	}
	stepsOnly, ok := p.StepsOnly().Optimal(s.states())
	put("optimal_steps_only", stepsOnly.Cost, ok)
	best, ok := p.Optimal(s.states())
	if put("optimal", best.Cost, ok); ok {
		a.OptimalFirst, a.OptimalStates = s.move(best.Move), best.States
	}
}

// move names what to do.
func (s *solver) move(move int) string {
	switch {
	case move != plan.Stop:
		return s.problem.Tests[move].ID
	case s.escalate >= 0:
		return "escalate"
	}
	return "stop"
}

// plan says what to do now. The best policy has been worked out already where
// that was not too much.
func (s *solver) plan(a *Answer) Plan {
	out := a.Plan
	out.Method, out.First = "exact", a.OptimalFirst
	if best := a.ECR["optimal"]; best != nil {
		out.Cost = *best
	} else {
		advice := s.problem.Advise()
		out.First, out.Cost = s.move(advice.Move), advice.Cost
		if !advice.Exact {
			out.Method = "look-ahead"
		}
	}
	out.PriceOfOrder = max(0, *a.ECR["fixed"]-out.Cost)
	out.EscalateNow = out.First == "escalate"
	if out.WouldChange == nil {
		out.WouldChange = []Flip{}
	}
	return out
}
