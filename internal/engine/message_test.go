package engine_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
)

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
