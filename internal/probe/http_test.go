package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// serveHTTP serves pages, over TLS if there is a certificate. Its clock stands
// at certNoon unless the page says otherwise.
func serveHTTP(t *testing.T, cert *tls.Certificate, page http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", certNoon.Format(http.TimeFormat))
		page(w, r)
	}))
	server.Config.ErrorLog = nil
	if cert == nil {
		server.Start()
	} else {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}}
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// httpFacts are those of a page in good order, with changes; a nil value takes
// one away.
func httpFacts(changes map[string]any) map[string]any {
	facts := map[string]any{
		"final_url": "http://signin.example/login", "redirects": 0, "status": 200, "protocol": "HTTP/1.1",
		"date": "2026-03-01T12:00:00Z", "date_offset_ms": 500.0, "date_uncertainty_ms": 500.0,
		"phases": map[string]any{"dns_ms": 0.0, "connect_ms": 0.0, "tls_ms": 0.0, "first_byte_ms": 0.0, "transfer_ms": 0.0, "total_ms": 0.0},
	}
	for k, v := range changes {
		if facts[k] = v; v == nil {
			delete(facts, k)
		}
	}
	return facts
}

// answering is a page that is the same for everybody: a status, headers as
// "Name: value", and a body.
func answering(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const signInPage = `<html><head><title>Acme Maintenance Services: sign in</title></head><input type="password"></html>`

func TestHTTPAnswers(t *testing.T) {
	unknownFor := func(reason string, facts map[string]any) diag.Finding { return unknown(facts, "%s", reason) }
	status := func(n int) map[string]any { return httpFacts(map[string]any{"status": n}) }
	waits := func(n, seconds int, at string) map[string]any {
		return httpFacts(map[string]any{"status": n, "retry_after_s": seconds, "retry_at": at})
	}
	const browsersOnly = "the site lets in browsers only, so its page could not be looked at"
	for _, tt := range []struct {
		name string
		page http.HandlerFunc
		want diag.Finding
	}{
		{"a sign-in page", answering(200, signInPage), found("ok", "answers in 0.1 s", status(200))},
		{"an endpoint", answering(200, `{}`, "Content-Type: application/json"), found("ok", "answers in 0.1 s", status(200))},
		{"nothing to say", answering(204, ""), found("ok", "answers in 0.1 s", status(204))},
		{"asks for a sign-in", answering(401, "", "WWW-Authenticate: Bearer"), found("ok", "answers in 0.1 s, and asks for a sign-in (401)", status(401))},
		{"wants another method", answering(405, ""), found("ok", "answers in 0.1 s, and wants to be asked in another way (405)", status(405))},
		{"an endpoint that misses parameters", answering(400, `{"error":"invalid_request"}`, "Content-Type: application/json; charset=utf-8"),
			found("ok", "answers in 0.1 s, and wants more than a bare request (400)", status(400))},
		{"a bad request", answering(400, "Bad Request"), found("unexpected", "answers 400 Bad Request", status(400))},
		{"not for you", answering(403, "no"), found("unexpected", "the service refuses to show the page to this computer or network (403)", status(403))},
		{"no such page", answering(404, "no"), found("unexpected", "there is no such page (404)", status(404))},
		{"gone", answering(410, "no"), found("unexpected", "there is no such page (410)", status(410))},
		{"sends on to nowhere", answering(302, ""), found("unexpected", "sends on without saying where to (302)", status(302))},
		{"a picture", answering(200, "GIF89a", "Content-Type: image/gif"), found("unexpected", "answers with image/gif, not with a page", status(200))},
		{"a status nobody knows", answering(499, ""), found("unexpected", "answers 499", status(499))},
		{"a portal", answering(511, ""), found("unexpected", "the network wants its own sign-in first (511)", status(511))},

		{"too many, in seconds", answering(429, "", "Retry-After: 120"),
			found("rate_limited", "too many tries came from here; it says to wait 2 minutes", waits(429, 120, "2026-03-01T12:02:00Z"))},
		{"too many, until a time", answering(429, "", "Retry-After: Sun, 01 Mar 2026 12:01:30 GMT"),
			found("rate_limited", "too many tries came from here; it says to wait 90 s", waits(429, 90, "2026-03-01T12:01:30Z"))},
		{"too many, until a time by a clock that is 7 minutes behind",
			answering(429, "", "Date: Sun, 01 Mar 2026 11:53:00 GMT", "Retry-After: Sun, 01 Mar 2026 11:54:30 GMT"),
			found("rate_limited", "too many tries came from here; it says to wait 90 s",
				httpFacts(map[string]any{"status": 429, "retry_after_s": 90, "retry_at": "2026-03-01T12:01:30Z",
					"date": "2026-03-01T11:53:00Z", "date_offset_ms": -419500.0}))},
		{"too many, until a time gone by", answering(429, "", "Retry-After: Sun, 01 Mar 2026 11:00:00 GMT"),
			found("rate_limited", "too many tries came from here", waits(429, 0, "2026-03-01T12:00:00Z"))},
		{"too many, for ever", answering(429, "", "Retry-After: 4294967295"),
			found("rate_limited", "too many tries came from here; it says to wait 365 days", waits(429, 31536000, "2027-03-01T12:00:00Z"))},
		{"too many, with rubbish", answering(429, "", "Retry-After: -5"), found("rate_limited", "too many tries came from here", status(429))},
		{"too many, said as unavailable", answering(503, "<h1>Rate limit exceeded</h1>"), found("rate_limited", "too many tries came from here", status(503))},
		{"none left, said as unavailable", answering(503, "", "X-RateLimit-Remaining: 0"), found("rate_limited", "too many tries came from here", status(503))},

		{"a fault of its own", answering(500, "boom"), found("server_error", "the service has a fault of its own (500 Internal Server Error)", status(500))},
		{"a fault behind it", answering(502, ""), found("server_error", "the service has a fault of its own (502 Bad Gateway)", status(502))},
		{"unavailable without a word", answering(503, "Service Unavailable"), found("server_error", "the service has a fault of its own (503 Service Unavailable)", status(503))},
		{"a fault numbered by its front", answering(522, ""), found("server_error", "the service has a fault of its own (522)", status(522))},
		{"a fault, with maintenance in a menu", answering(500, "<a>Maintenance plans</a>"), found("server_error", "the service has a fault of its own (500 Internal Server Error)", status(500))},

		{"unavailable until later", answering(503, "", "Retry-After: 3600"),
			found("maintenance", "the service says that it is under maintenance; it says to wait 60 minutes", waits(503, 3600, "2026-03-01T13:00:00Z"))},
		{"unavailable for maintenance", answering(503, "We are down for scheduled maintenance."), found("maintenance", "the service says that it is under maintenance", status(503))},
		{"a page that stands in for it", answering(200, "<TITLE>\nSite Maintenance</TITLE>"), found("maintenance", "the service says that it is under maintenance", status(200))},
		{"in German", answering(200, "<title>Wartungsarbeiten</title>"), found("maintenance", "the service says that it is under maintenance", status(200))},
		{"a company that maintains", answering(200, "<title>Acme Maintenance Services</title>"), found("ok", "answers in 0.1 s", status(200))},
		{"a notice above the sign-in", answering(200, `<title>Scheduled maintenance on Sunday</title><input type=password>`), found("ok", "answers in 0.1 s", status(200))},
		{"a page about it", answering(200, "<title>Sign in</title>Scheduled maintenance on Sunday"), found("ok", "answers in 0.1 s", status(200))},

		{"nginx wants a certificate", answering(400, "<center>No required SSL certificate was sent</center>"),
			unknownFor("the server wants a certificate from this computer", status(400))},
		{"nginx refuses a certificate", answering(400, "<center>The SSL certificate error</center>"),
			unknownFor("the server wants a certificate from this computer", status(400))},
		{"a guard against robots", answering(403, "Just a moment", "Cf-Mitigated: challenge"), unknownFor(browsersOnly, status(403))},
		{"another guard", answering(202, "", "X-Amzn-Waf-Action: challenge"), unknownFor(browsersOnly, status(202))},
		{"a third guard", answering(403, "Access Denied", "Server: AkamaiGHost"), unknownFor(browsersOnly, status(403))},
		{"a fourth guard", answering(403, "", "X-Datadome: protected"), unknownFor(browsersOnly, status(403))},
		{"a guard that lets pass", answering(404, "", "X-Datadome: protected"), found("unexpected", "there is no such page (404)", status(404))},
		{"a proxy that answers itself", answering(503, "", "X-Squid-Error: ERR_CONNECT_FAIL 111"),
			unknownFor("the proxy answered in the server's place: 503 Service Unavailable", status(503))},
		{"a proxy that wants a password", answering(407, "", "Proxy-Authenticate: Basic"),
			unknownFor("the proxy wants its own user name and password", status(407))},

		{"out of a cache", answering(200, "", "Age: 5"), found("ok", "answers in 0.1 s",
			httpFacts(map[string]any{"date_offset_ms": nil, "date_uncertainty_ms": nil}))},
		{"a date that is none", answering(200, "", "Date: today"), found("ok", "answers in 0.1 s",
			httpFacts(map[string]any{"date": nil, "date_offset_ms": nil, "date_uncertainty_ms": nil}))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := serveHTTP(t, nil, tt.page)
			got := runHTTP(t.Context(), worldAt(address, nil), Params{"url": "http://signin.example/login"})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHTTPSilence: connections that bring no answer.
func TestHTTPSilence(t *testing.T) {
	root := newIssuer(t, "Test Root")
	reply := func(text string) string {
		return serveRaw(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, text)
		})
	}
	over := func(config *tls.Config) string { return serveTLS(t, config) }
	certs := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	mutual := certs(root.server(nil))
	mutual.ClientAuth = tls.RequireAnyClientCert
	mutual12 := mutual.Clone()
	mutual12.MaxVersion = tls.VersionTLS12
	fails := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
	}
	for _, tt := range []struct {
		name    string
		scheme  string
		address string
		dial    func(context.Context, string, string) (net.Conn, error)
		outcome string
		text    string // the summary, or the reason of an unknown
	}{
		{"refused", "http", "", fails(os.NewSyscallError("connect", errnoOf(faultRefused))), "refused", "signin.example was reached, and refuses the connection: nothing listens on its port 80"},
		{"cut before an answer", "http", serveRaw(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_ = conn.(*net.TCPConn).SetLinger(0)
		}), nil, "refused", "signin.example takes the connection and cuts it without an answer"},
		{"hangs up", "http", reply(""), nil, "refused", "signin.example takes the connection and cuts it without an answer"},
		{"rubbish", "http", reply("SSH-2.0-OpenSSH_9.2\r\n"), nil, "unexpected", "signin.example answers, but not in the language of web pages (HTTP)"},
		{"TLS where there should be none", "http", reply("\x15\x03\x01\x00\x02\x02\x46"), nil, "unexpected", "signin.example answers, but not in the language of web pages (HTTP)"},
		{"rubbish, then cut", "http", reply("HTTP/1.1 "), nil, "unexpected", "signin.example answers, but not in the language of web pages (HTTP)"},
		{"breaks off", "http", reply("HTTP/1.1 200 OK\r\nX: y"), nil, "unexpected", "signin.example breaks off in the middle of its answer"},
		{"a header without end", "http", reply("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 300<<10) + "\r\n\r\n"), nil, "unexpected", "signin.example answers, but not in the language of web pages (HTTP)"},
		{"a redirect to rubbish", "http", reply("HTTP/1.1 302 Found\r\nLocation: http://[bad\r\n\r\n"), nil, "unexpected", "signin.example answers, but not in the language of web pages (HTTP)"},

		{"no such name", "http", "", fails(&net.DNSError{IsNotFound: true}), "unknown", "could not connect: there is no such name"},
		{"lookup takes too long", "http", "", fails(&net.DNSError{IsTimeout: true}), "unknown", "could not connect: the name could not be looked up"},
		{"no network", "http", "", fails(errnoOf(faultUnreachable)), "unknown", "could not connect: this computer's network does not lead there"},
		{"no route", "http", "", fails(errnoOf(faultNoRoute)), "unknown", "could not connect: there is no way to that address"},
		{"own firewall", "http", "", fails(errnoOf(faultBlockedHere)), "unknown", "could not connect: a firewall or a rule on this computer forbids it"},
		{"strange", "http", "", fails(errors.New("strange")), "unknown", "could not connect: the network failed"},

		{"ran out", "https", over(certs(root.server(nil, lives(-90*day, -3*day)))), nil, "unknown",
			"the encrypted connection failed: the certificate ran out on 2026-02-26, by this computer's clock (see: authdoctor probe tls --address signin.example:443)"},
		{"not valid yet", "https", over(certs(root.server(nil, lives(day, 90*day)))), nil, "unknown",
			"the encrypted connection failed: the certificate is not valid before 2026-03-02, and by this computer's clock that is still to come (see: authdoctor probe tls --address signin.example:443)"},
		{"self-signed", "https", over(certs(selfSigned(t))), nil, "unknown",
			"the encrypted connection failed: nobody that this computer trusts vouches for the server (see: authdoctor probe tls --address signin.example:443)"},
		{"another name", "https", over(certs(root.server(nil, func(c *x509.Certificate) { c.DNSNames = []string{"other.example"} }))), nil, "unknown",
			"the encrypted connection failed: the server proves another name (see: authdoctor probe tls --address signin.example:443)"},
		{"made for a client", "https", over(certs(root.server(nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }))), nil, "unknown",
			"the encrypted connection failed: the certificate is not one for this purpose (see: authdoctor probe tls --address signin.example:443)"},
		{"no TLS there", "https", reply("HTTP/1.1 400 Bad Request\r\n\r\n"), nil, "unknown", "the encrypted connection failed: the server does not speak TLS (see: authdoctor probe tls --address signin.example:443)"},
		{"hangs up in the handshake", "https", reply(""), nil, "unknown", "the encrypted connection failed: the other side hung up (see: authdoctor probe tls --address signin.example:443)"},
		{"wants a certificate", "https", over(mutual), nil, "unknown", "the encrypted connection failed: the server wants a certificate from this computer (see: authdoctor probe tls --address signin.example:443)"},
		{"wants a certificate, TLS 1.2", "https", over(mutual12), nil, "unknown", "the encrypted connection failed: the server wants a certificate from this computer (see: authdoctor probe tls --address signin.example:443)"},
		{"old TLS only", "https", over(&tls.Config{Certificates: mutual.Certificates, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}), nil, "unknown",
			"the encrypted connection failed: the server says: protocol version not supported (see: authdoctor probe tls --address signin.example:443)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := worldAt(tt.address, poolOf(root))
			if tt.dial != nil {
				env.Dial = tt.dial
			}
			got := runHTTP(t.Context(), env, Params{"url": tt.scheme + "://signin.example/login"})
			want := diag.Finding{Outcome: tt.outcome, Summary: tt.text}
			if tt.outcome == diag.NoAnswer {
				want = unknown(nil, "%s", tt.text)
			}
			got.Facts = nil
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A clock that only tests move.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestHTTPTimes(t *testing.T) {
	for _, tt := range []struct {
		name    string
		think   time.Duration
		outcome string
		summary string
	}{
		{"quick", 190 * time.Millisecond, "ok", "answers in 0.2 s"},
		{"just in time", 2990 * time.Millisecond, "ok", "answers in 3 s"},
		{"slow", 3100 * time.Millisecond, "slow", "answers in 3.1 s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clock := &testClock{now: certNoon}
			address := serveHTTP(t, nil, func(w http.ResponseWriter, _ *http.Request) {
				clock.pass(tt.think)
				w.Header().Set("Date", certNoon.Add(5*time.Second).Format(http.TimeFormat))
			})
			env := worldAt(address, nil)
			env.Now = clock.Now
			dial := env.Dial
			env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				clock.pass(10 * time.Millisecond)
				return dial(ctx, network, address)
			}
			got := runHTTP(t.Context(), env, Params{"url": "http://signin.example/login"})
			think := milliseconds(tt.think)
			want := found(tt.outcome, tt.summary, httpFacts(map[string]any{
				"phases": map[string]any{"dns_ms": 0.0, "connect_ms": 10.0, "tls_ms": 0.0, "first_byte_ms": think, "transfer_ms": 0.0, "total_ms": think + 10},
				"date":   "2026-03-01T12:00:05Z",
				// Between the request, sent at +10 ms, and the answer.
				"date_offset_ms": 5000 - 10 + 500 - think/2, "date_uncertainty_ms": 500 + think/2,
			}))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHTTPNeverAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		scheme  string
		waited  time.Duration
		outcome string
		text    string
	}{
		{"long enough", "http", 4 * time.Second, "timeout", "signin.example gave no answer in 4 s"},
		{"in the handshake", "https", 4 * time.Second, "timeout", "signin.example gave no answer in 4 s"},
		{"too short to tell", "http", 300 * time.Millisecond, "unknown", "could not be measured: no answer in 300 ms, which is too short to tell"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, over := newTestDeadline(t)
			env := worldAt(serveRaw(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1))
				over()
				_, _ = io.Copy(io.Discard, conn)
			}), nil)
			env.Now = func() time.Time {
				if ctx.Err() != nil {
					return certNoon.Add(tt.waited)
				}
				return certNoon
			}
			got := runHTTP(ctx, env, Params{"url": tt.scheme + "://signin.example/login"})
			if got.Outcome != tt.outcome || got.Summary != tt.text {
				t.Errorf("got %s: %s", got.Outcome, got.Summary)
			}
		})
	}
}

// TestHTTPOverTLS: the newer protocol, a name that is looked up, and an
// authority out of a file.
func TestHTTPOverTLS(t *testing.T) {
	root := newIssuer(t, "Test Root")
	server := httptest.NewUnstartedServer(answering(200, signInPage))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{Certificates: []tls.Certificate{root.server(nil, func(c *x509.Certificate) { c.DNSNames = []string{"localhost"} })}}
	server.StartTLS()
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	clock := &testClock{now: certNoon}
	env := worldAt("", poolOf(newIssuer(t, "Other")))
	env.Now = func() time.Time { clock.pass(time.Millisecond); return clock.Now() }
	env.Dial = new(net.Dialer).DialContext
	got := runHTTP(t.Context(), env, Params{"url": "https://localhost:" + port + "/login", "ca-file": root.file()})
	if got.Outcome != "ok" || got.Facts["protocol"] != "HTTP/2.0" {
		t.Errorf("got %+v", got)
	}
	for phase, took := range got.Facts["phases"].(map[string]any) {
		if took.(float64) <= 0 {
			t.Errorf("%s = %v", phase, took)
		}
	}
	got = runHTTP(t.Context(), env, Params{"url": "https://localhost:" + port + "/login", "ca-file": "/nonexistent"})
	if want := unknown(nil, "ca-file: the file cannot be opened"); cmp.Diff(want, got) != "" {
		t.Errorf("got %+v", got)
	}
}
