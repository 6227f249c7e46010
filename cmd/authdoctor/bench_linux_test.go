package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/playbooks"
)

var (
	measure = flag.String("measure", "", "the built program to measure")
	benchMB = flag.Int("mb", 100, "size of the files to measure with, in MB")
)

// What memory may be taken at the peak: to read a log, whatever its size, and
// to diagnose.
const (
	maxMemory   = 64 << 20
	maxDiagnose = 40 << 20
)

// TestBench prints what the program takes, as rows of a table. How fast text
// is read stands next to grep on the same file in the same run: machines
// differ, and are busy, but both are then.
func TestBench(t *testing.T) {
	if *measure == "" {
		t.Skip("run by: make bench")
	}
	t.Run("start", benchStart)
	t.Run("check", benchCheck)
	t.Run("diagnose", benchDiagnose)
	grep, err := exec.LookPath("grep")
	if err != nil {
		t.Skip("there is no grep to compare with")
	}
	t.Run("explain", func(t *testing.T) {
		file, literals := plainLog(t), literalFile(t)
		ours := timed(t, file, *measure, "explain", "--lines")
		theirs := timed(t, file, grep, "-c", "-F", "-f", literals)
		tell(t, "explain --lines, 1% hits; beside it grep -c -F -f of the same literals", ours, theirs)
	})
	t.Run("logs", func(t *testing.T) {
		file := sshdLog(t)
		ours := timed(t, file, *measure, "logs", "-", "--format", "json")
		theirs := timed(t, file, grep, "-c", "Failed password")
		tell(t, "logs, syslog with 1% failures; beside it grep -c", ours, theirs)
		if ours.peak > maxMemory {
			t.Errorf("logs takes %d MB, %d are allowed", ours.peak>>20, maxMemory>>20)
		}
	})
}

// benchStart is the start against that of an empty cobra program, and the size.
func benchStart(t *testing.T) {
	*budget = *measure
	took, ratio := compare(t, buildEmpty(t))
	t.Logf("bench| start (version); beside it an empty cobra program | %v | %v | %.2f | %v, or %.0f times |",
		took.Round(10*time.Microsecond), time.Duration(float64(took)/ratio).Round(10*time.Microsecond), ratio, startTime, startRatio)
	info, err := os.Stat(*measure)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("bench| size, stripped and packed | %.1f MB | | | %d MB |", float64(info.Size())/1e6, maxSize/1_000_000)
}

// benchCheck is a whole check against its slowest probe: pages that answer
// after a while, all asked at once.
func benchCheck(t *testing.T) {
	after := func(d time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(d):
			case <-r.Context().Done():
			}
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	book := waitingBook
	for i, wait := range []time.Duration{50, 100, 200, 400, 800} {
		page := httptest.NewServer(after(wait * time.Millisecond))
		t.Cleanup(page.Close)
		book += fmt.Sprintf("  - {id: page-%d, run: http, with: {url: '%s/'}, after: [], likely: {down: {server_error: often}}}\n", i, page.URL)
	}
	path := filepath.Join(t.TempDir(), "waiting.yaml")
	if err := os.WriteFile(path, []byte(book), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(*measure, "check", path, "--trust", "--format", "json", "--quiet")
	cmd.Stderr = os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	took := time.Since(began)
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	var r diag.Report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	slowest := 1.0
	for _, c := range r.Checks {
		slowest = max(slowest, c.ElapsedMS)
	}
	t.Logf("bench| check of %d pages; beside it the slowest of them | %v | %.0f ms | %.2f | |",
		len(r.Checks), took.Round(time.Millisecond), slowest, took.Seconds()*1000/slowest)
}

// waitingBook is a playbook to which checks are added.
const waitingBook = `schema: authdoctor.playbook/1
id: waiting
title: Waiting
version: "1"
surfaces: [app]
reviewed: 2026-01-31
sources: [none]
escalate: somebody
causes: [{id: down, title: Down, layer: endpoint, class: provider_outage, actor: provider, prior: common}]
symptoms: [{id: refused, title: Refused, likely: {down: often}, otherwise: rarely}]
steps:
  - {id: wait, stage: session, title: Wait, fixes: {down: often}, do: {app: [Wait.]}}
  - {id: again, stage: retest, title: Again}
retest: [{id: sign-in, title: Sign in}]
checks:
`

// benchDiagnose is the memory of a whole diagnosis, in a world without a
// network where that can be had.
func benchDiagnose(t *testing.T) {
	args := []string{*measure, "diagnose", "alarmcom", "--no-input", "--symptom", "login-rejected", "--answer", "where-fails=here"}
	if exec.Command("unshare", "-n", "true").Run() == nil {
		args = append([]string{"unshare", "-n"}, args...)
	} else {
		args = append(args, "--no-checks")
	}
	cmd := exec.Command(args[0], args[1:]...)
	began := time.Now()
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 && cmd.ProcessState.ExitCode() != 3 {
		t.Fatal(err)
	}
	took := time.Since(began)
	t.Logf("bench| diagnose alarmcom, peak memory | %d MB | in %v | | %d MB |", peak(cmd.ProcessState)>>20, took.Round(time.Millisecond), maxDiagnose>>20)
	if peak(cmd.ProcessState) > maxDiagnose {
		t.Errorf("diagnose takes %d MB, %d are allowed", peak(cmd.ProcessState)>>20, maxDiagnose>>20)
	}
}

// A run is what one run of a program over a file took.
type run struct {
	bytes int64
	took  time.Duration
	peak  int64 // bytes of memory
}

func (r run) speed() float64 { return float64(r.bytes) / 1e6 / r.took.Seconds() }

func tell(t *testing.T, name string, ours, theirs run) {
	t.Logf("bench| %s, %d MB | %.0f MB/s, peak %d MB | %.0f MB/s | %.3f | |", name, ours.bytes/1_000_000, ours.speed(), ours.peak>>20, theirs.speed(), ours.speed()/theirs.speed())
}

// timed runs a program with the file on its standard input.
func timed(t *testing.T, file, program string, args ...string) run {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, io.Discard, os.Stderr
	began := time.Now()
	// Both say with status 1 that they found something, or nothing.
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatal(program, args, err)
	}
	return run{info.Size(), time.Since(began), peak(cmd.ProcessState)}
}

// peak is the most memory that a process had, in bytes.
func peak(s *os.ProcessState) int64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(usage.Maxrss) << 10 //nolint:unconvert // Linux counts in KiB, on some machines in 32 bits
}

// literalFile holds what the signatures look for first, a line each.
func literalFile(t *testing.T) string {
	t.Helper()
	names, err := fs.Glob(playbooks.Signatures, "signatures/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var literals []string
	for _, name := range names {
		data, err := playbooks.Signatures.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := playbook.TrustSignatures(name, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range f.List {
			literals = append(literals, s.Literals...)
		}
	}
	slices.Sort(literals)
	literals = slices.Compact(literals)
	path := filepath.Join(t.TempDir(), "literals")
	if err := os.WriteFile(path, []byte(strings.Join(literals, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// plainLog is a program's log in which one line of a hundred holds a known
// error.
func plainLog(t *testing.T) string {
	hits := []string{
		"AADSTS50126: Error validating credentials due to invalid username or password.",
		`{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`,
		"x509: certificate signed by unknown authority",
		"ORA-01017: invalid username/password; logon denied",
	}
	return bigFile(t, func(w io.Writer, i int) {
		prefix := "2026-03-18T07:10:" + strconv.Itoa(10+i%50) + "Z app[123]: "
		if i%100 == 99 {
			fmt.Fprintf(w, "%s%s\n", prefix, hits[i/100%len(hits)])
			return
		}
		fmt.Fprintf(w, "%srequest %d of 10.1.%d.%d served in %d ms, worker idle, cache warm\n", prefix, i, i%200, i%250, i%90)
	})
}

// sshdLog is a syslog in which one line of a hundred is a refused sign-in.
func sshdLog(t *testing.T) string {
	began := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	return bigFile(t, func(w io.Writer, i int) {
		at := began.Add(time.Duration(i) * time.Second / 4).Format("Jan _2 15:04:05")
		if i%100 == 99 {
			fmt.Fprintf(w, "%s host sshd[%d]: Failed password for user%d from 192.0.2.%d port 50%03d ssh2\n", at, i%30000, i%700, i%250, i%1000)
			return
		}
		fmt.Fprintf(w, "%s host sshd[%d]: Accepted publickey for deploy from 198.51.100.%d port 40%03d ssh2: ED25519 SHA256:abc\n", at, i%30000, i%250, i%1000)
	})
}

// bigFile writes lines until there are enough of them.
func bigFile(t *testing.T, line func(w io.Writer, i int)) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	count := &counter{w: bufio.NewWriterSize(f, 1<<20)}
	for i := 0; count.n < *benchMB*1_000_000; i++ {
		line(count, i)
	}
	if err := count.w.Flush(); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

type counter struct {
	w *bufio.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += len(p)
	return c.w.Write(p)
}
