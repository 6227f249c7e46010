package probe

import (
	"context"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// askThrough checks a page through a real proxy, which reaches the servers of
// this test by their addresses.
func askThrough(t *testing.T, proxy, page string, public testCA) string {
	t.Helper()
	world := newMapWorld()
	world.env = map[string]string{"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}
	env := world.asEnv()
	env.Roots, env.PublicRoots = public.pool, public.pool
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	return pathTold(runPath(ctx, env, Params{"url": page, "captive": page}))
}

func TestPathTinyproxy(t *testing.T) {
	public := newTestCA(t, "Public CA")
	address := startServer(t, "Port PORT\nListen 127.0.0.1\nTimeout 5\nBasicAuth alice correct\nAllow 127.0.0.1\nMaxClients 20\nConnectPort 443\n",
		"tinyproxy", "-d", "-c", "DIR/conf")
	for _, r := range []struct{ name, user, page, want string }{
		{"no password", "", "https://192.0.2.1/", "proxy_auth_required: the proxy http://PROXY wants a user name and password"},
		{"wrong password", "alice:hunter2@", "https://192.0.2.1/", "proxy_auth_required: the proxy http://PROXY does not accept the user name and password in its setting"},
		{"a port it forbids", "alice:correct@", "https://192.0.2.1:8443/", "proxied: the proxy http://PROXY works, but does not let this computer through to 192.0.2.1 (403)"},
	} {
		t.Run(r.name, func(t *testing.T) {
			got := askThrough(t, "http://"+r.user+address, r.page, public)
			if diff := cmp.Diff(r.want, strings.ReplaceAll(got, address, "PROXY")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPathSquid(t *testing.T) {
	address := startServer(t, `
http_port 127.0.0.1:PORT
pid_filename DIR/pid
access_log none
cache_log /dev/null
coredump_dir DIR
cache deny all
acl blocked dstdomain .blocked.test
http_access deny blocked
http_access allow all
visible_hostname lab
shutdown_lifetime 0 seconds
dns_nameservers 127.0.0.1
dns_timeout 1 seconds
hosts_file none
`, "squid", "-N", "-f", "DIR/conf")
	for _, r := range []struct{ name, page, want string }{
		{"forbidden", "https://www.blocked.test/", "proxied: the proxy http://PROXY works, but does not let this computer through to www.blocked.test (403)"},
		{"not to be reached", "https://0.0.0.0:1/", "unknown: nothing proves the way open or closed (0.0.0.0:1: the proxy answers 503 instead of opening the way)"},
		{"still looked for", "https://www.example.com/", "unknown: nothing proves the way open or closed (www.example.com: through the proxy: no answer in time)"},
	} {
		t.Run(r.name, func(t *testing.T) {
			got := askThrough(t, "http://"+address, r.page, testCA{pool: x509.NewCertPool()})
			if diff := cmp.Diff(r.want, strings.ReplaceAll(got, address, "PROXY")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
