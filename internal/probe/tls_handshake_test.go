package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

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
