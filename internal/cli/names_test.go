package cli_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/report"
)

// What is handed over tells nothing of the person's computer and network; the
// service stays readable, and the manifest says what was replaced.
func TestABundleTellsNothingOfTheComputer(t *testing.T) {
	dir := t.TempDir()
	change := func(s *cli.System) {
		home(dir)(s)
		s.Hostname = func() (string, error) { return "annas-thinkpad", nil }
	}
	own := []string{"annas-thinkpad", "annabel", "ac:de:48:00:11:22", "Smith Family", "ann@example.org", "203.0.113.9"}
	run(t, change, "diagnose", "alarmcom", "--quiet", "--answers", answers(t, walked), "--message",
		`AADSTS50126 on Annas-Thinkpad.local: /home/annabel/x; again /home/annabel/y; eth ac:de:48:00:11:22, SSID: "Smith Family", ann@example.org from 203.0.113.9 by 192.168.1.2 at www.alarm.com`)
	file := filepath.Join(dir, "packet.zip")
	if got := run(t, change, "report", "--bundle", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	files := unzip(t, file)
	for name, text := range files {
		for _, secret := range own {
			if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				t.Errorf("%s: %q is in it", name, secret)
			}
		}
	}
	for _, keep := range []string{"www.alarm.com", "192.168.1.2", "/home/user-"} {
		if !strings.Contains(files["report.json"], keep) {
			t.Errorf("%q is gone", keep)
		}
	}
	var m report.Manifest
	if err := json.Unmarshal([]byte(files["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, r := range m.Redactions {
		if r.File == "report.json" {
			listed[r.Kind] = r.Count > 0
		}
	}
	for _, kind := range []string{"user", "address", "computer", "hardware", "network"} {
		if !listed[kind] {
			t.Errorf("the manifest does not list what was replaced of kind %s: %v", kind, m.Redactions)
		}
	}
	if got := run(t, change, "report", "--names"); !strings.Contains(strings.Join(strings.Fields(got.stdout), " "), "Annas-Thinkpad.local") {
		t.Errorf("--names does not keep it:\n%s", got.stdout)
	}
}

// unzip gives every file of a bundle.
func unzip(t *testing.T, file string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(data)
	}
	return out
}
