package engine_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// belief is P(cause) for a case.
func belief(b *engine.Book, ev *diag.Evidence) map[string]float64 {
	out := map[string]float64{}
	for _, c := range engine.Report(b, ev, diag.Verdict{}).Causes {
		out[c.ID] = c.Probability
	}
	return out
}

// from lists where the evidence for the leader comes from, and what it says.
func from(b *engine.Book, ev *diag.Evidence) []string {
	var out []string
	for _, w := range engine.Report(b, ev, diag.Verdict{}).Causes[0].Evidence {
		out = append(out, w.From+"="+w.Outcome)
	}
	slices.Sort(out)
	return out
}

// What a check found counts when it is in force and nothing hides it.
func TestWhatAChecksFindingWeighs(t *testing.T) {
	b := compile(t, small())
	unknown := func(where string) map[string]float64 { return belief(b, opened(where, nil)) }
	for _, tt := range []struct {
		name, where string
		checks      map[string]string
		cause       string
		moves       int // -1 down, 0 not at all, 1 up
	}{
		{"a failure", "here", map[string]string{"time": "skewed"}, "drift", 1},
		{"a pass", "here", map[string]string{"time": "accurate"}, "drift", -1},
		{"a warning", "elsewhere", map[string]string{"page": "slow"}, "outage", 1},
		{"out of force", "elsewhere", map[string]string{"time": "skewed"}, "drift", 0},
		{"a pass out of force", "same-network", map[string]string{"time": "accurate"}, "drift", 0},
		{"skipped", "here", map[string]string{"time": diag.NotMeasured}, "drift", 0},
		{"hidden", "same-network", map[string]string{"way": "proxy_unreachable", "page": "slow"}, "outage", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := opened(tt.where, tt.checks)
			before, after := unknown(tt.where)[tt.cause], belief(b, ev)[tt.cause]
			moved := 0
			switch {
			case after > before:
				moved = 1
			case after < before:
				moved = -1
			}
			if moved != tt.moves {
				t.Errorf("%s went from %v to %v", tt.cause, before, after)
			}
			if tt.moves == 0 {
				if got := from(b, ev); !slices.Equal(got, from(b, opened(tt.where, nil))) {
					t.Errorf("it is told as evidence: %v", got)
				}
			}
		})
	}
}

func TestANeutralAnswerIsNoEvidence(t *testing.T) {
	b := compile(t, small())
	ev := opened("here", nil)
	ev.Answer("web", "untried", nil)
	if diff := cmp.Diff(from(b, opened("here", nil)), from(b, ev)); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	ev.Answer("web", "no", nil)
	if got := from(b, ev); !slices.Contains(got, "question:web=no") {
		t.Errorf("an answer is missing in %v", got)
	}
}

// Nothing is known of symptoms before they were asked for; then an empty box
// speaks softly against them.
func TestSymptomsCountOnceTheyWereAsked(t *testing.T) {
	b := compile(t, small())
	case1 := opened("here", nil)
	case1.SymptomsAsked, case1.Symptoms = false, nil
	if got := from(b, case1); len(got) > 0 {
		t.Errorf("evidence %v of a case without symptoms", got)
	}
	case1.Tell(nil)
	if diff := cmp.Diff([]string{"symptom:refused=no"}, from(b, case1)); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"symptom:refused=yes"}, from(b, opened("here", nil))); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

// What was reported after a step speaks about its cause.
func TestWhatAReportWeighs(t *testing.T) {
	b := compile(t, small())
	before := belief(b, opened("here", nil))
	after := func(step, outcome string) map[string]float64 {
		ev := opened("here", nil)
		ev.Did(step, diag.Did{Outcome: outcome})
		return belief(b, ev)
	}
	if got := after("credentials", diag.DidFixed)["password"]; got <= .999 {
		t.Errorf("fixed by the password's step, it is the password to %v", got)
	}
	if got := after("credentials", diag.DidUnchanged)["password"]; got >= before["password"] {
		t.Errorf("unchanged, the password went from %v to %v", before["password"], got)
	}
	if got := after("roles", diag.DidUnchanged)["role"]; got >= before["role"] {
		t.Errorf("unchanged, the role went from %v to %v", before["role"], got)
	}
	if got := after("credentials", "web-in")["role"]; got <= after("credentials", diag.DidUnchanged)["role"] {
		t.Errorf("the step's own answer for it leaves the role at %v", got)
	}
	for _, step := range []string{"credentials", "roles"} {
		if diff := cmp.Diff(after(step, diag.DidUnchanged), after(step, diag.DidWorse)); diff != "" {
			t.Errorf("%s: worse is not unchanged (-unchanged +worse):\n%s", step, diff)
		}
		for _, silent := range []string{diag.DidSatisfied, diag.DidUnverifiable, diag.NoAnswer} {
			if diff := cmp.Diff(before, after(step, silent)); diff != "" {
				t.Errorf("%s: %s says something (-want +got):\n%s", step, silent, diff)
			}
		}
	}
}

// reported is a case in which a fix was reported and then a retest.
func reported(points map[string]string) *diag.Evidence {
	ev := opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
	ev.Did("proof", diag.Did{Checkpoints: points})
	return ev
}

func TestWhichCheckpointDecides(t *testing.T) {
	for _, tt := range []struct {
		name   string
		retest []playbook.Checkpoint
		fails  string
		kept   string // what the step is taken for afterwards
	}{
		{"sign-in, wherever it is", []playbook.Checkpoint{{ID: "use"}, {ID: "sign-in"}}, "sign-in", diag.DidUnchanged},
		{"not the first, where there is a sign-in", []playbook.Checkpoint{{ID: "use"}, {ID: "sign-in"}}, "use", diag.DidFixed},
		{"the first, without a sign-in", []playbook.Checkpoint{{ID: "open"}, {ID: "use"}}, "open", diag.DidUnchanged},
		{"not the second", []playbook.Checkpoint{{ID: "open"}, {ID: "use"}}, "use", diag.DidFixed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book := small()
			book.Retest = tt.retest
			points := map[string]string{}
			for _, c := range tt.retest {
				points[c.ID] = diag.CheckpointPasses
			}
			points[tt.fails] = diag.CheckpointFails
			r := engine.Report(compile(t, book), reported(points), diag.Verdict{})
			if r.Steps[0].Outcome != tt.kept {
				t.Errorf("the step is taken for %s, want %s", r.Steps[0].Outcome, tt.kept)
			}
		})
	}
}

// A failed sign-in takes the fix back, and what failed is evidence.
func TestAFailedRetestIsEvidence(t *testing.T) {
	b := compile(t, small())
	ev := reported(map[string]string{"sign-in": "fails", "use": "fails"})
	got := from(b, ev)
	for _, want := range []string{"checkpoint:sign-in=fails", "checkpoint:use=fails", "step:credentials=unchanged", "symptom:refused=yes"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
	ev = reported(map[string]string{"sign-in": "passes", "use": "fails"})
	if diff := cmp.Diff([]string{"checkpoint:use=fails"}, from(b, ev)); diff != "" {
		t.Errorf("evidence of a second fault (-want +got):\n%s", diff)
	}
	// The second fault has a fix of its own, which can be taken back too.
	ev.Did("roles", diag.Did{Outcome: diag.DidFixed})
	ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}})
	steps := engine.Report(b, ev, diag.Verdict{}).Steps
	if steps[0].Outcome != diag.DidFixed || steps[1].Outcome != diag.DidUnchanged {
		t.Errorf("steps %s and %s, want only the second taken back", steps[0].Outcome, steps[1].Outcome)
	}
}

func TestWhatProves(t *testing.T) {
	for _, tt := range []struct {
		name    string
		points  map[string]string
		want    string
		pending []string
	}{
		{"all pass", map[string]string{"sign-in": "passes", "use": "passes", "stays": "passes"}, "fixed", []string{}},
		{"what may wait waits", map[string]string{"sign-in": "passes", "use": "passes", "stays": "postponed"}, "fixed", []string{"stays"}},
		{"what may wait is left out", map[string]string{"sign-in": "passes", "use": "passes"}, "fixed", []string{"stays"}},
		{"one that this person cannot have", map[string]string{"sign-in": "passes", "use": diag.NotApplicable, "stays": diag.NotApplicable}, "fixed", []string{}},
		{"one that may not wait", map[string]string{"sign-in": "passes", "use": "postponed", "stays": diag.NotApplicable}, "waiting", []string{"use"}},
		{"only what may wait passed", map[string]string{"sign-in": "postponed", "use": "postponed", "stays": "passes"}, "waiting", []string{"sign-in", "use"}},
		{"nothing applies", map[string]string{"sign-in": diag.NotApplicable, "use": diag.NotApplicable, "stays": diag.NotApplicable}, "waiting", []string{}},
		{"nothing reported", nil, "waiting", []string{"sign-in", "use", "stays"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, ev := compile(t, small()), reported(tt.points)
			if got := what(b, ev); got != "done "+tt.want {
				t.Fatalf("next is %q, want done %s", got, tt.want)
			}
			v := engine.Next(b, ev).(engine.Done).Verdict
			if diff := cmp.Diff(tt.pending, v.Pending); diff != "" {
				t.Errorf("pending (-want +got):\n%s", diff)
			}
		})
	}
}

// A step that was shown after the retest makes the old retest no proof.
func TestTheRetestComesAgain(t *testing.T) {
	b := compile(t, small())
	ev := reported(map[string]string{"sign-in": "fails"})
	ev.Did("roles", diag.Did{Outcome: diag.DidFixed})
	if got := what(b, ev); got != "do proof" {
		t.Errorf("next is %q", got)
	}
	ev = reported(map[string]string{"sign-in": "passes", "use": "fails"})
	ev.Did("roles", diag.Did{Outcome: diag.DidUnverifiable})
	if got := what(b, ev); got != "do proof" {
		t.Errorf("next is %q", got)
	}
}
