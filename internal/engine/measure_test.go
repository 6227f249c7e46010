package engine

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/plan"
)

var measure = flag.Bool("measure", false, "measure, and print a table (make bench)")

// large is a model in which each cause shows itself in eight tests of up to a
// thousand, and a case with ten of them observed.
func large(t testing.TB, causes int) (*Model, []observation) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(causes), 1))
	tests := min(1000, max(10, causes/10))
	d := &Document{Format: DocumentFormat, Name: "large"}
	for i := range tests {
		d.Evidence = append(d.Evidence, DocEvidence{ID: fmt.Sprintf("e%d", i), Default: DocRow{.05, .95}, Given: map[string]DocRow{}})
	}
	for i := range causes {
		id := fmt.Sprintf("c%d", i)
		d.Causes = append(d.Causes, DocCause{ID: id, Prior: Number(1 + r.IntN(27))})
		for range 8 {
			p := .1 + .89*r.Float64()
			d.Evidence[r.IntN(tests)].Given[id] = DocRow{p, 1 - p}
		}
	}
	m, err := NewModel(d)
	if err != nil {
		t.Fatal(err)
	}
	var obs []observation
	for i := range 10 {
		obs = append(obs, observation{fmt.Sprintf("e%d", i), []string{"yes", "no"}[i%2]})
	}
	return m, obs
}

// The posterior takes no memory, whatever the number of causes.
func TestThePosteriorAllocatesNothing(t *testing.T) {
	for _, n := range []int{10, 1000} {
		m, obs := large(t, n)
		out := make([]float64, n)
		if a := testing.AllocsPerRun(10, func() { m.posterior(obs, out) }); a != 0 {
			t.Errorf("%d causes: %v allocations", n, a)
		}
	}
}

// Each cause that a test says nothing of costs a model nothing.
func TestALargeModelIsSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, _ := large(t, 100_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	runtime.KeepAlive(m)
	t.Logf("100,000 causes with 8 links each: %d MB", size>>20)
	if size > 64<<20 {
		t.Errorf("the model takes %d MB, 64 are allowed", size>>20)
	}
}

// sizes of models to measure, with what the posterior may take.
var sizes = []struct {
	causes int
	budget time.Duration
}{{10, time.Microsecond}, {1_000, 50 * time.Microsecond}, {10_000, 0}, {100_000, 3 * time.Millisecond}}

func BenchmarkPosterior(b *testing.B) {
	for _, s := range sizes {
		b.Run(fmt.Sprintf("causes=%d", s.causes), func(b *testing.B) {
			m, obs := large(b, s.causes)
			out := make([]float64, s.causes)
			b.ReportAllocs()
			for b.Loop() {
				m.posterior(obs, out)
			}
		})
	}
}

// planSizes are problems to measure planning on, with what it may take.
var planSizes = []struct {
	name   string
	make   func(testing.TB) *plan.Problem
	budget time.Duration
}{
	{"sample", func(t testing.TB) *plan.Problem { return samplePlan(t) }, 5 * time.Millisecond},
	{"249k states", func(t testing.TB) *plan.Problem { return randomPlan(t, 10, 10, 5, 0) }, 250 * time.Millisecond},
	{"looking ahead", func(t testing.TB) *plan.Problem { return randomPlan(t, 10, 10, 10, 0) }, 0},
	{"looking ahead, 100,000 causes", func(t testing.TB) *plan.Problem { return randomPlan(t, 10, 10, 10, 100_000) }, 0},
}

// samplePlan is the sample model, with nothing known.
func samplePlan(t testing.TB) *plan.Problem {
	doc, err := ReadDocument(read(t, "model_alarmcom.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewModel(doc)
	if err != nil {
		t.Fatal(err)
	}
	return everything(m)
}

// everything is all that can be tried and asked of a model.
func everything(m *Model) *plan.Problem {
	return m.problem(m.prior, m.steps, slices.Concat(kinds(m, "question"), kinds(m, "probe")), func(string) bool { return false })
}

// randomPlan has two outcomes for each of its questions; the bound of states
// is 2 to the steps times 3 to the questions. More causes are spread evenly
// over those of the small model.
func randomPlan(t testing.TB, causes, steps, questions, spread int) *plan.Problem {
	r := rand.New(rand.NewPCG(1, 2))
	d := randomModel(r, shape{causes: causes, steps: steps, questions: 0, escalate: true})
	for i := range questions {
		d.Evidence = append(d.Evidence, DocEvidence{
			ID: fmt.Sprintf("q%d", i), Kind: "question", Cost: 1, Default: DocRow{.1, .9},
			Given: map[string]DocRow{fmt.Sprintf("c%d", i%causes): {.9, .1}},
		})
	}
	for i := range spread {
		d.Causes = append(d.Causes, DocCause{ID: fmt.Sprintf("more%d", i), Prior: .001})
	}
	m, err := NewModel(d)
	if err != nil {
		t.Fatal(err)
	}
	return everything(m)
}

func BenchmarkPlan(b *testing.B) {
	for _, s := range planSizes {
		b.Run(s.name, func(b *testing.B) {
			p := s.make(b)
			b.ReportAllocs()
			for b.Loop() {
				p.Advise()
			}
		})
	}
}

// TestBenchBelief prints how long belief and plan take, next to what they may.
func TestBenchBelief(t *testing.T) {
	if !*measure {
		t.Skip("run by: make bench")
	}
	tell := func(name string, budget time.Duration, r testing.BenchmarkResult) time.Duration {
		took, may := time.Duration(r.NsPerOp()), ""
		if budget > 0 {
			may = budget.String()
		}
		t.Logf("bench| %s | %v | %d allocations | | %s |", name, took, r.AllocsPerOp(), may)
		if budget > 0 && took > budget {
			t.Errorf("%s takes %v, %v are allowed", name, took, budget)
		}
		return took
	}
	var took []time.Duration
	for _, s := range sizes {
		m, obs := large(t, s.causes)
		out := make([]float64, s.causes)
		took = append(took, tell(fmt.Sprintf("posterior, %d causes, 10 observations", s.causes), s.budget, testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.posterior(obs, out)
			}
		})))
	}
	if growth := float64(took[3]) / float64(took[2]); growth > 15 {
		t.Errorf("ten times the causes take %.1f times as long, 15 are allowed", growth)
	}
	for _, s := range planSizes {
		p := s.make(t)
		a := p.Advise()
		tell(fmt.Sprintf("plan, %s (%d states, exact: %v)", s.name, a.States, a.Exact), s.budget, testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Advise()
			}
		}))
	}
}
