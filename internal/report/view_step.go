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
			v.Do, v.Why, v.Careful = s.Do, s.Why, s.Careful
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
