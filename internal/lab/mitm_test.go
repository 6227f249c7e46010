package lab

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// startMitmproxy starts a proxy that opens what goes through it. It sends all
// of it to one server, whose certificate it does not look at. It gives its
// address and the authority that it makes certificates with.
func startMitmproxy(t *testing.T, upstream string) (address, ca string) {
	t.Helper()
	mitmdump := program(t, "mitmdump", "mitmproxy")
	for range 5 {
		dir, port := t.TempDir(), freePort(t)
		p := startIn(t, []string{"HOME=" + dir}, mitmdump, "--listen-host", "127.0.0.1", "-p", port, "--quiet",
			"--set", "confdir="+dir, "--ssl-insecure", "--set", "connection_strategy=lazy", "--map-remote", "|https://"+strings.ReplaceAll(outside, ".", `\.`)+"|https://"+upstream)
		if p.accepts(t.Context(), "127.0.0.1:"+port) && opens(t, "127.0.0.1:"+port) {
			return "127.0.0.1:" + port, filepath.Join(dir, "mitmproxy-ca-cert.pem")
		}
		if p.alive() {
			t.Fatalf("mitmproxy does not answer:\n%s", p.said.String())
		}
	}
	t.Fatal("mitmproxy does not start")
	return "", ""
}

// opens lets a proxy open one connection. The first takes it seconds on a busy
// machine, which is more than a check waits.
func opens(t *testing.T, proxy string) bool {
	t.Helper()
	way := &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: proxy}),
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // whose certificate it is does not matter yet
	}
	defer way.CloseIdleConnections()
	answer, err := (&http.Client{Transport: way, Timeout: ready}).Get("https://" + outside + "/")
	if err != nil {
		t.Logf("mitmproxy: %v", err)
		return false
	}
	_ = answer.Body.Close()
	return true
}

// Whoever does not trust the proxy that opens the connection is told so, and
// what is behind it is blocked.
func TestInterceptionThroughThePlaybook(t *testing.T) {
	clean(t)
	mitm, _ := startMitmproxy(t, startTLS(t, tlsFault{name: outside}).address)
	consult{
		playbook: "alarmcom", check: "login-tls", layer: diag.LayerTLS, class: "tls_untrusted", blocked: []string{"login-page"}, env: through(mitm),
		args: append(healthy("clock=accurate", "network-path=ok", "name-lookup=ok"), "--symptom", "login-rejected", "--var", "login_url=https://"+outside+"/login"),
	}.hold(t)
}
