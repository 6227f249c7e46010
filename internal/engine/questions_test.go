package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// twoCauses is a playbook of two causes, a step for each and some questions.
func twoCauses(x, y float64, questions ...playbook.Question) *playbook.Playbook {
	p := func(v float64) playbook.Likelihood { return playbook.Likelihood{P: v} }
	return &playbook.Playbook{
		ID: "two", Surfaces: []string{"app"}, Vars: map[string]string{"page": ""},
		Causes: []playbook.Cause{{ID: "x", Title: "x", Prior: x}, {ID: "y", Title: "y", Prior: y}},
		Steps: []playbook.Step{
			{ID: "fix-x", Stage: diag.StageCredentials, Fixes: map[string]playbook.Likelihood{"x": p(.9)}},
			{ID: "fix-y", Stage: diag.StageSession, Fixes: map[string]playbook.Likelihood{"y": p(.9)}},
			{ID: "proof", Stage: diag.StageRetest},
		},
		Retest:    []playbook.Checkpoint{{ID: "sign-in"}},
		Questions: questions,
	}
}

// question has two choices, the first with the given probabilities.
func question(id string, underX, underY float64) playbook.Question {
	return playbook.Question{
		ID: id, Ask: id + "?", Choices: []playbook.Choice{{ID: "a", Text: "A"}, {ID: "b", Text: "B"}},
		Likely: map[string]playbook.Row{"x": {"a": {P: underX}}, "y": {"a": {P: underY}}},
	}
}

// choices gives a question so many choices: a slip in answering is then rarer
// for each of them.
func choices(q playbook.Question, n int) playbook.Question {
	for i := len(q.Choices); i < n; i++ {
		q.Choices = append(q.Choices, playbook.Choice{ID: string(rune('a' + i))})
	}
	return q
}

// askedBefore lists the questions that come before the first step.
func askedBefore(t *testing.T, b *engine.Book, ev *diag.Evidence) []string {
	t.Helper()
	var out []string
	for range 10 {
		q, ok := engine.Next(b, ev).(engine.Ask)
		if !ok {
			return out
		}
		out = append(out, q.Question.ID)
		ev.Asked++
		ev.Answer(q.Question.ID, diag.NoAnswer, nil)
	}
	t.Fatalf("no end of questions: %v", out)
	return nil
}

func TestWhatIsWorthAsking(t *testing.T) {
	sets := func(id string, underX, underY float64) playbook.Question {
		q := question(id, underX, underY)
		q.Choices[0].Sets = map[string]string{"page": "new"}
		return q
	}
	for _, tt := range []struct {
		name string
		book *playbook.Playbook
		want []string
	}{
		{"an answer that changes the leader", twoCauses(1, 1, question("q", .9, .1)), []string{"q"}},
		{"no answer changes the leader", twoCauses(9, 1, question("q", .6, .4)), nil},
		{"no answer tells anything", twoCauses(1, 1, question("q", .5, .5)), nil},
		{"only an answer that hardly anybody gives", twoCauses(3, 1, choices(question("q", .001, .03), 5)), nil},
		{"an answer that some give", twoCauses(3, 1, choices(question("q", .001, .05), 5)), []string{"q"}},
		{"the most telling first, and the first of equals",
			twoCauses(1, 1, question("some", .7, .3), question("most", .9, .1), question("same", .9, .1)), []string{"most", "same", "some"}},
		{"never more than three",
			twoCauses(1, 1, question("1", .9, .1), question("2", .8, .2), question("3", .7, .3), question("4", .6, .4)), []string{"1", "2", "3"}},
		{"telling counts by how often it is told", // "rare" tells all, but hardly ever
			twoCauses(1, 1, question("rare", .2, .001), question("even", .75, .25)), []string{"even", "rare"}},
		{"changed words count like a little telling", // .28, .05 and .01 bits
			twoCauses(1, 1, question("little", .56, .44), sets("words", .5, .5), question("much", .8, .2)), []string{"much", "words", "little"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, askedBefore(t, compile(t, tt.book), diag.NewEvidence())); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

// A question that moves no belief is still asked when something that is said
// or measured depends on its answer.
func TestAQuestionForItsWords(t *testing.T) {
	when := playbook.Condition{"q": {"a"}}
	for _, tt := range []struct {
		name   string
		change func(*playbook.Playbook)
		want   []string
	}{
		{"nothing depends on it", func(*playbook.Playbook) {}, nil},
		{"it sets a variable", func(p *playbook.Playbook) { p.Questions[0].Choices[1].Sets = map[string]string{"page": "new"} }, []string{"q"}},
		{"it asks for a value", func(p *playbook.Playbook) { p.Questions[0].Choices[1].Input = "page" }, []string{"q"}},
		{"it shows a step as done", func(p *playbook.Playbook) { p.Steps[1].SatisfiedBy = when }, []string{"q"}},
		{"a step says more", func(p *playbook.Playbook) {
			p.Steps[1].Notes = []playbook.Note{{When: playbook.Condition{"other": {"a"}}}, {When: when}}
		}, []string{"q"}},
		{"another question depends on it", func(p *playbook.Playbook) {
			more := question("more", .5, .5)
			more.When = when
			p.Questions = append(p.Questions, more)
		}, []string{"q"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book := twoCauses(1, 1, question("q", .5, .5))
			tt.change(book)
			if diff := cmp.Diff(tt.want, askedBefore(t, compile(t, book), diag.NewEvidence())); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("the other question is answered already", func(t *testing.T) {
		more := question("more", .5, .5)
		more.When = when
		b, ev := compile(t, twoCauses(1, 1, question("q", .5, .5), more)), diag.NewEvidence()
		ev.Answer("more", "a", nil)
		if got := askedBefore(t, b, ev); got != nil {
			t.Errorf("asked %v", got)
		}
	})
}

func TestQuestionsComeBeforeTheFirstStep(t *testing.T) {
	b, ev := compile(t, twoCauses(1, 1, question("q", .9, .1))), diag.NewEvidence()
	ev.Did("fix-x", diag.Did{Outcome: diag.DidUnverifiable})
	if got := what(b, ev); got != "do fix-y" {
		t.Errorf("next is %q", got)
	}
}

// What a playbook does not have is not asked for.
func TestTheOpeningIsNoLongerThanThePlaybook(t *testing.T) {
	book := twoCauses(1, 1)
	if got := what(compile(t, book), diag.NewEvidence()); got != "do fix-x" {
		t.Errorf("next is %q", got)
	}
	book.Checks = []playbook.Check{{ID: "name", Run: "dns"}}
	if got := what(compile(t, book), diag.NewEvidence()); got != "ask where-fails" {
		t.Errorf("next is %q", got)
	}
	book.Symptoms = []playbook.Symptom{{ID: "refused"}}
	ev := diag.NewEvidence()
	if got := what(compile(t, book), ev); got != "ask symptoms" {
		t.Errorf("next is %q", got)
	}
	ev.Answer(diag.AskSymptoms, diag.NoAnswer, nil)
	if got := what(compile(t, book), ev); got != "ask where-fails" {
		t.Errorf("next is %q: what nobody could answer is asked twice", got)
	}
}

func TestTheOfferToCheckAgainEnds(t *testing.T) {
	b := compile(t, small())
	for repairs, want := range map[int]string{0: "ask after-repair", 19: "ask after-repair", 20: "done problem", 21: "done problem"} {
		ev := opened("here", map[string]string{"name": "nxdomain"})
		ev.Repairs = repairs
		if got := what(b, ev); got != want {
			t.Errorf("after %d repairs next is %q, want %q", repairs, got, want)
		}
	}
}

// An empty parameter is left out, so that the probe's default holds, and a
// parameter more makes another measurement.
func TestParametersOfACheck(t *testing.T) {
	book := checksOnly(playbook.Check{ID: "name", Run: "dns", With: map[string]string{"name": "{{host}}", "resolver": "{{server}}"}})
	book.Vars["server"] = ""
	b, ev := compile(t, book), here()
	if diff := cmp.Diff(map[string]string{"name": "a.test"}, engine.With(b, ev, "name")); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if got := engine.With(b, ev, "nobody"); got != nil {
		t.Errorf("parameters %v of no check", got)
	}
	ev.Measured("name", diag.Finding{Outcome: "ok"}, engine.With(b, ev, "name"))
	if due := engine.Due(b, ev); len(due) != 0 {
		t.Errorf("measured, and %v is due", due)
	}
	ev.Answer("q", "a", map[string]string{"server": "192.0.2.53"})
	want := []diag.Request{{ID: "name", Kind: "dns", With: map[string]string{"name": "a.test", "resolver": "192.0.2.53"}}}
	if diff := cmp.Diff(want, engine.Due(b, ev)); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	ev.Given("name", "ok")
	if due := engine.Due(b, ev); len(due) != 0 {
		t.Errorf("given, and %v is due", due)
	}
}

// pausing is a playbook that pauses: all but sure that it is down, with a
// check that proves it.
func pausing(change func(*playbook.Playbook)) *playbook.Playbook {
	book := small()
	book.Causes[3].Prior = 9000 // sure enough without any check
	book.Checks[2].Likely = map[string]playbook.Row{"outage": {"slow": {P: .5}}}
	book.Checks[2].Otherwise = playbook.Row{"slow": {P: .1}}
	book.Checks[2].Conclusive = []string{"slow"}
	if change != nil {
		change(book)
	}
	return book
}

func TestWhenItPauses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		where  string
		checks map[string]string
		change func(*playbook.Playbook)
		want   string
	}{
		{"proved", "same-network", map[string]string{"name": "slow"}, nil, "ask continue-anyway"},
		{"not in force", "elsewhere", map[string]string{"name": "slow"}, nil, "do credentials"},
		{"hidden", "same-network", map[string]string{"way": "proxy_unreachable", "name": "slow"}, nil, "do credentials"},
		{"another outcome", "same-network", map[string]string{"name": "ok"}, nil, "do credentials"},
		{"an outcome that proves nothing", "same-network", map[string]string{"name": "slow"},
			func(p *playbook.Playbook) { p.Checks[2].Conclusive = nil }, "do credentials"},
		{"an outcome that does not speak for it", "same-network", map[string]string{"name": "slow"},
			func(p *playbook.Playbook) { p.Checks[2].Likely = nil }, "do credentials"},
		{"an outcome that speaks for all alike", "same-network", map[string]string{"name": "slow"},
			func(p *playbook.Playbook) { p.Checks[2].Likely["outage"]["slow"] = playbook.Likelihood{P: .1} }, "do credentials"},
		{"no cause at all", "same-network", map[string]string{"name": "slow"},
			func(p *playbook.Playbook) { p.Causes[3].Leak = true }, "do credentials"},
		{"an admin can mend it", "same-network", map[string]string{"name": "slow"},
			func(p *playbook.Playbook) { p.Causes[3].Actor = "admin" }, "ask continue-anyway"},
		{"the person can mend it", "same-network", map[string]string{"name": "slow"},
			func(p *playbook.Playbook) { p.Causes[3].Actor = "user" }, "do credentials"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := compile(t, pausing(tt.change))
			if got := what(b, opened(tt.where, tt.checks)); got != tt.want {
				t.Errorf("next is %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("not once the walk began", func(t *testing.T) {
		ev := opened("same-network", map[string]string{"name": "slow"})
		ev.Did("credentials", diag.Did{Outcome: diag.DidUnverifiable})
		if got := what(compile(t, pausing(nil)), ev); got != "do roles" {
			t.Errorf("next is %q", got)
		}
	})
}

// It pauses from 20 decibans on: 100 to 1.
func TestHowSureItMustBeToPause(t *testing.T) {
	for odds, want := range map[float64]string{90: "do fix-x", 110: "ask continue-anyway"} {
		book := twoCauses(odds/4, 1) // the check multiplies the odds by 4, all but exactly
		book.Causes[0].Actor = "provider"
		book.Checks = []playbook.Check{{
			ID: "name", Run: "dns", Reliability: 1, Conclusive: []string{"slow"},
			Likely: map[string]playbook.Row{"x": {"slow": {P: .4}}}, Otherwise: playbook.Row{"slow": {P: .1}},
		}}
		ev := here()
		ev.Given("name", "slow")
		if got := what(compile(t, book), ev); got != want {
			t.Errorf("at odds of %v next is %q, want %q", odds, got, want)
		}
	}
}
