package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// judged is a check with what it is worth in this case.
type judged struct {
	diag.Check
	outcome string // as measured or given, also behind a block
	def     *playbook.Check
	found   *diag.Outcome // zero when nothing was found
	given   bool
	facts   bool // measured, so that facts can be trusted to be there
}

// failed reports whether the check stands as a failure of its own.
func (j *judged) failed() bool { return j.Status == diag.Fail }

// breaks reports whether the check stops whatever is behind it: it failed, or the
// server asks to be left alone for a while, and answers nobody until then.
func (j *judged) breaks() bool {
	return j.failed() || j.Status == diag.Warn && j.found.Waits
}

// holdsOff reports whether a service answers nobody for a while, whatever is sent.
func (j *judged) holdsOff() bool {
	return j.found.Waits && j.found.Class == "rate_limited" && (j.failed() || j.Status == diag.Warn)
}

// judge reads the evidence of every check, in playbook order: first what it
// found, then what hides it, then whether it is in force where the sign-in
// fails.
func (b *Book) judge(ev *diag.Evidence, c *chain, fresh func(diag.Measurement) bool) []judged {
	where := ev.Where()
	out := make([]judged, len(b.Checks))
	for i := range b.Checks {
		b.read(&out[i], i, ev, fresh)
	}
	for _, i := range c.order {
		if by := b.hiddenBy(i, out, c); by >= 0 {
			out[i].block(out[by].ID, out[by].Title)
		}
	}
	for i := range out {
		out[i].InForce = where.InForce(out[i].Scope)
	}
	return out
}

// read fills in what a check found.
func (b *Book) read(j *judged, i int, ev *diag.Evidence, fresh func(diag.Measurement) bool) {
	*j = b.unmeasured[i]
	m, ok := ev.Checks[j.def.ID]
	if !ok || !fresh(m) {
		return
	}
	j.outcome, j.given, j.facts = m.Outcome, m.Given, !m.Given
	j.Summary, j.Reason, j.ElapsedMS = m.Summary, m.Reason, m.ElapsedMS
	if m.Facts != nil {
		j.Facts = m.Facts
	}
	if k := b.kinds[i].find(m.Outcome); k >= 0 {
		kind := &b.kinds[i]
		o := &kind.Outcomes[k]
		j.found = o
		j.Status, j.Scope, j.Remedy = o.Status, o.Scope, o.Remedy
		j.Layer = kind.LayerOf(*o)
		j.Code, j.Reason = kind.codes[k], ""
		if m.Given {
			j.Summary = kind.given[k]
		}
	} else if m.Outcome == diag.NotMeasured {
		j.Status, j.Code = diag.Skipped, diag.Code(j.def.Run, diag.NotMeasured)
	}
}

func (j *judged) block(by, title string) {
	j.Status, j.BlockedBy = diag.Blocked, by
	j.Code = diag.Code(j.Probe, "blocked")
	j.Reason = "waits for " + strings.ToLower(title)
	j.Summary, j.Remedy = j.Reason, ""
}

// hiddenBy is the check that hides check i, or -1. The root is meant:
// behind a failed name lookup everything waits for name lookup, and behind
// encryption that a wrong clock spoils everything waits for the clock.
func (b *Book) hiddenBy(i int, all []judged, c *chain) int {
	for _, p := range c.before[i] {
		if all[p].Status == diag.Blocked {
			return slices.IndexFunc(all, func(j judged) bool { return j.ID == all[p].BlockedBy })
		}
		// An endpoint that refuses somebody is no broken one.
		if all[p].breaks() && (all[p].Layer.Chain() > 0 || b.Checks[i].After != nil) {
			return p
		}
	}
	for _, p := range c.beside[i] {
		if all[p].holdsOff() {
			return p
		}
	}
	if all[i].Layer != diag.LayerTLS {
		return -1
	}
	for k := range all {
		if b.layer(k) == diag.LayerClock && spoils(&all[k], &all[i]) {
			return k
		}
	}
	return -1
}

// spoils reports whether a wrong clock alone explains why a certificate looked
// expired or not yet valid: at the corrected time it is valid. Where either
// was given without a measurement there is nothing to correct, and it does.
func spoils(clock, tls *judged) bool {
	if !clock.failed() || tls.outcome != "expired" && tls.outcome != "not_yet_valid" {
		return false
	}
	offset, okOffset := clock.Facts["offset_ms"].(float64)
	if !clock.facts || !tls.facts || !okOffset {
		return true
	}
	at, ok1 := instant(tls.Facts["judged_at"])
	from, ok2 := instant(tls.Facts["not_before"])
	to, ok3 := instant(tls.Facts["not_after"])
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	right := at.Add(time.Duration(offset * float64(time.Millisecond)))
	return !right.Before(from) && !right.After(to)
}

// instant reads a fact that is a time in RFC 3339.
func instant(fact any) (time.Time, bool) {
	s, ok := fact.(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// broken is the first failure that outranks belief: a chain check in force
// that failed, or the clock in force that hides one. Nil when there is none.
func broken(checks []judged) *judged {
	for i := range checks {
		if c := &checks[i]; c.Layer == diag.LayerClock && c.failed() && c.InForce && hidesAny(c.ID, checks) {
			return c
		}
	}
	var first *judged
	for i := range checks {
		c := &checks[i]
		if c.Layer.Chain() == 0 || !c.InForce || !c.breaks() {
			continue
		}
		if first == nil || c.Layer.Chain() < first.Layer.Chain() {
			first = c
		}
	}
	return first
}

func hidesAny(id string, checks []judged) bool {
	return slices.ContainsFunc(checks, func(c judged) bool { return c.BlockedBy == id })
}
