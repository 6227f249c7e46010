package wizard

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

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
