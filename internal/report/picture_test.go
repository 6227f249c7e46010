package report_test

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

// The pictures, by their titles or what they begin with.
const (
	ofCauses   = "How likely each cause is"
	ofEvidence = "What speaks for the most likely cause, and what against it"
	ofPhases   = "How long each connection took, and for what"
	ofWalk     = "The way through the steps"
	ofClock    = "Clock: how far it is off, and what that spoils"
)

// figure is a picture as it stands in a page.
type figure struct {
	title string
	words []string // of its drawing for wide windows
	rows  []string // of its table
}

var (
	figureAt = regexp.MustCompile(`(?s)<figure>\n<h3>(.*?)</h3>(.*?)</figure>`)
	wideAt   = regexp.MustCompile(`(?s)<svg class="wide".*?</svg>`)
	textAt   = regexp.MustCompile(`<text[^>]*>(.*?)</text>`)
	rowAt    = regexp.MustCompile(`<tr>(.*?)</tr>`)
	tagAt    = regexp.MustCompile(`<[^>]*>`)
)

func figures(t *testing.T, r *diag.Report) map[string]figure {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	out := map[string]figure{}
	for _, m := range figureAt.FindAllStringSubmatch(b.String(), -1) {
		f := figure{title: html.UnescapeString(m[1])}
		for _, text := range textAt.FindAllStringSubmatch(wideAt.FindString(m[2]), -1) {
			f.words = append(f.words, html.UnescapeString(text[1]))
		}
		for _, row := range rowAt.FindAllStringSubmatch(m[2], -1) {
			cells := strings.NewReplacer("</th><", "</th> | <", "</td><", "</td> | <").Replace(row[1])
			f.rows = append(f.rows, html.UnescapeString(tagAt.ReplaceAllString(cells, "")))
		}
		out[f.title] = f
	}
	return out
}

func (f figure) says(word string) bool {
	return strings.Contains(strings.Join(f.words, " ")+" ", word+" ")
}

// Where a broken way outranks belief, nothing is drawn that says what is likely.
func TestNoPictureOfCausesUnderABrokenWay(t *testing.T) {
	got := figures(t, inputs(t)["dns"])
	for _, title := range []string{ofCauses, ofEvidence, ofWalk} {
		if _, ok := got[title]; ok {
			t.Errorf("there is a picture: %s", title)
		}
	}
	if _, ok := figures(t, inputs(t)["fixed"])[ofCauses]; !ok {
		t.Error("and none where a ranking may be shown")
	}
}

func TestThePictureOfCauses(t *testing.T) {
	r := &diag.Report{Opinion: &diag.Opinion{Leader: diag.Ranked{ID: "c9"}}, Verdict: diag.Verdict{Status: diag.Problem}}
	for i := range 12 { // the least likely first: a picture has its own order
		r.Causes = append(r.Causes, diag.Cause{ID: fmt.Sprintf("c%d", i), Prior: 1. / 12, Probability: float64(i) / 66})
	}
	got := figures(t, r)[ofCauses]
	if !got.says("C11 17 in 100 was 8 in 100") || !got.says("4 others together 9 in 100 was 33 in 100") || got.says("C2") {
		t.Errorf("drawn: %q", got.words)
	}
	if len(got.rows) != 13 || got.rows[1] != "C11 | 8 in 100 | 17 in 100" || got.rows[12] != "C0 | 8 in 100 | 0 in 100" {
		t.Errorf("in numbers: %q", got.rows)
	}
	for i := range r.Causes { // as in a report that does not say
		r.Causes[i].Prior = 0
	}
	got = figures(t, r)[ofCauses]
	if got.says("was") || got.rows[1] != "C11 | 17 in 100" {
		t.Errorf("before is not known: %q %q", got.words, got.rows)
	}
}

func TestThePictureOfTheEvidence(t *testing.T) {
	long := strings.Repeat("a long observation that goes on and ", 5) + "ends"
	op := &diag.Opinion{
		Leader: diag.Ranked{ID: "a", Title: "one", Probability: .9}, RunnerUp: diag.Ranked{ID: "b", Title: "another", Probability: .09},
		PriorDB: -2, PosteriorDB: 12,
		Weights: []diag.Weight{{Text: long, Decibans: 13}, {Text: "against it", Decibans: -1}, {Text: "nothing", Decibans: .01}, {Text: "nothing either"}, {Text: "and a bit", Decibans: 1.99}},
	}
	want := []string{
		"Observation | Speaks | Decibans | Sum so far", "Before any evidence | against, slight | -2.0 dB | -2.0 dB",
		"A" + long[1:] + " | for, strong | +13.0 dB | +11.0 dB", "Against it | against, slight | -1.0 dB | +10.0 dB",
		"Nothing | neither | +0.0 dB | +10.0 dB", "Nothing either | neither | +0.0 dB | +10.0 dB",
		"And a bit | for, slight | +2.0 dB | +12.0 dB", "After all evidence | for, strong | +12.0 dB | +12.0 dB",
	}
	got := figures(t, &diag.Report{Opinion: op})[ofEvidence]
	if diff := cmp.Diff(want, got.rows); diff != "" {
		t.Errorf("in numbers: %s", diff)
	}
	for _, word := range []string{"+13.0 for", "-1.0 against", "-2.0 against", "+12.0 for", "← for: another", "for: one →"} {
		if !got.says(word) {
			t.Errorf("the drawing does not say %q: %q", word, got.words)
		}
	}
	if got.says("Nothing") || got.says(long) || !strings.Contains(strings.Join(got.words, " "), "…") {
		t.Errorf("drawn: %q", got.words)
	}
	op.Weights = append(op.Weights, diag.Weight{From: "symptom:x", Outcome: "no", Text: "not seen: this", Decibans: 2}, diag.Weight{From: "symptom:y", Outcome: "no", Text: "not seen: that", Decibans: 1.5})
	op.PosteriorDB = 15.5
	got = figures(t, &diag.Report{Opinion: op})[ofEvidence]
	if got.says("Not seen: this") || !got.says("What was not ticked") || !got.says("+3.5 for") || !strings.Contains(strings.Join(got.rows, " "), "Not seen: that") {
		t.Errorf("what was not ticked is drawn: %q, in numbers %q", got.words, got.rows)
	}
	op.PosteriorDB = 20 // it does not add up: something is ruled out
	if _, ok := figures(t, &diag.Report{Opinion: op})[ofEvidence]; ok {
		t.Error("parts are drawn that do not add up")
	}
}

// A clock is drawn only when its offset and how unsure that is were measured.
func TestThePictureOfAClock(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status diag.Status
		facts  map[string]any
		want   []string // of its table; nil for no picture
	}{
		{"accurate", diag.Pass, map[string]any{"offset_ms": 12.4, "uncertainty_ms": 27.1},
			[]string{"Limit | Measured: 12 ms slow, give or take 27 ms", "Right: up to 2 s | within", "Authenticator codes: up to 30 s | within", "Kerberos: up to 5 minutes | within", "AWS signatures: up to 15 minutes | within"}},
		{"between", diag.Fail, map[string]any{"offset_ms": -301000.0, "uncertainty_ms": 2000.0},
			[]string{"Limit | Measured: 5 minutes fast, give or take 2 s", "Right: up to 2 s | beyond", "Authenticator codes: up to 30 s | beyond", "Kerberos: up to 5 minutes | cannot tell", "AWS signatures: up to 15 minutes | within"}},
		{"days off", diag.Fail, map[string]any{"offset_ms": 4 * 86400e3, "uncertainty_ms": 1.0},
			[]string{"Limit | Measured: 4 days slow, give or take 1 ms", "Right: up to 2 s | beyond", "Authenticator codes: up to 30 s | beyond", "Kerberos: up to 5 minutes | beyond", "AWS signatures: up to 15 minutes | beyond", "TLS: up to 24 hours | beyond"}},
		{"too unsure to judge, but measured", diag.Unknown, map[string]any{"offset_ms": 0.0, "uncertainty_ms": 40000.0},
			[]string{"Limit | Measured: 1 ms fast, give or take 40 s", "Right: up to 2 s | cannot tell", "Authenticator codes: up to 30 s | cannot tell", "Kerberos: up to 5 minutes | within", "AWS signatures: up to 15 minutes | within"}},
		{"not measured", diag.Unknown, map[string]any{"asked": 3}, nil},
		{"how unsure is not known", diag.Pass, map[string]any{"offset_ms": 12.4}, nil},
		{"hidden", diag.Blocked, map[string]any{"offset_ms": 12.4, "uncertainty_ms": 27.1}, nil},
		{"no number", diag.Fail, map[string]any{"offset_ms": "12", "uncertainty_ms": 27.1}, nil},
		{"no clock is off so far", diag.Fail, map[string]any{"offset_ms": 1e300, "uncertainty_ms": 27.1}, nil},
	} {
		r := &diag.Report{Checks: []diag.Check{{ID: "clock", Title: "Clock", Probe: "clock", Status: tt.status, Facts: tt.facts}}}
		if diff := cmp.Diff(tt.want, figures(t, r)[ofClock].rows); diff != "" {
			t.Errorf("%s (-want +got): %s", tt.name, diff)
		}
	}
}

// Phases are drawn where they were timed, and no others.
func TestThePictureOfPhases(t *testing.T) {
	web := map[string]any{"dns_ms": 9.2, "connect_ms": 21.4, "tls_ms": 0.0, "first_byte_ms": 118.3, "total_ms": 150.0}
	for _, tt := range []struct {
		name  string
		check diag.Check
		want  string // its row; empty for no picture
	}{
		{"a request", diag.Check{Title: "Page", Probe: "http", Status: diag.Pass, Facts: web}, "Page | 1 lookup 9.2 ms · 2 connect 21 ms · 4 wait 118 ms · rest 1.1 ms | 150 ms"},
		{"a request with its answer, as the check gives it", diag.Check{Title: "Page", Probe: "http", Status: diag.Pass, Facts: map[string]any{"phases": map[string]any{"dns_ms": 9.2, "connect_ms": 21.4, "first_byte_ms": 118.3, "transfer_ms": 12.0, "total_ms": 160.9}}},
			"Page | 1 lookup 9.2 ms · 2 connect 21 ms · 4 wait 118 ms · 5 receive 12 ms | 161 ms"},
		{"TLS with its parts", diag.Check{Title: "Encryption", Probe: "tls", Status: diag.Pass, ElapsedMS: 96, Facts: map[string]any{"version": "TLS 1.3", "phases": map[string]any{"dns_ms": 5.0, "connect_ms": 20.0, "tls_ms": 60.0, "total_ms": 85.0}}},
			"Encryption | 1 lookup 5.0 ms · 2 connect 20 ms · 3 encrypt 60 ms | 85 ms"},
		{"a refused one", diag.Check{Title: "Page", Probe: "http", Status: diag.Fail, Facts: map[string]any{"dns_ms": 3.0, "connect_ms": 2.0, "total_ms": 5.1}}, "Page | 1 lookup 3.0 ms · 2 connect 2.0 ms | 5.0 ms"},
		{"a lookup", diag.Check{Title: "Name", Probe: "dns", Status: diag.Pass, Facts: map[string]any{"elapsed_ms": int64(17)}}, "Name | 1 lookup 17 ms | 17 ms"},
		{"TLS", diag.Check{Title: "Encryption", Probe: "tls", Status: diag.Pass, ElapsedMS: 96, Facts: map[string]any{"version": "TLS 1.3"}}, "Encryption | connect and encrypt together 96 ms | 96 ms"},
		{"TLS without a connection", diag.Check{Title: "Encryption", Probe: "tls", Status: diag.Unknown, ElapsedMS: 96}, ""},
		{"hidden", diag.Check{Title: "Page", Probe: "http", Status: diag.Blocked, Facts: web}, ""},
		{"only the whole", diag.Check{Title: "Page", Probe: "http", Status: diag.Pass, Facts: map[string]any{"total_ms": 150.0}}, ""},
		{"no time takes that long", diag.Check{Title: "Page", Probe: "http", Status: diag.Pass, Facts: map[string]any{"dns_ms": 1e300, "total_ms": 1e300}}, ""},
	} {
		tt.check.ID = "check"
		want := []string{"Check | Parts | In all", tt.want}
		if tt.want == "" {
			want = nil
		}
		got := figures(t, &diag.Report{Checks: []diag.Check{tt.check}})[ofPhases]
		if diff := cmp.Diff(want, got.rows); diff != "" {
			t.Errorf("%s (-want +got): %s", tt.name, diff)
		}
	}
}

func TestThePictureOfTheWay(t *testing.T) {
	at := time.Date(2026, 3, 18, 23, 59, 0, 0, time.FixedZone("", -3*3600-1800))
	r := &diag.Report{
		Opinion: &diag.Opinion{}, Verdict: diag.Verdict{Next: diag.Next{Step: "roles"}}, Checkpoints: []string{"in", "use"},
		Steps: []diag.StepResult{
			{ID: "password", Stage: diag.StageCredentials, Title: "Make sure", State: diag.StepSatisfied},
			{ID: "session", Stage: diag.StageSession, Title: "Fresh", State: diag.StepDone, Outcome: diag.DidUnchanged, OutcomeText: "still fails"},
			{ID: "roles", Stage: diag.StageRoles, Title: "Look", State: diag.StepCurrent, Highlight: true, PFix: .5, Minutes: 3},
			{ID: "proof", Stage: diag.StageRetest, Title: "Prove", State: diag.StepDone, Checkpoints: map[string]string{"in": "passes", "use": "fails"}},
		},
		Timeline: []diag.Moment{{At: at, From: "step:session"}, {At: at.Add(time.Hour), From: "step:session"}, {At: at.Add(time.Hour), From: "step:proof"}},
	}
	want := []string{
		"Step | Stage | What came of it | When", "Make sure | password | not needed | –", "Fresh | session | still fails | 19 March, 00:59:00, tried 2 times",
		"Look | permissions | next, most likely to help (50 in 100), about 3 minutes | –", "Prove | proof | fails: 1, works: 1 | 19 March, 00:59:00",
	}
	got := figures(t, r)[ofWalk]
	if diff := cmp.Diff(want, got.rows); diff != "" {
		t.Errorf("in numbers: %s", diff)
	}
	if !got.says("Step 3 of 4, permissions · next, most likely to help (50 in 100), about 3 minutes") {
		t.Errorf("drawn: %q", got.words)
	}
	var b bytes.Buffer
	if err := report.HTML(&b, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "Times are in UTC−03:30.") {
		t.Error("the zone of the times is not said")
	}
}
