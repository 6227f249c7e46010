package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// tlsFacts are those of a server in good order, with changes; a nil value
// takes one away.
func tlsFacts(changes map[string]any) map[string]any {
	facts := map[string]any{
		"address": "signin.example:443", "server_name": "signin.example", "version": "TLS 1.3",
		"judged_at": "2026-03-01T12:00:00Z", "not_before": "2025-12-31T12:00:00Z", "not_after": "2026-03-31T12:00:00Z",
		"days_left": 30, "issuer": "Test Root", "subject_names": []string{"signin.example"},
		"phases": map[string]any{"dns_ms": 0.0, "connect_ms": 0.0, "tls_ms": 0.0, "total_ms": 0.0}, // the test's clock stands
	}
	for k, v := range changes {
		if facts[k] = v; v == nil {
			delete(facts, k)
		}
	}
	return facts
}

// ranOut are the changes for a certificate of its own dates, three days past
// its end.
func ranOut(more map[string]any) map[string]any {
	changes := map[string]any{"not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}
	maps.Copy(changes, more)
	return changes
}

func TestTLSCertificates(t *testing.T) {
	root := newIssuer(t, "Test Root")
	middle := root.under("Test Middle")
	short := root.under("Short Middle", lives(-90*day, -2*day))
	past := root.under("Past Middle", lives(-300*day, -200*day))
	stranger := newIssuer(t, "Box Filter CA", func(c *x509.Certificate) { c.Subject.Organization = []string{"Filter Inc"} })
	strangers := stranger.under("Box Intermediate")
	old := newIssuer(t, "Old Root", lives(-1000*day, -day))
	young := newIssuer(t, "Young Root", lives(0, 1000*day))
	older := young.under("Older Middle", lives(-1000*day, -10*day))
	leaving := newIssuer(t, "Leaving Root", lives(-1000*day, 2*day))
	bound := root.under("Bound Middle", func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"other.example"} })
	hostile := stranger.server(nil)
	for range 100 {
		hostile.Certificate = append(hostile.Certificate, stranger.cert.Raw, old.cert.Raw)
	}
	send := func(a ...*testIssuer) []*x509.Certificate {
		var list []*x509.Certificate
		for _, a := range a {
			list = append(list, a.cert)
		}
		return list
	}
	named := func(names ...string) certChange { return func(c *x509.Certificate) { c.DNSNames = names } }
	for _, tt := range []struct {
		name    string
		cert    tls.Certificate
		summary string
		outcome string
		facts   map[string]any
	}{
		{"in order", root.server(nil), "trusted, TLS 1.3", "ok", nil},
		{"by an authority in between", middle.server(send(middle)), "trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"the root is sent as well", middle.server(send(middle, root)), "trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"two chains, one of them out of date", middle.server([]*x509.Certificate{old.vouchesFor(middle), middle.cert}),
			"trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"two chains, one of them soon out of date", middle.server([]*x509.Certificate{leaving.vouchesFor(middle), middle.cert}),
			"trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"14 days left", root.server(nil, lives(-60*day, 14*day)), "trusted, TLS 1.3", "ok",
			map[string]any{"not_after": "2026-03-15T12:00:00Z", "days_left": 14}},
		{"a little less than 14 days", root.server(nil, lives(-60*day, 14*day-time.Second)),
			"trusted, TLS 1.3, but the certificate runs out in 14 days", "expiring",
			map[string]any{"not_after": "2026-03-15T11:59:59Z", "days_left": 14}},
		{"of a short-lived kind", root.server(nil, lives(-day, 5*day)),
			"trusted, TLS 1.3, but the certificate runs out in 5 days (it is of a kind that lives 6 days and is renewed by itself)", "expiring",
			map[string]any{"not_before": "2026-02-28T12:00:00Z", "not_after": "2026-03-06T12:00:00Z", "days_left": 5}},
		{"the last second", root.server(nil, lives(-60*day, 0)), "trusted, TLS 1.3, but the certificate runs out in less than a minute", "expiring",
			map[string]any{"not_after": "2026-03-01T12:00:00Z", "days_left": 0}},
		{"ran out", root.server(nil, lives(-90*day, -3*day)), "the certificate ran out 3 days ago (by this computer's clock)", "expired",
			map[string]any{"not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}},
		{"ran out a second ago", root.server(nil, lives(-60*day, -time.Second)), "the certificate ran out 1 s ago (by this computer's clock)", "expired",
			map[string]any{"not_after": "2026-03-01T11:59:59Z", "days_left": 0}},
		{"begins in ten minutes", root.server(nil, lives(10*time.Minute, 90*day)),
			"the certificate becomes valid only in 10 minutes (by this computer's clock)", "not_yet_valid",
			map[string]any{"not_before": "2026-03-01T12:10:00Z", "not_after": "2026-05-30T12:00:00Z", "days_left": 90}},
		{"the one in between ran out", short.server(send(short)),
			"a certificate that vouches for the server's ran out 2 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Short Middle", "not_after": "2026-02-27T12:00:00Z", "days_left": -2}},
		{"ran out before its authority began", young.server(nil, lives(-90*day, -3*day)),
			"the certificate ran out 3 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Young Root", "not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}},
		{"ran out before its authority's authority began", older.server(send(older), lives(-90*day, -3*day)),
			"a certificate that vouches for the server's ran out 10 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Older Middle", "not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-19T12:00:00Z", "days_left": -10}},
		{"valid at no time, by a stranger", stranger.server(nil, lives(day, -day)),
			"Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it; the certificate also ran out 24 hours ago (by this computer's clock)", "untrusted",
			ranOut(map[string]any{"not_before": "2026-03-02T12:00:00Z", "not_after": "2026-02-28T12:00:00Z", "days_left": -1, "issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"})},
		{"its authority ran out", old.server(nil), "a certificate that vouches for the server's ran out 24 hours ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Old Root", "not_after": "2026-02-28T12:00:00Z", "days_left": -1}},
		{"of a young authority, 6 hours left", young.server(nil, lives(-60*day, 6*time.Hour)),
			"trusted, TLS 1.3, but the certificate runs out in 6 hours", "expiring",
			map[string]any{"issuer": "Young Root", "not_after": "2026-03-01T18:00:00Z", "days_left": 0}},
		{"never valid together", past.server(send(past)),
			"a certificate that vouches for the server's ran out 200 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Past Middle", "not_after": "2025-08-13T12:00:00Z", "days_left": -200}},
		{"for another name", root.server(nil, named("other.example", "www.other.example")),
			"the certificate is for other.example and 1 more, not for signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{"other.example", "www.other.example"}}},
		{"a name the old way only", root.server(nil, named()),
			"the certificate names no host in the way that counts, so it does not prove signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{}}},
		{"a wildcard", root.server(nil, named("*.example")), "trusted, TLS 1.3", "ok", map[string]any{"subject_names": []string{"*.example"}}},
		{"another name, and ran out", root.server(nil, named("other.example"), lives(-90*day, -3*day)),
			"the certificate is for other.example, not for signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{"other.example"}, "not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}},
		{"self-signed", selfSigned(t), "nobody vouches for the server but itself (self-signed)", "untrusted",
			map[string]any{"issuer": "signin.example", "chain_fault": "self_signed"}},
		{"self-signed, and ran out", selfSigned(t, lives(-90*day, -3*day)), "nobody vouches for the server but itself (self-signed); the certificate also ran out 3 days ago (by this computer's clock)", "untrusted",
			ranOut(map[string]any{"issuer": "signin.example", "chain_fault": "self_signed"})},
		{"missing link, by its name", root.under("Test Intermediate").server(nil),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Test Intermediate", "chain_fault": "missing_intermediate"}},
		{"missing link, by its address", middle.server(nil, func(c *x509.Certificate) { c.IssuingCertificateURL = []string{"http://ca.example/middle.crt"} }),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Test Middle", "chain_fault": "missing_intermediate"}},
		{"something unrelated is sent instead of the link", root.under("Issuing CA 2").server(send(stranger)),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Issuing CA 2", "chain_fault": "missing_intermediate"}},
		{"a filter", stranger.server(nil), "Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"}},
		{"a filter that shows its root", stranger.server(send(stranger)),
			"Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"}},
		{"a filter with an authority in between", strangers.server(send(strangers, stranger)),
			"Box Intermediate vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Intermediate", "chain_fault": "unknown_authority"}},
		{"a filter, and ran out", stranger.server(send(stranger), lives(-90*day, -3*day)),
			"Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it; the certificate also ran out 3 days ago (by this computer's clock)", "untrusted",
			ranOut(map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"})},
		{"never valid together, and unknown", stranger.under("Past Intermediate", lives(-300*day, -200*day)).server(nil),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Past Intermediate", "chain_fault": "missing_intermediate"}},
		{"two hundred certificates", hostile, "Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"}},
		{"made for a client", root.server(nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
			"the certificate was not made for a server", "untrusted", map[string]any{"chain_fault": "wrong_purpose"}},
		{"by an authority for other names", bound.server(send(bound)), "Bound Middle vouches for the server, and may not", "untrusted",
			map[string]any{"issuer": "Bound Middle", "chain_fault": "not_permitted"}},
		{"names that would spoil a screen", root.server(nil, named("ax\x1b[31m.example")),
			"the certificate is for ax[31m.example, not for signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{"ax[31m.example"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{tt.cert}})
			got := runTLS(t.Context(), worldAt(address, poolOf(leaving, root, old, young)), Params{"address": "signin.example"})
			want := diag.Finding{Outcome: tt.outcome, Summary: tt.summary, Facts: tlsFacts(tt.facts)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTLSHandshakes: what Go's errors do not tell apart.
func TestTLSHandshakes(t *testing.T) {
	root := newIssuer(t, "Test Root")
	good := []tls.Certificate{root.server(nil)}
	old := []tls.Certificate{root.server(nil, lives(-90*day, -3*day))}
	reply := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte(text))
		}
	}
	over := func(config *tls.Config) func(net.Conn) {
		return func(conn net.Conn) { _, _ = io.Copy(io.Discard, tls.Server(conn, config)) }
	}
	nothing := map[string]any{"address": "signin.example:443", "server_name": "signin.example"}
	with := func(more map[string]any) map[string]any {
		facts := map[string]any{"address": "signin.example:443", "server_name": "signin.example"}
		for k, v := range more {
			facts[k] = v
		}
		return facts
	}
	for _, tt := range []struct {
		name  string
		serve func(net.Conn)
		want  diag.Finding
	}{
		{"TLS 1.2", over(&tls.Config{Certificates: good, MaxVersion: tls.VersionTLS12}),
			found("ok", "trusted, TLS 1.2", tlsFacts(map[string]any{"version": "TLS 1.2"}))},
		{"TLS 1.1 only", over(&tls.Config{Certificates: good, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}),
			found("protocol_too_old", "the server offers nothing newer than TLS 1.1",
				with(map[string]any{"version": "TLS 1.1", "handshake_error": "remote error: tls: protocol version not supported"}))},
		{"TLS 1.0 only", over(&tls.Config{Certificates: good, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}),
			found("protocol_too_old", "the server offers nothing newer than TLS 1.0",
				with(map[string]any{"version": "TLS 1.0", "handshake_error": "remote error: tls: protocol version not supported"}))},
		{"TLS 1.0 only, with a certificate wanted", over(&tls.Config{Certificates: good, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}),
			found("protocol_too_old", "the server offers nothing newer than TLS 1.0",
				with(map[string]any{"version": "TLS 1.0", "handshake_error": "remote error: tls: protocol version not supported"}))},
		{"old ciphers only", over(&tls.Config{Certificates: good, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}}),
			found("handshake_failed", "the server offers only ciphers that are no longer safe",
				with(map[string]any{"handshake_error": "remote error: tls: handshake failure"}))},
		{"certificate required, TLS 1.3", over(&tls.Config{Certificates: good, ClientAuth: tls.RequireAnyClientCert}),
			found("client_cert_required", "the server wants a certificate from this computer",
				tlsFacts(map[string]any{"client_cert_requested": true, "handshake_error": "remote error: tls: certificate required"}))},
		{"certificate required, TLS 1.2", over(&tls.Config{Certificates: good, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}),
			found("client_cert_required", "the server wants a certificate from this computer",
				tlsFacts(map[string]any{"version": "TLS 1.2", "client_cert_requested": true, "handshake_error": "remote error: tls: handshake failure"}))},
		{"certificate required, and its own ran out", over(&tls.Config{Certificates: old, ClientAuth: tls.RequireAnyClientCert}),
			found("expired", "the certificate ran out 3 days ago (by this computer's clock)",
				tlsFacts(map[string]any{"client_cert_requested": true, "handshake_error": "remote error: tls: certificate required",
					"not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}))},
		{"certificate asked for, and it hangs up without a word", func(conn net.Conn) {
			_ = tls.Server(conn, &tls.Config{Certificates: good, ClientAuth: tls.RequestClientCert}).Handshake()
		}, found("client_cert_required", "the server asked for a certificate from this computer, got none, and then the connection ended", tlsFacts(map[string]any{"client_cert_requested": true}))},
		{"certificate asked for, and the connection is cut", func(conn net.Conn) {
			_ = tls.Server(conn, &tls.Config{Certificates: good, ClientAuth: tls.RequestClientCert}).Handshake()
			_ = conn.(*net.TCPConn).SetLinger(0)
		}, found("client_cert_required", "the server asked for a certificate from this computer, got none, and then the connection ended", tlsFacts(map[string]any{"client_cert_requested": true}))},
		{"certificate welcome, not required", over(&tls.Config{Certificates: good, ClientAuth: tls.RequestClientCert}),
			found("ok", "trusted, TLS 1.3", tlsFacts(map[string]any{"client_cert_requested": true}))},
		{"name not known there", reply("\x15\x03\x03\x00\x02\x02\x70"),
			found("handshake_failed", "the server does not know this name, and ended the handshake",
				with(map[string]any{"handshake_error": "remote error: tls: unrecognized name"}))},
		{"refused without a reason", reply("\x15\x03\x03\x00\x02\x02\x28"),
			found("handshake_failed", "the server ended the handshake: handshake failure",
				with(map[string]any{"handshake_error": "remote error: tls: handshake failure"}))},
		{"a web server without TLS", reply("HTTP/1.1 400 Bad Request\r\n\r\n"),
			found("not_encrypted", "the server answers, but not in TLS: this port is not encrypted",
				with(map[string]any{"handshake_error": "tls: first record does not look like a TLS handshake"}))},
		{"a server that speaks first", func(conn net.Conn) { _, _ = conn.Write([]byte("SSH-2.0-OpenSSH_9.2\r\n")) },
			found("not_encrypted", "the server answers, but not in TLS: this port is not encrypted",
				with(map[string]any{"handshake_error": "tls: first record does not look like a TLS handshake"}))},
		{"rubbish inside TLS", reply("\x16\x03\x03\x00\x04\xff\x00\x00\x00"),
			found("handshake_failed", "the handshake broke off: local error: tls: unexpected message",
				with(map[string]any{"handshake_error": "local error: tls: unexpected message"}))},
		{"hangs up", func(conn net.Conn) { _, _ = conn.Read(make([]byte, 4096)) },
			found("handshake_failed", "the connection was cut in the middle of the handshake", nothing)},
		{"cuts the connection", func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.(*net.TCPConn).SetLinger(0)
		},
			found("handshake_failed", "the connection was cut in the middle of the handshake", nothing)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := runTLS(t.Context(), worldAt(serveRaw(t, tt.serve), poolOf(root)), Params{"address": "signin.example"})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTLSNotMeasured(t *testing.T) {
	root := newIssuer(t, "Test Root")
	good := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{root.server(nil)}})
	rubbish := filepath.Join(t.TempDir(), "rubbish.pem")
	if err := os.WriteFile(rubbish, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	for _, tt := range []struct {
		name   string
		with   Params
		dial   func(context.Context, string, string) (net.Conn, error)
		reason string
	}{
		{"no such name", Params{"address": "signin.example"}, fails(&net.DNSError{IsNotFound: true}), "could not connect: there is no such name"},
		{"no network", Params{"address": "signin.example"}, fails(&net.OpError{Err: os.NewSyscallError("connect", errnoOf(faultUnreachable))}),
			"could not connect: this computer's network does not lead there"},
		{"no answer", Params{"address": "signin.example"}, fails(context.DeadlineExceeded), "could not connect: no answer in time"},
		{"strange", Params{"address": "signin.example"}, fails(errors.New("strange")), "could not connect: the network failed"},
		{"not an address", Params{"address": "sign in"}, nil, "address: not a host name or an address of a page"},
		{"no port known", Params{"address": "imaps://mail.example"}, nil, "address: of a URL that is not https, the port must be given"},
		{"no such port", Params{"address": "mail.example:99999"}, nil, "address: a port is a number from 1 to 65535"},
		{"not a name", Params{"address": "signin.example", "server-name": "a b"}, nil, "server-name: not a host name or an address of a page"},
		{"file is not there", Params{"address": "signin.example", "ca-file": rubbish + "x"}, nil, "ca-file: the file cannot be opened"},
		{"file holds none", Params{"address": "signin.example", "ca-file": rubbish}, nil, "ca-file: no certificate (PEM) in it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := worldAt(good, poolOf(root))
			if tt.dial != nil {
				env.Dial = tt.dial
			}
			got := runTLS(t.Context(), env, tt.with)
			want := diag.Finding{Outcome: diag.NoAnswer, Reason: tt.reason, Summary: "could not be measured: " + tt.reason}
			got.Facts = nil
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Only a server that says so wants a certificate; the others asked for one, and
// then something ended it.
func TestTLSWithoutCert(t *testing.T) {
	const wants, asked = "the server wants a certificate from this computer", "the server asked for a certificate from this computer, got none, and "
	for says, want := range map[string]string{
		"certificate required":          wants,
		"handshake failure":             wants,
		"unknown certificate authority": wants,
		"internal error":                asked + "ended the connection: internal error",
		"user canceled":                 asked + "ended the connection: user canceled",
	} {
		if got := withoutCert(errors.New("remote error: tls: " + says)); got != want {
			t.Errorf("%s: %s", says, got)
		}
	}
	if got := withoutCert(io.EOF); got != asked+"then the connection ended" {
		t.Error(got)
	}
	// What broke off on this side is no word of the server's.
	got := judgeHandshake(greeting{asked: true, err: errors.New("local error: tls: bad record MAC")}, map[string]any{}, certNoon)
	if got.Outcome != "handshake_failed" {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
}

// TestTLSBreaksOffLate: a certificate in order, and then the handshake fails.
func TestTLSBreaksOffLate(t *testing.T) {
	root := newIssuer(t, "Test Root")
	stolen := root.server(nil)
	stolen.PrivateKey = newKey(t)
	address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{stolen}})
	const why = "tls: invalid signature by the server certificate: ECDSA verification failure"
	got := runTLS(t.Context(), worldAt(address, poolOf(root)), Params{"address": "signin.example"})
	want := found("handshake_failed", "the handshake broke off: "+why, tlsFacts(map[string]any{"handshake_error": why}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	ctx, over := newTestDeadline(t)
	address = serveRaw(t, func(conn net.Conn) {
		config := &tls.Config{Certificates: []tls.Certificate{root.server(nil)}, MaxVersion: tls.VersionTLS12}
		_, _ = io.Copy(io.Discard, tls.Server(&fallsSilent{Conn: conn, then: over}, config))
	})
	got = runTLS(ctx, worldAt(address, poolOf(root)), Params{"address": "signin.example"})
	want = unknown(tlsFacts(map[string]any{"version": "TLS 1.2"}), "the server fell silent in the middle of the handshake")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// fallsSilent is a connection on which only the first message is sent.
type fallsSilent struct {
	net.Conn
	writes int
	then   func()
}

func (f *fallsSilent) Write(p []byte) (int, error) {
	if f.writes++; f.writes > 1 {
		f.then()
		return len(p), nil
	}
	return f.Conn.Write(p)
}

// errnoOf is an error number of this system that means a fault.
func errnoOf(f netFault) error {
	for errno, fault := range errnoFaults() {
		if fault == f {
			return errno
		}
	}
	return errors.New("no such number here")
}

func TestTLSOfAPageWithoutEncryption(t *testing.T) {
	got := runTLS(t.Context(), Env{}, Params{"address": "http://signin.example/login"})
	want := diag.Finding{Outcome: diag.NotMeasured, Reason: "the page is not encrypted (http)", Summary: "the page is not encrypted (http)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTLSNeverAnswers: a server that takes the connection and says nothing, or
// falls silent after its certificate, proves nothing.
func TestTLSNeverAnswers(t *testing.T) {
	root := newIssuer(t, "Test Root")
	ctx, over := newTestDeadline(t)
	silent := serveRaw(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1))
		over()
		_, _ = io.Copy(io.Discard, conn)
	})
	got := runTLS(ctx, worldAt(silent, poolOf(root)), Params{"address": "signin.example"})
	if got.Outcome != diag.NoAnswer || got.Reason != "the server took the connection, and then said nothing in time" {
		t.Errorf("silent: %+v", got)
	}
	stopped, stop := context.WithCancel(t.Context())
	address := serveRaw(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1))
		stop()
		_, _ = io.Copy(io.Discard, conn)
	})
	got = runTLS(stopped, worldAt(address, poolOf(root)), Params{"address": "signin.example"})
	if got.Outcome != diag.NoAnswer || got.Reason != "stopped before it was done" {
		t.Errorf("stopped: %+v", got)
	}
}

func TestTLSParameters(t *testing.T) {
	root := newIssuer(t, "Test Root")
	loopback := func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} }
	address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{root.server(nil, loopback)}})
	for _, tt := range []struct {
		name    string
		with    Params
		roots   *testIssuer
		outcome string
	}{
		{"an address and a port", Params{"address": address}, root, "ok"},
		{"a page", Params{"address": "https://someone:secret@" + address + "/login?token=1"}, root, "ok"},
		{"a name to be proved instead", Params{"address": address, "server-name": "signin.example"}, root, "ok"},
		{"a name that is not proved", Params{"address": address, "server-name": "other.example"}, root, "hostname_mismatch"},
		{"an authority out of a file", Params{"address": address, "ca-file": root.file()}, newIssuer(t, "Other"), "ok"},
		{"without the file", Params{"address": address}, newIssuer(t, "Other"), "untrusted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := runTLS(t.Context(), worldAt(address, poolOf(tt.roots)), tt.with)
			if got.Outcome != tt.outcome || got.Facts["address"] != address {
				t.Errorf("got %+v, want %s at %s", got, tt.outcome, address)
			}
			if text := got.Summary + got.Reason; strings.Contains(text, "secret") {
				t.Errorf("a password in %q", text)
			}
		})
	}
}

func TestParseTLSTarget(t *testing.T) {
	for _, tt := range []struct {
		address, serverName string
		want                tlsTarget
	}{
		{"www.Example.com", "", tlsTarget{"www.example.com:443", "www.example.com", false}},
		{"www.example.com.:8443", "", tlsTarget{"www.example.com:8443", "www.example.com", false}},
		{"https://www.example.com/login?x=1", "", tlsTarget{"www.example.com:443", "www.example.com", false}},
		{"HTTPS://www.example.com:444", "", tlsTarget{"www.example.com:444", "www.example.com", false}},
		{"imaps://mail.example:993", "", tlsTarget{"mail.example:993", "mail.example", false}},
		{"::1", "", tlsTarget{"[::1]:443", "::1", false}},
		{"[::1]:8443", "localhost", tlsTarget{"[::1]:8443", "localhost", false}},
		{"bücher.example", "", tlsTarget{"xn--bcher-kva.example:443", "xn--bcher-kva.example", false}},
		{"HTTP://www.example.com", "", tlsTarget{plain: true}},
	} {
		got, err := parseTLSTarget(tt.address, tt.serverName)
		if err != nil || got != tt.want {
			t.Errorf("parseTLSTarget(%q, %q) = %+v, %v, want %+v", tt.address, tt.serverName, got, err, tt.want)
		}
	}
}
