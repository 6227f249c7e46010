package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var budget = flag.String("budget", "", "the built program to hold to its budgets")

// What the program may cost.
const (
	maxSize = 25_000_000 // bytes, stripped and packed
	// A start may take as long as nobody notices, or twice as long as an empty
	// cobra program in the same run, whichever is more.
	startTime  = 15 * time.Millisecond
	startRatio = 2.0
	starts     = 31
	rounds     = 3
)

// empty is a cobra program that does nothing: the floor for ours.
const empty = `package main

import "github.com/spf13/cobra"

func main() {
	root := &cobra.Command{Use: "empty"}
	root.AddCommand(&cobra.Command{Use: "version", Run: func(c *cobra.Command, _ []string) { c.Println("empty") }})
	_ = root.Execute()
}
`

// TestBudgets holds the size, and the start against that of an empty program.
// Both are started in turn, so that a busy machine slows both, and the faster
// half of the starts is compared, so that a hiccup does not count.
func TestBudgets(t *testing.T) {
	if *budget == "" {
		t.Skip("run by: make size")
	}
	info, err := os.Stat(*budget)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("size: %.1f MB of %d", float64(info.Size())/1e6, maxSize/1_000_000)
	if info.Size() > maxSize {
		t.Errorf("the program has %d bytes, %d are allowed", info.Size(), maxSize)
	}
	floor, ratio := buildEmpty(t), 0.0
	// A busy moment can only make a start slower, so the best of three rounds
	// is the truest.
	took := time.Duration(0)
	for range rounds {
		if took, ratio = compare(t, floor); ratio <= startRatio || took <= startTime {
			return
		}
	}
	t.Errorf("version takes %v, %.2f times an empty program; %v or %.2f times are allowed", took, ratio, startTime, startRatio)
}

func compare(t *testing.T, floor string) (time.Duration, float64) {
	t.Helper()
	var ours, theirs []time.Duration
	for range starts {
		ours = append(ours, start(t, *budget))
		theirs = append(theirs, start(t, floor))
	}
	a, b := typical(ours), typical(theirs)
	ratio := float64(a) / float64(b)
	t.Logf("start: %v of %v, an empty program %v, ratio %.2f of %.2f", a, startTime, b, ratio, startRatio)
	return a, ratio
}

// buildEmpty builds the floor inside this module, so that it gets the same
// cobra.
func buildEmpty(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(".", "empty-") //nolint:usetesting // it has to be inside this module
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(empty), 0o600); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "empty")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "./"+dir)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

func start(t *testing.T, bin string) time.Duration {
	t.Helper()
	began := time.Now()
	if out, err := exec.Command(bin, "version").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return time.Since(began)
}

// typical is the mean of the faster half.
func typical(d []time.Duration) time.Duration {
	slices.Sort(d)
	half := d[:len(d)/2]
	var sum time.Duration
	for _, x := range half {
		sum += x
	}
	return sum / time.Duration(len(half))
}
