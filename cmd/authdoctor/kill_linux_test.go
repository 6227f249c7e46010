//go:build linux && amd64

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// twoFaults has a retest that takes a fix back and comes again at the end, so
// that answers come in turns.
const twoFaults = `schema: authdoctor.answers/1
symptoms: [session-drops]
checks: {clock: accurate, network-path: ok, name-lookup: ok, login-tls: ok, login-page: ok}
answers: {where-fails: here, web-login: works}
steps: {confirm-credentials: unchanged, refresh-session: fixed}
retest: {sign-in: passes, arm: [fails, passes], disarm: passes, device: passes, stays-signed-in: passes}
`

// Killed exactly after every line that it wrote through to the disk, each in
// its turn, a diagnosis that is taken up again ends in the same verdict, by the
// same walk. The kernel stops the process for us (ptrace) when the n-th call of
// fsync returns, so nothing is left to chance and the program knows of nothing.
func TestKilledAfterEveryEvent(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "case.yaml")
	if err := os.WriteFile(file, []byte(twoFaults), 0o600); err != nil {
		t.Fatal(err)
	}
	diagnose := func(home string, args ...string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], append([]string{"diagnose"}, append(args, "--answers", file, "--format", "json", "--quiet")...)...)
		cmd.Env = append(os.Environ(), asProgram+"=1", "XDG_STATE_HOME="+home)
		return cmd
	}
	whole := filepath.Join(dir, "whole")
	want := verdictOf(t, diagnose(whole, "alarmcom"))
	_, events := journalIn(t, whole)
	lines := len(events)
	if lines < 9 {
		t.Fatalf("only %d lines: nothing to kill between", lines)
	}
	for n := 1; n <= lines; n++ {
		home := filepath.Join(dir, "state", fmt.Sprint(n))
		err := killAfter(diagnose(home, "alarmcom"), n)
		if errors.Is(err, syscall.EPERM) {
			t.Skip("no process may be traced here")
		}
		if err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		id, got := journalIn(t, home)
		if len(got) != n {
			t.Fatalf("killed with %d lines, want %d", len(got), n)
		}
		if verdict := verdictOf(t, diagnose(home, "--resume", id)); verdict != want {
			t.Errorf("killed after line %d of %d: %s, want %s", n, lines, verdict, want)
		}
		// Nothing is asked a second time, and nothing is left out.
		if _, after := journalIn(t, home); n < lines && !slices.Equal(after, events) {
			t.Errorf("killed after line %d of %d, the journal is\n%s\nwant\n%s", n, lines, strings.Join(after, "\n"), strings.Join(events, "\n"))
		}
	}
	t.Logf("killed after each of %d lines; the verdict is %s", lines, want)
}

// journalIn is the one journal in a state folder: its lines, without the id of
// the session and without their times.
func journalIn(t *testing.T, home string) (id string, lines []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(home, "authdoctor", "sessions", "*.jsonl"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	id = strings.TrimSuffix(filepath.Base(found[0]), ".jsonl")
	for line := range strings.Lines(string(data)) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"at", "began", "id"} {
			delete(fields, name)
		}
		whole, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(whole))
	}
	return id, lines
}

// killAfter runs a command up to where its n-th fsync returns, and kills it
// there.
func killAfter(cmd *exec.Cmd, n int) error {
	runtime.LockOSThread() // only the thread that began to trace may go on
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		_ = syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
		for { // every thread is ours to wait for
			if _, err := syscall.Wait4(-cmd.Process.Pid, nil, syscall.WALL, nil); err != nil && !errors.Is(err, syscall.EINTR) {
				break
			}
		}
		_ = cmd.Wait() // has nothing left to wait for
	}()
	tr := tracer{pid: cmd.Process.Pid, left: n, inside: map[int]bool{}}
	for {
		var status syscall.WaitStatus
		thread, err := syscall.Wait4(-tr.pid, &status, syscall.WALL, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("it ended with %d fsyncs to come: %w", tr.left, err)
		case !status.Stopped():
			continue // a thread that ended
		}
		done, err := tr.stopped(thread, status.StopSignal())
		if done || err != nil {
			return err
		}
	}
}

// A tracer counts the calls of fsync of a process with all its threads.
type tracer struct {
	pid    int
	begun  bool
	left   int          // fsyncs that may still return
	inside map[int]bool // threads that are in a system call
}

const (
	stopOfCall = syscall.SIGTRAP | 0x80 // PTRACE_O_TRACESYSGOOD marks it so
	sysGood    = 1                      // PTRACE_O_TRACESYSGOOD
	exitKill   = 1 << 20                // PTRACE_O_EXITKILL: none is left behind
)

// stopped looks at a thread that stopped and lets it go on, unless that was
// the last call to wait for.
func (tr *tracer) stopped(thread int, why syscall.Signal) (done bool, err error) {
	pass := 0
	switch {
	case !tr.begun: // the program was loaded
		tr.begun = true
		if err := syscall.PtraceSetOptions(thread, syscall.PTRACE_O_TRACECLONE|sysGood|exitKill); err != nil {
			return false, err
		}
	case why == stopOfCall:
		tr.inside[thread] = !tr.inside[thread]
		var regs syscall.PtraceRegs
		if err := syscall.PtraceGetRegs(thread, &regs); err != nil {
			return false, ignoreGone(err)
		}
		if !tr.inside[thread] && regs.Orig_rax == syscall.SYS_FSYNC {
			if tr.left--; tr.left == 0 {
				return true, nil
			}
		}
	case why != syscall.SIGTRAP && why != syscall.SIGSTOP: // those two come of being traced
		pass = int(why)
	}
	return false, ignoreGone(syscall.PtraceSyscall(thread, pass))
}

// ignoreGone: a thread may have ended meanwhile.
func ignoreGone(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
