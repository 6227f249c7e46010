// Package scenario runs scenario files with the engine that diagnoses people,
// and says what they leave untried.
package scenario

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/script"
	"github.com/authdoctor/authdoctor/internal/session"
)

// Result is what became of a scenario.
type Result struct {
	Scenario *playbook.Scenario
	Walk     []string // every presentation
	Verdict  diag.Verdict
	// Causes, most probable first, when the first step was presented, or at
	// the end when none was.
	Causes  []string
	Failure string // empty when all demands were met; else a diff
	Reached []string
}

// Play plays scenarios one after the other. Each leaves much behind and nothing
// that lives on, so that the garbage collector may wait longer than it would:
// it took a quarter of the time.
func Play(book *engine.Book, scenarios []playbook.Scenario) ([]Result, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var results []Result
	for i := range scenarios {
		r, err := Run(book, &scenarios[i])
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// Run plays one scenario. Nothing is measured: a check that is not given is
// unknown.
func Run(book *engine.Book, sc *playbook.Scenario) (Result, error) {
	ev := diag.NewEvidence()
	session.Seed(book, ev, &sc.Given)
	watch := &watcher{
		Asker: script.Asker{Steps: sc.Given.Steps, Retest: sc.Given.Retest, Checkpoint: script.AsReported},
		book:  book, ev: ev,
	}
	s := session.Session{Book: book, Asker: watch, Prober: nothing{}, Onward: true}
	v, err := s.Run(context.Background(), ev)
	if err != nil {
		return Result{}, err
	}
	r := Result{Scenario: sc, Verdict: v, Causes: watch.causes, Walk: []string{}}
	if r.Causes == nil {
		r.Causes = engine.Ranking(book, ev)
	}
	for _, visit := range ev.Walk {
		r.Walk = append(r.Walk, visit.Step)
	}
	r.Reached = append(engine.Reached(book, ev), "cause:"+r.Causes[0])
	r.Failure = unmet(&sc.Expect, &r)
	return r, nil
}

// watcher notes the ranking when the first step is presented.
type watcher struct {
	script.Asker
	book   *engine.Book
	ev     *diag.Evidence
	causes []string
}

func (w *watcher) Do(ctx context.Context, step diag.Instruction) (diag.Did, error) {
	if w.causes == nil {
		w.causes = engine.Ranking(w.book, w.ev)
	}
	return w.Asker.Do(ctx, step)
}

// nothing measures nothing.
type nothing struct{}

func (nothing) Probe(_ context.Context, requests []diag.Request) map[string]diag.Finding {
	out := map[string]diag.Finding{}
	for _, r := range requests {
		out[r.ID] = diag.Finding{Outcome: diag.NoAnswer, Reason: "not given", Summary: "not given"}
	}
	return out
}

// unmet lists the demands that were not met, one a line: what was expected,
// and what came.
func unmet(want *playbook.Expect, got *Result) string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if want.Cause != "" {
		top := max(want.Top, 1)
		if rank := slices.Index(got.Causes, want.Cause); rank >= top {
			say("cause: expected %s within the first %d, it came %d: %s", want.Cause, top, rank+1,
				strings.Join(got.Causes[:min(len(got.Causes), max(3, top))], ", "))
		}
	}
	if want.WalkSet && !slices.Equal(want.Walk, got.Walk) {
		say("walk:\n%s", walkDiff(want.Walk, got.Walk))
	}
	if want.Verdict != "" && want.Verdict != got.Verdict.Status {
		say("verdict: expected %s, got %s (%s)", want.Verdict, got.Verdict.Status, got.Verdict.Summary)
	}
	for _, id := range want.Never {
		if slices.Contains(got.Walk, id) {
			say("never: %s was presented", id)
		}
	}
	return strings.Join(lines, "\n")
}

// walkDiff shows two walks line by line: "=" came as expected, "-" was expected
// and did not come, "+" came and was not expected.
func walkDiff(want, got []string) string {
	var lines []string
	i, k := 0, 0
	for i < len(want) || k < len(got) {
		switch {
		case i < len(want) && k < len(got) && want[i] == got[k]:
			lines = append(lines, "  = "+want[i])
			i, k = i+1, k+1
		case i < len(want) && (k >= len(got) || !slices.Contains(got[k:], want[i])):
			lines = append(lines, "  - "+want[i])
			i++
		default:
			lines = append(lines, "  + "+got[k])
			k++
		}
	}
	return strings.Join(lines, "\n")
}
