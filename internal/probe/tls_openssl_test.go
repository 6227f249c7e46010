package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// openSSL starts "openssl s_server" on a free port and ends it with the test.
func openSSL(t *testing.T, cert tls.Certificate, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	file := filepath.Join(t.TempDir(), "server.pem")
	if err := os.WriteFile(file, pemOf(t, cert), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, append([]string{"s_server", "-www", "-accept", "127.0.0.1:0", "-cert", file, "-key", file}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
			return address
		}
	}
	t.Skip("this openssl does not say where it listens")
	return ""
}

func pemOf(t *testing.T, cert tls.Certificate) []byte {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	for _, c := range cert.Certificate {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c})...)
	}
	return text
}

// TestTLSAgainstOpenSSL: another implementation says the same things in other
// alerts.
func TestTLSAgainstOpenSSL(t *testing.T) {
	root := newIssuer(t, "Test Root")
	cert := root.server(nil)
	ca := root.file()
	for _, tt := range []struct {
		name    string
		args    []string
		outcome string
		version string
	}{
		{"TLS 1.3", []string{"-tls1_3"}, "ok", "TLS 1.3"},
		{"TLS 1.2", []string{"-tls1_2"}, "ok", "TLS 1.2"},
		{"TLS 1.0 only", []string{"-tls1", "-cipher", "DEFAULT@SECLEVEL=0"}, "protocol_too_old", "TLS 1.0"},
		{"TLS 1.1 only", []string{"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"}, "protocol_too_old", "TLS 1.1"},
		{"certificate required, TLS 1.3", []string{"-tls1_3", "-Verify", "1", "-verify_return_error", "-CAfile", ca}, "client_cert_required", "TLS 1.3"},
		{"certificate required, TLS 1.2", []string{"-tls1_2", "-Verify", "1", "-verify_return_error", "-CAfile", ca}, "client_cert_required", "TLS 1.2"},
		{"certificate welcome", []string{"-verify", "1", "-CAfile", ca}, "ok", "TLS 1.3"},
		{"knows another name only", []string{"-servername", "other.example", "-servername_fatal"}, "handshake_failed", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := tt.args
			if strings.Contains(strings.Join(args, " "), "servername") {
				file := filepath.Join(t.TempDir(), "second.pem")
				if err := os.WriteFile(file, pemOf(t, cert), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "-cert2", file, "-key2", file)
			}
			got := runTLS(t.Context(), worldAt(openSSL(t, cert, args...), poolOf(root)), Params{"address": "signin.example"})
			version, _ := got.Facts["version"].(string)
			if got.Outcome != tt.outcome || version != tt.version {
				t.Errorf("got %+v", got)
			}
		})
	}
}
