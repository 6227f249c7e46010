package engine

import (
	"cmp"
	"math"
	"slices"
)

// observation is one thing that was learned.
type observation struct{ test, outcome string }

// posterior writes P(cause | observations) into out, which has one place per
// cause, and returns it. Observations without a column are worth 0 decibans.
// Working in logarithms keeps ten thousand observations finite.
func (m *Model) posterior(obs []observation, out []float64) []float64 {
	copy(out, m.logPrior)
	for _, o := range obs {
		m.weigh(o, out)
	}
	return normalise(out)
}

// weigh adds the log-likelihood of one observation, unless it would rule out
// everything: an observation that no cause allows says that the numbers are
// wrong, not which cause is right. What all causes share is left out, and
// returned.
func (m *Model) weigh(o observation, logs []float64) float64 {
	t := m.tests[o.test]
	if t == nil {
		return 0
	}
	col := t.column(o.outcome)
	if col == nil || !col.possible(logs) {
		return 0
	}
	return col.add(logs)
}

// normalise turns log weights into probabilities, in place.
func normalise(logs []float64) []float64 {
	top := math.Inf(-1)
	for _, l := range logs {
		if l > top {
			top = l
		}
	}
	sum := 0.0
	for i, l := range logs {
		logs[i] = math.Exp(l - top)
		sum += logs[i]
	}
	for i := range logs {
		logs[i] /= sum
	}
	return logs
}

// ranking lists causes, most probable first; ties in playbook order.
func ranking(post []float64) []int {
	order := make([]int, len(post))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(post[b], post[a]) })
	return order
}

// leader is the most probable cause; the first of equals.
func leader(post []float64) int {
	best := 0
	for i, p := range post {
		if p > post[best] {
			best = i
		}
	}
	return best
}

// decibansPerNat turns a natural logarithm into decibans, 10 log10.
var decibansPerNat = 10 / math.Ln10

// decibans is how far an observation favours cause a over cause b.
func (m *Model) decibans(o observation, a, b int) float64 {
	t := m.tests[o.test]
	if t == nil {
		return 0
	}
	col := t.column(o.outcome)
	if col == nil {
		return 0
	}
	pa, pb := col.of(a), col.of(b)
	if pa == pb { // also where both are ruled out
		return 0
	}
	return (math.Log(pa) - math.Log(pb)) * decibansPerNat
}

// priorDecibans is how far the priors favour a over b.
func (m *Model) priorDecibans(a, b int) float64 {
	return (m.logPrior[a] - m.logPrior[b]) * decibansPerNat
}

// oddsDecibans is the log-odds of a probability, in decibans.
func oddsDecibans(p float64) float64 {
	return 10 * (math.Log10(p) - math.Log10(1-p))
}

// pFix is the probability that a step would fix it now.
func pFix(t *test, post []float64) float64 {
	fixed := &t.columns[0]
	sum := 0.0
	for k, i := range fixed.at {
		sum += post[i] * fixed.p[k]
	}
	return sum
}
