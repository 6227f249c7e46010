package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Ten thousand observations at the edge of what is allowed stay finite.
func TestTenThousandObservationsStayFinite(t *testing.T) {
	d := &Document{Format: DocumentFormat, Causes: []DocCause{{ID: "a", Prior: 1}, {ID: "b", Prior: 27}, {ID: "c", Prior: 3}}}
	var obs []observation
	for i := range 10000 {
		id := fmt.Sprintf("e%d", i)
		d.Evidence = append(d.Evidence, DocEvidence{ID: id, Default: DocRow{.001, .999}, Given: map[string]DocRow{"a": {.999, .001}}})
		obs = append(obs, observation{id, []string{"yes", "no"}[i%3%2]})
	}
	m, err := NewModel(d)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, p := range m.posterior(obs, make([]float64, 3)) {
		if math.IsNaN(p) || math.IsInf(p, 0) || p < 0 {
			t.Errorf("posterior of %s is %v", m.Causes[i], p)
		}
		sum += p
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Errorf("the posterior sums to %v", sum)
	}
}

func TestEvidenceThatNoCauseAllowsChangesNothing(t *testing.T) {
	d := &Document{
		Format: DocumentFormat, Causes: []DocCause{{ID: "a", Prior: 1}, {ID: "b", Prior: 3}},
		Steps: []DocStep{{ID: "s", Fixes: map[string]Number{}}, {ID: "a-only", Fixes: map[string]Number{"a": .9}}},
	}
	m, err := NewModel(d)
	if err != nil {
		t.Fatal(err)
	}
	post := m.posterior([]observation{{"s", stepFixed}}, make([]float64, 2))
	if math.Abs(post[0]-.25) > 1e-15 {
		t.Errorf("a step that fixes nothing moved the belief to %v", post)
	}
	post = m.posterior([]observation{{"a-only", stepFixed}}, make([]float64, 2))
	if post[1] != 0 || post[0] != 1 {
		t.Errorf("a cause that a step cannot fix kept %v after it fixed", post)
	}
}

func TestBadModelsAreRefused(t *testing.T) {
	causes := []DocCause{{ID: "a", Prior: 1}}
	for name, d := range map[string]*Document{
		"no weight":         {Causes: []DocCause{{ID: "a"}}},
		"no cause":          {},
		"twice":             {Causes: []DocCause{{ID: "a", Prior: 1}, {ID: "a", Prior: 1}}},
		"negative prior":    {Causes: []DocCause{{ID: "a", Prior: -1}}},
		"row too long":      {Causes: causes, Evidence: []DocEvidence{{ID: "e", Default: DocRow{.2, .2, .6}}}},
		"row over 1":        {Causes: causes, Evidence: []DocEvidence{{ID: "e", Default: DocRow{.9, .9}}}},
		"not a number":      {Causes: causes, Evidence: []DocEvidence{{ID: "e", Default: DocRow{math.NaN(), 1}}}},
		"unknown cause":     {Causes: causes, Evidence: []DocEvidence{{ID: "e", Default: DocRow{.5, .5}, Given: map[string]DocRow{"x": {.5, .5}}}}},
		"fixes the unknown": {Causes: causes, Steps: []DocStep{{ID: "s", Fixes: map[string]Number{"x": 1}}}},
		"fix above 1":       {Causes: causes, Steps: []DocStep{{ID: "s", Fixes: map[string]Number{"a": 2}}}},
		"same id":           {Causes: causes, Steps: []DocStep{{ID: "s"}, {ID: "s"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if m, err := NewModel(d); err == nil {
				t.Errorf("accepted as %+v", m)
			}
		})
	}
}

// What lies at an end of its range is allowed: a cause that cannot be, a step
// that always or never helps, reports that are always or never right.
func TestTheEndsOfRangesAreAllowed(t *testing.T) {
	for _, share := range []Number{0, 1} {
		_, err := NewModel(&Document{
			Format: DocumentFormat, Causes: []DocCause{{ID: "a", Prior: 1}, {ID: "b", Prior: 0}},
			Evidence: []DocEvidence{
				{ID: "r", Default: DocRow{.5, .5}, Report: &share},
				{ID: "s", Default: DocRow{.5, .5}, Reliability: &share},
			},
			Steps: []DocStep{{ID: "step", Fixes: map[string]Number{"a": share}}},
		})
		if err != nil {
			t.Errorf("%v: %v", share, err)
		}
	}
}

// Where multiplying would end at zero, logarithms are added: while both can be
// done they say the same, of the causes and of the observations.
func TestSmallNumbersAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 17))
	for range 200 {
		d := &Document{Format: DocumentFormat}
		for i := range 2 + r.IntN(5) {
			d.Causes = append(d.Causes, DocCause{ID: fmt.Sprint("c", i), Prior: Number(r.Float64() + .01)})
		}
		var obs []observation
		for i := range 1 + r.IntN(6) {
			p := .01 + .98*r.Float64()
			e := DocEvidence{ID: fmt.Sprint("e", i), Default: DocRow{p, 1 - p}, Given: map[string]DocRow{"c1": {1 - p, p}}}
			d.Evidence, obs = append(d.Evidence, e), append(obs, observation{e.ID, []string{"yes", "no"}[r.IntN(2)]})
		}
		m, err := NewModel(d)
		if err != nil {
			t.Fatal(err)
		}
		many, log := m.weights(obs)
		few, logFew := m.smallWeights(obs)
		normalised(many)
		normalised(few)
		for i := range many {
			if math.Abs(many[i]-few[i]) > 1e-12 {
				t.Errorf("%v and %v for one cause", many, few)
			}
		}
		if math.Abs(log-logFew) > 1e-12 {
			t.Errorf("the observations have %v and %v", log, logFew)
		}
	}
}

// What only a cause allows that cannot be is impossible; and of what is certain
// nothing is left to be known.
func TestWhatCannotBe(t *testing.T) {
	m, err := NewModel(&Document{
		Format: DocumentFormat, Causes: []DocCause{{ID: "a", Prior: 1}, {ID: "b", Prior: 0}, {ID: "c", Prior: 1}},
		Evidence: []DocEvidence{
			{ID: "only-b", Default: DocRow{0, 1}, Given: map[string]DocRow{"b": {1, 0}}},
			{ID: "only-a", Default: DocRow{0, 1}, Given: map[string]DocRow{"a": {1, 0}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := m.Solve(Case{Observed: []Observed{{"only-b", "yes"}}}); err == nil {
		t.Errorf("the impossible was solved: %+v", a)
	}
	a, err := m.Solve(Case{Observed: []Observed{{"only-a", "yes"}}})
	if err != nil || a.EntropyBits != 0 || a.Posterior["a"] != 1 {
		t.Errorf("certain: %+v, %v", a, err)
	}
	alone, err := NewModel(&Document{Format: DocumentFormat, Causes: []DocCause{{ID: "a", Prior: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := alone.Solve(Case{}); err != nil || a.Posterior["a"] != 1 || a.Explain.RunnerUp != "a" {
		t.Errorf("one cause: %+v, %v", a, err)
	}
}

// What a question is worth: an answer that cannot come says nothing, one that
// changes the leader is told as such, and no other is.
func TestWhatAQuestionIsWorth(t *testing.T) {
	m, err := NewModel(&Document{
		Format: DocumentFormat, Causes: []DocCause{{ID: "a", Prior: 3}, {ID: "b", Prior: 1}}, Escalate: &DocEscalation{Cost: 100},
		Evidence: []DocEvidence{
			{ID: "turns", Kind: "question", Cost: 1, Default: DocRow{.1, .9}, Given: map[string]DocRow{"b": {.9, .1}}},
			{ID: "never", Kind: "question", Cost: 1, Default: DocRow{0, 1}},
		},
		Steps: []DocStep{{ID: "step", Cost: 5, Fixes: map[string]Number{"a": .9}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := m.Solve(Case{})
	if err != nil {
		t.Fatal(err)
	}
	if w := a.EVOI["never"]; w.Answers["yes"] != (AfterReply{}) || math.Abs(w.InformationBits) > 1e-12 {
		t.Errorf("what never comes is worth %+v", w)
	}
	if flips := a.Plan.WouldChange; len(flips) != 1 || flips[0].Leader != "b" || flips[0].Outcome != "yes" {
		t.Errorf("the leader would change with %+v", flips)
	}
}

// What an outcome tells is what the posterior after it says: its chance, who
// leads then, and the information in it by the definition of Kullback and
// Leibler.
func TestWhatAnOutcomeTells(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for range 500 {
		c, w := someColumn(r, 1+r.IntN(9)), []float64(nil)
		for range c.causes {
			w = append(w, -math.Log(r.Float64()))
		}
		normalised(w)
		told, after := c.tells(w), make([]float64, len(w))
		chance := c.times(w, after)
		bits := 0.0
		for i := range after {
			if after[i] > 0 {
				bits += after[i] * math.Log2(after[i]/chance/w[i])
			}
		}
		if math.Abs(told.chance-chance) > 1e-12 || math.Abs(told.bits-bits) > 1e-12 || chance > 0 && told.leader != leader(after) {
			t.Errorf("%v of %v: %+v, want chance %v, leader %d, bits %v", c.column, w, told, chance, leader(after), bits)
		}
	}
}

type columnOf struct {
	column
	causes int
}

// someColumn has numbers of their own for some causes, zeros among them.
func someColumn(r *rand.Rand, causes int) columnOf {
	some := func() float64 { return max(0, r.Float64()*1.2-.2) }
	var at []int32
	var p []float64
	for i := range causes {
		if r.IntN(2) == 0 {
			at, p = append(at, int32(i)), append(p, some())
		}
	}
	return columnOf{newColumn(some(), at, p), causes}
}

func normalised(w []float64) {
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	for i := range w {
		w[i] /= sum
	}
}
