package report_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
)

func escalated() *diag.Report {
	at := time.Date(2026, 3, 18, 7, 10, 0, 0, time.FixedZone("EST", -5*3600))
	return &diag.Report{
		Session: "alarmcom-0318-k7q2", Tool: diag.Tool{Version: "1.2.3"}, Started: at.UTC(), Finished: at.Add(time.Hour).UTC(),
		Playbook: diag.PlaybookRef{ID: "alarmcom", Title: "Alarm.com sign-in"},
		Message:  diag.Message{Text: "login of ann@example.org from 203.0.113.9 failed, password: hunter2planted"},
		Verdict:  diag.Verdict{Status: diag.Escalate, Summary: "Not fixed; all steps tried.", Code: "http.ok"},
		HandOver: &diag.HandOver{To: "your alarm company", Text: "Please check the login history of ann@example.org.", Give: []string{"the time of each try"}},
		Timeline: []diag.Moment{{At: at, What: "told", Text: "It signs me in, then signs me out again"}, {At: at.Add(time.Minute), What: "tried", Text: "Give the app a fresh session – no change", Code: "unchanged"}},
	}
}

func bundle(t *testing.T, r *diag.Report) (raw []byte, files map[string]string) {
	t.Helper()
	var b bytes.Buffer
	if err := report.Bundle(&b, r); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(data)
	}
	return b.Bytes(), files
}

// The manifest lists every other file as it is, and all that was taken out.
func TestABundleIsWhatItsManifestSays(t *testing.T) {
	names, err := redact.NewNames(strings.NewReader(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	r := report.Rename(escalated(), names.Text)
	raw, files := bundle(t, r)
	var m report.Manifest
	if err := json.Unmarshal([]byte(files["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != len(files)-1 || m.Schema != report.BundleSchema || m.Session != "alarmcom-0318-k7q2" {
		t.Errorf("%+v", m)
	}
	for _, f := range m.Files {
		sum := sha256.Sum256([]byte(files[f.Name]))
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Bytes != len(files[f.Name]) || f.What == "" {
			t.Errorf("%+v is not what is there", f)
		}
	}
	found := map[string]bool{}
	for _, x := range m.Redactions {
		found[x.File+" "+x.Kind] = x.Count > 0
	}
	for _, want := range []string{"report.json password", "report.json user", "report.json address", "report.html user", "request.txt user"} {
		if !found[want] {
			t.Errorf("%s is not listed: %v", want, m.Redactions)
		}
	}
	for name, text := range files {
		for _, secret := range []string{"hunter2", "ann@example", "203.0.113.9"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s is in it", name, secret)
			}
		}
	}
	if again, _ := bundle(t, r); !bytes.Equal(raw, again) {
		t.Error("the same report made another bundle")
	}
}

// Whoever opens it reads first what is asked of them, and when it was
// measured: when it began is not known, and not claimed.
func TestTheRequestOfABundle(t *testing.T) {
	_, files := bundle(t, escalated())
	want := `To          your alarm company
About       Alarm.com sign-in
Message     Please check the login history of ann@example.org.

Found       Not fixed; all steps tried.
Code        http.ok
Measured    from 2026-03-18 07:10:00 -05:00 to 2026-03-18 07:11:00 -05:00

Please fill in what this program does not know, and never a password:
  the time of each try: ________________
`
	got, _, _ := strings.Cut(files["request.txt"], "\nThe other files")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	tried := "2026-03-18 07:10:00 -05:00  told      It signs me in, then signs me out again\n" +
		"2026-03-18 07:11:00 -05:00  tried     Give the app a fresh session – no change  [unchanged]\n"
	if diff := cmp.Diff(tried, files["tried.txt"]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A preview shows every file's name, and what a person would read of it.
func TestAPreviewShowsTheBundle(t *testing.T) {
	r := escalated()
	_, files := bundle(t, r)
	var b bytes.Buffer
	if err := report.Preview(&b, r); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if !strings.Contains(b.String(), "── "+name) || (name == "request.txt" || name == "tried.txt") && !strings.Contains(b.String(), text) {
			t.Errorf("%s is not shown", name)
		}
	}
}
