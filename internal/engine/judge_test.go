package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// checksOnly is a playbook of checks and one cause.
func checksOnly(checks ...playbook.Check) *playbook.Playbook {
	return &playbook.Playbook{
		ID: "checks", Vars: map[string]string{"host": "a.test", "page": "https://a.test/login"},
		Causes: []playbook.Cause{{ID: "other", Leak: true, Prior: 1}}, Checks: checks,
	}
}

// here is a case on this computer.
func here() *diag.Evidence {
	ev := diag.NewEvidence()
	ev.Answer(diag.AskWhere, string(diag.WhereHere), nil)
	return ev
}

// judge gives one check of a case.
func judge(t *testing.T, b *engine.Book, ev *diag.Evidence, id string) diag.Check {
	t.Helper()
	for _, c := range engine.Checks(b, ev) {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no check %s", id)
	return diag.Check{}
}

// Every way in which a check can end, with all that is said of it.
func TestACheckIsToldWhole(t *testing.T) {
	b := compile(t, checksOnly(
		playbook.Check{ID: "way", Run: "path"},
		playbook.Check{ID: "name", Run: "dns", Title: "Name of the PAGE", With: map[string]string{"name": "{{host}}"}},
	))
	facts := map[string]any{"rcode": "NXDOMAIN"}
	base := diag.Check{ID: "name", Title: "Name of the PAGE", Probe: "dns", Layer: diag.LayerDNS, Scope: diag.ScopeService, InForce: true, Facts: map[string]any{}}
	but := func(change func(*diag.Check)) diag.Check {
		c := base
		change(&c)
		return c
	}
	nxdomain := find(t, "dns.nxdomain")
	for _, tt := range []struct {
		name string
		set  func(*diag.Evidence)
		want diag.Check
	}{
		{"nothing known", func(*diag.Evidence) {}, but(func(c *diag.Check) {
			c.Status, c.Code, c.Reason, c.Summary = diag.Unknown, "dns.unknown", "not measured", "not measured"
		})},
		{"measured", func(ev *diag.Evidence) {
			ev.Measured("name", diag.Finding{Outcome: "nxdomain", Summary: "no such name", Reason: "stray", Facts: facts, ElapsedMS: 12}, nil)
		}, but(func(c *diag.Check) {
			c.Status, c.Code, c.Summary, c.Remedy = diag.Fail, "dns.nxdomain", "no such name", nxdomain.Remedy
			c.Scope, c.Facts, c.ElapsedMS = diag.ScopeNetwork, facts, 12
		})},
		{"given", func(ev *diag.Evidence) { ev.Given("name", "nxdomain") }, but(func(c *diag.Check) {
			c.Status, c.Code, c.Remedy, c.Scope = diag.Fail, "dns.nxdomain", nxdomain.Remedy, diag.ScopeNetwork
			c.Summary = nxdomain.Meaning + diag.GivenMark
		})},
		{"measured in vain", func(ev *diag.Evidence) {
			ev.Measured("name", diag.Finding{Outcome: diag.NoAnswer, Summary: "could not tell", Reason: "no answer in time", ElapsedMS: 9}, nil)
		}, but(func(c *diag.Check) {
			c.Status, c.Code, c.Summary, c.Reason, c.ElapsedMS = diag.Unknown, "dns.unknown", "could not tell", "no answer in time", 9
		})},
		{"not wanted", func(ev *diag.Evidence) { ev.Given("name", diag.NotMeasured) }, but(func(c *diag.Check) {
			c.Status, c.Code, c.Summary, c.Reason = diag.Skipped, "dns.skipped", "taken as given", "not asked for"
		})},
		{"hidden", func(ev *diag.Evidence) { ev.Given("way", "offline"); ev.Given("name", "nxdomain") }, but(func(c *diag.Check) {
			c.Status, c.Code, c.BlockedBy, c.Scope = diag.Blocked, "dns.blocked", "way", diag.ScopeNetwork
			c.Reason, c.Summary = "waits for network", "waits for network"
		})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := here()
			tt.set(ev)
			if diff := cmp.Diff(tt.want, judge(t, b, ev, "name")); diff != "" {
				t.Errorf("check (-want +got):\n%s", diff)
			}
		})
	}
}

func find(t *testing.T, code string) diag.Outcome {
	t.Helper()
	_, o, ok := diag.FindCode(code)
	if !ok {
		t.Fatalf("no code %s", code)
	}
	return o
}

// Which check hides which: the chain on the same target, unless the playbook
// says otherwise.
func TestWhatHidesWhat(t *testing.T) {
	with := func(key, value string) map[string]string { return map[string]string{key: value} }
	for _, tt := range []struct {
		name        string
		first, then playbook.Check
		outcome     string // of first
		hidden      bool
	}{
		{"the same host", playbook.Check{Run: "dns", With: with("name", "a.test")}, playbook.Check{Run: "http", With: with("url", "https://a.test/login")}, "nxdomain", true},
		{"another host", playbook.Check{Run: "dns", With: with("name", "a.test")}, playbook.Check{Run: "http", With: with("url", "https://b.test/login")}, "nxdomain", false},
		{"hosts behind variables", playbook.Check{Run: "dns", With: with("name", "{{host}}")}, playbook.Check{Run: "http", With: with("url", "{{page}}")}, "nxdomain", true},
		{"another host behind a variable", playbook.Check{Run: "dns", With: with("name", "b.test")}, playbook.Check{Run: "http", With: with("url", "{{page}}")}, "nxdomain", false},
		{"a host that cannot be told", playbook.Check{Run: "dns"}, playbook.Check{Run: "http", With: with("url", "https://b.test/")}, "nxdomain", true},
		{"behind a host that cannot be told", playbook.Check{Run: "dns", With: with("name", "b.test")}, playbook.Check{Run: "http"}, "nxdomain", true},
		{"the way out is the same for all", playbook.Check{Run: "path", With: with("url", "http://portal.test/204")}, playbook.Check{Run: "http", With: with("url", "https://b.test/")}, "offline", true},
		{"with a port", playbook.Check{Run: "tls", With: with("address", "a.test:8443")}, playbook.Check{Run: "http", With: with("url", "https://a.test/")}, "expired", true},
		{"in capitals", playbook.Check{Run: "tls", With: with("address", "A.Test")}, playbook.Check{Run: "http", With: with("url", "HTTPS://a.TEST:443/x")}, "expired", true},
		{"behind a user", playbook.Check{Run: "tls", With: with("address", "a.test")}, playbook.Check{Run: "http", With: with("url", "https://me:pw@a.test/")}, "expired", true},
		{"an address of version 6", playbook.Check{Run: "tls", With: with("address", "[2001:db8::1]:443")}, playbook.Check{Run: "http", With: with("url", "https://[2001:db8::1]/")}, "expired", true},
		{"another of version 6", playbook.Check{Run: "tls", With: with("address", "[2001:db8::1]:443")}, playbook.Check{Run: "http", With: with("url", "https://[2001:db8::2]/")}, "expired", false},
		{"version 6 without brackets", playbook.Check{Run: "tls", With: with("address", "2001:db8::1")}, playbook.Check{Run: "http", With: with("url", "https://[2001:db8::1]/")}, "expired", true},
		{"a warning hides nothing", playbook.Check{Run: "dns", With: with("name", "a.test")}, playbook.Check{Run: "http", With: with("url", "https://a.test/")}, "slow", false},
		{"unknown hides nothing", playbook.Check{Run: "dns", With: with("name", "a.test")}, playbook.Check{Run: "http", With: with("url", "https://a.test/")}, diag.NoAnswer, false},
		{"a later layer hides nothing", playbook.Check{Run: "http", With: with("url", "https://a.test/")}, playbook.Check{Run: "dns", With: with("name", "a.test")}, "server_error", false},
		{"the same layer hides nothing", playbook.Check{Run: "dns", With: with("name", "a.test")}, playbook.Check{Run: "dns", With: with("name", "a.test")}, "nxdomain", false},
		{"named", playbook.Check{Run: "http", With: with("url", "https://b.test/")}, playbook.Check{Run: "dns", After: []string{"first"}}, "server_error", true},
		{"a warning that waits, named", playbook.Check{Run: "http"}, playbook.Check{Run: "dns", After: []string{"first"}}, "rate_limited", true},
		{"another warning, named", playbook.Check{Run: "http"}, playbook.Check{Run: "dns", After: []string{"first"}}, "slow", false},
		{"a page that asks to wait hides what sends credentials", playbook.Check{Run: "http", With: with("url", "https://a.test/")}, playbook.Check{Run: "imap", With: with("address", "a.test")}, "rate_limited", true},
		{"but not what sends them elsewhere", playbook.Check{Run: "http", With: with("url", "https://a.test/")}, playbook.Check{Run: "imap", With: with("address", "b.test")}, "rate_limited", false},
		{"an issuer that asks to wait", playbook.Check{Run: "oidc", With: with("issuer", "https://a.test/")}, playbook.Check{Run: "http_auth", With: with("url", "https://a.test/api")}, "rate_limited", true},
		{"a service that asks to wait is no way to a page", playbook.Check{Run: "s3", With: with("url", "https://a.test/")}, playbook.Check{Run: "http", With: with("url", "https://a.test/api")}, "rate_limited", false},
		{"named to be behind nothing", playbook.Check{Run: "path"}, playbook.Check{Run: "dns", After: []string{}}, "offline", false},
		{"named to be behind another", playbook.Check{Run: "path"}, playbook.Check{Run: "dns", After: []string{"nobody"}}, "offline", false},
		{"a broken page hides what sends credentials", playbook.Check{Run: "http"}, playbook.Check{Run: "imap"}, "server_error", true},
		{"a page hides no page", playbook.Check{Run: "http"}, playbook.Check{Run: "http"}, "server_error", false},
		{"an issuer that refuses a client is no broken one", playbook.Check{Run: "oidc"}, playbook.Check{Run: "http_auth"}, "client_rejected", false},
		{"unless it is named", playbook.Check{Run: "oidc"}, playbook.Check{Run: "http_auth", After: []string{"first"}}, "client_rejected", true},
		{"behind an empty user", playbook.Check{Run: "tls", With: with("address", "a.test")}, playbook.Check{Run: "http", With: with("url", "https://@a.test/")}, "expired", true},
		{"no host at all", playbook.Check{Run: "dns", With: with("name", "b.test")}, playbook.Check{Run: "http", With: with("url", "/login")}, "nxdomain", true},
		{"a wrong clock hides no name", playbook.Check{Run: "clock"}, playbook.Check{Run: "dns"}, "skewed", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.first.ID, tt.then.ID = "first", "then"
			for _, checks := range [][]playbook.Check{{tt.first, tt.then}, {tt.then, tt.first}} {
				b, ev := compile(t, checksOnly(checks...)), here()
				ev.Given("first", tt.outcome)
				ev.Given("then", "ok")
				got := judge(t, b, ev, "then")
				if hidden := got.Status == diag.Blocked; hidden != tt.hidden {
					t.Errorf("%s first: hidden %t, want %t", checks[0].ID, hidden, tt.hidden)
				}
			}
		})
	}
}

// A service that asks one sign-in to wait answers no other: what has its turn
// after it is hidden, and what was before it has had its answer. Any other
// refusal hides nothing.
func TestAServiceThatAsksToWait(t *testing.T) {
	at := func(run, param, value string) playbook.Check {
		return playbook.Check{Run: run, With: map[string]string{param: value}}
	}
	behind := func(c playbook.Check) playbook.Check { c.After = []string{}; return c }
	for _, tt := range []struct {
		name        string
		first, then playbook.Check
		outcome     string // of first
		hidden      bool
	}{
		{"two ways into one server", at("s3", "url", "https://a.test/"), at("http_auth", "url", "https://a.test/api"), "rate_limited", true},
		{"and the other way round", at("http_auth", "url", "https://a.test/api"), at("s3", "url", "https://a.test/"), "rate_limited", true},
		{"two servers", at("s3", "url", "https://a.test/"), at("http_auth", "url", "https://b.test/api"), "rate_limited", false},
		{"a server that cannot be told", playbook.Check{Run: "s3"}, playbook.Check{Run: "http_auth"}, "rate_limited", false},
		{"one mailbox on two servers", at("imap", "address", "imap.test"), at("smtp", "address", "smtp.test"), "rate_limited", true},
		{"another server than the mailbox's", at("imap", "address", "imap.test"), at("ldap", "url", "ldap://ldap.test"), "rate_limited", false},
		{"a mailbox that is refused", at("imap", "address", "a.test"), at("smtp", "address", "a.test"), "rejected", false},
		{"a mailbox that cannot be looked up now", at("imap", "address", "a.test"), at("smtp", "address", "a.test"), "unavailable", false},
		{"a sign-in that names nothing before it", at("imap", "address", "a.test"), behind(at("smtp", "address", "a.test")), "rate_limited", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.first.ID, tt.then.ID = "first", "then"
			b, ev := compile(t, checksOnly(tt.first, tt.then)), here()
			ev.Given("first", tt.outcome)
			ev.Given("then", "rejected")
			if hidden := judge(t, b, ev, "then").BlockedBy == "first"; hidden != tt.hidden {
				t.Errorf("hidden %t, want %t", hidden, tt.hidden)
			}
			if got := judge(t, b, ev, "first"); got.Status == diag.Blocked {
				t.Error("what came before is hidden")
			}
			ev.Given("first", "ok")
			ev.Given("then", tt.outcome)
			if got := judge(t, b, ev, "first"); got.Status == diag.Blocked {
				t.Error("what had its answer before is hidden")
			}
		})
	}
}

// An answer that changes where a check looks changes what hides it.
func TestAnswersChangeWhatHidesWhat(t *testing.T) {
	b, ev := compile(t, checksOnly(
		playbook.Check{ID: "name", Run: "dns", With: map[string]string{"name": "{{host}}"}},
		playbook.Check{ID: "page", Run: "http", With: map[string]string{"url": "{{page}}"}},
	)), here()
	ev.Given("name", "nxdomain")
	ev.Given("page", "ok")
	if got := judge(t, b, ev, "page"); got.BlockedBy != "name" {
		t.Errorf("on the same host the page is hidden by %q", got.BlockedBy)
	}
	ev.SetVars(map[string]string{"page": "https://b.test/"})
	if got := judge(t, b, ev, "page"); got.BlockedBy != "" {
		t.Errorf("on another host the page is hidden by %q", got.BlockedBy)
	}
	ev.SetVars(map[string]string{"host": "b.test"})
	if got := judge(t, b, ev, "page"); got.BlockedBy != "name" {
		t.Errorf("on the same host again the page is hidden by %q", got.BlockedBy)
	}
}

// In whatever order a playbook lists its checks, the root is named.
func TestTheRootIsNamed(t *testing.T) {
	for name, checks := range map[string][]playbook.Check{
		"forwards":  {{ID: "way", Run: "path"}, {ID: "name", Run: "dns"}, {ID: "tls", Run: "tls"}, {ID: "page", Run: "http"}},
		"backwards": {{ID: "page", Run: "http"}, {ID: "tls", Run: "tls"}, {ID: "name", Run: "dns"}, {ID: "way", Run: "path"}},
		"named":     {{ID: "page", Run: "http", After: []string{"tls"}}, {ID: "tls", Run: "tls", After: []string{"name"}}, {ID: "name", Run: "dns", After: []string{"way"}}, {ID: "way", Run: "path"}},
	} {
		for root, outcome := range map[string]string{"way": "offline", "name": "nxdomain", "tls": "expired", "page": "refused"} {
			t.Run(name+"/"+root, func(t *testing.T) {
				b, ev := compile(t, checksOnly(checks...)), here()
				want := map[string]string{}
				behind := false
				for _, id := range []string{"way", "name", "tls", "page"} {
					ev.Given(id, map[string]string{"way": "captive_portal", "name": "servfail", "tls": "untrusted", "page": "timeout"}[id])
					if !behind {
						ev.Given(id, "ok")
					}
					if behind {
						want[id] = root
					}
					if id == root {
						ev.Given(id, outcome)
						behind = true
					}
				}
				got := map[string]string{}
				for _, c := range engine.Checks(b, ev) {
					if c.BlockedBy != "" {
						got[c.ID] = c.BlockedBy
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("hidden by (-want +got):\n%s", diff)
				}
				if v := engine.JudgeChecks(b, ev); v.Check != root {
					t.Errorf("the verdict names %s", v.Check)
				}
			})
		}
	}
}

// Behind two failures that do not hide each other, the earlier is named.
func TestTheEarlierOfTwoHides(t *testing.T) {
	b, ev := compile(t, checksOnly(
		playbook.Check{ID: "tls", Run: "tls", After: []string{}}, playbook.Check{ID: "name", Run: "dns"}, playbook.Check{ID: "page", Run: "http"},
	)), here()
	for id, outcome := range map[string]string{"tls": "untrusted", "name": "servfail", "page": "ok"} {
		ev.Given(id, outcome)
	}
	if got := judge(t, b, ev, "page").BlockedBy; got != "name" {
		t.Errorf("the page is hidden by %q", got)
	}
}

// Of two failures that do not hide each other, the earlier layer is named.
func TestTheEarlierLayerIsNamedFirst(t *testing.T) {
	b, ev := compile(t, checksOnly(
		playbook.Check{ID: "page", Run: "http", With: map[string]string{"url": "https://a.test/"}},
		playbook.Check{ID: "name", Run: "dns", With: map[string]string{"name": "b.test"}},
	)), here()
	ev.Given("page", "server_error")
	ev.Given("name", "nxdomain")
	if v := engine.Judge(b, ev, true); v.Check != "name" {
		t.Errorf("the verdict names %s", v.Check)
	}
}

// That holds although the later one hides something and comes first.
func TestTheEarlierLayerIsNamedBeforeWhatHides(t *testing.T) {
	a := func(key, value string) map[string]string { return map[string]string{key: value} }
	b, ev := compile(t, checksOnly(
		playbook.Check{ID: "tls", Run: "tls", With: a("address", "a.test")},
		playbook.Check{ID: "page", Run: "http", With: a("url", "https://a.test/")},
		playbook.Check{ID: "name", Run: "dns", With: a("name", "b.test")},
	)), here()
	for id, outcome := range map[string]string{"tls": "untrusted", "page": "ok", "name": "nxdomain"} {
		ev.Given(id, outcome)
	}
	if v := engine.Judge(b, ev, true); v.Check != "name" {
		t.Errorf("the verdict names %s", v.Check)
	}
}

// Of two failures in one layer, the playbook's first is named.
func TestOfEqualsTheFirstIsNamed(t *testing.T) {
	b, ev := compile(t, checksOnly(
		playbook.Check{ID: "one", Run: "dns", With: map[string]string{"name": "a.test"}},
		playbook.Check{ID: "two", Run: "dns", With: map[string]string{"name": "b.test"}},
	)), here()
	ev.Given("one", "servfail")
	ev.Given("two", "nxdomain")
	if v := engine.Judge(b, ev, true); v.Check != "one" {
		t.Errorf("the verdict names %s", v.Check)
	}
}

// A wrong clock explains a certificate only if that is valid at the right
// time, and where the facts to tell are missing it explains nothing.
func TestTheCorrectedTime(t *testing.T) {
	clock := func(offset any) diag.Finding {
		f := diag.Finding{Outcome: "skewed", Facts: map[string]any{"offset_ms": offset}}
		if offset == nil {
			f.Facts = nil
		}
		return f
	}
	cert := func(outcome, at, from, to string) diag.Finding {
		return diag.Finding{Outcome: outcome, Facts: map[string]any{"judged_at": at, "not_before": from, "not_after": to}}
	}
	const noon, one, two = "2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z", "2026-01-01T14:00:00Z"
	const hour = 3600e3
	for _, tt := range []struct {
		name  string
		clock diag.Finding
		tls   diag.Finding
		want  bool
	}{
		{"to the second of the beginning", clock(hour), cert("not_yet_valid", noon, one, two), true},
		{"a moment before the beginning", clock(hour - 1), cert("not_yet_valid", noon, one, two), false},
		{"to the second of the end", clock(-hour), cert("expired", two, noon, one), true},
		{"a moment after the end", clock(-hour + 1), cert("expired", two, noon, one), false},
		{"beyond the end", clock(3 * hour), cert("not_yet_valid", noon, one, two), false},
		{"no offset", clock(nil), cert("expired", two, noon, one), true},
		{"an offset in words", clock("1 hour"), cert("expired", two, noon, one), true},
		{"no moment of judging", clock(-hour), cert("expired", "", noon, one), false},
		{"no beginning", clock(-hour), cert("expired", two, "", one), false},
		{"no end", clock(-hour), cert("expired", two, noon, ""), false},
		{"no facts at all", clock(-hour), diag.Finding{Outcome: "expired"}, false},
		{"a right clock", diag.Finding{Outcome: "accurate", Facts: map[string]any{"offset_ms": -hour}}, cert("expired", two, noon, one), false},
		{"a drift", diag.Finding{Outcome: "drifting", Facts: map[string]any{"offset_ms": -hour}}, cert("expired", two, noon, one), false},
		{"another fault", clock(-hour), cert("untrusted", two, noon, one), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, ev := compile(t, checksOnly(playbook.Check{ID: "time", Run: "clock"}, playbook.Check{ID: "tls", Run: "tls"})), here()
			ev.Measured("time", tt.clock, nil)
			ev.Measured("tls", tt.tls, nil)
			if got := judge(t, b, ev, "tls").BlockedBy == "time"; got != tt.want {
				t.Errorf("explained by the clock: %t, want %t", got, tt.want)
			}
		})
	}
	measured, given := clock(-hour), cert("expired", two, noon, noon)
	for name, set := range map[string]func(*diag.Evidence){
		"the clock is given": func(ev *diag.Evidence) { ev.Given("time", "skewed"); ev.Measured("tls", given, nil) },
		"the certificate is": func(ev *diag.Evidence) { ev.Measured("time", measured, nil); ev.Given("tls", "expired") },
	} {
		t.Run(name, func(t *testing.T) {
			b, ev := compile(t, checksOnly(playbook.Check{ID: "time", Run: "clock"}, playbook.Check{ID: "tls", Run: "tls"})), here()
			set(ev)
			if got := judge(t, b, ev, "tls").BlockedBy; got != "time" {
				t.Errorf("hidden by %q, want the clock: there is nothing to correct", got)
			}
		})
	}
}

// What is hidden in the chain already is not hidden by the clock as well.
func TestTheChainHidesBeforeTheClock(t *testing.T) {
	b, ev := compile(t, checksOnly(
		playbook.Check{ID: "time", Run: "clock"}, playbook.Check{ID: "name", Run: "dns"}, playbook.Check{ID: "tls", Run: "tls"},
	)), here()
	ev.Given("time", "skewed")
	ev.Given("name", "nxdomain")
	ev.Given("tls", "expired")
	if got := judge(t, b, ev, "tls").BlockedBy; got != "name" {
		t.Errorf("hidden by %q", got)
	}
	if v := engine.Judge(b, ev, true); v.Check != "name" || v.Layer != diag.LayerDNS {
		t.Errorf("the verdict names %s", v.Check)
	}
}

// A second fault asks for new measurements: the old ones say nothing.
func TestOldMeasurementsSayNothingOfANewFault(t *testing.T) {
	b := compile(t, small())
	ev := opened("here", nil)
	ev.Measured("name", diag.Finding{Outcome: "nxdomain"}, engine.With(b, ev, "name"))
	ev.Given("way", "proxied")
	ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
	ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "use": "fails"}})
	if got := judge(t, b, ev, "name"); got.Status != diag.Unknown || got.Reason != "not measured" {
		t.Errorf("the name is %s (%s)", got.Status, got.Reason)
	}
	if got := judge(t, b, ev, "way"); got.Status != diag.Warn {
		t.Errorf("what was given is %s", got.Status)
	}
	ev.Measured("name", diag.Finding{Outcome: "slow"}, engine.With(b, ev, "name"))
	if got := judge(t, b, ev, "name"); got.Status != diag.Warn {
		t.Errorf("measured again, the name is %s", got.Status)
	}
}

// Whoever shows checks as they come waits for those that can hide them.
func TestHiders(t *testing.T) {
	b := compile(t, small())
	for id, want := range map[string][]string{
		"time": nil, "way": nil, "name": {"way"},
		"tls": {"name", "time", "way"}, "page": {"name", "time", "tls", "way"}, "nobody": nil,
	} {
		unique := map[string]bool{}
		for _, h := range engine.Hiders(b, diag.NewEvidence(), id) {
			unique[h] = true
		}
		var got []string
		for h := range unique {
			got = append(got, h)
		}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
			t.Errorf("hiders of %s (-want +got):\n%s", id, diff)
		}
	}
}

// What waits for a value of a variable is told with its name; what was written
// out, or has a value, is not.
func TestWhatIsUnsetIsTold(t *testing.T) {
	book := checksOnly(playbook.Check{ID: "mail", Run: "imap", With: map[string]string{"address": "{{server}}", "tls": "implicit", "server-name": "{{host}}"}})
	book.Vars["server"] = ""
	b := compile(t, book)
	due := engine.Due(b, here())
	if len(due) != 1 {
		t.Fatalf("%d checks are due", len(due))
	}
	if diff := cmp.Diff(map[string]string{"address": "server"}, due[0].Unset); diff != "" {
		t.Errorf("unset (-want +got):\n%s", diff)
	}
	ev := here()
	ev.SetVars(map[string]string{"server": "mail.test"})
	if due := engine.Due(b, ev); due[0].Unset != nil || due[0].With["address"] != "mail.test" {
		t.Errorf("with a value: %+v", due[0])
	}
}
