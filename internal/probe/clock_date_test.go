package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A dateSite is a web server called date.test, and what it saw.
type dateSite struct {
	*httptest.Server
	roots *x509.CertPool

	mu     sync.Mutex
	asked  []*http.Request
	dialed []string
}

// newDateSite serves with a certificate for date.test that is valid for a day
// before and after now, signed by an authority of its own.
func newDateSite(t *testing.T, secure bool, answer http.HandlerFunc) *dateSite {
	t.Helper()
	site := &dateSite{}
	site.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		site.mu.Lock()
		site.asked = append(site.asked, q)
		site.mu.Unlock()
		answer(w, q)
	}))
	site.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		site.TLS = &tls.Config{Certificates: []tls.Certificate{site.certify(t)}}
		site.StartTLS()
	} else {
		site.Start()
	}
	t.Cleanup(site.Close)
	return site
}

func (s *dateSite) certify(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"date.test"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.roots = x509.NewCertPool()
	s.roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// env is a computer whose clock is off by shift, and for which every name
// leads to the site.
func (s *dateSite) env(shift time.Duration) Env {
	env := System()
	dial := env.Dial
	env.Now = func() time.Time { return time.Now().Add(shift) }
	env.Getenv = func(string) string { return "" }
	env.Roots = s.roots
	env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		s.mu.Lock()
		s.dialed = append(s.dialed, address)
		s.mu.Unlock()
		return dial(ctx, network, s.Listener.Addr().String())
	}
	return env
}

func writeHeader(header http.Header) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
	}
}

func TestReadDate(t *testing.T) {
	const day = 24 * time.Hour
	stamp := func(shift time.Duration) string { return time.Now().Add(shift).UTC().Format(http.TimeFormat) }
	tests := []struct {
		name   string
		url    string
		answer http.HandlerFunc
		shift  time.Duration // of this computer's clock
		reason string
	}{
		{"right", "https://date.test/", writeHeader(nil), 0, ""},
		{"a clock 90 s fast", "https://date.test/", writeHeader(nil), 90 * time.Second, ""},
		{"a clock so slow that TLS fails", "https://date.test/", writeHeader(nil), -30 * day, ""},
		{"a clock so fast that TLS fails", "https://date.test/", writeHeader(nil), 30 * day, ""},
		{"a clock at the epoch", "https://date.test/", writeHeader(nil), -time.Duration(time.Now().Unix()) * time.Second, ""},
		{"an error page tells it too", "https://date.test/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, 0, ""},
		{"a redirect tells it too", "https://date.test/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.test/")
			w.WriteHeader(302)
		}, 0, ""},
		{"plain http", "http://date.test/", writeHeader(nil), 90 * time.Second, ""},
		{"another name", "https://other.test/", writeHeader(nil), 0, "it does not prove its name"},
		{"a time outside its own certificate", "https://date.test/", writeHeader(http.Header{"Date": {stamp(-3 * day)}}), 0,
			"its certificate is not valid at the time that it tells"},
		{"no date", "https://date.test/", writeHeader(http.Header{"Date": nil}), 0, "the answer tells no time"},
		{"two dates", "https://date.test/", writeHeader(http.Header{"Date": {stamp(0), stamp(day)}}), 0, "the answer tells no time"},
		{"no date that can be read", "https://date.test/", writeHeader(http.Header{"Date": {"yesterday"}}), 0, "the answer tells no time that can be read"},
		{"out of a cache", "https://date.test/", writeHeader(http.Header{"Age": {"600"}, "Date": {stamp(-10 * time.Minute)}}), 0,
			"the answer is an old one, out of a cache"},
		{"fresh from a cache", "https://date.test/", writeHeader(http.Header{"Age": {"0"}}), 0, ""},
		{"says too much", "https://date.test/", writeHeader(http.Header{"X": {strings.Repeat("x", 2*dateHeaderBytes)}}), 0, "the network failed"},
		{"hangs up", "https://date.test/", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, "the other side hung up"},
		{"a credential in the address", "https://me:secret@date.test/", writeHeader(nil), 0, "the address must not hold a user name or password"},
		{"no address of the web", "ntp://date.test/", writeHeader(nil), 0, "not an http or https address"},
		{"no address at all", "date.test", writeHeader(nil), 0, "not an http or https address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			site := newDateSite(t, !strings.HasPrefix(tt.url, "http:"), tt.answer)
			got := readDate(t.Context(), site.env(tt.shift), tt.url)
			if got.reason != tt.reason || got.told != (tt.reason == "") {
				t.Fatalf("got %+v, want reason %q", got, tt.reason)
			}
			if strings.Contains(got.source, "secret") {
				t.Errorf("the source repeats the password: %s", got.source)
			}
			if !got.told {
				return
			}
			if got.proved != strings.HasPrefix(tt.url, "https:") {
				t.Errorf("proved: %v", got.proved)
			}
			if off := (got.offset + tt.shift).Abs(); off > got.distance || got.distance < time.Second/2 {
				t.Errorf("offset %v is off by %v, uncertain by %v", got.offset, off, got.distance)
			}
		})
	}
}

// Nothing that belongs to anybody is sent before the server has proved its
// name, or at all.
func TestReadDateSendsNothing(t *testing.T) {
	site := newDateSite(t, true, writeHeader(nil))
	readDate(t.Context(), site.env(0), "https://date.test/path?q=1")
	if len(site.asked) != 1 {
		t.Fatalf("asked %d times", len(site.asked))
	}
	q := site.asked[0]
	want := http.Header{"User-Agent": {"authdoctor"}, "Cache-Control": {"no-cache"}, "Connection": {"close"}}
	if diff := cmp.Diff(want, q.Header); diff != "" || q.Method != http.MethodHead {
		t.Errorf("%s %s", q.Method, diff)
	}
}

func TestReadDateUntrusted(t *testing.T) {
	site := newDateSite(t, true, writeHeader(nil))
	env := site.env(0)
	env.Roots = x509.NewCertPool()
	if got, want := readDate(t.Context(), env, "https://date.test/").reason, "it does not prove its name"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadDateSilent(t *testing.T) {
	noLeaks(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	got := readDate(ctx, System(), "https://"+listener.Addr().String())
	if want := "no answer in time"; got.reason != want {
		t.Errorf("got %q, want %q", got.reason, want)
	}
}

// Where UDP is blocked there is often a proxy. It is used, and not given the
// password that stands in the setting.
func TestReadDateThroughProxy(t *testing.T) {
	noLeaks(t)
	site := newDateSite(t, true, writeHeader(nil))
	proxy := newDateSite(t, false, func(w http.ResponseWriter, q *http.Request) {
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer near.Close()
		far, err := net.Dial("tcp", site.Listener.Addr().String())
		if err != nil {
			return
		}
		defer far.Close()
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
		_, _ = io.Copy(near, far)
	})
	env := proxy.env(0)
	env.Roots = site.roots
	env.Getenv = func(name string) string {
		return map[string]string{"https_proxy": "http://me:secret@proxy.test:3128"}[name]
	}
	got := readDate(t.Context(), env, "https://date.test/")
	if !got.told || !got.proved {
		t.Fatalf("got %+v", got)
	}
	if diff := cmp.Diff([]string{"proxy.test:3128"}, proxy.dialed); diff != "" {
		t.Error(diff)
	}
	q := proxy.asked[0]
	if q.Method != http.MethodConnect || q.Header.Get("Proxy-Authorization") != "" {
		t.Errorf("the proxy was sent %s %v", q.Method, q.Header)
	}
}

// A Date is cut off to the second. Whatever fraction of it was cut off, and
// wherever on the way the server wrote it, the truth is within distance.
func TestMeasureDate(t *testing.T) {
	base := time.Date(2026, 3, 18, 7, 10, 0, 0, time.UTC)
	for _, offset := range []time.Duration{0, 250 * time.Millisecond, -94 * time.Second, 1000 * time.Hour} {
		for _, took := range []time.Duration{0, 30 * time.Millisecond, 3 * time.Second} {
			for share := range 5 {
				for fraction := range 10 {
					written := base.Add(time.Duration(fraction) * 100 * time.Millisecond)
					before := written.Add(-offset).Add(-took * time.Duration(share) / 4)
					var r reading
					measureDate(&r, before, written.Truncate(time.Second), before.Add(took))
					if off := (r.offset - offset).Abs(); off > r.distance {
						t.Errorf("offset %v, took %v: got %v ± %v", offset, took, r.offset, r.distance)
					}
					if limit := (time.Second+took)/2 + ntpMargin; r.distance > limit {
						t.Errorf("took %v: distance %v is more than %v", took, r.distance, limit)
					}
				}
			}
		}
	}
}
