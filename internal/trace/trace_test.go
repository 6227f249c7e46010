package trace

import (
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// TestMain fails the package when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A collector takes traces as the protocol says.
type collector struct {
	*httptest.Server
	mu       sync.Mutex
	path     string
	header   http.Header
	spans    []*tracepb.Span
	resource map[string]string
	answers  []int // in turn; 200 when they have run out
}

func newCollector(t *testing.T, answers ...int) *collector {
	t.Helper()
	c := &collector{answers: answers, resource: map[string]string{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.answers) > 0 {
			code := c.answers[0]
			c.answers = c.answers[1:]
			http.Error(w, "hunter2 from the collector", code)
			return
		}
		c.take(t, r)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) take(t *testing.T, r *http.Request) {
	t.Helper()
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		small, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		body = small
	}
	data, err := io.ReadAll(body)
	var got tracepb.TracesData
	if err := errors.Join(err, proto.Unmarshal(data, &got)); err != nil {
		t.Error(err)
	}
	c.path, c.header = r.URL.Path, r.Header
	for _, rs := range got.ResourceSpans {
		for _, a := range rs.Resource.Attributes {
			c.resource[a.Key] = a.Value.GetStringValue()
		}
		for _, ss := range rs.ScopeSpans {
			c.spans = append(c.spans, ss.Spans...)
		}
	}
}

// world is an environment, and the way to loopback.
func world(env map[string]string) World {
	return World{
		Getenv: func(name string) string { return env[name] }, Dial: new(net.Dialer).DialContext,
		ReadFile: func(string) ([]byte, error) { return nil, errors.New("no such file") },
	}
}

var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func aRun() *Run {
	const evil = "hunter2 from a server"
	return &Run{
		Name: "check web-login", Playbook: diag.PlaybookRef{ID: "web-login", Version: "1"}, Target: "login.example.com:443",
		Started: began, Finished: began.Add(time.Second),
		Verdict: diag.Verdict{Status: diag.Problem, Check: "login-tls", Code: "tls.expired", Summary: evil},
		Began:   map[string]time.Time{"login-page": began.Add(100 * time.Millisecond)},
		Checks: []diag.Check{
			{ID: "login-tls", Probe: "tls", Layer: diag.LayerTLS, Status: diag.Fail, Code: "tls.expired", ElapsedMS: 250, Summary: evil, Facts: map[string]any{"issuer": evil}},
			{ID: "login-page", Probe: "http", Layer: diag.LayerEndpoint, Status: diag.Blocked, BlockedBy: "login-tls", Code: "http.blocked", Reason: evil,
				Facts: map[string]any{"phases": map[string]any{"dns_ms": 1.0, "connect_ms": 20.0, "tls_ms": 30.0, "first_byte_ms": 40.0}}},
			{ID: "clock", Probe: "clock", Status: diag.Skipped, Code: "clock.skipped"},
		},
	}
}

func attributesOf(s *tracepb.Span) map[string]any {
	out := map[string]any{}
	for _, a := range s.Attributes {
		if n := a.Value.GetDoubleValue(); n != 0 {
			out[a.Key] = n
			continue
		}
		out[a.Key] = a.Value.GetStringValue()
	}
	return out
}

func TestASpanForEachCheck(t *testing.T) {
	c := newCollector(t)
	tracer := Start(world(map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL + "/base/", "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20key, x=y", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
	}), "1.2.3", func(why string) { t.Error(why) })
	tracer.Join(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		tracer.Record(context.WithoutCancel(r.Context()), aRun())
	})).ServeHTTP(nil, &http.Request{Header: http.Header{"Traceparent": {"00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01"}}})
	tracer.Stop(t.Context())
	if c.path != "/base/v1/traces" || c.header.Get("Api-Key") != "a key" || c.header.Get("X") != "y" || c.header.Get("Content-Type") != "application/x-protobuf" {
		t.Errorf("posted to %s with %v", c.path, c.header)
	}
	if c.resource["service.name"] != "authdoctor" || c.resource["service.version"] != "1.2.3" {
		t.Errorf("it is from %v", c.resource)
	}
	spans := map[string]*tracepb.Span{}
	for _, s := range c.spans {
		spans[s.Name] = s
		if strings.Contains(s.String(), "hunter2") {
			t.Errorf("what a server said is in %s", s)
		}
	}
	if names := slices.Sorted(maps.Keys(spans)); !slices.Equal(names, []string{"check login-page", "check login-tls", "check web-login"}) {
		t.Fatalf("spans: %v", names)
	}
	run, tls, page := spans["check web-login"], spans["check login-tls"], spans["check login-page"]
	if string(run.ParentSpanId) != "\x11\x12\x13\x14\x15\x16\x17\x18" || run.TraceId[0] != 1 || string(tls.ParentSpanId) != string(run.SpanId) {
		t.Error("spans do not hang together")
	}
	if run.StartTimeUnixNano != uint64(began.UnixNano()) || page.StartTimeUnixNano != uint64(began.Add(100*time.Millisecond).UnixNano()) ||
		tls.EndTimeUnixNano-tls.StartTimeUnixNano != uint64(250*time.Millisecond) {
		t.Error("times are not those of the run")
	}
	for s, want := range map[*tracepb.Span]map[string]any{
		run: {"authdoctor.verdict": "problem", "authdoctor.verdict.code": "tls.expired", "authdoctor.target": "login.example.com:443", "authdoctor.playbook.id": "web-login"},
		tls: {"authdoctor.check.id": "login-tls", "authdoctor.check.code": "tls.expired", "authdoctor.check.status": "fail", "authdoctor.check.kind": "tls"},
		page: {"authdoctor.check.status": "blocked", "authdoctor.check.blocked_by": "login-tls", "authdoctor.check.phase.dns.seconds": .001,
			"authdoctor.check.phase.connect.seconds": .02, "authdoctor.check.phase.tls.seconds": .03, "authdoctor.check.phase.first_byte.seconds": .04},
	} {
		got := attributesOf(s)
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s: %s is %v, want %v", s.Name, key, got[key], value)
			}
		}
	}
	if tls.Status.Code != tracepb.Status_STATUS_CODE_ERROR || page.Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR {
		t.Error("what fails is not marked, or what does not fail is")
	}
}

// Nothing is made where nobody asked for it; a setting that cannot be used is
// told, and stops nothing.
func TestWhetherTracesAreSent(t *testing.T) {
	const at = "http://127.0.0.1:4318"
	for _, tt := range []struct {
		name string
		env  map[string]string
		sent bool
		says string
	}{
		{"nothing set", nil, false, ""},
		{"an endpoint", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at}, true, ""},
		{"one for traces", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": at}, true, ""},
		{"only the exporter", map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true, ""},
		{"no exporter", map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": at}, false, ""},
		{"all of it off", map[string]string{"OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": at}, false, ""},
		{"another exporter", map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, false, "OTEL_TRACES_EXPORTER"},
		{"gRPC", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, false, "OTEL_EXPORTER_OTLP_PROTOCOL"},
		{"gRPC for others", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}, true, ""},
		{"no address", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "me:hunter2@collector:4318"}, false, "OTEL_EXPORTER_OTLP_ENDPOINT"},
		{"a header that is none", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_EXPORTER_OTLP_HEADERS": "hunter2"}, true, "OTEL_EXPORTER_OTLP_HEADERS"},
		{"a time that is none", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_EXPORTER_OTLP_TIMEOUT": "10s"}, true, "OTEL_EXPORTER_OTLP_TIMEOUT"},
		{"authorities that are not there", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_EXPORTER_OTLP_CERTIFICATE": "/none"}, false, "OTEL_EXPORTER_OTLP_CERTIFICATE"},
		{"a key without a certificate", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_EXPORTER_OTLP_CLIENT_KEY": "/none"}, false, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var said []string
			tracer := Start(world(tt.env), "1", func(why string) { said = append(said, why) })
			tracer.Stop(t.Context())
			text := strings.Join(said, "\n")
			if (tracer != nil) != tt.sent || !strings.Contains(text, tt.says) || (tt.says == "") != (text == "") {
				t.Errorf("sent %v, says %q", tracer != nil, text)
			}
			if strings.Contains(text, "hunter2") {
				t.Errorf("a secret is in %q", text)
			}
		})
	}
	// A tracer that has been stopped, or is not there, does nothing.
	stopped := Start(world(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at}), "1", func(why string) { t.Error(why) })
	stopped.Stop(t.Context())
	stopped.Record(t.Context(), aRun())
	var none *Tracer
	none.Record(t.Context(), aRun())
	none.Join(http.NotFoundHandler())
	none.Stop(t.Context())
}

// A collector that is busy is asked again; one that refuses, or is away, is
// told of once, without its words and its address.
func TestCollectorsThatDoNotTakeIt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers []int
		spans   int
		says    string
	}{
		{"busy at first", []int{503}, 3, ""},
		{"refusing", []int{401}, 0, "the collector answers 401"},
		{"redirecting", []int{307}, 0, "the collector answers 307"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCollector(t, tt.answers...)
			var said []string
			tracer := Start(world(map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": c.URL + "/key-hunter2"}), "1", func(why string) { said = append(said, why) })
			tracer.Record(t.Context(), aRun())
			tracer.Stop(t.Context())
			if text := strings.Join(said, "\n"); len(c.spans) != tt.spans || !strings.Contains(text, tt.says) || strings.Contains(text, "hunter2") || (tt.says == "") != (text == "") {
				t.Errorf("%d spans, says %q", len(c.spans), text)
			}
		})
	}
	c := newCollector(t)
	c.Close()
	var said []string
	tracer := Start(world(map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": c.URL + "/key-hunter2"}), "1", func(why string) { said = append(said, why) })
	tracer.Record(t.Context(), aRun())
	tracer.Stop(t.Context())
	if len(said) != 1 || !strings.Contains(said[0], "cannot be reached") || strings.Contains(said[0], "hunter2") {
		t.Errorf("says %q", said)
	}
}

func TestParents(t *testing.T) {
	const trace, span = "0102030405060708090a0b0c0d0e0f10", "1112131415161718"
	for text, want := range map[string]bool{
		"00-" + trace + "-" + span + "-01": true, "00-" + trace + "-" + span + "-00": true, "01-" + trace + "-" + span + "-01-more": true,
		"": false, "00-" + trace + "-" + span: false, "00-" + trace + "-" + span + "-01-more": false, "ff-" + trace + "-" + span + "-01": false,
		"00-" + strings.Repeat("0", 32) + "-" + span + "-01": false, "00-" + trace + "-" + strings.Repeat("0", 16) + "-01": false,
		"00-" + strings.ToUpper(trace) + "-" + span + "-01": false, "00-" + strings.Repeat("g", 32) + "-" + span + "-01": false,
	} {
		got, ok := parseParent(text)
		if ok != want || ok && got.sampled != strings.Contains(text, span+"-01") {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
}

func TestWhichTracesAreSent(t *testing.T) {
	parent := spanContext{trace: [16]byte{1}, id: [8]byte{1}}
	told := spanContext{trace: [16]byte{1}, id: [8]byte{1}, sampled: true}
	for _, tt := range []struct {
		sampler, arg      string
		says              bool
		alone, told, bare int // of 1,000: without a parent, with one that is told of, with one that is not
	}{
		{"", "", false, 1000, 1000, 0},
		{"always_on", "", false, 1000, 1000, 1000},
		{"always_off", "", false, 0, 0, 0},
		{"parentbased_always_off", "", false, 0, 1000, 0},
		{"traceidratio", "0.25", false, 250, 250, 250},
		{"parentbased_traceidratio", "0.25", false, 250, 1000, 0},
		{"traceidratio", "", false, 1000, 1000, 1000},
		{"traceidratio", "2", true, 1000, 1000, 1000},
		{"jaeger_remote", "", true, 1000, 1000, 0},
	} {
		s, why := settingsOf(world(map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_TRACES_SAMPLER": tt.sampler, "OTEL_TRACES_SAMPLER_ARG": tt.arg}))
		if (why != "") != tt.says {
			t.Errorf("%s %s: says %q", tt.sampler, tt.arg, why)
		}
		for _, of := range []struct {
			parent spanContext
			want   int
		}{{spanContext{}, tt.alone}, {told, tt.told}, {parent, tt.bare}} {
			n := 0
			for i := range 1000 {
				var id [16]byte
				binary.BigEndian.PutUint64(id[8:], uint64(i)*(1<<64/1000))
				if s.sampled(of.parent, id) {
					n++
				}
			}
			if n < of.want-2 || n > of.want+2 {
				t.Errorf("%s %s: %d of 1000 with parent %v, want %d", tt.sampler, tt.arg, n, of.parent.valid(), of.want)
			}
		}
	}
}

// Who sends it is what the environment says.
func TestWhoSendsThem(t *testing.T) {
	c := newCollector(t)
	tracer := Start(world(map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL, "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test%20bed,service.name=other", "OTEL_SERVICE_NAME": "fleet",
	}), "1", func(why string) { t.Error(why) })
	tracer.Record(t.Context(), aRun())
	tracer.Stop(t.Context())
	if c.resource["service.name"] != "fleet" || c.resource["deployment.environment"] != "test bed" {
		t.Errorf("it is from %v", c.resource)
	}
}
