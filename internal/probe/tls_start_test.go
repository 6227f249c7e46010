package probe

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

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
		{"turned away", sayIMAP(t, "* BYE too many connections", "", "", nil), diag.NoAnswer, "before encryption can be asked for: too many connections"},
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

// sayPOP3 is a mail server that greets, and answers STLS so; where that is +OK
// it goes on encrypted.
func sayPOP3(t *testing.T, greeting, answer string, config *tls.Config) string {
	t.Helper()
	return serveRaw(t, func(conn net.Conn) {
		fmt.Fprintf(conn, "%s\r\n", greeting)
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			if lines.Text() == "STLS" {
				fmt.Fprintf(conn, "%s\r\n", answer)
				if config != nil {
					_ = tls.Server(conn, config).Handshake()
				}
			}
		}
	})
}

// sayPostgres is a database server that answers the wish for encryption so, and
// nothing else.
func sayPostgres(t *testing.T, answer string, config *tls.Config) string {
	t.Helper()
	return serveRaw(t, func(conn net.Conn) {
		wish := make([]byte, len(sslRequest))
		if _, err := io.ReadFull(conn, wish); err != nil || !bytes.Equal(wish, sslRequest) {
			return
		}
		_, _ = io.WriteString(conn, answer)
		if config != nil {
			_ = tls.Server(conn, config).Handshake()
		}
		_, _ = io.Copy(io.Discard, conn)
	})
}

// sayLDAP is a directory that answers the wish for encryption with a result, or
// with something else.
func sayLDAP(t *testing.T, result int, odd string, config *tls.Config) string {
	t.Helper()
	return serveRaw(t, func(conn net.Conn) {
		wish, err := ber.ReadPacket(conn)
		if err != nil || len(wish.Children) != 2 || wish.Children[1].Tag != ldap.ApplicationExtendedRequest || wish.Children[1].Children[0].Data.String() != startTLSExtension {
			return
		}
		if odd != "" {
			_, _ = io.WriteString(conn, odd)
			return
		}
		answer := ber.NewSequence("")
		answer.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, wish.Children[0].Value, ""))
		said := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedResponse, nil, "")
		said.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, result, ""))
		for range 2 {
			said.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
		}
		answer.AppendChild(said)
		_, _ = conn.Write(answer.Bytes())
		if config != nil {
			_ = tls.Server(conn, config).Handshake()
		}
		_, _ = io.Copy(io.Discard, conn)
	})
}

// With TLS 1.3 a server says only after the handshake that it minds having no
// certificate, so it is listened to, whatever asked for encryption. One that
// only would like to have one says nothing.
func TestTLSAskedForCertificate(t *testing.T) {
	root := newIssuer(t, "Test Root")
	for _, tt := range []struct {
		name    string
		auth    tls.ClientAuthType
		outcome string
	}{
		{"required", tls.RequireAnyClientCert, "client_cert_required"},
		{"welcome", tls.RequestClientCert, "ok"},
	} {
		config := &tls.Config{Certificates: []tls.Certificate{root.server(nil)}, ClientAuth: tt.auth, MinVersion: tls.VersionTLS13}
		for protocol, address := range map[string]string{
			"imap": sayIMAP(t, "* OK ready", "IMAP4rev1 STARTTLS", "OK begin", config),
			"ldap": sayLDAP(t, 0, "", config), "pop3": sayPOP3(t, "+OK ready", "+OK begin", config), "postgres": sayPostgres(t, "S", config),
		} {
			t.Run(protocol+", "+tt.name, func(t *testing.T) {
				t.Parallel()
				got := runTLS(t.Context(), worldAt(address, poolOf(root)), Params{"address": "signin.example", "starttls": protocol})
				if got.Outcome != tt.outcome || got.Facts["client_cert_requested"] != true || got.Facts["version"] != "TLS 1.3" {
					t.Errorf("%s (%s), %v", got.Outcome, got.Summary, got.Facts)
				}
			})
		}
	}
}

func TestTLSAskedForElsewhere(t *testing.T) {
	root := newIssuer(t, "Test Root")
	good := &tls.Config{Certificates: []tls.Certificate{root.server(nil)}}
	other := &tls.Config{Certificates: []tls.Certificate{newIssuer(t, "Stranger").server(nil)}}
	old := &tls.Config{Certificates: good.Certificates, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	const noStart = "does not offer to encrypt"
	for _, tt := range []struct {
		name, protocol, address, outcome, text string
	}{
		{"in order", "pop3", sayPOP3(t, "+OK ready <1@a.test>", "+OK begin", good), "ok", "trusted"},
		{"in order, in one word", "pop3", sayPOP3(t, "+OK", "+OK", good), "ok", "trusted"},
		{"not trusted", "pop3", sayPOP3(t, "+OK ready", "+OK begin", other), "untrusted", ""},
		{"old", "pop3", sayPOP3(t, "+OK ready", "+OK begin", old), "protocol_too_old", "TLS 1.1"},
		{"not offered", "pop3", sayPOP3(t, "+OK ready", "-ERR unknown command", nil), "handshake_failed", noStart},
		{"turned away", "pop3", sayPOP3(t, "-ERR [SYS/TEMP] too many \x1b[1mconnections", "", nil), diag.NoAnswer, "turns this computer away before encryption can be asked for: [SYS/TEMP] too many [1mconnections"},
		{"another protocol", "pop3", sayPOP3(t, "* OK IMAP4rev1", "", nil), diag.NoAnswer, "does not speak this protocol"},
		{"another answer", "pop3", sayPOP3(t, "+OK ready", "220 begin", nil), diag.NoAnswer, "does not speak this protocol"},
		{"words put in before the handshake", "pop3", sayPOP3(t, "+OK ready", "+OK begin\r\n+OK forged", good), "ok", "trusted"},
		{"without an end", "pop3", sayPOP3(t, "+OK "+strings.Repeat("x", 2*mostBytes), "", nil), "handshake_failed", ""},

		{"in order", "ldap", sayLDAP(t, 0, "", good), "ok", "trusted"},
		{"not trusted", "ldap", sayLDAP(t, 0, "", other), "untrusted", ""},
		{"old", "ldap", sayLDAP(t, 0, "", old), "protocol_too_old", "TLS 1.1"},
		{"not offered", "ldap", sayLDAP(t, ldap.LDAPResultProtocolError, "", nil), "handshake_failed", noStart},
		{"another protocol", "ldap", sayLDAP(t, 0, "* OK this is a server of another protocol, which greets\r\n", nil), diag.NoAnswer, "does not speak this protocol"},
		{"too long", "ldap", sayLDAP(t, 0, "\x30\x84\x7f\xff\xff\xff"+strings.Repeat("x", 2*mostBytes), nil), diag.NoAnswer, "does not speak this protocol"},

		{"in order", "postgres", sayPostgres(t, "S", good), "ok", "trusted"},
		{"not trusted", "postgres", sayPostgres(t, "S", other), "untrusted", ""},
		{"old", "postgres", sayPostgres(t, "S", old), "protocol_too_old", "TLS 1.1"},
		{"not offered", "postgres", sayPostgres(t, "N", nil), "handshake_failed", noStart},
		{"turned away", "postgres", sayPostgres(t, "E\x00\x00\x00\x20SFATAL", nil), diag.NoAnswer, "turns this computer away before encryption can be asked for"},
		{"another protocol", "postgres", sayPostgres(t, "+OK ready", nil), diag.NoAnswer, "does not speak this protocol"},
		{"words put in before the handshake", "postgres", sayPostgres(t, "SR\x00\x00\x00\x08\x00\x00\x00\x00", nil), "not_encrypted", ""},
	} {
		t.Run(tt.protocol+", "+tt.name, func(t *testing.T) {
			got := runTLS(t.Context(), worldAt(tt.address, poolOf(root)), Params{"address": "signin.example", "starttls": tt.protocol})
			port := map[string]string{"pop3": "110", "postgres": "5432", "ldap": "389"}[tt.protocol]
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) || got.Facts["address"] != "signin.example:"+port {
				t.Errorf("%s (%s), %v; want %s (%s)", got.Outcome, got.Summary, got.Facts, tt.outcome, tt.text)
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

// A server that hangs up at what is not its own protocol: the port says which
// that may be, unless it was asked in that way already.
func TestTLSHangsUpAtAKnownPort(t *testing.T) {
	hangsUp := serveRaw(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
	for _, tt := range []struct{ port, protocol, hint string }{
		{"5432", "", "; a database is encrypted there only after it is asked for (--starttls postgres)"},
		{"5432", "postgres", ""},
		{"443", "", ""},
	} {
		got := runTLS(t.Context(), worldAt(hangsUp, nil), Params{"address": "signin.example:" + tt.port, "starttls": tt.protocol})
		if want := "the connection was cut in the middle of the handshake" + tt.hint; got.Outcome != "handshake_failed" || got.Summary != want {
			t.Errorf("%s %s: %s (%s)", tt.port, tt.protocol, got.Outcome, got.Summary)
		}
	}
}

// The messages to a directory, byte for byte as RFC 4511, 4.14 and 4.3 have them.
func TestLDAPMessages(t *testing.T) {
	const start = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + "1.3.6.1.4.1.1466.20037"
	if got := string(ldapStartTLS()); got != start {
		t.Errorf("got %x\nwant %x", got, start)
	}
	const bye = "\x30\x05\x02\x01\x02\x42\x00"
	if got := string(ldapUnbind()); got != bye {
		t.Errorf("got %x\nwant %x", got, bye)
	}
}
