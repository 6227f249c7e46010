package probe

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// The limits and the words are the vocabulary's: they hold for every clock.
const (
	clockAccurate = diag.ClockAccurate
	clockDrifting = diag.ClockDrifting
)

func judgeClock(offset, uncertainty time.Duration) string {
	return diag.JudgeClock(offset, uncertainty)
}

func breaks(offset, uncertainty time.Duration) []any { return diag.ClockBreaks(offset, uncertainty) }

func drift(offset time.Duration) string { return diag.Drift(offset) }

func span(d time.Duration) string { return diag.Span(d) }

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
