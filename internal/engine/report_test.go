package engine_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// A failure is told besides when the verdict is not about it and it does not
// speak for the verdict's cause.
func TestAlsoFound(t *testing.T) {
	book := twoClocks(3, 2, map[string]playbook.Row{"x": {"skewed": {P: .3}}})
	for _, tt := range []struct {
		name, where string
		verdict     diag.Verdict
		want        []string
	}{
		{"the verdict is about neither", "here", diag.Verdict{}, []string{"one", "two"}},
		{"the verdict is about one", "here", diag.Verdict{Check: "one"}, []string{"two"}},
		{"two speaks for the cause", "here", diag.Verdict{Check: "one", Cause: "x"}, nil},
		{"two speaks for another cause", "here", diag.Verdict{Check: "one", Cause: "y"}, []string{"two"}},
		{"out of force, two speaks for nothing", "elsewhere", diag.Verdict{Cause: "x"}, []string{"one", "two"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := here()
			ev.Answer(diag.AskWhere, tt.where, nil)
			ev.Given("one", "skewed")
			ev.Given("two", "skewed")
			var got []string
			for _, c := range engine.Report(compile(t, book), ev, tt.verdict).Checks {
				if c.AlsoFound {
					got = append(got, c.ID)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("also found (-want +got):\n%s", diff)
			}
		})
	}
}

// What a report holds beside checks and causes, by its verdict.
func TestWhatAReportHolds(t *testing.T) {
	book := small()
	book.Prevent = []string{"Keep {{page}} in mind."}
	book.Escalate.Give = []string{"The address {{page}}."}
	b := compile(t, book)
	page := "https://login.test/"
	for _, tt := range []struct {
		name    string
		verdict diag.Verdict
		walked  bool
		text    string // of the hand-over
		prevent bool
		status  int
	}{
		{"fixed", diag.Verdict{Status: diag.Fixed}, true, "", true, 0},
		{"healthy", diag.Verdict{Status: diag.Healthy}, false, "", false, 0},
		{"escalate", diag.Verdict{Status: diag.Escalate}, true, "Tell them.", false, 1},
		{"escalate for a cause with words of its own", diag.Verdict{Status: diag.Escalate, Cause: "role"}, true, "Ask an admin.", false, 1},
		{"escalate for a cause without", diag.Verdict{Status: diag.Escalate, Cause: "password"}, true, "Tell them.", false, 1},
		{"waiting before any step", diag.Verdict{Status: diag.Waiting, Cause: "outage"}, false, "Wait.", false, 1},
		{"waiting for the proof", diag.Verdict{Status: diag.Waiting}, true, "", false, 1},
		{"problem", diag.Verdict{Status: diag.Problem}, false, "", false, 1},
		{"inconclusive", diag.Verdict{Status: diag.Inconclusive}, false, "", false, 3},
		{"cancelled", diag.Verdict{Status: diag.Cancelled}, true, "", false, 130},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := opened("here", nil)
			ev.Answer("web", "no", nil)
			ev.Answer(diag.AskContinue, diag.ChoiceContinue, nil)
			if tt.walked {
				ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
				ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}})
			}
			r := engine.Report(b, ev, tt.verdict)
			if r.ExitStatus != tt.status || (len(r.Prevent) > 0) != tt.prevent || tt.prevent && r.Prevent[0] != "Keep "+page+" in mind." {
				t.Errorf("status %d, prevent %v", r.ExitStatus, r.Prevent)
			}
			var want *diag.HandOver
			if tt.text != "" {
				want = &diag.HandOver{To: "support", Text: "Tell them.", Give: []string{"The address " + page + "."}}
				if tt.text != "Tell them." {
					want.Meanwhile = tt.text
				}
			}
			if diff := cmp.Diff(want, r.HandOver); diff != "" {
				t.Errorf("hand-over (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"sign-in", "use", "stays"}, r.Checkpoints); diff != "" {
				t.Errorf("checkpoints (-want +got):\n%s", diff)
			}
			walk := []string{}
			if tt.walked {
				walk = []string{"credentials", "proof"}
			}
			if diff := cmp.Diff(walk, r.Walk); diff != "" {
				t.Errorf("walk (-want +got):\n%s", diff)
			}
			answers := diag.AnswerMap{"where-fails": "here", "web": "no", "which-page": "unknown", "after-symptom": "unknown"}
			if diff := cmp.Diff(answers, r.Answers); diff != "" {
				t.Errorf("answers: the engine's own ways on are none (-want +got):\n%s", diff)
			}
			for id, words := range map[string]string{
				"symptom:refused": "Refused", "question:web": "Does the web page take it?", "answer:web=no": "No", "checkpoint:use": "Use it",
			} {
				if r.Titles[id] != words {
					t.Errorf("the words of %s are %q, want %q", id, r.Titles[id], words)
				}
			}
		})
	}
}

func TestABrokenWayHasNoOpinion(t *testing.T) {
	b := compile(t, small())
	if r := engine.Report(b, opened("here", map[string]string{"name": "nxdomain"}), diag.Verdict{}); r.Opinion != nil {
		t.Errorf("opinion %+v", r.Opinion)
	}
	if r := engine.Report(b, opened("elsewhere", map[string]string{"name": "nxdomain"}), diag.Verdict{}); r.Opinion == nil {
		t.Error("out of force, it keeps the opinion back")
	}
}

// Where each step stands, and what was said of it.
func TestWhereStepsStand(t *testing.T) {
	b := compile(t, small())
	ev := opened("here", nil)
	ev.Answer("web", "yes", nil)
	points := map[string]string{"sign-in": "fails"}
	state := func(ev *diag.Evidence, v diag.Verdict) []string {
		var out []string
		for _, s := range engine.Report(b, ev, v).Steps {
			out = append(out, strings.TrimRight(s.ID+" "+string(s.State)+" "+s.Outcome+" "+s.OutcomeText+" "+s.Proof, " "))
		}
		return out
	}
	proof := "Does the web page take it? Yes"
	current := diag.Verdict{Next: diag.Next{Step: "roles"}}
	want := []string{"credentials satisfied   " + proof, "roles current", "proof pending"}
	if diff := cmp.Diff(want, state(ev, current)); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	ev.Did("credentials", diag.Did{Outcome: diag.DidSatisfied})
	ev.Did("roles", diag.Did{Outcome: diag.DidWorse})
	ev.Did("proof", diag.Did{Checkpoints: points})
	want = []string{"credentials satisfied   " + proof, "roles done worse got worse", "proof done"}
	if diff := cmp.Diff(want, state(ev, current)); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
	steps := engine.Report(b, ev, current).Steps
	if diff := cmp.Diff(points, steps[2].Checkpoints); diff != "" || steps[0].Careful == nil {
		t.Errorf("careful %v, checkpoints (-want +got):\n%s", steps[0].Careful, diff)
	}
	for outcome, text := range map[string]string{
		diag.DidFixed: "it works now", diag.DidUnchanged: "still fails", diag.DidWorse: "got worse",
		diag.DidUnverifiable: "not tried, or cannot tell", diag.NoAnswer: "not tried, or cannot tell", "web-in": "In", "nonsense": "nonsense",
	} {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: outcome})
		if got := engine.Report(b, ev, diag.Verdict{}).Steps[0]; got.OutcomeText != text || got.State != diag.StepDone {
			t.Errorf("%s is told as %q (%s), want %q", outcome, got.OutcomeText, got.State, text)
		}
	}
	t.Run("chances", func(t *testing.T) {
		book := twoCauses(97, 3)
		book.Steps[1].Fixes["y"] = playbook.Likelihood{P: .9}
		steps := engine.Report(compile(t, book), diag.NewEvidence(), diag.Verdict{}).Steps
		if !steps[0].Highlight || steps[0].Unlikely || steps[1].Highlight || !steps[1].Unlikely || steps[2].Highlight || steps[2].Unlikely {
			t.Errorf("steps %+v", steps)
		}
		book.Steps[0].Fixes, book.Steps[1].Fixes["y"] = nil, playbook.Likelihood{P: .9}
		if best := engine.Report(compile(t, book), diag.NewEvidence(), diag.Verdict{}).Steps[1]; !best.Highlight || best.Unlikely {
			t.Errorf("the best of what is left is %+v", best)
		}
	})
}

// Every observation in words, strongest first.
func TestTheWordsOfTheEvidence(t *testing.T) {
	book := small()
	book.Symptoms = append(book.Symptoms, playbook.Symptom{ID: "empty", Title: "Empty"})
	b := compile(t, book)
	ev := opened("here", map[string]string{"time": "skewed"})
	ev.Answer("web", "no", nil)
	ev.Did("credentials", diag.Did{Outcome: "web-in"})
	ev.Did("roles", diag.Did{Outcome: diag.DidUnchanged})
	ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}})
	want := []string{
		"check:time skewed: Clock: " + find(t, "clock.skewed").Meaning,
		"checkpoint:sign-in fails: Sign in – fails",
		"question:web no: Does the web page take it? No",
		"step:credentials web-in: Password – In",
		"step:roles not_fixed: Rights – still fails",
		"symptom:empty no: not seen: Empty",
		"symptom:refused yes: Refused",
	}
	r := engine.Report(b, ev, diag.Verdict{})
	for _, list := range [][]diag.Weight{r.Opinion.Weights, r.Causes[0].Evidence, r.Causes[2].Evidence} {
		var got []string
		last := 1e9
		for _, w := range list {
			got = append(got, w.From+" "+w.Outcome+": "+w.Text)
			strength := max(w.Decibans, -w.Decibans)
			if strength > last {
				t.Errorf("%s comes after something weaker", w.From)
			}
			last = strength
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("words (-want +got):\n%s", diff)
		}
	}
	if r.Causes[0].Against != r.Causes[1].ID || r.Causes[1].Against != r.Causes[0].ID || r.Causes[2].Against != r.Causes[0].ID {
		t.Errorf("against %s, %s, %s", r.Causes[0].Against, r.Causes[1].Against, r.Causes[2].Against)
	}
}

// Certainty is written as 300 decibans: JSON knows no infinity.
func TestWhatIsRuledOutCanBeWritten(t *testing.T) {
	b, ev := compile(t, twoCauses(1, 1)), diag.NewEvidence()
	ev.Did("fix-x", diag.Did{Outcome: diag.DidFixed})
	o := engine.Opinion(b, ev)
	if o.PosteriorDB != 300 || o.Weights[0].Decibans != 300 || o.Leader.Probability != 1 {
		t.Errorf("opinion %+v", o)
	}
	if c := engine.Report(b, ev, diag.Verdict{}).Causes[1]; c.Evidence[0].Decibans != -300 || c.Probability != 0 {
		t.Errorf("ruled out: %+v", c)
	}
}

// What would change the opinion: unanswered questions and unknown checks, the
// likeliest first, three at most.
func TestWhatWouldChangeTheOpinion(t *testing.T) {
	changes := func(b *engine.Book, ev *diag.Evidence) []string {
		var out []string
		for _, c := range engine.Opinion(b, ev).WouldChange {
			out = append(out, c.From+"="+c.Outcome+" -> "+c.Leader)
		}
		return out
	}
	book := func() *playbook.Playbook {
		p := twoCauses(3, 2, question("even", .3, .7), question("rare", .1, .3))
		p.Checks = []playbook.Check{{ID: "name", Run: "dns", Likely: map[string]playbook.Row{"y": {"hijacked": {P: .15}}, "x": {"hijacked": {P: .01}}}}}
		return p
	}
	even, rare, name := "question:even=a -> y", "question:rare=a -> y", "check:name=hijacked -> y"
	for _, tt := range []struct {
		name string
		book *playbook.Playbook
		set  func(*diag.Evidence)
		want []string
	}{
		{"all that is open", book(), func(*diag.Evidence) {}, []string{even, rare, name}},
		{"an answer in vain is still open", book(), func(ev *diag.Evidence) { ev.Answer("even", diag.NoAnswer, nil) }, []string{even, rare, name}},
		{"an answer is not", book(), func(ev *diag.Evidence) { ev.Answer("rare", "b", nil) }, []string{even, name}},
		{"a check that was measured in vain is open", book(), func(ev *diag.Evidence) { ev.Given("name", diag.NoAnswer) }, []string{even, rare, name}},
		{"one that was measured is not", book(), func(ev *diag.Evidence) { ev.Given("name", "slow") }, []string{even, rare}},
		{"one that nobody wants is not", book(), func(ev *diag.Evidence) { ev.Given("name", diag.NotMeasured) }, []string{even, rare}},
		{"one of this network says nothing of a device elsewhere", book(), func(ev *diag.Evidence) { ev.Answer(diag.AskWhere, string(diag.WhereElsewhere), nil) }, []string{even, rare}},
		{"questions are over with the first fault", book(), func(ev *diag.Evidence) {
			ev.Did("fix-x", diag.Did{Outcome: diag.DidFixed})
			ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "use": "fails"}})
		}, []string{name}},
		{"three at most", twoCauses(3, 2, question("4", .02, .3), question("3", .1, .5), question("1", .3, .7), question("2", .2, .6)), func(*diag.Evidence) {},
			[]string{"question:1=a -> y", "question:2=a -> y", "question:3=a -> y"}},
		{"nothing that hardly ever happens", func() *playbook.Playbook {
			p := book()
			p.Causes[0].Prior, p.Questions = 6, nil
			p.Checks[0].Likely = map[string]playbook.Row{"x": {"hijacked": {P: .001}}, "y": {"hijacked": {P: .03}}}
			return p
		}(), func(*diag.Evidence) {}, []string(nil)},
		{"nothing that changes nothing", twoCauses(9, 1, question("weak", .4, .6)), func(*diag.Evidence) {}, []string(nil)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.book.Retest = append(tt.book.Retest, playbook.Checkpoint{ID: "use"})
			ev := diag.NewEvidence()
			ev.Answer(diag.AskWhere, "here", nil)
			tt.set(ev)
			if diff := cmp.Diff(tt.want, changes(compile(t, tt.book), ev)); diff != "" {
				t.Errorf("would change (-want +got):\n%s", diff)
			}
		})
	}
	o := engine.Opinion(compile(t, book()), here())
	words := []string{o.WouldChange[0].Text, o.WouldChange[2].Text, o.WouldChange[2].LeaderTitle}
	if diff := cmp.Diff([]string{"even? A", "Name lookup: " + find(t, "dns.hijacked").Meaning, "y"}, words); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestWhatACaseReached(t *testing.T) {
	ev := opened("here", nil)
	ev.Answer("web", "no", nil)
	ev.Did("credentials", diag.Did{Outcome: "web-in"})
	ev.Did("proof", diag.Did{})
	got := engine.Reached(compile(t, small()), ev)
	slices.Sort(got)
	want := []string{
		"check:name=unknown", "check:page=unknown", "check:time=unknown", "check:tls=unknown", "check:way=unknown",
		"question:after-symptom=unknown", "question:web=no", "question:which-page=unknown",
		"step:credentials", "step:credentials=web-in", "step:proof", "symptom:refused",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reached (-want +got):\n%s", diff)
	}
}

// What a cause was worth before any evidence is told as a probability, and
// agrees with the decibans.
func TestPriorsAreProbabilities(t *testing.T) {
	b := compile(t, small())
	for _, symptoms := range []map[string]string{nil, {"web": "no"}} {
		ev := opened("here", nil)
		for q, a := range symptoms {
			ev.Answer(q, a, nil)
		}
		r := engine.Report(b, ev, diag.Verdict{})
		prior, sum := map[string]float64{}, 0.0
		for _, c := range r.Causes {
			prior[c.ID] = c.Prior
			sum += c.Prior
		}
		if math.Abs(sum-1) > 1e-9 || len(prior) < 2 {
			t.Errorf("the priors %v sum to %v", prior, sum)
		}
		for _, c := range r.Causes {
			if want := 10 * math.Log10(c.Prior/prior[c.Against]); math.Abs(want-c.PriorDB) > 1e-9 {
				t.Errorf("%s has a prior of %v, and %v decibans against %s", c.ID, c.Prior, c.PriorDB, c.Against)
			}
		}
	}
}
