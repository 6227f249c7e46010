package engine_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// locked is a message that says without a doubt that the account is locked.
func locked(certain bool) []diag.MessageMatch {
	return []diag.MessageMatch{{Cause: "account_locked", Title: "locked", Certain: certain}}
}

// A note may stand in the place of the instructions: then what they warn of
// is not said either, and the step may be skipped for the reason that it gives.
func TestNotesInThePlaceOfInstructions(t *testing.T) {
	book := small()
	book.Warnings = []string{"Twice at most."}
	book.Steps[0].Careful = []string{"Mind it."}
	book.Steps[0].Notes = []playbook.Note{
		{When: playbook.Condition{"message": {"account_locked"}}, Text: "It is locked: try nothing.", Instead: true},
		{When: playbook.Condition{"symptom": {"refused"}}, Text: "It is locked: try nothing.", Instead: true},
		{When: playbook.Condition{"message": {"account_locked"}}, Text: "Wait.", Title: "Wait at {{page}}", Instead: true},
		{When: playbook.Condition{"where-fails": {"here"}}, Text: "Here."},
	}
	b := compile(t, book)
	ev := opened("here", nil)
	ev.Tell([]string{"refused"})
	ev.Paste("account locked", locked(true))
	in := present(t, b, ev)
	if diff := cmp.Diff([]string{"It is locked: try nothing.", "Wait."}, in.Do); diff != "" {
		t.Errorf("to do (-want +got):\n%s", diff)
	}
	if !in.Instead || in.Unlikely || in.Highlight || len(in.Careful) > 0 {
		t.Errorf("instruction %+v", in)
	}
	if in.Title != "Wait at "+b.Vars["page"] {
		t.Errorf("it is called %q", in.Title)
	}
	if in.Outcomes[0].ID != diag.DidUnverifiable || len(in.Outcomes) < 3 {
		t.Errorf("to skip it is not offered first: %v", ids(in.Outcomes))
	}
	doubt := opened("here", nil)
	doubt.Tell(nil)
	doubt.Paste("account locked?", locked(false))
	if in := present(t, b, doubt); in.Instead || len(in.Careful) != 2 || in.Do[0] != "Here." {
		t.Errorf("in doubt: %+v", in)
	}
}

// A note may say why a step is unlikely to help; its instructions stay.
func TestNotesThatRuleAStepOut(t *testing.T) {
	book := small()
	book.Steps[1].Notes = []playbook.Note{{When: playbook.Condition{"credentials": {"web-out"}}, Text: "The page refuses {{page}}.", Unlikely: true}}
	b := compile(t, book)
	ev := opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: "web-in"})
	if in := present(t, b, ev); in.Reason != "" || in.Unlikely {
		t.Errorf("where the note does not hold: %+v", in)
	}
	ev = opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: "web-out"})
	in := present(t, b, ev)
	if in.Reason != "The page refuses https://login.test/." || !in.Unlikely || in.Highlight || in.Outcomes[0].ID != diag.DidUnverifiable {
		t.Errorf("instruction %+v", in)
	}
	if diff := cmp.Diff([]string{"Look."}, in.Do); diff != "" {
		t.Errorf("to do (-want +got):\n%s", diff)
	}
}

// A step with answers of its own tells what follows from it, so it is not one
// to be skipped for how seldom it mends anything.
func TestAStepThatTellsIsNotUnlikelyToHelp(t *testing.T) {
	book := small()
	book.Steps[0].SatisfiedBy, book.Steps[0].Fixes = nil, map[string]playbook.Likelihood{}
	ev := opened("here", nil)
	if in := present(t, compile(t, book), ev); in.ID != "credentials" || in.Unlikely || in.Outcomes[0].ID == diag.DidUnverifiable {
		t.Errorf("with answers of its own: %+v", in)
	}
	book.Steps[0].Outcomes = nil
	if in := present(t, compile(t, book), ev); in.ID != "credentials" || !in.Unlikely || in.Outcomes[0].ID != diag.DidUnverifiable {
		t.Errorf("without any: %+v", in)
	}
}

// After what was tried helped nothing, and the last report says so, a retest
// would only tell what is known.
func TestWhetherThereIsAnythingToProve(t *testing.T) {
	for _, tt := range []struct {
		name     string
		outcomes [2]string
		want     bool
	}{
		{"nothing helped", [2]string{diag.DidUnchanged, diag.DidUnchanged}, true},
		{"it got worse", [2]string{diag.DidUnchanged, diag.DidWorse}, true},
		{"an answer of the step's own", [2]string{"web-out", diag.DidUnchanged}, true},
		{"the last could not be tried, so it is as before", [2]string{"web-out", diag.DidUnverifiable}, true},
		{"nothing was tried", [2]string{diag.DidUnverifiable, diag.DidUnverifiable}, false},
		{"something helped", [2]string{diag.DidUnchanged, diag.DidFixed}, false},
	} {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: tt.outcomes[0]})
		ev.Did("roles", diag.Did{Outcome: tt.outcomes[1]})
		in := present(t, compile(t, small()), ev)
		if in.ID != "proof" || in.NothingHelped != tt.want {
			t.Errorf("%s: %s, nothing helped %t", tt.name, in.ID, in.NothingHelped)
		}
		if !tt.want {
			continue
		}
		ev.Did("proof", diag.Did{Checkpoints: map[string]string{}})
		done, ok := engine.Next(compile(t, small()), ev).(engine.Done)
		if !ok || done.Verdict.Status != diag.Escalate || !strings.HasPrefix(done.Verdict.Summary, "Not fixed") {
			t.Errorf("%s: ends in %+v", tt.name, done.Verdict)
		}
	}
}

// A retest of which nothing is known proves nothing, whatever may be put off.
func TestAnEmptyRetestProvesNothing(t *testing.T) {
	book := small()
	for i := range book.Retest {
		book.Retest[i].Postpone = true
	}
	ev := opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
	ev.Did("roles", diag.Did{Outcome: diag.DidUnchanged})
	ev.Did("proof", diag.Did{Checkpoints: map[string]string{}})
	if done, ok := engine.Next(compile(t, book), ev).(engine.Done); !ok || done.Verdict.Status != diag.Escalate {
		t.Errorf("ends in %+v", done.Verdict)
	}
}

// Every step knows what to stop or undo when it made things worse.
func TestWorse(t *testing.T) {
	book := small()
	book.Steps[1].Worse = []string{"Close {{page}}."}
	b := compile(t, book)
	ev := opened("here", nil)
	if in := present(t, b, ev); len(in.Worse) == 0 || !strings.HasPrefix(in.Worse[0], "Stop trying.") {
		t.Errorf("credentials: %q", in.Worse)
	}
	ev.Did("credentials", diag.Did{Outcome: diag.DidWorse})
	if careful := present(t, b, ev).Careful; len(careful) == 0 || !strings.HasPrefix(careful[0], "It just got worse.") {
		t.Errorf("the next step begins with %q", careful)
	}
	if diff := cmp.Diff([]string{"Close https://login.test/."}, present(t, b, ev).Worse); diff != "" {
		t.Errorf("in the playbook's words (-want +got):\n%s", diff)
	}
}

// A walk that goes on behind its retest says so, and one that checks again
// without success, too.
func TestGoingOnIsSaid(t *testing.T) {
	b := compile(t, small())
	ev := opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
	ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}})
	if in := present(t, b, ev); in.ID != "roles" || !strings.Contains(in.Now, "The retest did not pass") {
		t.Errorf("%s comes with %q", in.ID, in.Now)
	}
	ev = opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
	ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "use": "fails"}})
	if in := present(t, b, ev); !strings.Contains(in.Now, "Signing in works") || !strings.Contains(in.Now, "does not count") {
		t.Errorf("a second fault: %s comes with %q", in.ID, in.Now)
	}
	ev = opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
	if in := present(t, b, ev); strings.Contains(in.Now, "retest") {
		t.Errorf("%s comes with %q", in.ID, in.Now)
	}
	ev = opened("here", map[string]string{"way": "offline"})
	if q := ask(t, b, ev); strings.Contains(q.Text, "again") {
		t.Errorf("asked the first time: %q", q.Text)
	}
	ev.Repairs = 1
	if q := ask(t, b, ev); !strings.Contains(q.Text, "Checked again") {
		t.Errorf("asked the second time: %q", q.Text)
	}
}

// Offline tells of this computer, and of nothing else.
func TestOfflineTellsOfThisComputerAlone(t *testing.T) {
	b := compile(t, small())
	ev := opened("same-network", map[string]string{"way": "offline"})
	q := ask(t, b, ev)
	if !strings.Contains(q.Choices[1].Text, "phone") || q.Choices[1].ID != diag.ChoiceElsewhere {
		t.Errorf("a phone that has internet has no choice: %+v", q.Choices)
	}
	ev.Answer(diag.AskRepair, diag.ChoiceStop, nil)
	v := engine.Next(b, ev).(engine.Done).Verdict
	if strings.Contains(v.Summary, "not the problem") || !strings.Contains(v.Summary, "says nothing about a phone") {
		t.Errorf("verdict %q", v.Summary)
	}
	if !strings.Contains(v.Next.Text, "mobile data") {
		t.Errorf("next %q", v.Next.Text)
	}
}

// A service that answered was reached: the way that is broken here is not that
// of whatever printed the message.
func TestAnAnswerSpeaksAgainstABrokenWay(t *testing.T) {
	b := compile(t, small())
	for _, tt := range []struct {
		class, where string
		want         bool
	}{
		{"wrong_credentials", "here", true}, {"permission_denied", "same-network", true},
		{"network_unreachable", "here", false}, {"token_expired", "here", false}, {"", "here", false},
	} {
		ev := opened(tt.where, map[string]string{"way": "offline"})
		if tt.class != "" {
			ev.Paste("refused", []diag.MessageMatch{{System: "generic", Cause: tt.class}})
		}
		ev.Answer(diag.AskRepair, diag.ChoiceStop, nil)
		v := engine.Next(b, ev).(engine.Done).Verdict
		if got := strings.Contains(v.Why, "the answer of a service") && strings.Contains(v.Next.Text, "then the message counts"); got != tt.want {
			t.Errorf("%s: %q %q", tt.class, v.Why, v.Next.Text)
		}
	}
}

// Where the account looks locked, no question sends anybody to try.
func TestNoTryWhereItLooksLocked(t *testing.T) {
	q := question("tried", .9, .1)
	q.Careful = []string{"Twice at most on {{page}}."}
	book := twoCauses(1, 1, q)
	book.Vars = map[string]string{"page": "a.test"}
	if diff := cmp.Diff([]string{"Twice at most on a.test."}, ask(t, compile(t, book), diag.NewEvidence()).Careful); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ev := diag.NewEvidence()
	ev.Paste("account locked", locked(true))
	if got := ask(t, compile(t, book), ev).Careful; len(got) != 1 || !strings.Contains(got[0], "try nothing now") {
		t.Errorf("locked: %q", got)
	}
}

// What proves a step done may leave a part of it open. It is not hidden.
func TestWhatIsLeftOfASatisfiedStep(t *testing.T) {
	book := small()
	step := &book.Steps[0]
	step.SatisfiedBy = playbook.Condition{"where-fails": {"here"}}
	step.Notes = []playbook.Note{{When: playbook.Condition{"symptom": {"refused"}}, Text: "Type it by hand."}}
	ev := opened("here", nil)
	ev.Tell([]string{"refused"})
	if in := present(t, compile(t, book), ev); !in.Satisfied || len(in.Left) > 0 {
		t.Errorf("a note that only adds is left to do: %+v", in)
	}
	step.Notes[0].Instead = true
	if in := present(t, compile(t, book), ev); !in.Satisfied || len(in.Left) != 1 {
		t.Errorf("instruction %+v", in)
	}
}

// A step may be proven done by what was reported of another one, or by what
// proved that one done.
func TestTheProofNamesWhatWasReported(t *testing.T) {
	book := small()
	book.Steps[1].SatisfiedBy = playbook.Condition{"credentials": {diag.DidFixed, diag.DidSatisfied, "web-in"}}
	b := compile(t, book)
	for _, tt := range []struct{ outcome, want string }{
		{"web-in", "Password: In"},
		{diag.DidSatisfied, "Does the web page take it? Yes"},
		{"web-out", ""},
	} {
		ev := opened("here", nil)
		if tt.outcome == diag.DidSatisfied {
			ev.Answer("web", "yes", nil)
		}
		ev.Did("credentials", diag.Did{Outcome: tt.outcome})
		if in := present(t, b, ev); in.ID != "roles" || in.Proof != tt.want || in.Satisfied != (tt.want != "") {
			t.Errorf("after %q: step %s, satisfied %t, proof %q, want %q", tt.outcome, in.ID, in.Satisfied, in.Proof, tt.want)
		}
	}
	t.Run("before its turn", func(t *testing.T) {
		ev := opened("here", nil)
		ev.Answer("web", "yes", nil)
		if r := engine.Report(b, ev, diag.Verdict{}); r.Steps[0].State != diag.StepSatisfied || r.Steps[1].State != diag.StepSatisfied {
			t.Errorf("steps %+v", r.Steps)
		}
	})
	t.Run("two that wait for each other", func(t *testing.T) {
		book.Steps[0].SatisfiedBy = playbook.Condition{"roles": {diag.DidSatisfied}}
		if in := present(t, compile(t, book), opened("here", nil)); in.Satisfied {
			t.Errorf("step %s is proven by nothing", in.ID)
		}
	})
}

// Two sets of instructions in the place of a step's own could contradict each
// other: the first condition that holds decides.
func TestOneConditionStandsInThePlace(t *testing.T) {
	book := small()
	book.Steps[0].Notes = []playbook.Note{
		{When: playbook.Condition{"symptom": {"refused"}, "where-fails": {"here"}}, Text: "Both.", Instead: true},
		{When: playbook.Condition{"symptom": {"refused"}}, Text: "One.", Instead: true},
	}
	ev := opened("here", nil)
	ev.Tell([]string{"refused"})
	if in := present(t, compile(t, book), ev); !cmp.Equal(in.Do, []string{"Both."}) {
		t.Errorf("to do: %v", in.Do)
	}
}

// Instructions that are other ones in this case leave the step as it is.
func TestInstructionsThatAreReplaced(t *testing.T) {
	book := small()
	book.Steps[0].Careful = []string{"Mind it."}
	book.Steps[0].Notes = []playbook.Note{
		{When: playbook.Condition{"symptom": {"refused"}}, Text: "Do this.", Replace: true},
		{When: playbook.Condition{"where-fails": {"here"}}, Text: "Not this too.", Replace: true},
		{When: playbook.Condition{"symptom": {"refused"}}, Text: "And that.", Replace: true},
		{When: playbook.Condition{"where-fails": {"here"}}, Text: "Know this."},
	}
	ev := opened("here", nil)
	ev.Tell([]string{"refused"})
	in := present(t, compile(t, book), ev)
	if diff := cmp.Diff([]string{"Know this.", "Do this.", "And that."}, in.Do); diff != "" || in.Instead || len(in.Careful) == 0 {
		t.Errorf("%s%+v", diff, in)
	}
}
