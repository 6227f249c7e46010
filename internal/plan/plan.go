// Package plan works out in which order to ask and to try, so that getting to
// the end costs least on average. It is arithmetic on tables, and knows of no
// playbook and no person.
//
// Exactly one cause is at work. A test is a question or a step: it has a cost,
// and outcomes with P(outcome | cause); one outcome of a step, fixed, ends the
// whole. Values are kept multiplied by the weight of the causes that they
// belong to, so that no place needs a division:
//
//	U(s) = min( escalate·Z, min over tests t of cost(t)·Z + Σ U(s + outcome) )
//
// with Z the sum of the weights at s (Jensen and others, "The SACSO
// methodology for troubleshooting complex systems", AI EDAM 15, 2001).
package plan

import "math"

// NoEscalation as a Problem's Escalate says that nobody can be turned to: then
// every step is tried, and failing in the end costs nothing more.
const NoEscalation = -1

// Stop as a move is to do no further test, and to hand over.
const Stop = -1

// A Problem is what there is to plan.
type Problem struct {
	Weights  []float64 // of the causes, at least 0; they need not sum to 1
	Tests    []Test    // the steps in their order, then the questions
	Escalate float64   // cost of handing over, or NoEscalation
}

// A Test is a question or a step that was not done yet.
type Test struct {
	ID    string
	Step  bool
	Cost  float64
	Fixed []float64   // P(fixed | cause) of a step; nil for a question
	Learn [][]float64 // P(outcome | cause) of every outcome that does not end it
	After []int       // places of tests that have to be done before
	Never bool        // what has to be done before never will be
}

// steps is how many of the tests are steps.
func (p *Problem) steps() int {
	n := 0
	for n < len(p.Tests) && p.Tests[n].Step {
		n++
	}
	return n
}

// Bound is how many states there could be at most: the product over all tests
// of the outcomes that do not end it, and one for not done yet.
func (p *Problem) Bound() float64 {
	n := 1.0
	for i := range p.Tests {
		n *= float64(1 + len(p.Tests[i].Learn))
	}
	return n
}

// Total is the sum of the weights.
func (p *Problem) Total() float64 { return sum(p.Weights) }

// A planner is a Problem with a place in it: which tests are done, with which
// outcomes, and what the causes weigh there.
type planner struct {
	*Problem
	k       int    // number of steps
	done    []int  // outcome of each test, from 1; 0 for not done
	key     key    // of done
	stack   []wide // weights, one for each test done
	stride  []uint64
	dense   bool    // states are few enough to number them through
	base    policy  // what is gone on with when one looks ahead
	greedy  *memo   // of the base; made when needed
	blocks  [][]int // of each step, what has to be done for it, itself last
	best    *memo   // of the best policy
	ahead   []*memo // of looking ahead, by how far
	scratch wide    // to try a block in
	states  int     // that were worked out
	maximum int     // states; beyond it, results mean nothing
}

// wide is a set of weights, one a cause.
type wide = []float64

func newPlanner(p *Problem, maximum int) *planner {
	l := &planner{Problem: p, k: p.steps(), done: make([]int, len(p.Tests)), base: bestStep, maximum: maximum}
	l.dense = p.Bound() <= maxDense && p.Bound() <= 4*float64(maximum)
	l.stack = append(l.stack, p.Weights)
	l.scratch = make(wide, len(p.Weights))
	stride := uint64(1)
	for i := range p.Tests {
		l.stride = append(l.stride, stride)
		stride *= uint64(1 + len(p.Tests[i].Learn))
	}
	return l
}

// over reports that there are more states than may be looked at.
func (l *planner) over() bool { return l.states > l.maximum }

// at is what the causes weigh here.
func (l *planner) at() wide { return l.stack[len(l.stack)-1] }

// enter goes on to where test i had outcome o, and leave returns.
func (l *planner) enter(i, o int) {
	from, d := l.at(), len(l.stack)
	if cap(l.stack) > d {
		l.stack = l.stack[:d+1]
	} else {
		l.stack = append(l.stack, nil)
	}
	if l.stack[d] == nil {
		l.stack[d] = make(wide, len(from))
	}
	times(from, l.Tests[i].Learn[o], l.stack[d])
	l.mark(i, o+1)
}

func (l *planner) leave(i int) {
	l.stack = l.stack[:len(l.stack)-1]
	l.mark(i, 0)
}

func (l *planner) mark(i, outcome int) {
	l.key = l.key.moved(i, l.done[i], outcome, l.stride[i])
	l.done[i] = outcome
}

// available reports whether test i can be done now.
func (l *planner) available(i int) bool {
	t := &l.Tests[i]
	if l.done[i] != 0 || t.Never {
		return false
	}
	for _, r := range t.After {
		if l.done[r] == 0 {
			return false
		}
	}
	return true
}

// stopping is the value of handing over here.
func (l *planner) stopping(z float64) float64 {
	if l.Escalate < 0 {
		return 0
	}
	return l.Escalate * z
}

// mayStop: where nobody can be turned to, every step has to be tried.
func (l *planner) mayStop() bool {
	if l.Escalate >= 0 {
		return true
	}
	for i := range l.k {
		if l.available(i) {
			return false
		}
	}
	return true
}

// fixMass is the weight that step i would fix here.
func (l *planner) fixMass(i int) float64 {
	total, w := 0.0, l.at()
	for c, f := range l.Tests[i].Fixed {
		total += w[c] * f
	}
	return total
}

func sum(w wide) float64 {
	total := 0.0
	for _, x := range w {
		total += x
	}
	return total
}

func times(w, col, out wide) {
	for i, x := range w {
		out[i] = x * col[i]
	}
}

// tolerance keeps rounding from deciding between equals.
func tolerance(v float64) float64 { return 1e-12 * math.Max(1, math.Abs(v)) }

// key tells states apart: the number of the state where all of them can be
// numbered, and 128 bits that are as good as unique where they cannot.
type key struct{ number, high, low uint64 }

func (k key) moved(test, from, to int, stride uint64) key {
	k.number += uint64(to-from) * stride
	for _, o := range [2]int{from, to} {
		if o != 0 {
			k.high ^= scramble(uint64(test)<<32 | uint64(o))
			k.low ^= scramble(uint64(test)<<32 | uint64(o) | 1<<63)
		}
	}
	return k
}

// scramble spreads a number over 64 bits (the finaliser of splitmix64).
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// maxDense is how many states a memo numbers through; of more, or where far
// fewer may be looked at, it keeps those that come in a map.
const maxDense = 1 << 21

// memo remembers the value of states.
type memo struct {
	dense  []float64 // NaN where nothing is known
	sparse map[[2]uint64]float64
}

func (l *planner) newMemo() *memo {
	if !l.dense {
		return &memo{sparse: map[[2]uint64]float64{}}
	}
	m := &memo{dense: make([]float64, int(l.Bound()))}
	for i := range m.dense {
		m.dense[i] = math.NaN()
	}
	return m
}

func (m *memo) get(k key) (float64, bool) {
	if m.dense != nil {
		v := m.dense[k.number]
		return v, !math.IsNaN(v)
	}
	v, ok := m.sparse[[2]uint64{k.high, k.low}]
	return v, ok
}

func (m *memo) put(k key, v float64) {
	if m.dense != nil {
		m.dense[k.number] = v
		return
	}
	m.sparse[[2]uint64{k.high, k.low}] = v
}
