package fleet

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A run of the tests: it begins, and ends when it is let go.
type gate struct {
	runs    atomic.Int32
	began   chan struct{}
	let     chan struct{}
	budgets chan time.Duration
}

func newGate() *gate {
	return &gate{began: make(chan struct{}, 100), let: make(chan struct{}), budgets: make(chan time.Duration, 100)}
}

func (g *gate) run(ctx context.Context, _ Target, timeout time.Duration) Result {
	g.runs.Add(1)
	g.budgets <- timeout
	g.began <- struct{}{}
	result := Result{Verdict: diag.Verdict{Status: diag.Healthy}, Took: time.Second}
	select {
	case <-g.let:
	case <-ctx.Done():
		result.Verdict.Status = diag.Inconclusive
	}
	return result
}

func exporter(t *testing.T, runs int, run func(context.Context, Target, time.Duration) Result) *Exporter {
	t.Helper()
	e, err := New(Config{
		Runs: runs, Now: time.Now, Offset: 100 * time.Millisecond, Version: "1.2.3",
		Served: []Served{{Name: "web-login", Timeout: 4200 * time.Millisecond, Run: run, Playbook: diag.PlaybookRef{ID: "web-login", Version: "1", SHA256: "abc"}}},
		Allow: Allow{Hosts: []string{"login.example.com", "other.example.com"}, Ranges: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")},
			Ports: []Ports{{443, 443}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.flights.wait)
	return e
}

func ask1(t *testing.T, e http.Handler, method, url string, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func healthy(context.Context, Target, time.Duration) Result {
	return Result{Verdict: diag.Verdict{Status: diag.Healthy}}
}

func timeoutHeader(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", value) }
}

func TestWhatIsAnswered(t *testing.T) {
	e := exporter(t, 1, healthy)
	const good = "/probe?playbook=web-login&target="
	for _, tt := range []struct {
		name, method, url string
		change            func(*http.Request)
		status            int
		says              string
	}{
		{"a scrape", "GET", good + "login.example.com", nil, 200, "probe_success 1"},
		{"its head", "HEAD", good + "login.example.com", nil, 200, ""},
		{"a port that is listed", "GET", good + "login.example.com:443", nil, 200, "probe_success 1"},
		{"a port that is not", "GET", good + "login.example.com:22", nil, 403, "port 22 is not on the list"},
		{"an address that is listed", "GET", good + "198.51.100.7", nil, 200, "probe_success 1"},
		{"one that is not", "GET", good + "127.0.0.1", nil, 403, `"127.0.0.1" is not on the list of targets`},
		{"a name that is not", "GET", good + "evil.example", nil, 403, "not on the list"},
		{"an address of a page", "GET", good + "https://login.example.com/", nil, 400, "target is HOST or HOST:PORT"},
		{"one with a password", "GET", good + "https://me:hunter2@login.example.com/", nil, 400, "target is HOST or HOST:PORT"},
		{"no target", "GET", "/probe?playbook=web-login", nil, 400, "target is"},
		{"no playbook", "GET", "/probe?target=login.example.com", nil, 400, "must be one of: web-login"},
		{"a playbook that is not served", "GET", "/probe?target=login.example.com&playbook=alarmcom", nil, 400, "must be one of: web-login"},
		{"a credential", "GET", good + "login.example.com&password=hunter2", nil, 400, `unknown parameter "password"`},
		{"a credential as a name", "GET", good + "login.example.com&" + strings.Repeat("x", 60), nil, 400, `x…"`},
		{"two targets", "GET", good + "login.example.com&target=127.0.0.1", nil, 400, "more than once"},
		{"rubbish", "GET", "/probe?target=%zz", nil, 400, "cannot be read"},
		{"something written", "POST", good + "login.example.com", nil, 405, "GET"},
		{"a scraper's timeout", "GET", good + "login.example.com", timeoutHeader("10"), 200, "probe_success 1"},
		{"no timeout", "GET", good + "login.example.com", timeoutHeader("soon"), 400, "number of seconds"},
		{"none at all", "GET", good + "login.example.com", timeoutHeader("0"), 400, "number of seconds"},
		{"not a number", "GET", good + "login.example.com", timeoutHeader("NaN"), 400, "number of seconds"},
		{"for ever", "GET", good + "login.example.com", timeoutHeader("+Inf"), 400, "number of seconds"},
		{"alive", "GET", "/-/healthy", nil, 200, "healthy"},
		{"ready", "GET", "/-/ready", nil, 200, "ready"},
		{"of itself", "GET", "/metrics", nil, 200, `authdoctor_build_info{goversion=`},
		{"the index", "GET", "/", nil, 200, "/probe?target=HOST"},
		{"what there is not", "GET", "/nothing", nil, 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask1(t, e, tt.method, tt.url, tt.change)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("%d, want %d with %q: %s", w.Code, tt.status, tt.says, w.Body)
			}
			if strings.Contains(w.Body.String(), "hunter2") || strings.Contains(w.Body.String(), strings.Repeat("x", 60)) {
				t.Errorf("repeats what it was given: %s", w.Body)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Error("browsers may guess what it is")
			}
		})
	}
}

// The time of a run is what the playbook allows, and less where the scraper
// stops waiting before.
func TestTheTimeOfARun(t *testing.T) {
	g := newGate()
	close(g.let)
	e := exporter(t, 1, g.run)
	for header, want := range map[string]time.Duration{
		"": 4200 * time.Millisecond, "2": 1900 * time.Millisecond, "60": 4200 * time.Millisecond, "0.15": 75 * time.Millisecond,
	} {
		w := ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com", func(r *http.Request) {
			if header != "" {
				timeoutHeader(header)(r)
			}
		})
		if got := <-g.budgets; got != want || w.Code != 200 {
			t.Errorf("%q: %s, want %s (%d)", header, got, want, w.Code)
		}
	}
}

// All who ask for the same at the same time get the answer of one run; what
// is more than may run at once is told when to come back.
func TestOneRunForAllAndNoneTooMany(t *testing.T) {
	g := newGate()
	e := exporter(t, 1, g.run)
	var all sync.WaitGroup
	codes := make(chan int, 20)
	same := func() {
		all.Go(func() {
			codes <- ask1(t, e, "GET", "/probe?playbook=web-login&target=LOGIN.example.com.", nil).Code
		})
	}
	same()
	<-g.began
	for range 9 {
		same()
	}
	busyAnswer := ask1(t, e, "GET", "/probe?playbook=web-login&target=other.example.com", nil)
	if busyAnswer.Code != 503 || busyAnswer.Header().Get("Retry-After") != "5" {
		t.Errorf("beyond the limit: %d, Retry-After %q", busyAnswer.Code, busyAnswer.Header().Get("Retry-After"))
	}
	// A port that is written out is another target.
	if w := ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com:443", nil); w.Code != 503 {
		t.Errorf("another target got the answer of this one: %d", w.Code)
	}
	// Whoever cannot wait that long is told so, and the run goes on.
	if w := ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com", timeoutHeader("0.05")); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("late: %d", w.Code)
	}
	close(g.let)
	all.Wait()
	close(codes)
	for code := range codes {
		if code != 200 {
			t.Errorf("one of those who waited got %d", code)
		}
	}
	if w := ask1(t, e, "GET", "/probe?playbook=web-login&target=other.example.com", nil); w.Code != 200 {
		t.Errorf("after it there is room again, and it says %d", w.Code)
	}
	for _, want := range []string{`answer="busy",playbook="web-login"} 2`, `answer="late",playbook="web-login"} 1`, `authdoctor_serve_runs 0`, `authdoctor_serve_runs_limit 1`} {
		if body := ask1(t, e, "GET", "/metrics", nil).Body.String(); !strings.Contains(body, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// A scraper that hangs up does not take the answer of another one with it.
func TestTheFirstToAskHangsUp(t *testing.T) {
	g := newGate()
	e := exporter(t, 1, g.run)
	ctx, hangUp := context.WithCancel(t.Context())
	var both sync.WaitGroup
	both.Go(func() {
		ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com", func(r *http.Request) { *r = *r.WithContext(ctx) })
	})
	<-g.began
	second := make(chan *httptest.ResponseRecorder, 1)
	both.Go(func() {
		second <- ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com", nil)
	})
	hangUp()
	for !strings.Contains(ask1(t, e, "GET", "/metrics", nil).Body.String(), `answer="gone",playbook="web-login"} 1`) {
		runtime.Gosched() // until it is noticed; the run is still held
	}
	close(g.let)
	both.Wait()
	if w := <-second; w.Code != 200 || !strings.Contains(w.Body.String(), "probe_success 1") || g.runs.Load() != 1 {
		t.Errorf("the second got %d of %d runs: %s", w.Code, g.runs.Load(), w.Body)
	}
}

// What failed while this machine stood still may be its own delay; what went
// well then did so all the same, and what stood still before is forgotten.
func TestATiredMachineBlamesNobody(t *testing.T) {
	var e *Exporter
	status, stood := diag.Problem, true
	e = exporter(t, 1, func(context.Context, Target, time.Duration) Result {
		began := time.Now()
		if stood {
			e.pulse.note(stop{began, time.Now()})
		}
		return Result{Verdict: diag.Verdict{Status: status}, Took: time.Since(began) + time.Millisecond}
	})
	const url = "/probe?playbook=web-login&target=login.example.com"
	if w := ask1(t, e, "GET", url, nil); w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "too much to do") {
		t.Errorf("a failure: %d %s", w.Code, w.Body)
	}
	status = diag.Healthy
	if w := ask1(t, e, "GET", url, nil); w.Code != 200 {
		t.Errorf("what is in order: %d", w.Code)
	}
	status, stood = diag.Problem, false
	e.pulse.stops = []stop{{time.Now().Add(-2 * time.Second), time.Now().Add(-time.Second)}}
	if w := ask1(t, e, "GET", url, nil); w.Code != 200 {
		t.Errorf("a failure after it: %d", w.Code)
	}
}

// A pulse that stood still is noticed, and forgotten after a while.
func TestThePulse(t *testing.T) {
	var p pulse
	ctx, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		p.run(ctx)
		close(done)
	}()
	end()
	<-done
	now := time.Now()
	p.note(stop{now.Add(-time.Second), now})
	if !p.stopped(now.Add(-time.Minute)) || p.stopped(now) {
		t.Error("a stop is not noticed, or noticed too long")
	}
	for i := range 10000 {
		p.note(stop{now, now.Add(time.Duration(i) * time.Second)})
	}
	if len(p.stops) > 400 {
		t.Errorf("%d stops are remembered", len(p.stops))
	}
}

func TestACrashIsOneAnswer(t *testing.T) {
	crashing := true
	e := exporter(t, 1, func(context.Context, Target, time.Duration) Result {
		if crashing {
			panic("hunter2")
		}
		return Result{Verdict: diag.Verdict{Status: diag.Healthy}}
	})
	w := ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com", nil)
	if w.Code != 500 || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	crashing = false
	if w := ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com", nil); w.Code != 200 {
		t.Errorf("after it: %d", w.Code)
	}
}

// What a server said is in no label, and promtool finds nothing to say.
func TestTheMetrics(t *testing.T) {
	const evil = "hunter2 \" \n evil{x=\"y\"} 1"
	found := Result{
		Took:    1500 * time.Millisecond,
		Verdict: diag.Verdict{Status: diag.Problem, Check: "login-tls", Code: "tls.expired", Layer: diag.LayerTLS, Summary: evil},
		Checks: []diag.Check{
			{ID: "clock", Probe: "clock", Layer: diag.LayerClock, Status: diag.Pass, Code: "clock.accurate", ElapsedMS: 31, Summary: evil,
				Facts: map[string]any{"offset_ms": -90012.5, "uncertainty_ms": 4.0, "stratum": 2, "server": evil}},
			{ID: "login-tls", Probe: "tls", Layer: diag.LayerTLS, Status: diag.Fail, Code: "tls.expired", ElapsedMS: 40, Reason: evil,
				Facts: map[string]any{"not_after": "2026-01-02T03:04:05Z", "issuer": evil}},
			{ID: "login-page", Probe: "http", Layer: diag.LayerEndpoint, Status: diag.Blocked, Code: "http.blocked", ElapsedMS: 12, BlockedBy: "login-tls",
				Facts: map[string]any{"phases": map[string]any{"dns_ms": 1.0, "connect_ms": 2.0, "tls_ms": 3.0, "first_byte_ms": 4.0, "total_ms": 10.0}, "title": evil, "date_offset_ms": 250.0}},
			{ID: "token", Probe: "token", Layer: diag.LayerSession, Status: diag.Pass, Code: "token.valid", Facts: map[string]any{"expires_at": "2026-01-02T03:04:06Z", "not_after": "2026-01-02T03:04:05Z"}},
			{ID: "odd", Probe: "tls", Layer: diag.LayerTLS, Status: diag.Unknown, Code: "tls.unknown", Facts: map[string]any{"not_after": evil, "offset_ms": 1.0}},
		},
	}
	e := exporter(t, 1, func(context.Context, Target, time.Duration) Result { return found })
	body := ask1(t, e, "GET", "/probe?playbook=web-login&target=login.example.com", nil).Body.String()
	if strings.Contains(body, "hunter2") || strings.Contains(body, "evil") {
		t.Errorf("what a server said is in it:\n%s", body)
	}
	for _, want := range []string{
		`probe_success 0`, `probe_duration_seconds 1.5`,
		`authdoctor_verdict{verdict="problem"} 1`, `authdoctor_verdict{verdict="healthy"} 0`,
		`authdoctor_verdict_info{check="login-tls",code="tls.expired",layer="tls"} 1`,
		`authdoctor_check_status{check="login-tls",code="tls.expired",kind="tls",layer="tls",status="fail"} 1`,
		`authdoctor_check_status{check="login-page",code="http.blocked",kind="http",layer="endpoint",status="blocked"} 1`,
		`authdoctor_check_duration_seconds{check="clock",kind="clock"} 0.031`,
		`authdoctor_check_phase_duration_seconds{check="login-page",phase="first_byte"} 0.004`,
		`authdoctor_clock_offset_seconds{check="clock"} -90.0125`, `authdoctor_clock_offset_uncertainty_seconds{check="clock"} 0.004`,
		`authdoctor_server_clock_offset_seconds{check="login-page"} 0.25`,
		fmt.Sprintf(`authdoctor_certificate_expiry_timestamp_seconds{check="login-tls"} %.9e`, 1767323045.0),
		fmt.Sprintf(`authdoctor_token_expiry_timestamp_seconds{check="token"} %.9e`, 1767323046.0),
		`authdoctor_playbook_info{playbook="web-login",sha256="abc",version="1"} 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("lacks %s\n%s", want, body)
		}
	}
	// The same fact of another kind of check is something else.
	for _, other := range []string{`certificate_expiry_timestamp_seconds{check="token"`, `clock_offset_seconds{check="odd"`} {
		if strings.Contains(body, other) {
			t.Errorf("has %s", other)
		}
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(answer{found, diag.PlaybookRef{}})
	for _, g := range []prometheus.Gatherer{registry, e.self.registry} {
		problems, err := testutil.GatherAndLint(g)
		if err != nil || len(problems) > 0 {
			t.Error(problems, err)
		}
	}
}
