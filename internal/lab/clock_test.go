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
	url      string        // web server that tells the time where no time server does; empty for none
	ahead    time.Duration // of this computer's clock, which only a web server is told of
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
	web := startNginx(t, 1, "server { listen 127.0.0.1:@PORT0@; return 204; }").url("/")
	faults := []timeFault{
		{fault: "none", servers: "one that is right", expected: "clock.accurate", asked: []timeServer{right}},
		{fault: "a little off", servers: "one that is 400 ms ahead", expected: "clock.accurate", asked: []timeServer{ahead}, offset: 400 * time.Millisecond},
		{fault: "clock 90 s fast", servers: "one that is 90 s behind", expected: "clock.skewed", asked: []timeServer{behind}, offset: -90 * time.Second},
		{fault: "a liar", servers: "three that are right, one that is 90 s behind", expected: "clock.accurate", asked: []timeServer{right, behind, right2, right3}},
		{fault: "two opinions", servers: "one that is right, one that is 90 s behind", expected: "clock.unknown", reason: "time servers disagree", asked: []timeServer{right, behind}},
		{fault: "not set", servers: "one that has no time itself", expected: "clock.unknown", reason: "server has no time", asked: []timeServer{unset}},
		{fault: "silent", servers: "one that never answers", expected: "clock.unknown", reason: "no answer in time", asked: []timeServer{silent}},
		{fault: "one does not help", servers: "one silent, one without a time, two that are right", expected: "clock.accurate", asked: []timeServer{silent, right, unset, right2}},
	}
	for _, off := range []struct {
		fault, expected string
		by              time.Duration
	}{
		{"clock 20 s slow", "clock.drifting", 20 * time.Second},
		{"clock 35 s slow", "clock.skewed", 35 * time.Second},
		{"clock 10 min slow", "clock.skewed", 10 * time.Minute},
		{"clock 3 days fast", "clock.skewed", -3 * day},
		{"set by hand to the next zone's time", "clock.zone_wrong", time.Hour},
	} {
		server := startChrony(t, inStep, followLines(right, off.by)...)
		faults = append(faults, timeFault{fault: off.fault, servers: "one that is off by as much", expected: off.expected, asked: []timeServer{server}, offset: off.by})
	}
	return append(faults,
		timeFault{fault: "UDP blocked", servers: "one that never answers; nginx by its Date", expected: "clock.accurate", asked: []timeServer{silent}, url: web},
		timeFault{fault: "UDP blocked, clock 10 min slow", servers: "one that never answers; nginx by its Date", expected: "clock.skewed",
			asked: []timeServer{silent}, url: web, ahead: -10 * time.Minute, offset: 10 * time.Minute},
	)
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
	env := probe.System()
	env.Getenv = func(string) string { return "" } // no proxy of this computer's
	env.Now = func() time.Time { return time.Now().Add(f.ahead) }
	return measured(t, env, "clock", map[string]string{"server": strings.Join(addresses, ","), "date-url": f.url})
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

// The same clocks through the playbook.
func TestClockThroughThePlaybook(t *testing.T) {
	for _, f := range timeFaults(t) {
		if f.expected != "clock.skewed" && f.expected != "clock.zone_wrong" {
			continue
		}
		t.Run(f.fault, func(t *testing.T) {
			args := append(healthy("network-path=ok", "time-service=synchronised"), "--with", "clock.server="+f.asked[0].address)
			if f.url != "" {
				args = append(args, "--with", "clock.date-url="+f.url)
			}
			consult{playbook: "clock", args: args, check: "clock", layer: diag.LayerClock, class: "clock_skew",
				env: func(env *probe.Env) { env.Now = func() time.Time { return time.Now().Add(f.ahead) } }}.hold(t)
		})
	}
}
