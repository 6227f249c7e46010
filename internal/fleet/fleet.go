// Package fleet is a multi-target exporter in the conventions of Prometheus:
// /probe?target=…&playbook=… runs the checks of a playbook against a target,
// and gives what they found as metrics.
//
// Rules: what is not on the list of targets is not asked for, and what leads
// into an inner network that nobody listed is not connected to, whatever name
// servers say. A label holds ids and codes of the catalogue, never a word that
// came from a server. Every scrape is answered: with what was found, or with
// 503 and the time after which to come back.
package fleet

import (
	"context"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// What may be left out of a Config.
const (
	DefaultRuns   = 64
	DefaultOffset = 500 * time.Millisecond
)

// Config is what an exporter serves, and to whose reach.
type Config struct {
	Served []Served
	Allow  Allow
	// Runs is how many runs may be under way at once; DefaultRuns when it is 0.
	Runs int
	// Offset is taken off the time that a scraper gives, so that the answer
	// arrives before it stops waiting.
	Offset  time.Duration
	Now     func() time.Time
	Version string
}

// Served is a playbook that can be asked for.
type Served struct {
	Name     string
	Playbook diag.PlaybookRef
	// Timeout is what a run may take when the scraper gives more, or nothing.
	Timeout time.Duration
	// Run measures. It ends with ctx at the latest, and a little before, so that
	// what was found by then is told.
	Run func(ctx context.Context, t Target, timeout time.Duration) Result
}

// Result is what came of a run.
type Result struct {
	Checks  []diag.Check
	Verdict diag.Verdict
	Took    time.Duration
}
