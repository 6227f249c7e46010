package cli_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// doors is a playbook with the checks that a target is held against here.
const doors = `schema: authdoctor.playbook/1
id: doors
title: Doors
version: "1"
surfaces: [website]
vars: {page: "", pass_issuer: ""}
causes:
  - {id: down, title: It is down, layer: provider, class: provider_outage, actor: provider, prior: common, escalate: Wait.}
checks:
  - {id: door-tls, run: tls, with: {address: "{{page}}"}, after: []}
  - {id: door, run: http, with: {url: "{{page}}"}}
  - {id: pass, run: token, with: {issuer: "{{pass_issuer}}"}}
steps:
  - {id: retest, stage: retest, title: Try again}
retest:
  - {id: sign-in, title: Sign in}
`

// heard is what a command says while it runs.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case h.more <- struct{}{}:
	default:
	}
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

var listening = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// thisMachine is this computer, where names below .example.test lead to loopback.
func thisMachine(env map[string]string) cli.System {
	sys := cli.OS()
	sys.Getenv = func(name string) string { return env[name] }
	sys.Probe = probe.System()
	sys.Probe.Getenv = sys.Getenv
	sys.Probe.LookupHost = func(_ context.Context, host string) ([]string, error) {
		if strings.HasSuffix(host, ".example.test") {
			return []string{"127.0.0.1"}, nil
		}
		return nil, &net.DNSError{Name: host, IsNotFound: true}
	}
	sys.Stdout, sys.State = io.Discard, ""
	return sys
}

// serving is a running authdoctor serve.
type serving struct {
	url  string
	said *heard
	stop func() int // gives the exit status
}

func serve(t testing.TB, sys cli.System, config string, args ...string) serving {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"doors.yaml": doors, "fleet.yaml": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := &heard{more: make(chan struct{}, 1)}
	sys.Stderr = said
	sys.Args = append([]string{"serve", "--config.file", filepath.Join(dir, "fleet.yaml"), "--web.listen-address", "127.0.0.1:0"}, args...)
	ctx, interrupt := context.WithCancel(t.Context())
	sys.Interrupt = func(context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }
	ended := make(chan int, 1)
	go func() { ended <- cli.Main(t.Context(), sys) }()
	s := serving{said: said, stop: sync.OnceValue(func() int {
		interrupt()
		return <-ended
	})}
	t.Cleanup(func() { s.stop() })
	for {
		if at := listening.FindStringSubmatch(said.String()); at != nil {
			s.url = "http://" + at[1]
			return s
		}
		select {
		case <-said.more:
		case code := <-ended:
			t.Fatalf("exit status %d: %s", code, said)
		}
	}
}

// scrape asks for a target, and gives the status and the metrics.
func (s serving) scrape(t testing.TB, target string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/probe?playbook=doors&target="+target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", "2")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(data)
}

const fleetHead = "schema: authdoctor.fleet/1\nports: [1-65535]\n"

// Whatever a server does, its scrape is answered, with the code of what it did.
func TestServeSaysWhatIsWrongWithATarget(t *testing.T) {
	silent := listenOn(t, "127.0.0.1:0")
	refusing := listenOn(t, "127.0.0.1:0")
	refusing.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "hunter2", 500) }))
	defer broken.Close()
	fine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer fine.Close()
	s := serve(t, thisMachine(nil), fleetHead+`targets: [127.0.0.0/8]
playbooks: {doors: {playbook: doors.yaml, only: door, vars: {page: "http://{{target}}/"}, timeout: 1.5}}
`)
	for target, want := range map[string]string{
		silent.Addr().String():          `code="http.timeout"`,
		refusing.Addr().String():        `code="http.refused"`,
		broken.Listener.Addr().String(): `code="http.server_error"`,
		fine.Listener.Addr().String():   `code="http.ok",kind="http",layer="endpoint",status="pass"} 1`,
		"127.0.0.1:1":                   `code="http.refused"`,
		"198.51.100.7":                  "",
	} {
		status, body := s.scrape(t, target)
		if want == "" {
			if status != 403 {
				t.Errorf("%s: %d", target, status)
			}
			continue
		}
		if status != 200 || !strings.Contains(body, want) || strings.Contains(body, "hunter2") {
			t.Errorf("%s: %d, lacks %s\n%s", target, status, want, body)
		}
		if strings.Contains(body, "door-tls") {
			t.Error("a check that is not asked for was run")
		}
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit status %d: %s", code, s.said)
	}
}

func listenOn(t testing.TB, address string) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// A server cannot send the exporter into a network that is not listed, and a
// name cannot lead it there. What is not reached by our own rule is unknown.
func TestServeReachesOnlyWhatIsListed(t *testing.T) {
	inner := listenOn(t, "127.0.0.2:0")
	reached := make(chan struct{}, 9)
	go func() {
		for {
			c, err := inner.Accept()
			if err != nil {
				return
			}
			reached <- struct{}{}
			c.Close()
		}
	}()
	luring := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+inner.Addr().String()+"/secret", http.StatusFound)
	}))
	defer luring.Close()
	s := serve(t, thisMachine(nil), fleetHead+`targets: [127.0.0.1, door.example.test]
playbooks: {doors: {playbook: doors.yaml, only: door, vars: {page: "http://{{target}}/"}}}
`)
	status, body := s.scrape(t, luring.Listener.Addr().String())
	if status != 200 || !strings.Contains(body, `code="http.unexpected"`) {
		t.Errorf("a redirect: %d\n%s", status, body)
	}
	if status, _ := s.scrape(t, inner.Addr().String()); status != 403 {
		t.Errorf("by its address: %d", status)
	}
	other := serve(t, thisMachine(nil), fleetHead+`targets: [door.example.test]
playbooks: {doors: {playbook: doors.yaml, only: door, vars: {page: "http://{{target}}/"}}}
`)
	_, port, _ := net.SplitHostPort(luring.Listener.Addr().String())
	status, body = other.scrape(t, "door.example.test:"+port)
	if status != 200 || !strings.Contains(body, `code="http.unknown"`) || !strings.Contains(body, `authdoctor_verdict{verdict="inconclusive"} 1`) {
		t.Errorf("a listed name that leads inside: %d\n%s", status, body)
	}
	select {
	case <-reached:
		t.Error("an inner server was reached")
	default:
	}
}

// The expiry of a token and of a certificate is told; the token is sent to
// nobody.
func TestServeTellsWhenThingsRunOut(t *testing.T) {
	var mu sync.Mutex
	var got []string
	page := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprint(r.URL, r.Header))
	}))
	defer page.Close()
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	token := part(`{"alg":"RS256","typ":"JWT"}`) + "." + part(`{"iss":"https://id.example.com","exp":4102444800}`) + "." + part("signature")
	file := write(t, "token", token+"\n")
	sys := thisMachine(map[string]string{"PASS": token})
	s := serve(t, sys, fleetHead+`targets: [127.0.0.1]
playbooks:
  doors: {playbook: doors.yaml, vars: {page: "https://{{target}}/"}, tokens: {pass: `+file+`}}
`)
	status, body := s.scrape(t, page.Listener.Addr().String())
	if want := `authdoctor_token_expiry_timestamp_seconds{check="pass"} 4.1024448e+09`; status != 200 || !strings.Contains(body, want) {
		t.Errorf("%d, lacks %s\n%s", status, want, body)
	}
	if !strings.Contains(body, `code="tls.untrusted"`) || !strings.Contains(body, `code="http.blocked"`) {
		t.Errorf("nobody vouches for it, and it says\n%s", body)
	}
	trusting := thisMachine(nil)
	trusting.Probe.Roots = poolOf(page)
	s = serve(t, trusting, fleetHead+`targets: [127.0.0.1]
playbooks: {doors: {playbook: doors.yaml, only: [door-tls, door], vars: {page: "https://{{target}}/"}}}
`)
	want := `authdoctor_certificate_expiry_timestamp_seconds{check="door-tls"} ` + strconv.FormatFloat(float64(page.Certificate().NotAfter.Unix()), 'g', -1, 64)
	if _, body := s.scrape(t, page.Listener.Addr().String()); !strings.Contains(body, want) {
		t.Errorf("lacks %s\n%s", want, body)
	}
	mu.Lock()
	defer mu.Unlock()
	if text := strings.Join(got, "\n"); text == "" || strings.Contains(text, token) || strings.Contains(text, "Authorization") {
		t.Errorf("requests: %s", text)
	}
}

// Traces of check and of serve arrive where the environment says, and hold
// nothing that a server said.
func TestTracesOfARun(t *testing.T) {
	var mu sync.Mutex
	var names, texts []string
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		var got tracepb.TracesData
		if err := proto.Unmarshal(data, &got); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, rs := range got.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					names, texts = append(names, s.Name), append(texts, s.String())
				}
			}
		}
	}))
	defer collector.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Server", "hunter2")
		http.Error(w, "<title>hunter2</title>", 500)
	}))
	defer broken.Close()
	env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL}
	sys := thisMachine(env)
	sys.Stderr = io.Discard
	sys.Args = []string{"check", write(t, "doors.yaml", doors), "--only", "door", "--var", "page=" + broken.URL, "--quiet", "--trust"}
	if code := cli.Main(t.Context(), sys); code != 1 {
		t.Errorf("exit status %d", code)
	}
	s := serve(t, thisMachine(env), fleetHead+`targets: [127.0.0.1]
playbooks: {doors: {playbook: doors.yaml, only: door, vars: {page: "http://{{target}}/"}}}
`)
	s.scrape(t, broken.Listener.Addr().String())
	s.stop()
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"check doors", "check door", "probe doors"} {
		if !strings.Contains(strings.Join(names, "\n")+"\n", want+"\n") {
			t.Errorf("no span %q among %q", want, names)
		}
	}
	text := strings.Join(texts, "\n")
	for _, want := range []string{"http.server_error", "authdoctor.check.phase.first_byte.seconds"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is in no span", want)
		}
	}
	if strings.Contains(text, "hunter2") {
		t.Errorf("what a server said is in a span: %s", text)
	}
	// A collector that is away is said, and changes nothing.
	collector.Close()
	said := &heard{more: make(chan struct{}, 1)}
	sys.Stderr = said
	if code := cli.Main(t.Context(), sys); code != 1 || !strings.Contains(said.String(), "traces are not sent") {
		t.Errorf("exit status %d, %s", code, said)
	}
}

func poolOf(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// An address that is taken is said as such.
func TestServeOnATakenAddress(t *testing.T) {
	taken := listenOn(t, "127.0.0.1:0")
	config := write(t, "fleet.yaml", "schema: authdoctor.fleet/1\nplaybooks: {web-login: {vars: {login_url: \"https://{{target}}/\"}}}\n")
	got := run(t, nil, "serve", "--config.file", config, "--web.listen-address", taken.Addr().String())
	if got.code != 2 || !strings.Contains(got.stderr, taken.Addr().String()+" cannot be listened on: address already in use") || !strings.Contains(got.stderr, "choose another port") {
		t.Errorf("exit status %d: %s", got.code, got.stderr)
	}
}
