package lab

import (
	"context"
	"encoding/csv"
	"flag"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/probe"
)

var measure = flag.Bool("measure", false, "measure, and print rows of a table (make bench)")

// TestBenchClock prints how far the measured offset of a time server is from
// what chrony itself reads of the same server.
func TestBenchClock(t *testing.T) {
	if !*measure {
		t.Skip("run by: make bench")
	}
	const may = 2 * time.Millisecond // both are on this computer, which is busy
	ahead := startChrony(t, inStep, followLines(startChrony(t, inStep, goodTime...), 400*time.Millisecond)...)
	host, port, _ := strings.Cut(ahead.address, ":")
	// From an address of its own, or chrony takes a server that itself follows
	// 127.0.0.1 for one that follows it.
	socket := talkingChrony(t, func(r reply) bool { return r.answered }, "allow 127.0.0.0/8", "bindacqaddress 127.0.0.2", "server "+host+" port "+port+" iburst minpoll 0 maxpoll 0")
	var worst, total float64 // milliseconds
	const rounds = 20
	for range rounds {
		got := measured(t, probe.System(), "clock", map[string]string{"server": ahead.address})
		ours, ok := got.Facts["offset_ms"].(float64)
		if !ok {
			t.Fatalf("nothing was measured: %s %s", got.Outcome, got.Reason)
		}
		off := math.Abs(ours - readByChrony(t, socket))
		worst, total = max(worst, off), total+off
	}
	t.Logf("bench| clock offset of 400 ms, error against chrony's own reading | %.3f ms | worst of %d: %.3f ms | | %v |", total/rounds, rounds, worst, may)
	if total/rounds > milliseconds(may) {
		t.Errorf("on average %.3f ms off, %v are allowed", total/rounds, may)
	}
}

// neverHeard is what chronyc prints as the age of a sample that there is not.
const neverHeard = "4294967295"

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// readByChrony is the offset that chrony last measured of its only source, in
// milliseconds, server minus local: the ninth field of its own report, with
// the other sign (chronyc(1), sources). It waits for the first measurement.
func readByChrony(t *testing.T, socket string) float64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ready)
	defer cancel()
	for ctx.Err() == nil {
		out, err := askingAt(socket)(ctx, "chronyc", "-c", "sources")
		if err != nil {
			t.Fatal(err)
		}
		fields, err := csv.NewReader(strings.NewReader(string(out))).Read()
		if err != nil || len(fields) < 9 {
			t.Fatalf("chronyc says %q (%v)", out, err)
		}
		if seconds, err := strconv.ParseFloat(fields[8], 64); err == nil && fields[6] != neverHeard {
			return -1000 * seconds
		}
	}
	t.Fatal("chrony measured nothing")
	return 0
}
