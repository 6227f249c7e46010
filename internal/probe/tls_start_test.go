package probe

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// sayIMAP is a mail server that offers this and answers STARTTLS so; where that
// is OK it goes on encrypted.
func sayIMAP(t *testing.T, greeting, offers, answer string, config *tls.Config) string {
	t.Helper()
	return serveRaw(t, func(conn net.Conn) {
		fmt.Fprintf(conn, "%s\r\n", greeting)
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			switch {
			case command == "CAPABILITY":
				fmt.Fprintf(conn, "* CAPABILITY %s\r\n%s OK\r\n", offers, tag)
			case command == "STARTTLS":
				fmt.Fprintf(conn, "%s %s\r\n", tag, answer)
				if config != nil {
					secure := tls.Server(conn, config)
					_ = secure.Handshake()
					conn, lines = secure, bufio.NewScanner(secure)
				}
			}
		}
	})
}

func TestTLSAskedFor(t *testing.T) {
	root := newIssuer(t, "Test Root")
	good := &tls.Config{Certificates: []tls.Certificate{root.server(nil)}}
	other := &tls.Config{Certificates: []tls.Certificate{newIssuer(t, "Stranger").server(nil)}}
	for _, tt := range []struct {
		name, address, outcome, text string
	}{
		{"in order", sayIMAP(t, "* OK ready", "IMAP4rev1 STARTTLS", "OK begin", good), "ok", "trusted"},
		{"not trusted", sayIMAP(t, "* OK ready", "IMAP4rev1 STARTTLS", "OK begin", other), "untrusted", ""},
		{"not offered", sayIMAP(t, "* OK ready", "IMAP4rev1", "", nil), "handshake_failed", "does not offer to encrypt"},
		{"offered and refused", sayIMAP(t, "* OK ready", "IMAP4rev1 STARTTLS", "NO not now", nil), "handshake_failed", "does not offer to encrypt"},
		{"another protocol", sayIMAP(t, "220 ESMTP", "", "", nil), diag.NoAnswer, "does not speak this protocol"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := runTLS(t.Context(), worldAt(tt.address, poolOf(root)), Params{"address": "signin.example", "starttls": "imap"})
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) || got.Facts["address"] != "signin.example:143" {
				t.Errorf("%s (%s), %v", got.Outcome, got.Summary, got.Facts)
			}
		})
	}
}

// Every phase that there was is timed (a name lookup in TestHTTPTimesOfRedirects), and they come to no more than the whole.
func TestPhasesAreTimed(t *testing.T) {
	root := newIssuer(t, "Test Root")
	certificate := root.server(nil)
	page := serveHTTP(t, &certificate, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("page ", 1000)) })
	for kind, want := range map[string][]string{
		"http": {"connect_ms", "tls_ms", "first_byte_ms", "transfer_ms"},
		"tls":  {"connect_ms", "tls_ms"},
	} {
		env := worldAt(page, poolOf(root))
		var ticks atomic.Int64 // a millisecond goes by at each look at the clock
		env.Now = func() time.Time { return certNoon.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
		pr, _ := Find(kind)
		got := pr.Run(t.Context(), env, Params{"url": "https://signin.example/", "address": "signin.example"})
		phases, _ := got.Facts["phases"].(map[string]any)
		sum := 0.0
		for _, name := range want {
			ms, _ := phases[name].(float64)
			if sum += ms; ms <= 0 {
				t.Errorf("%s: %s is %v in %v", kind, name, phases[name], got)
			}
		}
		if total, _ := phases["total_ms"].(float64); total < sum {
			t.Errorf("%s: the parts come to %v, the whole is %v", kind, sum, phases["total_ms"])
		}
	}
}
