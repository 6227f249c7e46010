// Package trace tells what a run of checks did as an OpenTelemetry trace, to
// whoever asked for it by the standard variables (OTEL_EXPORTER_OTLP_ENDPOINT
// and the like). Where they are not set, nothing is made and nothing runs.
//
// A span holds ids, codes, statuses and times. No word that came from a server
// and no secret is ever put into one. A collector that cannot be reached
// changes nothing of a run: it is said once, on standard error.
package trace

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A Tracer sends traces; a nil one sends none.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// Start begins to send traces where the environment asks for it; nil where it
// does not. What keeps it from being done is told to warn, in words.
func Start(ctx context.Context, world World, version string, warn func(string)) *Tracer {
	s, why := settingsOf(world)
	if why != "" {
		warn(why)
	}
	if s == nil {
		return nil
	}
	exporter, err := otlptrace.New(ctx, s.client())
	if err != nil {
		warn("no traces are sent: " + err.Error())
		return nil
	}
	// Those of the environment come last: they win.
	about, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "authdoctor"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		warn("OTEL_RESOURCE_ATTRIBUTES cannot be read as a whole")
	}
	otel.SetErrorHandler(once(warn))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return &Tracer{provider, provider.Tracer("github.com/authdoctor/authdoctor", trace.WithInstrumentationVersion(version))}
}

// Stop sends what is left.
func (t *Tracer) Stop(ctx context.Context) {
	if t == nil {
		return
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		otel.Handle(err)
	}
}

// Join makes what a request leads to a part of the trace that it belongs to.
func (t *Tracer) Join(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// A Run is what one run of checks did.
type Run struct {
	Name              string // of its span
	Playbook          diag.PlaybookRef
	Target            string // empty: the playbook says by itself what is looked at
	Started, Finished time.Time
	Checks            []diag.Check
	Began             map[string]time.Time // check -> when it began; at the start of the run when it is not there
	Verdict           diag.Verdict
}

// Record tells of a run: a span for it, and one for each of its checks.
func (t *Tracer) Record(ctx context.Context, run *Run) {
	if t == nil {
		return
	}
	attrs := []attribute.KeyValue{
		attribute.String("authdoctor.playbook.id", run.Playbook.ID),
		attribute.String("authdoctor.playbook.version", run.Playbook.Version),
		attribute.String("authdoctor.verdict", string(run.Verdict.Status)),
	}
	if run.Target != "" {
		attrs = append(attrs, attribute.String("authdoctor.target", run.Target))
	}
	if run.Verdict.Code != "" {
		attrs = append(attrs, attribute.String("authdoctor.verdict.check", run.Verdict.Check), attribute.String("authdoctor.verdict.code", run.Verdict.Code))
	}
	ctx, span := t.tracer.Start(ctx, run.Name, trace.WithTimestamp(run.Started), trace.WithAttributes(attrs...))
	for i := range run.Checks {
		t.check(ctx, run, &run.Checks[i])
	}
	if s := run.Verdict.Status; s == diag.Problem || s == diag.Escalate {
		span.SetStatus(codes.Error, run.Verdict.Code)
	}
	span.End(trace.WithTimestamp(run.Finished))
}

func (t *Tracer) check(ctx context.Context, run *Run, c *diag.Check) {
	if c.Status == diag.Skipped {
		return // nothing was done
	}
	began, ok := run.Began[c.ID]
	if !ok {
		began = run.Started
	}
	attrs := []attribute.KeyValue{
		attribute.String("authdoctor.check.id", c.ID),
		attribute.String("authdoctor.check.kind", c.Probe),
		attribute.String("authdoctor.check.layer", string(c.Layer)),
		attribute.String("authdoctor.check.status", c.Status.String()),
		attribute.String("authdoctor.check.code", c.Code),
	}
	if c.BlockedBy != "" {
		attrs = append(attrs, attribute.String("authdoctor.check.blocked_by", c.BlockedBy))
	}
	for _, p := range diag.Phases(c) {
		attrs = append(attrs, attribute.Float64("authdoctor.check.phase."+p.Name+".seconds", p.Took.Seconds()))
	}
	_, span := t.tracer.Start(ctx, "check "+c.ID, trace.WithTimestamp(began), trace.WithAttributes(attrs...))
	if c.Status == diag.Fail {
		span.SetStatus(codes.Error, c.Code)
	}
	span.End(trace.WithTimestamp(began.Add(time.Duration(c.ElapsedMS * float64(time.Millisecond)))))
}
