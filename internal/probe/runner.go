package probe

import (
	"context"
	"slices"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// What all checks of a playbook together may take, and how long people wait
// before they are told for what.
const (
	DefaultTimeout = 5 * time.Second
	DefaultSlow    = 2 * time.Second
)

// A Runner runs probes in parallel under one budget. It is safe for use by
// several goroutines; each call has its own budget.
type Runner struct {
	Env     Env
	Timeout time.Duration // for all probes of a call together; 0 is DefaultTimeout
	Slow    time.Duration // after which a Slow event tells what is still open; 0 is DefaultSlow
	// Observe is told what happens, one event at a time, by the goroutine
	// that called Probe. Nil for nobody.
	Observe func(Event)
	// Probes are those that may be run; nil is All.
	Probes []Probe
}

// An Event is something that people may want to see while probes run.
type Event struct {
	Type    EventType
	ID      string       // of Started and Done: the request's
	Kind    string       // likewise
	Finding diag.Finding // of Done
	Open    []string     // of Slow: ids of the requests without a finding, in the order in which they were made
}

// EventType is what happened.
type EventType string

// The events. Every request is Started once and Done once; Slow comes once at
// most.
const (
	Started EventType = "started"
	Slow    EventType = "slow"
	Done    EventType = "done"
)

// Probe measures everything that is asked for, all at once, and gives a
// finding for every id. What crashes, does not end in time or is cancelled is
// diag.NoAnswer with the reason. It returns when all have ended, the budget or
// ctx's own deadline is spent, or ctx is cancelled; a probe that heeds none of
// these is left behind.
//
// Probes are told to end a little before that, since one that waited for a
// server in vain has measured something, and only needs to say so.
func (r Runner) Probe(ctx context.Context, requests []diag.Request) map[string]diag.Finding {
	budget := positive(r.Timeout, DefaultTimeout)
	if end, ok := ctx.Deadline(); ok {
		budget = min(budget, max(0, time.Until(end)))
	}
	probeCtx, stop := context.WithTimeout(ctx, budget-graceOf(budget))
	defer stop()
	// Buffered, so that a probe left behind can end.
	results := make(chan result, len(requests))
	for _, request := range requests {
		r.tell(Event{Type: Started, ID: request.ID, Kind: request.Kind})
		go r.run(probeCtx, request, results)
	}
	c := collector{Runner: r, requests: requests, results: results, budget: budget, started: r.Env.Now(), findings: map[string]diag.Finding{}}
	return c.collect(ctx, probeCtx)
}

// graceOf is the end of the budget that is kept back from the probes.
func graceOf(budget time.Duration) time.Duration {
	return min(budget/20, 250*time.Millisecond)
}

func positive(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// A result is what came of one request.
type result struct {
	id      string
	finding diag.Finding
}

// run runs one probe and always sends a result, also when the probe crashes.
func (r Runner) run(ctx context.Context, request diag.Request, results chan<- result) {
	started := r.Env.Now()
	finding := unknown(nil, "the check ended without a result")
	defer func() {
		if crash := recover(); crash != nil {
			finding = unknown(nil, "the check crashed: %v", crash)
		}
		finding.ElapsedMS = milliseconds(r.Env.Now().Sub(started))
		results <- result{request.ID, clean(finding)}
	}()
	finding = r.measure(ctx, request)
}

// measure finds the probe, and holds it to its word.
func (r Runner) measure(ctx context.Context, request diag.Request) diag.Finding {
	probes := r.Probes
	if probes == nil {
		probes = All
	}
	i := slices.IndexFunc(probes, func(p Probe) bool { return p.Kind == request.Kind })
	if i < 0 {
		return unknown(nil, "there is no check of kind %q", request.Kind)
	}
	with := Params(request.With)
	for _, p := range probes[i].Params {
		// Nothing to look at: nobody tried, so nothing was out of reach. What
		// stands around a variable without a value is no address.
		name, unset := request.Unset[p.Name]
		if p.Required && with[p.Name] == "" || unset && with[p.Name] != "" {
			reason := "not asked for: add --with " + request.ID + "." + p.Name + "=…"
			if unset {
				reason = "not known yet what to look at: set --var " + name + "=…"
			}
			return diag.Finding{Outcome: diag.NotMeasured, Reason: reason, Summary: reason}
		}
	}
	finding := probes[i].Run(ctx, r.Env, with)
	if !knownOutcome(request.Kind, finding.Outcome) {
		return unknown(finding.Facts, "the check said %q, which has no meaning", finding.Outcome)
	}
	return finding
}

// knownOutcome: an outcome of the kind, or one of the two words for none. A
// kind that is not in the vocabulary is not held to one.
func knownOutcome(kind, outcome string) bool {
	k, ok := diag.FindKind(kind)
	if !ok || outcome == diag.NoAnswer || outcome == diag.NotMeasured {
		return outcome != ""
	}
	_, ok = k.Find(outcome)
	return ok
}

func (r Runner) tell(e Event) {
	if r.Observe != nil {
		r.Observe(e)
	}
}
