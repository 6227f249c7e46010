package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

// What somebody vouched for is never told as measured.
func TestWhatWasGivenIsNotMeasured(t *testing.T) {
	check := func(title, summary string) diag.Check {
		return diag.Check{ID: title, Title: title, Status: diag.Pass, Summary: summary}
	}
	r := &diag.Report{
		Verdict: diag.Verdict{Status: diag.Healthy, Summary: "All is well."},
		Checks:  []diag.Check{check("Clock", "right"+diag.GivenMark), check("Network", "open"), check("Lookup", "has an address"+diag.GivenMark)},
	}
	for _, format := range []string{"text", "html", "markdown"} {
		var b bytes.Buffer
		var err error
		if format == "text" {
			err = report.Text(&b, r, report.Options{})
		} else {
			err = report.Write(&b, format, r, report.Options{})
		}
		want := "1 check passed: network; 2 checks taken as given, not measured: clock, lookup"
		if got := strings.Join(strings.Fields(b.String()), " "); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %v, %s", format, err, got)
		}
	}
}
