package probe

import (
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

func TestJudgeClock(t *testing.T) {
	const ms, s, m, h = time.Millisecond, time.Second, time.Minute, time.Hour
	tests := []struct {
		name        string
		off, unsure time.Duration
		want        string
	}{
		{"right", 0, 0, "accurate"},
		{"at the first limit", 2 * s, 0, "accurate"},
		{"just over it", 2*s + ms, 0, "drifting"},
		{"just over it, and unsure by as much", 2*s + ms, ms, "accurate"},
		{"just over it, and unsure by less", 2*s + 2*ms, ms, "drifting"},
		{"under it, and unsure across it", 1900 * ms, 200 * ms, "accurate"},
		{"unsure, but by less than the second limit", s, 28 * s, "accurate"},
		{"at the second limit", 30 * s, 0, "drifting"},
		{"just over it", 30*s + ms, 0, "skewed"},
		{"just over it, and unsure across it", 31 * s, 2 * s, "drifting"},
		{"under it, and unsure across it", 29 * s, 5 * s, "drifting"},
		{"between, and unsure across both", 20 * s, 40 * s, diag.NoAnswer},
		{"between, and unsure up to both", 16 * s, 14 * s, diag.NoAnswer},
		{"between, and unsure to just short of both", 16 * s, 14*s - ms, "drifting"},
		{"over both, and unsure across both", 31 * s, 29500 * ms, diag.NoAnswer},
		{"right, and unsure across both", 0, 30 * s, diag.NoAnswer},
		{"far off, and unsure", 94 * s, 40 * s, "skewed"},
		{"half an hour", 30 * m, 0, "zone_wrong"},
		{"half an hour less a second", 30*m - s, 0, "skewed"},
		{"half an hour and 30 s", 30*m + 30*s, 0, "zone_wrong"},
		{"half an hour and 31 s", 30*m + 31*s, 0, "skewed"},
		{"45 minutes less 30 s", 45*m - 30*s, 0, "zone_wrong"},
		{"45 minutes less 31 s", 45*m - 31*s, 0, "skewed"},
		{"15 minutes", 15 * m, 0, "skewed"},
		{"5 hours 45 minutes", 5*h + 45*m, 50 * ms, "zone_wrong"},
		{"14 hours", 14 * h, 0, "zone_wrong"},
		{"14 hours and a second", 14*h + s, 0, "skewed"},
		{"14 hours 15 minutes", 14*h + 15*m, 0, "skewed"},
		{"a day", 24 * h, 0, "skewed"},
		{"ten minutes", 10 * m, 0, "skewed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, off := range []time.Duration{tt.off, -tt.off} {
				if got := judgeClock(off, tt.unsure); got != tt.want {
					t.Errorf("%v ± %v: got %s, want %s", off, tt.unsure, got, tt.want)
				}
			}
		})
	}
}

// What it says must follow from the interval alone: for every offset and
// uncertainty the outcome is one that some true offset within the interval
// would have, and the mildest of them.
func TestJudgeClockIsMildest(t *testing.T) {
	step := 500 * time.Millisecond
	for off := -40 * time.Second; off <= 40*time.Second; off += step {
		for unsure := time.Duration(0); unsure <= 45*time.Second; unsure += step {
			least := max(0, off.Abs()-unsure)
			want := "skewed"
			switch {
			case least <= 2*time.Second && off.Abs()+unsure >= 30*time.Second:
				want = diag.NoAnswer
			case least <= 2*time.Second:
				want = "accurate"
			case least <= 30*time.Second:
				want = "drifting"
			}
			if got := judgeClock(off, unsure); got != want {
				t.Fatalf("%v ± %v: got %s, want %s", off, unsure, got, want)
			}
		}
	}
}

func TestClockSummary(t *testing.T) {
	const ms, s, m, h, day = time.Millisecond, time.Second, time.Minute, time.Hour, 24 * time.Hour
	tests := []struct {
		offset, unsure   time.Duration
		source           string
		agreeing, usable int
		asked            int
		want             string
	}{
		{8 * ms, 4 * ms, "ntp", 4, 4, 4, "right to within 12 ms (4 time servers agree)"},
		{-8 * ms, 4*ms + 1, "ntp", 3, 4, 4, "right to within 13 ms (3 of 4 time servers agree)"},
		{400 * ms, 900 * ms, "https-date", 2, 2, 3, "right to within 1.3 s (2 web servers agree; no time server told the time)"},
		{0, ms, "ntp", 1, 1, 1, "right to within 1 ms (1 time server asked)"},
		{0, ms, "ntp", 1, 1, 4, "right to within 1 ms (only 1 of 4 time servers told the time)"},
		{2500 * ms, 600 * ms, "https-date", 1, 1, 1,
			"right as far as this can tell: 2.5 s slow, give or take 600 ms (1 web server asked; no time server told the time)"},
		{-4200 * ms, 0, "ntp", 4, 4, 4, "4.2 s fast: nothing breaks yet (4 time servers agree)"},
		{29 * s, 2 * s, "ntp", 4, 4, 4, "29 s slow, give or take 2 s: authenticator codes may be refused (4 time servers agree)"},
		{-94 * s, 4 * ms, "ntp", 4, 4, 4, "94 s fast: spoils authenticator codes"},
		{7 * m, 0, "ntp", 4, 4, 4, "7 minutes slow: spoils authenticator codes and Kerberos"},
		{301 * s, 2 * s, "ntp", 4, 4, 4, "5 minutes slow: spoils authenticator codes"},
		{-20 * m, 0, "ntp", 4, 4, 4, "20 minutes fast: spoils authenticator codes, Kerberos and AWS signatures"},
		{5*h + 30*m + s, 0, "ntp", 4, 4, 4,
			"5 hours 30 minutes slow, as if set by hand for another time zone: spoils authenticator codes, Kerberos and AWS signatures"},
		{3 * day, 0, "ntp", 4, 4, 4, "3 days slow: spoils authenticator codes, Kerberos, AWS signatures and TLS"},
		{56 * 365 * day, 0, "ntp", 4, 4, 4, "56 years slow: spoils authenticator codes, Kerberos, AWS signatures and TLS"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			said := agreement{usable: tt.usable, agreeing: tt.agreeing, ok: true, offset: tt.offset, uncertainty: tt.unsure}
			outcome := judgeClock(tt.offset, tt.unsure)
			if diff := cmp.Diff(tt.want, clockSummary(outcome, tt.source, said, tt.asked)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSpan(t *testing.T) {
	tests := []struct {
		d    time.Duration
		want string
	}{
		{0, "1 ms"}, {999499 * time.Microsecond, "999 ms"}, {999500 * time.Microsecond, "1 s"},
		{9949 * time.Millisecond, "9.9 s"}, {9950 * time.Millisecond, "10 s"}, {119400 * time.Millisecond, "119 s"},
		{119500 * time.Millisecond, "2 minutes"}, {119 * time.Minute, "119 minutes"}, {2 * time.Hour, "2 hours"},
		{47*time.Hour + 59*time.Minute, "47 hours 59 minutes"}, {48 * time.Hour, "2 days"},
	}
	for _, tt := range tests {
		if got := span(tt.d); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.d, got, tt.want)
		}
	}
}
