package engine

import (
	"math"
	"slices"

	"github.com/authdoctor/authdoctor/internal/plan"
)

// problem is what is left to plan: these steps and questions of a model, for
// causes that weigh so much. done tells which tests were done before.
func (m *Model) problem(weights []float64, steps, questions []*test, done func(id string) bool) *plan.Problem {
	p := &plan.Problem{Weights: weights, Escalate: m.escalate}
	tests := slices.Concat(steps, questions)
	place := make(map[string]int, len(tests))
	for i, t := range tests {
		place[t.id] = i
	}
	for _, t := range tests {
		x := plan.Test{ID: t.id, Step: t.kind == kindStep, Cost: t.cost}
		columns := t.columns
		if x.Step {
			x.Fixed = columns[0].dense(make([]float64, len(weights)))
			columns = columns[1:]
		}
		for k := range columns {
			x.Learn = append(x.Learn, columns[k].dense(make([]float64, len(weights))))
		}
		for _, r := range t.requires {
			i, planned := place[r]
			switch {
			case done(r):
			case planned:
				x.After = append(x.After, i)
			default:
				x.Never = true
			}
		}
		p.Tests = append(p.Tests, x)
	}
	return p
}

// weights multiplies the priors by what was observed. They are not normalised:
// their sum is the probability of the observations, and its logarithm to base
// 10 is given besides. Where that is too small for a number, they are.
func (m *Model) weights(obs []observation) (w []float64, log10 float64) {
	w = slices.Clone(m.prior)
	for _, o := range obs {
		if t := m.tests[o.test]; t != nil {
			if col := t.column(o.outcome); col != nil {
				col.times(w, w)
			}
		}
	}
	if total := sum(w); total > tiny {
		return w, math.Log10(total)
	}
	return m.smallWeights(obs)
}

// tiny is where multiplying goes over to adding logarithms.
const tiny = 1e-250

func (m *Model) smallWeights(obs []observation) ([]float64, float64) {
	logs, common := slices.Clone(m.logPrior), 0.0
	for _, o := range obs {
		common += m.weigh(o, logs)
	}
	top := slices.Max(logs)
	total := 0.0
	for _, l := range logs {
		total += math.Exp(l - top)
	}
	return normalise(logs), (common + top + math.Log(total)) / math.Ln10
}

func sum(w []float64) float64 {
	total := 0.0
	for _, x := range w {
		total += x
	}
	return total
}
