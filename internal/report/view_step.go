package report

import (
	"fmt"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// stepView is a step as people see it.
type stepView struct {
	ID      string
	Stage   diag.Stage
	State   diag.StepState
	Outcome string // what was reported of it
	Look    look
	Number  string // "Step 1 of 5"
	Title   string
	Note    string // what came of it, or what speaks for or against it
	Minutes string
	Next    bool // the one to do now, with its instructions
	Do      []string
	Why     string
	Now     string // why it comes now
	Careful []string
	Tried   []labelled // checkpoints of the retest
}

// viewSteps shows what was done, and what is to be done only where a step may
// be advised: never under an early failure.
func viewSteps(r *diag.Report) []stepView {
	advised := r.Opinion != nil && r.Verdict.Next.Step != ""
	var out []stepView
	for i, s := range r.Steps {
		todo := s.State == diag.StepPending || s.State == diag.StepCurrent
		if (todo || s.State == diag.StepSkipped) && !advised {
			continue
		}
		v := viewStep(r, s)
		v.Number = fmt.Sprintf("Step %d of %d", i+1, len(r.Steps))
		if todo && s.ID == r.Verdict.Next.Step {
			v.Next, v.Look = true, stepLooks()[diag.StepCurrent]
			v.Do, v.Why, v.Now, v.Careful = s.Do, s.Why, s.Now, s.Careful
		}
		out = append(out, v)
	}
	return out
}

func viewStep(r *diag.Report, s diag.StepResult) stepView {
	v := stepView{ID: s.ID, Stage: s.Stage, State: s.State, Outcome: s.Outcome, Look: stepLooks()[s.State], Title: cmpOr(s.Title, s.ID), Note: stepNote(s)}
	switch s.State {
	case diag.StepPending, diag.StepCurrent:
		v.Minutes = minutes(s.Minutes)
	case diag.StepDone:
		if s.Outcome == diag.DidFixed || s.Stage == diag.StageRetest && r.Verdict.Status == diag.Fixed {
			v.Look = look{"✓", goodInk, "fixed"}
		}
		for _, w := range checkpointWords {
			if list := reported(r, s, w.what); len(list) > 0 {
				v.Tried = append(v.Tried, labelled{w.word, strings.Join(list, " · ")})
			}
		}
	}
	return v
}

func stepNote(s diag.StepResult) string {
	switch s.State {
	case diag.StepDone:
		return cmpOr(s.OutcomeText, cmpOr(outcomeWords()[s.Outcome], s.Outcome))
	case diag.StepSatisfied:
		if s.Proof == "" {
			return "not needed"
		}
		return "not needed: " + s.Proof
	case diag.StepSkipped:
		return "passed over"
	}
	switch {
	case s.Unlikely:
		return "unlikely to help here (" + inHundred(s.PFix) + ")"
	case s.Highlight:
		return "most likely to help (" + inHundred(s.PFix) + ")"
	}
	return ""
}

// orderPrice says what the order of the steps costs on average, beside the
// other one. It is said where steps are advised.
func orderPrice(r *diag.Report) string {
	p := r.Plan
	if p == nil || r.Opinion == nil || r.Verdict.Next.Step == "" {
		return ""
	}
	took := fmt.Sprintf("On average this order takes %s to the end, handing over included", wholeMinutes(p.InOrder))
	if p.Order == diag.OrderLikely {
		took = fmt.Sprintf("On average this order takes %s to the end, handing over included", wholeMinutes(p.Minutes))
	}
	switch {
	case p.Order == diag.OrderLikely && p.Price >= worthSaying:
		return took + fmt.Sprintf("; the playbook's order takes %s.", wholeMinutes(p.InOrder))
	case p.Price < worthSaying:
		return took + "; no other order takes less."
	case p.HandOver:
		return took + fmt.Sprintf("; handing over at once takes %s.", wholeMinutes(p.Minutes))
	case p.Exact:
		return took + fmt.Sprintf("; the likeliest order takes %s (--order likely).", wholeMinutes(p.Minutes))
	}
	return took + fmt.Sprintf("; the likeliest order takes %s or less (--order likely).", wholeMinutes(p.Minutes))
}

// worthSaying is from how many minutes on an order is dearer than another.
const worthSaying = .5

func wholeMinutes(m float64) string { return plural(int(m+.5), "minute") }
