package lab

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// A kept is how chronyd keeps a clock, and what must be said of it.
type kept struct {
	how, server string
	expected    string // code
	source      string
	socket      string
	later       time.Duration // that this computer's clock goes on to
}

// talkingChrony is a chronyd that also answers chronyc, on a socket of its own.
func talkingChrony(t *testing.T, ok func(reply) bool, lines ...string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chrony") //nolint:usetesting // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	startChrony(t, ok, append(lines, "bindcmdaddress "+socket)...)
	return socket
}

// askingAt has chronyc ask the chronyd at that socket in place of this
// computer's own. Everything else is this computer's.
func askingAt(socket string) func(context.Context, string, ...string) ([]byte, error) {
	run := probe.System().Command
	return func(ctx context.Context, name string, args ...string) ([]byte, error) {
		if name == "chronyc" {
			args = append([]string{"-h", socket}, args...)
		}
		return run(ctx, name, args...)
	}
}

func TestTimesync(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	right := startChrony(t, inStep, goodTime...)
	follows := talkingChrony(t, inStep, followLines(right, 0)...)
	alone := talkingChrony(t, outOfStep, "allow 127.0.0.0/8")
	itself := talkingChrony(t, inStep, goodTime...)
	cases := []kept{
		{"served", "chronyd that follows another", "timesync.synchronised", "127.0.0.1", follows, 0},
		{"served two days ago", "the same, and the clock is put on by two days", "timesync.stale", "127.0.0.1", follows, 48 * time.Hour},
		{"served, and the clock set back since", "the same, and the clock is put back by an hour", "timesync.unknown", "127.0.0.1", follows, -time.Hour},
		{"served by nobody", "chronyd without a server", "timesync.not_synchronised", "", alone, 0},
		{"served by itself", "chronyd that believes this computer's clock", "timesync.not_synchronised", "", itself, 0},
	}
	rows := make([]row, 0, len(cases))
	for _, c := range cases {
		env := probe.System()
		env.OS, env.Command = "linux", askingAt(c.socket)
		env.Now = func() time.Time { return time.Now().Add(c.later) }
		got := measured(t, env, "timesync", nil)
		code := diag.Code("timesync", got.Outcome)
		rows = append(rows, row{c.how, c.server, c.expected, code})
		t.Logf("%-38s %-28s %s", c.how, code, got.Summary)
		source, _ := got.Facts["source"].(string)
		if code != c.expected || source != c.source {
			t.Errorf("%s: got %s, source %q; want %s, %q: %s", c.how, code, source, c.expected, c.source, got.Summary)
		}
	}
	checkTable(t, "timesync", rows)
}

// A service that runs and reaches nobody, and a clock that is wrong: the clock
// is named, and the playbook knows why it is wrong.
func TestTimesyncThroughThePlaybook(t *testing.T) {
	right := startChrony(t, inStep, goodTime...)
	alone := talkingChrony(t, outOfStep, "allow 127.0.0.0/8")
	consult{
		playbook: "clock",
		args: append(healthy("network-path=ok"), "--symptom", "comes-back", "--answer", "which-device=this",
			"--with", "clock.server="+right.address),
		env: func(env *probe.Env) {
			env.OS, env.Command = "linux", askingAt(alone)
			env.Now = func() time.Time { return time.Now().Add(10 * time.Minute) }
		},
		check: "clock", layer: diag.LayerClock, class: "clock_skew",
	}.hold(t)
}
