package lab

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// faultyPages are pages with a fault each. What takes long takes it from
// another server that never answers; a delay is nginx's own, of whoever comes
// more often than once in six seconds.
const faultyPages = `
  limit_req_zone $server_port zone=slow:1m rate=10r/m;
  server {
    listen 127.0.0.1:@PORT0@;
    location = /right     { return 200 "<html><title>Sign in</title><form><input type=password></form>"; }
    location = /private   { add_header WWW-Authenticate 'Basic realm="lab"' always; return 401; }
    location = /error     { return 500; }
    location = /dead      { proxy_pass http://127.0.0.1:@DEAD@; }
    location = /retry     { add_header Retry-After 120 always; return 503; }
    location = /works     { return 503 "<html><h1>We are down for scheduled maintenance</h1>"; }
    location = /overload  { return 503; }
    location = /limited   { add_header Retry-After 60 always; return 429; }
    location = /gone      { return 404; }
    location = /forbidden { return 403; }
    location = /loop      { return 302 /loop; }
    location = /picture   { default_type image/png; return 200 "png"; }
    location = /cut       { return 444; }
    location = /silent    { proxy_pass http://@SILENT@; }
    location = /waits     { limit_req zone=slow burst=5; root @FILES@; try_files /page.html =404; }
    location = /trickle   { limit_rate_after 600; limit_rate 10; root @FILES@; try_files /page.html =404; }
  }
`

// A pageFault is a page, and what must be said of it.
type pageFault struct {
	fault, page string
	expected    string // code
	class       string // of the cause that the playbook names for it; empty for none
	waits       bool   // the verdict is to wait
}

// within is how long the page may take: two of them never end.
func (f pageFault) within() time.Duration {
	if f.page == "/silent" || f.page == "/trickle" {
		return silence
	}
	return patience
}

// The slow one comes first: nginx forgets whoever does not come again in time.
var pageFaults = []pageFault{
	{"answers after seconds", "/waits", "http.slow", "", false},
	{"none", "/right", "http.ok", "", false},
	{"asks for a sign-in", "/private", "http.ok", "", false},
	{"500", "/error", "http.server_error", "provider_outage", true},
	{"502, the server behind is gone", "/dead", "http.server_error", "provider_outage", true},
	{"503 with Retry-After", "/retry", "http.maintenance", "provider_outage", true},
	{"503 that speaks of maintenance", "/works", "http.maintenance", "provider_outage", true},
	{"503 without a word", "/overload", "http.server_error", "provider_outage", true},
	{"429", "/limited", "http.rate_limited", "rate_limited", true},
	{"no such page", "/gone", "http.unexpected", "client_misconfigured", false},
	{"forbidden", "/forbidden", "http.unexpected", "client_misconfigured", false},
	{"redirects for ever", "/loop", "http.unexpected", "client_misconfigured", false},
	{"a picture", "/picture", "http.unexpected", "client_misconfigured", false},
	{"takes the question and hangs up", "/cut", "http.refused", "provider_outage", false},
	{"never answers", "/silent", "http.timeout", "provider_outage", false},
	{"a page that comes byte by byte", "/trickle", "http.ok", "", false},
}

func startFaultyPages(t *testing.T) nginx {
	t.Helper()
	files := sharedDir(t)
	write(t, files, "page.html", "<html>"+strings.Repeat("slow ", 1000))
	return startNginx(t, 1, strings.NewReplacer("@DEAD@", freePort(t), "@SILENT@", listenSilently(t), "@FILES@", files).Replace(faultyPages))
}

func TestHTTP(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	server := startFaultyPages(t)
	server.useUp(t)
	rows := make([]row, len(pageFaults)+1)
	for i, f := range pageFaults {
		rows[i] = row{f.fault, "nginx", f.expected, measurePage(t, server.url(f.page), f.within())}
	}
	refused := "http://127.0.0.1:" + freePort(t) + "/"
	rows[len(pageFaults)] = row{"nobody listens", "none", "http.refused", measurePage(t, refused, patience)}
	holdRows(t, rows)
	checkTable(t, "http", rows)
}

// useUp takes the one request that is not delayed.
func (n nginx) useUp(t *testing.T) {
	t.Helper()
	response, err := http.Get(n.url("/waits"))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	http.DefaultClient.CloseIdleConnections()
}

// measurePage gives the code of a page.
func measurePage(t *testing.T, url string, within time.Duration) string {
	t.Helper()
	return measureCode(t, probe.System(), within, "http", map[string]string{"url": url})
}

// measureCode gives the code of a check, away from this computer's proxy.
func measureCode(t *testing.T, env probe.Env, within time.Duration, kind string, with map[string]string) string {
	t.Helper()
	if env.Attempts == nil {
		env.Getenv = func(string) string { return "" }
	}
	got := measuredWithin(t, env, within, kind, with)
	t.Logf("%-28s %s", diag.Code(kind, got.Outcome), got.Summary)
	return diag.Code(kind, got.Outcome)
}

// holdRows holds what was measured against what must be.
func holdRows(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		if r.measured != r.expected {
			t.Errorf("%s (%s): got %s, want %s", r.fault, r.servers, r.measured, r.expected)
		}
	}
}

// The same pages through the playbook: whatever is wrong with the page, no
// step is presented.
func TestHTTPThroughThePlaybook(t *testing.T) {
	server := startFaultyPages(t)
	for _, f := range pageFaults {
		if f.class == "" {
			continue
		}
		t.Run(f.fault, func(t *testing.T) {
			c := consult{
				playbook: "alarmcom", check: "login-page", layer: diag.LayerEndpoint, class: f.class,
				args: append(healthy("clock=accurate", "network-path=ok", "name-lookup=ok", "login-tls=ok"),
					"--timeout", f.within().String(), "--symptom", "login-rejected", "--var", "login_url="+server.url(f.page)),
			}
			if f.waits {
				c.status = diag.Waiting
			}
			c.hold(t)
		})
	}
}
