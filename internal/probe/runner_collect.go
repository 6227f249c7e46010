package probe

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// graceTurns is in how many turns the grace passes. It is counted in turns, not
// read off the clock: on a machine that stood still, or has too much else to do,
// a turn takes as much longer as what the probes still have to do.
const graceTurns = 25

// A collector waits for the results of one call.
type collector struct {
	Runner
	requests []diag.Request
	results  <-chan result
	budget   time.Duration
	started  time.Time
	findings map[string]diag.Finding
}

// collect waits until all results are there, ctx is cancelled, or the probes
// were told to end (told) and had their grace. What has come in counts, however
// late it is looked at.
func (c *collector) collect(ctx, told context.Context) map[string]diag.Finding {
	slow := time.NewTimer(positive(c.Slow, DefaultSlow))
	defer slow.Stop()
	for len(c.open()) > 0 {
		select {
		case got := <-c.results:
			c.take(ctx, got)
		case <-slow.C:
			c.tell(Event{Type: Slow, Open: c.open()})
		case <-told.Done():
			c.giveUp(c.hand(ctx))
		}
	}
	return c.findings
}

// hand takes what probes that were told to end still hand over, and says why
// nothing more comes.
func (c *collector) hand(ctx context.Context) string {
	turn := time.NewTicker(max(graceOf(c.budget)/graceTurns, 1))
	defer turn.Stop()
	for turns := 0; len(c.open()) > 0; {
		select {
		case got := <-c.results:
			c.take(ctx, got)
			continue
		default: // nothing is there
		}
		switch {
		case cancelled(ctx):
			return "cancelled"
		case turns == graceTurns:
			return "no result within " + span(c.budget)
		}
		select {
		case got := <-c.results:
			c.take(ctx, got)
		case <-turn.C:
			turns++
		}
	}
	return ""
}

// giveUp leaves behind what is still open.
func (c *collector) giveUp(why string) {
	for _, id := range c.open() {
		finding := unknown(nil, "%s", why)
		finding.ElapsedMS = milliseconds(c.Env.Now().Sub(c.started))
		c.settle(id, clean(finding))
	}
}

func (c *collector) take(ctx context.Context, got result) {
	c.settle(got.id, endedBy(ctx, got.finding))
}

// settle records a finding and tells of it.
func (c *collector) settle(id string, finding diag.Finding) {
	c.findings[id] = finding
	i := slices.IndexFunc(c.requests, func(q diag.Request) bool { return q.ID == id })
	c.tell(Event{Type: Done, ID: id, Kind: c.requests[i].Kind, Finding: finding})
}

// endedBy: what a probe could not find out because we told it to stop is
// cancelled, whatever it says itself.
func endedBy(ctx context.Context, finding diag.Finding) diag.Finding {
	if !cancelled(ctx) || finding.Outcome != diag.NoAnswer {
		return finding
	}
	stopped := unknown(finding.Facts, "cancelled")
	stopped.ElapsedMS = finding.ElapsedMS
	return stopped
}

// cancelled reports whether somebody stopped it, and not the time.
func cancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// open lists the requests that have no finding yet.
func (c *collector) open() []string {
	var ids []string
	for _, request := range c.requests {
		if _, ok := c.findings[request.ID]; !ok {
			ids = append(ids, request.ID)
		}
	}
	return ids
}
