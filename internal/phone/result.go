package phone

import (
	"fmt"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Schema names the document that a Result is written as.
const Schema = "authdoctor.phone/1"

// Outcomes of a phone's clock: those of the kind "clock", and the date.
const (
	Accurate  = "accurate"
	Drifting  = "drifting"
	Skewed    = "skewed"
	ZoneWrong = "zone_wrong"
	DateWrong = "date_wrong"
)

// Methods of a comparison.
const (
	ByPage = "page"
	ByEye  = "by-eye"
)

// A Result is what was found out about a phone. It is written as JSON.
type Result struct {
	Schema    string    `json:"schema"`
	Method    string    `json:"method"` // ByPage or ByEye
	Measured  time.Time `json:"measured"`
	Answered  bool      `json:"answered"` // a phone, or a person, answered
	Clock     Clock     `json:"clock"`
	Reference TimeTold  `json:"reference"`
	Phone     *Facts    `json:"phone,omitempty"` // what else its browser says; not by eye
	// Advice is what to do next, in order; empty when there is nothing to do.
	Advice []string `json:"advice"`
	// ExitStatus: 0 right, 1 too far off, 3 not known.
	ExitStatus int `json:"exit_status"`
}

// Clock is what was found out about the phone's clock.
type Clock struct {
	Status  diag.Status `json:"status"`  // pass, warn, fail or unknown
	Outcome string      `json:"outcome"` // a word for it; unknown with a Reason
	Reason  string      `json:"reason"`
	Summary string      `json:"summary"`
	// OffsetMS is the right time minus the phone's, in milliseconds: positive
	// means that the phone is slow. It is compared with this computer where
	// that was not verified. Nil: not known.
	OffsetMS      *float64 `json:"offset_ms"`
	UncertaintyMS *float64 `json:"uncertainty_ms"`
	Rounds        int      `json:"rounds"`
	DelayMS       float64  `json:"delay_ms"`
	Breaks        []any    `json:"breaks"` // what it spoils for certain
}

// TimeTold is what the phone was compared with.
type TimeTold struct {
	Verified      bool    `json:"verified"`
	Source        string  `json:"source"`
	Reason        string  `json:"reason"`
	OffsetMS      float64 `json:"offset_ms"` // right time minus this computer's
	UncertaintyMS float64 `json:"uncertainty_ms"`
}

// Facts are what the phone's browser says besides the time.
type Facts struct {
	Zone        string `json:"zone"`         // IANA name; empty when it gives none
	ZoneMinutes int    `json:"zone_minutes"` // east of UTC
	SameZone    bool   `json:"same_zone"`    // as this computer, at that moment
	Cookies     bool   `json:"cookies"`
	Storage     bool   `json:"storage"`
	Reach       *Reach `json:"reach,omitempty"`
}

// Reach is whether the phone reached a host over HTTPS.
type Reach struct {
	Host    string `json:"host"`
	Outcome string `json:"outcome"` // reached, failed, timeout or untried
	TookMS  int    `json:"took_ms"`
}

// Outcomes of Reach.
const (
	Reached = "reached"
	Failed  = "failed"
	TimeOut = "timeout"
	Untried = "untried"
)

// Known reports whether the phone's clock was judged.
func (r *Result) Known() bool { return r.Clock.Status != diag.Unknown }

func status(outcome string) diag.Status {
	switch outcome {
	case Accurate:
		return diag.Pass
	case Drifting:
		return diag.Warn
	case Skewed, ZoneWrong, DateWrong:
		return diag.Fail
	}
	return diag.Unknown
}

// exitStatus follows the rules of checks.
func exitStatus(s diag.Status) int {
	switch s {
	case diag.Fail:
		return diag.Problem.ExitStatus()
	case diag.Unknown:
		return diag.Inconclusive.ExitStatus()
	}
	return diag.Healthy.ExitStatus()
}

// newResult is a result of which nothing is known yet.
func newResult(method string, ref Reference, now Moment) *Result {
	return &Result{
		Schema: Schema, Method: method, Measured: ref.Time(now).UTC().Truncate(time.Millisecond),
		Clock:  Clock{Outcome: diag.NoAnswer, Breaks: []any{}},
		Advice: []string{},
		Reference: TimeTold{
			Verified: ref.Verified, Source: ref.Source, Reason: ref.Reason,
			OffsetMS: milliseconds(ref.Offset), UncertaintyMS: milliseconds(ref.Uncertainty),
		},
		ExitStatus: diag.Inconclusive.ExitStatus(),
	}
}

// Nobody is the result when no phone answered; reason says why.
func Nobody(method string, ref Reference, now Moment, reason string) *Result {
	r := newResult(method, ref, now)
	r.unknown(reason)
	return r
}

func (r *Result) unknown(reason string) {
	r.Clock.Outcome, r.Clock.Status, r.Clock.Reason = diag.NoAnswer, diag.Unknown, reason
	r.Clock.Summary = "not known: " + reason
	r.ExitStatus = exitStatus(diag.Unknown)
}

// outcomeOf judges an offset.
func outcomeOf(offset, uncertainty time.Duration) string {
	outcome := diag.JudgeClock(offset, uncertainty)
	if outcome == Skewed && offset.Abs()+diag.ClockDrifting >= 24*time.Hour {
		return DateWrong
	}
	return outcome
}

// judge fills in what a measured offset means.
func (r *Result) judge(offset, uncertainty time.Duration) {
	c := &r.Clock
	ms, unsure := milliseconds(offset), milliseconds(uncertainty)
	c.OffsetMS, c.UncertaintyMS = &ms, &unsure
	if !r.Reference.Verified {
		r.unknown(unverified(offset, uncertainty, r.Reference.Reason))
		r.Advice = append(r.Advice, "Connect this computer to the internet, so that it can ask for the right time, and measure again.")
		return
	}
	c.Outcome = outcomeOf(offset, uncertainty)
	c.Status = status(c.Outcome)
	r.ExitStatus = exitStatus(c.Status)
	c.Breaks = diag.ClockBreaks(offset, uncertainty)
	if c.Status == diag.Unknown {
		r.unknown(fmt.Sprintf("the phone is %s, give or take %s: too unsure to judge", diag.Drift(offset), diag.Span(uncertainty)))
		r.Advice = append(r.Advice, "Move the phone closer to the router, and measure again.")
		return
	}
	c.Summary = summary(c.Outcome, offset, uncertainty)
	if c.Status != diag.Pass {
		r.Advice = append(r.Advice, advice(c.Outcome)...)
	}
}

// unverified never calls the phone wrong: it may be this computer's clock.
func unverified(offset, uncertainty time.Duration, reason string) string {
	if reason == "" {
		reason = "no time server was asked"
	}
	if offset.Abs()-uncertainty <= diag.ClockAccurate {
		return "the phone and this computer agree, but nobody has confirmed either (" + reason + ")"
	}
	return fmt.Sprintf("the phone and this computer are %s apart, and nobody can say which of them is right (%s)", diag.Span(offset.Abs()), reason)
}

func summary(outcome string, offset, uncertainty time.Duration) string {
	worst := offset.Abs() + uncertainty
	switch outcome {
	case Accurate:
		if worst <= diag.ClockAccurate {
			return "right to within " + ceiling(worst)
		}
		return fmt.Sprintf("right as far as this can tell: %s, give or take %s", diag.Drift(offset), diag.Span(uncertainty))
	case Drifting:
		if worst <= diag.ClockDrifting {
			return diag.Drift(offset) + ": codes still work"
		}
		return fmt.Sprintf("%s, give or take %s: codes may be refused", diag.Drift(offset), diag.Span(uncertainty))
	case ZoneWrong:
		return diag.Drift(offset) + ", as if set by hand for another time zone: codes are refused"
	case DateWrong:
		return diag.Drift(offset) + ": the date is wrong, and codes are refused"
	}
	return diag.Drift(offset) + ": " + fate(offset)
}

// surelyLate is how far a clock may be out for a server that also takes the
// codes of two steps before: 89 s (RFC 6238, section 6). Beyond it no code of
// that clock is right.
const surelyLate = 90 * time.Second

// fate is what becomes of the codes of a clock that is out by over a step:
// servers that allow for one step or two may still take them.
func fate(offset time.Duration) string {
	if offset.Abs() > surelyLate {
		return "its codes are refused"
	}
	return "its codes are likely to be refused"
}

// ceiling is a bound of at most a few seconds, rounded up.
func ceiling(d time.Duration) string {
	step := time.Millisecond
	if d > time.Second {
		step = 100 * time.Millisecond
	}
	return diag.Span((d + step - 1) / step * step)
}

// advice says how to put a phone's clock right. On Android time and zone are
// two switches: https://source.android.com/docs/core/connect/time; what makers
// call the menus differs.
func advice(outcome string) []string {
	list := []string{
		"iPhone and iPad: Settings, General, Date & Time, switch on Set Automatically.",
		"Android: Settings, then System or General management, Date & time; switch on the automatic time and the automatic time zone.",
		"Then measure again, and take the next fresh code.",
	}
	if outcome == ZoneWrong {
		return append([]string{"Set the time zone, never the hour: whoever moves the hour by hand spoils every code."}, list...)
	}
	return list
}

// milliseconds to the microsecond.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
