package engine_test

import (
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
)

// A message that was recognised without a doubt is evidence like any other,
// and is shown with its weight; any other message weighs nothing.
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
