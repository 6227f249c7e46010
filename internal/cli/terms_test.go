package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/report"
)

// Every kind of error has its status and is said once.
func TestTheStatusOfAnError(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want int
		say  string
	}{
		{"none", nil, 0, ""},
		{"a verdict", status(1), 1, ""},
		{"a verdict, wrapped", fmt.Errorf("while checking: %w", status(3)), 3, ""},
		{"stopped", diag.ErrCancelled, 130, "Stopped.\n"},
		{"interrupted", fmt.Errorf("reading: %w", context.Canceled), 130, "Stopped.\n"},
		{"out of time", context.DeadlineExceeded, 4, "authdoctor: context deadline exceeded\n"},
		{"a mistake", usagef("", "no such %s", "flag"), 2, "authdoctor: no such flag\n"},
		{"a mistake with a hint", usagef("try:\n--help", "no such flag"), 2, "authdoctor: no such flag\n  try:\n  --help\n"},
		{"a mistake, wrapped", fmt.Errorf("case.yaml: %w", usagef("see", "bad")), 2, "authdoctor: case.yaml: bad\n  see\n"},
		{"a fault", errors.New("disk full"), 4, "authdoctor: disk full\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			got := exitStatus(tt.err, &stderr)
			if diff := cmp.Diff(tt.say, stderr.String()); got != tt.want || diff != "" {
				t.Errorf("status %d, want %d; said (-want +got):\n%s", got, tt.want, diff)
			}
		})
	}
}

func TestAMistakeKeepsItsHint(t *testing.T) {
	var usage *diag.UsageError
	if !errors.As(mistake(usagef("hint", "bad")), &usage) || usage.Hint != "hint" {
		t.Errorf("the hint became %q", usage.Hint)
	}
	if !errors.As(mistake(errors.New("bad")), &usage) || usage.Hint != "" || usage.Error() != "bad" {
		t.Errorf("%v with hint %q", usage, usage.Hint)
	}
}

// Color: the flag decides, then the environment, then whether it is a terminal.
func TestWhenThereIsColor(t *testing.T) {
	for _, tt := range []struct {
		color    string
		env      string
		terminal bool
		want     bool
		live     bool
	}{
		{"auto", "", true, true, true}, {"auto", "", false, false, false},
		{"always", "", false, true, false}, {"always", "NO_COLOR=1 TERM=dumb", true, true, false},
		{"never", "", true, false, true}, {"never", "CLICOLOR_FORCE=1", true, false, true},
		{"auto", "NO_COLOR=1", true, false, true}, {"auto", "NO_COLOR=1 CLICOLOR_FORCE=1", true, false, true},
		{"auto", "CLICOLOR_FORCE=1", false, true, false}, {"auto", "CLICOLOR_FORCE=0", false, false, false}, {"auto", "CLICOLOR_FORCE=0", true, true, true},
		{"auto", "TERM=dumb", true, false, false}, {"auto", "TERM=dumb CLICOLOR_FORCE=1", true, true, false}, {"auto", "TERM=xterm", true, true, true},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(tt.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		p := &program{color: tt.color, System: &System{
			Getenv: func(name string) string { return env[name] }, Terminal: func(any) (int, bool) { return 99, tt.terminal },
		}}
		got, err := p.layout(nil)
		if want := (report.Options{Color: tt.want, Width: 99, Live: tt.live}); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("--color %s, %q, terminal %t: %+v (%v), want %+v", tt.color, tt.env, tt.terminal, got, err, want)
		}
	}
	if _, err := (&program{color: "red"}).colored(nil); err == nil {
		t.Error("--color red is taken")
	}
}

// Progress and result meet on one screen only when both go to a terminal.
func TestOneTerminal(t *testing.T) {
	for _, out := range []bool{true, false} {
		for _, err := range []bool{true, false} {
			p := &program{System: &System{Stdout: &bytes.Buffer{}, Stderr: &strings.Builder{}}}
			p.Terminal = func(stream any) (int, bool) {
				if stream == any(p.Stdout) {
					return 80, out
				}
				return 80, err
			}
			if got := p.oneTerminal(); got != (out && err) {
				t.Errorf("stdout %t, stderr %t: %t", out, err, got)
			}
		}
	}
}

func TestTruthy(t *testing.T) {
	for text, want := range map[string]bool{"": false, "0": false, "false": false, "FALSE": false, "1": true, "yes": true, "true": true} {
		if truthy(text) != want {
			t.Errorf("%q is taken for %t", text, !want)
		}
	}
	if got := plural(0, "check") + ", " + plural(1, "check") + ", " + plural(2, "check"); got != "0 checks, 1 check, 2 checks" {
		t.Error(got)
	}
}

func TestFilesOfTheRealWorld(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.yaml")
	if err := writeFile(name, []byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if names, err := readDir(dir); err != nil || cmp.Diff([]string{"a.yaml"}, names) != "" {
		t.Errorf("files %v (%v)", names, err)
	}
	if _, err := readDir(name); err == nil {
		t.Error("a file is read as a folder")
	}
	if data, err := readFile(name); err != nil || string(data) != "text" {
		t.Errorf("read %q (%v)", data, err)
	}
	if _, err := readFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for size, fits := range map[int64]bool{maxFile: true, maxFile + 1: false} {
		if err := os.Truncate(big, size); err != nil {
			t.Fatal(err)
		}
		if data, err := readFile(big); (err == nil) != fits || fits && int64(len(data)) != size {
			t.Errorf("%d bytes: read %d (%v)", size, len(data), err)
		}
	}
}

// A link to a file is replaced, not written through: the file is new, whole,
// and its owner's alone.
func TestWritingFollowsLinksAndReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := writeFile(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	now, _ := os.ReadFile(target)
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o600 || string(now) != "new" {
		t.Errorf("the target of the link has mode %v and holds %q (%v)", info.Mode(), now, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v (%v)", info.Mode(), err)
	}
	if err := writeFile(os.DevNull, []byte("new")); err != nil {
		t.Errorf("the null device cannot be written to: %v", err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("the null device became %v (%v)", info.Mode(), err)
	}
	if err := writeFile(dir, nil); err == nil {
		t.Error("a folder was replaced")
	}
	entries, _ := os.ReadDir(filepath.Dir(dir))
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// round is one round of checks on a screen that only adds lines.
func round(t *testing.T, ids ...string) (*checkView, *bytes.Buffer) {
	t.Helper()
	book, err := engine.Compile(&playbook.Playbook{
		ID: "checks", Causes: []playbook.Cause{{ID: "other", Leak: true, Prior: 1}},
		Checks: []playbook.Check{
			{ID: "time", Run: "clock", Title: "Clock"}, {ID: "way", Run: "path", Title: "Way"}, {ID: "name", Run: "dns", Title: "Name"},
			{ID: "tls", Run: "tls", Title: "Lock"}, {ID: "page", Run: "http", Title: "Page"},
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	ev := diag.NewEvidence()
	ev.Answer(diag.AskWhere, string(diag.WhereHere), nil)
	v := &checkView{
		measurer: &measurer{book: book, ev: ev, shown: report.NewProgress(&b, report.Options{})},
		ev:       ev.Clone(), open: map[string]bool{},
	}
	for _, id := range ids {
		v.requests = append(v.requests, diag.Request{ID: id})
		v.open[id] = true
	}
	return v, &b
}

// titles are the checks that were shown, in the order in which they were.
func titles(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		switch word {
		case "Clock", "Way", "Name", "Lock", "Page":
			out = append(out, word)
		}
	}
	return out
}

// A check is shown as soon as nothing that is still open can hide it, once.
func TestProgressShowsWhatCanBeJudged(t *testing.T) {
	for _, tt := range []struct {
		name  string
		asked []string
		ends  []string
		want  []string // shown after each end, "" for nothing
	}{
		{"in order", []string{"time", "way", "name", "tls", "page"}, []string{"time", "way", "name", "tls", "page"}, []string{"Clock", "Way", "Name", "Lock", "Page"}},
		{"the page first", []string{"time", "way", "name", "tls", "page"}, []string{"page", "tls", "name", "way", "time"}, []string{"", "", "", "Way Name", "Clock Lock Page"}},
		{"the clock last", []string{"time", "way", "name", "tls", "page"}, []string{"way", "tls", "page", "name", "time"}, []string{"Way", "", "", "Name", "Clock Lock Page"}},
		{"only some were asked for", []string{"name", "page"}, []string{"page", "name"}, []string{"", "Name Page"}},
		{"one again", []string{"page"}, []string{"page"}, []string{"Page"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, shown := round(t, tt.asked...)
			for i, id := range tt.ends {
				shown.Reset()
				v.done(probe.Event{Type: probe.Done, ID: id, Finding: diag.Finding{Outcome: "ok", Summary: "well"}})
				if diff := cmp.Diff(strings.Fields(tt.want[i]), titles(shown.String()), cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
					t.Errorf("after %s (-want +got):\n%s", id, diff)
				}
			}
			if len(v.waiting()) != 0 {
				t.Errorf("still waiting for %v", v.waiting())
			}
		})
	}
	t.Run("what is hidden is shown as waiting, never as failed", func(t *testing.T) {
		v, shown := round(t, "name", "page")
		v.done(probe.Event{Type: probe.Done, ID: "page", Finding: diag.Finding{Outcome: "timeout", Summary: "silent"}})
		v.done(probe.Event{Type: probe.Done, ID: "name", Finding: diag.Finding{Outcome: "nxdomain", Summary: "no such name"}})
		if text := shown.String(); strings.Contains(text, "silent") || !strings.Contains(text, "no such name") {
			t.Errorf("shown:\n%s", text)
		}
	})
	t.Run("the case itself is left to its session", func(t *testing.T) {
		v, _ := round(t, "name")
		v.done(probe.Event{Type: probe.Done, ID: "name", Finding: diag.Finding{Outcome: "ok"}})
		if len(v.measurer.ev.Checks) != 0 {
			t.Errorf("measured behind its back: %v", v.measurer.ev.Checks)
		}
	})
}

// The second round has another heading, and nothing is measured into the case.
func TestTheHeadingOfARound(t *testing.T) {
	v, shown := round(t, "page")
	m := v.measurer
	m.heading, m.env = "Checking …", probe.Env{Now: time.Now}
	for _, want := range []string{"Checking …", "Checking again …"} {
		shown.Reset()
		found := m.Probe(t.Context(), v.requests)
		if !strings.Contains(shown.String(), want) || len(found) != 1 || len(m.ev.Checks) != 0 {
			t.Errorf("found %v, shown:\n%s", found, shown)
		}
	}
	m.shown = nil
	shown.Reset()
	if found := m.Probe(t.Context(), v.requests); len(found) != 1 || shown.Len() != 0 {
		t.Errorf("found %v, shown though nothing was wanted:\n%s", found, shown)
	}
	if got := heading(&engine.Book{Playbook: &playbook.Playbook{Service: "Example Inc.", Title: "x"}}); got != "Checking this computer and the way to Example Inc …" {
		t.Error(got)
	}
	if got := heading(&engine.Book{Playbook: &playbook.Playbook{Title: "Gate sign-in"}}); got != "Checking this computer and the way to Gate sign-in …" {
		t.Error(got)
	}
}
