package engine_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// A session that is taken up again measures anew only what it stopped at.
func TestReopening(t *testing.T) {
	b := compile(t, small())
	measured := func(answers ...string) *diag.Evidence {
		ev := opened("here", nil)
		ev.Measured("name", diag.Finding{Outcome: "nxdomain"}, engine.With(b, ev, "name"))
		for _, id := range answers {
			ev.Answer(id, diag.ChoiceStop, nil)
		}
		engine.Reopen(ev)
		return ev
	}
	if got := what(b, measured()); got != "ask "+diag.AskRepair {
		t.Errorf("nothing was decided, and it goes on with %q", got)
	}
	if got := what(b, measured(diag.AskRepair)); got != "probe name" {
		t.Errorf("stopped at a broken way, it goes on with %q", got)
	}
}

// A report says how an answer was measured, and nothing of what was only said.
func TestHowAnAnswerCame(t *testing.T) {
	ev := opened("here", nil)
	ev.AnswerMeasured("web", "yes", "phone", nil)
	r := engine.Report(compile(t, small()), ev, diag.Verdict{})
	if r.Answers["web"] != "yes" || r.AnsweredBy["web"] != "phone" || len(r.AnsweredBy) != 1 {
		t.Errorf("answers %v, by %v", r.Answers, r.AnsweredBy)
	}
}

// A report says of every step why it is unlikely, before what is done in it, has
// lists where there is nothing to list, and names what became of those that
// were tried, and of no others.
func TestWhatAReportSaysOfSteps(t *testing.T) {
	book := small()
	book.Steps[1].Notes = []playbook.Note{{When: playbook.Condition{"credentials": {"web-out"}}, Text: "The page refuses.", Unlikely: true}}
	book.Steps[1].Careful = []string{"Mind the gap."}
	b := compile(t, book)
	ev := opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: "web-out"})
	r := engine.Report(b, ev, diag.Verdict{})
	for _, step := range r.Steps {
		if step.Careful == nil || step.Do == nil {
			t.Errorf("%s: careful %v, do %v", step.ID, step.Careful, step.Do)
		}
		if because := len(step.Do) > 0 && step.Do[0] == "The page refuses."; because != (step.ID == book.Steps[1].ID) {
			t.Errorf("%s: do %q", step.ID, step.Do)
		}
		if warned := len(step.Careful) == 1; warned != (step.ID == book.Steps[1].ID) {
			t.Errorf("%s: careful %q", step.ID, step.Careful)
		}
		if step.ID == "credentials" && (len(step.Do) == 0 || step.Do[0] == "") {
			t.Errorf("%s begins with nothing: %q", step.ID, step.Do)
		}
	}
	var told []string
	for key := range r.Titles {
		if strings.HasPrefix(key, "outcome:") {
			told = append(told, key)
		}
	}
	if len(told) != 1 || told[0] != "outcome:credentials=web-out" {
		t.Errorf("outcomes with words: %q", told)
	}
}
