package engine_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// The words at the end of a walk.
func TestHowAWalkEnds(t *testing.T) {
	all := map[string]string{"sign-in": "passes", "use": "passes", "stays": "passes"}
	end := func(b *engine.Book, ev *diag.Evidence) diag.Verdict {
		t.Helper()
		done, ok := engine.Next(b, ev).(engine.Done)
		if !ok {
			t.Fatalf("next is %q", what(b, ev))
		}
		return done.Verdict
	}
	t.Run("fixed by a step", func(t *testing.T) {
		v := end(compile(t, small()), reported(all))
		if v.Summary != "Fixed: it works again after the step “Password”." || v.Why != "It was most likely this: old password." {
			t.Errorf("verdict %+v", v)
		}
	})
	t.Run("fixed by nobody knows what", func(t *testing.T) {
		book := small()
		book.Causes[4].Prior = 1000
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidUnverifiable})
		ev.Did("roles", diag.Did{Outcome: diag.DidUnverifiable})
		ev.Did("proof", diag.Did{Checkpoints: all})
		if v := end(compile(t, book), ev); v.Status != diag.Fixed || v.Summary != "Fixed: it works again." || v.Why != "" {
			t.Errorf("verdict %+v", v)
		}
	})
	t.Run("fixed, and the retest was never reached", func(t *testing.T) {
		book := small()
		book.Steps = book.Steps[:1]
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
		v := end(compile(t, book), ev)
		if v.Status != diag.Waiting || len(v.Pending) != 0 || v.Next.Text == "" {
			t.Errorf("verdict %+v", v)
		}
	})
	t.Run("some or all left out", func(t *testing.T) {
		for outcome, want := range map[string]string{
			diag.DidUnchanged: "Not fixed; 2 of 3 steps tried.", diag.DidUnverifiable: "Not fixed; no step could be tried.",
		} {
			ev := opened("here", nil)
			ev.Did("credentials", diag.Did{Outcome: outcome})
			ev.Did("roles", diag.Did{Outcome: diag.DidUnverifiable})
			ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}})
			v := end(compile(t, small()), ev)
			if v.Summary != want {
				t.Errorf("%s, want %s", v.Summary, want)
			}
			if v.Next.Step == "" || !strings.HasPrefix(v.Next.Text, "Not tried yet: ") || !strings.HasSuffix(v.Next.Text, "turn to support.") {
				t.Errorf("next %+v", v.Next)
			}
		}
	})
	t.Run("one was not needed", func(t *testing.T) {
		for outcome, want := range map[string]string{
			diag.DidUnchanged: "Not fixed; all 2 steps tried.", diag.DidUnverifiable: "Not fixed; no step could be tried.",
		} {
			ev := opened("here", nil)
			ev.Did("credentials", diag.Did{Outcome: diag.DidSatisfied})
			ev.Did("roles", diag.Did{Outcome: outcome})
			ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}})
			if v := end(compile(t, small()), ev); v.Summary != want {
				t.Errorf("%s, want %s", v.Summary, want)
			}
		}
	})
	t.Run("all tried, and no proof asked for", func(t *testing.T) {
		for outcome, want := range map[string]string{
			diag.DidUnchanged: "Not fixed; every step was tried, and none helped.", diag.DidUnverifiable: "Not fixed; 1 of 2 steps tried.",
		} {
			ev := opened("here", nil)
			ev.Did("credentials", diag.Did{Outcome: outcome})
			ev.Did("roles", diag.Did{Outcome: diag.DidUnchanged})
			ev.Did("proof", diag.Did{Checkpoints: map[string]string{}})
			if v := end(compile(t, small()), ev); v.Summary != want {
				t.Errorf("%s, want %s", v.Summary, want)
			}
		}
	})
	t.Run("all tried", func(t *testing.T) {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
		ev.Did("roles", diag.Did{Outcome: diag.DidUnchanged})
		ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}})
		v := end(compile(t, small()), ev)
		if v.Status != diag.Escalate || v.Summary != "Not fixed; all 3 steps tried." || v.Next.Text != "Turn to support." || !strings.HasPrefix(v.Why, "Most likely still: it is down (") {
			t.Errorf("verdict %+v", v)
		}
	})
	t.Run("a second fault", func(t *testing.T) {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidUnverifiable})
		ev.Did("roles", diag.Did{Outcome: diag.DidFixed})
		ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "use": "fails"}})
		v := end(compile(t, small()), ev)
		if v.Status != diag.Escalate || !strings.HasPrefix(v.Summary, "Signing in works, but something else does not.") || !strings.HasSuffix(v.Why, "does not count for this.") {
			t.Errorf("verdict %+v", v)
		}
	})
	for class, want := range map[string]diag.VerdictStatus{"provider_outage": diag.Waiting, "rate_limited": diag.Waiting, "account_locked": diag.Escalate, "": diag.Escalate} {
		t.Run("paused for "+class, func(t *testing.T) {
			b := compile(t, pausing(func(p *playbook.Playbook) { p.Causes[3].Class = class }))
			ev := opened("same-network", map[string]string{"name": "slow"})
			ev.Answer(diag.AskContinue, diag.ChoiceStop, nil)
			if v := end(b, ev); v.Status != want || v.Next.Text != "Wait." || v.Check != "name" {
				t.Errorf("verdict %+v, want %s", v, want)
			}
		})
	}
}

// What the retest did and did not take back is said with the verdict. A
// checkpoint may need longer in some cases.
func TestRemindersAndConditionsOfCheckpoints(t *testing.T) {
	book := small()
	book.Retest = []playbook.Checkpoint{
		{ID: "sign-in", Title: "Sign in"},
		{ID: "arm", Title: "Arm", Undo: "disarm", Remind: "It may be ARMED."},
		{ID: "disarm", Title: "Disarm"},
		{ID: "stays", Title: "Soon", Minutes: 20, Postpone: true, Longer: &playbook.Longer{When: playbook.Condition{"symptom": {"refused"}}, Title: "Tomorrow", Minutes: 1440}},
	}
	b := compile(t, book)
	for name, tt := range map[string]struct {
		symptoms []string
		disarm   string
		text     string
		stays    float64
	}{
		"disarmed":       {nil, diag.CheckpointPasses, "", 20},
		"not disarmed":   {nil, diag.NotApplicable, "It may be ARMED.", 20},
		"it takes a day": {[]string{"refused"}, diag.CheckpointPasses, "", 1440},
	} {
		ev := opened("here", nil)
		ev.Tell(tt.symptoms)
		ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
		ev.Did(book.RetestStep().ID, diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "arm": "passes", "disarm": tt.disarm}})
		done, ok := engine.Next(b, ev).(engine.Done)
		if !ok || done.Verdict.Status != diag.Fixed || done.Verdict.Next.Text != tt.text {
			t.Errorf("%s: %+v", name, done.Verdict)
		}
		later, ok := engine.Postponed(b, ev)
		if !ok || len(later.Checkpoints) != 1 || later.Checkpoints[0].Minutes != tt.stays {
			t.Errorf("%s: put off %+v", name, later.Checkpoints)
		}
	}
}
