package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/journal"
	"github.com/authdoctor/authdoctor/internal/state"
)

// events is how many a very long session has: checks measured again and again,
// answers taken back, and steps tried in between.
const events = 500

// longSession keeps a session of that many events in a folder.
func longSession(tb testing.TB, dir string) {
	tb.Helper()
	at := time.Date(2026, 3, 18, 7, 10, 0, 0, time.FixedZone("EST", -5*3600))
	now := func() time.Time { at = at.Add(17 * time.Second); return at }
	w, err := journal.In(state.Dir(dir)).Create(journal.Head{
		Tool: diag.Tool{Version: "1.2.3"}, Playbook: diag.PlaybookRef{ID: "alarmcom", Version: "1", SHA256: checksum(tb), Title: "Alarm.com sign-in"},
	}, now, func() float64 { return .5 })
	if err != nil {
		tb.Fatal(err)
	}
	write := func(e diag.Event) {
		if err := w.Event(e); err != nil {
			tb.Fatal(err)
		}
	}
	write(diag.Event{Type: diag.Told, Symptoms: []string{"session-drops", "saved-login-stopped"}})
	write(diag.Event{Type: diag.Answered, Question: diag.AskWhere, Choice: string(diag.WhereHere)})
	for i := 2; i < events; i++ {
		write(longEvent(i))
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
}

// longEvent is one event of a long session.
func longEvent(i int) diag.Event {
	checks := []struct{ id, outcome string }{{"clock", "accurate"}, {"network-path", "ok"}, {"name-lookup", "ok"}, {"login-tls", "ok"}, {"login-page", "ok"}}
	switch c := checks[i%len(checks)]; {
	case i%50 == 49:
		return diag.Event{Type: diag.WentBack, To: i - 1}
	case i%60 == 59:
		return diag.Event{Type: diag.Stepped, Step: []string{"confirm-credentials", "refresh-session", "validate-two-factor"}[i/60%3], Did: &diag.Did{Outcome: diag.DidUnchanged}}
	case i%25 == 24:
		return diag.Event{Type: diag.Answered, Question: "web-login", Choice: "works", Asked: true}
	default:
		return diag.Event{Type: diag.Measured, Check: c.id, Finding: &diag.Finding{
			Outcome: c.outcome, Summary: fmt.Sprintf("as measured the %dth time: www.alarm.com", i), ElapsedMS: 120,
			Facts: map[string]any{"url": "https://www.alarm.com/login", "offset_ms": 12.5, "uncertainty_ms": 20.0, "dns_ms": 9.0, "connect_ms": 20.0, "tls_ms": 40.0, "first_byte_ms": 90.0, "total_ms": 170.0},
		}}
	}
}

// checksum is that of the built-in playbook, as a session keeps it.
func checksum(tb testing.TB) string {
	tb.Helper()
	sys, stdout, stderr := island("diagnose", "alarmcom", "--no-input", "--no-checks", "--symptom", "session-drops", "--format", "json")
	cli.Main(tb.Context(), sys)
	var r diag.Report
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		tb.Fatal(err, stderr)
	}
	return r.Playbook.SHA256
}

func writeReport(tb testing.TB, dir, format string) string {
	tb.Helper()
	sys, stdout, stderr := island("report", "--format", format)
	sys.State = state.Dir(dir)
	if code := cli.Main(tb.Context(), sys); code == 2 || code == 4 {
		tb.Fatal(stderr)
	}
	return stdout.String()
}

// The whole of it, from the journal on disk to the page, within a tenth of a
// second: the best of a few runs, since a machine may have other things to do.
func TestALongSessionIsWrittenAtOnce(t *testing.T) {
	const limit = 100 * time.Millisecond
	dir := t.TempDir()
	longSession(t, dir)
	for _, format := range []string{"html", "text", "json", "markdown", "junit"} {
		best := time.Hour
		for range 7 {
			began := time.Now()
			out := writeReport(t, dir, format)
			best = min(best, time.Since(began))
			if n := strings.Count(out, "as measured the"); format == "html" && n < events/2 {
				t.Fatalf("only %d measurements are in the page", n)
			}
			if best < limit/4 {
				break
			}
		}
		t.Logf("bench| report of %d events, %s | %v | | | %v |", events, format, best.Round(100*time.Microsecond), limit)
		// Under the race detector, beside other tests, times say nothing: make size
		// measures without.
		if slower == 1 && best > limit {
			t.Errorf("%s takes %v, more than %v", format, best, limit*slower)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "sessions", "*.jsonl")); len(files) != 1 {
		t.Error(files)
	}
}

func BenchmarkReport(b *testing.B) {
	dir := b.TempDir()
	longSession(b, dir)
	for _, format := range []string{"html", "text", "json"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				_, _ = io.Discard.Write([]byte(writeReport(b, dir, format)))
			}
		})
	}
}
