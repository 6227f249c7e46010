package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// sure is the probability from which a cause is a verdict by itself.
const sure = .9

// Judge is the verdict on what is known so far, without walking the steps. A
// failed check in force is a problem; else a cause of 90 in 100 is; else, if
// anything was said at all, it is inconclusive; else the checks decide, and a
// warning that keeps programs out is a problem too.
// told says that a symptom or a message was given.
func Judge(b *Book, ev *diag.Evidence, told bool) diag.Verdict {
	s := b.fold(ev)
	if c := broken(s.checks); c != nil {
		return s.brokenVerdict(c)
	}
	lead := leader(s.post)
	cause := s.causeAt(lead)
	if b.Sorts() {
		return s.sortedVerdict()
	}
	if c := cmp.Or(s.firstFailed(cause), s.firstWarning((*judged).holdsOff)); c != nil {
		return s.failedVerdict(c, cause, s.post[lead])
	}
	if s.post[lead] >= sure && !cause.Leak {
		return s.causeVerdict(cause, s.post[lead])
	}
	if c := s.barring(); c != nil && (!told || s.raises(c, cause.ID)) {
		v := s.failedVerdict(c, cause, s.post[lead])
		if v.Check == c.ID {
			v.Class = c.found.Class // measured, where the cause is only likely
			if c.Layer.Chain() > 0 {
				v.Next.Step = "" // the way comes before any step
			}
		}
		return v
	}
	if told {
		v := s.leaning(cause, s.post[lead])
		v.Next = s.plannedNext(nil)
		return v
	}
	return s.remark(checksVerdict(s.checks))
}

// JudgeChecks is the verdict of the checks alone: any failure is a problem,
// else anything unknown is inconclusive, else it is healthy.
func JudgeChecks(b *Book, ev *diag.Evidence) diag.Verdict {
	s := b.fold(ev)
	if c := broken(s.checks); c != nil && c.failed() {
		return s.brokenVerdict(c)
	}
	if c := s.firstFailed(nil); c != nil {
		return s.named(c, "")
	}
	v := checksVerdict(s.checks)
	// What keeps somebody out is named, though a warning is no failure.
	if c := s.firstWarning(func(c *judged) bool { return c.found.Waits || c.found.Bars }); c != nil {
		return s.remarkOn(v, c)
	}
	return v
}

func checksVerdict(checks []judged) diag.Verdict {
	var unknown, given []string
	decided := 0
	for i := range checks {
		switch checks[i].Status {
		case diag.Unknown:
			unknown = append(unknown, strings.ToLower(checks[i].Title))
		case diag.Pass, diag.Warn:
			decided++
			if checks[i].given {
				given = append(given, strings.ToLower(checks[i].Title))
			}
		}
	}
	if len(unknown) == 0 && decided == 0 {
		return verdict(diag.Inconclusive, "Nothing was measured, so nothing is known.")
	}
	if len(unknown) > 0 {
		return verdict(diag.Inconclusive, "No fault was found, but not everything could be measured: "+strings.Join(unknown, ", ")+".")
	}
	switch {
	case len(given) == decided:
		return verdict(diag.Healthy, "Everything that was taken as given, not measured, is in order.")
	case len(given) > 0:
		return verdict(diag.Healthy, "Everything that was checked from this computer, or taken as given and not measured ("+strings.Join(given, ", ")+"), is in order.")
	}
	return verdict(diag.Healthy, "Everything that was checked from this computer is in order.")
}

func verdict(status diag.VerdictStatus, summary string) diag.Verdict {
	return diag.Verdict{Status: status, Summary: summary, Pending: []string{}}
}

// firstFailed is a failed check in force, one that speaks for the leading
// cause if there is one.
func (s *state) firstFailed(cause *playbook.Cause) *judged {
	var first *judged
	for i := range s.checks {
		c := &s.checks[i]
		if !c.failed() || !c.InForce {
			continue
		}
		if cause != nil && s.raises(c, cause.ID) {
			return c
		}
		if first == nil {
			first = c
		}
	}
	return first
}

// failedVerdict is about a failed check that hides nothing, such as a wrong
// clock. A leading cause that is sure and has nothing to do with the check
// stays the verdict, and the check is told beside it.
func (s *state) failedVerdict(c *judged, cause *playbook.Cause, p float64) diag.Verdict {
	if !s.raises(c, cause.ID) && p >= sure && !cause.Leak {
		return s.causeVerdict(cause, p)
	}
	if !s.raises(c, cause.ID) {
		v := s.named(c, "") // a finding, and no explanation of what was seen
		v.Next.Step = s.plannedNext(nil).Step
		return v
	}
	v := s.named(c, cause.ID)
	v.Next.Step = s.plannedNext(cause).Step
	return v
}

// causeOf is the most probable cause that a check's outcome speaks for; empty
// when its author knows of none.
func (s *state) causeOf(c *judged) string {
	for _, i := range ranking(s.post) {
		if s.raises(c, s.b.Causes[i].ID) {
			return s.b.Causes[i].ID
		}
	}
	return ""
}

func (s *state) causeByID(id string) *playbook.Cause {
	i := slices.IndexFunc(s.b.Causes, func(c playbook.Cause) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &s.b.Causes[i]
}

// named is a verdict about a check.
func (s *state) named(c *judged, cause string) diag.Verdict {
	v := verdict(diag.Problem, sentence(c.found.Meaning))
	if c.found.Waits {
		v.Status = diag.Waiting
	}
	v.Cause, v.Layer, v.Check, v.Code, v.Class = cause, c.Layer, c.ID, c.Code, c.found.Class
	// What breaks the way says nothing of an account, whatever a cause of it
	// would look like to one; nor does a service that answers nobody for a while.
	if named := s.causeByID(cause); named != nil && named.Class != "" && !c.holdsOff() && (c.Layer.Chain() == 0 || !diag.AboutAccount(named.Class)) {
		v.Class = named.Class
	}
	v.Why = sentence(c.Summary)
	v.Next.Text = c.Remedy
	if t, ok := c.Facts["retry_at"].(string); ok && c.found.Waits {
		v.Next.Text += " Not before " + t + "."
	}
	return v
}

// offline is found where nothing at all could be reached: it tells of this
// computer and of nothing else.
const offline = "path.offline"

// brokenVerdict is about a failure that comes before all belief. It names the
// layer and its remedy, and no step: nothing about an account can be known
// through a broken way.
func (s *state) brokenVerdict(c *judged) diag.Verdict {
	v := s.named(c, s.causeOf(c))
	if waiting := hidden(c.ID, s.checks); len(waiting) > 0 {
		v.Why = fmt.Sprintf("%s. Behind it, nothing can be measured: %s.", strings.TrimSuffix(v.Why, "."), strings.Join(waiting, ", "))
	}
	if c.Layer.Chain() > 0 && !c.found.Waits {
		v.Summary += " Your password is not the problem: leave it alone."
	}
	if c.Code == offline {
		v.Summary = sentence(c.found.Meaning) + " That says nothing about your password. Leave it alone."
		if s.ev.Where() != diag.WhereHere {
			v.Summary = sentence(c.found.Meaning) + " That says nothing about a phone, nor about your password. Leave it alone."
		}
		if s.ev.Where() != diag.WhereHere && !s.answered() {
			v.Next.Text += " Does a phone have internet and is refused all the same? Run this again, and say that it fails on mobile data or in another place."
		}
	}
	if c.Layer.Chain() > 0 && c.Scope != diag.ScopeService && s.answered() {
		v.Why += " The message that you gave is the answer of a service: whatever printed it had a way there, so it was another device, another network or another time."
		v.Next.Text += " Does a phone or another computer print that message still? Run this again, and say that it fails in another place: then the message counts."
	}
	return v
}

// answered: the message is one that only a service says, which was reached then,
// whatever else it leaves open.
func (s *state) answered() bool {
	if s.ev.Message == "" || len(s.ev.Matches) == 0 {
		return false
	}
	switch class := s.ev.Matches[0].Cause; class {
	case "token_revoked", "insufficient_scope", "permission_denied", "wrong_audience", "consent_required", "policy_blocked":
		return true
	default:
		return diag.AboutAccount(class)
	}
}

func hidden(id string, checks []judged) []string {
	var out []string
	for i := range checks {
		if checks[i].BlockedBy == id {
			out = append(out, strings.ToLower(checks[i].Title))
		}
	}
	return out
}

// causeVerdict names a cause that is sure.
func (s *state) causeVerdict(c *playbook.Cause, p float64) diag.Verdict {
	v := s.leaning(c, p)
	v.Status = diag.Problem
	v.Next = s.plannedNext(c)
	return v
}

// leaning is a verdict with the cause that leads.
func (s *state) leaning(c *playbook.Cause, p float64) diag.Verdict {
	v := verdict(diag.Inconclusive, fmt.Sprintf("Most likely: %s (%.0f in 100).", s.fill(c.Title), 100*p))
	v.Cause, v.Layer, v.Class = c.ID, c.Layer, c.Class
	for i := range s.checks {
		j := &s.checks[i]
		if j.InForce && (j.Status == diag.Warn || j.Status == diag.Fail) && s.raises(j, c.ID) {
			v.Check, v.Code = j.ID, j.Code
			break
		}
	}
	return v
}

// plannedNext is the step to go on with: for a cause that is sure, the one
// most likely to fix it, else the first that is left. It is empty while the
// service could not be reached at all: then nothing about an account can be
// tried either.
func (s *state) plannedNext(c *playbook.Cause) diag.Next {
	if s.outOfReach() {
		return diag.Next{Text: "Get the checks through first: from here, the service could not be reached, and so nothing about your account can be tried."}
	}
	if s.handsOver() {
		return s.handOverNext()
	}
	if c := s.outage(); c != nil {
		return diag.Next{Text: s.fill(c.Escalate)} // before any step
	}
	step := s.upcoming(c)
	if step == nil {
		return diag.Next{}
	}
	return diag.Next{Step: step.ID, Text: s.titleOf(step)}
}

func (s *state) upcoming(c *playbook.Cause) *playbook.Step {
	if s.likely() {
		if step := s.plannedOpen(); step != nil {
			return step
		}
	}
	var first, best *playbook.Step
	for i := range s.b.Steps {
		step := &s.b.Steps[i]
		if s.presented(step.ID) || s.satisfied(step) {
			continue
		}
		if first == nil {
			first = step
		}
		if c != nil && step.Fixes[c.ID].P > 0 && (best == nil || step.Fixes[c.ID].P > best.Fixes[c.ID].P) {
			best = step
		}
	}
	if best != nil {
		return best
	}
	return first
}

// outOfReach: endpoint checks were tried and none of them got an answer, and
// the sign-in fails where this network matters.
func (s *state) outOfReach() bool {
	if s.ev.Where() == diag.WhereElsewhere {
		return false
	}
	tried := false
	for i := range s.checks {
		c := &s.checks[i]
		if c.Layer != diag.LayerEndpoint || c.Status == diag.Skipped {
			continue
		}
		if c.Status == diag.Pass || c.Status == diag.Warn {
			return false
		}
		tried = true
	}
	return tried
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[size:], ".") + "."
}
