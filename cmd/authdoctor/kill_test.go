package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const killedCase = `schema: authdoctor.answers/1
symptoms: [session-drops]
checks: {clock: accurate, network-path: ok, name-lookup: ok, login-tls: ok, login-page: ok}
answers: {where-fails: here, web-login: works}
steps: {confirm-credentials: unchanged, refresh-session: unchanged, validate-two-factor: unchanged, check-roles: fixed}
retest: {sign-in: [fails, passes], arm: passes, disarm: passes, device: passes, stays-signed-in: passes}
`

// Killed at any moment, a diagnosis that is taken up again ends in the same
// verdict. The moments are random; what was written by then is not.
func TestKilledAndTakenUpAgain(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "case.yaml")
	if err := os.WriteFile(file, []byte(killedCase), 0o600); err != nil {
		t.Fatal(err)
	}
	diagnose := func(home string, args ...string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], append([]string{"diagnose"}, append(args, "--answers", file, "--format", "json", "--quiet")...)...)
		cmd.Env = append(os.Environ(), asProgram+"=1", "XDG_STATE_HOME="+home)
		return cmd
	}
	began := time.Now()
	want := verdictOf(t, diagnose(filepath.Join(dir, "whole"), "alarmcom"))
	whole := time.Since(began)
	killed := 0
	for i := range 40 {
		home := filepath.Join(dir, "state", string(rune('a'+i)))
		cmd := diagnose(home, "alarmcom")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(rand.Int64N(int64(whole))), func() { _ = cmd.Process.Kill() })
		if cmd.Wait() == nil || cmd.ProcessState.ExitCode() >= 0 {
			continue // it was faster
		}
		journals, err := filepath.Glob(filepath.Join(home, "authdoctor", "sessions", "*.jsonl"))
		if err != nil || len(journals) == 0 {
			continue // it had not begun
		}
		killed++
		id := strings.TrimSuffix(filepath.Base(journals[0]), ".jsonl")
		if data, err := os.ReadFile(journals[0]); err != nil || !strings.Contains(string(data), "\n") {
			continue // killed while the first line was written: it had not begun either
		}
		if got := verdictOf(t, diagnose(home, "--resume", id)); got != want {
			t.Errorf("killed and taken up again: %s, want %s", got, want)
		}
	}
	t.Logf("killed %d of 40 in the middle; the verdict is %s", killed, want)
}

func verdictOf(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.Output()
	var r struct {
		Walk    []string
		Verdict struct{ Status, Cause string }
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, exited := err.(*exec.ExitError); err != nil && !exited { //nolint:errorlint // Output returns it as it is
		t.Fatal(err)
	}
	return r.Verdict.Status + " " + r.Verdict.Cause + " " + strings.Join(r.Walk, " ")
}
