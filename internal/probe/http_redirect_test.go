package probe

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A webSite is a small world of hosts, all of them on one server, that records
// every request as "host/path?query".
type webSite struct {
	address string
	mu      sync.Mutex
	asked   []string
	headers []http.Header
}

// newWebSite serves redirects: "host/path" -> where it sends on to. Anything else
// is a page.
func newWebSite(t *testing.T, redirects map[string]string) *webSite {
	t.Helper()
	s := &webSite{}
	s.address = serveHTTP(t, nil, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked, s.headers = append(s.asked, r.Host+r.URL.String()), append(s.headers, r.Header)
		s.mu.Unlock()
		if to := redirects[r.Host+r.URL.Path]; to != "" {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}
	})
	return s
}

func (s *webSite) env() Env {
	env := worldAt(s.address, nil)
	env.LookupHost = func(_ context.Context, host string) ([]string, error) {
		switch host {
		case "inside.example":
			return []string{"fd00::1", "10.0.0.1"}, nil
		case "both.example":
			return []string{"10.0.0.1", "192.0.2.7"}, nil
		case "gone.example":
			return nil, &net.DNSError{IsNotFound: true}
		}
		return []string{"2001:db8::1", "192.0.2.1"}, nil
	}
	return env
}

func TestHTTPRedirects(t *testing.T) {
	for _, tt := range []struct {
		name      string
		url       string
		redirects map[string]string
		outcome   string
		text      string // the summary, or the reason of an unknown
		asked     []string
		final     string
	}{
		{"to the same site", "http://a.example/", map[string]string{"a.example/": "/login"},
			"ok", "answers in 0.1 s", []string{"a.example/", "a.example/login"}, "http://a.example/login"},
		{"to another public host", "http://a.example/", map[string]string{"a.example/": "http://b.example/login"},
			"ok", "answers in 0.1 s", []string{"a.example/", "b.example/login"}, "http://b.example/login"},
		{"to a host with a public and a private address", "http://a.example/", map[string]string{"a.example/": "http://both.example/"},
			"ok", "answers in 0.1 s", []string{"a.example/", "both.example/"}, "http://both.example/"},
		{"five times", "http://a.example/0", redirectChain(5), "ok", "answers in 0.1 s",
			[]string{"a.example/0", "a.example/1", "a.example/2", "a.example/3", "a.example/4", "a.example/5"}, "http://a.example/5"},
		{"six times", "http://a.example/0", redirectChain(6), "unexpected", "sends on and on; stopped after 5 times",
			[]string{"a.example/0", "a.example/1", "a.example/2", "a.example/3", "a.example/4", "a.example/5"}, "http://a.example/5"},
		{"in circles", "http://a.example/", map[string]string{"a.example/": "/"}, "unexpected", "sends on and on; stopped after 5 times",
			[]string{"a.example/", "a.example/", "a.example/", "a.example/", "a.example/", "a.example/"}, "http://a.example/"},
		{"to an app", "http://a.example/", map[string]string{"a.example/": "intent://login"}, "unexpected", "leads out of the web",
			[]string{"a.example/"}, "http://a.example/"},
		{"to a file", "http://a.example/", map[string]string{"a.example/": "file:///etc/passwd"}, "unexpected", "leads out of the web",
			[]string{"a.example/"}, "http://a.example/"},
		{"to this computer", "http://a.example/", map[string]string{"a.example/": "http://127.0.0.1:631/"}, "unexpected", "sends on to an address inside this network",
			[]string{"a.example/"}, "http://a.example/"},
		{"to this computer by name", "http://a.example/", map[string]string{"a.example/": "http://LOCALHOST/"}, "unexpected", "sends on to an address inside this network",
			[]string{"a.example/"}, "http://a.example/"},
		{"to a router", "http://a.example/", map[string]string{"a.example/": "http://192.168.1.1/"}, "unexpected", "sends on to an address inside this network",
			[]string{"a.example/"}, "http://a.example/"},
		{"to a cloud's own address", "http://a.example/", map[string]string{"a.example/": "http://169.254.169.254/latest"}, "unexpected", "sends on to an address inside this network",
			[]string{"a.example/"}, "http://a.example/"},
		{"to an address in disguise", "http://a.example/", map[string]string{"a.example/": "http://[::ffff:10.0.0.1]/"}, "unexpected", "sends on to an address inside this network",
			[]string{"a.example/"}, "http://a.example/"},
		{"to a public name with a private address", "http://a.example/", map[string]string{"a.example/": "http://inside.example/"}, "unexpected", "sends on to an address inside this network",
			[]string{"a.example/"}, "http://inside.example/"},
		{"to a name that is not there", "http://a.example/", map[string]string{"a.example/": "http://gone.example/"}, "unknown", "could not connect: there is no such name",
			[]string{"a.example/"}, "http://gone.example/"},
		{"on a router that was given", "http://192.168.1.1/", map[string]string{"192.168.1.1/": "http://192.168.1.1:8080/login"}, "ok", "answers in 0.1 s",
			[]string{"192.168.1.1/", "192.168.1.1:8080/login"}, "http://192.168.1.1:8080/login"},
		{"from a router to its neighbour", "http://192.168.1.1/", map[string]string{"192.168.1.1/": "http://192.168.1.2/"}, "unexpected", "sends on to an address inside this network",
			[]string{"192.168.1.1/"}, "http://192.168.1.1/"},
		{"to a maintenance page", "http://a.example/login", map[string]string{"a.example/login": "/maintenance.html"}, "maintenance", "the service says that it is under maintenance",
			[]string{"a.example/login", "a.example/maintenance.html"}, "http://a.example/maintenance.html"},
		{"within a company that maintains", "http://a.example/maintenance/login", map[string]string{"a.example/maintenance/login": "/maintenance/sign-in"}, "ok", "answers in 0.1 s",
			[]string{"a.example/maintenance/login", "a.example/maintenance/sign-in"}, "http://a.example/maintenance/sign-in"},
		{"a marker and a secret", "http://a.example/", map[string]string{"a.example/": "/login?m=no_session&ReturnUrl=%2Fweb&ST=abc123"},
			"ok", `answers in 0.1 s; its address says "no_session": there is no session any more`,
			[]string{"a.example/", "a.example/login?m=no_session&ReturnUrl=%2Fweb&ST=abc123"}, "http://a.example/login?m=no_session&ReturnUrl=[hidden]&ST=[hidden]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newWebSite(t, tt.redirects)
			got := runHTTP(t.Context(), s.env(), Params{"url": tt.url})
			text := got.Summary
			if got.Outcome == "unknown" {
				text = got.Reason
			}
			if diff := cmp.Diff([]string{tt.outcome, tt.text, tt.final}, []string{got.Outcome, text, got.Facts["final_url"].(string)}); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.asked, s.asked); diff != "" {
				t.Errorf("asked: %s", diff)
			}
		})
	}
}

// redirectChain is n redirects, from /0 to /n.
func redirectChain(n int) map[string]string {
	redirects := map[string]string{}
	for i := range n {
		redirects[fmt.Sprintf("a.example/%d", i)] = fmt.Sprintf("/%d", i+1)
	}
	return redirects
}

// TestHTTPSendsNothingOfOurs: no password of an address, ours or theirs, and
// not where we come from.
func TestHTTPSendsNothingOfOurs(t *testing.T) {
	s := newWebSite(t, map[string]string{"a.example/": "http://user:theirs@b.example/"})
	got := runHTTP(t.Context(), s.env(), Params{"url": "http://user:ours@a.example/?token=secret#x"})
	if got.Outcome != "ok" || len(s.headers) != 2 {
		t.Fatalf("got %+v after %q", got, s.asked)
	}
	for i, header := range s.headers {
		want := http.Header{
			"User-Agent": {userAgent}, "Accept": {"text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"}, "Accept-Encoding": {"gzip"},
		}
		if diff := cmp.Diff(want, header); diff != "" {
			t.Errorf("request %d: %s", i, diff)
		}
	}
	if text := fmt.Sprint(got); strings.Contains(text, "ours") || strings.Contains(text, "theirs") || strings.Contains(text, "secret") {
		t.Errorf("a secret in %s", text)
	}
}

// TestHTTPKeepsCookiesWithinAVisit: some sign-in pages go round in circles for
// whoever does not bring back their cookie.
func TestHTTPKeepsCookiesWithinAVisit(t *testing.T) {
	address := serveHTTP(t, nil, func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err != nil {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			w.Header().Set("Location", "/")
			w.WriteHeader(http.StatusFound)
		}
	})
	for range 2 { // the second visit knows nothing of the first
		got := runHTTP(t.Context(), worldAt(address, nil), Params{"url": "http://a.example/"})
		if got.Outcome != "ok" || got.Facts["redirects"] != 1 {
			t.Errorf("got %+v", got)
		}
	}
}

// TestHTTPBodies: whatever a server sends, 64 KB of it are enough.
func TestHTTPBodies(t *testing.T) {
	megabyte := make([]byte, 1<<20)
	endless := func(w io.Writer) {
		for range 1024 {
			if _, err := w.Write(megabyte); err != nil {
				return
			}
		}
	}
	for _, tt := range []struct {
		name string
		page http.HandlerFunc
	}{
		{"a gigabyte", func(w http.ResponseWriter, _ *http.Request) { endless(w) }},
		{"a gigabyte, packed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			endless(packed)
			_ = packed.Close()
		}},
		{"said to be packed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "it is not")
		}},
		{"shorter than promised", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "short")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page, _ := url.Parse("http://a.example/")
			v := fetch(t.Context(), worldAt(serveHTTP(t, nil, tt.page), nil), page)
			if got := judgeAnswer(v, v.facts(certNoon)); got.Outcome != "ok" || len(v.body) > mostBodyBytes {
				t.Errorf("%d bytes, %+v", len(v.body), got)
			}
		})
	}
}

// A drip is a connection whose first read brings the header, and whose second
// one waits until the time is up.
type drip struct {
	net.Conn
	reads  int
	timeUp context.CancelFunc
}

func (d *drip) Read(p []byte) (int, error) {
	if d.reads++; d.reads == 2 {
		d.timeUp()
	}
	return d.Conn.Read(p)
}

// TestHTTPDrip: a body that never ends does not change what the header said.
func TestHTTPDrip(t *testing.T) {
	ctx, timeUp := context.WithCancel(t.Context())
	address := serveRaw(t, func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<title>Sign in")
		_, _ = io.Copy(io.Discard, conn)
	})
	env := worldAt(address, nil)
	dial := env.Dial
	env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &drip{Conn: conn, timeUp: timeUp}, err
	}
	got := runHTTP(ctx, env, Params{"url": "http://a.example/"})
	if got.Outcome != "ok" || ctx.Err() == nil {
		t.Errorf("got %+v", got)
	}
}

// TestHTTPTimesOfRedirects: the times of every host count.
func TestHTTPTimesOfRedirects(t *testing.T) {
	clock := &testClock{now: certNoon}
	env := newWebSite(t, map[string]string{"a.example/": "http://b.example/"}).env()
	env.Now = clock.Now
	lookup, dial := env.LookupHost, env.Dial
	env.LookupHost = func(ctx context.Context, host string) ([]string, error) {
		clock.pass(30 * time.Millisecond)
		return lookup(ctx, host)
	}
	env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		clock.pass(10 * time.Millisecond)
		return dial(ctx, network, address)
	}
	got := runHTTP(t.Context(), env, Params{"url": "http://a.example/"})
	want := map[string]any{"dns_ms": 30.0, "connect_ms": 20.0, "tls_ms": 0.0, "first_byte_ms": 0.0, "transfer_ms": 0.0, "total_ms": 50.0}
	if diff := cmp.Diff(want, got.Facts["phases"]); diff != "" {
		t.Error(diff)
	}
}

// TestWayDial: what a host out of a redirect may be connected to.
func TestWayDial(t *testing.T) {
	for _, tt := range []struct {
		name   string
		addrs  []string
		alive  string
		dialed []string
		want   string
	}{
		{"IPv4 first", []string{"2001:db8::1", "192.0.2.1"}, "192.0.2.1", []string{"192.0.2.1:443"}, ""},
		{"then IPv6", []string{"2001:db8::1", "192.0.2.1"}, "[2001:db8::1]", []string{"192.0.2.1:443", "[2001:db8::1]:443"}, ""},
		{"none alive: the first error", []string{"2001:db8::1", "192.0.2.1"}, "", []string{"192.0.2.1:443", "[2001:db8::1]:443"}, "192.0.2.1:443 is dead"},
		{"inner ones are left out", []string{"10.0.0.1", "127.0.0.1", "100.64.0.1", "fe80::1%eth0", "::", "224.0.0.1", "192.0.2.1"}, "192.0.2.1", []string{"192.0.2.1:443"}, ""},
		{"inner ones only", []string{"10.0.0.1", "::1", "::ffff:192.168.0.1", "rubbish"}, "10.0.0.1", nil, "x.example is an address inside this network"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var dialed []string
			near, far := net.Pipe()
			defer func() { _, _ = near.Close(), far.Close() }()
			w := &way{given: "signin.example", env: Env{
				LookupHost: func(context.Context, string) ([]string, error) { return tt.addrs, nil },
				Dial: func(_ context.Context, _, address string) (net.Conn, error) {
					dialed = append(dialed, address)
					if address == tt.alive+":443" {
						return near, nil
					}
					return nil, fmt.Errorf("%s is dead", address)
				},
			}}
			_, err := w.dial(t.Context(), "tcp", "x.example:443")
			said := ""
			if err != nil {
				said = err.Error()
			}
			if diff := cmp.Diff(tt.dialed, dialed); diff != "" || said != tt.want {
				t.Errorf("error %q, want %q; dialed: %s", said, tt.want, diff)
			}
		})
	}
}
