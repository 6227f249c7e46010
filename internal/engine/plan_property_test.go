package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// randomModels is how many models every property is tried on.
const randomModels = 1000

// tried is a random model with a case, and its answer.
type tried struct {
	doc    *Document
	given  Case
	answer *Answer
}

// models are solved once, for all properties.
var models = sync.OnceValues(func() ([]tried, error) {
	var out []tried
	for i := range randomModels {
		r := rand.New(rand.NewPCG(uint64(i), 20261123))
		x := tried{doc: randomModel(r, someShape(r))}
		m, err := NewModel(x.doc)
		if err != nil {
			return nil, fmt.Errorf("model %d: %w", i, err)
		}
		x.given = randomCase(r, m)
		if x.answer, err = m.Solve(x.given); err != nil {
			return nil, fmt.Errorf("model %d: %w", i, err)
		}
		out = append(out, x)
	}
	return out, nil
})

// everyModel runs a property on random models, each with randomness of its own
// that a failure can be repeated with.
func everyModel(t *testing.T, property func(c comparison, r *rand.Rand, d *Document, given Case, a *Answer)) {
	t.Helper()
	all, err := models()
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range all {
		property(comparison{t, fmt.Sprintf("model %d", i)}, rand.New(rand.NewPCG(uint64(i), 20261125)), x.doc, x.given, x.answer)
		if t.Failed() {
			return
		}
	}
}

func answerOf(c comparison, d *Document, given Case) *Answer {
	c.Helper()
	m, err := NewModel(d)
	if err != nil {
		c.Fatalf("%s: %v", c.name, err)
	}
	a, err := m.Solve(given)
	if err != nil {
		c.Fatalf("%s: %v", c.name, err)
	}
	return a
}

// Nobody is better than the best, nor better than who knows the cause; and
// looking ahead is never worse than not.
func TestTheBestIsTheBest(t *testing.T) {
	better := 0
	everyModel(t, func(c comparison, _ *rand.Rand, _ *Document, _ Case, a *Answer) {
		best := *a.ECR["optimal"]
		for name, cost := range a.ECR {
			slack := 1e-9 * (1 + *cost)
			if chained := name == "random" || name == "fixed"; !chained && *cost < best-slack && name != "clairvoyant" {
				c.Errorf("%s: %s costs %v, the best %v", c.name, name, *cost, best)
			}
			if *a.ECR["clairvoyant"] > *cost+slack {
				c.Errorf("%s: %s costs %v, and knowing the cause %v", c.name, name, *cost, *a.ECR["clairvoyant"])
			}
		}
		for _, ahead := range []string{"myopic", "rollout"} {
			if *a.ECR[ahead] > *a.ECR["greedy_pc"]+1e-9 {
				c.Errorf("%s: %s costs more than not looking ahead", c.name, ahead)
			}
		}
		if best > *a.ECR["optimal_steps_only"]+1e-9 {
			c.Errorf("%s: being free to ask makes it worse", c.name)
		}
		if best < *a.ECR["greedy_pc"]-1e-6 {
			better++
		}
		if a.Plan.Method != "exact" || a.Plan.Cost != best {
			c.Errorf("%s: the plan is %+v, the best costs %v", c.name, a.Plan, best)
		}
	})
	if better < randomModels/10 {
		t.Errorf("only %d models are any better for planning: the property was hardly tried", better)
	}
}

// The order in which things were learned changes nothing.
func TestTheOrderOfObservationsDoesNotMatter(t *testing.T) {
	everyModel(t, func(c comparison, r *rand.Rand, d *Document, given Case, want *Answer) {
		other := Case{Observed: slices.Clone(given.Observed)}
		r.Shuffle(len(other.Observed), func(i, k int) {
			other.Observed[i], other.Observed[k] = other.Observed[k], other.Observed[i]
		})
		got := answerOf(c, d, other)
		c.maps("posterior", got.Posterior, want.Posterior, 1e-12)
		c.number("optimal", *got.ECR["optimal"], *want.ECR["optimal"], 1e-9**want.ECR["optimal"])
	})
}

// Nor does the order in which the causes are written down.
func TestTheOrderOfCausesDoesNotMatter(t *testing.T) {
	everyModel(t, func(c comparison, r *rand.Rand, d *Document, given Case, want *Answer) {
		other := *d
		other.Causes = slices.Clone(d.Causes)
		r.Shuffle(len(other.Causes), func(i, k int) { other.Causes[i], other.Causes[k] = other.Causes[k], other.Causes[i] })
		got := answerOf(c, &other, given)
		c.maps("posterior", got.Posterior, want.Posterior, 1e-12)
		c.maps("p_fix_now", got.PFixNow, want.PFixNow, 1e-12)
		c.number("optimal", *got.ECR["optimal"], *want.ECR["optimal"], 1e-9**want.ECR["optimal"])
	})
}

// What was asked without an answer weighs exactly nothing, and is not asked
// again.
func TestNoAnswerIsNoEvidence(t *testing.T) {
	everyModel(t, func(c comparison, r *rand.Rand, d *Document, given Case, want *Answer) {
		other := Case{Observed: slices.Clone(given.Observed)}
		for q := range want.EVOI {
			other.Observed = append(other.Observed, Observed{q, one(r, "unknown", "skipped", "not_applicable", "inconclusive")})
		}
		got := answerOf(c, d, other)
		c.maps("posterior", got.Posterior, want.Posterior, 0)
		c.number("the best without questions", *got.ECR["optimal"], *want.ECR["optimal_steps_only"], 1e-12**got.ECR["optimal"])
		if len(got.EVOI) != 0 {
			c.Errorf("%s: would ask %v again", c.name, sortedKeys(got.EVOI))
		}
	})
}

// Prior and observations add up to the posterior odds.
func TestPairwiseDecibansAddUp(t *testing.T) {
	everyModel(t, func(c comparison, _ *rand.Rand, _ *Document, _ Case, a *Answer) {
		total := a.Explain.PriorDB
		for _, db := range a.Explain.PairwiseDB {
			total += db
		}
		c.number("the sum", total, a.Explain.PosteriorDB, 1e-9)
	})
}

// Twice the price of everything is twice the cost, and the same plan.
func TestCostsScale(t *testing.T) {
	everyModel(t, func(c comparison, _ *rand.Rand, d *Document, given Case, want *Answer) {
		other := *d
		other.Evidence, other.Steps = slices.Clone(d.Evidence), slices.Clone(d.Steps)
		for i := range other.Evidence {
			other.Evidence[i].Cost *= 2
		}
		for i := range other.Steps {
			other.Steps[i].Cost *= 2
		}
		if d.Escalate != nil {
			other.Escalate = &DocEscalation{2 * d.Escalate.Cost}
		}
		got := answerOf(c, &other, given)
		for k, w := range want.ECR {
			c.number("twice "+k, *got.ECR[k], 2**w, 1e-9*math.Abs(*w))
		}
		if got.OptimalFirst != want.OptimalFirst {
			c.Errorf("%s: %s comes first, and %s at twice the price", c.name, want.OptimalFirst, got.OptimalFirst)
		}
	})
}

// Where every step needs the one before, and nobody can be turned to, there is
// one order, and planning without questions finds it.
func TestAChainIsItsOwnOrder(t *testing.T) {
	everyModel(t, func(c comparison, _ *rand.Rand, d *Document, given Case, _ *Answer) {
		other := *d
		other.Steps, other.Escalate = slices.Clone(d.Steps), nil
		for i := 1; i < len(other.Steps); i++ {
			other.Steps[i].Requires = []string{other.Steps[i-1].ID}
		}
		given.Questions = []string{}
		a := answerOf(c, &other, given)
		c.number("the best", *a.ECR["optimal"], *a.ECR["fixed"], 1e-12*(1+*a.ECR["fixed"]))
		c.number("the price of the order", a.Plan.PriceOfOrder, 0, 1e-9)
	})
}

// The best is found again by a program that remembers nothing and shares
// nothing with the planner.
func TestTheBestByBruteForce(t *testing.T) {
	for i := range 60 {
		r := rand.New(rand.NewPCG(uint64(i), 20261124))
		d := randomModel(r, shape{causes: 4, symptoms: 1, questions: 1, steps: 3, signals: i%2 == 0, chained: i%3 == 0, escalate: i%5 > 0})
		m, err := NewModel(d)
		if err != nil {
			t.Fatal(err)
		}
		a, err := m.Solve(Case{})
		if err != nil {
			t.Fatal(err)
		}
		var left []*test
		for _, x := range m.tests {
			if x.kind != "symptom" {
				left = append(left, x)
			}
		}
		want := bruteForce(m, m.prior, left)
		comparison{t, fmt.Sprintf("model %d", i)}.number("the best", *a.ECR["optimal"], want, 1e-9*want)
	}
}

// bruteForce is the least expected cost from a posterior, with these tests
// left.
func bruteForce(m *Model, post []float64, left []*test) float64 {
	steps := slices.ContainsFunc(left, func(x *test) bool { return x.kind == kindStep })
	best := math.Inf(1)
	if m.escalate >= 0 {
		best = m.escalate
	} else if !steps {
		best = 0
	}
	for i, x := range left {
		if slices.ContainsFunc(left, func(y *test) bool { return slices.Contains(x.requires, y.id) }) {
			continue
		}
		rest := slices.Concat(left[:i], left[i+1:])
		cost := x.cost
		for o := range x.outcomes {
			after, p := make([]float64, len(post)), 0.0
			for c := range post {
				after[c] = post[c] * x.columns[o].of(c)
				p += after[c]
			}
			if x.kind == kindStep && o == 0 || p == 0 {
				continue
			}
			for c := range after {
				after[c] /= p
			}
			cost += p * bruteForce(m, after, rest)
		}
		best = min(best, cost)
	}
	return best
}
