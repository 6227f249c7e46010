package diag_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// known is a case with one of every event.
func known() *diag.Evidence {
	ev := diag.NewEvidence()
	ev.Tell([]string{"refused"})
	ev.Answer(diag.AskWhere, "here", nil)
	ev.Answer("which-page", "mine", map[string]string{"page": "https://mine.test/"})
	ev.Measured("name", diag.Finding{Outcome: "ok"}, map[string]string{"name": "mine.test"})
	ev.Given("clock", "skewed")
	ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
	return ev
}

func TestEventsAreCounted(t *testing.T) {
	want := &diag.Evidence{
		Symptoms: []string{"refused"}, SymptomsAsked: true,
		Answers: map[string]string{diag.AskWhere: "here", "which-page": "mine"},
		Vars:    map[string]string{"page": "https://mine.test/"},
		Checks: map[string]diag.Measurement{
			"name":  {Finding: diag.Finding{Outcome: "ok"}, With: map[string]string{"name": "mine.test"}, Tick: 4},
			"clock": {Finding: diag.Finding{Outcome: "skewed", Summary: "taken as given"}, Given: true, Tick: 5},
		},
		Walk: []diag.Visit{{Step: "credentials", Did: diag.Did{Outcome: diag.DidUnchanged}, Tick: 6}},
		Tick: 6,
	}
	if diff := cmp.Diff(want, known()); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestACloneSharesNothing(t *testing.T) {
	original := known()
	c := original.Clone()
	c.Symptoms[0] = "changed"
	c.Answer("more", "yes", map[string]string{"page": "https://other.test/"})
	c.Measured("name", diag.Finding{Outcome: "nxdomain"}, nil)
	c.Walk[0].Outcome = diag.DidFixed
	c.Did("retest", diag.Did{})
	if diff := cmp.Diff(known(), original); diff != "" {
		t.Errorf("a change of the copy changed the original (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(known(), known().Clone()); diff != "" {
		t.Errorf("the copy differs (-want +got):\n%s", diff)
	}
}

func TestToldSymptomsAreKeptAsTold(t *testing.T) {
	ticked := []string{"refused"}
	ev := diag.NewEvidence()
	ev.Tell(ticked)
	ticked[0] = "changed"
	if ev.Symptoms[0] != "refused" {
		t.Errorf("symptoms %v changed behind the case's back", ev.Symptoms)
	}
}

func TestWhereItFails(t *testing.T) {
	for answer, want := range map[string]diag.Where{
		"here": diag.WhereHere, "same-network": diag.WhereSameNetwork, "elsewhere": diag.WhereElsewhere,
		"": diag.WhereSameNetwork, diag.NoAnswer: diag.WhereSameNetwork, "not-sure": diag.WhereSameNetwork,
	} {
		ev := diag.NewEvidence()
		if answer != "" {
			ev.Answer(diag.AskWhere, answer, nil)
		}
		if got := ev.Where(); got != want {
			t.Errorf("%q is taken for %s, want %s", answer, got, want)
		}
	}
}

func TestWhyAGivenCheckSaysNothing(t *testing.T) {
	for outcome, want := range map[string]string{diag.NoAnswer: "given as unknown", diag.NotMeasured: "not asked for", "ok": ""} {
		ev := diag.NewEvidence()
		ev.Given("name", outcome)
		if got := ev.Checks["name"].Reason; got != want {
			t.Errorf("%s: reason %q, want %q", outcome, got, want)
		}
	}
}

func TestForgettingKeepsWhatWasGiven(t *testing.T) {
	ev := known()
	ev.Answer(diag.AskRepair, diag.ChoiceStop, nil)
	ev.Forget()
	if _, kept := ev.Checks["name"]; kept {
		t.Error("what was measured is kept")
	}
	if !ev.Checks["clock"].Given || ev.Repairs != 1 || ev.Tick != 8 {
		t.Errorf("given %+v, repairs %d, tick %d", ev.Checks["clock"], ev.Repairs, ev.Tick)
	}
	want := map[string]string{diag.AskWhere: "here", "which-page": "mine"}
	if diff := cmp.Diff(want, ev.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func TestAUsageErrorIsItsMistake(t *testing.T) {
	mistake := errors.New("no such flag")
	err := error(&diag.UsageError{Err: mistake, Hint: "see: --help"})
	if err.Error() != "no such flag" || !errors.Is(err, mistake) {
		t.Errorf("%v", err)
	}
}
