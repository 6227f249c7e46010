package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// three is a playbook of three causes with a step each: a slow one that seldom
// helps, a quick one for what is likely, and one behind the first.
func three() *playbook.Playbook {
	p := func(v float64) map[string]playbook.Likelihood {
		return map[string]playbook.Likelihood{"x": {P: v}}
	}
	do := map[string][]string{"app": {"Do."}}
	return &playbook.Playbook{
		ID: "three", Surfaces: []string{"app"}, Escalate: &playbook.Escalate{Minutes: 60, To: "support"},
		Causes: []playbook.Cause{{ID: "x", Title: "x", Prior: 6}, {ID: "y", Title: "y", Prior: 3}, {ID: "z", Title: "z", Prior: 1}},
		Steps: []playbook.Step{
			{ID: "slow", Stage: diag.StageCredentials, Title: "Slow", Minutes: 20, Fixes: map[string]playbook.Likelihood{"z": {P: .9}}, Do: do},
			{ID: "quick", Stage: diag.StageSession, Title: "Quick", Minutes: 2, Fixes: p(.9), Do: do},
			{ID: "behind", Stage: diag.StageRoles, Title: "Behind", Minutes: 3, Fixes: map[string]playbook.Likelihood{"y": {P: .9}}, Requires: []string{"slow"}, Do: do},
			{ID: "proof", Stage: diag.StageRetest, Title: "Proof", Do: do},
		},
		Retest: []playbook.Checkpoint{{ID: "sign-in", Title: "Sign in"}},
	}
}

// likeliest compiles a playbook to be walked in the likeliest order.
func likeliest(t testing.TB, p *playbook.Playbook) *engine.Book {
	t.Helper()
	b := compile(t, p)
	b.Order = diag.OrderLikely
	return b
}

// walk is what is presented when nothing helps and every question is left
// open, with the reasons of the steps; hand is what is said when it would hand
// over.
func walk(t *testing.T, b *engine.Book, ev *diag.Evidence, hand string) (walk, reasons []string) {
	t.Helper()
	for range enough {
		switch step := engine.Next(b, ev).(type) {
		case engine.Ask:
			choice := diag.NoAnswer
			if step.Question.ID == diag.AskHandOver {
				walk, choice = append(walk, "hand over?"), hand
			}
			ev.Answer(step.Question.ID, choice, nil)
		case engine.Do:
			walk, reasons = append(walk, step.Instruction.ID), append(reasons, step.Instruction.Now)
			if len(step.Instruction.Checkpoints) > 0 {
				ev.Did(step.Instruction.ID, diag.Did{Checkpoints: map[string]string{"sign-in": diag.CheckpointFails}})
				continue
			}
			ev.Did(step.Instruction.ID, diag.Did{Outcome: diag.DidUnchanged})
		case engine.Done:
			return append(walk, string(step.Verdict.Status)), reasons
		default:
			t.Fatalf("unexpected %T", step)
		}
	}
	t.Fatal("no end")
	return nil, nil
}

// The likeliest for its time comes first, and what is required before it.
func TestTheLikeliestOrder(t *testing.T) {
	got, reasons := walk(t, likeliest(t, three()), diag.NewEvidence(), diag.ChoiceContinue)
	if diff := cmp.Diff([]string{"quick", "slow", "behind", "proof", "escalate"}, got); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
	for i, say := range []string{
		"This comes first because it is the likeliest to help for its time: 54 in 100, 2 minutes.",
		"This comes next because “Behind” needs it, and that is the likeliest to help for its time: 59 in 100, 3 minutes.",
		"",
	} {
		if reasons[i] != say {
			t.Errorf("step %d says %q, want %q", i+1, reasons[i], say)
		}
	}
	got, reasons = walk(t, compile(t, three()), diag.NewEvidence(), diag.ChoiceContinue)
	if diff := cmp.Diff([]string{"slow", "quick", "behind", "proof", "escalate"}, got); diff != "" {
		t.Errorf("the playbook's own order (-want +got):\n%s", diff)
	}
	if say := strings.Join(reasons, ""); say != "" {
		t.Errorf("in the playbook's order nothing is to be said of it: %q", say)
	}
}

// A step is numbered as it comes, and the report lists them so.
func TestTheLikeliestOrderIsCountedAsItComes(t *testing.T) {
	b, ev := likeliest(t, three()), diag.NewEvidence()
	do, ok := engine.Next(b, ev).(engine.Do)
	if !ok || do.Instruction.Number != 1 || do.Instruction.Of != 4 {
		t.Errorf("first comes %+v", do.Instruction)
	}
	r := engine.Report(b, ev, engine.Judge(b, ev, true))
	var listed []string
	for _, s := range r.Steps {
		listed = append(listed, s.ID)
	}
	if diff := cmp.Diff([]string{"quick", "slow", "behind", "proof"}, listed); diff != "" {
		t.Errorf("steps of the report (-want +got):\n%s", diff)
	}
	if r.Verdict.Next.Step != "quick" || r.Steps[0].State != diag.StepCurrent {
		t.Errorf("next is %q", r.Verdict.Next.Step)
	}
}

// The price of the playbook's order, in both orders the same: 20 minutes that
// help one in ten come before 2 that help six in ten.
func TestThePriceOfTheOrder(t *testing.T) {
	fail := []float64{1 - .1*.9, 1 - .1*.9 - .6*.9, 1 - .9}
	inOrder := 20 + 2*fail[0] + 3*fail[1] + 60*fail[2]
	best := 2 + 20*(1-.6*.9) + 3*(1-.6*.9-.1*.9) + 60*fail[2]
	for _, b := range []*engine.Book{compile(t, three()), likeliest(t, three())} {
		p := engine.Report(b, diag.NewEvidence(), engine.Judge(b, diag.NewEvidence(), true)).Plan
		want := &diag.Plan{Order: "playbook", Exact: true, Minutes: best, InOrder: inOrder, Price: inOrder - best, First: "quick"}
		if b.Order != "" {
			want.Order = b.Order
		}
		if diff := cmp.Diff(want, p, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("plan (-want +got):\n%s", diff)
		}
	}
}

// What is proven done is passed, and opens the way for what needs it.
func TestWhatIsDoneOpensTheWay(t *testing.T) {
	p := three()
	p.Questions = []playbook.Question{{ID: "done", Ask: "Done?", Choices: []playbook.Choice{{ID: "yes", Text: "Yes"}, {ID: "no", Text: "No"}}}}
	p.Steps[0].SatisfiedBy = playbook.Condition{"done": {"yes"}}
	ev := diag.NewEvidence()
	ev.Answer("done", "yes", nil)
	b := likeliest(t, p)
	ev.Did("quick", diag.Did{Outcome: diag.DidUnchanged})
	do, ok := engine.Next(b, ev).(engine.Do)
	if !ok || do.Instruction.ID != "slow" || !do.Instruction.Satisfied || do.Instruction.Now != "" {
		t.Fatalf("next is %s, want the step that is proven done: %+v", what(b, ev), do.Instruction)
	}
	ev.Did("slow", diag.Did{Outcome: diag.DidSatisfied})
	if got := what(b, ev); got != "do behind" {
		t.Errorf("then comes %q, want the step behind it", got)
	}
}

// Where no step is worth its time it offers to hand over, and leaves it to the
// person; in the playbook's order it never does.
func TestItOffersToHandOver(t *testing.T) {
	p := three()
	p.Escalate.Minutes = 10
	b := likeliest(t, p)
	got, _ := walk(t, b, diag.NewEvidence(), diag.ChoiceContinue)
	if diff := cmp.Diff([]string{"quick", "hand over?", "slow", "behind", "proof", "escalate"}, got); diff != "" {
		t.Errorf("gone on with (-want +got):\n%s", diff)
	}
	ev := diag.NewEvidence()
	got, _ = walk(t, b, ev, diag.ChoiceStop)
	if diff := cmp.Diff([]string{"quick", "hand over?", "escalate"}, got); diff != "" {
		t.Errorf("handed over (-want +got):\n%s", diff)
	}
	done, _ := engine.Next(b, ev).(engine.Done)
	if v := done.Verdict; !strings.Contains(v.Summary, "after 1 of 3 steps") || !strings.Contains(v.Next.Text, "support") {
		t.Errorf("the verdict is %+v", v)
	}
	engine.Reopen(ev)
	if got := what(b, ev); got != "ask hand-over" {
		t.Errorf("taken up again it is %q, want to be asked anew", got)
	}
	got, _ = walk(t, compile(t, p), diag.NewEvidence(), diag.ChoiceStop)
	if diff := cmp.Diff([]string{"slow", "quick", "behind", "proof", "escalate"}, got); diff != "" {
		t.Errorf("the playbook's order (-want +got):\n%s", diff)
	}
}

// A plan without a walk says that handing over is better, and names no step.
func TestThePlanMayBeToHandOver(t *testing.T) {
	p := three()
	p.Escalate.Minutes = 1
	b := likeliest(t, p)
	v := engine.Judge(b, diag.NewEvidence(), true)
	if v.Next.Step != "" || !strings.Contains(v.Next.Text, "Turn to support") {
		t.Errorf("next is %+v", v.Next)
	}
	if r := engine.Report(compile(t, p), diag.NewEvidence(), v); !r.Plan.HandOver || r.Plan.First != "" || r.Plan.Minutes != 1 {
		t.Errorf("the plan is %+v", r.Plan)
	}
}

// Where nobody can be turned to, there is no handing over, and no price.
func TestWithoutAnybodyToTurnTo(t *testing.T) {
	p := three()
	p.Escalate = nil
	b := likeliest(t, p)
	got, _ := walk(t, b, diag.NewEvidence(), diag.ChoiceStop)
	if diff := cmp.Diff([]string{"quick", "slow", "behind", "proof", "escalate"}, got); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
	if r := engine.Report(b, diag.NewEvidence(), diag.Verdict{}); r.Plan != nil {
		t.Errorf("the plan is %+v", r.Plan)
	}
}

// A question is asked when it saves more time than it takes, also after a
// step.
func TestItAsksWhatSavesTime(t *testing.T) {
	p := three()
	p.Causes[1].Prior = 6
	likely := func(v float64) playbook.Row { return playbook.Row{"yes": {P: v}} }
	p.Questions = []playbook.Question{
		{ID: "tells", Ask: "?", Choices: []playbook.Choice{{ID: "yes", Text: "Yes"}, {ID: "no", Text: "No"}}, Likely: map[string]playbook.Row{"x": likely(.95), "y": likely(.05)}},
		{ID: "tells-nothing", Ask: "?", Choices: []playbook.Choice{{ID: "yes", Text: "Yes"}, {ID: "no", Text: "No"}}},
	}
	p.Steps[1].Minutes = 12
	b, ev := likeliest(t, p), diag.NewEvidence()
	if got := what(b, ev); got != "ask tells" {
		t.Fatalf("first is %q, want the question that saves time", got)
	}
	ev.AnswerAsked("tells", "no", nil)
	if got := what(b, ev); got != "do slow" {
		t.Errorf("then comes %q, want the way to the likeliest step", got)
	}
	ev = diag.NewEvidence()
	ev.Asked = 4 // three before the first step, one more for each
	ev.Did("quick", diag.Did{Outcome: diag.DidUnverifiable})
	if got := what(b, ev); got != "do slow" {
		t.Errorf("with enough asked comes %q, want a step", got)
	}
}

// everyOrder runs a property on every playbook in the likeliest order: as it
// is, and with nothing required before anything, so that there is something to
// choose.
func everyOrder(t *testing.T, times int, property func(t *testing.T, b *engine.Book, r *rand.Rand)) {
	t.Helper()
	for _, p := range shipped(t) {
		for _, free := range []bool{false, true} {
			loose := *p
			if free {
				loose.Steps = slices.Clone(p.Steps)
				for i := range loose.Steps {
					loose.Steps[i].Requires = nil
				}
			}
			b := likeliest(t, &loose)
			for i := range times {
				t.Run(fmt.Sprintf("%s/free=%v/%d", p.ID, free, i), func(t *testing.T) {
					property(t, b, rand.New(rand.NewPCG(uint64(i), 20261124)))
				})
			}
		}
	}
}

// Also in the likeliest order every case ends, each step is shown once and
// after what it requires, nobody is asked twice whether to hand over, and
// behind a broken way there is no step.
func TestTheLikeliestOrderKeepsTheRules(t *testing.T) {
	reordered := 0
	everyOrder(t, 20, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		asked := map[string]int{}
		ended := false
		for range enough {
			before := len(ev.Walk)
			if q, ok := engine.Next(b, ev).(engine.Ask); ok {
				asked[q.Question.ID]++
			}
			if ended = answer(t, b, ev, r); ended {
				break
			}
			if len(ev.Walk) > before {
				if c := brokenCheck(b, ev, before); c != "" {
					t.Fatalf("%s is presented although %s is broken", ev.Walk[before].Step, c)
				}
			}
		}
		if !ended {
			t.Fatalf("no end after %d turns; walk %v", enough, ev.Walk)
		}
		if asked[diag.AskHandOver] > 1 {
			t.Errorf("asked %d times whether to hand over", asked[diag.AskHandOver])
		}
		if outOfOrder(t, b, ev) {
			reordered++
		}
	})
	if reordered < 20 {
		t.Errorf("only %d walks were in another order than the playbook's: it was hardly tried", reordered)
	}
}

// brokenCheck is a chain check in force that had failed when a step was
// presented.
func brokenCheck(b *engine.Book, ev *diag.Evidence, step int) string {
	then := ev.Clone()
	then.Walk = then.Walk[:step]
	for _, c := range engine.Checks(b, then) {
		if c.Layer.Chain() > 0 && c.InForce && c.Status == diag.Fail {
			return c.Code
		}
	}
	return ""
}

// outOfOrder holds a walk against what steps require, and reports whether it
// left the playbook's order.
func outOfOrder(t *testing.T, b *engine.Book, ev *diag.Evidence) bool {
	t.Helper()
	shown, last, out := map[string]bool{}, -1, false
	for _, v := range ev.Walk {
		at := slices.IndexFunc(b.Steps, func(s playbook.Step) bool { return s.ID == v.Step })
		step := b.Steps[at]
		if step.Stage == diag.StageRetest {
			continue
		}
		if shown[v.Step] {
			t.Fatalf("%s is shown twice: %v", v.Step, ev.Walk)
		}
		for _, r := range step.Requires {
			if !shown[r] {
				t.Fatalf("%s comes before %s, which it requires: %v", v.Step, r, ev.Walk)
			}
		}
		shown[v.Step], out, last = true, out || at < last, at
	}
	return out
}
