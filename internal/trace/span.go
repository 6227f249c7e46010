package trace

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// A spanContext says which span of which trace something is. The zero one is
// that of no span.
type spanContext struct {
	trace   [16]byte
	id      [8]byte
	sampled bool
}

func (s spanContext) valid() bool { return s.trace != [16]byte{} && s.id != [8]byte{} }

// child is a new span below this one, or the first of a new trace.
func (s spanContext) child() spanContext {
	c := spanContext{trace: s.trace}
	if !s.valid() {
		_, _ = rand.Read(c.trace[:]) // it never fails
	}
	_, _ = rand.Read(c.id[:])
	return c
}

// parseParent reads the header that others send: version, trace, span, flags.
// https://www.w3.org/TR/trace-context/#traceparent-header
func parseParent(text string) (spanContext, bool) {
	parts := strings.Split(text, "-")
	if len(parts) < 4 || len(parts[0]) != 2 || parts[0] == "ff" || parts[0] == "00" && len(parts) != 4 ||
		len(parts[1]) != 32 || len(parts[2]) != 16 || len(parts[3]) != 2 || strings.ToLower(text) != text {
		return spanContext{}, false
	}
	var c spanContext
	var flags [1]byte
	_, err1 := hex.Decode(c.trace[:], []byte(parts[1]))
	_, err2 := hex.Decode(c.id[:], []byte(parts[2]))
	_, err3 := hex.Decode(flags[:], []byte(parts[3]))
	c.sampled = flags[0]&1 == 1
	return c, err1 == nil && err2 == nil && err3 == nil && c.valid()
}

// span writes a span down. Failed is the code of what failed; empty for
// nothing.
func (s spanContext) span(name string, parent spanContext, began, ended time.Time, attrs attributes, failed string) *tracepb.Span {
	out := &tracepb.Span{
		TraceId: s.trace[:], SpanId: s.id[:], Name: name, Kind: tracepb.Span_SPAN_KIND_INTERNAL, Attributes: attrs.list,
		StartTimeUnixNano: nanoseconds(began), EndTimeUnixNano: nanoseconds(ended), Flags: 1,
	}
	if parent.valid() {
		out.ParentSpanId = parent.id[:]
	}
	if failed != "" {
		out.Status = &tracepb.Status{Code: tracepb.Status_STATUS_CODE_ERROR, Message: failed}
	}
	return out
}

// nanoseconds since 1970; a clock that stands before then is at its beginning.
func nanoseconds(t time.Time) uint64 { return uint64(max(0, t.UnixNano())) } //nolint:gosec // it is not negative

// attributes of a span; empty ones are left out.
type attributes struct{ list []*commonpb.KeyValue }

func (a *attributes) text(key, value string) {
	if value != "" {
		a.list = append(a.list, &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}})
	}
}

func (a *attributes) number(key string, value float64) {
	a.list = append(a.list, &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_DoubleValue{DoubleValue: value}}})
}

// document is a batch with what is said of who sends it. TracesData has the
// same form on the wire as the request that a collector takes, and brings no
// gRPC service with it.
func (t *Tracer) document(batch []*tracepb.Span) *tracepb.TracesData {
	about := attributes{}
	about.text("service.version", t.version)
	for _, pair := range t.settings.resource {
		about.text(pair[0], pair[1])
	}
	return &tracepb.TracesData{ResourceSpans: []*tracepb.ResourceSpans{{
		Resource:   &resourcepb.Resource{Attributes: about.list},
		ScopeSpans: []*tracepb.ScopeSpans{{Scope: &commonpb.InstrumentationScope{Name: "github.com/authdoctor/authdoctor", Version: t.version}, Spans: batch}},
	}}}
}

// sampled decides whether a run is told of, as OTEL_TRACES_SAMPLER says: by
// whoever asked for the run where the sampler is parent-based, else by the
// share of traces, which all services work out alike from the id of the trace.
func (s *settings) sampled(parent spanContext, id [16]byte) bool {
	if s.byParent && parent.valid() {
		return parent.sampled
	}
	return s.share >= 1 || float64(binary.BigEndian.Uint64(id[8:])>>1) < s.share*(1<<63)
}
