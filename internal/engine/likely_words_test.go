package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// asking is three with a question that tells its causes apart.
func asking() *playbook.Playbook {
	p := three()
	p.Escalate.Minutes = 300
	for i := range p.Steps {
		p.Steps[i].Minutes = 30
	}
	p.Causes[0].Prior = 4
	p.Questions = []playbook.Question{{
		ID: "which", Ask: "Which?", Choices: []playbook.Choice{{ID: "x", Text: "X"}, {ID: "other", Text: "Other"}},
		Likely: map[string]playbook.Row{"x": {"x": {P: .98}}}, Otherwise: playbook.Row{"x": {P: .02}},
	}}
	return p
}

// In the likeliest order a question comes where it saves time, and none once
// something seems to have helped, be it the very first step.
func TestNothingIsAskedOnceItIsFixed(t *testing.T) {
	b := likeliest(t, asking())
	ev := diag.NewEvidence()
	if got := what(b, ev); got != "ask which" {
		t.Fatalf("it begins with %q; the test needs a question that is worth asking", got)
	}
	ev.Did("quick", diag.Did{Outcome: diag.DidFixed})
	if got := what(b, ev); got != "do proof" {
		t.Errorf("after a step that helped comes %q", got)
	}
}

// What is said where it would hand over: to whom, and which step would be the
// likeliest; and whatever helped first is proven before anything is handed over.
func TestTheWordsOfHandingOver(t *testing.T) {
	p := three()
	p.Escalate.Minutes = 10
	b := likeliest(t, p)
	ev := diag.NewEvidence()
	ev.Did("quick", diag.Did{Outcome: diag.DidUnchanged})
	ask, ok := engine.Next(b, ev).(engine.Ask)
	if !ok || ask.Question.ID != diag.AskHandOver {
		t.Fatalf("next is %q", what(b, ev))
	}
	if h := ask.Question.Help; !strings.HasPrefix(h, "Turn to support.") || !strings.Contains(h, "“Slow”") && !strings.Contains(h, "“Behind”") {
		t.Errorf("it says %q", h)
	}
	ev.Answer(diag.AskHandOver, diag.ChoiceStop, nil)
	done, ok := engine.Next(b, ev).(engine.Done)
	if !ok || !strings.HasPrefix(done.Verdict.Why, "Most likely: y (") {
		t.Fatalf("the end is %+v", done.Verdict)
	}
	causes := engine.Report(b, ev, done.Verdict).Causes
	if want := fmt.Sprintf("(%.0f in 100)", 100*causes[0].Probability); !strings.Contains(done.Verdict.Why, want) {
		t.Errorf("%q, and y has %v", done.Verdict.Why, causes[0].Probability)
	}

	fixed := diag.NewEvidence()
	fixed.Did("quick", diag.Did{Outcome: diag.DidFixed})
	if got := what(b, fixed); got != "do proof" {
		t.Errorf("the first step helped, and then comes %q", got)
	}
}

// Whoever asks for a step gets one, though the plan would ask something first.
func TestAStepIsNamedWhereAQuestionWouldCome(t *testing.T) {
	if v := engine.Judge(likeliest(t, asking()), diag.NewEvidence(), true); v.Next.Step != "quick" {
		t.Errorf("next is %+v, want the likeliest step", v.Next)
	}
}

// Three questions are asked before the first step, and one more for each step.
func TestQuestionsAreSpentOnSteps(t *testing.T) {
	b := likeliest(t, asking())
	ev := diag.NewEvidence()
	for _, id := range []string{"a", "b", "c"} {
		ev.AnswerAsked(id, diag.NoAnswer, nil)
	}
	if got := what(b, ev); got != "do quick" {
		t.Errorf("after three questions comes %q", got)
	}
	ev.Did("slow", diag.Did{Outcome: diag.DidUnchanged})
	if got := what(b, ev); got != "ask which" {
		t.Errorf("after a step comes %q", got)
	}
}
