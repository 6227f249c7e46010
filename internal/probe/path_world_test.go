package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A mapWorld is a network of names: each host:port leads to a server of the
// test, or to an error. What is not in it is not known by name.
type mapWorld struct {
	mu     sync.Mutex
	leads  map[string]string
	fails  map[string]error
	dialed []string
	env    map[string]string
}

func newMapWorld() *mapWorld {
	return &mapWorld{leads: map[string]string{}, fails: map[string]error{}, env: map[string]string{}}
}

func (w *mapWorld) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	w.dialed = append(w.dialed, address)
	to, err := w.leads[address], w.fails[address]
	if err == nil {
		err = w.fails["*"]
	}
	w.mu.Unlock()
	host, _, _ := net.SplitHostPort(address)
	switch {
	case to == "" && thisComputer(host) && w.fails[address] == nil:
		to = address
	case to == "" && err != nil:
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	case to == "":
		return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	return new(net.Dialer).DialContext(ctx, network, to)
}

func (w *mapWorld) asEnv() Env {
	env := dnsWorld()
	env.Dial = w.dial
	env.Getenv = func(name string) string { return w.env[name] }
	env.Roots, env.PublicRoots = x509.NewCertPool(), x509.NewCertPool()
	return env
}

// serve starts a web server and returns its host:port.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// serveConns starts a server that does as it likes with each connection.
func serveConns(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	t.Cleanup(func() { l.Close(); serving.Wait() })
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { defer conn.Close(); do(conn) })
		}
	})
	return l.Addr().String()
}

// deaf reads and never answers.
func deaf(conn net.Conn) { io.Copy(io.Discard, conn) }

// A testCA vouches for servers of a test.
type testCA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newTestCA(t *testing.T, name string) testCA {
	t.Helper()
	a := testCA{pool: x509.NewCertPool()}
	a.cert, a.key = issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	a.pool.AddCert(a.cert)
	return a
}

func issue(t *testing.T, template, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, _ = rand.Int(rand.Reader, big.NewInt(1<<62))
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// serveTLS starts a web server that proves to be host.
func (a testCA) serveTLS(t *testing.T, host string, h http.HandlerFunc) string {
	t.Helper()
	template := &x509.Certificate{Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}}
	if ip := net.ParseIP(host); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	cert, key := issue(t, template, a.cert, a.key)
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = nil
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func say(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func say204(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

const loginPage = "<!doctype html><title>Hotel</title><form>room number</form>"

func pathTold(f diag.Finding) string {
	if f.Outcome == diag.NoAnswer {
		return "unknown: " + f.Reason
	}
	return f.Outcome + ": " + f.Summary
}

// both is a store of two authorities.
func both(a, b testCA) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	pool.AddCert(b.cert)
	return pool
}
