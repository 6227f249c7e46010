package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
