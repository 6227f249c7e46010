package engine

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The vectors in testdata/oracle were computed by an independent program.
const oracleDir = "../../testdata/oracle"

type oracleCase struct {
	Observed []struct{ ID, Outcome string }
}

type oracleAnswer struct {
	Log10Evidence float64            `json:"log10_evidence"`
	Posterior     map[string]float64 `json:"posterior"`
	Ranking       []string           `json:"ranking"`
	Explain       struct {
		Leader      string             `json:"leader"`
		RunnerUp    string             `json:"runner_up"`
		PriorDB     float64            `json:"prior_db"`
		PairwiseDB  map[string]float64 `json:"pairwise_db"`
		PosteriorDB float64            `json:"posterior_db"`
	} `json:"explain"`
	PFixNow map[string]float64 `json:"p_fix_now"`
}

func TestBeliefAgreesWithTheOracleOnRandomModels(t *testing.T) {
	f, err := os.Open(filepath.Join(oracleDir, "random300.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(zr)
	lines.Buffer(nil, 1<<24)
	n := 0
	for lines.Scan() {
		var v struct {
			Model  json.RawMessage
			Case   oracleCase
			Answer oracleAnswer
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		n++
		agree(t, n, v.Model, v.Case, v.Answer)
	}
	if lines.Err() != nil || n != 300 {
		t.Fatalf("read %d vectors, want 300 (%v)", n, lines.Err())
	}
}

func TestBeliefAgreesWithTheOracleOnTheSampleModel(t *testing.T) {
	model := read(t, "model_alarmcom.json")
	for name, file := range map[string]string{
		"no_evidence": "", "provider_outage": "case_provider_outage.json",
		"after_two_steps": "case_after_two_steps.json", "typical_stale_token": "case_typical_stale_token.json",
	} {
		t.Run(name, func(t *testing.T) {
			var c oracleCase
			var a oracleAnswer
			if file != "" {
				decode(t, read(t, file), &c)
			}
			decode(t, read(t, "alarmcom_"+name+".json"), &a)
			agree(t, 0, model, c, a)
		})
	}
}

func agree(t *testing.T, n int, model []byte, c oracleCase, want oracleAnswer) {
	t.Helper()
	doc, err := ReadDocument(model)
	if err != nil {
		t.Fatalf("vector %d: %v", n, err)
	}
	m, err := NewModel(doc)
	if err != nil {
		t.Fatalf("vector %d: %v", n, err)
	}
	var obs []observation
	for _, o := range c.Observed {
		obs = append(obs, observation{o.ID, o.Outcome})
	}
	post := m.posterior(obs, make([]float64, len(m.Causes)))
	order := ranking(post)
	var names []string
	for _, i := range order {
		names = append(names, m.Causes[i])
	}
	// Where two causes tie to the last digit, rounding alone orders the
	// oracle's list; any other difference in rank is a fault.
	for rank, name := range names {
		if other := want.Ranking[rank]; name != other && math.Abs(want.Posterior[name]-want.Posterior[other]) > 1e-12 {
			t.Errorf("vector %d: ranking (-want +got):\n%s", n, cmp.Diff(want.Ranking, names))
		}
	}
	for i, cause := range m.Causes {
		near(t, n, "posterior of "+cause, post[i], want.Posterior[cause], 1e-12)
	}
	a, b := slices.Index(m.Causes, want.Explain.Leader), slices.Index(m.Causes, want.Explain.RunnerUp)
	near(t, n, "prior decibans", m.priorDecibans(a, b), want.Explain.PriorDB, 1e-9)
	sum := m.priorDecibans(a, b)
	for _, o := range obs {
		got := m.decibans(o, a, b)
		near(t, n, "decibans of "+o.test, got, want.Explain.PairwiseDB[o.test], 1e-9)
		sum += got
	}
	near(t, n, "posterior decibans", sum, want.Explain.PosteriorDB, 1e-9)
	for _, s := range m.steps {
		if p, ok := want.PFixNow[s.id]; ok {
			near(t, n, "p_fix of "+s.id, pFix(s, post), p, 1e-12)
		}
	}
}

func near(t *testing.T, n int, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("vector %d: %s is %.15g, want %.15g", n, what, got, want)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(oracleDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}
