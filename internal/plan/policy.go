package plan

import (
	"cmp"
	"math"
	"slices"
)

// A policy says what to do at a place: a test, or Stop.
type policy func(*planner) int

// bestStep is the available step with the most P(fixed) for its cost, handing
// over competing with one for its own; Stop when that is better. Of equals,
// the first. It is updating P/C (Heckerman, Breese and Rommelse, CACM 38,
// 1995; Kadane and Simon 1977), which is optimal when each step mends one
// cause and nothing can be asked.
func bestStep(l *planner) int {
	z := sum(l.at())
	if z == 0 {
		return Stop
	}
	best, move := 0.0, Stop
	for i := range l.k {
		if !l.available(i) {
			continue
		}
		efficiency := math.Inf(1)
		if c := l.Tests[i].Cost; c > 0 {
			efficiency = l.fixMass(i) / (c * z)
		}
		if move == Stop || efficiency > best {
			best, move = efficiency, i
		}
	}
	if move != Stop && l.Escalate >= 0 && best*l.Escalate <= 1 {
		return Stop
	}
	return move
}

// inOrder tries the steps in their order and passes by those that are not
// worth their cost.
func inOrder(l *planner) int {
	z := sum(l.at())
	for i := range l.k {
		if l.available(i) && (l.Escalate < 0 || l.fixMass(i)*l.Escalate > l.Tests[i].Cost*z) {
			return i
		}
	}
	return Stop
}

// greedyValue is the value of going on with the base from here.
func (l *planner) greedyValue() float64 {
	if l.greedy == nil {
		l.greedy = l.newMemo()
	}
	return l.follow(l.base, l.greedy)
}

// follow is the value of a policy from here.
func (l *planner) follow(next policy, known *memo) float64 {
	if v, ok := known.get(l.key); ok || l.over() {
		return v
	}
	l.states++
	z := sum(l.at())
	move := Stop
	if z > 0 {
		move = next(l)
	}
	v := l.stopping(z)
	if move != Stop {
		v = l.Tests[move].Cost * z
		for o := range l.Tests[move].Learn {
			l.enter(move, o)
			v += l.follow(next, known)
			l.leave(move)
		}
	}
	known.put(l.key, v)
	return v
}

// look is the value of doing test i now, and going on with the base.
func (l *planner) look(i int) float64 {
	v := l.Tests[i].Cost * sum(l.at())
	for o := range l.Tests[i].Learn {
		l.enter(i, o)
		v += l.greedyValue()
		l.leave(i)
	}
	return v
}

// looked is a test with its look-ahead value.
type looked struct {
	value float64
	test  int
}

// better lists the questions that are better asked now than not at all, the
// best first.
func (l *planner) better(base float64) []looked {
	var out []looked
	for q := l.k; q < len(l.Tests); q++ {
		if !l.available(q) {
			continue
		}
		if v := l.look(q); v < base-tolerance(base) {
			out = append(out, looked{v, q})
		}
	}
	slices.SortStableFunc(out, func(a, b looked) int { return cmp.Compare(a.value, b.value) })
	return out
}

// myopic asks the best question when that is better than asking none
// (Heckerman, Breese and Rommelse).
func myopic(l *planner) int {
	if good := l.better(l.greedyValue()); len(good) > 0 {
		return good[0].test
	}
	return l.base(l)
}

// lookAhead is myopic, and waits with a question that is better asked after
// the next step (SACSO-B of Jensen and others).
func lookAhead(l *planner) int {
	step := l.base(l)
	for _, good := range l.better(l.greedyValue()) {
		if step == Stop || l.askAfter(step, good.test) >= good.value-tolerance(good.value) {
			return good.test
		}
	}
	return step
}

// askAfter is the value of a step, and the question right behind it.
func (l *planner) askAfter(step, question int) float64 {
	v := l.Tests[step].Cost * sum(l.at())
	for o := range l.Tests[step].Learn {
		l.enter(step, o)
		v += l.look(question)
		l.leave(step)
	}
	return v
}

// rollout does whatever is best when one goes on with the base afterwards; it
// is never worse than that.
func rollout(l *planner) int {
	if sum(l.at()) == 0 {
		return Stop
	}
	move, best := l.base(l), l.greedyValue()
	for i := range l.Tests {
		if !l.available(i) {
			continue
		}
		if v := l.look(i); v < best-tolerance(best) {
			best, move = v, i
		}
	}
	return move
}

// cost is the expected cost of a policy; false when it has too many states.
func (p *Problem) cost(next policy, states int) (float64, bool) {
	l := newPlanner(p, states)
	v := l.follow(next, l.newMemo())
	return p.mean(v), !l.over()
}

// OrderedSkip is what it costs to try the steps in order, passing by those not
// worth their cost: P(fixed) times the cost of handing over, against their own.
func (p *Problem) OrderedSkip(states int) (float64, bool) { return p.cost(inOrder, states) }

// Greedy is what it costs to try what is likeliest for its cost, and to ask
// nothing.
func (p *Problem) Greedy(states int) (float64, bool) { return p.cost(bestStep, states) }

// Myopic is what it costs to ask whenever that is better than not asking.
func (p *Problem) Myopic(states int) (float64, bool) { return p.cost(myopic, states) }

// LookAhead is what it costs to ask whenever that is better than not asking
// and than asking after the next step.
func (p *Problem) LookAhead(states int) (float64, bool) { return p.cost(lookAhead, states) }

// Rollout is what it costs to do whatever is best if one went on with what is
// likeliest for its cost.
func (p *Problem) Rollout(states int) (float64, bool) { return p.cost(rollout, states) }
