package plan

import (
	"cmp"
	"math"
	"slices"
)

// ExactStates is up to how many states the best policy is worked out while
// somebody waits: about a tenth of a second.
const ExactStates = 250_000

// Advice is what to do now.
type Advice struct {
	Answer
	// Exact: nothing is better on average. Else it was found by looking ahead,
	// and goes on to cost no more than Cost.
	Exact bool
}

// Advise is the best thing to do now: exactly up to ExactStates states, else
// by looking as far ahead as as many states allow.
func (p *Problem) Advise() Advice {
	near := p.narrowed()
	a := near.best()
	if near != p {
		a = Advice{p.priced(a.Move), false}
	}
	if a.Exact {
		return a
	}
	if cost, _ := p.InOrder(); cost < a.Cost && p.ordered() {
		return Advice{Answer{Move: p.firstStep(), Cost: cost}, false}
	}
	return a
}

// best is the best thing to do, of a problem with few causes.
func (p *Problem) best() Advice {
	if p.reachable() <= ExactStates {
		if a, ok := p.Optimal(ExactStates); ok {
			return Advice{a, true}
		}
	}
	if a, ok := p.searched(math.MaxInt); ok {
		return Advice{a, false}
	}
	return Advice{p.StepsOnly().blunt().based(), false} // too much even for that
}

// priced is what it costs to begin with a move that was found with the likeliest
// causes alone, for all causes: going on with the base, whatever steps tell. The
// base's own move takes its place where that is better.
func (p *Problem) priced(move int) Answer {
	l := newPlanner(p.blunt(), math.MaxInt)
	if l.base = bestBlock; l.k*l.k*len(p.Weights) > 4*effort {
		l.base = inOrder
	}
	value := l.greedyValue()
	if move != Stop {
		if v := l.look(move); v <= value {
			return Answer{Move: move, Cost: p.mean(v), States: l.states}
		}
	}
	return Answer{Move: l.base(l), Cost: p.mean(value), States: l.states}
}

// searched looks so many tests ahead, or as many as there are states for; not
// ok when not even one can be looked ahead.
func (p *Problem) searched(depth int) (a Answer, ok bool) {
	l := newPlanner(p, min(ExactStates, effort/(1+len(p.Tests)*len(p.Weights))))
	l.base, l.dense = bestBlock, false // a memo for each depth
	for d := 1; d <= depth && d <= len(p.Tests); d++ {
		l.ahead = append(l.ahead, l.newMemo())
		v, move := l.search(d)
		if l.over() {
			break
		}
		a, ok = Answer{Move: move, Cost: p.mean(v), States: l.states}, true
	}
	return a, ok
}

// effort bounds looking ahead where each state is much work: it is that of
// ExactStates states of ten tests and ten causes.
const effort = ExactStates * 100

// search is the least value that can be had by choosing the next tests, so
// many of them, and going on with the base; and the first of them.
func (l *planner) search(depth int) (float64, int) {
	v, move := l.greedyValue(), l.base(l)
	z := sum(l.at())
	if depth == 0 || z == 0 || l.over() {
		return v, move
	}
	l.states++
	for i := range l.Tests {
		if !l.available(i) {
			continue
		}
		x := l.Tests[i].Cost * z
		for o := range l.Tests[i].Learn {
			l.enter(i, o)
			x += l.searchedValue(depth - 1)
			l.leave(i)
			if x >= v {
				break
			}
		}
		if x < v-tolerance(v) {
			v, move = x, i
		}
	}
	return v, move
}

// searchedValue is the value of search, remembered.
func (l *planner) searchedValue(depth int) float64 {
	if depth == 0 {
		return l.greedyValue()
	}
	known := l.ahead[depth-1]
	if v, ok := known.get(l.key); ok {
		return v
	}
	v, _ := l.search(depth)
	known.put(l.key, v)
	return v
}

// based is the base alone.
func (p *Problem) based() Answer {
	l := newPlanner(p, math.MaxInt)
	l.base = bestBlock
	return Answer{Move: l.base(l), Cost: p.mean(l.greedyValue()), States: l.states}
}

// ordered reports whether the steps can be tried in their order.
func (p *Problem) ordered() bool {
	for i, t := range p.Tests[:p.steps()] {
		if t.Never || slices.ContainsFunc(t.After, func(r int) bool { return r >= i }) {
			return false
		}
	}
	return true
}

// firstStep is the first step, or Stop without one.
func (p *Problem) firstStep() int {
	if p.steps() == 0 {
		return Stop
	}
	return 0
}

// Failed is the problem after a step was tried and did not help, without that
// step.
func (p *Problem) Failed(step int) *Problem {
	out := &Problem{Weights: slices.Clone(p.Weights), Escalate: p.Escalate}
	unfixed(out.Weights, p.Tests[step].Fixed)
	for i, t := range p.Tests {
		if i == step {
			continue
		}
		var after []int
		for _, r := range t.After {
			switch {
			case r > step:
				after = append(after, r-1)
			case r < step:
				after = append(after, r)
			}
		}
		t.After = after
		out.Tests = append(out.Tests, t)
	}
	return out
}

// blunt is the problem with steps that tell nothing but that they did not fix
// it. Without questions, a policy then is a list.
func (p *Problem) blunt() *Problem {
	out := &Problem{Weights: p.Weights, Escalate: p.Escalate}
	for _, t := range p.Tests {
		if !t.Step {
			out.Tests = append(out.Tests, t)
			continue
		}
		failed := make(wide, len(p.Weights))
		for c := range failed {
			failed[c] = 1 - t.Fixed[c]
		}
		t.Learn = [][]float64{failed}
		out.Tests = append(out.Tests, t)
	}
	return out
}

// A Value is what asking a question now is worth: how much less the rest costs
// on average, if one goes on without further questions, and that less what
// asking costs.
type Value struct{ Gross, Net float64 }

// Worth values every question, in their order; false when there are too many
// states.
func (p *Problem) Worth(states int) ([]Value, bool) {
	l := newPlanner(p, states)
	var out []Value
	base, z := l.greedyValue(), p.Total()
	for q := l.k; q < len(p.Tests); q++ {
		asked := l.look(q)
		out = append(out, Value{p.mean(base - (asked - p.Tests[q].Cost*z)), p.mean(base - asked)})
	}
	return out, !l.over()
}

// Limits of what is planned for, when there are very many causes.
const (
	manyCauses = 64
	mostMass   = .999
)

// narrowed keeps the most probable causes, when there are very many: those
// that have nearly all of the weight, and no more than 64.
func (p *Problem) narrowed() *Problem {
	if len(p.Weights) <= manyCauses {
		return p
	}
	order := make([]int, len(p.Weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Weights[b], p.Weights[a]) })
	kept, mass, total := 0, 0.0, p.Total()
	for kept < manyCauses && mass < mostMass*total {
		mass += p.Weights[order[kept]]
		kept++
	}
	order = order[:kept]
	slices.Sort(order)
	near := &Problem{Weights: only(p.Weights, order), Escalate: p.Escalate}
	for _, t := range p.Tests {
		t.Fixed = only(t.Fixed, order)
		learn := make([][]float64, len(t.Learn))
		for o := range t.Learn {
			learn[o] = only(t.Learn[o], order)
		}
		t.Learn = learn
		near.Tests = append(near.Tests, t)
	}
	return near
}

func only(w wide, at []int) wide {
	if w == nil {
		return nil
	}
	out := make(wide, len(at))
	for k, i := range at {
		out[k] = w[i]
	}
	return out
}

// maxCounted is for how many steps the states are counted that their order
// allows.
const maxCounted = 16

// reachable is how many states there can be at most, given what has to come
// before what.
func (p *Problem) reachable() float64 {
	k := p.steps()
	if k > maxCounted {
		return p.Bound()
	}
	questions := 1.0
	for _, t := range p.Tests[k:] {
		questions *= float64(1 + len(t.Learn))
	}
	steps := 0.0
	for done := range 1 << k {
		steps += p.outcomes(done)
	}
	return steps * questions
}

// outcomes is how many ways there are for just these steps to be done; 0 when
// one of them needs another.
func (p *Problem) outcomes(done int) float64 {
	n := 1.0
	for i, t := range p.Tests[:p.steps()] {
		if done>>i&1 == 0 {
			continue
		}
		if t.Never {
			return 0
		}
		for _, r := range t.After {
			if p.Tests[r].Step && done>>r&1 == 0 {
				return 0
			}
		}
		n *= float64(len(t.Learn))
	}
	return n
}
