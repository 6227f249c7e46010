package engine

import (
	"fmt"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// provenVerdict ends a walk whose retest found nothing wrong.
func (s *state) provenVerdict() diag.Verdict {
	cause := s.causeAt(leader(s.post))
	v := s.leaning(cause, s.post[leader(s.post)])
	v.Status, v.Pending = diag.Fixed, s.postponed()
	v.Summary = "Fixed: it works again."
	if s.episode.fixedBy >= 0 {
		if step := s.stepByID(s.visits[s.episode.fixedBy].step); step != nil {
			v.Summary = "Fixed: it works again after the step “" + s.fill(step.Title) + "”."
		}
	}
	v.Next.Text = strings.Join(s.reminders(), " ")
	switch n := len(v.Pending); {
	case n == 1:
		v.Summary += " One thing is still to be tried."
	case n > 1:
		v.Summary += fmt.Sprintf(" %d things are still to be tried.", n)
	}
	if !cause.Leak {
		v.Why = "It was most likely this: " + s.fill(cause.Title) + "."
	}
	return v
}

// endVerdict ends a walk that proved nothing: waiting when something helped
// and its proof was put off, else over to whoever can do more.
func (s *state) endVerdict() diag.Verdict {
	lead := leader(s.post)
	cause := s.causeAt(lead)
	v := s.leaning(cause, s.post[lead])
	if s.episode.fixedBy >= 0 {
		v.Status = diag.Waiting
		v.Summary = "It seems to work again, but nothing has proved it yet."
		if s.episode.retested {
			v.Pending = s.postponed()
		}
		v.Next.Text = strings.Join(append(s.reminders(), "Try what is still open, and call it fixed only then."), " ")
		return v
	}
	v.Status = diag.Escalate
	v.Summary = s.tried()
	if s.episode.number > 0 {
		v.Summary = "Signing in works, but something else does not. That is for somebody who can see more."
	}
	v.Why = fmt.Sprintf("Most likely still: %s (%.0f in 100).", s.fill(cause.Title), 100*s.post[lead])
	if s.episode.number > 0 {
		v.Why += " What was told and tried before the sign-in worked does not count for this."
	}
	if s.b.Escalate == nil {
		return v
	}
	turn := "Turn to " + s.fill(s.b.Escalate.To) + "."
	if step := s.untried(); step != nil {
		v.Next.Step = step.ID
		turn = fmt.Sprintf("Not tried yet: “%s”. If that does not help, or cannot be done, turn to %s.", s.titleOf(step), s.fill(s.b.Escalate.To))
	}
	v.Next.Text = strings.Join(append(s.reminders(), turn), " ")
	return v
}

// untried is the step, of those that could not be tried, that is most likely to
// help; nil when none would.
func (s *state) untried() *playbook.Step {
	var best *playbook.Step
	least := 0.0
	for i := range s.b.Steps {
		step := &s.b.Steps[i]
		if step.Stage == diag.StageRetest || s.satisfied(step) || s.ruledOut(step) || !s.leftOut(step.ID) {
			continue
		}
		if p := s.pFix(step); p > least {
			best, least = step, p
		}
	}
	return best
}

// leftOut: the step was shown, and could not be tried the last time.
func (s *state) leftOut(id string) bool { return s.last(id) == diag.DidUnverifiable }

// last is what came of a step the last time that it was shown; empty before.
func (s *state) last(id string) string {
	out := ""
	for _, v := range s.visits {
		if v.step == id {
			out = v.outcome
		}
	}
	return out
}

// reminders are about what the last retest did and did not take back.
func (s *state) reminders() []string {
	var out []string
	for _, c := range s.checkpoints() {
		if c.Open(s.episode.last) {
			out = append(out, c.Remind)
		}
	}
	return out
}

// tried says how much of the walk was gone when nothing helped. A retest that
// was left out, since it could only have told what was known, is no step of it,
// nor is one that was not needed.
func (s *state) tried() string {
	all, left := 0, 0
	for i := range s.b.Steps {
		switch last := s.last(s.b.Steps[i].ID); {
		case s.b.Steps[i].Stage == diag.StageRetest, last == diag.DidSatisfied:
			continue
		case last == diag.DidUnverifiable:
			left++
		}
		all++
	}
	nothing, proof := left > 0 && left == all, s.b.RetestStep() != nil && len(s.episode.last) > 0
	if proof {
		all++
	}
	switch {
	case nothing:
		return "Not fixed; no step could be tried."
	case left > 0:
		return fmt.Sprintf("Not fixed; %d of %d steps tried.", all-left, all)
	case proof:
		return fmt.Sprintf("Not fixed; all %d steps tried.", all)
	}
	return "Not fixed; every step was tried, and none helped."
}

// sortedVerdict names the playbook to go on with, and whom to turn to where it
// does not fit; where there is none, what to do instead. It found no cause, so
// it concludes nothing.
func (s *state) sortedVerdict() diag.Verdict {
	lead := leader(s.post)
	cause := s.causeAt(lead)
	v := s.leaning(cause, s.post[lead])
	if cause.Playbook == "" {
		v.Next = diag.Next{Text: s.fill(cause.Escalate)}
		return v
	}
	v.Next = diag.Next{Playbook: cause.Playbook, Text: "Go on with: authdoctor diagnose " + cause.Playbook}
	if e := s.b.Escalate; e != nil && e.To != "" {
		v.Next.Text += ". Does it not fit? Turn to " + s.fill(e.To) + "."
	}
	return v
}

// pauseVerdict ends a walk that stopped for a cause outside the person's
// control.
func (s *state) pauseVerdict(c *playbook.Cause) diag.Verdict {
	lead := leader(s.post)
	v := s.leaning(c, s.post[lead])
	v.Status = diag.Escalate
	if waits(c) {
		v.Status = diag.Waiting
	}
	v.Next.Text = s.fill(c.Escalate)
	return v
}
