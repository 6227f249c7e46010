package lab

import (
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// unboundServer is what all of them have.
const unboundServer = `server:
  directory: "@DIR@"
  pidfile: "@DIR@/pid"
  username: ""
  chroot: ""
  do-daemonize: no
  use-syslog: no
  interface: 127.0.0.1
  port: @PORT@
  do-not-query-localhost: no
  module-config: "iterator"
  outgoing-interface: 127.0.0.9
  access-control: 127.0.0.9/32 refuse
`

// unboundConfig gives each name an answer of its own, and says of others that they
// do not exist. What is broken is forwarded to unbound itself, which refuses its
// own questions.
const unboundConfig = `
  local-zone: "com." static
  local-zone: "broken.example.com." transparent
  local-data: "right.example.com. A 192.0.2.80"
  local-data: "v6.example.com. AAAA 2001:db8::80"
  local-zone: "missing.example.com." always_nxdomain
  local-zone: "empty.example.com." always_nodata
  local-zone: "null.example.com." always_null
  local-zone: "refused.example.com." always_refuse
  local-zone: "silent.example.com." always_deny
  local-zone: "hijacked.example.com." redirect
  local-data: "hijacked.example.com. A 192.168.77.1"
  local-zone: "nas.home.arpa." transparent
  local-data: "nas.home.arpa. A 192.168.77.2"
forward-zone:
  name: "broken.example.com."
  forward-addr: 127.0.0.1@@PORT@
`

// brokenConfig treats every name alike; names that are ready tell that it runs.
const brokenConfig = `
  local-zone: "ready.test." redirect
  local-data: "ready.test. A 192.0.2.1"
`

// startUnbound starts a name server that gives each name a fault of its own.
func startUnbound(t *testing.T) string {
	t.Helper()
	return startUnboundWith(t, unboundConfig, "right.example.com.")
}

// startBrokenUnbound starts one that does the same to every name.
func startBrokenUnbound(t *testing.T, config string) string {
	t.Helper()
	return startUnboundWith(t, brokenConfig+config, "ready.test.")
}

func startUnboundWith(t *testing.T, config, known string) string {
	t.Helper()
	unbound := program(t, "unbound", "unbound")
	var last *process
	for range 5 {
		dir, port := sharedDir(t), freePort(t)
		filled := strings.NewReplacer("@DIR@", dir, "@PORT@", port).Replace(unboundServer + config)
		address := "127.0.0.1:" + port
		last = start(t, unbound, "-d", "-c", write(t, dir, "unbound.conf", filled))
		if last.until(t.Context(), func() bool { return knows(address, known) }) {
			return address
		}
		if last.alive() {
			break
		}
	}
	t.Fatalf("unbound does not answer:\n%s", last.said.String())
	return ""
}

// knows asks a name server once.
func knows(server, name string) bool {
	client := dns.Client{Timeout: 2 * time.Second}
	answer, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), server)
	return err == nil && len(answer.Answer) > 0
}

// A nameFault is a name, and what must be said of it.
type nameFault struct {
	fault, name, server string
	expected            string // code
	playbook            bool   // hold it through the playbook too
}

var nameFaults = []nameFault{
	{"none", "right.example.com", "unbound", "dns.ok", false},
	{"no such name", "missing.example.com", "unbound, always_nxdomain", "dns.nxdomain", true},
	{"the zone behind it is broken", "broken.example.com", "unbound, its forwarder refuses", "dns.servfail", true},
	{"no address", "empty.example.com", "unbound, always_nodata", "dns.no_address", true},
	{"filtered away", "null.example.com", "unbound, always_null", "dns.hijacked", true},
	{"led to an address of this network", "hijacked.example.com", "unbound, redirect", "dns.hijacked", true},
	{"a name of this network", "nas.home.arpa", "unbound", "dns.ok", false},
	{"refused", "refused.example.com", "unbound, always_refuse", "dns.servfail", false},
	{"silent", "silent.example.com", "unbound, always_deny", "dns.unknown", false},
}

// A brokenResolver does the same to every name; its verdict is about itself.
type brokenResolver struct{ fault, server, config, expected string }

var brokenResolvers = []brokenResolver{
	{"says of every name that there is none", "unbound, its root is always_nxdomain", `  local-zone: "." always_nxdomain` + "\n", "dns.resolver_failing"},
	{"refuses every name", "unbound, its root is always_refuse", `  local-zone: "." always_refuse` + "\n", "dns.resolver_failing"},
	{"cannot look anything up", "unbound, its forwarder refuses", "forward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@@PORT@\n", "dns.resolver_failing"},
	{"leads every name to one address of the internet", "unbound, its root is redirected", `  local-zone: "." redirect` + "\n" + `  local-data: ". A 203.0.113.66"` + "\n", "dns.resolver_lying"},
	{"leads every name into this network", "unbound, its root is redirected", `  local-zone: "." redirect` + "\n" + `  local-data: ". A 192.168.77.1"` + "\n", "dns.resolver_lying"},
}

// rewritingConfig answers names that do not exist with an address of its own, as
// some providers do; right.example.com exists.
const rewritingConfig = `
  local-zone: "." redirect
  local-data: ". A 203.0.113.66"
  local-zone: "right.example.com." redirect
  local-data: "right.example.com. A 192.0.2.80"
`

func TestDNS(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	server := startUnbound(t)
	var rows []row
	for _, f := range nameFaults {
		got := measureCode(t, probe.System(), patience, "dns", map[string]string{"name": f.name, "resolver": server, "known": "right.example.com"})
		rows = append(rows, row{f.fault, f.server, f.expected, got})
	}
	for _, f := range brokenResolvers {
		got := measureCode(t, probe.System(), patience, "dns", map[string]string{"name": "www.example.com", "resolver": startBrokenUnbound(t, f.config), "known": "right.example.com"})
		rows = append(rows, row{f.fault, f.server, f.expected, got})
	}
	rewriting := startBrokenUnbound(t, rewritingConfig)
	for _, f := range []nameFault{
		{"no such name, and it has an address for those", "www.example.com", "unbound, its root is redirected, another name is not", "dns.nxdomain", false},
		{"none, and missing names get an address", "right.example.com", "unbound, its root is redirected, this name is not", "dns.ok", false},
	} {
		got := measureCode(t, probe.System(), patience, "dns", map[string]string{"name": f.name, "resolver": rewriting, "known": "right.example.com"})
		rows = append(rows, row{f.fault, f.server, f.expected, got})
	}
	rows = append(rows, row{"answers after more than a second", "unbound, behind a server in this process that waits", "dns.slow",
		measureCode(t, probe.System(), patience, "dns", map[string]string{"name": "right.example.com", "resolver": startLateDNS(t, server)})})
	nobody := "127.0.0.1:" + freePort(t)
	rows = append(rows, row{"nobody answers for names", "none", "dns.unknown",
		measureCode(t, probe.System(), patience, "dns", map[string]string{"name": "right.example.com", "resolver": nobody})})
	holdRows(t, rows)
	checkTable(t, "dns", rows)
}

// The same names through the playbook: what is behind a name that does not
// resolve is blocked.
func TestDNSThroughThePlaybook(t *testing.T) {
	server := startUnbound(t)
	for _, f := range nameFaults {
		if !f.playbook {
			continue
		}
		t.Run(f.fault, func(t *testing.T) {
			askThrough(server, f.name).hold(t)
		})
	}
	t.Run("no such name, and it has an address for those", func(t *testing.T) {
		askThrough(startBrokenUnbound(t, rewritingConfig), "www.example.com").hold(t)
	})
	for _, f := range brokenResolvers {
		t.Run(f.fault, func(t *testing.T) {
			r := askThrough(startBrokenUnbound(t, f.config), "www.example.com").hold(t)
			if v := r.Verdict; v.Code != f.expected || !strings.HasPrefix(v.Next.Text, "The address is not the problem.") {
				t.Errorf("the verdict is %s, and says what to do: %s", v.Code, v.Next.Text)
			}
		})
	}
}

// askThrough is a sign-in page of that name, looked up by that server alone.
func askThrough(server, name string) consult {
	return consult{
		playbook: "alarmcom", check: "name-lookup", layer: diag.LayerDNS, class: "dns_failure",
		args: append(healthy("clock=accurate", "network-path=ok"), "--symptom", "login-rejected",
			"--var", "login_url=https://"+name+"/login", "--with", "name-lookup.resolver="+server, "--with", "name-lookup.known=right.example.com"),
		blocked: []string{"login-tls", "login-page"},
		env: func(env *probe.Env) {
			leading("127.0.0.1:1")(env) // whoever has an address for the name is not there
			env.LookupHost = nil
			env.Resolvers = func() []string { return []string{server} }
		},
	}
}
