package fleet

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// serving is an exporter that listens on loopback, until the test stops it.
func serving(t *testing.T, e *Exporter, webConfig string) (address string, stop func() error) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- e.Serve(ctx, []net.Listener{l}, e, webConfig, slog.New(slog.DiscardHandler), 5*time.Second)
	}()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	return l.Addr().String(), stop
}

func fetch(t *testing.T, c *http.Client, url string, change func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	answer, err := c.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body)
}

// Told to stop, it takes no more, and those under way get their answers.
func TestStoppingLetsRunsFinish(t *testing.T) {
	g := newGate()
	e := exporter(t, 5, g.run)
	address, stop := serving(t, e, "")
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	got := make(chan int, 1)
	go func() {
		code, _ := fetch(t, client, "http://"+address+"/probe?playbook=web-login&target=login.example.com", nil)
		got <- code
	}()
	<-g.began
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	patience := time.After(time.Minute)
	for ask1(t, e, "GET", "/-/ready", nil).Code != 503 {
		select {
		case <-patience:
			t.Fatal("while it stops, it is ready")
		default:
			runtime.Gosched()
		}
	}
	if w := ask1(t, e, "GET", "/-/healthy", nil); w.Code != 200 {
		t.Errorf("while it stops, it is not healthy: %d", w.Code)
	}
	select {
	case err := <-stopped:
		t.Fatal("it stopped with a scrape under way", err)
	default:
	}
	close(g.let)
	if code := <-got; code != 200 {
		t.Errorf("the scrape under way got %d", code)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if code, _ := fetch(t, client, "http://"+address+"/-/healthy", nil); code != 0 {
		t.Errorf("stopped, it answers %d", code)
	}
}

// Where a web configuration says so, only who knows the password gets an
// answer, over TLS.
func TestTheWebConfiguration(t *testing.T) {
	dir := t.TempDir()
	server := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer server.Close()
	cert, key := pemOf(t, &server.TLS.Certificates[0])
	hash, err := bcrypt.GenerateFromPassword([]byte("hunter2"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"cert.pem": cert, "key.pem": key,
		"web.yaml": []byte("tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users: {prometheus: " + string(hash) + "}\n"),
		"bad.yaml": []byte("tls_server_config: {cert_file: nothing.pem}\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if CheckWeb(filepath.Join(dir, "web.yaml")) != nil || CheckWeb("") != nil || CheckWeb(filepath.Join(dir, "bad.yaml")) == nil || CheckWeb(filepath.Join(dir, "none.yaml")) == nil {
		t.Error("web configurations are judged wrongly")
	}
	address, stop := serving(t, exporter(t, 1, healthy), filepath.Join(dir, "web.yaml"))
	client := server.Client()
	client.Transport.(*http.Transport).TLSClientConfig.ServerName = "example.com"
	defer client.CloseIdleConnections()
	const path = "/probe?playbook=web-login&target=login.example.com"
	if code, _ := fetch(t, client, "https://"+address+path, nil); code != 401 {
		t.Errorf("without a password: %d", code)
	}
	if code, body := fetch(t, client, "https://"+address+path, func(r *http.Request) { r.SetBasicAuth("prometheus", "hunter2") }); code != 200 || !strings.Contains(body, "probe_success 1") {
		t.Errorf("with it: %d %s", code, body)
	}
	if code, _ := fetch(t, client, "http://"+address+path, nil); code == 200 {
		t.Error("it answers without TLS")
	}
	client.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func pemOf(t *testing.T, pair *tls.Certificate) (cert, key []byte) {
	t.Helper()
	var c, k bytes.Buffer
	encode(t, &c, "CERTIFICATE", pair.Certificate[0])
	encodeKey(t, &k, pair.PrivateKey)
	return c.Bytes(), k.Bytes()
}

func encode(t *testing.T, w io.Writer, kind string, der []byte) {
	t.Helper()
	if err := pem.Encode(w, &pem.Block{Type: kind, Bytes: der}); err != nil {
		t.Fatal(err)
	}
}

func encodeKey(t *testing.T, w io.Writer, key any) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	encode(t, w, "PRIVATE KEY", der)
}
