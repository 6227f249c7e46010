package phone

import (
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Ids of the two questions of a comparison by eye.
const (
	AskShows = "phone-shows"
	AskBy    = "phone-by"
)

// Answers to AskShows that are followed by AskBy, and those that are not.
const (
	showsSame    = "same"
	showsEarlier = "earlier"
	showsLater   = "later"
	showsHour    = "hour"
	showsDay     = "day"
)

// by lists how far two clocks can be seen to be apart.
var by = []struct {
	id, text    string
	least, most time.Duration
}{
	{"seconds", "By a few seconds, up to ten", 3 * time.Second, 10 * time.Second},
	{"half-minute", "By more than ten seconds, up to half a minute", 10 * time.Second, 30 * time.Second},
	{"minute", "By more than half a minute, up to two minutes", 31 * time.Second, 2 * time.Minute},
	{"minutes", "By more than two minutes, up to ten", 2 * time.Minute, 10 * time.Minute},
	{"many-minutes", "By more than ten minutes, up to half an hour", 10 * time.Minute, 30 * time.Minute},
	{"more", "By more than that", 30 * time.Minute, 14 * time.Hour},
}

// glance is what two clocks can differ by and still be called the same by
// somebody who looks from one to the other.
const glance = 2 * time.Second

// Shows is the first question: what the phone shows beside the right time,
// which is this computer's plus the reference's offset.
func Shows(ref Reference) diag.Question {
	return diag.Question{
		ID: AskShows, Text: "What does the phone show?",
		Help: "Codes of an authenticator app follow the phone's clock. Open the clock app of the phone, where it shows seconds, and hold it beside this one. If it shows no seconds, watch for the moment at which its minute changes.",
		Show: "corrected-time", OffsetSeconds: ref.Offset.Seconds(), OffsetKnown: ref.Verified,
		Choices: []diag.Choice{
			{ID: showsSame, Text: "The same, to within a second or two"},
			{ID: showsEarlier, Text: "An earlier time"},
			{ID: showsLater, Text: "A later time"},
			{ID: showsHour, Text: "The same minutes and seconds, in another hour"},
			{ID: showsDay, Text: "A date that is wrong by more than a day"},
			{ID: diag.NoAnswer, Text: "I cannot tell", Unsure: true},
		},
	}
}

// ShowsBy is the second question, where the first answer needs one.
func ShowsBy(shows string) (diag.Question, bool) {
	q := diag.Question{ID: AskBy, Text: "By how much is it earlier?"}
	switch shows {
	case showsEarlier:
	case showsLater:
		q.Text = "By how much is it later?"
	default:
		return q, false
	}
	for _, b := range by {
		q.Choices = append(q.Choices, diag.Choice{ID: b.id, Text: b.text})
	}
	return q, true
}

// Seen is the result of a comparison by eye.
func Seen(shows, amount string, ref Reference, now Moment) *Result {
	r := newResult(ByEye, ref, now)
	r.Answered = true
	low, high := time.Duration(0), time.Duration(0)
	for _, b := range by {
		if b.id == amount {
			low, high = b.least, b.most
		}
	}
	switch {
	case shows == showsSame:
		r.judge(0, glance+ref.unsure(now))
	case shows == showsHour:
		r.unknown("the phone shows another hour: either it is set to another time zone, which does no harm, or somebody has moved its clock, which spoils every code")
		r.Advice = append(append(r.Advice,
			"One hour is mostly summer time that was set by hand; several are another time zone, as after a journey. Wrong by a quarter, a half or whole hours, codes are refused if the hour was moved, and right if only the zone differs."),
			advice(ZoneWrong)...)
	case shows == showsDay && ref.Verified:
		r.Clock.Outcome, r.Clock.Status = DateWrong, diag.Fail
		r.Clock.Summary = "wrong by more than a day: its codes are refused"
		r.Clock.Breaks = diag.ClockBreaks(24*time.Hour+time.Second, 0)
		r.Advice, r.ExitStatus = append(r.Advice, advice(DateWrong)...), exitStatus(diag.Fail)
	case shows == showsDay:
		r.unknown("the phone and this computer show different dates, and nobody can say which of them is right (" + ref.Reason + ")")
	case high > 0:
		r.seenApart(shows, low, high, ref.unsure(now))
	default:
		r.Answered = false
		r.unknown("it could not be told by eye")
	}
	return r
}

// seenApart judges a range. The middle of a wide one is no measurement: it is
// not held against zones, and not told as if somebody had read it.
func (r *Result) seenApart(shows string, low, high, unsure time.Duration) {
	offset, way := (low+high)/2, "slow"
	if shows == showsLater {
		offset, way = -offset, "fast"
	}
	r.judge(offset, (high-low)/2+unsure)
	c := &r.Clock
	if c.Outcome == ZoneWrong {
		c.Outcome, r.Advice = Skewed, advice(Skewed)
	}
	told := way + " by " + diag.Span(low) + " to " + diag.Span(high)
	switch c.Status {
	case diag.Warn:
		c.Summary = told + ": codes may be refused"
	case diag.Fail:
		c.Summary = told + ": " + fate(low)
	}
}
