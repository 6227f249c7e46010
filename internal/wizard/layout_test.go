package wizard

import (
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name, text  string
		first, rest int
		want        []string
	}{
		{"empty", "", 10, 10, []string{""}},
		{"fits", "one two", 7, 7, []string{"one two"}},
		{"breaks at spaces", "one two three", 7, 7, []string{"one two", "three"}},
		{"first row shorter", "one two three", 4, 9, []string{"one", "two three"}},
		{"long word", "abcdefghij k", 4, 4, []string{"abcd", "efgh", "ij k"}},
		{"hyphens stay", "an e-mail", 7, 7, []string{"an", "e-mail"}},
		{"wide characters", "日本語日本語", 4, 4, []string{"日本", "語日", "本語"}},
		{"wider than the room", "日本", 1, 1, []string{"日", "本"}},
		{"control characters", "a\x1b[31mb\r\nc\x07d", 20, 20, []string{"a[31mb cd"}},
		{"no room at all", "ab", 0, -1, []string{"a", "b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, wrap(tt.text, tt.first, tt.rest)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWords(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"nothing", inHundred(0), "less than 1 in 100"},
		{"almost nothing", inHundred(.004), "less than 1 in 100"},
		{"some", inHundred(.709), "71 in 100"},
		{"almost certain", inHundred(.996), "more than 99 in 100"},
		{"no time", about(0), ""},
		{"a minute", about(1), "about a minute"},
		{"minutes", about(6), "about 6 minutes"},
		{"hours", about(120), "about 2 hours"},
		{"odds for", odds(20), "100 to 1"},
		{"odds against", odds(-3), "1 to 2.0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestClock(t *testing.T) {
	c := &clock{now: at, seconds: 94.5, known: true}
	if got := c.untilNext(); got != 250*time.Millisecond {
		t.Errorf("the second lasts %v more, want 250ms", got)
	}
	if got := c.digits(); got != "14:04:41" {
		t.Errorf("shows %s, want 14:04:41", got)
	}
	tests := []struct {
		name                 string
		width, columns, rows int
	}{
		{"wide", 79, wideFace, 5},
		{"just wide", wideFace, wideFace, 5},
		{"narrow", wideFace - 1, narrowFace, 5},
		{"just narrow", narrowFace, narrowFace, 5},
		{"tiny", narrowFace - 1, len("14:04:41"), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			face := c.face(tt.width)
			if len(face) != tt.rows {
				t.Errorf("%d rows, want %d", len(face), tt.rows)
			}
			for _, r := range face {
				if n := len([]rune(r)); n != tt.columns {
					t.Errorf("%d columns, want %d: %q", n, tt.columns, r)
				}
			}
		})
	}
}

func TestClockSaysHowFarToTrustIt(t *testing.T) {
	known, unknown := &clock{now: at, known: true}, &clock{now: at}
	if !strings.Contains(known.caption(), "right time") || !strings.Contains(unknown.caption(), "may be wrong") {
		t.Errorf("known: %s\nunknown: %s", known.caption(), unknown.caption())
	}
}

// Colors must be readable on black and on white, for nobody asks which it is.
func TestColorsSuitLightAndDark(t *testing.T) {
	for _, color := range []string{accentColor, alarmColor} {
		l := luminance(t, color)
		for name, contrast := range map[string]float64{"black": (l + .05) / .05, "white": 1.05 / (l + .05)} {
			if contrast < 4 {
				t.Errorf("color %s on %s has a contrast of %.1f to 1, want 4", color, name, contrast)
			}
		}
	}
}

// luminance of a color of the 6x6x6 cube, as WCAG 2 defines it.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	n, err := strconv.Atoi(color)
	if err != nil || n < 16 || n > 231 {
		t.Fatalf("color %q is not of the cube", color)
	}
	levels := []float64{0, 95, 135, 175, 215, 255}
	linear := func(i int) float64 {
		c := levels[i] / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	n -= 16
	return .2126*linear(n/36) + .7152*linear(n/6%6) + .0722*linear(n%6)
}

func TestStoryLineKeepsWhatWasSaid(t *testing.T) {
	w := New(Options{Out: newWatch(), Width: 30})
	out := w.opt.Out.(*watch)
	s := newScreen(page{kind: choose, choices: []string{"a"}}, newTheme(io.Discard, false), 30, 24)
	w.leave(s, line{"Where does it fail?", "On a phone or tablet, on this network"})
	want := "Where does it fail? On a\n  phone or tablet, on this\n  network\n"
	if diff := cmp.Diff(want, strip(out.String())); diff != "" {
		t.Error(diff)
	}
}

// What was not ticked is no reason that anybody gave; nothing has no sign.
func TestReasonsAreWhatWasSaid(t *testing.T) {
	got := pick([]diag.Weight{
		{From: "symptom:drops", Outcome: "no", Text: "not seen: It drops", Decibans: 9},
		{From: "symptom:refused", Outcome: "yes", Text: "It refuses", Decibans: 6},
	}, +1, maxBecause)
	if len(got) != 1 || got[0].Text != "It refuses" {
		t.Errorf("picked %+v", got)
	}
	for d, want := range map[float64]string{-.04: "+0.0 dB", 0: "+0.0 dB", -.06: "-0.1 dB", 3.14: "+3.1 dB"} {
		if got := decibans(d); got != want {
			t.Errorf("%v is written %q, not %q", d, got, want)
		}
	}
}
