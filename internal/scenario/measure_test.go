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

// A played scenario is one that ships, with its playbook compiled.
type played struct {
	book *engine.Book
	play *playbook.Scenario
}

func shipped(t *testing.T) []played {
	files, err := filepath.Glob(filepath.Join(books, "*.test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var list []played
	for _, file := range files {
		raw := parse(t, strings.TrimSuffix(file, ".test.yaml")+".yaml")
		book, err := engine.Compile(raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, sc := range suite(t, file, raw).Scenarios {
			list = append(list, played{book, &sc})
		}
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
	list := shipped(t)
	r := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			for _, p := range list {
				if _, err := scenario.Run(p.book, p.play); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	perSecond := float64(len(list)) / time.Duration(r.NsPerOp()).Seconds()
	t.Logf("bench| scenarios, one core | %.0f a second | %d different ones | | %d a second |", perSecond, len(list), leastPerSecond)
	if perSecond < leastPerSecond {
		t.Errorf("%.0f scenarios a second, %d are wanted", perSecond, leastPerSecond)
	}
}
