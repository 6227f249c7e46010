package diag

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// The limits of the verdict on a clock, of how far it is off. They hold for
// this computer's clock and for a phone's.
const (
	ClockAccurate = 2 * time.Second  // up to here nothing notices
	ClockDrifting = 30 * time.Second // up to here nothing breaks: one step of an authenticator code

	// A clock that was set by hand to another zone's time is off by a zone's
	// difference, which is a multiple of a quarter of an hour.
	zoneLeast = 30 * time.Minute
	zoneMost  = 14 * time.Hour
	zoneStep  = 15 * time.Minute
	zoneSlack = 30 * time.Second
)

// PhoneClock lists what a phone's clock can be found to be: what this
// computer's can, and "date_wrong".
var PhoneClock = []string{"accurate", "drifting", "skewed", "zone_wrong", "date_wrong"}

// A ClockLimit is something that a clock breaks that is further off.
type ClockLimit struct {
	Over time.Duration
	What string
}

// ClockLimits lists what a wrong clock breaks, and from where on.
var ClockLimits = []ClockLimit{
	{30 * time.Second, "authenticator codes"},
	{300 * time.Second, "Kerberos"},
	{900 * time.Second, "AWS signatures"},
	{24 * time.Hour, "TLS"},
}

// JudgeClock is the outcome, in the words of the kind "clock", of an offset
// that is known to within uncertainty; NoAnswer when it is not known well
// enough. Within its uncertainty of a limit the milder outcome holds; within
// its uncertainty of both nothing can be said. So the least that the clock may
// be off decides, unless the most that it may be off lies on the other side of
// everything.
func JudgeClock(offset, uncertainty time.Duration) string {
	least, most := offset.Abs()-uncertainty, offset.Abs()+uncertainty
	switch {
	case least <= ClockAccurate && most >= ClockDrifting:
		return NoAnswer
	case least <= ClockAccurate:
		return "accurate"
	case least <= ClockDrifting:
		return "drifting"
	case WrongZone(offset):
		return "zone_wrong"
	}
	return "skewed"
}

// WrongZone reports whether a clock is off as one that was set by hand for
// another zone: between 30 minutes and 14 hours, and within 30 s of a multiple
// of 15 minutes.
func WrongZone(offset time.Duration) bool {
	off := offset.Abs()
	rest := off % zoneStep
	return off >= zoneLeast && off <= zoneMost && (rest <= zoneSlack || zoneStep-rest <= zoneSlack)
}

// ClockBreaks lists, as strings, what a clock spoils for certain.
func ClockBreaks(offset, uncertainty time.Duration) []any {
	list := []any{}
	for _, b := range ClockLimits {
		if offset.Abs()-uncertainty > b.Over {
			list = append(list, b.What)
		}
	}
	return list
}

// Drift is an offset, of the right time minus a clock's, in words: "47 s slow".
func Drift(offset time.Duration) string {
	if offset > 0 {
		return Span(offset) + " slow"
	}
	return Span(offset.Abs()) + " fast"
}

// Span is a length of time in the unit that suits it.
func Span(d time.Duration) string {
	switch {
	case d.Round(time.Millisecond) < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Round(time.Millisecond).Milliseconds()))
	case d.Round(100*time.Millisecond) < 10*time.Second:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Round(100*time.Millisecond).Seconds()), ".0") + " s"
	case d.Round(time.Second) < 2*time.Minute:
		return fmt.Sprintf("%d s", int(math.Round(d.Seconds())))
	case d.Round(time.Minute) < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(math.Round(d.Minutes())))
	case d.Round(time.Minute) < 48*time.Hour:
		return hours(int(math.Round(d.Minutes())))
	case d < 2*365*24*time.Hour:
		return fmt.Sprintf("%d days", int(math.Round(d.Hours()/24)))
	}
	return fmt.Sprintf("%d years", int(math.Round(d.Hours()/24/365.25)))
}

func hours(minutes int) string {
	if minutes%60 == 0 {
		return fmt.Sprintf("%d hours", minutes/60)
	}
	return fmt.Sprintf("%d hours %d minutes", minutes/60, minutes%60)
}
