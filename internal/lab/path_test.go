package lab

import (
	"context"
	"crypto/x509"
	"net"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// innerWeb is a page whose right answer is known, and a portal that answers in
// every page's place.
const innerWeb = `
  server { listen 127.0.0.1:@PORT0@; location = /generate_204 { return 204; } location / { return 200 "<html>Sign in"; } }
  server { listen 127.0.0.1:@PORT1@; return 302 http://127.0.0.1:@PORT1@/login?orig=$host; location = /login { return 200 "<html>Accept our terms"; } }
`

// outside is a name that a test leads to a server of its own.
const outside = "connectivity.example.com"

// leading gives every name beyond this computer an address: that of a server.
// What is on this computer stays where it is.
func leading(to string) func(*probe.Env) {
	return func(env *probe.Env) {
		env.LookupHost = func(context.Context, string) ([]string, error) { return []string{"192.0.2.80"}, nil }
		env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, _, _ := net.SplitHostPort(address); !strings.HasPrefix(host, "127.") {
				address = to
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
	}
}

// through sets this computer's proxy.
func through(address string) func(*probe.Env) {
	return func(env *probe.Env) {
		env.Getenv = func(name string) string {
			if name == "HTTP_PROXY" || name == "HTTPS_PROXY" {
				return "http://" + address
			}
			return ""
		}
	}
}

// startTinyproxy starts a proxy with these lines in its configuration.
func startTinyproxy(t *testing.T, lines ...string) string {
	t.Helper()
	tinyproxy := program(t, "tinyproxy", "tinyproxy-bin")
	for range 5 {
		port := freePort(t)
		config := write(t, t.TempDir(), "tinyproxy.conf", strings.Join(append(lines, "Port "+port, "Listen 127.0.0.1", "Timeout 10", "MaxClients 20"), "\n")+"\n")
		p := start(t, tinyproxy, "-d", "-c", config)
		if p.accepts(t.Context(), "127.0.0.1:"+port) {
			return "127.0.0.1:" + port
		}
		if p.alive() {
			break
		}
	}
	t.Fatal("tinyproxy does not answer")
	return ""
}

// A wayFault is a way to the outside, and what must be said of it.
type wayFault struct {
	fault, server string
	expected      string // code
	world         []func(*probe.Env)
	class         string // of the playbook's verdict; empty for none
	page          string // whose way is asked for; empty for none
}

func wayFaults(t *testing.T) []wayFault {
	web := startNginx(t, 2, innerWeb)
	strict, open := startTinyproxy(t, "BasicAuth alice correct"), startTinyproxy(t, `Upstream http `+web.address(0)+` "`+outside+`"`)
	dead := "127.0.0.1:" + freePort(t)
	opener := startTLS(t, tlsFault{name: outside})
	page := startTLS(t, tlsFault{name: outside})
	mitm, mitmCA := startMitmproxy(t, page.address)
	trustingProxy := func(env *probe.Env) { env.Roots = poolOf(t, mitmCA) }
	trusting := func(env *probe.Env) { env.Roots = poolOf(t, opener.ca) }
	cut := func(env *probe.Env) { env.Interfaces = func() ([]net.Addr, error) { return nil, nil } }
	return []wayFault{
		{"none", "nginx", "path.ok", []func(*probe.Env){leading(web.address(0))}, "", ""},
		{"a portal", "nginx answers in every page's place", "path.captive_portal", []func(*probe.Env){leading(web.address(1))}, "network_unreachable", ""},
		{"proxy wants a password", "tinyproxy", "path.proxy_auth_required", []func(*probe.Env){leading(web.address(0)), through(strict)}, "proxy_required", ""},
		{"proxy is gone", "none", "path.proxy_unreachable", []func(*probe.Env){leading(web.address(0)), through(dead)}, "proxy_required", ""},
		{"a proxy that works", "tinyproxy, with nginx behind", "path.proxied", []func(*probe.Env){leading(web.address(0)), through(open)}, "", ""},
		{"opened on the way", "openssl s_server in the page's place, and its authority is trusted here", "path.intercepted",
			[]func(*probe.Env){leading(opener.address), trusting}, "", "https://" + outside + "/"},
		{"opened by the proxy", "mitmproxy, and its authority is trusted here", "path.intercepted", []func(*probe.Env){leading(web.address(0)), through(mitm), trustingProxy}, "", "https://" + outside + "/"},
		{"opened by the proxy, and nobody trusts it", "mitmproxy", "path.unknown", []func(*probe.Env){leading(web.address(0)), through(mitm)}, "", "https://" + outside + "/"},
		{"no network", "none", "path.offline", []func(*probe.Env){cut}, "network_unreachable", ""},
	}
}

// poolOf are the authorities of a file.
func poolOf(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(file)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no authority: %v", file, err)
	}
	return pool
}

func (f wayFault) change(env *probe.Env) {
	for _, change := range f.world {
		change(env)
	}
}

func TestPath(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	var rows []row
	for _, f := range wayFaults(t) {
		env := probe.System()
		env.Getenv = func(string) string { return "" }
		f.change(&env)
		got := measured(t, env, "path", map[string]string{"captive": "http://" + outside + "/generate_204", "url": f.page})
		code := diag.Code("path", got.Outcome)
		t.Logf("%-26s %-26s %s", f.fault, code, got.Summary)
		rows = append(rows, row{f.fault, f.server, f.expected, code})
	}
	holdRows(t, rows)
	checkTable(t, "path", rows)
}

// The same ways through the playbook: everything behind is blocked, and nobody
// is told to touch an account.
func TestPathThroughThePlaybook(t *testing.T) {
	for _, f := range wayFaults(t) {
		if f.class == "" {
			continue
		}
		t.Run(f.fault, func(t *testing.T) {
			consult{
				playbook: "alarmcom", check: "network-path", layer: diag.LayerPath, class: f.class, env: f.change,
				args: append(healthy("clock=accurate"), "--timeout", silence.String(), "--symptom", "login-rejected",
					"--with", "network-path.captive=http://"+outside+"/generate_204", "--with", "network-path.url=http://"+outside+"/",
					"--with", "name-lookup.resolver=127.0.0.1:"+freePort(t), "--var", "login_url=http://"+outside+"/login"),
				blocked: []string{"name-lookup", "login-tls", "login-page"},
			}.hold(t)
		})
	}
}
