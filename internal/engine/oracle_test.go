package engine

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The vectors in testdata/oracle were computed by an independent program.
const oracleDir = "../../testdata/oracle"

// vector is a model and a case with the oracle's answer.
type vector struct {
	Model  json.RawMessage
	Case   Case
	Answer Answer
}

func TestTheOracleAgreesOnRandomModels(t *testing.T) {
	n := 0
	for v := range vectors(t) {
		n++
		agree(t, fmt.Sprintf("vector %d", n), v)
	}
	if n != 300 {
		t.Fatalf("read %d vectors, want 300", n)
	}
}

// vectors reads the random models.
func vectors(t *testing.T) func(yield func(vector) bool) {
	t.Helper()
	f, err := os.Open(filepath.Join(oracleDir, "random300.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(zr)
	lines.Buffer(nil, 1<<24)
	return func(yield func(vector) bool) {
		for lines.Scan() {
			var v vector
			decode(t, lines.Bytes(), &v)
			if !yield(v) {
				return
			}
		}
		if lines.Err() != nil {
			t.Fatal(lines.Err())
		}
	}
}

func TestTheOracleAgreesOnTheSampleModel(t *testing.T) {
	for name, file := range map[string]string{
		"no_evidence": "", "provider_outage": "case_provider_outage.json",
		"after_two_steps": "case_after_two_steps.json", "typical_stale_token": "case_typical_stale_token.json",
	} {
		t.Run(name, func(t *testing.T) {
			v := vector{Model: read(t, "model_alarmcom.json")}
			if file != "" {
				decode(t, read(t, file), &v.Case)
			}
			decode(t, read(t, "alarmcom_"+name+".json"), &v.Answer)
			agree(t, name, v)
		})
	}
}

// solved answers a case with what is to be released.
func solved(t *testing.T, model []byte, c Case) *Answer {
	t.Helper()
	doc, err := ReadDocument(model)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewModel(doc)
	if err != nil {
		t.Fatal(err)
	}
	a, err := m.Solve(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// agree compares every number of an answer with the oracle's.
func agree(t *testing.T, name string, v vector) {
	t.Helper()
	got, want := solved(t, v.Model, v.Case), &v.Answer
	c := comparison{t, name}
	c.ranks(got, want)
	c.maps("posterior", got.Posterior, want.Posterior, 1e-12)
	c.number("log10_evidence", got.Log10Evidence, want.Log10Evidence, 1e-12)
	c.number("entropy_bits", got.EntropyBits, want.EntropyBits, 1e-9)
	c.number("conflict_bits", got.ConflictBits, want.ConflictBits, 1e-9)
	c.maps("p_fixed_by", got.PFixedBy, want.PFixedBy, 1e-12)
	c.maps("p_fix_now", got.PFixNow, want.PFixNow, 1e-12)
	if e, w := got.Explain, want.Explain; e.Leader == w.Leader && e.RunnerUp == w.RunnerUp {
		c.number("prior_db", e.PriorDB, w.PriorDB, 1e-9)
		c.number("posterior_db", e.PosteriorDB, w.PosteriorDB, 1e-9)
		c.maps("pairwise_db", e.PairwiseDB, w.PairwiseDB, 1e-9)
		c.maps("drop_one_db", e.DropOneDB, w.DropOneDB, 1e-9)
	}
	c.costs(got.ECR, want.ECR)
	c.worths(got.EVOI, want.EVOI)
}

// A comparison holds the numbers of one vector against each other.
type comparison struct {
	*testing.T
	name string
}

func (c comparison) number(what string, got, want, tolerance float64) {
	c.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		c.Errorf("%s: %s is %.15g, want %.15g", c.name, what, got, want)
	}
}

func (c comparison) maps(what string, got, want map[string]float64, tolerance float64) {
	c.Helper()
	if diff := cmp.Diff(sortedKeys(want), sortedKeys(got)); diff != "" {
		c.Errorf("%s: keys of %s (-want +got):\n%s", c.name, what, diff)
	}
	for k, w := range want {
		c.number(what+" of "+k, got[k], w, tolerance)
	}
}

// ranks: where two causes tie to the last digit, rounding alone orders them;
// any other difference is a fault.
func (c comparison) ranks(got, want *Answer) {
	c.Helper()
	for i, name := range want.Ranking {
		if other := got.Ranking[i]; name != other && math.Abs(want.Posterior[name]-want.Posterior[other]) > 1e-12 {
			c.Errorf("%s: ranking (-want +got):\n%s", c.name, cmp.Diff(want.Ranking, got.Ranking))
			return
		}
	}
}

// costs: every expected cost, to nine places of itself.
func (c comparison) costs(got, want map[string]*float64) {
	c.Helper()
	if diff := cmp.Diff(sortedKeys(want), sortedKeys(got)); diff != "" {
		c.Errorf("%s: keys of ecr (-want +got):\n%s", c.name, diff)
		return
	}
	for k, w := range want {
		switch g := got[k]; {
		case (g == nil) != (w == nil):
			c.Errorf("%s: ecr of %s is %v, want %v", c.name, k, g, w)
		case w != nil:
			c.number("ecr of "+k, *g, *w, 1e-9*math.Abs(*w))
		}
	}
}

func (c comparison) worths(got, want map[string]Worth) {
	c.Helper()
	if len(got) != len(want) {
		c.Errorf("%s: %d questions are valued, want %d", c.name, len(got), len(want))
	}
	for q, w := range want {
		g := got[q]
		c.number("cost of "+q, g.Cost, w.Cost, 0)
		c.number("information of "+q, g.InformationBits, w.InformationBits, 1e-9)
		c.number("value of "+q, *g.Value, *w.Value, 1e-9)
		c.number("net value of "+q, *g.Net, *w.Net, 1e-9)
		for o, wa := range w.Answers {
			ga := g.Answers[o]
			c.number("p of "+q+"="+o, ga.P, wa.P, 1e-12)
			if wa.Posterior != nil {
				c.number("leader's share after "+q+"="+o, *ga.Posterior, *wa.Posterior, 1e-12)
			}
		}
	}
}

// The examples that papers print.
func TestPublishedExamples(t *testing.T) {
	t.Run("Jensen and others 2001, figure 1", func(t *testing.T) {
		a := solved(t, read(t, "model_sacso_fig1.json"), Case{})
		comparison{t, "SACSO"}.number("updating P/C", *a.ECR["greedy_pc"], 1.50, 1e-12)
		comparison{t, "SACSO"}.number("the optimum", *a.ECR["optimal"], 1.45, 1e-12)
	})
	t.Run("Lin 2014, figure 2", func(t *testing.T) {
		a := solved(t, read(t, "model_lin_fig2.json"), Case{})
		comparison{t, "Lin"}.number("the optimum", *a.ECR["optimal"], 1.75, 1e-12)
		if a.OptimalFirst == "Q" {
			t.Error("the question is asked, and it does not pay")
		}
	})
	t.Run("Heckerman and others 1995, two components", func(t *testing.T) {
		doc := `{"format":"authdoctor.model/1","name":"t","causes":[{"id":"a","prior":0.3},{"id":"b","prior":0.7}],"evidence":[],
			"steps":[{"id":"A","cost":2,"fixes":{"a":1}},{"id":"B","cost":5,"fixes":{"b":1}}],"escalate":null}`
		a := solved(t, []byte(doc), Case{})
		comparison{t, "HBR"}.number("p1 c1 + p2 (c1 + c2)", *a.ECR["fixed"], .3*2+.7*7, 1e-12)
		if a.OptimalFirst != "A" { // .3/2 is more than .7/5
			t.Errorf("first is %s, want A", a.OptimalFirst)
		}
	})
}

// A case that cannot be is refused, with its reason.
func TestCasesThatAreNone(t *testing.T) {
	doc, err := ReadDocument(read(t, "model_sacso_fig1.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewModel(doc)
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]Case{
		"impossible":        {Observed: []Observed{{"A1", "not_fixed"}, {"A3", "not_fixed"}}},
		"no outcome":        {Observed: []Observed{{"A1", "no such"}}},
		`no "Z" to observe`: {Observed: []Observed{{"Z", "fixed"}}},
		"observed twice":    {Observed: []Observed{{"A1", "not_fixed"}, {"A1", "unknown"}}},
		`no "Z" to plan`:    {Steps: []string{"Z"}},
		`no "A1" to plan`:   {Questions: []string{"A1"}},
	} {
		if _, err := m.Solve(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want it to say %q", c, err, want)
		}
	}
	if a, err := m.Solve(Case{Observed: []Observed{{"A1", "skipped"}}}); err != nil || a.Posterior["C1"] != m.prior[0] {
		t.Errorf("what was skipped weighs something: %v, %v", a, err)
	}
}

// More than memory is for is refused before it is taken, and a case that names
// less of it is answered.
func TestWhatIsTooLargeToPlan(t *testing.T) {
	d := &Document{Format: DocumentFormat, Name: "huge"}
	for i := range 60_000 {
		d.Causes = append(d.Causes, DocCause{ID: fmt.Sprint("c", i), Prior: 1})
	}
	for i := range 500 {
		d.Evidence = append(d.Evidence, DocEvidence{ID: fmt.Sprint("q", i), Kind: "question", Default: DocRow{.5, .5}})
	}
	m, err := NewModel(d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Solve(Case{}); err == nil || !strings.Contains(err.Error(), "too large to plan: 60000000 numbers") {
		t.Errorf("got %v", err)
	}
	if a, err := m.Solve(Case{Questions: []string{"q1"}}); err != nil || len(a.Posterior) != 60_000 {
		t.Errorf("with one question: %v", err)
	}
}

func read(t testing.TB, name string) []byte {
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
