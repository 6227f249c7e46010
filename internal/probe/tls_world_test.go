package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// certNoon is now in the tests of certificates.
var certNoon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// A testIssuer is an authority made for a test.
type testIssuer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// certChange changes a certificate before it is signed.
type certChange func(*x509.Certificate)

func lives(from, to time.Duration) certChange {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = certNoon.Add(from), certNoon.Add(to) }
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newIssuer makes a root authority.
func newIssuer(t *testing.T, name string, changes ...certChange) *testIssuer {
	t.Helper()
	a := &testIssuer{t: t, key: newKey(t)}
	a.cert = sign(t, authorityTemplate(name, changes), nil, a.key, a.key)
	return a
}

// under makes an authority below another.
func (a *testIssuer) under(name string, changes ...certChange) *testIssuer {
	a.t.Helper()
	b := &testIssuer{t: a.t, key: newKey(a.t)}
	b.cert = sign(a.t, authorityTemplate(name, changes), a.cert, b.key, a.key)
	return b
}

// vouchesFor signs another authority's key once more: a cross-signature.
func (a *testIssuer) vouchesFor(b *testIssuer, changes ...certChange) *x509.Certificate {
	a.t.Helper()
	return sign(a.t, authorityTemplate(b.cert.Subject.CommonName, changes), a.cert, b.key, a.key)
}

func authorityTemplate(name string, changes []certChange) *x509.Certificate {
	c := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:  x509.KeyUsageCertSign,
		NotBefore: certNoon.Add(-1000 * day), NotAfter: certNoon.Add(1000 * day),
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

func serverTemplate(changes []certChange) *x509.Certificate {
	c := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "signin.example"},
		DNSNames:    []string{"signin.example"},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore:   certNoon.Add(-60 * day), NotAfter: certNoon.Add(30 * day),
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

// server makes a certificate for signin.example, and the chain to send: its
// own and those given.
func (a *testIssuer) server(send []*x509.Certificate, changes ...certChange) tls.Certificate {
	a.t.Helper()
	key := newKey(a.t)
	leaf := sign(a.t, serverTemplate(changes), a.cert, key, a.key)
	pair := tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key}
	for _, c := range send {
		pair.Certificate = append(pair.Certificate, c.Raw)
	}
	return pair
}

// selfSigned makes a certificate for signin.example that nobody vouches for.
func selfSigned(t *testing.T, changes ...certChange) tls.Certificate {
	t.Helper()
	key := newKey(t)
	return tls.Certificate{Certificate: [][]byte{sign(t, serverTemplate(changes), nil, key, key).Raw}, PrivateKey: key}
}

func sign(t *testing.T, c, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	if parent == nil {
		parent = c
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber = serial
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func poolOf(issuers ...*testIssuer) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, a := range issuers {
		pool.AddCert(a.cert)
	}
	return pool
}

// file writes the authority's certificate as PEM.
func (a *testIssuer) file() string {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// serveRaw serves every connection with a function, and ends with the test,
// all connections included.
func serveRaw(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				serve(conn)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		stop()
		_ = l.Close()
		all.Wait()
	})
	return l.Addr().String()
}

// serveTLS shakes hands and then listens until the other side goes.
func serveTLS(t *testing.T, config *tls.Config) string {
	t.Helper()
	return serveRaw(t, func(conn net.Conn) {
		_, _ = io.Copy(io.Discard, tls.Server(conn, config))
	})
}

// worldAt is a world in which every host name leads to one address.
func worldAt(address string, roots *x509.CertPool) Env {
	return Env{
		Now:    func() time.Time { return certNoon },
		Getenv: func(string) string { return "" },
		Roots:  roots,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
		LookupHost: func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, nil },
	}
}

// A testDeadline is a deadline that comes when a test says so.
type testDeadline struct {
	context.Context
	over chan struct{}
}

// newTestDeadline returns a context, and what ends it; once is enough.
func newTestDeadline(t *testing.T) (context.Context, func()) {
	d := testDeadline{t.Context(), make(chan struct{})}
	return d, sync.OnceFunc(func() { close(d.over) })
}

func (d testDeadline) Done() <-chan struct{} { return d.over }

func (d testDeadline) Err() error {
	select {
	case <-d.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
