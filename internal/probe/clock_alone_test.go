package probe

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// One of several time servers answers, and says that this clock is wrong: it
// may be the one that lies. Asked alone, or when it finds nothing wrong, it is
// believed.
func TestOneWitnessDoesNotConvictAClock(t *testing.T) {
	const minute = time.Minute
	for _, tt := range []struct {
		name   string
		asked  int
		usable int
		offset time.Duration
		want   string
	}{
		{"one of four says 90 s", 4, 1, -90 * time.Second, "unknown"},
		{"one of four says a zone", 4, 1, 60 * minute, "unknown"},
		{"one of four finds nothing", 4, 1, 10 * time.Millisecond, "accurate"},
		{"one of four says 10 s", 4, 1, 10 * time.Second, "drifting"},
		{"the only one that was asked", 1, 1, -90 * time.Second, "skewed"},
		{"two of four", 4, 2, -90 * time.Second, "skewed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said := agreement{ok: true, usable: tt.usable, agreeing: tt.usable, offset: tt.offset, uncertainty: time.Millisecond}
			f := clockFinding("ntp", said, make([]reading, tt.asked), nil)
			_, told := f.Facts["offset_ms"]
			if f.Outcome != tt.want || told != (tt.want != "unknown") {
				t.Errorf("found %s (%s), offset told: %t; want %s", f.Outcome, f.Reason, told, tt.want)
			}
			if tt.want == "unknown" && !strings.Contains(f.Reason, "only 1 of 4 time servers") {
				t.Errorf("reason %q", f.Reason)
			}
		})
	}
}

// Without a network the reason is the same for all, and said once.
func TestNoTimeAtAllIsSaidOnce(t *testing.T) {
	env := Env{Now: time.Now, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}}
	got := runClock(t.Context(), env, Params{"servers": "a.test b.test"})
	if want := `^none of 2 time servers and 3 web servers told the time \([^()]+\)$`; !regexp.MustCompile(want).MatchString(got.Reason) {
		t.Errorf("reason %q, want %s", got.Reason, want)
	}
}
