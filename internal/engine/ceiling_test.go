package engine

import (
	"slices"
	"testing"
)

// ceilings are the sample model's, enumerated by the oracle in fractions: how
// often the likeliest cause, or one of the likeliest three, is the right one
// at best, and what every policy costs over all patterns of symptoms.
type ceilings struct {
	Accuracy map[string]struct{ Top1, Top3 float64 } `json:"accuracy"`
	MeanECR  map[string]float64                      `json:"mean_ecr"`
}

func sample(t *testing.T) (*Model, ceilings) {
	t.Helper()
	doc, err := ReadDocument(read(t, "model_alarmcom.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewModel(doc)
	if err != nil {
		t.Fatal(err)
	}
	var want ceilings
	decode(t, read(t, "alarmcom_ceilings.json"), &want)
	return m, want
}

// kinds are the ids of a model's evidence of some kinds, kind by kind.
func kinds(m *Model, wanted ...string) []*test {
	var out []*test
	for _, kind := range wanted {
		for _, x := range m.evidence {
			if x.kind == kind {
				out = append(out, x)
			}
		}
	}
	return out
}

// patterns calls with every combination of outcomes of these tests.
func patterns(tests []*test, seen []Observed, each func([]Observed)) {
	if len(tests) == 0 {
		each(seen)
		return
	}
	for _, outcome := range tests[0].outcomes {
		patterns(tests[1:], append(slices.Clip(seen), Observed{tests[0].id, outcome}), each)
	}
}

// Nothing can name the cause more often than this, and we name it that often.
func TestAccuracyIsAtItsCeiling(t *testing.T) {
	m, want := sample(t)
	for name, tests := range map[string][]*test{
		"prior": nil, "symptoms": kinds(m, "symptom"), "symptoms+probes": kinds(m, "symptom", "probe"),
		"symptoms+probes+questions": kinds(m, "symptom", "probe", "question"),
	} {
		top1, top3 := 0.0, 0.0
		patterns(tests, nil, func(seen []Observed) {
			var obs []observation
			for _, o := range seen {
				obs = append(obs, observation{o.ID, o.Outcome})
			}
			post := m.posterior(obs, make([]float64, len(m.Causes)))
			w, _ := m.weights(obs) // how often this pattern comes, with each cause
			for rank, i := range ranking(post)[:3] {
				if top3 += w[i]; rank == 0 {
					top1 += w[i]
				}
			}
		})
		c := comparison{t, name}
		c.number("top-1", top1, want.Accuracy[name].Top1, 1e-9)
		c.number("top-3", top3, want.Accuracy[name].Top3, 1e-9)
	}
}

// What each policy costs, over all 64 patterns of symptoms.
func TestCostsOverAllSymptoms(t *testing.T) {
	m, want := sample(t)
	got := map[string]float64{}
	patterns(kinds(m, "symptom"), nil, func(seen []Observed) {
		a, err := m.Solve(Case{Observed: seen})
		if err != nil {
			t.Fatal(err)
		}
		var obs []observation
		for _, o := range seen {
			obs = append(obs, observation{o.ID, o.Outcome})
		}
		w, _ := m.weights(obs)
		for k, cost := range a.ECR {
			got[k] += sum(w) * *cost
		}
	})
	comparison{t, "mean"}.maps("ecr", got, want.MeanECR, 1e-8)
	t.Logf("in order %.2f minutes, looking ahead %.2f, at best %.2f, the cause known %.2f", got["fixed"], got["sacso"], got["optimal"], got["clairvoyant"])
}

// Most sign-ins are mended within the first three steps.
func TestMostIsFixedWithinThreeSteps(t *testing.T) {
	m, _ := sample(t)
	a, err := m.Solve(Case{})
	if err != nil {
		t.Fatal(err)
	}
	if p := a.PFixedBy["validate_2fa"]; p < .5 {
		t.Errorf("within three steps %v is fixed, want more than half", p)
	}
}
