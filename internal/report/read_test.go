package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

// A saved report gives the same pages as the one that was saved.
func TestASavedReportIsReadBack(t *testing.T) {
	for name := range inputs(t) {
		data, err := os.ReadFile(filepath.Join(goldenDir, name+".out.json"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := report.Read(name, data)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		var again bytes.Buffer
		if err := report.JSON(&again, r, report.Options{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(data), again.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What is no report is refused, with the place.
func TestWhatIsNoReport(t *testing.T) {
	good := func(change string) string {
		return `{"schema":"authdoctor.report/1",` + change + `"exit_status":0}`
	}
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "r.json: it is empty"},
		{"a page", "<!doctype html>", "r.json:1:1: no JSON: invalid character '<' looking for beginning of value"},
		{"torn", "{\n \"schema\": \"authdo", "r.json:2:18: it ends too early, so that it is no JSON"},
		{"a comma too many", "{\n  \"schema\": \"authdoctor.report/1\",\n}", "r.json:3:1: no JSON: invalid character '}' looking for beginning of object key string"},
		{"a list", "[]", "r.json:1:1: the document: there is an array where an object must be"},
		{"no schema", "{}", `r.json: schema: "", want "authdoctor.report/1"`},
		{"another schema", `{"schema":"authdoctor.logs/1"}`, `r.json: schema: "authdoctor.logs/1", want "authdoctor.report/1"`},
		{"two of them", good("") + "\n{}", "r.json: there is more after the document"},
		{"a number for a word", good(`"symptoms":[3],`), "r.json:1:45: symptoms: there is a number where a string must be"},
		{"no time", good(`"started":"yesterday",`), `r.json: "yesterday" is no time`},
		{"no verdict", good(""), `r.json: verdict.status: "", want one of: cancelled, escalate, fixed, healthy, inconclusive, problem, waiting`},
		{"an unknown check", good(`"verdict":{"status":"fixed"},"checks":[{"status":"pass"},{"status":"fine"}],`), `r.json: unknown status "fine"`},
		{"an unknown step", good(`"verdict":{"status":"fixed"},"steps":[{"state":"gone"}],`), `r.json: steps[0].state: "gone", want one of: current, done, pending, satisfied, skipped`},
		{"more than certain", good(`"verdict":{"status":"fixed"},"causes":[{"probability":1.2}],`), "r.json: causes[0].probability: 1.2 is no probability"},
	} {
		r, err := report.Read("r.json", []byte(tt.text))
		if err == nil {
			t.Errorf("%s was taken: %+v", tt.name, r)
			continue
		}
		if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("%s (-want +got): %s", tt.name, diff)
		}
	}
}

func TestTheVerdictDecidesTheExitStatus(t *testing.T) {
	r, err := report.Read("r.json", []byte(`{"schema":"authdoctor.report/1","verdict":{"status":"escalate"},"exit_status":0,"of_later":true}`))
	if err != nil || r.ExitStatus != 1 || r.Verdict.Status != diag.Escalate {
		t.Errorf("%+v, %v", r, err)
	}
}

func FuzzRead(f *testing.F) {
	paths, _ := filepath.Glob(goldenDir + "/*.out.json")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := report.Read("r.json", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "r.json") {
				t.Errorf("no place: %v", err)
			}
			return
		}
		for _, format := range report.Formats("report") {
			if err := report.Write(&bytes.Buffer{}, format, r, report.Options{Details: true}); err != nil {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}
