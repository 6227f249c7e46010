package plan

import (
	"cmp"
	"math"
	"slices"
)

// InOrder is what it costs to try all steps in their order and then to hand
// over, and how probable it is that each step, or one before it, has fixed it.
func (p *Problem) InOrder() (cost float64, fixedBy []float64) {
	w := slices.Clone(p.Weights)
	z0, value := sum(w), 0.0
	for i := range p.steps() {
		value += p.Tests[i].Cost * sum(w)
		unfixed(w, p.Tests[i].Fixed)
		fixedBy = append(fixedBy, 1-sum(w)/z0)
	}
	if p.Escalate >= 0 {
		value += p.Escalate * sum(w)
	}
	return p.mean(value), fixedBy
}

// unfixed takes out what a step fixes.
func unfixed(w, fixed wide) {
	for c, f := range fixed {
		w[c] *= 1 - f
	}
}

// maxShuffled is for how many steps the mean over all orders is worked out:
// it takes 2 to that power.
const maxShuffled = 16

// Random is the mean cost over all orders of the steps, whatever has to come
// before what; false for more than 16 steps.
func (p *Problem) Random() (float64, bool) {
	k := p.steps()
	if k > maxShuffled {
		return 0, false
	}
	known := make([]float64, 1<<k)
	for i := range known {
		known[i] = math.NaN()
	}
	return p.mean(p.shuffled(0, p.Weights, known)), true
}

func (p *Problem) shuffled(done int, w wide, known []float64) float64 {
	if v := known[done]; !math.IsNaN(v) {
		return v
	}
	z, total, left := sum(w), 0.0, 0
	for i := range p.steps() {
		if done>>i&1 != 0 {
			continue
		}
		left++
		after := slices.Clone(w)
		unfixed(after, p.Tests[i].Fixed)
		total += p.Tests[i].Cost*z + p.shuffled(done|1<<i, after, known)
	}
	switch {
	case left > 0:
		total /= float64(left)
	case p.Escalate >= 0:
		total = p.Escalate * z
	}
	known[done] = total
	return total
}

// Clairvoyant is what it would cost somebody who is told the cause at the
// start, and may do the steps in any order. Nothing can cost less.
func (p *Problem) Clairvoyant() float64 {
	total := 0.0
	for c, w := range p.Weights {
		total += p.told(c, w)
	}
	return p.mean(total)
}

// told is the value for one cause that is known: its fixes by what they do for
// their cost, while that is better than handing over.
func (p *Problem) told(c int, alive float64) float64 {
	var mend []*Test
	for i := range p.steps() {
		if p.Tests[i].Fixed[c] > 0 {
			mend = append(mend, &p.Tests[i])
		}
	}
	slices.SortStableFunc(mend, func(a, b *Test) int {
		return cmp.Compare(b.Fixed[c]/b.Cost, a.Fixed[c]/a.Cost)
	})
	cost := 0.0
	for _, t := range mend {
		if p.Escalate >= 0 && t.Cost >= t.Fixed[c]*p.Escalate {
			break
		}
		cost += alive * t.Cost
		alive *= 1 - t.Fixed[c]
	}
	if p.Escalate >= 0 {
		cost += alive * p.Escalate
	}
	return cost
}
