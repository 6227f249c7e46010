package probe

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var errExit = errors.New("exit status 1")

// An output is what a command of a test says. The zero value is one that is not
// on the computer.
type output struct {
	text string
	err  error
}

// commands answer in place of the computer's own. Those of chrony are as it
// writes them; the others were written after their documentation, named at
// each reader, and for want of such systems were never seen in life.
func commands(table map[string]output) func(context.Context, string, ...string) ([]byte, error) {
	return func(_ context.Context, name string, args ...string) ([]byte, error) {
		s, ok := table[strings.Join(append([]string{name}, args...), " ")]
		if !ok {
			return nil, &exec.Error{Name: name, Err: exec.ErrNotFound}
		}
		return []byte(s.text), s.err
	}
}

const (
	askChrony   = "chronyc -n -c tracking"
	askNTPQ     = "ntpq -n -c rv 0 leap,stratum,refid,reftime"
	askTimedate = "timedatectl show"
	askTimesync = "timedatectl show-timesync"
	askMac      = "systemsetup -getusingnetworktime"
	askMacFrom  = "systemsetup -getnetworktimeserver"
	askW32      = "w32tm /query /status"
)

// timedate is what systemd says of the clock.
func timedate(ntp, synchronised string) output {
	return output{text: "Timezone=Europe/Berlin\nLocalRTC=no\nCanNTP=yes\nNTP=" + ntp + "\nNTPSynchronized=" + synchronised + "\nTimeUSec=Fri 2026-01-02 03:04:05 UTC\n"}
}

const timesyncd = `SystemNTPServers=
FallbackNTPServers=ntp.example.org
ServerName=ntp.example.org
ServerAddress=192.0.2.123
RootDistanceMaxUSec=5s
NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=2, Precision=-25, RootDelay=1.2ms, OriginateTimestamp=Fri 2026-01-02 02:54:05 UTC, DestinationTimestamp=Fri 2026-01-02 02:54:05 UTC, Ignored=no, PacketCount=7, Jitter=900us }
Frequency=-12345
`

// German, as the words of w32tm are in the language of the computer.
const w32German = `Sprungindikator: 0(keine Warnung)
Stratum: 4 (Sekundärreferenz - synchr. über (S)NTP)
Präzision: -23 (119.209ns pro Tick)
Stammverzögerung: 0.0312500s
Stammabweichung: 7.7902343s
Referenz-ID: 0xC0A80001 (Quell-IP:  192.168.0.1)
Letzte erfolgr. Synchronisierungszeit: 02.01.2026 03:00:00
Quelle: time.windows.com,0x8 
Abrufintervall: 10 (1024s)
`

func TestTimesync(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	stopped := map[string]output{askChrony: {"506 Cannot talk to daemon\n", errExit}}
	with := func(table map[string]output, more ...any) map[string]output {
		out := map[string]output{}
		for name, s := range table {
			out[name] = s
		}
		for i := 0; i < len(more); i += 2 {
			out[more[i].(string)] = more[i+1].(output)
		}
		return out
	}
	tests := []struct {
		name    string
		os      string
		table   map[string]output
		outcome string
		text    string
	}{
		{"chrony has the time", "linux", map[string]output{askChrony: {text: "C000027B,192.0.2.123,2,1767323000.25,-0.0001,0.0,0.0,-1.0,0.0,0.2,0.01,0.002,64.2,Normal\n"}}, "synchronised", "chrony has the time from 192.0.2.123, 45 s ago"},
		{"chrony has a receiver", "linux", map[string]output{askChrony: {text: "47505300,,1,1767323040.0,0,0,0,0,0,0,0,0,16.0,Normal\n"}}, "synchronised", "from GPS, 5 s ago"},
		{"chrony had it once", "linux", map[string]output{askChrony: {text: "C000027B,192.0.2.123,2,1767200000.0,0,0,0,0,0,0,0,0,64.0,Normal\n"}}, "stale", "not since 34 hours 11 minutes ago"},
		{"chrony had it tomorrow", "linux", map[string]output{askChrony: {text: "C000027B,192.0.2.123,2,1767410000.0,0,0,0,0,0,0,0,0,64.0,Normal\n"}}, diag.NoAnswer, "has been set back since"},
		{"chrony has none", "linux", map[string]output{askChrony: {text: "00000000,,0,0.0,0,0,0,0,0,0,1,1,0.0,Not synchronised\n"}}, "not_synchronised", "has no time from anywhere"},
		{"chrony believes itself", "linux", map[string]output{askChrony: {text: "7F7F0101,,3,1767323000.0,0,0,0,0,0,0,0,0,0.0,Normal\n"}}, "not_synchronised", "this computer's own clock"},
		{"ntpd has the time", "linux", with(stopped, askNTPQ, output{text: "leap=00, stratum=2, refid=192.0.2.5,\nreftime=ed01b330.80000000 2026-01-02T03:00:00.500Z\n"}), "synchronised", "ntpd has the time from 192.0.2.5, 4 minutes ago"},
		{"ntpd has none", "linux", with(stopped, askNTPQ, output{text: "leap=11, stratum=16, refid=INIT, reftime=(no time)\n"}), "not_synchronised", "ntpd runs"},
		{"ntpsec has none", "linux", with(stopped, askNTPQ, output{text: "leap=3, stratum=16, refid=INIT\n"}), "not_synchronised", "ntpd runs"},
		{"systemd's own", "linux", with(stopped, askTimedate, timedate("yes", "yes"), askTimesync, output{text: timesyncd}), "synchronised", "systemd-timesyncd has the time from ntp.example.org, 10 minutes ago"},
		{"another that systemd knows", "linux", with(stopped, askTimedate, timedate("yes", "yes"), askTimesync, output{err: errExit}), "synchronised", "the time service has the time"},
		{"on, and not yet set", "linux", with(stopped, askTimedate, timedate("yes", "no")), "not_synchronised", "not been set yet"},
		{"off", "linux", with(stopped, askTimedate, timedate("no", "no")), "disabled", "no time service is switched on"},
		{"off, and set all the same", "linux", with(stopped, askTimedate, timedate("no", "yes")), "synchronised", "the time service has the time"},
		{"no systemd", "linux", with(stopped, askTimedate, output{err: errExit}), diag.NoAnswer, "chronyc says: 506 Cannot talk to daemon; ntpq is not on this computer; timedatectl cannot be run"},
		{"nothing at all", "linux", nil, diag.NoAnswer, "chronyc is not on this computer"},
		{"rubbish", "linux", map[string]output{askChrony: {text: "\x00\xff,,\"\n"}, askNTPQ: {text: "=,=\n"}, askTimedate: {text: "====\n"}}, diag.NoAnswer, "ntpq says"},
		{"an unknown system", "plan9", map[string]output{askChrony: {text: "00000000,,0,0.0,0,0,0,0,0,0,1,1,0.0,Not synchronised\n"}}, "not_synchronised", "chrony runs"},

		{"mac, on", "darwin", map[string]output{askMac: {text: "Network Time: On\n"}, askMacFrom: {text: "Network Time Server: time.apple.com\n"}}, "enabled", "switched on from time.apple.com; when it last set the clock, it does not tell"},
		{"mac, off", "darwin", map[string]output{askMac: {text: "Network Time: Off\n"}}, "disabled", "set by hand"},
		{"mac, not for everybody", "darwin", map[string]output{askMac: {text: "You need administrator access to run this tool... exiting!\n"}}, diag.NoAnswer, "systemsetup says: You need administrator access"},

		{"windows has the time, in German", "windows", map[string]output{askW32: {text: w32German}}, "synchronised", "Windows Time has the time from time.windows.com"},
		{"windows has none", "windows", map[string]output{askW32: {text: strings.NewReplacer("0(keine", "3(nicht", "4 (Sekundär", "0 (nicht", "time.windows.com,0x8", "Local CMOS Clock").Replace(w32German)}}, "not_synchronised", "own clock"},
		{"windows believes itself", "windows", map[string]output{askW32: {text: strings.Replace(w32German, "0xC0A80001", "0x4C4F434C", 1)}}, "not_synchronised", "own clock"},
		{"windows has it stopped", "windows", map[string]output{askW32: {"Folgender Fehler ist aufgetreten: Der Dienst wurde nicht gestartet. (0x80070426)\n", errExit}}, "disabled", "does not run"},
		{"windows does not say", "windows", map[string]output{askW32: {"The following error occurred: Access is denied. (0x80070005)\n", errExit}}, diag.NoAnswer, "Access is denied"},
		{"windows, rubbish", "windows", map[string]output{askW32: {text: strings.Repeat("a: b\n", 9)}}, diag.NoAnswer, "cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := Env{OS: tt.os, Now: func() time.Time { return now }, Command: commands(tt.table)}
			got := runTimesync(t.Context(), env, nil)
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) {
				t.Errorf("got %s: %s; want %s: %s", got.Outcome, got.Summary, tt.outcome, tt.text)
			}
		})
	}
}

func TestTimesyncFacts(t *testing.T) {
	env := Env{OS: "linux", Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		Command: commands(map[string]output{askTimedate: timedate("yes", "yes"), askTimesync: {text: timesyncd}})}
	want := map[string]any{"service": "systemd-timesyncd", "source": "ntp.example.org", "stratum": 2, "last_update": "2026-01-02T02:54:05Z", "last_update_age_s": int64(600)}
	if diff := cmp.Diff(want, runTimesync(t.Context(), env, nil).Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// A command that hangs costs its patience, and not the check.
func TestTimesyncHangs(t *testing.T) {
	noLeaks(t)
	env := Env{OS: "darwin", Now: time.Now, Command: func(ctx context.Context, _ string, _ ...string) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	got := runTimesync(t.Context(), env, nil)
	if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "does not answer in time") {
		t.Errorf("got %s: %s", got.Outcome, got.Summary)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if got := runTimesync(stopped, env, nil); got.Reason != "stopped before it was done" {
		t.Errorf("stopped: %s", got.Reason)
	}
	if got := runTimesync(t.Context(), Env{Now: time.Now}, nil); !strings.Contains(got.Reason, "commands cannot be run here") {
		t.Errorf("without commands: %s", got.Reason)
	}
}

func TestRunCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no sh")
	}
	out, err := runCommand(t.Context(), "sh", "-c", "echo $LC_ALL $TZ; exit 7")
	exit, ok := errors.AsType[*exec.ExitError](err)
	if string(out) != "C UTC\n" || !ok || exit.ExitCode() != 7 {
		t.Errorf("got %q, %v", out, err)
	}
	if _, err := runCommand(t.Context(), "there-is-no-such-program"); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	// It ends with its context, says no more than is kept, and a child that
	// holds its output open keeps nobody.
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	started := time.Now()
	out, err = runCommand(ctx, "sh", "-c", "sleep 3 & yes")
	if err == nil || len(out) != mostCommandBytes || time.Since(started) > 10*time.Second {
		t.Errorf("got %d bytes, %v after %s", len(out), err, time.Since(started))
	}
}
