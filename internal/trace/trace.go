// Package trace tells what a run of checks did as an OpenTelemetry trace, to
// whoever asked for it by the standard variables (OTEL_EXPORTER_OTLP_ENDPOINT
// and the like). Where they are not set, nothing is made and nothing runs.
//
// A span holds ids, codes, statuses and times. No word that came from a server
// and no secret is ever put into one. A collector that cannot be reached
// changes nothing of a run: it is said once, on standard error.
//
// The messages are OpenTelemetry's own. Its SDK and its client, which links
// gRPC, would be three megabytes of a program that is to stay below 25; all
// that is needed of them here is to write down a finished run and to post it.
package trace

import (
	"context"
	"net/http"
	"sync"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// How spans are gathered before they are sent.
const (
	maxBatch = 512             // spans at once
	maxWait  = 5 * time.Second // of the first of them
	maxQueue = 2048            // spans that wait; what is more is dropped, so that memory stays bounded
)

// A Tracer sends traces; a nil one sends none.
type Tracer struct {
	settings *settings
	version  string
	warn     func(string) // tells the first trouble; a collector that is away would be told of with every batch
	ended    chan struct{}
	stop     context.CancelFunc

	mu      sync.RWMutex // held to close the queue: a run that was given up may still come to its end
	queue   chan *tracepb.Span
	stopped bool
}

// Start begins to send traces where the environment asks for it; nil where it
// does not. What keeps it from being done is told to warn, in words.
func Start(world World, version string, warn func(string)) *Tracer {
	s, why := settingsOf(world)
	if why != "" {
		warn(why)
	}
	if s == nil {
		return nil
	}
	var said sync.Once
	ctx, stop := context.WithCancel(context.Background())
	t := &Tracer{
		settings: s, version: version, queue: make(chan *tracepb.Span, maxQueue), ended: make(chan struct{}), stop: stop,
		warn: func(why string) { said.Do(func() { warn("traces are not sent: " + why) }) },
	}
	go t.run(ctx)
	return t
}

// Stop sends what is left, until ctx ends. What is recorded after it is lost.
func (t *Tracer) Stop(ctx context.Context) {
	if t == nil {
		return
	}
	t.mu.Lock()
	t.stopped = true
	close(t.queue)
	t.mu.Unlock()
	select {
	case <-t.ended:
	case <-ctx.Done():
		t.stop()
		<-t.ended
	}
	t.stop()
	t.settings.http.CloseIdleConnections()
}

// run sends what is recorded, in batches.
func (t *Tracer) run(ctx context.Context) {
	defer close(t.ended)
	var batch []*tracepb.Span
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	send := func() {
		if len(batch) > 0 {
			if err := t.settings.send(ctx, t.document(batch)); err != nil {
				t.warn(err.Error())
			}
		}
		batch = nil
	}
	for {
		select {
		case span, open := <-t.queue:
			if !open {
				send()
				return
			}
			if batch = append(batch, span); len(batch) == 1 {
				timer.Reset(maxWait)
			}
			if len(batch) >= maxBatch {
				send()
			}
		case <-timer.C:
			send()
		}
	}
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
	parent, _ := ctx.Value(parentKey{}).(spanContext)
	root := parent.child()
	if !t.settings.sampled(parent, root.trace) {
		return
	}
	attrs := attributes{}
	attrs.text("authdoctor.playbook.id", run.Playbook.ID)
	attrs.text("authdoctor.playbook.version", run.Playbook.Version)
	attrs.text("authdoctor.target", run.Target)
	attrs.text("authdoctor.verdict", string(run.Verdict.Status))
	attrs.text("authdoctor.verdict.check", run.Verdict.Check)
	attrs.text("authdoctor.verdict.code", run.Verdict.Code)
	failed := ""
	if s := run.Verdict.Status; s == diag.Problem || s == diag.Escalate {
		failed = run.Verdict.Code
	}
	spans := []*tracepb.Span{root.span(run.Name, parent, run.Started, run.Finished, attrs, failed)}
	for i := range run.Checks {
		if c := &run.Checks[i]; c.Status != diag.Skipped { // of a skipped one nothing was done
			spans = append(spans, checkSpan(root, run, c))
		}
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.stopped {
		return
	}
	for _, s := range spans {
		select {
		case t.queue <- s:
		default:
			t.warn("the collector takes them too slowly, some are dropped")
		}
	}
}

func checkSpan(root spanContext, run *Run, c *diag.Check) *tracepb.Span {
	began, ok := run.Began[c.ID]
	if !ok {
		began = run.Started
	}
	attrs := attributes{}
	attrs.text("authdoctor.check.id", c.ID)
	attrs.text("authdoctor.check.kind", c.Probe)
	attrs.text("authdoctor.check.layer", string(c.Layer))
	attrs.text("authdoctor.check.status", c.Status.String())
	attrs.text("authdoctor.check.code", c.Code)
	attrs.text("authdoctor.check.blocked_by", c.BlockedBy)
	for _, p := range diag.Phases(c) {
		attrs.number("authdoctor.check.phase."+p.Name+".seconds", p.Took.Seconds())
	}
	failed := ""
	if c.Status == diag.Fail {
		failed = c.Code
	}
	ended := began.Add(time.Duration(c.ElapsedMS * float64(time.Millisecond)))
	return root.child().span("check "+c.ID, root, began, ended, attrs, failed)
}

type parentKey struct{}

// Join makes what a request leads to a part of the trace that it belongs to.
func (t *Tracer) Join(next http.Handler) http.Handler {
	if t == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if parent, ok := parseParent(r.Header.Get("Traceparent")); ok {
			r = r.WithContext(context.WithValue(r.Context(), parentKey{}, parent))
		}
		next.ServeHTTP(w, r)
	})
}
