package report_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

// While waiting may do, whoever can help comes after it, with what to tell them
// and why them; a text alone is for the person meanwhile.
func TestWhomToTurnToIfWaitingLasts(t *testing.T) {
	for _, c := range []struct {
		h          diag.HandOver
		says, none []string
	}{
		{diag.HandOver{To: "the help desk", Text: "Wait, and try again."}, []string{"Meanwhile     Wait, and try again.", "If it lasts   turn to the help desk"}, []string{"Why them", "Tell them"}},
		{
			diag.HandOver{To: "the help desk", Text: "They see why.", Ask: "Please look up why."},
			[]string{"If it lasts   turn to the help desk", "Why them      They see why.", `Tell them     "Please look up why."`}, []string{"Meanwhile"},
		},
	} {
		r := &diag.Report{Schema: diag.ReportSchema, Verdict: diag.Verdict{Status: diag.Waiting, Summary: "Wait."}, HandOver: &c.h}
		var b strings.Builder
		if err := report.Write(&b, "text", r, report.Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.says {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %q in\n%s", want, b.String())
			}
		}
		for _, label := range c.none {
			if strings.Contains(b.String(), label) {
				t.Errorf("%q in\n%s", label, b.String())
			}
		}
	}
}
