package engine_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// ask gives the question that comes next.
func ask(t *testing.T, b *engine.Book, ev *diag.Evidence) diag.Question {
	t.Helper()
	q, ok := engine.Next(b, ev).(engine.Ask)
	if !ok {
		t.Fatalf("next is %q, want a question", what(b, ev))
	}
	return q.Question
}

// present gives the step that comes next.
func present(t *testing.T, b *engine.Book, ev *diag.Evidence) diag.Instruction {
	t.Helper()
	do, ok := engine.Next(b, ev).(engine.Do)
	if !ok {
		t.Fatalf("next is %q, want a step", what(b, ev))
	}
	return do.Instruction
}

func ids(choices []diag.Choice) []string {
	var out []string
	for _, c := range choices {
		out = append(out, c.ID)
	}
	return out
}

func TestTheOpeningQuestions(t *testing.T) {
	b, ev := compile(t, small()), diag.NewEvidence()
	q := ask(t, b, ev)
	if !q.Multi || q.Help == "" || q.Text == "" {
		t.Errorf("symptoms: %+v", q)
	}
	if diff := cmp.Diff([]diag.Choice{{ID: "refused", Text: "Refused"}}, q.Choices); diff != "" {
		t.Errorf("symptoms (-want +got):\n%s", diff)
	}
	ev.Tell(nil)
	q = ask(t, b, ev)
	if diff := cmp.Diff([]string{"here", "same-network", "elsewhere", "everywhere", "not-sure"}, ids(q.Choices)); q.Multi || q.Help == "" || diff != "" {
		t.Errorf("where %+v (-want +got):\n%s", q, diff)
	}
}

func TestAQuestionOfThePlaybook(t *testing.T) {
	page := question("q", .9, .1)
	page.Ask, page.Help = "Is it {{host}}?", "Look at {{host}}."
	page.Choices[1] = playbook.Choice{ID: "b", Text: "Not {{host}}", Input: "host", Prompt: "Instead of {{host}}"}
	book := twoCauses(1, 1, page)
	book.Vars = map[string]string{"host": "a.test"}
	want := diag.Question{
		ID: "q", Text: "Is it a.test?", Help: "Look at a.test.",
		Choices: []diag.Choice{{ID: "a", Text: "A"}, {ID: "b", Text: "Not a.test", Input: "Instead of a.test"}},
	}
	if diff := cmp.Diff(want, ask(t, compile(t, book), diag.NewEvidence())); diff != "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
}

// A clock is shown at the right time only when the offset was measured.
func TestTheClockBesideAQuestion(t *testing.T) {
	offset := func(ms any) diag.Finding {
		return diag.Finding{Outcome: "drifting", Facts: map[string]any{"offset_ms": ms}}
	}
	for _, tt := range []struct {
		name    string
		show    string
		set     func(*diag.Evidence)
		seconds float64
		known   bool
	}{
		{"measured", "corrected-time", func(ev *diag.Evidence) { ev.Measured("time", offset(-2500.), nil) }, -2.5, true},
		{"given as right", "corrected-time", func(ev *diag.Evidence) { ev.Given("time", "accurate") }, 0, true},
		{"not wanted", "", func(ev *diag.Evidence) { ev.Measured("time", offset(2500.), nil) }, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book := twoCauses(1, 1, question("q", .9, .1))
			book.Questions[0].Show = tt.show
			book.Checks = []playbook.Check{{ID: "name", Run: "dns"}, {ID: "time", Run: "clock"}}
			ev := here()
			ev.Given("name", "ok")
			tt.set(ev)
			q := ask(t, compile(t, book), ev)
			if q.Show != tt.show || q.OffsetSeconds != tt.seconds || q.OffsetKnown != tt.known || q.OffsetGiven != (tt.name == "given as right") {
				t.Errorf("shows %q at %v (known: %t), want %v (%t)", q.Show, q.OffsetSeconds, q.OffsetKnown, tt.seconds, tt.known)
			}
		})
	}
	// Against a time that nobody vouches for, every right clock looks wrong.
	for name, set := range map[string]func(*diag.Evidence){
		"given as off": func(ev *diag.Evidence) { ev.Given("time", "drifting") },
		"no number":    func(ev *diag.Evidence) { ev.Measured("time", offset("2500"), nil) },
		"another check's": func(ev *diag.Evidence) {
			ev.Given("time", diag.NoAnswer)
			ev.Measured("name", diag.Finding{Outcome: "ok", Facts: map[string]any{"offset_ms": 2500.}}, nil)
		},
		"given with stray facts": func(ev *diag.Evidence) {
			ev.Given("time", "drifting")
			m := ev.Checks["time"]
			m.Facts = map[string]any{"offset_ms": 2500.}
			ev.Checks["time"] = m
		},
	} {
		t.Run("not asked: "+name, func(t *testing.T) {
			book := twoCauses(1, 1, question("q", .9, .1))
			book.Questions[0].Show = "corrected-time"
			book.Checks = []playbook.Check{{ID: "name", Run: "dns"}, {ID: "time", Run: "clock"}}
			ev := here()
			ev.Given("name", "ok")
			set(ev)
			if got := what(compile(t, book), ev); got == "ask q" {
				t.Error("compared with a time that may be wrong")
			}
		})
	}
}

// "It fails elsewhere" is offered where that would make a difference.
func TestTheWaysOnAfterAFailure(t *testing.T) {
	again := []string{diag.ChoiceAgain, diag.ChoiceElsewhere, diag.ChoiceStop}
	for _, tt := range []struct {
		where, check, outcome string
		want                  []string
	}{
		{"here", "name", "nxdomain", again},
		{"same-network", "name", "nxdomain", again},
		{"here", "way", "proxy_unreachable", again},
		{"here", "tls", "expired", []string{diag.ChoiceAgain, diag.ChoiceStop}},
		{"elsewhere", "page", "server_error", []string{diag.ChoiceAgain, diag.ChoiceStop}},
	} {
		q := ask(t, compile(t, small()), opened(tt.where, map[string]string{tt.check: tt.outcome}))
		if diff := cmp.Diff(tt.want, ids(q.Choices)); q.ID != diag.AskRepair || q.Finding == nil || q.Finding.ID != tt.check || diff != "" {
			t.Errorf("%s %s: %s about %+v (-want +got):\n%s", tt.where, tt.outcome, q.ID, q.Finding, diff)
		}
	}
}

func TestThePauseShowsWhatProvesIt(t *testing.T) {
	b := compile(t, pausing(func(p *playbook.Playbook) {
		p.Checks = append(p.Checks, playbook.Check{ID: "time2", Run: "clock", Likely: map[string]playbook.Row{"outage": {"skewed": {P: .9}}}})
		p.Causes[3].Title, p.Causes[3].Escalate = "{{page}} is down", "Look at {{page}}."
	}))
	ev := opened("same-network", map[string]string{"name": "slow"})
	ev.Given("time2", "skewed")
	q := ask(t, b, ev)
	if q.Finding == nil || q.Finding.ID != "name" {
		t.Errorf("finding %+v: what is out of force proves nothing", q.Finding)
	}
	want := []diag.Choice{{ID: diag.ChoiceStop, Text: "Stop here and wait"}, {ID: diag.ChoiceContinue, Text: "Continue anyway"}}
	if diff := cmp.Diff(want, q.Choices); diff != "" || q.Help != "Look at https://login.test/." ||
		q.Text != "Only somebody else can mend this: https://login.test/ is down. What now?" {
		t.Errorf("question %+v (-want +got):\n%s", q, diff)
	}
}

// Warnings come with the first thing to do, and steps that were only shown as
// done are nothing to do.
func TestWarningsComeFirst(t *testing.T) {
	book := small()
	book.Warnings = []string{"Not at {{page}}."}
	book.Steps[0].Careful, book.Steps[1].Careful = []string{"One."}, []string{"Two."}
	b := compile(t, book)
	ev := opened("here", nil)
	if diff := cmp.Diff([]string{"Not at https://login.test/.", "One."}, present(t, b, ev).Careful); diff != "" {
		t.Errorf("first step (-want +got):\n%s", diff)
	}
	satisfied := ev.Clone()
	satisfied.Did("credentials", diag.Did{Outcome: diag.DidSatisfied})
	if diff := cmp.Diff([]string{"Not at https://login.test/.", "Two."}, present(t, b, satisfied).Careful); diff != "" {
		t.Errorf("after one that was done (-want +got):\n%s", diff)
	}
	skipped := ev.Clone()
	skipped.Did("credentials", diag.Did{Outcome: diag.DidUnverifiable})
	if diff := cmp.Diff([]string{"Not at https://login.test/.", "Two."}, present(t, b, skipped).Careful); diff != "" {
		t.Errorf("after one that was skipped (-want +got):\n%s", diff)
	}
	ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
	if diff := cmp.Diff([]string{"Two."}, present(t, b, ev).Careful); diff != "" {
		t.Errorf("second step (-want +got):\n%s", diff)
	}
}

// One step of those left is the most promising; those below 5 in 100 are
// unlikely to help.
func TestWhatIsSaidOfAStepsChance(t *testing.T) {
	for _, tt := range []struct {
		name      string
		x, y      float64
		highlight bool
		unlikely  bool
	}{
		{"the best", 3, 1, true, false},
		{"not the best", 1, 3, false, false},
		{"hardly any", 3, 97, false, true},
		{"a little more", 7, 93, false, false},
		{"as good as the other", 1, 1, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := present(t, compile(t, twoCauses(tt.x, tt.y)), diag.NewEvidence())
			if in.Highlight != tt.highlight || in.Unlikely != tt.unlikely {
				t.Errorf("highlight %t, unlikely %t at %v", in.Highlight, in.Unlikely, in.PFix)
			}
			if want := .9 * tt.x / (tt.x + tt.y); in.PFix < want-1e-9 || in.PFix > want+1e-9 {
				t.Errorf("chance %v, want %v", in.PFix, want)
			}
		})
	}
	t.Run("the best may be unlikely", func(t *testing.T) {
		book := twoCauses(1, 1)
		book.Steps[0].Fixes["x"], book.Steps[1].Fixes = playbook.Likelihood{P: .02}, nil
		if in := present(t, compile(t, book), diag.NewEvidence()); !in.Highlight || in.Unlikely {
			t.Errorf("highlight %t, unlikely %t", in.Highlight, in.Unlikely)
		}
	})
	t.Run("nothing helps", func(t *testing.T) {
		book := twoCauses(1, 1)
		book.Steps[0].Fixes, book.Steps[1].Fixes = nil, nil
		if in := present(t, compile(t, book), diag.NewEvidence()); in.Highlight || !in.Unlikely {
			t.Errorf("highlight %t, unlikely %t", in.Highlight, in.Unlikely)
		}
	})
	t.Run("of those that are left", func(t *testing.T) {
		b, ev := compile(t, twoCauses(3, 1)), diag.NewEvidence()
		ev.Did("fix-x", diag.Did{Outcome: diag.DidUnverifiable})
		if in := present(t, b, ev); in.ID != "fix-y" || !in.Highlight {
			t.Errorf("step %s, highlight %t", in.ID, in.Highlight)
		}
	})
	t.Run("not one that is done", func(t *testing.T) {
		book, ev := twoCauses(3, 1, question("q", .5, .5)), diag.NewEvidence()
		book.Steps[0].SatisfiedBy = playbook.Condition{"q": {"a"}}
		ev.Answer("q", "a", nil)
		b := compile(t, book)
		if in := present(t, b, ev); in.Highlight || !in.Satisfied {
			t.Errorf("step %s, highlight %t, satisfied %t", in.ID, in.Highlight, in.Satisfied)
		}
		steps := engine.Report(b, ev, diag.Verdict{}).Steps
		if steps[0].Highlight || !steps[1].Highlight {
			t.Errorf("highlighted: %t and %t, want the second", steps[0].Highlight, steps[1].Highlight)
		}
	})
	t.Run("never the retest", func(t *testing.T) {
		book := twoCauses(3, 1)
		book.Steps[2].Fixes = map[string]playbook.Likelihood{"x": {P: .99}}
		b, ev := compile(t, book), diag.NewEvidence()
		if in := present(t, b, ev); !in.Highlight {
			t.Errorf("step %s is not highlighted, although it is the best to do", in.ID)
		}
		ev.Did("fix-x", diag.Did{Outcome: diag.DidFixed})
		if in := present(t, b, ev); in.ID != "proof" || in.Highlight || in.Unlikely || len(in.Outcomes) > 0 {
			t.Errorf("step %+v", in)
		}
	})
}

// Conditions of notes: symptoms, where, answers, checks in force, reports.
func TestWhenANoteIsSaid(t *testing.T) {
	for _, tt := range []struct {
		name string
		when playbook.Condition
		want bool
	}{
		{"always", nil, true},
		{"a symptom that was ticked", playbook.Condition{"symptom": {"other", "refused"}}, true},
		{"one that was not", playbook.Condition{"symptom": {"other"}}, false},
		{"where", playbook.Condition{"where-fails": {"same-network"}}, true},
		{"elsewhere", playbook.Condition{"where-fails": {"elsewhere", "here"}}, false},
		{"an answer", playbook.Condition{"web": {"yes", "no"}}, true},
		{"another answer", playbook.Condition{"web": {"yes"}}, false},
		{"a question that nobody answered", playbook.Condition{"which-page": {"usual"}}, false},
		{"a check", playbook.Condition{"name": {"slow"}}, true},
		{"another outcome", playbook.Condition{"name": {"ok"}}, false},
		{"out of force", playbook.Condition{"time": {"skewed"}}, false},
		{"hidden", playbook.Condition{"behind": {"slow"}}, false},
		{"a report", playbook.Condition{"credentials": {"web-in"}}, true},
		{"another report", playbook.Condition{"credentials": {"web-out"}}, false},
		{"another step's report", playbook.Condition{"proof": {"web-in"}}, false},
		{"all of them", playbook.Condition{"web": {"no"}, "name": {"slow"}}, true},
		{"not all of them", playbook.Condition{"web": {"no"}, "name": {"ok"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book := small()
			book.Checks = append(book.Checks, playbook.Check{ID: "proxy", Run: "path", After: []string{}}, playbook.Check{ID: "behind", Run: "dns", After: []string{"proxy"}})
			book.Checks[4].After, book.Checks[3].After, book.Checks[2].After = []string{}, []string{}, []string{}
			book.Steps[1].Notes = []playbook.Note{{When: tt.when, Text: "A note at {{page}}."}}
			ev := opened("same-network", map[string]string{"time": "skewed", "name": "slow"})
			ev.Given("proxy", "proxy_unreachable")
			ev.Given("behind", "slow")
			ev.Answer("web", "no", nil)
			ev.Did("credentials", diag.Did{Outcome: "web-in"})
			got := slices.Contains(present(t, compile(t, book), ev).Do, "A note at https://login.test/.")
			if got != tt.want {
				t.Errorf("said: %t, want %t", got, tt.want)
			}
		})
	}
	t.Run("where, before it was asked", func(t *testing.T) {
		book := twoCauses(1, 1)
		book.Steps[0].Notes = []playbook.Note{{When: playbook.Condition{"where-fails": {"same-network"}}, Text: "note"}}
		if in := present(t, compile(t, book), diag.NewEvidence()); len(in.Do) > 0 {
			t.Errorf("said %v of what nobody told", in.Do)
		}
	})
}

// The proof of a step that is done names every reason, in a fixed order.
func TestTheProofNamesEveryReason(t *testing.T) {
	book := small()
	book.Steps[0].SatisfiedBy = playbook.Condition{"web": {"yes"}, "name": {"slow"}, "time": {"accurate"}}
	b := compile(t, book)
	ev := opened("here", map[string]string{"name": "slow", "time": "accurate"})
	ev.Answer("web", "yes", nil)
	want := "Clock: " + find(t, "clock.accurate").Meaning + diag.GivenMark + "; Does the web page take it? Yes; Name lookup: " + find(t, "dns.slow").Meaning + diag.GivenMark
	for range 20 {
		if in := present(t, b, ev); in.Proof != want {
			t.Fatalf("proof %q, want %q", in.Proof, want)
		}
	}
}

// What can be read besides: the guide for the surface of the step, of those
// that the person can follow.
func TestTheGuidesOfAStep(t *testing.T) {
	book := small()
	book.Steps[0].Guides = []string{"reset", "nobody"}
	book.Guides = []playbook.Guide{{ID: "other", Title: "Other"}, {ID: "reset", Title: "Reset at {{page}}", Procedures: []playbook.Procedure{
		{Surface: "app", Actor: "dealer", Do: []string{"For a dealer."}},
		{Surface: "app", Actor: "user", Do: []string{"Open it.", "Reset {{page}}."}, Careful: []string{"Slowly."}},
		{Surface: "app", Actor: "user", Do: []string{"Never reached."}},
	}}}
	b := compile(t, book)
	want := []string{"Reset at https://login.test/:", "1. Open it.", "2. Reset https://login.test/.", "Careful: Slowly."}
	if diff := cmp.Diff(want, present(t, b, opened("same-network", nil)).More); diff != "" {
		t.Errorf("more (-want +got):\n%s", diff)
	}
	b.Surface = "website"
	want = []string{"Reset at https://login.test/: authdoctor guide small reset"}
	if diff := cmp.Diff(want, present(t, b, opened("same-network", nil)).More); diff != "" {
		t.Errorf("more on another surface (-want +got):\n%s", diff)
	}
}

func TestWhereAStepIsDone(t *testing.T) {
	book := small()
	b := compile(t, book)
	for chosen, want := range map[string]string{"": "app", "website": "website", "app": "app", "desktop": "app"} {
		b.Surface = chosen
		if in := present(t, b, opened("same-network", nil)); in.Surface != want {
			t.Errorf("chosen %q, done in %q, want %q", chosen, in.Surface, want)
		}
	}
	b.Surface = ""
	if in := present(t, b, opened("here", nil)); in.Surface != "website" {
		t.Errorf("for a sign-in that fails on this computer, done in %q", in.Surface)
	}
	book.Surfaces = []string{"app", "cli", "desktop"} // of two at this computer, the playbook's first
	book.Steps[0].Do = map[string][]string{"desktop": {"Click."}, "cli": {"Type."}, "app": {"Tap."}}
	if in := present(t, compile(t, book), opened("here", nil)); in.Surface != "cli" {
		t.Errorf("with a command line before a desktop, done in %q", in.Surface)
	}
	book.Steps[0].Do = nil
	if in := present(t, compile(t, book), opened("same-network", nil)); in.Surface != "" {
		t.Errorf("a step without instructions is done in %q", in.Surface)
	}
}

func TestTheRetestAsItIsShown(t *testing.T) {
	book := small()
	book.Retest[1].Before, book.Retest[1].Minutes = []string{"Nobody at {{page}}."}, 20
	b, ev := compile(t, book), opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
	in := present(t, b, ev)
	want := []diag.Checkpoint{
		{ID: "sign-in", Title: "Sign in", Before: []string{}, Must: true},
		{ID: "use", Title: "Use it", Before: []string{"Nobody at https://login.test/."}, Minutes: 20},
		{ID: "stays", Title: "Stays", Before: []string{}, Postpone: true},
	}
	if diff := cmp.Diff(want, in.Checkpoints); diff != "" || in.Number != 3 || in.Of != 3 {
		t.Errorf("retest %d of %d (-want +got):\n%s", in.Number, in.Of, diff)
	}
}

func TestTheAnswersAfterAStep(t *testing.T) {
	b, ev := compile(t, small()), opened("here", nil)
	ev.Did("credentials", diag.Did{Outcome: diag.DidUnverifiable})
	want := []string{diag.DidFixed, diag.DidUnchanged, diag.DidWorse, diag.DidUnverifiable}
	if diff := cmp.Diff(want, ids(present(t, b, ev).Outcomes)); diff != "" {
		t.Errorf("a step without answers of its own (-want +got):\n%s", diff)
	}
}
