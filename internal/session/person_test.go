package session_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/session"
)

// ready is a case in which all that comes before the first step is known.
func ready() *diag.Evidence {
	ev := diag.NewEvidence()
	ev.Tell([]string{"refused"})
	ev.Answer(diag.AskWhere, "here", nil)
	ev.Given("page", "ok")
	ev.Answer("where", "usual", nil)
	return ev
}

// after runs a session until its person stops it, and gives the case.
func after(t *testing.T, ev *diag.Evidence, outcomes []string, replies ...reply) (*diag.Evidence, *person) {
	t.Helper()
	who := &person{t: t, replies: append(replies, reply{err: diag.ErrCancelled})}
	s := session.Session{Book: compiled(t), Asker: who, Prober: &machine{outcomes: outcomes}}
	v, err := s.Run(context.Background(), ev)
	if !errors.Is(err, diag.ErrCancelled) || v.Status != diag.Cancelled {
		t.Fatalf("ended in %q (%v)", v.Status, err)
	}
	return ev, who
}

func TestWhatAnAnswerLeaves(t *testing.T) {
	for _, tt := range []struct {
		name    string
		replies []reply
		want    *diag.Evidence
	}{
		{"nothing was seen that anybody could name", []reply{{}}, &diag.Evidence{Answers: map[string]string{"symptoms": "unknown"}}},
		{"where nobody knows", []reply{{choice: "refused"}, {}}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true, Answers: map[string]string{"where-fails": "unknown"},
		}},
		{"everywhere is here too", []reply{{choice: "refused"}, {choice: "everywhere"}}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true, Answers: map[string]string{"where-fails": "here"},
		}},
		{"only the playbook's questions are counted", []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true, Answers: map[string]string{"where-fails": "here", "where": "usual"}, Asked: 1,
		}},
		{"in vain counts too", []reply{{choice: "refused"}, {choice: "here"}, {}}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true, Answers: map[string]string{"where-fails": "here", "where": "unknown"}, Asked: 1,
		}},
		{"a value that was typed", []reply{{choice: "refused"}, {choice: "here"}, {choice: "mine", input: "https://mine.test/"}}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true, Answers: map[string]string{"where-fails": "here", "where": "mine"}, Asked: 1,
			Vars: map[string]string{"page": "https://mine.test/"},
		}},
		{"nothing typed sets nothing", []reply{{choice: "refused"}, {choice: "here"}, {choice: "mine"}}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true, Answers: map[string]string{"where-fails": "here", "where": "mine"}, Asked: 1,
		}},
		{"a value for another choice is dropped", []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual", input: "https://mine.test/"}}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true, Answers: map[string]string{"where-fails": "here", "where": "usual"}, Asked: 1,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev, _ := after(t, diag.NewEvidence(), []string{"ok"}, tt.replies...)
			if diff := cmp.Diff(tt.want, ev, cmpopts.IgnoreFields(diag.Evidence{}, "Tick", "Checks"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
		})
	}
}

// A check that was measured again counts as new even after going back.
func TestTimeDoesNotGoBack(t *testing.T) {
	before := diag.NewEvidence()
	ev, _ := after(t, before, []string{"timeout", "ok"}, reply{choice: "refused"}, reply{choice: "here"}, reply{choice: "again"}, reply{err: diag.ErrBack})
	if ev.Tick < 4 {
		t.Errorf("the clock of events stands at %d", ev.Tick)
	}
	if got := ev.Checks["page"]; got.Outcome != "ok" || got.Tick > ev.Tick {
		t.Errorf("measured %+v at %d", got, ev.Tick)
	}
}

// At the very first question there is nothing to go back to.
func TestBackAtTheBeginning(t *testing.T) {
	ev, who := after(t, diag.NewEvidence(), []string{"ok"}, reply{err: diag.ErrBack}, reply{err: diag.ErrBack}, reply{choice: "refused"})
	if diff := cmp.Diff([]string{"symptoms", "symptoms", "symptoms", "where-fails"}, who.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]bool{true, true, true, false}, who.first); diff != "" {
		t.Errorf("said to be the first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"refused"}, ev.Symptoms); diff != "" {
		t.Errorf("symptoms (-want +got):\n%s", diff)
	}
}

// The message has a page of its own: back leads to it, not over it, and takes
// back what was pasted.
func TestBackToTheMessage(t *testing.T) {
	ev := diag.NewEvidence()
	pages := []reply{{choice: "first"}, {choice: "second"}, {err: diag.ErrBack}, {choice: "third"}}
	back := reply{err: diag.ErrBack}
	who := &person{t: t, replies: []reply{
		{choice: "refused"}, back, back, {choice: "refused"}, {choice: "here"}, {err: diag.ErrCancelled},
	}}
	s := session.Session{Book: compiled(t), Asker: who, Prober: &machine{outcomes: []string{"ok"}}, Paste: func(context.Context) error {
		who.asked = append(who.asked, "message")
		page := pages[0]
		pages = pages[1:]
		if page.err == nil {
			ev.Paste(page.choice, nil)
		}
		return page.err
	}}
	if _, err := s.Run(context.Background(), ev); !errors.Is(err, diag.ErrCancelled) {
		t.Fatal(err)
	}
	want := []string{"symptoms", "message", "where-fails", "message", "where-fails", "message", "symptoms", "message", "where-fails", "where"}
	if diff := cmp.Diff(want, who.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if ev.Message != "third" {
		t.Errorf("the message is %q", ev.Message)
	}
}

// Whoever left at the message is asked for it again; whoever had gone on is not.
func TestLeftAtTheMessage(t *testing.T) {
	for name, want := range map[string][]string{
		"at the message": {"message", "where-fails"},
		"behind it":      {"where"},
	} {
		ev := diag.NewEvidence()
		ev.Tell([]string{"refused"})
		if name == "behind it" {
			ev.Answer(diag.AskWhere, "here", nil)
		}
		who := &person{t: t, replies: []reply{{err: diag.ErrCancelled}}}
		s := session.Session{
			Book: compiled(t), Asker: who, Prober: &machine{outcomes: []string{"ok"}}, Resumed: true,
			Paste: func(context.Context) error { who.asked = append(who.asked, "message"); return nil },
		}
		_, _ = s.Run(context.Background(), ev)
		if diff := cmp.Diff(want, who.asked); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Going back and forth must not change what is gone back to.
func TestBackTwiceToTheSamePlace(t *testing.T) {
	back := reply{err: diag.ErrBack}
	ev, who := after(t, diag.NewEvidence(), []string{"ok"},
		reply{choice: "refused"}, reply{choice: "here"}, back, reply{choice: "elsewhere"}, back, reply{choice: "here"}, reply{choice: "usual"})
	want := []string{"symptoms", "where-fails", "where", "where-fails", "where", "where-fails", "where", "credentials"}
	if diff := cmp.Diff(want, who.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if ev.Answers[diag.AskWhere] != "here" || ev.Asked != 1 {
		t.Errorf("answers %v, %d questions counted", ev.Answers, ev.Asked)
	}
}

// thinker is a person who goes back or stops when told what is thought.
type thinker struct {
	*person
	errs []error
}

func (p *thinker) Think(ctx context.Context, o *diag.Opinion) error {
	_ = p.person.Think(ctx, o)
	if len(p.errs) == 0 {
		return nil
	}
	err := p.errs[0]
	p.errs = p.errs[1:]
	return err
}

func TestTheOpinionIsShownOnceUnlessOneGoesBackBeyondIt(t *testing.T) {
	back := reply{err: diag.ErrBack}
	for _, tt := range []struct {
		name    string
		errs    []error
		replies []reply
		asked   []string
		thought int
	}{
		{"once", nil, []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}, {choice: "unchanged"}}, []string{"symptoms", "where-fails", "where", "credentials", "session"}, 1},
		{"back from it leads to the last question", []error{diag.ErrBack}, []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}, {choice: "usual"}},
			[]string{"symptoms", "where-fails", "where", "where", "credentials"}, 2},
		{"back from the first step leads to it", nil, []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}, back},
			[]string{"symptoms", "where-fails", "where", "credentials", "credentials"}, 2},
		{"not again after a step", nil, []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}, {choice: "unchanged"}, {choice: "fixed"}, back},
			[]string{"symptoms", "where-fails", "where", "credentials", "session", "proof", "session"}, 1},
		{"stopped there", []error{diag.ErrCancelled}, []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}}, []string{"symptoms", "where-fails", "where"}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			who := &thinker{&person{t: t, replies: append(tt.replies, reply{err: diag.ErrCancelled})}, tt.errs}
			s := session.Session{Book: compiled(t), Asker: who, Prober: &machine{outcomes: []string{"ok"}}}
			if _, err := s.Run(context.Background(), diag.NewEvidence()); !errors.Is(err, diag.ErrCancelled) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.asked, who.asked); diff != "" || who.thought != tt.thought {
				t.Errorf("thought %d times, want %d; asked (-want +got):\n%s", who.thought, tt.thought, diff)
			}
		})
	}
}

func TestOneCauseNeedsNoOpinion(t *testing.T) {
	b, err := engine.Compile(&playbook.Playbook{
		ID: "one", Causes: []playbook.Cause{{ID: "x", Prior: 1}}, Steps: []playbook.Step{{ID: "fix", Stage: diag.StageCredentials}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	who := &person{t: t, replies: []reply{{err: diag.ErrCancelled}}}
	s := session.Session{Book: b, Asker: who, Prober: &machine{}}
	if _, err := s.Run(context.Background(), diag.NewEvidence()); !errors.Is(err, diag.ErrCancelled) || who.thought != 0 {
		t.Errorf("thought %d times (%v)", who.thought, err)
	}
}

// One book with a step that is done already.
func TestASatisfiedStepIsPassed(t *testing.T) {
	b := compiled(t)
	b.Steps[0].SatisfiedBy = playbook.Condition{"where": {"usual"}}
	who := &person{t: t, replies: []reply{{choice: "fixed"}, {err: diag.ErrCancelled}}}
	ev := ready()
	s := session.Session{Book: b, Asker: who, Prober: &machine{outcomes: []string{"ok"}}}
	if _, err := s.Run(context.Background(), ev); !errors.Is(err, diag.ErrCancelled) {
		t.Fatal(err)
	}
	if len(ev.Walk) != 1 || ev.Walk[0].Outcome != diag.DidSatisfied || who.asked[1] != "session" {
		t.Errorf("walk %+v, asked %v: nothing can be reported of a step that was only shown", ev.Walk, who.asked)
	}
}

// careless reports something of the retest as a whole.
type careless struct{ *person }

func (p careless) Do(ctx context.Context, s diag.Instruction) (diag.Did, error) {
	d, err := p.person.Do(ctx, s)
	if len(s.Checkpoints) > 0 {
		d.Outcome = diag.DidFixed
	}
	return d, err
}

func TestTheRetestSpeaksThroughItsCheckpoints(t *testing.T) {
	ev := ready()
	who := careless{&person{t: t, replies: []reply{{choice: "fixed"}, {choice: "passes"}}}}
	s := session.Session{Book: compiled(t), Asker: who, Prober: &machine{outcomes: []string{"ok"}}}
	if v, err := s.Run(context.Background(), ev); err != nil || v.Status != diag.Fixed {
		t.Fatalf("ended in %s (%v)", v.Status, err)
	}
	if got := ev.Walk[1]; got.Outcome != "" || got.Checkpoints["sign-in"] != "passes" {
		t.Errorf("the retest is noted as %+v", got)
	}
}

func TestAStepWithoutAReportIsAFault(t *testing.T) {
	s := session.Session{Book: compiled(t), Asker: &person{t: t, replies: []reply{{}}}, Prober: &machine{outcomes: []string{"ok"}}}
	if _, err := s.Run(context.Background(), ready()); err == nil || errors.Is(err, diag.ErrCancelled) {
		t.Errorf("ended with %v", err)
	}
}

// A context that ends while a question waits is a stop, not a fault.
func TestAContextThatEndsInAQuestion(t *testing.T) {
	s := session.Session{Book: compiled(t), Asker: &person{t: t, replies: []reply{{err: context.Canceled}}}, Prober: &machine{outcomes: []string{"ok"}}}
	v, err := s.Run(context.Background(), diag.NewEvidence())
	if !errors.Is(err, diag.ErrCancelled) || v.Status != diag.Cancelled {
		t.Errorf("ended in %q (%v)", v.Status, err)
	}
}

// Without anybody to say so, nobody complained.
func TestAPlanWithoutAComplaint(t *testing.T) {
	for name, told := range map[string]func() bool{"nobody to tell": nil, "nobody told": func() bool { return false }} {
		t.Run(name, func(t *testing.T) {
			ev := diag.NewEvidence()
			ev.Answer(diag.AskSymptoms, diag.NoAnswer, nil)
			ev.Answer(diag.AskWhere, "here", nil)
			ev.Given("page", "ok")
			ev.Answer("where", "usual", nil)
			s := session.Session{Book: compiled(t), Asker: &person{t: t}, Prober: &machine{}, PlanOnly: true, Told: told}
			if v, err := s.Run(context.Background(), ev); err != nil || v.Status != diag.Healthy {
				t.Errorf("ended in %q (%v)", v.Status, err)
			}
		})
	}
}

func TestSeed(t *testing.T) {
	b := compiled(t)
	b.Questions[0].Choices[0].Sets = map[string]string{"page": "https://usual.test/"}
	b.Questions[0].Choices[1].Sets = map[string]string{"page": "https://other.test/"}
	for _, tt := range []struct {
		name  string
		given playbook.Given
		want  *diag.Evidence
	}{
		{"nothing", playbook.Given{}, &diag.Evidence{}},
		{"symptoms, none of them", playbook.Given{SymptomsSet: true}, &diag.Evidence{SymptomsAsked: true}},
		{"everything", playbook.Given{
			Symptoms: []string{"refused"}, SymptomsSet: true, Checks: map[string]string{"page": "slow", "nobody": "ok"},
			Answers: map[string]string{"where": "usual", "where-fails": "elsewhere", "nobody": "x"}, Vars: map[string]string{"extra": "1"},
		}, &diag.Evidence{
			Symptoms: []string{"refused"}, SymptomsAsked: true,
			Answers: map[string]string{"where": "usual", "where-fails": "elsewhere"},
			Vars:    map[string]string{"page": "https://usual.test/", "extra": "1"},
			Checks:  map[string]diag.Measurement{"page": {Finding: diag.Finding{Outcome: "slow", Summary: "taken as given"}, Given: true}},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := diag.NewEvidence()
			session.Seed(b, ev, &tt.given)
			ignore := []cmp.Option{cmpopts.IgnoreFields(diag.Evidence{}, "Tick"), cmpopts.IgnoreFields(diag.Measurement{}, "Tick"), cmpopts.EquateEmpty()}
			if diff := cmp.Diff(tt.want, ev, ignore...); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
		})
	}
}

// A check that nobody answered is unknown, and says so.
func TestAProbeThatSaysNothing(t *testing.T) {
	ev, _ := after(t, diag.NewEvidence(), []string{""}, reply{choice: "refused"}, reply{choice: "here"})
	want := diag.Finding{Outcome: diag.NoAnswer, Reason: "the probe gave no answer", Summary: "could not be measured"}
	if diff := cmp.Diff(want, ev.Checks["page"].Finding); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
}

// Whoever stops at the first page is told of no cause: nothing is known.
func TestStoppedAtTheFirstPage(t *testing.T) {
	who := &person{t: t, replies: []reply{{err: diag.ErrCancelled}}}
	s := session.Session{Book: compiled(t), Asker: who, Prober: &machine{outcomes: []string{"ok"}}}
	v, err := s.Run(context.Background(), diag.NewEvidence())
	if !errors.Is(err, diag.ErrCancelled) || v.Status != diag.Cancelled || v.Cause != "" || v.Summary != "Nothing was told or measured yet." {
		t.Errorf("verdict %+v (%v)", v, err)
	}
}

// After a step that made things worse comes what to stop, and back leads to
// the step.
func TestWorseIsSaidBehindTheStep(t *testing.T) {
	who := &person{t: t, replies: []reply{{choice: "worse"}, {choice: "worse"}, {err: diag.ErrCancelled}}}
	pages := []error{diag.ErrBack, nil}
	s := session.Session{Book: compiled(t), Asker: who, Prober: &machine{outcomes: []string{"ok"}}, Worse: func(_ context.Context, step diag.Instruction) error {
		who.asked = append(who.asked, "worse:"+step.ID)
		err := pages[0]
		pages = pages[1:]
		return err
	}}
	ev := ready()
	_, _ = s.Run(context.Background(), ev)
	want := []string{"credentials", "worse:credentials", "credentials", "worse:credentials", "session"}
	if diff := cmp.Diff(want, who.asked); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if len(ev.Walk) != 1 || ev.Walk[0].Outcome != diag.DidWorse {
		t.Errorf("walk %+v", ev.Walk)
	}
}

// Whoever takes a case up again can go back beyond where it was left, as if it
// had never been: to the question before, and to the message.
func TestBackAfterTakingUpAgain(t *testing.T) {
	back := reply{err: diag.ErrBack}
	var events []diag.Event
	ev := diag.NewEvidence()
	ev.Observe = func(v diag.Event) { events = append(events, v) }
	ev.Given("page", "ok") // known from the start
	given := len(events)
	_, _ = after(t, ev, nil, reply{choice: "refused"}, reply{choice: "here"}, back, reply{choice: "elsewhere"}, reply{choice: "usual"}, reply{choice: "unchanged"})

	again := diag.Fold(events)
	who := &thinker{&person{t: t, replies: []reply{back, back, back, back, {choice: "refused"}, {err: diag.ErrCancelled}}}, []error{diag.ErrBack}}
	s := session.Session{
		Book: compiled(t), Asker: who, Prober: &machine{}, Resumed: true,
		Given: events[:given], Since: events[given:],
	}
	if _, err := s.Run(context.Background(), again); !errors.Is(err, diag.ErrCancelled) {
		t.Fatal(err)
	}
	want := []string{"session", "credentials", "where", "where-fails", "symptoms", "where-fails"}
	if diff := cmp.Diff(want, who.asked); diff != "" || who.thought != 1 {
		t.Errorf("thought of %d times, asked (-want +got):\n%s", who.thought, diff)
	}
}
