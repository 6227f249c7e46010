package plan

import (
	"math"
	"slices"
)

// An Answer is a way to go on: what to do first, and what it all costs on
// average, if one goes on so.
type Answer struct {
	Move   int     // place of the test to do first, or Stop
	Cost   float64 // expected, from here to the end
	States int     // that were worked out
}

// Optimal is the best of all policies, exactly; false when it would take more
// than so many states. Of equals, handing over comes first, and then the tests
// in their order.
func (p *Problem) Optimal(states int) (Answer, bool) {
	l := newPlanner(p, states)
	l.best = l.newMemo()
	v := l.optimal()
	if l.over() {
		return Answer{}, false
	}
	_, move := l.choose()
	return Answer{Move: move, Cost: l.mean(v), States: l.states}, true
}

// optimal is the value of the best policy from here.
func (l *planner) optimal() float64 {
	if v, known := l.best.get(l.key); known || l.over() {
		return v
	}
	l.states++
	v, _ := l.choose()
	l.best.put(l.key, v)
	return v
}

// choose compares all that can be done here. A test is given up as soon as it
// is no better than what is known already.
func (l *planner) choose() (float64, int) {
	z := sum(l.at())
	v, move := math.Inf(1), Stop
	if z == 0 || l.mayStop() {
		v = l.stopping(z)
	}
	if z == 0 {
		return v, move
	}
	for i := range l.Tests {
		if !l.available(i) {
			continue
		}
		x := l.Tests[i].Cost * z
		for o := range l.Tests[i].Learn {
			l.enter(i, o)
			x += l.optimal()
			l.leave(i)
			if x >= v {
				break
			}
		}
		if x < v {
			v, move = x, i
		}
	}
	return v, move
}

// mean turns a value into the expected cost.
func (p *Problem) mean(value float64) float64 {
	z := p.Total()
	if z == 0 {
		return 0
	}
	return value / z
}

// StepsOnly is the problem without its questions. A step that comes after one
// of them never can be done.
func (p *Problem) StepsOnly() *Problem {
	k := p.steps()
	out := &Problem{Weights: p.Weights, Tests: slices.Clone(p.Tests[:k]), Escalate: p.Escalate}
	for i := range out.Tests {
		t := &out.Tests[i]
		t.Never = t.Never || slices.ContainsFunc(t.After, func(r int) bool { return r >= k })
		t.After = slices.DeleteFunc(slices.Clone(t.After), func(r int) bool { return r >= k })
	}
	return out
}
