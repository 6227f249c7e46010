package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

// planted are the secrets in the inputs.
var planted = []string{"hunter2", "abc123def456", "8f3b2c1d", "Zm9vYmFy", "SplxlOBeZQQYbYS6WxSbIA"}

// Whatever the format, the width and the case: no secret, no control
// character, and in text no line that is too long or ends in a space.
func TestEveryOutputIsClean(t *testing.T) {
	for name, r := range inputs(t) {
		for _, format := range report.Formats("diagnose") {
			for _, columns := range []int{40, 59, 60, 80, 132} {
				if format != "text" && columns != 80 {
					continue
				}
				var b bytes.Buffer
				if err := report.Write(&b, format, r, report.Options{Width: columns, Details: columns > 80}); err != nil {
					t.Fatal(err)
				}
				for _, secret := range planted {
					if strings.Contains(b.String(), secret) {
						t.Errorf("%s as %s holds %q", name, format, secret)
					}
				}
				for _, line := range strings.Split(b.String(), "\n") {
					if i := strings.IndexFunc(line, unicode.IsControl); i >= 0 {
						t.Errorf("%s as %s has a control character: %q", name, format, line)
					}
					if format != "text" {
						continue
					}
					if w := uniseg.StringWidth(line); w > columns {
						t.Errorf("%s at %d has a line of %d: %s", name, columns, w, line)
					}
					if strings.HasSuffix(line, " ") {
						t.Errorf("%s at %d has a space at the end: %q", name, columns, line)
					}
				}
			}
		}
	}
}

// Colour adds escape sequences and changes nothing else.
func TestColor(t *testing.T) {
	sequences := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for name, r := range inputs(t) {
		var with, without bytes.Buffer
		if err := report.Text(&with, r, report.Options{Color: true}); err != nil {
			t.Fatal(err)
		}
		if err := report.Text(&without, r, report.Options{}); err != nil {
			t.Fatal(err)
		}
		if with.String() == without.String() {
			t.Errorf("%s has no colour", name)
		}
		if diff := cmp.Diff(without.String(), sequences.ReplaceAllString(with.String(), "")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The facts that matter are in every format.
func TestSameFacts(t *testing.T) {
	for name, r := range inputs(t) {
		if name == "hostile" {
			continue // its words are escaped, in each format differently
		}
		for _, format := range report.Formats("report") {
			var b bytes.Buffer
			if err := report.Write(&b, format, r, report.Options{Width: 10000}); err != nil {
				t.Fatal(err)
			}
			text := strings.NewReplacer("&#39;", "'", "&amp;", "&", "&#34;", `"`, `\`, "").Replace(b.String())
			facts := []string{r.Verdict.Code, strings.TrimSuffix(r.Verdict.Summary, "."), r.Verdict.Why}
			for _, c := range r.Checks {
				if c.Status == diag.Fail || c.Status == diag.Warn {
					facts = append(facts, c.Code, c.Summary)
				}
			}
			for _, fact := range facts {
				if format == "junit" && fact == r.Verdict.Code { // only where it failed
					continue
				}
				if !strings.Contains(text, fact) {
					t.Errorf("%s as %s does not say %q", name, format, fact)
				}
			}
		}
	}
}

func TestNoStepsUnderAnEarlyFailure(t *testing.T) {
	r := inputs(t)["dns"]
	for _, format := range []string{"text", "markdown", "html"} {
		var b bytes.Buffer
		if err := report.Write(&b, format, r, report.Options{Details: true}); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Step 1", "Most likely", "in 100", "fresh session"} {
			if strings.Contains(b.String(), word) {
				t.Errorf("%s says %q", format, word)
			}
		}
	}
}

func TestJUnit(t *testing.T) {
	type suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure *struct {
				Type string `xml:"type,attr"`
			} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testsuite>testcase"`
	}
	for name, r := range inputs(t) {
		var b bytes.Buffer
		if err := report.JUnit(&b, r, report.Options{}); err != nil {
			t.Fatal(err)
		}
		var got suites
		if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		failures, skipped := 0, 0
		for _, c := range got.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		if len(got.Cases) != len(r.Checks)+1 || got.Tests != len(got.Cases) || got.Failures != failures || got.Skipped != skipped {
			t.Errorf("%s: the counts are wrong: %+v", name, got)
		}
		last := got.Cases[len(got.Cases)-1]
		if last.Name != "verdict" || (last.Failure != nil) != (r.ExitStatus == 1) {
			t.Errorf("%s: the last case is %+v with exit status %d", name, last, r.ExitStatus)
		}
		if failures > 0 && r.ExitStatus == 0 {
			t.Errorf("%s: failures in a report that is not one", name)
		}
	}
}

func TestHTMLRunsNothing(t *testing.T) {
	for name, r := range inputs(t) {
		var b bytes.Buffer
		if err := report.HTML(&b, r, report.Options{Details: true}); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "<link", "<a ", "onclick", "url(", "@import", "ZgotmplZ"} {
			if strings.Contains(b.String(), bad) {
				t.Errorf("%s holds %s", name, bad)
			}
		}
	}
}

func TestWriteLeavesTheReportAlone(t *testing.T) {
	for name, r := range inputs(t) {
		before := inputs(t)[name]
		for _, format := range report.Formats("check") {
			if err := report.Write(&bytes.Buffer{}, format, r, report.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(before, r); diff != "" {
			t.Errorf("%s was changed: %s", name, diff)
		}
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	r := &diag.Report{
		Causes: []diag.Cause{{ID: "x", Probability: math.NaN(), PriorDB: math.Inf(1)}},
		Checks: []diag.Check{{ID: "c", ElapsedMS: math.Inf(-1), Facts: map[string]any{
			"nan": math.NaN(), "nil": nil, "list": []any{1, nil, math.Inf(1), "x"}, "d": 3 * time.Second,
			"secret": diag.NewSecret("hunter2"), "err": errors.New("password=hunter2"), "strings": []string{"a\x1bb"},
		}}},
	}
	for _, format := range report.Formats("check") {
		var b bytes.Buffer
		if err := report.Write(&b, format, r, report.Options{}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if strings.Contains(b.String(), "hunter2") || strings.Contains(b.String(), "NaN") {
			t.Errorf("%s: %s", format, b.String())
		}
	}
}

type closedPipe struct{}

var errPipe = errors.New("pipe closed")

func (closedPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestClosedPipe(t *testing.T) {
	r := inputs(t)["dns"]
	for _, format := range report.Formats("diagnose") {
		if err := report.Write(closedPipe{}, format, r, report.Options{}); !errors.Is(err, errPipe) {
			t.Errorf("%s: %v", format, err)
		}
	}
	p := report.NewProgress(closedPipe{}, report.Options{})
	p.Done(r.Checks[0])
	if err := p.End(); !errors.Is(err, errPipe) {
		t.Errorf("progress: %v", err)
	}
}

func TestFormats(t *testing.T) {
	want := []string{"text", "json", "junit", "html", "markdown"}
	for _, command := range []string{"diagnose", "check", "report"} {
		if diff := cmp.Diff(want, report.Formats(command)); diff != "" {
			t.Errorf("%s: %s", command, diff)
		}
	}
	if got := report.Formats("explain"); got != nil {
		t.Errorf("explain: %v", got)
	}
	var usage *diag.UsageError
	for _, err := range []error{
		report.Write(&bytes.Buffer{}, "yaml", &diag.Report{}, report.Options{}),
		report.Finding(&bytes.Buffer{}, "junit", diag.Check{}, report.Options{}),
		report.Tests(&bytes.Buffer{}, "html", diag.TestRun{}, report.Options{}),
	} {
		if !errors.As(err, &usage) {
			t.Errorf("not a usage error: %v", err)
		}
	}
}

func TestOpinionWords(t *testing.T) {
	for _, test := range []struct {
		decibans float64
		word     string
	}{
		{.1, "slight"}, {2.99, "slight"}, {3, "some"}, {-4.9, "some"}, {5, "substantial"}, {9.9, "substantial"},
		{10, "strong"}, {-20, "strong"}, {20.1, "decisive"}, {300, "decisive"},
	} {
		op := &diag.Opinion{
			Leader:  diag.Ranked{ID: "a", Title: "one cause", Probability: .714},
			Weights: []diag.Weight{{Text: "what was seen", Decibans: test.decibans}},
		}
		var plain, details bytes.Buffer
		if err := report.Opinion(&plain, op, report.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := report.Opinion(&details, op, report.Options{Details: true}); err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`what was seen +`+test.word+"\n").MatchString(plain.String()) || strings.Contains(plain.String(), "dB") {
			t.Errorf("%v: %s", test.decibans, plain.String())
		}
		if !strings.Contains(details.String(), test.word+" "+map[bool]string{true: "+", false: "-"}[test.decibans > 0]) {
			t.Errorf("%v with details: %s", test.decibans, details.String())
		}
		if !strings.Contains(plain.String(), "71 in 100") {
			t.Errorf("no chance: %s", plain.String())
		}
	}
	var b bytes.Buffer
	if err := report.Opinion(&b, nil, report.Options{}); err != nil || b.Len() > 0 {
		t.Errorf("an opinion out of nothing: %q, %v", b.String(), err)
	}
}

func TestProgress(t *testing.T) {
	checks := inputs(t)["dns"].Checks
	for _, test := range []struct {
		name string
		live bool
	}{{"progress-plain", false}, {"progress-live", true}} {
		var b bytes.Buffer
		p := report.NewProgress(&b, report.Options{Live: test.live, Width: 60})
		p.Start("Checking this computer and the way to Alarm.com …", checks)
		for i, c := range checks {
			if i == 2 {
				p.Slow()
			}
			p.Done(c)
		}
		if err := p.End(); err != nil {
			t.Fatal(err)
		}
		golden(t, test.name, b.String())
	}
}

func TestFinding(t *testing.T) {
	for _, c := range inputs(t)["hostile"].Checks[:4] {
		for _, format := range []string{"text", "json"} {
			var b bytes.Buffer
			if err := report.Finding(&b, format, c, report.Options{}); err != nil {
				t.Fatal(err)
			}
			golden(t, "finding-"+c.ID+"."+format, b.String())
			if format == "json" {
				holds(t, schema(t, "check"), b.Bytes())
			}
		}
	}
	var b bytes.Buffer
	if err := report.Finding(&b, "text", inputs(t)["dns"].Checks[2], report.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "finding-dns.text", b.String())
}

func TestTests(t *testing.T) {
	run := diag.TestRun{Name: "playbook test", Cases: []diag.TestCase{
		{Group: "alarmcom", Name: "password was reset on another phone", Seconds: .012},
		{Group: "alarmcom", Name: "clock is wrong", Failure: "verdict: want problem, got healthy\nwalk: want [a], got []", Kind: "verdict", Seconds: .002},
		{Group: "mail & more", Name: "no <network>", Skipped: "password=hunter2 is \x1b[1mnot here"},
	}}
	for _, format := range []string{"text", "json", "junit"} {
		var b bytes.Buffer
		if err := report.Tests(&b, format, run, report.Options{}); err != nil {
			t.Fatal(err)
		}
		golden(t, "tests."+format, b.String())
		if format == "json" {
			holds(t, schema(t, "testrun"), b.Bytes())
		}
	}
}

func TestCheckLine(t *testing.T) {
	for _, test := range []struct {
		name  string
		check diag.Check
		want  string
	}{
		{"pass", diag.Check{Title: "Clock", Status: diag.Pass, Summary: "right to within 12 ms", Code: "clock.accurate"},
			" ✓ Clock         right to within 12 ms              clock.accurate\n"},
		{"blocked by one unseen", diag.Check{Title: "Encryption", Status: diag.Blocked, BlockedBy: "name-lookup", Code: "tls.blocked"},
			" – Encryption    waits for name lookup\n"},
		{"unknown", diag.Check{Title: "Clock", Status: diag.Unknown, Reason: "no answer", Summary: "could not be measured: no answer", Code: "clock.unknown"},
			" ? Clock         no answer                           clock.unknown\n"},
		{"elsewhere", diag.Check{Title: "Clock", Status: diag.Fail, Summary: "94 s fast", Scope: diag.ScopeComputer, Code: "clock.skewed"},
			" ✗ Clock         94 s fast (this computer only, not\n                 counted)                             clock.skewed\n"},
	} {
		var b bytes.Buffer
		if err := report.CheckLine(&b, test.check, report.Options{Width: 66}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, b.String()); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// What a message means is said as far as it is certain.
func TestWhatAMessageMeans(t *testing.T) {
	for want, matches := range map[string][]diag.MessageMatch{
		"It means      wrong name or password (entra X1)\n":                                {{System: "entra", Code: "X1", Cause: "wrong_credentials", Title: "wrong name or password", Certain: true}},
		"It means      refused without a reason (generic); it may mean other things too\n": {{System: "generic", Cause: "wrong_credentials", Title: "refused without a reason"}},
		"It means      wrong credentials (entra X1)\n":                                     {{System: "entra", Code: "X1", Cause: "wrong_credentials"}}, // of an older report
	} {
		var b bytes.Buffer
		r := &diag.Report{Message: diag.Message{Text: "no", Matches: matches}, Verdict: diag.Verdict{Status: diag.Inconclusive}}
		if err := report.Text(&b, r, report.Options{}); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%v, does not say %q:\n%s", err, want, b.String())
		}
	}
}
