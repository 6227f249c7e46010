package wizard

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

// Each retest proves anew: what was answered in the one before is not offered.
func TestARetestForgetsTheOneBefore(t *testing.T) {
	p := sitDown(t, Options{Height: 40})
	for n := range 2 {
		got, err := during(p, t.Context(),
			func(ctx context.Context) (diag.Did, error) { return p.wiz.Do(ctx, retestStep()) },
			func() {
				p.out.await(t, "must be safe before", n+1)
				p.press(enter)
				p.out.await(t, "1 of 3", n+1)
				p.press(down, down, enter)
			})
		if diff := cmp.Diff(map[string]string{"sign-in": "fails"}, got.Checkpoints); err != nil || diff != "" {
			t.Errorf("retest %d: error %v\n%s", n+1, err, diff)
		}
	}
}

// What made it worse is stopped before anything else.
func TestWorse(t *testing.T) {
	for name, tt := range map[string]struct {
		keys []string
		err  error
	}{
		"go on": {[]string{enter}, nil}, "back to the step": {[]string{left}, diag.ErrBack}, "quit": {[]string{"q"}, diag.ErrCancelled},
	} {
		p := sitDown(t, Options{})
		_, err := during(p, t.Context(),
			func(ctx context.Context) (any, error) { return nil, p.wiz.Worse(ctx, worseStep()) },
			func() {
				p.out.await(t, "Stop trying", 1)
				p.press(tt.keys...)
			})
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: error %v, want %v", name, err, tt.err)
		}
	}
	if err := New(Options{In: strings.NewReader(""), Out: io.Discard}).Worse(t.Context(), passwordStep()); err != nil {
		t.Errorf("nothing to say, and still asked: %v", err)
	}
}

// Where nothing is to be tried, nobody is told to try.
func TestNoTryWhereInstructionsAreReplaced(t *testing.T) {
	step := passwordStep()
	step.Instead, step.PFix, step.Highlight = true, .01, false
	p := stepPage(step)
	if p.ask != "What happened?" || strings.Contains(p.blocks[0].lines[0].text, "likely") {
		t.Errorf("page %+v", p)
	}
	step.Instead, step.Unlikely, step.Reason = false, true, "The page refuses it too."
	if text := stepPage(step).blocks[0].lines[0].text; text != "Unlikely to help here. The page refuses it too." {
		t.Errorf("promise %q", text)
	}
}

// A step that is done in part shows the other part at once, not behind a key.
func TestWhatIsLeftIsShown(t *testing.T) {
	step := satisfiedStep()
	step.Left = []string{"Type it by hand."}
	p := satisfiedPage(step)
	var shown []string
	for _, b := range p.blocks {
		for _, l := range b.lines {
			shown = append(shown, l.text)
		}
	}
	if !slices.Contains(shown, "Type it by hand.") || strings.Contains(p.ask, "Nothing to do") {
		t.Errorf("shown: %q; asked: %q", shown, p.ask)
	}
}

// What needs twenty minutes is not known after two: then it can only be left
// for later. Who comes back has waited since the retest began.
func TestWhatNeedsTimeGetsIt(t *testing.T) {
	start := time.Date(2026, 3, 1, 14, 32, 0, 0, time.UTC)
	stays := retestStep()
	stays.Checkpoints = stays.Checkpoints[2:]
	back := stays
	back.PutOff = true
	for name, tt := range map[string]struct {
		step  diag.Instruction
		since time.Time // of the retest in which it was put off
		now   time.Time
		keys  string
		want  string
		see   string
	}{
		"at once, then later":    {stays, time.Time{}, start, "\n2\n1\n", diag.CheckpointPostponed, "from 14:52 on"},
		"at once, and it fails":  {stays, time.Time{}, start, "\n3\n", diag.CheckpointFails, "Wait 20 minutes"},
		"back, a minute short":   {back, start, start.Add(19 * time.Minute), "\n2\n1\n", diag.CheckpointPostponed, "from 14:52 on"},
		"back, when it is time":  {back, start, start.Add(20 * time.Minute), "\n2\n", diag.CheckpointPasses, ""},
		"a new retest is no old": {stays, start, start.Add(20 * time.Minute), "\n2\n1\n", diag.CheckpointPostponed, "from 15:12 on"},
		"back the next day":      {back, start, start.Add(24 * time.Hour), "\n2\n", diag.CheckpointPasses, ""},
	} {
		t.Run(name, func(t *testing.T) {
			out := newWatch()
			w := New(Options{In: strings.NewReader(tt.keys), Out: out, Accessible: true, Width: 80, Now: func() time.Time { return tt.now }})
			w.RetestedAt(tt.since)
			got, err := w.Do(t.Context(), tt.step)
			if diff := cmp.Diff(map[string]string{"stays": tt.want}, got.Checkpoints); err != nil || diff != "" {
				t.Errorf("error %v\n%s", err, diff)
			}
			if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), tt.see) {
				t.Errorf("not said: %q\n%s", tt.see, out.String())
			}
		})
	}
}

// An alarm that was armed and not disarmed is not left without a word.
func TestWhatWasNotTakenBackIsSaid(t *testing.T) {
	step := retestStep()
	step.Checkpoints = []diag.Checkpoint{
		{ID: "sign-in", Title: "Sign in", Must: true},
		{ID: "arm", Title: "Arm it", Undo: "disarm", Remind: "It may still be ARMED."},
		{ID: "disarm", Title: "Disarm it"},
	}
	for keys, want := range map[string]bool{
		"\n2\n2\n4\n\n": true, "\n2\n2\n3\n\n": true, "\n2\n2\n2\n": false, "\n2\n3\n4\n": false,
	} {
		out := newWatch()
		w := New(Options{In: strings.NewReader(keys), Out: out, Accessible: true, Width: 80})
		if _, err := w.Do(t.Context(), step); err != nil || strings.Contains(out.String(), "ARMED") != want {
			t.Errorf("%q: error %v, reminded %v\n%s", keys, err, !want, out.String())
		}
	}
}

// Not to have tried yet is no answer, and leaves no line behind.
func TestNotTriedYetLeavesNoLine(t *testing.T) {
	p := sitDown(t, Options{Height: 40})
	did, err := during(p, t.Context(),
		func(ctx context.Context) (diag.Did, error) { return p.wiz.Do(ctx, passwordStep()) },
		func() {
			p.out.await(t, "q quit", 1)
			p.press(enter)
			p.out.await(t, "this page waits", 1)
			p.press(down, enter)
		})
	if err != nil || did.Outcome != diag.DidFixed {
		t.Fatalf("%+v, %v", did, err)
	}
	if said := p.out.String(); strings.Contains(said, ": I have not tried it yet") || !strings.Contains(said, "It works now") {
		t.Errorf("left behind:\n%s", said)
	}
}
