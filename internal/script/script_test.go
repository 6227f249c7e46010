package script_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/script"
)

var (
	step   = diag.Instruction{ID: "refresh", Outcomes: []diag.Choice{{ID: "fixed"}}}
	retest = diag.Instruction{ID: "retest", Checkpoints: []diag.Checkpoint{{ID: "sign-in"}, {ID: "arm"}}}
)

func do(t *testing.T, a *script.Asker, in diag.Instruction) diag.Did {
	t.Helper()
	d, err := a.Do(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatTheFileDoesNotSayIsUnknown(t *testing.T) {
	a := &script.Asker{Checkpoint: script.Postponed}
	answer, err := a.Ask(context.Background(), diag.Question{ID: "web-login", Choices: []diag.Choice{{ID: "works"}}})
	if err != nil || !answer.Unknown || len(answer.Choices) > 0 {
		t.Errorf("answered %+v (%v)", answer, err)
	}
	if d := do(t, a, step); d.Outcome != diag.DidUnverifiable {
		t.Errorf("reported %q of a step that the file does not know", d.Outcome)
	}
	want := map[string]string{"sign-in": "postponed", "arm": "postponed"}
	if diff := cmp.Diff(want, do(t, a, retest).Checkpoints); diff != "" {
		t.Errorf("retest (-want +got):\n%s", diff)
	}
}

func TestAScenarioPassesTheRetestOnceAStepIsFixed(t *testing.T) {
	a := &script.Asker{Steps: map[string]string{"refresh": "fixed"}, Checkpoint: script.AsReported}
	if got := do(t, a, retest).Checkpoints["sign-in"]; got != "fails" {
		t.Errorf("before any fix the sign-in %s", got)
	}
	done := step
	done.Satisfied = true // shown and passed: nobody reported anything
	do(t, a, done)
	if got := do(t, a, retest).Checkpoints["sign-in"]; got != "fails" {
		t.Errorf("after a satisfied step the sign-in %s", got)
	}
	do(t, a, step)
	if got := do(t, a, retest).Checkpoints["sign-in"]; got != "passes" {
		t.Errorf("after the fix the sign-in %s", got)
	}
}

func TestOneReportForEachRetest(t *testing.T) {
	a := &script.Asker{Retest: map[string][]string{"arm": {"fails", "passes"}}, Checkpoint: script.Postponed}
	var got []string
	for range 3 {
		got = append(got, do(t, a, retest).Checkpoints["arm"])
	}
	if diff := cmp.Diff([]string{"fails", "passes", "passes"}, got); diff != "" {
		t.Errorf("arm (-want +got):\n%s", diff)
	}
}

func TestACancelledContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a := &script.Asker{Checkpoint: script.Postponed}
	if _, err := a.Do(ctx, step); !errors.Is(err, context.Canceled) {
		t.Errorf("Do: %v", err)
	}
	if err := a.Think(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Think: %v", err)
	}
}
