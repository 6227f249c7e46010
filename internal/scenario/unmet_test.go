package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// What a scenario that does not come true says, word by word.
func TestWhatWasNotMet(t *testing.T) {
	got := Result{
		Walk: []string{"one", "two", "proof"}, Causes: []string{"a", "b", "c", "d", "e"},
		Verdict: diag.Verdict{Status: diag.Escalate, Summary: "Not fixed."},
	}
	for _, tt := range []struct {
		name string
		want playbook.Expect
		say  string
	}{
		{"nothing was demanded", playbook.Expect{}, ""},
		{"the first cause", playbook.Expect{Cause: "a"}, ""},
		{"not the first", playbook.Expect{Cause: "b"}, "cause: expected b within the first 1, it came 2: a, b, c"},
		{"within the first two", playbook.Expect{Cause: "b", Top: 2}, ""},
		{"not within the first two", playbook.Expect{Cause: "c", Top: 2}, "cause: expected c within the first 2, it came 3: a, b, c"},
		{"not within the first four", playbook.Expect{Cause: "e", Top: 4}, "cause: expected e within the first 4, it came 5: a, b, c, d"},
		{"the walk", playbook.Expect{WalkSet: true, Walk: []string{"one", "two", "proof"}}, ""},
		{"a step did not come", playbook.Expect{WalkSet: true, Walk: []string{"one", "two", "three", "proof"}}, "walk:\n  = one\n  = two\n  - three\n  = proof"},
		{"a step came besides", playbook.Expect{WalkSet: true, Walk: []string{"one", "proof"}}, "walk:\n  = one\n  + two\n  = proof"},
		{"another step came", playbook.Expect{WalkSet: true, Walk: []string{"one", "other", "proof"}}, "walk:\n  = one\n  - other\n  + two\n  = proof"},
		{"another order", playbook.Expect{WalkSet: true, Walk: []string{"two", "one", "proof"}}, "walk:\n  + one\n  = two\n  - one\n  = proof"},
		{"it ended early", playbook.Expect{WalkSet: true, Walk: []string{"one", "two", "proof", "proof"}}, "walk:\n  = one\n  = two\n  = proof\n  - proof"},
		{"it went on", playbook.Expect{WalkSet: true, Walk: []string{"one"}}, "walk:\n  = one\n  + two\n  + proof"},
		{"no step at all", playbook.Expect{WalkSet: true}, "walk:\n  + one\n  + two\n  + proof"},
		{"the verdict", playbook.Expect{Verdict: diag.Escalate}, ""},
		{"another verdict", playbook.Expect{Verdict: diag.Fixed}, "verdict: expected fixed, got escalate (Not fixed.)"},
		{"what must not come", playbook.Expect{Never: []string{"two", "never", "proof"}}, "never: two was presented\nnever: proof was presented"},
		{"all at once", playbook.Expect{Cause: "b", WalkSet: true, Walk: []string{"one", "two"}, Verdict: diag.Fixed, Never: []string{"one"}},
			"cause: expected b within the first 1, it came 2: a, b, c\nwalk:\n  = one\n  = two\n  + proof\nverdict: expected fixed, got escalate (Not fixed.)\nnever: one was presented"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.say, unmet(&tt.want, &got)); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
		})
	}
	few := Result{Causes: []string{"a", "b"}}
	if got := unmet(&playbook.Expect{Cause: "b"}, &few); got != "cause: expected b within the first 1, it came 2: a, b" {
		t.Errorf("with two causes: %s", got)
	}
}

// little is a playbook with one of everything that coverage counts.
func little() *playbook.Playbook {
	p := func(v float64) playbook.Likelihood { return playbook.Likelihood{P: v} }
	return &playbook.Playbook{
		ID: "little", Symptoms: []playbook.Symptom{{ID: "refused", Likely: map[string]playbook.Likelihood{"x": p(.9)}}},
		Causes:    []playbook.Cause{{ID: "x", Prior: 2}, {ID: "y", Prior: 1}, {ID: "other", Prior: .1, Leak: true}},
		Checks:    []playbook.Check{{ID: "name", Run: "dns"}},
		Questions: []playbook.Question{{ID: "q", Choices: []playbook.Choice{{ID: "a"}, {ID: "b"}}, Likely: map[string]playbook.Row{"x": {"a": p(.9)}}}},
		Steps: []playbook.Step{
			{ID: "fix", Stage: diag.StageCredentials, Fixes: map[string]playbook.Likelihood{"x": p(.9)}, Outcomes: []playbook.StepOutcome{{ID: "in", Likely: map[string]playbook.Likelihood{"y": p(.9)}}}},
			{ID: "proof", Stage: diag.StageRetest},
		},
		Retest: []playbook.Checkpoint{{ID: "sign-in"}},
	}
}

func TestCoverage(t *testing.T) {
	all := []string{
		"symptom:refused", "cause:x", "cause:y",
		"check:name=ok", "check:name=slow", "check:name=nxdomain", "check:name=servfail", "check:name=no_address", "check:name=hijacked", "check:name=resolver_failing", "check:name=resolver_lying",
		"question:q=a", "question:q=b", "step:fix", "step:fix=in", "step:proof",
	}
	if diff := cmp.Diff(Coverage{Total: 16, Missing: all}, Cover(little(), nil)); diff != "" {
		t.Errorf("untouched (-want +got):\n%s", diff)
	}
	c := Cover(little(), []Result{
		{Reached: []string{"symptom:refused", "cause:x", "step:fix", "step:fix", "step:fix=fixed", "cause:other", "nonsense"}},
		{Reached: []string{"cause:x", "question:q=b", "check:name=ok", "check:name=unknown", "step:fix=in", "step:proof"}},
	})
	want := Coverage{Total: 16, Reached: 7, Missing: []string{
		"cause:y", "check:name=slow", "check:name=nxdomain", "check:name=servfail", "check:name=no_address", "check:name=hijacked", "check:name=resolver_failing", "check:name=resolver_lying", "question:q=a",
	}}
	if diff := cmp.Diff(want, c); diff != "" || c.Percent() != 43.75 {
		t.Errorf("%v %% (-want +got):\n%s", c.Percent(), diff)
	}
	if got := Cover(little(), []Result{{Reached: all}}); got.Percent() != 100 || got.Reached != 16 || len(got.Missing) != 0 || got.Missing == nil {
		t.Errorf("touched all over: %+v", got)
	}
	if got := Cover(&playbook.Playbook{}, nil); got.Percent() != 100 {
		t.Errorf("of nothing, %v %% are touched", got.Percent())
	}
}

// What a played scenario reached, and where its causes are read off.
func TestAScenarioIsPlayed(t *testing.T) {
	b, err := engine.Compile(little(), nil)
	if err != nil {
		t.Fatal(err)
	}
	given := playbook.Given{
		Symptoms: []string{"refused"}, SymptomsSet: true, Checks: map[string]string{"name": "ok"},
		Answers: map[string]string{"q": "a", "where-fails": "here"}, Steps: map[string]string{"fix": "in"},
	}
	r, err := Run(b, &playbook.Scenario{Given: given})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"fix", "proof"}, r.Walk); diff != "" || r.Verdict.Status != diag.Escalate || r.Failure != "" {
		t.Errorf("ended in %s, %q (-want +got):\n%s", r.Verdict.Status, r.Failure, diff)
	}
	if r.Causes[0] != "x" {
		t.Errorf("%s led when the first step was shown", r.Causes[0])
	}
	want := Coverage{Total: 16, Reached: 7, Missing: Cover(little(), []Result{r}).Missing}
	if diff := cmp.Diff(want, Cover(little(), []Result{r})); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	t.Run("fixed", func(t *testing.T) {
		given.Steps = map[string]string{"fix": diag.DidFixed}
		r, err := Run(b, &playbook.Scenario{Given: given})
		if err != nil || r.Verdict.Status != diag.Fixed {
			t.Errorf("ended in %s (%v): the retest passes once a step was reported as a fix", r.Verdict.Status, err)
		}
	})
	t.Run("no step was shown", func(t *testing.T) {
		given.Checks = map[string]string{"name": "nxdomain"}
		r, err := Run(b, &playbook.Scenario{Given: given, Expect: playbook.Expect{Verdict: diag.Problem, WalkSet: true}})
		if err != nil || r.Failure != "" || len(r.Walk) != 0 || len(r.Causes) != 3 {
			t.Errorf("%+v (%v)", r, err)
		}
	})
}
