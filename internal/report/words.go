package report

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A look is how a status is shown. The glyph says it without colour, the word
// without glyph.
type look struct {
	Glyph string
	Ink   ink
	Word  string
}

func checkLooks() map[diag.Status]look {
	return map[diag.Status]look{
		diag.Pass:    {"✓", goodInk, "passed"},
		diag.Warn:    {"!", warnInk, "warning"},
		diag.Fail:    {"✗", badInk, "failed"},
		diag.Unknown: {"?", warnInk, "could not be measured"},
		diag.Blocked: {"–", faintInk, "waits"},
		diag.Skipped: {"·", faintInk, "skipped"},
	}
}

func verdictLooks() map[diag.VerdictStatus]look {
	return map[diag.VerdictStatus]look{
		diag.Healthy:      {"✓", goodInk, "Healthy"},
		diag.Fixed:        {"✓", goodInk, "Fixed"},
		diag.Problem:      {"✗", badInk, "Problem"},
		diag.Waiting:      {"!", warnInk, "Wait"},
		diag.Escalate:     {"✗", badInk, "Not fixed"},
		diag.Inconclusive: {"?", warnInk, "Not sure yet"},
		diag.Cancelled:    {"·", faintInk, "Stopped"},
	}
}

func stepLooks() map[diag.StepState]look {
	return map[diag.StepState]look{
		diag.StepDone:      {"·", plainInk, "done"},
		diag.StepSatisfied: {"✓", goodInk, "not needed"},
		diag.StepSkipped:   {"–", faintInk, "passed over"},
		diag.StepPending:   {" ", plainInk, "still to come"},
		diag.StepCurrent:   {"→", boldInk, "next"},
	}
}

func outcomeWords() map[string]string {
	return map[string]string{
		diag.DidFixed:        "it works now",
		diag.DidUnchanged:    "no change",
		diag.DidWorse:        "it got worse",
		diag.DidUnverifiable: "not tried, or cannot tell",
		diag.DidSatisfied:    "not needed",
	}
}

// checkpointWords are what can be reported of a checkpoint, in the order to tell.
var checkpointWords = []struct{ what, word string }{
	{diag.CheckpointFails, "Fails"},
	{diag.CheckpointPasses, "Works"},
	{diag.CheckpointPostponed, "Still open"},
	{diag.NotApplicable, "Not for you"},
}

func whereWords() map[diag.Where]string {
	return map[diag.Where]string{
		diag.WhereHere:        "on this computer, or everywhere",
		diag.WhereSameNetwork: "on another device, on this network",
		diag.WhereElsewhere:   "on mobile data, or in another place",
	}
}

// inHundred is a probability as people count.
func inHundred(p float64) string {
	switch n := math.Round(p * 100); {
	case n < 1 && p > 0:
		return "under 1 in 100"
	case n > 99 && p < 1:
		return "over 99 in 100"
	default:
		return fmt.Sprintf("%.0f in 100", n)
	}
}

func decibans(d float64) string { return fmt.Sprintf("%+.1f dB", d) }

func minutes(m float64) string {
	switch n := math.Round(m); {
	case m <= 0:
		return ""
	case n <= 1:
		return "about a minute"
	default:
		return fmt.Sprintf("about %.0f minutes", n)
	}
}

// elapsed is a time as a person reads it: to the hundredth of a second while
// it is short.
func elapsed(d time.Duration) string {
	switch {
	case d < 0:
		return elapsed(0)
	case d < 100*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	d = d.Round(time.Minute)
	if d < time.Hour {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// spaced turns an identifier into words.
func spaced(id string) string { return strings.NewReplacer("_", " ", "-", " ").Replace(id) }

// sentence ends a text with a full stop where it has no mark of its own.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if !strings.ContainsAny(s[len(s)-1:], `.!?:"`) {
		s += "."
	}
	return s
}

// lowerFirst makes a title fit inside a sentence, unless it begins with a name
// or with "I".
func lowerFirst(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if first == "" || first == "I" || strings.ContainsAny(first, ".'’") || strings.ToUpper(first[1:]) != first[1:] && strings.ToLower(first[1:]) != first[1:] {
		return s
	}
	if len(first) > 1 && strings.ToUpper(first) == first {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// upperFirst begins a sentence, or a title.
func upperFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// stampOf is an exact time with its zone.
func stampOf(at time.Time) string { return at.Format("2006-01-02 15:04:05 -07:00") }
