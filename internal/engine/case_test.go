package engine_test

import (
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
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
