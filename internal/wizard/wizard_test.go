package wizard

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

func TestAsk(t *testing.T) {
	here := symptomsQuestion()
	tests := []struct {
		name string
		q    diag.Question
		keys []string
		want diag.Answer
		err  error
	}{
		{"first", whereQuestion(), []string{enter}, diag.Answer{Choices: []string{"here"}}, nil},
		{"second", whereQuestion(), []string{down, enter}, diag.Answer{Choices: []string{"same-network"}}, nil},
		{"up and down", whereQuestion(), []string{down, "j", "k", up, down, enter}, diag.Answer{Choices: []string{"same-network"}}, nil},
		{"stops at the ends", whereQuestion(), []string{up, down, down, down, down, down, down, enter}, diag.Answer{Choices: []string{"not-sure"}}, nil},
		{"why, then answer", whereQuestion(), []string{"?", down, enter}, diag.Answer{Choices: []string{"same-network"}}, nil},
		{"back with an arrow", whereQuestion(), []string{left}, diag.Answer{}, diag.ErrBack},
		{"back with escape", whereQuestion(), []string{esc}, diag.Answer{}, diag.ErrBack},
		{"back with a letter", whereQuestion(), []string{"b"}, diag.Answer{}, diag.ErrBack},
		{"quit", whereQuestion(), []string{"q"}, diag.Answer{}, diag.ErrCancelled},
		{"Ctrl-C", whereQuestion(), []string{down, ctrlC}, diag.Answer{}, diag.ErrCancelled},
		{"other keys do nothing", whereQuestion(), []string{"/", "x", "g", pasted("q\r\n"), enter}, diag.Answer{Choices: []string{"here"}}, nil},
		{"does not know", serverQuestion(), []string{down, down, enter}, diag.Answer{}, nil},
		{"ticked", here, []string{space, down, down, space, enter}, diag.Answer{Choices: []string{"rejected", "stopped"}}, nil},
		{"unticked again", here, []string{space, down, space, up, space, enter}, diag.Answer{Choices: []string{"drops"}}, nil},
		{"nothing ticked, told so, still nothing", here, []string{enter, enter}, diag.Answer{}, nil},
		{"nothing ticked, told so, ticked", here, []string{enter, space, enter}, diag.Answer{Choices: []string{"rejected"}}, nil},
		{"something else", here, []string{down, down, down, down, down, down, space, enter}, diag.Answer{}, nil},
		{"quit while ticking", here, []string{space, "q"}, diag.Answer{}, diag.ErrCancelled},
		{"repair", repairQuestion(), []string{down, enter}, diag.Answer{Choices: []string{"elsewhere"}}, nil},
		{"with a clock", timeQuestion(true), []string{down, enter}, diag.Answer{Choices: []string{"ahead"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := sitDown(t, Options{Now: at})
			got, err := during(p, t.Context(),
				func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, tt.q) },
				func() {
					p.out.await(t, "q quit", 1)
					p.press(tt.keys...)
				})
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAskLeavesOneLine(t *testing.T) {
	p := sitDown(t, Options{})
	_, err := during(p, t.Context(),
		func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, whereQuestion()) },
		func() {
			p.out.await(t, "q quit", 1)
			p.press(down, enter)
		})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(strip(p.out.String()), "Where does it fail? On another device on this network, such as a phone\n") {
		t.Errorf("ends in %q", p.out.String())
	}
}

func TestTypedValue(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want diag.Answer
		err  error
	}{
		{"typed", []string{"q.b.example", enter}, diag.Answer{Choices: []string{"other"}, Input: "q.b.example"}, nil},
		{"left empty", []string{enter}, diag.Answer{Choices: []string{"other"}}, nil},
		{"corrected", []string{"y.examplx", "\x7f", "e", enter}, diag.Answer{Choices: []string{"other"}, Input: "y.example"}, nil},
		{"Ctrl-C", []string{"x", ctrlC}, diag.Answer{}, diag.ErrCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := sitDown(t, Options{})
			got, err := during(p, t.Context(),
				func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, serverQuestion()) },
				func() {
					p.out.await(t, "q quit", 1)
					p.press(down, enter)
					p.out.await(t, "Ctrl-C quit", 1)
					p.press(tt.keys...)
				})
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBackFromTypedValueAsksAgain(t *testing.T) {
	p := sitDown(t, Options{})
	got, err := during(p, t.Context(),
		func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, serverQuestion()) },
		func() {
			p.out.await(t, "q quit", 1)
			p.press(down, enter)
			p.out.await(t, "Ctrl-C quit", 1)
			p.press(esc)
			p.out.await(t, "q quit", 2)
			p.press(up, enter) // the arrow is where it was
		})
	if diff := cmp.Diff(diag.Answer{Choices: []string{"known"}}, got); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
}

func TestDo(t *testing.T) {
	arm, stays := "Only then", "Wait 20"
	begin := "must be safe before"
	type act struct {
		see  string
		keys []string
	}
	tests := []struct {
		name string
		step diag.Instruction
		acts []act
		want diag.Did
		err  error
	}{
		{"outcome of its own", passwordStep(), []act{{"q quit", []string{down, down, enter}}}, diag.Did{Outcome: "web-only"}, nil},
		{"a hasty Enter claims nothing", passwordStep(), []act{{"q quit", []string{enter}}, {"this page waits", []string{down, enter}}}, diag.Did{Outcome: diag.DidFixed}, nil},
		{"a hasty Enter skips what may be skipped", skippableStep(), []act{{"q quit", []string{enter}}}, diag.Did{Outcome: diag.DidUnverifiable}, nil},
		{"back", passwordStep(), []act{{"q quit", []string{"?", "b"}}}, diag.Did{}, diag.ErrBack},
		{"quit", passwordStep(), []act{{"q quit", []string{"q"}}}, diag.Did{}, diag.ErrCancelled},
		{"satisfied", satisfiedStep(), []act{{"Nothing to do", []string{"x", enter}}}, diag.Did{Outcome: diag.DidSatisfied}, nil},
		{"retest, all works", retestStep(), []act{
			{begin, []string{enter}}, {"1 of 3", []string{down, enter}}, {arm, []string{down, enter}}, {stays, []string{down, enter}},
		}, diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "arm": "passes", "stays": "passes"}}, nil},
		{"retest, other answers", retestStep(), []act{
			{begin, []string{enter}}, {"1 of 3", []string{down, enter}}, {arm, []string{down, down, down, enter}}, {stays, []string{enter}},
		}, diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "arm": "not-applicable", "stays": "postponed"}}, nil},
		{"retest, a later part fails", retestStep(), []act{
			{begin, []string{enter}}, {"1 of 3", []string{down, enter}}, {arm, []string{down, down, enter}}, {stays, []string{down, enter}},
		}, diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "arm": "fails", "stays": "passes"}}, nil},
		{"retest, the sign-in fails: nothing is armed", retestStep(), []act{
			{begin, []string{enter}}, {"1 of 3", []string{down, down, enter}},
		}, diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}}, nil},
		{"retest, a hasty Enter claims nothing", retestStep(), []act{
			{begin, []string{enter}}, {"1 of 3", []string{enter}}, {"this page waits", []string{down, down, enter}},
		}, diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}}, nil},
		{"retest, of which the outcome is known", nothingHelped(), nil, diag.Did{Checkpoints: map[string]string{}}, nil},
		{"retest, back to the part before", retestStep(), []act{
			{begin, []string{enter}}, {"1 of 3", []string{down, enter}}, {arm, []string{left}}, {"Back to", []string{down, enter}},
		}, diag.Did{Checkpoints: map[string]string{"sign-in": "fails"}}, nil},
		{"retest, back at its beginning", retestStep(), []act{{begin, []string{left}}}, diag.Did{}, diag.ErrBack},
		{"retest, Ctrl-C", retestStep(), []act{{begin, []string{enter}}, {"1 of 3", []string{ctrlC}}}, diag.Did{}, diag.ErrCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := sitDown(t, Options{Height: 40, Now: patient()})
			got, err := during(p, t.Context(),
				func(ctx context.Context) (diag.Did, error) { return p.wiz.Do(ctx, tt.step) },
				func() {
					for _, a := range tt.acts {
						p.out.await(t, a.see, 1)
						if a.see == "Back to" { // the page after that line
							p.out.await(t, "1 of 3", 2)
						}
						p.press(a.keys...)
					}
				})
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// patient is the clock of somebody who waits as long as they are told to.
func patient() func() time.Time {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Hour)
		return now
	}
}

func nothingHelped() diag.Instruction {
	step := retestStep()
	step.NothingHelped = true
	return step
}

func TestMessage(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want string
		err  error
	}{
		{"none", []string{enter}, "", nil},
		{"one line", []string{"error q?", enter}, "error q?", nil},
		{"pasted in one go", []string{pasted("AADSTS50126:\nwrong\n\npassword"), enter}, "AADSTS50126:\nwrong\n\npassword", nil},
		{"pasted as typed keys", []string{"one" + enter + "two" + enter + enter + "three" + enter}, "one\ntwo\n\nthree", nil},
		{"a new line by hand", []string{"one", ctrlJ, "two", enter}, "one\ntwo", nil},
		{"longer than the limit", []string{pasted(strings.Repeat("x", messageLimit+99)), enter}, strings.Repeat("x", messageLimit), nil},
		{"back", []string{"x", esc}, "x", diag.ErrBack},
		{"Ctrl-C", []string{ctrlC}, "", diag.ErrCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := sitDown(t, Options{})
			got, err := during(p, t.Context(), p.wiz.Message, func() {
				p.out.await(t, "Ctrl-C quit", 1)
				p.press(tt.keys...)
			})
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if tt.err == nil && got != tt.want {
				t.Errorf("got %d characters %.60q, want %.60q", len(got), got, tt.want)
			}
		})
	}
}

func TestPlaybookThink(t *testing.T) {
	choices := []diag.Choice{{ID: "alarmcom", Text: "Alarm.com"}, {ID: "web", Text: "A web site"}}
	p := sitDown(t, Options{})
	got, err := during(p, t.Context(),
		func(ctx context.Context) ([]string, error) {
			book, err1 := p.wiz.Playbook(ctx, choices)
			return []string{book}, errors.Join(err1, p.wiz.Think(ctx, someOpinion()))
		},
		func() {
			p.out.await(t, "q quit", 1)
			p.press(down, enter)
			p.out.await(t, "q quit", 2)
			p.press("?", enter)
		})
	if diff := cmp.Diff([]string{"web"}, got); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
}

func TestNothingToChooseFrom(t *testing.T) {
	w := New(Options{In: strings.NewReader(""), Out: io.Discard})
	_, err1 := w.Ask(t.Context(), diag.Question{ID: "q"})
	_, err2 := w.Do(t.Context(), diag.Instruction{ID: "s"})
	_, err3 := w.Playbook(t.Context(), nil)
	for _, err := range []error{err1, err2, err3} {
		if err == nil || errors.Is(err, diag.ErrCancelled) {
			t.Errorf("error %v, want one that names the mistake", err)
		}
	}
}

// asks is every way to ask, for what must hold of all of them.
func asks(w *Wizard) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"single":    func(ctx context.Context) error { _, err := w.Ask(ctx, whereQuestion()); return err },
		"multiple":  func(ctx context.Context) error { _, err := w.Ask(ctx, symptomsQuestion()); return err },
		"clock":     func(ctx context.Context) error { _, err := w.Ask(ctx, timeQuestion(true)); return err },
		"step":      func(ctx context.Context) error { _, err := w.Do(ctx, passwordStep()); return err },
		"satisfied": func(ctx context.Context) error { _, err := w.Do(ctx, satisfiedStep()); return err },
		"retest":    func(ctx context.Context) error { _, err := w.Do(ctx, retestStep()); return err },
		"opinion":   func(ctx context.Context) error { return w.Think(ctx, someOpinion()) },
		"message":   func(ctx context.Context) error { _, err := w.Message(ctx); return err },
		"playbook": func(ctx context.Context) error {
			_, err := w.Playbook(ctx, []diag.Choice{{ID: "a", Text: "A"}})
			return err
		},
	}
}

var errWhy = errors.New("the reason")

func TestEveryEndIsACancellation(t *testing.T) {
	for _, accessible := range []bool{false, true} {
		ready := map[bool]string{false: "quit", true: "> "}[accessible]
		for name := range asks(New(Options{})) {
			ends := map[string]func(*person, context.CancelCauseFunc){
				"end of input": func(p *person, _ context.CancelCauseFunc) { _ = p.keys.Close() },
				"context":      func(_ *person, stop context.CancelCauseFunc) { stop(errWhy) },
			}
			for end, act := range ends {
				t.Run(name+", "+end+map[bool]string{true: ", accessible"}[accessible], func(t *testing.T) {
					p := sitDown(t, Options{Now: at, Accessible: accessible, Height: 40})
					ctx, stop := context.WithCancelCause(t.Context())
					defer stop(nil)
					_, err := during(p, ctx,
						func(ctx context.Context) (struct{}, error) { return struct{}{}, asks(p.wiz)[name](ctx) },
						func() {
							p.out.await(t, ready, 1)
							act(p, stop)
						})
					if !errors.Is(err, diag.ErrCancelled) {
						t.Errorf("error %v, want a cancellation", err)
					}
					if end == "context" && !errors.Is(err, errWhy) {
						t.Errorf("error %v does not tell why", err)
					}
				})
			}
		}
	}
}

func TestCancelledBefore(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, accessible := range []bool{false, true} {
		out := newWatch()
		w := New(Options{In: strings.NewReader("1\r\n\r\n"), Out: out, Accessible: accessible})
		for name, ask := range asks(w) {
			if err := ask(ctx); !errors.Is(err, diag.ErrCancelled) {
				t.Errorf("%s: error %v, want a cancellation", name, err)
			}
		}
		if out.String() != "" {
			t.Errorf("asked all the same: %q", out.String())
		}
	}
}

func TestClockTicks(t *testing.T) {
	seconds := make(chan time.Time)
	waits := make(chan time.Duration, 9)
	now := make(chan time.Time, 1)
	now <- at()
	o := Options{
		Now: func() time.Time { n := <-now; now <- n; return n },
		After: func(d time.Duration) <-chan time.Time {
			waits <- d
			return seconds
		},
	}
	p := sitDown(t, o)
	_, err := during(p, t.Context(),
		func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, timeQuestion(false)) },
		func() {
			for i, text := range []string{"14:03:07", "14:03:08", "14:03:09"} {
				p.out.await(t, text, 1)
				<-now
				now <- at().Add(time.Duration(i+1) * time.Second)
				seconds <- time.Time{}
			}
			p.out.await(t, "14:03:10", 1)
			p.press(enter)
		})
	if err != nil {
		t.Fatal(err)
	}
	for len(waits) > 0 {
		if d := <-waits; d != 750*time.Millisecond {
			t.Errorf("waited %v, want to the end of the second", d)
		}
	}
}
