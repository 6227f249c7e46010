package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/playbooks"
)

var (
	measure = flag.String("measure", "", "the built program to measure")
	benchMB = flag.Int("mb", 100, "size of the files to measure with, in MB")
)

// maxMemory is what reading a log may take at its peak, whatever its size.
const maxMemory = 64 << 20

// TestBench prints how fast text is read, as MB/s next to grep on the same
// file in the same run: machines differ, and are busy, but both are then.
func TestBench(t *testing.T) {
	if *measure == "" {
		t.Skip("run by: make bench")
	}
	grep, err := exec.LookPath("grep")
	if err != nil {
		t.Skip("there is no grep to compare with")
	}
	t.Logf("%-34s %10s %10s %8s %10s", "", "authdoctor", "grep", "ratio", "peak")
	t.Run("explain", func(t *testing.T) {
		file, literals := plainLog(t), literalFile(t)
		ours := timed(t, file, *measure, "explain", "--lines")
		theirs := timed(t, file, grep, "-c", "-F", "-f", literals)
		tell(t, "explain --lines, 1% hits", ours, theirs)
	})
	t.Run("logs", func(t *testing.T) {
		file := sshdLog(t)
		ours := timed(t, file, *measure, "logs", "-", "--format", "json")
		theirs := timed(t, file, grep, "-c", "Failed password")
		tell(t, "logs, syslog with 1% failures", ours, theirs)
		if ours.peak > maxMemory {
			t.Errorf("logs takes %d MB, %d are allowed", ours.peak>>20, maxMemory>>20)
		}
	})
}

// A run is what one run of a program over a file took.
type run struct {
	bytes int64
	took  time.Duration
	peak  int64 // bytes of memory
}

func (r run) speed() float64 { return float64(r.bytes) / 1e6 / r.took.Seconds() }

func tell(t *testing.T, name string, ours, theirs run) {
	t.Logf("%-34s %5.0f MB/s %5.0f MB/s %8.3f %7d MB", name, ours.speed(), theirs.speed(), ours.speed()/theirs.speed(), ours.peak>>20)
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
