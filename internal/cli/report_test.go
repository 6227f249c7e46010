package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/playbooks"
)

// A report that was saved is written again in every format as the session
// itself is, names hidden, with the same exit status.
func TestASavedReportIsWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, "checks: "+allWell+"\nanswers: {where-fails: here}\nsteps: {refresh-session: unchanged}\n"), "--quiet")
	saved := filepath.Join(dir, "saved.json")
	if got := run(t, home(dir), "report", "--format", "json", "--output", saved); got.code != 1 || got.stderr != "" {
		t.Fatalf("%+v", got)
	}
	for _, format := range []string{"text", "json", "junit", "html", "markdown"} {
		want := run(t, home(dir), "report", "--format", format)
		got := run(t, nil, "report", saved, "--format", format)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" || got.code != 1 {
			t.Errorf("%s, status %d: %s", format, got.code, diff)
		}
	}
	packet := filepath.Join(dir, "packet.zip")
	if got := run(t, nil, "report", saved, "--bundle", packet); got.code != 0 {
		t.Errorf("no bundle of it: %+v", got)
	}
}

func TestSavedReportsHideNames(t *testing.T) {
	text := `{"schema":"authdoctor.report/1","verdict":{"status":"problem","summary":"ann@example.org is refused, password: hunter2planted"}}`
	got := run(t, nil, "report", write(t, "saved.json", text))
	if got.code != 1 || strings.Contains(got.stdout, "ann@") || strings.Contains(got.stdout, "hunter2") || !strings.Contains(got.stdout, "user-") {
		t.Errorf("%+v", got)
	}
	if got := run(t, nil, "report", "--names", write(t, "saved.json", text)); !strings.Contains(got.stdout, "ann@example.org") || strings.Contains(got.stdout, "hunter2") {
		t.Errorf("with names: %+v", got)
	}
}

// What is no report is the user's mistake, and its place is named.
func TestWhatCannotBeASavedReport(t *testing.T) {
	name := write(t, "saved.json", "{\n  \"schema\": 3\n}")
	for _, tt := range []struct{ arg, want string }{
		{name, name + ":2:13: schema: there is a number where a string must be"},
		{write(t, "other.json", `{"schema":"authdoctor.logs/1"}`), `schema: "authdoctor.logs/1", want "authdoctor.report/1"`},
		{filepath.Join(t.TempDir(), "none"), "no such file"},
		{"none.json", "none.json"},
		{t.TempDir(), "directory"},
	} {
		got := run(t, nil, "report", tt.arg, "--format", "html")
		if got.code != 2 || got.stdout != "" || !strings.Contains(got.stderr, tt.want) {
			t.Errorf("%s: %+v", tt.arg, got)
		}
	}
}

// Who wrote which moment of the timeline, so that a page can put times to steps.
func TestMomentsSayWhereTheyAreFrom(t *testing.T) {
	dir := t.TempDir()
	r := reportOf(t, run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, walked), "--format", "json", "--quiet"))
	steps, kinds := []string{}, map[string]bool{}
	for _, m := range r.Timeline {
		kind, id, _ := strings.Cut(m.From, ":")
		kinds[m.What+" "+kind] = true
		if kind == "step" {
			steps = append(steps, id)
		}
	}
	if diff := cmp.Diff(r.Walk, steps); diff != "" || len(steps) == 0 {
		t.Errorf("steps (-walk +timeline): %s", diff)
	}
	want := map[string]bool{"answered question": true, "given check": true, "told ": true, "tried step": true, "ended ": true}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(filepath.Join(dir, "sessions")); err != nil {
		t.Error(err)
	}
}

// A report that is handed over keeps the words behind every answer, although
// "answer:web-login=works" looks as if it named a login.
func TestTheWordsOfAnswersAreKept(t *testing.T) {
	names, err := redact.NewNames(strings.NewReader(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	looksLikeOne := 0
	for _, id := range []string{"alarmcom", "api-cloud", "clock", "identity-admin", "mail-client", "network-device", "store-app", "triage", "two-step", "web-login"} {
		data, err := playbooks.Files.ReadFile(id + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		book, err := playbook.Parse(id, data)
		if err != nil {
			t.Fatal(err)
		}
		r := &diag.Report{Titles: map[string]string{}}
		for _, q := range book.Questions {
			for _, c := range q.Choices {
				key := "answer:" + q.ID + "=" + c.ID
				r.Titles[key] = "words"
				if names.Text(key) != key {
					looksLikeOne++
				}
			}
		}
		var b bytes.Buffer
		if err := report.JSON(&b, report.Rename(r, names.Text), report.Options{}); err != nil {
			t.Fatal(err)
		}
		var back diag.Report
		if err := json.Unmarshal(b.Bytes(), &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r.Titles, back.Titles); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	if looksLikeOne == 0 {
		t.Error("no answer looks like a name: this test shows nothing")
	}
}
