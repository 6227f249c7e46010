package engine

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// world is a model in which every number is off: the odds of each, priors
// included, times a factor between 1/f and f, even on the logarithm.
func world(r *rand.Rand, m *Model, f float64) *Model {
	off := func(p float64) float64 { return p * math.Pow(f, 2*r.Float64()-1) }
	w := &Model{Name: m.Name, Causes: m.Causes, tests: map[string]*test{}, escalate: m.escalate}
	for _, p := range m.prior {
		w.prior = append(w.prior, off(p))
	}
	w.prior = shares(w.prior)
	for _, p := range w.prior {
		w.logPrior = append(w.logPrior, math.Log(p))
	}
	all := make([]int32, len(m.Causes))
	for i := range all {
		all[i] = int32(i)
	}
	shifted := func(t *test) *test {
		rows := make([][]float64, len(t.columns))
		for o := range rows {
			rows[o] = make([]float64, len(all))
		}
		for c := range all {
			row := make([]float64, len(t.columns))
			for o := range row {
				row[o] = off(t.columns[o].of(c))
			}
			for o, p := range shares(row) {
				rows[o][c] = p
			}
		}
		x := *t
		x.columns = nil
		for o := range rows {
			x.columns = append(x.columns, newColumn(0, all, rows[o]))
		}
		w.tests[x.id] = &x
		return &x
	}
	for _, t := range m.evidence {
		w.evidence = append(w.evidence, shifted(t))
	}
	for _, t := range m.steps {
		w.steps = append(w.steps, shifted(t))
	}
	return w
}

// seen draws what somebody with a cause sees in a world.
func seen(r *rand.Rand, w *Model, tests []*test, cause int) []observation {
	var obs []observation
	for _, t := range tests {
		var p []float64
		for o := range w.tests[t.id].columns {
			p = append(p, w.tests[t.id].columns[o].of(cause))
		}
		obs = append(obs, observation{t.id, t.outcomes[draw(r, p)]})
	}
	return obs
}

// calibration is how far probabilities are from how often they come true.
type calibration []struct {
	claimed float64
	right   bool
}

// ece is the expected calibration error over ten parts of equal size, by
// confidence alone.
func (c calibration) ece() float64 {
	slices.SortStableFunc(c, func(a, b struct {
		claimed float64
		right   bool
	}) int {
		return cmp.Compare(a.claimed, b.claimed)
	})
	total := 0.0
	for part := range 10 {
		claimed, right := 0.0, 0.0
		for _, x := range c[part*len(c)/10 : (part+1)*len(c)/10] {
			claimed += x.claimed
			if x.right {
				right++
			}
		}
		total += math.Abs(claimed-right) / float64(len(c))
	}
	return total
}

// What wrong numbers, missing answers and a wrong answer do to naming the
// cause of the sample model, over 8,000 people each.
func TestNamingIsRobust(t *testing.T) {
	m, _ := sample(t)
	tests := kinds(m, "symptom", "probe")
	for _, tt := range []struct {
		name               string
		factor, missing    float64
		flipped            bool
		maxECE, top1, top3 float64
	}{
		{name: "as the model says", factor: 1, maxECE: .02, top1: .70, top3: .92},
		{name: "every number off, up to twice", factor: 2, maxECE: .03, top1: .68, top3: .91},
		{name: "three answers in ten missing", factor: 1, missing: .3, maxECE: 1, top1: .61, top3: .89},
		{name: "one answer of eight wrong", factor: 1, flipped: true, maxECE: 1, top1: .46, top3: .85},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const people = 8000
			r := rand.New(rand.NewPCG(7, 20261124))
			score, sure, w := &named{}, calibration{}, m
			for i := range people {
				if i%20 == 0 && tt.factor > 1 {
					w = world(r, m, tt.factor)
				}
				cause := draw(r, w.prior)
				obs := seen(r, w, tests, cause)
				if tt.flipped {
					k := r.IntN(len(obs))
					names := m.tests[obs[k].test].outcomes
					obs[k].outcome = names[1-slices.Index(names, obs[k].outcome)]
				}
				obs = slices.DeleteFunc(obs, func(observation) bool { return r.Float64() < tt.missing })
				post := m.posterior(obs, make([]float64, len(m.Causes)))
				score.add(post, cause)
				lead := leader(post)
				sure = append(sure, struct {
					claimed float64
					right   bool
				}{post[lead], lead == cause})
			}
			ece := sure.ece()
			t.Logf("top-1/top-3/log loss %s, calibration error %.4f", score, ece)
			if score.top1/people < tt.top1 || score.top3/people < tt.top3 || ece > tt.maxECE {
				t.Errorf("want at least %.2f and %.2f, and an error of at most %.2f", tt.top1, tt.top3, tt.maxECE)
			}
		})
	}
}

// costIn is what it costs in a world to do what is best by a model; both start
// with these weights, and the same was done.
func costIn(model, w *Model, mw, ww []float64, done map[string]bool) float64 {
	open := func(tests []*test) []*test {
		return slices.DeleteFunc(slices.Clone(tests), func(t *test) bool { return done[t.id] })
	}
	p := model.problem(mw, open(model.steps), open(kinds(model, "question", "probe")), func(id string) bool { return done[id] })
	a, _ := p.Optimal(math.MaxInt)
	z := sum(ww)
	if z == 0 {
		return 0
	}
	if a.Move < 0 {
		return z * w.escalate
	}
	id := p.Tests[a.Move].ID
	done[id] = true
	defer delete(done, id)
	cost := z * w.tests[id].cost
	for o := range w.tests[id].columns {
		if w.tests[id].kind == kindStep && o == 0 {
			continue
		}
		mn, wn := make([]float64, len(mw)), make([]float64, len(ww))
		model.tests[id].columns[o].times(mw, mn)
		w.tests[id].columns[o].times(ww, wn)
		cost += costIn(model, w, mn, wn, done)
	}
	return cost
}

// What it costs to plan with wrong numbers, against planning with the right
// ones in the same world.
func TestPlanningIsRobust(t *testing.T) {
	m, _ := sample(t)
	for factor, most := range map[float64]float64{2: 1.03, 4: 1.10} {
		t.Run(fmt.Sprintf("up to %v times", factor), func(t *testing.T) {
			const worlds = 60
			r := rand.New(rand.NewPCG(11, 20261124))
			ours, informed := 0.0, 0.0
			for range worlds {
				w := world(r, m, factor)
				obs := seen(r, w, kinds(m, "symptom"), draw(r, w.prior))
				mw, _ := m.weights(obs)
				ww, _ := w.weights(obs)
				mw, ww = shares(mw), shares(ww)
				ours += costIn(m, w, mw, ww, map[string]bool{}) / worlds
				informed += costIn(w, w, ww, ww, map[string]bool{}) / worlds
			}
			t.Logf("%.2f minutes with wrong numbers, %.2f with the right ones: %.3f times", ours, informed, ours/informed)
			if ours > most*informed {
				t.Errorf("want at most %.2f times", most)
			}
		})
	}
}
