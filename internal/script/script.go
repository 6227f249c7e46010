// Package script answers for automation: from an answers file, from flags, or
// with nothing at all. What it was not told, it does not know; it never makes
// an answer up.
package script

import (
	"context"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Asker reports what a file says happened. Answers to questions are not its
// business: they count from the start, whether or not they would have been
// asked, so whatever is still asked is unknown.
type Asker struct {
	Steps map[string]string // step -> what is reported after it; else unverifiable
	// Retest: checkpoint -> reports, one per presentation; the last holds on.
	Retest map[string][]string
	// Checkpoint is what is reported of a checkpoint that Retest leaves out,
	// given whether a step was reported as a fix.
	Checkpoint func(fixed bool) string
	// Unneeded hears what the file reports of a step that is proven done, since
	// it does not count then. Nil where nobody is told.
	Unneeded func(step diag.Instruction, outcome string)

	retests int
	fixed   bool
}

// Postponed is the default of an answers file: nobody is told "fixed" who
// proved nothing.
func Postponed(bool) string { return diag.CheckpointPostponed }

// AsReported is the default of a scenario: the retest passes once a step was
// reported as a fix, and fails before.
func AsReported(fixed bool) string {
	if fixed {
		return diag.CheckpointPasses
	}
	return diag.CheckpointFails
}

// GoOn takes up a case in which these steps were presented already.
func (a *Asker) GoOn(walk []diag.Visit) {
	for _, v := range walk {
		if len(v.Checkpoints) > 0 {
			a.retests++
		}
		a.fixed = a.fixed || v.Outcome == diag.DidFixed
	}
}

// Ask knows nothing.
func (a *Asker) Ask(ctx context.Context, _ diag.Question) (diag.Answer, error) {
	return diag.Answer{Unknown: true}, ctx.Err()
}

// Think has nobody to show it to; the report holds it.
func (a *Asker) Think(ctx context.Context, _ *diag.Opinion) error { return ctx.Err() }

// Do reports what the file says of a step, or of every checkpoint of the
// retest.
func (a *Asker) Do(ctx context.Context, step diag.Instruction) (diag.Did, error) {
	if len(step.Checkpoints) > 0 {
		a.retests++
		points := map[string]string{}
		for _, c := range step.Checkpoints {
			points[c.ID] = a.checkpoint(c.ID)
		}
		return diag.Did{Checkpoints: points}, ctx.Err()
	}
	outcome := a.Steps[step.ID]
	if step.Satisfied && outcome != "" && a.Unneeded != nil {
		a.Unneeded(step, outcome)
	}
	if outcome == "" {
		outcome = diag.DidUnverifiable
	}
	if outcome == diag.DidFixed && !step.Satisfied {
		a.fixed = true
	}
	return diag.Did{Outcome: outcome}, ctx.Err()
}

func (a *Asker) checkpoint(id string) string {
	reports := a.Retest[id]
	if len(reports) == 0 {
		return a.Checkpoint(a.fixed)
	}
	return reports[min(a.retests, len(reports))-1]
}
