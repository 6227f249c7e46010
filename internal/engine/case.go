package engine

import (
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// Reached names everything of a playbook that a case touched, as "symptom:ID", "check:ID=OUTCOME", "question:ID=CHOICE", "step:ID"
// and "step:ID=OUTCOME".
func Reached(b *Book, ev *diag.Evidence) []string {
	var out []string
	for _, id := range ev.Symptoms {
		out = append(out, "symptom:"+id)
	}
	for id, m := range ev.Checks {
		out = append(out, "check:"+id+"="+m.Outcome)
	}
	for id, a := range ev.Answers {
		if slices.ContainsFunc(b.Questions, func(q playbook.Question) bool { return q.ID == id }) {
			out = append(out, "question:"+id+"="+a)
		}
	}
	for _, v := range ev.Walk {
		out = append(out, "step:"+v.Step)
		if v.Outcome != "" {
			out = append(out, "step:"+v.Step+"="+v.Outcome)
		}
	}
	return out
}

// Tried lists the steps that were presented, each with what was reported.
func Tried(b *Book, ev *diag.Evidence) []string {
	s := b.fold(ev)
	var out []string
	for _, v := range s.visits {
		step := s.stepByID(v.step)
		switch {
		case step == nil:
		case step.Stage == diag.StageRetest:
			out = append(out, s.fill(step.Title)+": done")
		default:
			out = append(out, s.fill(step.Title)+": "+s.outcomeText(step, v.outcome))
		}
	}
	return out
}

// Postponed is the retest again, with only the checkpoints that were put off;
// nothing when none was.
func Postponed(b *Book, ev *diag.Evidence) (diag.Instruction, bool) {
	s := b.fold(ev)
	open := s.postponed()
	step := b.RetestStep()
	if len(open) == 0 || step == nil {
		return diag.Instruction{}, false
	}
	in := s.instruction(step)
	// Whoever comes back to see whether it still holds must not begin anew.
	in.PutOff = true
	in.Do, in.Why, in.Careful, in.Minutes = nil, "", nil, 0
	in.Checkpoints = slices.DeleteFunc(in.Checkpoints, func(c diag.Checkpoint) bool { return !slices.Contains(open, c.ID) })
	return in, true
}

// Reopen takes back what only ended a run, so that a session that is taken up
// again asks anew: a stop in front of a broken way, or in front of steps.
func Reopen(ev *diag.Evidence) {
	if ev.Answers[diag.AskRepair] != "" {
		ev.Forget()
	}
	for _, q := range []string{diag.AskContinue, diag.AskHandOver} {
		if ev.Answers[q] == diag.ChoiceStop {
			ev.Answer(q, "", nil)
		}
	}
}

// Ranking lists the causes, most probable first.
func Ranking(b *Book, ev *diag.Evidence) []string {
	s := b.fold(ev)
	var out []string
	for _, i := range ranking(s.post) {
		out = append(out, b.Causes[i].ID)
	}
	return out
}

// Checks judges every check on what is known so far.
func Checks(b *Book, ev *diag.Evidence) []diag.Check {
	s := b.fold(ev)
	out := make([]diag.Check, len(s.checks))
	for i := range s.checks {
		out[i] = s.checks[i].Check
	}
	return out
}

// Hiders lists the checks that can hide a check, and so must have ended
// before it can be judged.
func Hiders(b *Book, ev *diag.Evidence, id string) []string {
	before := b.chainOf(ev, b.fold(ev).vars).before
	var out []string
	for i := range b.Checks {
		if b.Checks[i].ID != id {
			continue
		}
		for _, p := range before[i] {
			out = append(out, b.Checks[p].ID)
			out = append(out, Hiders(b, ev, b.Checks[p].ID)...)
		}
		if b.layer(i) != diag.LayerTLS {
			continue
		}
		for k := range b.Checks {
			if b.layer(k) == diag.LayerClock {
				out = append(out, b.Checks[k].ID)
			}
		}
	}
	return out
}

// Neighbours lists the checks that sign in to the same service as this one, and
// have their turn before it: none is tried after a service asked to wait.
func Neighbours(b *Book, ev *diag.Evidence, id string) []string {
	i := slices.IndexFunc(b.Checks, func(c playbook.Check) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	var out []string
	for _, p := range b.chainOf(ev, b.fold(ev).vars).beside[i] {
		out = append(out, b.Checks[p].ID)
	}
	return out
}
