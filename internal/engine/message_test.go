package engine_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
)

// A message that was recognised without a doubt is evidence like any other,
// and is shown with its weight; what is only possible weighs nothing.
func TestTheMessageIsEvidence(t *testing.T) {
	b := compile(t, small())
	match := func(class string, certain bool) []diag.MessageMatch {
		return []diag.MessageMatch{{System: "x", Code: "1", Cause: class, Title: "Known", Certain: certain}}
	}
	plain := engine.Report(b, opened("here", nil), diag.Verdict{}).Causes
	share := func(matches []diag.MessageMatch, id string) float64 {
		ev := opened("here", nil)
		ev.Matches = matches
		for _, c := range engine.Report(b, ev, diag.Verdict{}).Causes {
			if c.ID == id {
				return c.Probability
			}
		}
		return -1
	}
	before := share(nil, "role")
	if got := share(match("permission_denied", true), "role"); got < 3*before {
		t.Errorf("a message of its class moves role from %v to %v", before, got)
	}
	if was, got := share(nil, "password"), share(match("wrong_credentials", true), "password"); got <= was {
		t.Errorf("a message of the first class moves password from %v to %v", was, got)
	}
	for name, m := range map[string][]diag.MessageMatch{
		"in doubt":                          match("permission_denied", false),
		"of a class that no cause here has": match("mfa_failed", true),
		"of nothing":                        {},
	} {
		t.Run(name, func(t *testing.T) {
			if got := share(m, "role"); got != before {
				t.Errorf("it moves role from %v to %v", before, got)
			}
		})
	}
	ev := opened("here", nil)
	ev.Matches = match("permission_denied", true)
	for _, w := range engine.Opinion(b, ev).Weights {
		if w.From == "message" && w.Text == "The message: Known" && w.Decibans != 0 {
			return
		}
	}
	t.Errorf("the message is not among the reasons; it led %s before", plain[0].ID)
}

// posterior of the causes of the small playbook after a message.
func afterMessage(t *testing.T, m diag.MessageMatch) map[string]float64 {
	t.Helper()
	b := compile(t, small())
	ev := opened("elsewhere", nil)
	ev.Paste("what it said", []diag.MessageMatch{m})
	out := map[string]float64{}
	for _, c := range engine.Report(b, ev, engine.Judge(b, ev, true)).Causes {
		out[c.ID] = c.Probability
	}
	return out
}

// A message that leaves several classes open speaks for each of them, for the
// one that it is taken for most, and for each less than one without a doubt.
func TestAMessageThatLeavesClassesOpen(t *testing.T) {
	classes := map[string]string{}
	for _, c := range small().Causes {
		if c.Class != "" {
			classes[c.ID] = c.Class
		}
	}
	const first, second = "password", "outage"
	if classes[first] == "" || classes[second] == "" || classes[first] == classes[second] {
		t.Fatalf("the small playbook has other classes now: %v", classes)
	}
	nothing := afterMessage(t, diag.MessageMatch{Cause: classes[first]})
	certain := afterMessage(t, diag.MessageMatch{Cause: classes[first], Certain: true})
	open := afterMessage(t, diag.MessageMatch{Cause: classes[first], Or: []string{classes[second]}})
	if !(nothing[first] < open[first] && open[first] < certain[first]) {
		t.Errorf("%s: %.3f without, %.3f open, %.3f certain", first, nothing[first], open[first], certain[first])
	}
	// What the message takes for certain lowers the others; what it leaves open
	// rises against what it does not name.
	const third = "role"
	odds := func(p map[string]float64, a, b string) float64 { return p[a] / p[b] }
	if odds(open, second, third) <= odds(nothing, second, third) || math.Abs(odds(certain, second, third)-odds(nothing, second, third)) > 1e-9 {
		t.Errorf("%s to %s: %.2f without, %.2f open, %.2f certain", second, third, odds(nothing, second, third), odds(open, second, third), odds(certain, second, third))
	}
	if odds(open, first, third)/odds(nothing, first, third) <= odds(open, second, third)/odds(nothing, second, third) {
		t.Error("the class that it is taken for rises no more than the other")
	}
	// Beside a class that no cause has, it says less.
	foreign := afterMessage(t, diag.MessageMatch{Cause: "consent_required", Or: []string{classes[second]}})
	alone := afterMessage(t, diag.MessageMatch{Cause: classes[second], Certain: true})
	if !(odds(nothing, second, third) < odds(foreign, second, third) && odds(foreign, second, third) < odds(alone, second, third)) {
		t.Errorf("beside a class that no cause has: %v; alone: %v", foreign, alone)
	}
	if none := afterMessage(t, diag.MessageMatch{Cause: classes[first]}); !cmp.Equal(none, afterMessage(t, diag.MessageMatch{Cause: "consent_required"})) {
		t.Errorf("what is only possible weighs something: %v", none)
	}
}
