package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// serveProxy is an HTTP proxy that connects every tunnel to one address, or
// answers with a status, and wants user name and password if there are any.
func serveProxy(t *testing.T, target string, status int, login string) string {
	t.Helper()
	return serveRaw(t, func(conn net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		asked := &http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
		if user, password, _ := asked.BasicAuth(); login != "" && user+":"+password != login {
			status = http.StatusProxyAuthRequired
		}
		if status != http.StatusOK || r.Method != http.MethodConnect {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n", status)
			return
		}
		back, err := net.Dial("tcp", target)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		done := make(chan struct{})
		go func() {
			_, _ = io.Copy(back, conn)
			_ = back.Close()
			close(done)
		}()
		_, _ = io.Copy(conn, back)
		_ = conn.Close()
		<-done
	})
}

// behindProxy is a world whose only way out is a proxy.
func behindProxy(root *testIssuer, proxy, setting string) Env {
	env := worldAt("", poolOf(root))
	env.Getenv = func(name string) string {
		if name == "HTTPS_PROXY" || name == "HTTP_PROXY" {
			return setting
		}
		return ""
	}
	env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if !strings.HasPrefix(address, "proxy.example:") || proxy == "" {
			return nil, &net.OpError{Op: "dial", Err: errnoOf(faultRefused)}
		}
		return new(net.Dialer).DialContext(ctx, network, proxy)
	}
	return env
}

func TestTLSAndHTTPThroughAProxy(t *testing.T) {
	root := newIssuer(t, "Test Root")
	cert := root.server(nil)
	page := serveHTTP(t, &cert, answering(200, signInPage))
	rubbish := serveRaw(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	})
	const setting = "http://proxy.example:3128"
	for _, tt := range []struct {
		name    string
		proxy   string
		setting string
		tls     string // outcome, or the reason of an unknown
		http    string
	}{
		{"open", serveProxy(t, page, 200, ""), setting, "ok", "ok"},
		{"with its password", serveProxy(t, page, 200, "alice:proxy-secret"), "http://alice:proxy-secret@proxy.example:3128", "ok", "ok"},
		{"without its password", serveProxy(t, page, 200, "alice:proxy-secret"), setting,
			"could not connect: the proxy wants its own user name and password", "could not connect: the proxy wants its own user name and password"},
		{"forbids it", serveProxy(t, page, 403, ""), setting, "could not connect: the proxy forbids it (403)", "could not connect: the proxy forbids it (403)"},
		{"cannot reach it", serveProxy(t, page, 502, ""), setting, "could not connect: the proxy could not connect (502)", "could not connect: the proxy could not connect (502)"},
		{"is not there", "", setting, "could not connect: the proxy http://proxy.example:3128 cannot be used: the connection was refused",
			"the proxy http://proxy.example:3128 cannot be used: the connection was refused"},
		{"is none", rubbish, setting, "could not connect: the proxy does not speak HTTP", ""},
		{"cannot be read", "", "ftp://proxy.example", "could not connect: the proxy setting HTTPS_PROXY cannot be used: the setting is not the address of a proxy",
			"could not connect: the proxy setting HTTPS_PROXY cannot be used: the setting is not the address of a proxy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := behindProxy(root, tt.proxy, tt.setting)
			check := func(got diag.Finding, want string) {
				t.Helper()
				said := got.Outcome
				if said == diag.NoAnswer {
					said = got.Reason
				}
				if diff := cmp.Diff(want, said); diff != "" {
					t.Error(diff)
				}
				if text := fmt.Sprint(got); strings.Contains(text, "proxy-secret") {
					t.Errorf("a password in %s", text)
				}
				if said == "ok" && got.Facts["proxy"] != setting {
					t.Errorf("facts: %v", got.Facts)
				}
			}
			check(runTLS(t.Context(), env, Params{"address": "https://signin.example/login"}), tt.tls)
			if tt.http != "" {
				check(runHTTP(t.Context(), env, Params{"url": "https://signin.example/login"}), tt.http)
			}
		})
	}
}

// TestHTTPProxyInTheWay: whatever goes wrong at a proxy, the page is not to
// blame. Of pages without encryption a proxy sees the requests itself.
func TestHTTPProxyInTheWay(t *testing.T) {
	root := newIssuer(t, "Test Root")
	saying := func(text string) string {
		return serveRaw(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, text)
		})
	}
	const through = "no answer through the proxy http://proxy.example:3128: "
	for _, tt := range []struct {
		name, scheme, proxy, reason string
	}{
		{"rubbish", "https", saying("SSH-2.0-OpenSSH_9.2\r\n\r\n"), through + "the network failed"},
		{"rubbish for a page without encryption", "http", saying("SSH-2.0-OpenSSH_9.2\r\n\r\n"), through + "the network failed"},
		{"hangs up", "https", saying(""), through + "the other side hung up"},
		{"hangs up on a page without encryption", "http", saying(""), through + "the other side hung up"},
		{"cannot reach it", "http", saying("HTTP/1.1 500 x\r\nServer: tinyproxy\r\nContent-Length: 0\r\n\r\n"),
			"the proxy or the server behind it has a fault: 500 Internal Server Error"},
		{"wants a password", "http", saying("HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n"), "the proxy wants its own user name and password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := runHTTP(t.Context(), behindProxy(root, tt.proxy, "http://proxy.example:3128"), Params{"url": tt.scheme + "://signin.example/login"})
			if diff := cmp.Diff([]string{diag.NoAnswer, tt.reason}, []string{got.Outcome, got.Reason}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTLSThroughASecureProxy: a proxy that is itself spoken to over TLS.
func TestTLSThroughASecureProxy(t *testing.T) {
	root := newIssuer(t, "Test Root")
	page := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{root.server(nil)}})
	inner := serveProxy(t, page, 200, "")
	cert := root.server(nil, func(c *x509.Certificate) { c.DNSNames = []string{"proxy.example"} })
	proxy := serveRaw(t, func(conn net.Conn) {
		back, err := net.Dial("tcp", inner)
		if err != nil {
			return
		}
		front := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}})
		done := make(chan struct{})
		go func() {
			_, _ = io.Copy(back, front)
			_ = back.Close()
			close(done)
		}()
		_, _ = io.Copy(front, back)
		_ = conn.Close()
		<-done
	})
	got := runTLS(t.Context(), behindProxy(root, proxy, "https://proxy.example:3129"), Params{"address": "signin.example"})
	want := found("ok", "trusted, TLS 1.3", tlsFacts(map[string]any{"proxy": "https://proxy.example:3129"}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
