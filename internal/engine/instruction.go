package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// unlikelyHere is the probability below which a step is marked as unlikely to
// help.
const unlikelyHere = .05

// helpsLittle: a step is unlikely to fix anything, and was not written to tell
// something either. One with answers of its own was: what follows goes by them.
func helpsLittle(step *playbook.Step, pFix float64) bool {
	return pFix < unlikelyHere && len(step.Outcomes) == 0
}

// instruction is a step in the words for this case.
func (s *state) instruction(step *playbook.Step) diag.Instruction {
	in := diag.Instruction{
		ID: step.ID, Stage: step.Stage, Title: s.titleOf(step), Minutes: step.Minutes,
		Number: s.number(step), Of: len(s.b.Steps), Surface: s.surface(step), Why: s.fill(step.Why),
		Careful: fillAll(step.Careful, s.vars), PFix: s.pFix(step), Worse: s.worse(step),
	}
	in.More = s.more(step)
	if n := len(s.visits); n > 0 && s.visits[n-1].outcome == diag.DidWorse {
		in.Careful = append([]string{"It just got worse. Wait a while before you try again, and try only once."}, in.Careful...)
	}
	if !s.warned() {
		in.Careful = append(fillAll(s.b.Warnings, s.vars), in.Careful...)
	}
	s.tell(step, &in)
	if step.Stage == diag.StageRetest {
		in.Checkpoints, in.NothingHelped = s.checkpoints(), s.stillFails()
		return in
	}
	in.Now = strings.TrimSpace(s.afterRetest() + " " + s.whyNow(step))
	if c := s.outage(); c != nil {
		in.Now = "Waiting is most likely the better step. " + s.fill(c.Escalate)
	}
	in.Highlight = in.Reason == "" && !in.Instead && s.promising() == step
	in.Unlikely = in.Reason != "" || !in.Highlight && !in.Instead && helpsLittle(step, in.PFix)
	if s.satisfied(step) {
		in.Satisfied, in.Proof = true, s.proof(step.SatisfiedBy)
		if in.Instead { // what was written for this case is what nothing has proven
			in.Left = in.Do
		}
		return in
	}
	in.Outcomes = s.outcomes(step)
	switch {
	case in.Instead:
		in.Outcomes = skippable(in.Outcomes, "Go on without trying")
	case in.Unlikely:
		in.Outcomes = skippable(in.Outcomes, "Skip this step")
	}
	return in
}

// afterRetest says why a walk goes on behind its end; empty before that.
func (s *state) afterRetest() string {
	n := len(s.visits)
	if proof := s.b.RetestStep(); n == 0 || proof == nil || s.visits[n-1].step != proof.ID {
		return ""
	}
	if s.episode.number > 0 {
		return "Signing in works, and something else does not: the walk goes on for that. What you told and tried before was about the sign-in, and does not count for it."
	}
	return "The retest did not pass, so the walk goes on with what is left."
}

// warned reports whether a step has been tried, and so its warnings were read.
// Whoever skipped a step gets them with the next.
func (s *state) warned() bool {
	return slices.ContainsFunc(s.visits, func(v visit) bool {
		return v.outcome != diag.DidSatisfied && v.outcome != diag.DidUnverifiable
	})
}

// tell fills in what to do: the notes that belong to this case, and then the
// instructions for the chosen surface, since what changes them has to be read
// first. A note may stand in their place: then what they warn of is not done
// either.
func (s *state) tell(step *playbook.Step, in *diag.Instruction) {
	in.Do = []string{}
	var replaced playbook.Condition
	var other []string // instructions in the place of the step's own
	for _, n := range s.notes(step) {
		text := s.fill(n.Text)
		in.Instead = in.Instead || n.Instead
		switch {
		case n.Unlikely && in.Reason == "":
			in.Reason = text
		case n.Replace && (other == nil || maps.EqualFunc(n.When, replaced, slices.Equal)):
			replaced, other = n.When, append(other, text)
		case n.Replace:
		case text != in.Reason && !slices.Contains(in.Do, text):
			in.Do = append(in.Do, text)
		}
	}
	if in.Instead {
		in.Careful, in.Why = nil, ""
		return
	}
	if other != nil {
		in.Do = append(in.Do, other...)
		return
	}
	in.Do = append(in.Do, fillAll(step.Do[s.surface(step)], s.vars)...)
}

// titleOf is what a step is called in this case: what a note makes of it has a
// name of its own.
func (s *state) titleOf(step *playbook.Step) string {
	for _, n := range s.notes(step) {
		if n.Title != "" {
			return s.fill(n.Title)
		}
	}
	return s.fill(step.Title)
}

// notes are those that belong to this case; where some stand in the place of
// the instructions, only those, and of these only the ones for the first
// condition that holds: two sets of instructions could contradict each other.
func (s *state) notes(step *playbook.Step) []playbook.Note {
	var all, instead []playbook.Note
	for _, n := range step.Notes {
		if !s.holds(n.When) {
			continue
		}
		all = append(all, n)
		if n.Instead && (len(instead) == 0 || maps.EqualFunc(n.When, instead[0].When, slices.Equal)) {
			instead = append(instead, n)
		}
	}
	if len(instead) > 0 {
		return instead
	}
	return all
}

// ruledOut: a note says that the step is unlikely to help.
func (s *state) ruledOut(step *playbook.Step) bool {
	return slices.ContainsFunc(s.notes(step), func(n playbook.Note) bool { return n.Unlikely })
}

// stillFails: nothing that was tried for this fault has helped, and the last
// report says so. Then a retest could only tell what is known already.
func (s *state) stillFails() bool {
	if s.episode.fixedBy >= 0 {
		return false
	}
	for _, v := range slices.Backward(s.visits) {
		step := s.stepByID(v.step)
		if v.episode != s.episode.number || step == nil || step.Stage == diag.StageRetest {
			return false
		}
		switch v.outcome {
		case diag.DidSatisfied, diag.DidUnverifiable, diag.NoAnswer, "":
		default:
			return true
		}
	}
	return false
}

// worse is what to stop or undo when a step made things worse: the playbook's
// words, or else what is safe at its stage.
func (s *state) worse(step *playbook.Step) []string {
	if len(step.Worse) > 0 {
		return fillAll(step.Worse, s.vars)
	}
	switch step.Stage {
	case diag.StageCredentials:
		return []string{
			"Stop trying. No more passwords or keys, on any device: every refused try can lock the account.",
			"Switch off whatever signs in by itself.",
			"If you changed a password or a setting, write down what it is now. Do not change it a second time.",
		}
	case diag.StageSession:
		return []string{
			"Clear and remove nothing more, and leave every device that still works signed in.",
			"Switch back on what this step switched off.",
			"Does it ask for a code now? Take the newest one, once. Do not ask for code after code.",
		}
	case diag.StageTwoFactor:
		return []string{
			"Ask for no more codes, and try none a second time.",
			"Leave two-factor authentication on, and keep your backup codes and the device that makes the codes.",
			"Give a code to nobody, whoever asks for it.",
		}
	case diag.StageRoles:
		return []string{"Put back what this step changed, as it was before, and change nothing else."}
	}
	return nil
}

// outcomes are the answers to "What happened?". A step with answers of its own
// does not offer the plain "still fails" beside them.
func (s *state) outcomes(step *playbook.Step) []diag.Choice {
	out := []diag.Choice{{ID: diag.DidFixed, Text: "It works now"}}
	for _, o := range step.Outcomes {
		out = append(out, diag.Choice{ID: o.ID, Text: s.fill(o.Title)})
	}
	if len(step.Outcomes) == 0 {
		out = append(out, diag.Choice{ID: diag.DidUnchanged, Text: "It still fails"})
	}
	return append(out,
		diag.Choice{ID: diag.DidWorse, Text: "It got worse"},
		diag.Choice{ID: diag.DidUnverifiable, Text: "I could not try, or cannot tell"})
}

// skippable offers to pass a step that is unlikely to help, before anything
// else. Passing it is no evidence.
func skippable(outcomes []diag.Choice, text string) []diag.Choice {
	rest := slices.DeleteFunc(outcomes, func(c diag.Choice) bool { return c.ID == diag.DidUnverifiable })
	return slices.Insert(rest, 0, diag.Choice{ID: diag.DidUnverifiable, Text: text})
}
