package probe

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// quiet is a log that nobody reads: servers of tests are meant to be hung up on.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestChooseProxy(t *testing.T) {
	rows := []struct {
		name string
		env  map[string]string
		url  string
		want string // proxy, how it was chosen
	}{
		{"none", nil, "https://www.example.com/", " | direct: no proxy is set | "},
		{"for https", map[string]string{"HTTPS_PROXY": "http://p:3128"}, "https://www.example.com/", "http://p:3128 | HTTPS_PROXY | "},
		{"not for http", map[string]string{"HTTPS_PROXY": "http://p:3128"}, "http://www.example.com/", " | direct: no proxy is set | "},
		{"for http", map[string]string{"http_proxy": "p:3128"}, "http://www.example.com/", "http://p:3128 | http_proxy | "},
		{"capitals first", map[string]string{"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2"}, "https://www.example.com/", "http://a:1 | HTTPS_PROXY | "},
		{"for all", map[string]string{"ALL_PROXY": "socks5://s:1080"}, "https://www.example.com/", "socks5://s:1080 | ALL_PROXY | "},
		{"the special one first", map[string]string{"all_proxy": "socks5://s:1080", "https_proxy": "http://b:2"}, "https://www.example.com/", "http://b:2 | https_proxy | "},
		{"left out", map[string]string{"HTTPS_PROXY": "http://p:3128", "no_proxy": "example.com"}, "https://www.example.com/", " | direct: NO_PROXY leaves www.example.com out | "},
		{"not left out", map[string]string{"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "example.org,10.0.0.0/8"}, "https://www.example.com/", "http://p:3128 | HTTPS_PROXY | "},
		{"an address range left out", map[string]string{"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3/", " | direct: NO_PROXY leaves 10.1.2.3 out | "},
		{"this computer", map[string]string{"HTTPS_PROXY": "http://p:3128"}, "https://localhost/", " | direct: localhost is this computer itself | "},
		{"password not shown", map[string]string{"HTTPS_PROXY": "http://me:hunter2@p:3128"}, "https://www.example.com/", "http://p:3128 | HTTPS_PROXY | "},
		{"unreadable", map[string]string{"HTTPS_PROXY": "http://me:hunter2@p:port"}, "https://www.example.com/", " | HTTPS_PROXY | the setting cannot be read"},
		{"no such kind", map[string]string{"HTTPS_PROXY": "ftp://p:3128"}, "https://www.example.com/", " | HTTPS_PROXY | the setting is not the address of a proxy"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			u, err := url.Parse(r.url)
			if err != nil {
				t.Fatal(err)
			}
			c := chooseProxy(func(name string) string { return r.env[name] }, u)
			if diff := cmp.Diff(r.want, c.shown()+" | "+c.via+" | "+c.fail); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A testProxy is an HTTP proxy that leads names of a world to its servers.
type testProxy struct {
	world  *mapWorld
	login  string // user:password that it wants
	refuse int    // status of every CONNECT, if not 0
}

func (p testProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.login != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(p.login)) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="lab"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	r.RequestURI, r.Close = "", true
	answer, err := (&http.Transport{DialContext: p.world.dial, DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	io.Copy(w, answer.Body)
}

func (p testProxy) connect(w http.ResponseWriter, r *http.Request) {
	far, err := p.world.dial(r.Context(), "tcp", r.Host)
	switch {
	case p.refuse != 0:
		w.WriteHeader(p.refuse)
		return
	case err != nil:
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer far.Close()
	near, from, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	var copying sync.WaitGroup
	copying.Go(func() { io.Copy(far, from); far.Close() })
	io.Copy(near, far)
	near.Close()
	copying.Wait()
}

func TestPathThroughProxy(t *testing.T) {
	public, local := newTestCA(t, "Public CA"), newTestCA(t, "Filter CA")
	const page = "https://www.example.com/login"
	rows := []struct {
		name   string
		proxy  testProxy
		url    string
		ca     testCA
		user   string // userinfo of the setting
		behind map[string]http.HandlerFunc
		want   string
	}{
		{"works", testProxy{}, page, public, "", nil, "proxied: open internet through the proxy PROXY"},
		{"works, with its password", testProxy{login: "alice:hunter2"}, page, public, "alice:hunter2@", nil, "proxied: open internet through the proxy PROXY"},
		{"wants a password", testProxy{login: "alice:hunter2"}, page, public, "", nil, "proxy_auth_required: the proxy PROXY wants a user name and password"},
		{"wants another password", testProxy{login: "alice:hunter2"}, page, public, "alice:hunter3@", nil, "proxy_auth_required: the proxy PROXY does not accept the user name and password in its setting"},
		{"wants a password, plain page", testProxy{login: "alice:hunter2"}, "http://www.example.com/", public, "", nil, "proxy_auth_required: the proxy PROXY wants a user name and password"},
		{"intercepts", testProxy{}, page, local, "", map[string]http.HandlerFunc{"captive.example:80": say204},
			`intercepted: encrypted pages are opened on the way: www.example.com is vouched for by "Filter CA", which only this computer trusts`},
		{"forbids the page", testProxy{refuse: 403}, page, public, "", nil, "proxied: the proxy PROXY works, but does not let this computer through to www.example.com (403)"},
		{"forbids the page, but not the rest", testProxy{refuse: 403}, page, public, "", map[string]http.HandlerFunc{"captive.example:80": say204}, "proxied: open internet through the proxy PROXY"},
		{"cannot reach the page", testProxy{refuse: 502}, page, public, "", nil,
			"unknown: nothing proves the way open or closed (www.example.com: the proxy answers 502 instead of opening the way; captive.example: answers 502, not as it should)"},
		{"cannot reach the page, but the rest", testProxy{refuse: 504}, page, public, "", map[string]http.HandlerFunc{"captive.example:80": say204}, "proxied: open internet through the proxy PROXY"},
		{"is behind a portal", testProxy{refuse: 502}, page, public, "", map[string]http.HandlerFunc{"captive.example:80": redirect("http://10.0.0.1/")},
			"captive_portal: the network shows its own page first (sent on to http://10.0.0.1)"},
		{"plain challenge page", testProxy{}, "http://captive.example/generate_204", public, "", map[string]http.HandlerFunc{"captive.example:80": say204}, "proxied: open internet through the proxy PROXY"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			far, world := newMapWorld(), newMapWorld()
			far.leads["www.example.com:443"] = r.ca.serveTLS(t, "www.example.com", say(200, "text/html", ""))
			for address, h := range r.behind {
				far.leads[address] = serve(t, h)
			}
			r.proxy.world = far
			address := serve(t, r.proxy.ServeHTTP)
			setting := "http://" + r.user + address
			world.env = map[string]string{"HTTPS_PROXY": setting, "HTTP_PROXY": setting}
			env := world.asEnv()
			env.Roots, env.PublicRoots = both(local, public), public.pool
			f := runPath(t.Context(), env, Params{"url": r.url, "captive": "http://captive.example/generate_204"})
			got := strings.ReplaceAll(pathTold(f), "http://"+address, "PROXY")
			if diff := cmp.Diff(r.want, got); diff != "" {
				t.Error(diff)
			}
			for _, dialed := range world.dialed {
				if dialed != address {
					t.Errorf("%s was dialed past the proxy", dialed)
				}
			}
			if text := fmt.Sprint(f); strings.Contains(text, "hunter") || strings.Contains(text, "alice") {
				t.Errorf("a secret is told: %s", text)
			}
		})
	}
}

func TestPathDeadProxy(t *testing.T) {
	// Lives, but waits for the page without end.
	waiting := func(c net.Conn) {
		if req, err := http.ReadRequest(bufio.NewReader(c)); err == nil && req.URL.Host == "" && req.Method == http.MethodGet {
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			return
		}
		deaf(c)
	}
	rows := []struct {
		name string
		do   func(net.Conn)
		fail error
		want string
	}{
		{"waits for the page", waiting, nil, "unknown: nothing proves the way open or closed (www.example.com: through the proxy: no answer in time; captive.example: the connection was refused)"},
		{"is a web server", func(c net.Conn) { readLine(c); io.WriteString(c, "HTTP/1.1 405 Method Not Allowed\r\n\r\n") }, nil,
			"unknown: nothing proves the way open or closed (www.example.com: the proxy answers 405 instead of opening the way; captive.example: the connection was refused)"},
		{"says that the password is wrong", func(c net.Conn) { readLine(c); io.WriteString(c, "HTTP/1.0 401 Unauthorized\r\n\r\n") }, nil,
			"proxy_auth_required: the proxy http://proxy.example:3128 does not accept the user name and password in its setting"},
		{"refuses", nil, syscall.ECONNREFUSED, "proxy_unreachable: the proxy http://proxy.example:3128 gives no answer: the connection was refused"},
		{"unknown name", nil, &net.DNSError{IsNotFound: true}, "proxy_unreachable: the proxy http://proxy.example:3128 gives no answer: there is no such name"},
		{"no way there", nil, syscall.EHOSTUNREACH, "proxy_unreachable: the proxy http://proxy.example:3128 gives no answer: there is no way to that address"},
		{"silent", deaf, nil, "proxy_unreachable: the proxy http://proxy.example:3128 gives no answer: no answer in time"},
		{"hangs up", func(c net.Conn) { readLine(c) }, nil, "proxy_unreachable: the proxy http://proxy.example:3128 gives no answer: the other side hung up"},
		{"is something else", func(c net.Conn) { readLine(c); io.WriteString(c, "220 mail.example ESMTP\r\n") }, nil,
			"proxy_unreachable: the proxy http://proxy.example:3128 gives no answer: it answers with rubbish"},
		{"speaks too early", func(c net.Conn) {
			readLine(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n\x16\x03\x01")
		}, nil, "proxy_unreachable: the proxy http://proxy.example:3128 gives no answer: it answers with rubbish"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			world := newMapWorld()
			world.env = map[string]string{"https_proxy": "http://me:hunter2@proxy.example:3128"}
			if r.do != nil {
				world.leads["proxy.example:3128"] = serveConns(t, r.do)
			}
			if r.fail != nil {
				world.fails["proxy.example:3128"] = r.fail
			}
			world.fails["*"] = syscall.ECONNREFUSED
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			f := runPath(ctx, world.asEnv(), Params{"url": "https://www.example.com/", "captive": "http://captive.example/generate_204"})
			if diff := cmp.Diff(r.want, pathTold(f)); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(fmt.Sprint(f), "hunter2") {
				t.Errorf("a secret is told: %v", f)
			}
		})
	}
}

// A proxy that nobody can use is of no account where the page is reached
// without it.
func TestPathDeadProxyForOthers(t *testing.T) {
	public := newTestCA(t, "Public CA")
	world := newMapWorld()
	world.env = map[string]string{"HTTP_PROXY": "http://proxy.example:3128"}
	world.fails["proxy.example:3128"] = syscall.ECONNREFUSED
	world.leads["www.example.com:443"] = public.serveTLS(t, "www.example.com", nil)
	env := world.asEnv()
	env.PublicRoots = public.pool
	f := runPath(t.Context(), env, Params{"url": "https://www.example.com/"})
	if diff := cmp.Diff("ok: open internet", pathTold(f)); diff != "" {
		t.Error(diff)
	}
}

// The password of an encrypted proxy goes only to who proves to be it.
func TestPathEncryptedProxy(t *testing.T) {
	public, stranger := newTestCA(t, "Public CA"), newTestCA(t, "Nobody")
	far := newMapWorld()
	far.leads["www.example.com:443"] = public.serveTLS(t, "www.example.com", nil)
	for _, r := range []struct {
		name string
		ca   testCA
		want string
	}{
		{"proven", public, "proxied: open internet through the proxy https://proxy.example:3129"},
		{"not proven", stranger, "proxy_unreachable: the proxy https://proxy.example:3129 gives no answer: tls: failed to verify certificate: x509: certificate signed by unknown authority"},
	} {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			proxy := testProxy{world: far, login: "alice:hunter2"}
			world.leads["proxy.example:3129"] = r.ca.serveTLS(t, "proxy.example", proxy.ServeHTTP)
			world.env = map[string]string{"HTTPS_PROXY": "https://alice:hunter2@proxy.example:3129"}
			env := world.asEnv()
			env.Roots, env.PublicRoots = public.pool, public.pool
			f := runPath(t.Context(), env, Params{"url": "https://www.example.com/", "captive": "http://192.0.2.1/generate_204"})
			if diff := cmp.Diff(r.want, pathTold(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// socks serves SOCKS version 5 (RFC 1928): wants says which way of signing in
// it accepts, code what it answers to CONNECT.
func socks(world *mapWorld, wants, code byte) func(net.Conn) {
	return func(conn net.Conn) {
		from := bufio.NewReader(conn)
		head := make([]byte, 2)
		io.ReadFull(from, head)
		io.CopyN(io.Discard, from, int64(head[1]))
		conn.Write([]byte{5, wants})
		ask := make([]byte, 5)
		if _, err := io.ReadFull(from, ask); err != nil || wants != 0 {
			return
		}
		name := make([]byte, int(ask[4])+2)
		io.ReadFull(from, name)
		conn.Write([]byte{5, code, 0, 1, 0, 0, 0, 0, 0, 0})
		if code != 0 {
			return
		}
		port := int(name[len(name)-2])<<8 + int(name[len(name)-1])
		far, err := world.dial(context.Background(), "tcp", fmt.Sprintf("%s:%d", name[:len(name)-2], port))
		if err != nil {
			return
		}
		var copying sync.WaitGroup
		copying.Go(func() { io.Copy(far, from); far.Close() })
		io.Copy(conn, far)
		conn.Close()
		copying.Wait()
	}
}

func TestPathSocksProxy(t *testing.T) {
	public := newTestCA(t, "Public CA")
	far := newMapWorld()
	far.leads["www.example.com:443"] = public.serveTLS(t, "www.example.com", nil)
	for _, r := range []struct {
		name string
		do   func(net.Conn)
		want string
	}{
		{"works", socks(far, 0, 0), "proxied: open internet through the proxy socks5://proxy.example"},
		{"wants a password", socks(far, 0xff, 0), "proxy_auth_required: the proxy socks5://proxy.example wants a user name and password"},
		{"cannot reach the page", socks(far, 0, 4), "unknown: nothing proves the way open or closed (www.example.com: the proxy answers 502 instead of opening the way)"},
		{"silent", deaf, "proxy_unreachable: the proxy socks5://proxy.example gives no answer: no answer in time"},
		{"is something else", func(c net.Conn) { readLine(c); io.WriteString(c, "220 mail.example ESMTP\r\n") }, "proxy_unreachable: the proxy socks5://proxy.example gives no answer: it answers with rubbish"},
	} {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			world.leads["proxy.example:1080"] = serveConns(t, r.do)
			world.env = map[string]string{"ALL_PROXY": "socks5://proxy.example"}
			env := world.asEnv()
			env.PublicRoots = public.pool
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			f := runPath(ctx, env, Params{"url": "https://www.example.com/", "captive": "http://captive.example/generate_204"})
			if diff := cmp.Diff(r.want, pathTold(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
