package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// outcome is what a run left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// island is a world without terminal and network. Files are real.
func island(args ...string) (cli.System, *bytes.Buffer, *bytes.Buffer) {
	var stdout, stderr bytes.Buffer
	sys := cli.OS()
	sys.Args, sys.Stdin, sys.Stdout, sys.Stderr = args, strings.NewReader(""), &stdout, &stderr
	sys.Getenv = func(string) string { return "" }
	sys.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)) }
	sys.Version = "1.2.3"
	sys.Terminal = func(any) (int, bool) { return 80, false }
	sys.OpenTTY = func() (io.ReadWriteCloser, error) { return nil, errors.New("no terminal") }
	sys.Interrupt = context.WithCancel
	sys.State = "" // nothing is kept
	sys.Probe = probe.Env{
		Now: sys.Now, Getenv: sys.Getenv, Resolvers: func() []string { return nil },
		Dial:       func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network") },
		LookupHost: func(context.Context, string) ([]string, error) { return nil, errors.New("no network") },
		Interfaces: func() ([]net.Addr, error) { return nil, nil },
	}
	return sys, &stdout, &stderr
}

func run(t *testing.T, change func(*cli.System), args ...string) outcome {
	t.Helper()
	sys, stdout, stderr := island(args...)
	if change != nil {
		change(&sys)
	}
	code := cli.Main(t.Context(), sys)
	return outcome{code, stdout.String(), stderr.String()}
}

// write makes a file for a run, and gives its name.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const allWell = "{clock: accurate, network-path: ok, name-lookup: ok, login-tls: ok, login-page: ok}"

// answers is an answers file for the built-in playbook.
func answers(t *testing.T, rest string) string {
	t.Helper()
	return write(t, "case.yaml", "schema: authdoctor.answers/1\nsymptoms: [session-drops]\n"+rest)
}

// The exit status is the verdict's, whatever the format.
func TestTheExitStatusIsTheSameInEachFormat(t *testing.T) {
	fixed := "checks: " + allWell + "\nanswers: {where-fails: here}\nsteps: {refresh-session: fixed}\nretest: {sign-in: passes, arm: passes, disarm: passes, device: passes, stays-signed-in: postponed}\n"
	for _, tt := range []struct {
		name string
		args []string
		want int
	}{
		{"fixed", []string{"diagnose", "alarmcom", "--answers", answers(t, fixed)}, 0},
		{"escalate", []string{"diagnose", "alarmcom", "--answers", answers(t, "checks: "+allWell+"\n")}, 1},
		{"waiting", []string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--check", "login-page=maintenance"}, 1},
		{"problem", []string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--check", "name-lookup=nxdomain"}, 1},
		{"inconclusive", []string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--symptom", "session-drops"}, 3},
		{"nothing measured", []string{"diagnose", "alarmcom", "--no-input", "--no-checks"}, 3},
		{"healthy", []string{"diagnose", "alarmcom", "--no-input", "--check", "clock=accurate", "--check", "network-path=ok", "--check", "name-lookup=ok", "--check", "login-tls=ok", "--check", "login-page=ok"}, 0},
		{"check", []string{"check", "alarmcom"}, 1},
		{"usage", []string{"diagnose", "alarmcom", "--no-input", "--symptom", "nothing"}, 2},
	} {
		for _, format := range []string{"text", "json", "junit", "html", "markdown"} {
			t.Run(tt.name+"/"+format, func(t *testing.T) {
				got := run(t, nil, append(tt.args, "--format", format)...)
				if got.code != tt.want || (got.stdout == "") != (tt.want == 2) {
					t.Errorf("exit status %d, want %d\n%s%s", got.code, tt.want, got.stdout, got.stderr)
				}
				if format != "json" || tt.want == 2 {
					return
				}
				var r diag.Report
				if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || r.ExitStatus != tt.want || r.Verdict.Status.ExitStatus() != tt.want {
					t.Errorf("the report says %d, verdict %s (%v)", r.ExitStatus, r.Verdict.Status, err)
				}
			})
		}
	}
}

func TestWhoMadeAReportAndWhen(t *testing.T) {
	ticks := 0
	got := run(t, func(sys *cli.System) {
		now := sys.Now
		sys.Now = func() time.Time { ticks++; return now().Add(time.Duration(ticks) * time.Second) }
	}, "check", "alarmcom", "--only", "clock", "--format", "json", "--quiet")
	var r diag.Report
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		t.Fatal(err)
	}
	if r.Tool.Version != "1.2.3" || !r.Finished.After(r.Started) || !strings.Contains(got.stdout, `"started": "2026-01-02T02:04:06Z"`) {
		t.Errorf("made by %+v from %s to %s", r.Tool, r.Started, r.Finished)
	}
	if len(r.Steps) != 0 || len(r.Walk) != 0 || r.Opinion != nil || r.HandOver != nil || r.Where != diag.WhereHere {
		t.Errorf("a check has no steps and no opinion: %+v", r)
	}
	for _, c := range r.Checks {
		if skipped := c.Status == diag.Skipped; skipped != (c.ID != "clock") {
			t.Errorf("%s is %s with --only clock", c.ID, c.Status)
		}
	}
}

// interrupted ends the context when the first connection is made.
func interrupted(sys *cli.System) {
	var stop context.CancelFunc
	sys.Interrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, stop = context.WithCancel(ctx)
		return ctx, stop
	}
	wait := func(ctx context.Context) error { stop(); <-ctx.Done(); return ctx.Err() }
	sys.Probe.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return nil, wait(ctx) }
	sys.Probe.LookupHost = func(ctx context.Context, _ string) ([]string, error) { return nil, wait(ctx) }
}

// Ctrl-C while checks run ends at once, with what was found.
func TestCtrlCWhileChecking(t *testing.T) {
	for name, args := range map[string][]string{
		"check":    {"check", "alarmcom"},
		"diagnose": {"diagnose", "alarmcom", "--answers", answers(t, "checks: {clock: drifting}\n")},
		"no input": {"diagnose", "alarmcom", "--no-input", "--check", "clock=drifting"},
	} {
		for _, format := range []string{"text", "json"} {
			t.Run(name+"/"+format, func(t *testing.T) {
				got := run(t, interrupted, append(args, "--format", format)...)
				want := map[string]string{"text": "clock.", "json": `"status": "cancelled"`}[format]
				if got.code != 130 || !strings.Contains(got.stdout, want) {
					t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
				}
			})
		}
	}
	t.Run("probe", func(t *testing.T) {
		if got := run(t, interrupted, "probe", "http", "--url", "http://a.test/"); got.code != 130 || got.stdout == "" {
			t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
		}
	})
}

// A crash is ours: it is said, and the status is not that of a verdict.
func TestACrashInside(t *testing.T) {
	got := run(t, func(sys *cli.System) { sys.Getenv = func(string) string { panic("boom") } }, "codes")
	if got.code != 4 || got.stderr != "authdoctor: this is a fault of authdoctor itself: boom\n" || got.stdout != "" {
		t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}

// closedPipe refuses everything, like a reader that went away.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAClosedStdout(t *testing.T) {
	for name, args := range map[string][]string{
		"version": {"version"}, "version as JSON": {"version", "--format", "json"}, "codes": {"codes"},
		"check": {"check", "alarmcom", "--only", "clock"}, "check as JSON": {"check", "alarmcom", "--only", "clock", "--format", "json"},
		"check as HTML": {"check", "alarmcom", "--only", "clock", "--format", "html"}, "check as JUnit": {"check", "alarmcom", "--only", "clock", "--format", "junit"},
		"diagnose": {"diagnose", "alarmcom", "--no-input", "--no-checks"}, "probe": {"probe", "clock"},
		"lint": {"playbook", "lint", "../../playbooks/clock.yaml"}, "test": {"playbook", "test"}, "guide": {"guide", "alarmcom"},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, func(sys *cli.System) { sys.Stdout = closedPipe{} }, args...)
			if got.code != 4 || !strings.Contains(got.stderr, "authdoctor: ") || !strings.Contains(got.stderr, "broken pipe") || strings.Contains(got.stderr, "fault of authdoctor itself") {
				t.Errorf("exit status %d\n%s", got.code, got.stderr)
			}
		})
	}
	t.Run("progress", func(t *testing.T) {
		got := run(t, func(sys *cli.System) { sys.Stderr = closedPipe{} }, "check", "alarmcom")
		if got.code != 1 || got.stdout == "" {
			t.Errorf("exit status %d: what cannot be shown on the way is still in the report\n%s", got.code, got.stdout)
		}
	})
}

// A result goes to its file whole or not at all, for its owner only.
func TestOutputToAFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	if err := os.WriteFile(name, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := run(t, nil, "check", "alarmcom", "--only", "clock", "--quiet", "--format", "json", "--output", name)
	if diff := cmp.Diff(outcome{code: 3}, got, cmp.AllowUnexported(outcome{})); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("the report can be read by %v (%v)", info.Mode(), err)
	}
	data, err := os.ReadFile(name)
	var r diag.Report
	if err != nil || json.Unmarshal(data, &r) != nil || r.ExitStatus != 3 {
		t.Errorf("the file holds %s (%v)", data, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	for _, bad := range []string{filepath.Join(dir, "none", "report.json"), dir} {
		got := run(t, nil, "version", "--output", bad)
		if got.code != 2 || got.stdout != "" || !strings.Contains(got.stderr, "a file that can be written") && !strings.Contains(got.stderr, "give another file") {
			t.Errorf("%s: exit status %d\n%s", bad, got.code, got.stderr)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("left behind beside the folder: %v", entries)
	}
	if text := run(t, nil, "check", "alarmcom", "--only", "clock", "--output", name, "--color", "always"); text.stdout != "" {
		t.Errorf("also printed: %s", text.stdout)
	}
	if data, _ := os.ReadFile(name); !bytes.Contains(data, []byte("\x1b[")) {
		t.Errorf("color was wanted in the file:\n%s", data)
	}
	terminal := func(sys *cli.System) {
		sys.Terminal = func(any) (int, bool) { return 80, true }
		sys.Getenv = func(name string) string { return map[string]string{"CLICOLOR_FORCE": "1"}[name] }
	}
	run(t, terminal, "check", "alarmcom", "--only", "clock", "--output", name)
	if data, _ := os.ReadFile(name); bytes.Contains(data, []byte("\x1b[")) || !bytes.Contains(data, []byte("clock.unknown")) {
		t.Errorf("the file has the terminal's color, or leaves out what the terminal shows:\n%s", data)
	}
}

// What an answers file reports of a step that proves not to be needed does not
// count, and that is said.
func TestAReportOfAStepThatIsNotNeededIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "case.yaml")
	text := "schema: authdoctor.answers/1\nplaybook: alarmcom\nsymptoms: [session-drops]\nanswers: {web-login: works}\nsteps: {confirm-credentials: fixed, refresh-session: unchanged}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, nil, "diagnose", "alarmcom", "--no-checks", "--no-journal", "--answers", file)
	if n := strings.Count(got.stderr, "does not count"); n != 1 || !strings.Contains(got.stderr, `"fixed" for the step confirm-credentials does not count`) {
		t.Errorf("told %d times\n%s", n, got.stderr)
	}
	quiet := run(t, nil, "diagnose", "alarmcom", "--no-checks", "--no-journal", "--quiet", "--answers", file)
	if strings.Contains(quiet.stderr, "does not count") {
		t.Errorf("told although --quiet\n%s", quiet.stderr)
	}
}
