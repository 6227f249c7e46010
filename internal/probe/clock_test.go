package probe

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

// four servers, of which a test changes some.
func four(change map[string]ntpWay) map[string]ntpWay {
	servers := map[string]ntpWay{"a.test:123": good(0), "b.test:123": good(0), "c.test:123": good(0), "d.test:123": good(0)}
	for name, way := range change {
		servers[name] = way
	}
	return servers
}

func TestClock(t *testing.T) {
	const ms, s, m, h = time.Millisecond, time.Second, time.Minute, time.Hour
	shifted := func(d time.Duration) map[string]ntpWay {
		return map[string]ntpWay{"a.test:123": good(d), "b.test:123": good(d), "c.test:123": good(d), "d.test:123": good(d)}
	}
	silent := ntpWay{silent: true}
	unset := ntpWay{answer: ntpAnswer{leap: 3, shift: -400000 * h}}
	vague := ntpWay{answer: ntpAnswer{stratum: 2, dispersion: 15 * s, shift: 16 * s}}
	tests := []struct {
		name    string
		servers map[string]ntpWay
		outcome string
		text    string // Summary, or Reason where it is unknown
	}{
		{"right", four(nil), "accurate", "right to within 2 ms (4 time servers agree)"},
		{"400 ms slow", shifted(400 * ms), "accurate", "right to within 402 ms (4 time servers agree)"},
		{"4.2 s fast", shifted(-4200 * ms), "drifting", "4.2 s fast: nothing breaks yet (4 time servers agree)"},
		{"94 s fast", shifted(-94 * s), "skewed", "94 s fast: spoils authenticator codes"},
		{"a zone off", shifted(5*h + 30*m), "zone_wrong",
			"5 hours 30 minutes slow, as if set by hand for another time zone: spoils authenticator codes, Kerberos and AWS signatures"},
		{"one lies", four(map[string]ntpWay{"b.test:123": good(-90 * s)}), "accurate", "right to within 2 ms (3 of 4 time servers agree)"},
		{"one is silent", four(map[string]ntpWay{"a.test:123": silent}), "accurate", "right to within 2 ms (3 time servers agree)"},
		{"one has no time", four(map[string]ntpWay{"a.test:123": unset}), "accurate", "right to within 2 ms (3 time servers agree)"},
		{"three do not tell", four(map[string]ntpWay{"a.test:123": unset, "b.test:123": silent, "c.test:123": silent}),
			"accurate", "right to within 2 ms (only 1 of 4 time servers told the time)"},
		{"two lie alike", four(map[string]ntpWay{"a.test:123": good(h), "b.test:123": good(h)}),
			diag.NoAnswer, "time servers disagree"},
		{"most lie, each for itself", four(map[string]ntpWay{"a.test:123": good(h), "b.test:123": good(-h), "c.test:123": good(9 * s)}),
			diag.NoAnswer, "time servers disagree"},
		{"too vague to judge", map[string]ntpWay{"a.test:123": vague, "b.test:123": vague},
			diag.NoAnswer, "16 s slow, give or take 15 s: too unsure to judge"},
		{"none answers", map[string]ntpWay{"a.test:123": silent, "b.test:123": silent},
			diag.NoAnswer, "none of 2 time servers told the time (no answer in time)"},
		{"none has a time", map[string]ntpWay{"a.test:123": unset}, diag.NoAnswer, "a.test: server has no time"},
		{"two names of one machine are one voice", map[string]ntpWay{
			"a.test:123": {answer: good(h).answer, alias: "192.0.2.1:123"},
			"b.test:123": {answer: good(h).answer, alias: "192.0.2.1:123"},
			"c.test:123": good(0), "d.test:123": good(0),
		}, "accurate", "right to within 2 ms (2 of 3 time servers agree)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			world := newNTPWorld(tt.servers)
			var names []string
			for _, name := range []string{"a.test", "b.test", "c.test", "d.test"} {
				if _, ok := tt.servers[name+":123"]; ok {
					names = append(names, name)
				}
			}
			got := runClock(t.Context(), world.env(), Params{"server": strings.Join(names, ",")})
			if got.Outcome != tt.outcome {
				t.Fatalf("got %+v, want %s", got, tt.outcome)
			}
			text := got.Summary
			if got.Outcome == diag.NoAnswer {
				text = got.Reason
			}
			if diff := cmp.Diff(tt.text, text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A slip in a server's name is told, and does not spoil the others.
func TestClockWithBadServer(t *testing.T) {
	world := newNTPWorld(four(nil))
	got := runClock(t.Context(), world.env(), Params{"server": "https://a.test"})
	if want := "https://a.test: not of the form HOST or HOST:PORT"; got.Reason != want {
		t.Errorf("got %q, want %q", got.Reason, want)
	}
	got = runClock(t.Context(), world.env(), Params{"server": "https://a.test b.test c.test:123"})
	if want := "right to within 2 ms (2 time servers agree)"; got.Summary != want {
		t.Errorf("got %q, want %q", got.Summary, want)
	}
}

func TestClockFacts(t *testing.T) {
	world := newNTPWorld(map[string]ntpWay{
		"a.test:123": {answer: ntpAnswer{stratum: 1, shift: 94 * time.Second}},
		"b.test:123": {answer: ntpAnswer{stratum: 1, shift: 94 * time.Second}},
		"c.test:123": {answer: ntpAnswer{stratum: 2}},
		"d.test:123": {answer: ntpAnswer{leap: 3, shift: -400000 * time.Hour}},
	})
	got := runClock(t.Context(), world.env(), Params{"servers": "a.test b.test c.test d.test e.test"})
	want := diag.Finding{
		Outcome: "skewed", Summary: "94 s slow: spoils authenticator codes",
		Facts: map[string]any{
			"source": "ntp", "asked": 5, "answered": 4, "agreeing": 2, "offset_ms": 94000.0, "uncertainty_ms": 1.0,
			"breaks": []any{"authenticator codes"},
			"servers": []any{
				map[string]any{"server": "a.test", "used": true, "reason": "", "stratum": 1,
					"offset_ms": 94000.0, "delay_ms": 0.0, "root_distance_ms": 1.0},
				map[string]any{"server": "b.test", "used": true, "reason": "", "stratum": 1,
					"offset_ms": 94000.0, "delay_ms": 0.0, "root_distance_ms": 1.0},
				map[string]any{"server": "c.test", "used": false, "reason": "disagrees with the majority", "stratum": 2,
					"offset_ms": 0.0, "delay_ms": 0.0, "root_distance_ms": 1.0},
				map[string]any{"server": "d.test", "used": false, "reason": "server has no time", "stratum": 0},
				map[string]any{"server": "e.test", "used": false, "reason": "there is no such name"},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// An env in which no time server answers and every web address leads to site.
func blockedUDP(site *dateSite, shift time.Duration) Env {
	env := site.env(shift)
	dial := env.Dial
	env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(network, "udp") {
			return newNTPWorld(map[string]ntpWay{address: {silent: true}}).dial(ctx, network, address)
		}
		return dial(ctx, network, address)
	}
	return env
}

func TestClockFallsBackToDate(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name    string
		with    Params
		shift   time.Duration // of this computer's clock
		secure  bool
		outcome string
		text    string
	}{
		{"right", Params{"servers": "a.test b.test", "date-url": "https://date.test/"}, 0, true,
			"accurate", `^right to within \S+ (ms|s) \(1 web server asked; no time server told the time\)$`},
		{"5 minutes fast", Params{"servers": "a.test", "date-url": "https://date.test/"}, 5*time.Minute + 10*time.Second, true,
			"skewed", `^5 minutes fast: spoils authenticator codes and Kerberos$`},
		{"30 days slow, so that TLS fails", Params{"date-url": "https://date.test/"}, -30 * day, true,
			"skewed", `^30 days slow: spoils authenticator codes, Kerberos, AWS signatures and TLS$`},
		{"a named server and a named page", Params{"server": "a.test", "date-url": "https://date.test/"}, -30 * day, true,
			"skewed", `^30 days slow`},
		{"a named plain page", Params{"server": "a.test", "date-url": "http://date.test/"}, -62 * time.Second, false,
			"skewed", `^6[123] s slow: spoils authenticator codes$`},
		{"a named server alone", Params{"server": "a.test"}, -30 * day, true,
			diag.NoAnswer, `^a.test: no answer in time$`},
		{"the built-in pages", Params{"servers": "a.test b.test"}, 0, true,
			diag.NoAnswer, `^none of 2 time servers told the time \(no answer in time\); none of 3 web servers told the time \(it does not prove its name\)$`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			site := newDateSite(t, tt.secure, writeHeader(nil))
			got := runClock(t.Context(), blockedUDP(site, tt.shift), tt.with)
			text := got.Summary
			if got.Outcome == diag.NoAnswer {
				text = got.Reason
			} else {
				checkDateFacts(t, got, tt.shift, tt.secure)
			}
			if got.Outcome != tt.outcome || !regexp.MustCompile(tt.text).MatchString(text) {
				t.Errorf("got %+v, want %s %s", got, tt.outcome, tt.text)
			}
		})
	}
}

func checkDateFacts(t *testing.T, got diag.Finding, shift time.Duration, secure bool) {
	t.Helper()
	if got.Facts["source"] != "https-date" || got.Facts["authenticated"] != secure {
		t.Errorf("facts %v", got.Facts)
	}
	off := got.Facts["offset_ms"].(float64) + milliseconds(shift)
	if unsure := got.Facts["uncertainty_ms"].(float64); max(off, -off) > unsure || unsure < 500 {
		t.Errorf("off by %v ms, uncertain by %v ms", off, unsure)
	}
}

// Web servers are a last resort: where a time server tells the time, or they
// contradict each other, no page is asked.
func TestClockAsksNoPageNeedlessly(t *testing.T) {
	for name, servers := range map[string]map[string]ntpWay{
		"right":    four(nil),
		"disagree": {"a.test:123": good(0), "b.test:123": good(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			world := newNTPWorld(servers)
			runClock(t.Context(), world.env(), Params{"servers": "a.test b.test", "date-url": "https://date.test/"})
			for _, dialed := range world.dialed {
				if strings.HasPrefix(dialed, "tcp") {
					t.Errorf("dialed %s", dialed)
				}
			}
		})
	}
}

func TestPlanClock(t *testing.T) {
	tests := []struct {
		name string
		with Params
		want clockPlan
	}{
		{"nothing given", nil, clockPlan{clockServers, clockURLs}},
		{"a playbook's servers", Params{"servers": "a b a"}, clockPlan{[]string{"a", "b"}, clockURLs}},
		{"a playbook's servers and page", Params{"servers": "a", "date-url": "u"}, clockPlan{[]string{"a"}, []string{"u"}}},
		{"a named server", Params{"server": "a"}, clockPlan{[]string{"a"}, nil}},
		{"a named server outdoes the playbook's", Params{"server": "a", "servers": "b,c"}, clockPlan{[]string{"a"}, nil}},
		{"a named server and page", Params{"server": "a", "date-url": "u,v"}, clockPlan{[]string{"a"}, []string{"u", "v"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, planClock(tt.with), cmp.AllowUnexported(clockPlan{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The built-in list has at least four servers, and none that smears or that
// wants a zone of its own.
func TestClockServers(t *testing.T) {
	if len(clockServers) < 4 {
		t.Errorf("only %d servers", len(clockServers))
	}
	for _, server := range clockServers {
		for _, not := range []string{"google", "aws", "amazon", "facebook", "alibaba", "pool.ntp.org"} {
			if strings.Contains(server, not) {
				t.Errorf("%s must not be asked", server)
			}
		}
	}
	for _, url := range clockURLs {
		if !strings.HasPrefix(url, "https://") {
			t.Errorf("%s is not authenticated", url)
		}
	}
}

// A check that may take no longer than a moment ends in that moment.
func TestClockHeedsItsDeadline(t *testing.T) {
	noLeaks(t)
	silent := serveNTP(t, "udp4", "127.0.0.1", func([]byte) [][]byte { return nil })
	ctx, stop := context.WithTimeout(t.Context(), 80*time.Millisecond)
	defer stop()
	started := time.Now()
	got := runClock(ctx, System(), Params{"server": silent})
	if took := time.Since(started); took > 5*time.Second || got.Outcome != diag.NoAnswer {
		t.Errorf("took %v: %+v", took, got)
	}
	if want := silent + ": no answer in time"; got.Reason != want {
		t.Errorf("got %q, want %q", got.Reason, want)
	}
}
