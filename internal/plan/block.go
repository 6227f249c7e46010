package plan

import "slices"

// maxBlocked is up to how many steps blocks are looked for.
const maxBlocked = 128

// bestBlock is bestStep where steps have to come before others. A step that
// mends little may open the way to one that mends much, so that each step is
// valued with all that has to be done for it: P(fixed by any of them) for the
// cost of them all. The first of the best block is the move (for chains and
// trees this is how precedence is solved in scheduling: Horn, SIAM J. Appl.
// Math. 23, 1972). Without precedence it is bestStep.
func bestBlock(l *planner) int {
	if l.k > maxBlocked {
		return bestStep(l)
	}
	best, move := 0.0, Stop
	for j := range l.k {
		if l.done[j] != 0 {
			continue
		}
		first, mass, cost, ok := l.tryBlock(l.block(j))
		switch {
		case !ok:
		case cost == 0:
			return first
		case move == Stop || mass/cost > best:
			best, move = mass/cost, first
		}
	}
	if move != Stop && l.Escalate >= 0 && best*l.Escalate <= 1 {
		return Stop
	}
	return move
}

// tryBlock goes through what is left of a block: its first test, the weight
// that the whole of it fixes, and the cost of it until then. Not ok when there
// is nothing to do, or it cannot be done.
func (l *planner) tryBlock(block []int) (first int, mass, cost float64, ok bool) {
	first = Stop
	alive := l.scratch
	copy(alive, l.at())
	z := sum(alive)
	if z == 0 {
		return Stop, 0, 0, false
	}
	left := z
	for _, i := range block {
		t := &l.Tests[i]
		if l.done[i] != 0 {
			continue
		}
		if t.Never {
			return Stop, 0, 0, false
		}
		if first == Stop {
			first = i
		}
		cost += t.Cost * left
		if t.Step {
			unfixed(alive, t.Fixed)
			left = sum(alive)
		}
	}
	return first, z - left, cost, first != Stop && l.available(first)
}

// block is a step with all that has to be done before it, in an order that is
// allowed.
func (l *planner) block(j int) []int {
	if l.blocks == nil {
		l.blocks = make([][]int, len(l.Tests))
	}
	if l.blocks[j] == nil {
		l.blocks[j] = l.before(j, nil)
	}
	return l.blocks[j]
}

// before adds a test to a list behind what has to come before it. What goes
// round in a circle never can be done.
func (l *planner) before(i int, list []int) []int {
	list = append(list, -1-i) // begun
	for _, r := range l.Tests[i].After {
		if !slices.Contains(list, r) && !slices.Contains(list, -1-r) {
			list = l.before(r, list)
		}
	}
	list = slices.DeleteFunc(list, func(x int) bool { return x == -1-i })
	return append(list, i)
}
