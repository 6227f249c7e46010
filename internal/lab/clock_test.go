package lab

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"go.uber.org/goleak"
)

// goodTime is a server that follows this computer's clock, as if from a source
// of its own.
var goodTime = []string{"allow 127.0.0.0/8", "local stratum 3"}

// followLines follow another server, always off by that much. chrony's own
// offset is exact to the microsecond; a faked system clock is not.
func followLines(server timeServer, offset time.Duration) []string {
	host, port, _ := strings.Cut(server.address, ":")
	return []string{
		"allow 127.0.0.0/8",
		fmt.Sprintf("server %s port %s iburst minpoll 0 maxpoll 0 offset %g", host, port, offset.Seconds()),
	}
}

// A timeFault is a fault and the servers that show it.
type timeFault struct {
	fault    string
	servers  string // in words
	expected string // code
	reason   string // part of it, where the code is clock.unknown
	asked    []timeServer
	offset   time.Duration // oracle: what chronyd was told to be off by
}

// timeFaults starts all servers and gives the faults that they make up.
func timeFaults(t *testing.T) []timeFault {
	right := startChrony(t, inStep, goodTime...)
	right2 := startChrony(t, inStep, goodTime...)
	right3 := startChrony(t, inStep, goodTime...)
	ahead := startChrony(t, inStep, followLines(right, 400*time.Millisecond)...)
	behind := startChrony(t, inStep, followLines(right, -90*time.Second)...)
	unset := startChrony(t, outOfStep, "allow 127.0.0.0/8")
	// Only somebody else may ask this one, and to us it does not even say so.
	silent := startChrony(t, listens, "allow 127.0.0.2", "local stratum 3")
	return []timeFault{
		{"none", "one that is right", "clock.accurate", "", []timeServer{right}, 0},
		{"a little off", "one that is 400 ms ahead", "clock.accurate", "", []timeServer{ahead}, 400 * time.Millisecond},
		{"clock 90 s fast", "one that is 90 s behind", "clock.skewed", "", []timeServer{behind}, -90 * time.Second},
		{"a liar", "three that are right, one that is 90 s behind", "clock.accurate", "", []timeServer{right, behind, right2, right3}, 0},
		{"two opinions", "one that is right, one that is 90 s behind", "clock.unknown", "time servers disagree", []timeServer{right, behind}, 0},
		{"not set", "one that has no time itself", "clock.unknown", "server has no time", []timeServer{unset}, 0},
		{"silent", "one that never answers", "clock.unknown", "no answer in time", []timeServer{silent}, 0},
		{"one does not help", "one silent, one without a time, two that are right", "clock.accurate", "",
			[]timeServer{silent, right, unset, right2}, 0},
	}
}

func TestClock(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // runs after the servers' own cleanup
	faults := timeFaults(t)
	rows := make([]row, 0, len(faults))
	for _, f := range faults {
		got := measureClock(t, f)
		code := diag.Code("clock", got.Outcome)
		rows = append(rows, row{f.fault, f.servers, f.expected, code})
		t.Logf("%-18s %-50s %-15s %-15s %s", f.fault, f.servers, f.expected, code, got.Summary)
		if code != f.expected || !strings.Contains(got.Reason, f.reason) {
			t.Errorf("%s: got %s %q, want %s %q; facts %v", f.fault, code, got.Reason, f.expected, f.reason, got.Facts)
		}
		if got.Outcome != diag.NoAnswer {
			compareOffset(t, f, got)
		}
	}
	checkTable(t, "clock", rows)
}

// measureClock runs the probe as a session does.
func measureClock(t *testing.T, f timeFault) diag.Finding {
	t.Helper()
	var addresses []string
	for _, s := range f.asked {
		addresses = append(addresses, s.address)
	}
	runner := probe.Runner{Env: probe.System()}
	request := diag.Request{ID: "clock", Kind: "clock", With: map[string]string{"server": strings.Join(addresses, ",")}}
	return runner.Probe(t.Context(), []diag.Request{request})["clock"]
}

// compareOffset holds what was measured against what chronyd was told: within
// 5 ms, and what the probe itself says it may be off by.
func compareOffset(t *testing.T, f timeFault, got diag.Finding) {
	t.Helper()
	offset, ok1 := got.Facts["offset_ms"].(float64)
	unsure, ok2 := got.Facts["uncertainty_ms"].(float64)
	told := float64(f.offset) / float64(time.Millisecond)
	if off := math.Abs(offset - told); !ok1 || !ok2 || off > 5+unsure {
		t.Errorf("%s: measured %v ms ± %v ms, chronyd was told %v ms", f.fault, offset, unsure, told)
	}
}
