package lab

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/probe"
)

// asRoot: some servers change their user, which only root may let them.
func asRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if required() {
		t.Fatal("this server must be started by root")
	}
	t.Skip("this server must be started by root")
}

// accepts waits until a server takes a connection; false when it has ended or
// takes too long.
func (p *process) accepts(ctx context.Context, address string) bool {
	return p.until(ctx, func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	})
}

// until asks again and again until ok holds; false when the server has ended,
// or after a while.
func (p *process) until(ctx context.Context, ok func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-again.C:
		case <-p.ended:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// A labCert is a certificate for localhost and 127.0.0.1, in files, and the
// authority that vouches for it.
type labCert struct{ ca, cert, key string }

func newCert(t *testing.T) labCert {
	t.Helper()
	dir := sharedDir(t)
	now := time.Now()
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lab authority"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(1000 * time.Hour)}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(1000 * time.Hour)}
	caKey, leafKey := newECKey(t), newECKey(t)
	caDER, err1 := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	leafDER, err2 := x509.CreateCertificate(rand.Reader, leaf, ca, leafKey.Public(), caKey)
	keyDER, err3 := x509.MarshalPKCS8PrivateKey(leafKey)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	return labCert{
		ca:   write(t, dir, "ca.pem", pemText("CERTIFICATE", caDER)),
		cert: write(t, dir, "cert.pem", pemText("CERTIFICATE", leafDER)),
		key:  write(t, dir, "key.pem", pemText("PRIVATE KEY", keyDER)),
	}
}

func newECKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// sharedDir is a folder that servers under another user can get into. Its name
// is short, unlike those of t.TempDir: a socket's path has 104 characters at
// most, and servers put theirs far below.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lab") //nolint:usetesting // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// write writes a file that servers under another user can read too.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// fill puts values in for the @NAMES@ of a configuration.
func fill(config string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(config)
}

// from lets an env's connections come from another address of this computer.
func from(ip string) func(*probe.Env) {
	return func(env *probe.Env) {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
		env.Dial = dialer.DialContext
	}
}
