package scenario_test

import (
	"flag"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/scenario"
)

var measure = flag.Bool("measure", false, "measure, and print rows of a table (make bench)")

// leastPerSecond is how many scenarios one core must play in a second.
const leastPerSecond = 10_000

// rounds of a second each are measured, and the best of them counts: what else
// the machine does only ever takes away.
const rounds = 5

// A playable suite is one that ships, with its playbook compiled.
type playable struct {
	book  *engine.Book
	suite *playbook.Suite
}

func shipped(t *testing.T) []playable {
	files, err := filepath.Glob(filepath.Join(books, "*.test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var list []playable
	for _, file := range files {
		raw := parse(t, strings.TrimSuffix(file, ".test.yaml")+".yaml")
		book, err := engine.Compile(raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, playable{book, suite(t, file, raw)})
	}
	return list
}

// TestBenchScenarios prints how many of the scenarios that ship one core plays
// in a second.
func TestBenchScenarios(t *testing.T) {
	if !*measure {
		t.Skip("run by: make bench")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	suites, count := shipped(t), 0
	for _, s := range suites {
		count += len(s.suite.Scenarios)
	}
	best := 0.0
	for range rounds {
		r := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				for _, s := range suites {
					if _, err := scenario.Play(s.book, s.suite.Scenarios); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		best = max(best, float64(count)/time.Duration(r.NsPerOp()).Seconds())
	}
	t.Logf("bench| scenarios, one core, the best of %d seconds | %.0f a second | %d different ones | | %d a second |", rounds, best, count, leastPerSecond)
	if best < leastPerSecond {
		t.Errorf("%.0f scenarios a second, %d are wanted", best, leastPerSecond)
	}
}
