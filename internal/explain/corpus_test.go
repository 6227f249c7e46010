package explain_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// What a set of messages must reach: the share of right systems and classes.
// No look-alike may be taken for a failed sign-in at all.
const (
	wantSystems = 0.95
	wantClasses = 0.88
)

// A sample is a message as somebody pasted it, labelled from what is known of
// the system that prints it, not from what authdoctor says.
type sample struct {
	ID, Text, System, Cause, Source string
	Alternatives                    []string // classes that the text leaves open
	Systems                         []string // others that the text may be from
}

func (s sample) lookalike() bool { return s.Cause == "not_auth" }

func (s sample) rightClass(a explain.Answer) bool {
	if s.lookalike() {
		return !a.Auth
	}
	return a.Cause == s.Cause || slices.Contains(s.Alternatives, a.Cause)
}

func (s sample) rightSystem(a explain.Answer) bool {
	return a.System == s.System || slices.Contains(s.Systems, a.System)
}

// A tally counts what was right.
type tally struct{ systems, rightSystems, classes, rightClasses, taken int }

func (n *tally) add(s sample, a explain.Answer) {
	n.classes++
	if s.rightClass(a) {
		n.rightClasses++
	} else if s.lookalike() {
		n.taken++
	}
	// A look-alike that no system says may be anybody's.
	if s.System != "" && !s.lookalike() {
		n.systems++
		if s.rightSystem(a) {
			n.rightSystems++
		}
	}
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// The collections in testdata/explain are read well enough: those that the
// signatures were written with, and those that they were not.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../testdata/explain/*/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	e := explain.New(builtIn(t))
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			all, bySystem := tally{}, map[string]*tally{}
			for _, s := range samples(t, file) {
				a := e.Tell(s.Text).Answer // as the command does
				if a.Recognised() && !e.MayMean([]byte(s.Text)) {
					t.Errorf("%s: recognised as %s, yet it means nothing at first sight", s.ID, a.System)
				}
				if bySystem[s.System] == nil {
					bySystem[s.System] = &tally{}
				}
				all.add(s, a)
				bySystem[s.System].add(s, a)
				if !s.rightClass(a) || !s.rightSystem(a) && s.System != "" && !s.lookalike() {
					t.Logf("%s: want %s %s %v, got %s %s %s: %.160q", s.ID, s.System, s.Cause, s.Alternatives, a.System, a.Cause, a.Code, s.Text)
				}
			}
			for _, system := range slices.Sorted(maps.Keys(bySystem)) {
				n := bySystem[system]
				t.Logf("%-20s systems %d of %d, classes %d of %d", system, n.rightSystems, n.systems, n.rightClasses, n.classes)
			}
			systems, classes := share(all.rightSystems, all.systems), share(all.rightClasses, all.classes)
			t.Logf("%d messages: systems %.1f%%, classes %.1f%%, look-alikes taken %d", all.classes, 100*systems, 100*classes, all.taken)
			if systems < wantSystems || classes < wantClasses || all.taken > 0 {
				t.Errorf("want systems %.0f%%, classes %.0f%%, no look-alike taken", 100*wantSystems, 100*wantClasses)
			}
		})
	}
}

func samples(t *testing.T, file string) []sample {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []sample
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatalf("%s:%d: %v", file, n, err)
		}
		if s.Text == "" || s.Cause == "" || s.Source == "" {
			t.Fatalf("%s:%d: a message needs text, cause and source", file, n)
		}
		list = append(list, s)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
