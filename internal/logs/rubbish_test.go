package logs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// A waiter gives its text, and then waits as a pipe does that nobody writes
// to; it tells when somebody waits for more.
type waiter struct {
	text   io.Reader
	waits  func()
	closed chan struct{}
}

func (w *waiter) Read(p []byte) (int, error) {
	if n, err := w.text.Read(p); err == nil {
		return n, nil
	}
	w.waits()
	<-w.closed
	return 0, io.ErrClosedPipe
}

// Who stops a reading gets what was read so far, and is told where it ended.
func TestStopping(t *testing.T) {
	for name, c := range map[string]struct {
		text           string
		line, failures int
	}{
		"behind a whole line":  {"May 30 10:00:00 gate sshd[1]: Failed password for ann from 192.0.2.1 port 1 ssh2\nMay 30 10:00:01 gate sshd[2]: Server listening\n", 2, 1},
		"in the middle of one": {"May 30 10:00:00 gate sshd[1]: Failed password for ann from 192.0.2.1 port 1 ssh2\nMay 30 10:00:01 gate sshd[2]: Failed pass", 1, 1},
		"before the first":     {"", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			in := &waiter{strings.NewReader(c.text), stop, make(chan struct{})}
			defer close(in.closed)
			r, err := logs.Read(ctx, []logs.Source{{Name: "standard input", Reader: in}, {Name: "other", Reader: strings.NewReader(sshLog)}}, logs.Options{Explainer: explainer(t), Now: now})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&logs.Cut{File: "standard input", Line: c.line}, r.CutShort); diff != "" || r.Failures != c.failures {
				t.Errorf("%d failures, -want +got\n%s", r.Failures, diff)
			}
			var b strings.Builder
			if err := r.Text(&b); err != nil || !strings.Contains(b.String(), "Stopped ") {
				t.Errorf("%v\n%s", err, b.String())
			}
		})
	}
}

// A file that cannot be read costs itself; when none can, that is an error.
func TestFilesThatCannotBeRead(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(sshLog))
	_ = z.Close()
	broken := map[string]io.Reader{
		"cut off in its head": bytes.NewReader(packed.Bytes()[:5]),
		"no gzip behind it":   strings.NewReader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xffgarbage garbage garbage"),
		"a disk that fails":   io.MultiReader(iotestErr{}),
	}
	for name, in := range broken {
		r, err := logs.Read(t.Context(), []logs.Source{{Name: "bad", Reader: in}, {Name: "good", Reader: strings.NewReader(sshLog)}}, logs.Options{Explainer: explainer(t), Now: now})
		if err != nil || r.Failures != 5 || r.Files[0].Error == "" {
			t.Errorf("%s: %v, %+v", name, err, r)
			continue
		}
		var b strings.Builder
		if _ = r.Text(&b); !strings.Contains(b.String(), "bad could not be read: ") {
			t.Errorf("%s: it is not said\n%s", name, b.String())
		}
	}
	if _, err := logs.Read(t.Context(), []logs.Source{{Name: "bad", Reader: iotestErr{}}}, logs.Options{Explainer: explainer(t), Now: now}); err == nil || !strings.Contains(err.Error(), "bad: the disk fails") {
		t.Errorf("%v", err)
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errors.New("the disk fails") }

// What is no log is called that, and an empty file an empty one.
func TestNothingToRead(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"empty":                  {"", "The file is empty"},
		"zeros":                  {strings.Repeat("\x00", 100_000), "this is no log"},
		"one line that is large": {strings.Repeat("x", 5<<20), "this is no log"},
	} {
		r := read(t, logs.Options{}, c.text)
		if r.Verdict.Status != logs.StatusInconclusive || !strings.Contains(r.Verdict.Summary, c.says) || r.Verdict.Next.Text == "" {
			t.Errorf("%s: %+v", name, r.Verdict)
		}
	}
}

// Times that do not say their year are of the last year they can be of, across
// New Year, and on a day that only leap years have.
func TestYears(t *testing.T) {
	line := "%s gate sshd[%d]: Failed password for ann from 192.0.2.1 port 1 ssh2\n"
	for name, c := range map[string]struct {
		now         string
		stamps      []string
		first, last string
	}{
		"across New Year":         {"2026-01-02", []string{"Dec 31 23:59:59", "Jan  1 00:00:01"}, "2025-12-31", "2026-01-01"},
		"a clock that is ahead":   {"2026-05-30", []string{"May 30 23:00:00"}, "2026-05-30", "2026-05-30"},
		"a leap day":              {"2026-05-30", []string{"Feb 29 10:00:00"}, "2024-02-29", "2024-02-29"},
		"a leap day of this year": {"2028-03-01", []string{"Feb 29 10:00:00"}, "2028-02-29", "2028-02-29"},
		"backwards":               {"2026-05-30", []string{"May 10 10:00:00", "May  9 10:00:00"}, "2026-05-09", "2026-05-10"},
	} {
		at, err := time.Parse(time.DateOnly, c.now)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for i, s := range c.stamps {
			fmt.Fprintf(&text, line, s, i)
		}
		r, err := logs.Read(t.Context(), []logs.Source{{Name: "x", Reader: strings.NewReader(text.String())}}, logs.Options{Explainer: explainer(t), Now: at})
		if err != nil {
			t.Fatal(err)
		}
		if first, last := r.First.Format(time.DateOnly), r.Last.Format(time.DateOnly); first != c.first || last != c.last {
			t.Errorf("%s: from %s to %s, want %s to %s", name, first, last, c.first, c.last)
		}
	}
}

// What the log of a computer calls ten o'clock is ten o'clock in the report.
func TestTextsAreInTheZoneOfWhoeverReads(t *testing.T) {
	r, err := logs.Read(t.Context(), []logs.Source{{Name: "x", Reader: strings.NewReader(sshLog)}}, logs.Options{Explainer: explainer(t), Now: now.In(time.FixedZone("CEST", 7200))})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	_ = r.Text(&b)
	for _, want := range []string{"First 2026-05-30 10:00 CEST", "Over time (CEST)", "2026-05-30 10:00 ", "(05-30 10:00 to"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if r.First.Hour() != 8 || r.First.Location() != time.UTC {
		t.Errorf("the document has %s", r.First)
	}
}

// A collector's file holds lines of several programs; CRLF changes nothing.
func TestMixedLines(t *testing.T) {
	okta := strings.SplitAfter(jsonLog, "\n")[0]
	text := strings.ReplaceAll(sshLog+okta+accessText+sshLog+nginxErrors+"what is this?\n", "\n", "\r\n")
	r := read(t, logs.Options{}, text)
	if r.Failures != 5+1+4+5+3 || r.Unreadable != 3 {
		t.Errorf("%d failures, %d unreadable: %+v", r.Failures, r.Unreadable, r.Broken)
	}
	if r := read(t, logs.Options{Format: "syslog"}, text); r.Failures != 10 {
		t.Errorf("a format that is forced holds for all: %d", r.Failures)
	}
}

// However many names and addresses there are, all failures are counted, and
// there is an end to what is kept.
func TestMoreNamesThanAreKept(t *testing.T) {
	var text strings.Builder
	const n = 120_000
	for i := range n {
		fmt.Fprintf(&text, "May 30 %02d:%02d:%02d gate sshd[%d]: Failed password for invalid user u%d from 10.%d.%d.%d port 1 ssh2\n", i/3600%24, i/60%60, i%60, i, i, i>>16, i>>8&255, i&255)
	}
	r := read(t, logs.Options{}, text.String())
	sum := 0
	for _, f := range r.Findings {
		sum += f.Count
	}
	if r.Failures != n || sum != n || r.Verdict.Reading != logs.ReadSpray || !strings.Contains(r.Verdict.Summary, "more names and addresses") {
		t.Errorf("%d failures, %d in findings: %+v", r.Failures, sum, r.Verdict)
	}
}
