package probe

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// The limits of the verdict, of how far the clock is off.
const (
	clockAccurate = 2 * time.Second  // up to here nothing notices
	clockDrifting = 30 * time.Second // up to here nothing breaks: one step of an authenticator code

	// A clock that was set by hand to another zone's time is off by a zone's
	// difference, which is a multiple of a quarter of an hour.
	zoneLeast = 30 * time.Minute
	zoneMost  = 14 * time.Hour
	zoneStep  = 15 * time.Minute
	zoneSlack = 30 * time.Second
)

// clockBreaks lists what a wrong clock breaks, and from where on.
var clockBreaks = []struct {
	over time.Duration
	what string
}{
	{30 * time.Second, "authenticator codes"},
	{300 * time.Second, "Kerberos"},
	{900 * time.Second, "AWS signatures"},
	{24 * time.Hour, "TLS"},
}

// judgeClock is the outcome of an offset that is known to within uncertainty.
// Within its uncertainty of a limit the milder outcome holds; within its
// uncertainty of both nothing can be said. So the least that the clock may be
// off decides, unless the most that it may be off lies on the other side of
// everything.
func judgeClock(offset, uncertainty time.Duration) string {
	least, most := offset.Abs()-uncertainty, offset.Abs()+uncertainty
	switch {
	case least <= clockAccurate && most >= clockDrifting:
		return diag.NoAnswer
	case least <= clockAccurate:
		return "accurate"
	case least <= clockDrifting:
		return "drifting"
	case wrongZone(offset.Abs()):
		return "zone_wrong"
	}
	return "skewed"
}

// wrongZone: between 30 minutes and 14 hours, and within 30 s of a multiple of
// 15 minutes.
func wrongZone(off time.Duration) bool {
	rest := off % zoneStep
	return off >= zoneLeast && off <= zoneMost && (rest <= zoneSlack || zoneStep-rest <= zoneSlack)
}

// breaks lists what the clock spoils for certain.
func breaks(offset, uncertainty time.Duration) []any {
	list := []any{}
	for _, b := range clockBreaks {
		if offset.Abs()-uncertainty > b.over {
			list = append(list, b.what)
		}
	}
	return list
}

// clockSummary is the line for people.
func clockSummary(outcome, source string, said agreement, asked int) string {
	off, about := drift(said.offset), span(said.uncertainty)
	worst := said.offset.Abs() + said.uncertainty
	switch outcome {
	case "accurate":
		if worst <= clockAccurate {
			return fmt.Sprintf("right to within %s (%s)", ceiling(worst), witnesses(source, said, asked))
		}
		return fmt.Sprintf("right as far as this can tell: %s, give or take %s (%s)", off, about, witnesses(source, said, asked))
	case "drifting":
		if worst <= clockDrifting {
			return fmt.Sprintf("%s: nothing breaks yet (%s)", off, witnesses(source, said, asked))
		}
		return fmt.Sprintf("%s, give or take %s: authenticator codes may be refused (%s)", off, about, witnesses(source, said, asked))
	case "zone_wrong":
		off += ", as if set by hand for another time zone"
	}
	return off + ": spoils " + joinAnd(breaks(said.offset, said.uncertainty))
}

// witnesses says who agrees.
func witnesses(source string, said agreement, asked int) string {
	noun, after := sourceNoun(source), ""
	if source != "ntp" {
		after = "; no time server told the time"
	}
	switch {
	case said.usable > said.agreeing:
		return fmt.Sprintf("%d of %d %s agree%s", said.agreeing, said.usable, plural(noun), after)
	case said.agreeing > 1:
		return fmt.Sprintf("%d %s agree%s", said.agreeing, plural(noun), after)
	case asked > 1:
		return fmt.Sprintf("only 1 of %d %s told the time%s", asked, plural(noun), after)
	}
	return fmt.Sprintf("1 %s asked%s", noun, after)
}

// drift is an offset in words: a server that is ahead means that this
// computer is slow.
func drift(offset time.Duration) string {
	if offset > 0 {
		return span(offset) + " slow"
	}
	return span(offset.Abs()) + " fast"
}

// span is a length of time in the unit that suits it.
func span(d time.Duration) string {
	switch {
	case d.Round(time.Millisecond) < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Round(time.Millisecond).Milliseconds()))
	case d.Round(100*time.Millisecond) < 10*time.Second:
		return decimal(d.Round(100*time.Millisecond).Seconds()) + " s"
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

// ceiling is a bound of at most a few seconds, rounded up.
func ceiling(d time.Duration) string {
	if ms := (d + time.Millisecond - 1) / time.Millisecond; ms < 1000 {
		return fmt.Sprintf("%d ms", ms)
	}
	tenth := 100 * time.Millisecond
	return decimal(((d + tenth - 1) / tenth * tenth).Seconds()) + " s"
}

// decimal writes one place, and none for a whole number.
func decimal(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }

// joinAnd makes "a, b and c".
func joinAnd(list []any) string {
	words := make([]string, len(list))
	for i, item := range list {
		words[i] = fmt.Sprint(item)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// milliseconds to the microsecond, for facts.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/1e3) / 1e3
}
