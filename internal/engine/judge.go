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
	found   diag.Outcome // zero when nothing was found
	given   bool
	facts   bool // measured, so that facts can be trusted to be there
}

// failed reports whether the check stands as a failure of its own.
func (j *judged) failed() bool { return j.Status == diag.Fail }

// breaks reports whether the check stops whatever is behind it.
func (j *judged) breaks() bool {
	return j.failed() || j.Status == diag.Warn && j.found.Waits
}

// judge reads the evidence of every check, in playbook order: first what it
// found, then what hides it, then whether it is in force where the sign-in
// fails.
func (b *Book) judge(ev *diag.Evidence, vars map[string]string, fresh func(diag.Measurement) bool) []judged {
	where := ev.Where()
	out := make([]judged, len(b.Checks))
	for i := range b.Checks {
		out[i] = b.read(&b.Checks[i], ev, fresh)
	}
	for _, i := range b.chainOrder(vars) {
		if by := b.hiddenBy(i, out, vars); by != "" {
			out[i].block(by, b.checkTitle(by))
		}
	}
	for i := range out {
		out[i].InForce = where.InForce(out[i].Scope)
	}
	return out
}

func (b *Book) read(def *playbook.Check, ev *diag.Evidence, fresh func(diag.Measurement) bool) judged {
	kind, _ := diag.FindKind(def.Run)
	j := judged{def: def, Check: diag.Check{
		ID: def.ID, Title: b.checkTitle(def.ID), Probe: def.Run, Layer: kind.Layer,
		Status: diag.Unknown, Code: diag.Code(def.Run, diag.NoAnswer), Reason: "not measured",
		Summary: "not measured", Scope: diag.ScopeService, Facts: map[string]any{},
	}}
	m, ok := ev.Checks[def.ID]
	if !ok || !fresh(m) {
		return j
	}
	j.outcome, j.given, j.facts = m.Outcome, m.Given, !m.Given
	j.Summary, j.Reason, j.ElapsedMS = m.Summary, m.Reason, m.ElapsedMS
	if m.Facts != nil {
		j.Facts = m.Facts
	}
	if o, ok := kind.Find(m.Outcome); ok {
		j.found = o
		j.Status, j.Scope, j.Remedy = o.Status, o.Scope, o.Remedy
		j.Layer = kind.LayerOf(o)
		j.Code, j.Reason = diag.Code(def.Run, o.Name), ""
		if m.Given {
			j.Summary = o.Meaning + " (taken as given)"
		}
		return j
	}
	if m.Outcome == diag.NotMeasured {
		j.Status, j.Code = diag.Skipped, diag.Code(def.Run, diag.NotMeasured)
	}
	return j
}

func (j *judged) block(by, title string) {
	j.Status, j.BlockedBy = diag.Blocked, by
	j.Code = diag.Code(j.Probe, "blocked")
	j.Reason = "waits for " + strings.ToLower(title)
	j.Summary, j.Remedy = j.Reason, ""
}

func (b *Book) checkTitle(id string) string {
	for i := range b.Checks {
		if c := &b.Checks[i]; c.ID == id {
			if c.Title != "" {
				return c.Title
			}
			kind, _ := diag.FindKind(c.Run)
			return kind.Title
		}
	}
	return id
}

// chainOrder lists check positions so that whatever hides a check comes
// before it. Lint refuses circles; were there one, its checks keep their place.
func (b *Book) chainOrder(vars map[string]string) []int {
	var order []int
	state := make([]uint8, len(b.Checks))
	var visit func(i int)
	visit = func(i int) {
		if state[i] != 0 {
			return
		}
		state[i] = 1
		for _, p := range b.predecessors(i, vars) {
			visit(p)
		}
		order = append(order, i)
	}
	for i := range b.Checks {
		visit(i)
	}
	return order
}

// predecessors are the checks whose failure hides check i: those it names, or
// else every check earlier in the chain that looks at the same target.
func (b *Book) predecessors(i int, vars map[string]string) []int {
	def := &b.Checks[i]
	var out []int
	for k := range b.Checks {
		if k == i {
			continue
		}
		if def.After != nil {
			if slices.Contains(def.After, b.Checks[k].ID) {
				out = append(out, k)
			}
			continue
		}
		if earlier(b.layer(k), b.layer(i)) && b.sameTarget(k, i, vars) {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(x, y int) int { return b.layer(x).Chain() - b.layer(y).Chain() })
	return out
}

func (b *Book) layer(i int) diag.Layer {
	kind, _ := diag.FindKind(b.Checks[i].Run)
	return kind.Layer
}

// earlier reports whether a failure in layer a hides a check in layer c. What
// sends credentials over the network needs the whole chain.
func earlier(a, c diag.Layer) bool {
	end := c.Chain()
	if c == diag.LayerCredentials {
		end = diag.LayerEndpoint.Chain() + 1
	}
	return a.Chain() > 0 && a.Chain() < end
}

// sameTarget compares hosts. The way out is the same for all of them.
func (b *Book) sameTarget(k, i int, vars map[string]string) bool {
	if b.layer(k) == diag.LayerPath {
		return true
	}
	x, y := b.target(k, vars), b.target(i, vars)
	return x == "" || y == "" || x == y
}

// target is the host that a check looks at; empty when it cannot be told.
func (b *Book) target(i int, vars map[string]string) string {
	for _, key := range []string{"url", "name", "address", "issuer"} {
		if v := b.Checks[i].With[key]; v != "" {
			return hostOf(fill(v, vars))
		}
	}
	return ""
}

// hostOf takes the host out of a URL, of host:port, or of a host.
func hostOf(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if end := strings.IndexAny(s, "/?#"); end >= 0 {
		s = s[:end]
	}
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		s = s[at+1:]
	}
	if strings.HasPrefix(s, "[") {
		host, _, _ := strings.Cut(s[1:], "]")
		return host
	}
	if strings.Count(s, ":") == 1 {
		s, _, _ = strings.Cut(s, ":")
	}
	return strings.ToLower(s)
}

// hiddenBy names the check that hides check i, or nothing. The root is named:
// behind a failed name lookup everything waits for name lookup, and behind
// encryption that a wrong clock spoils everything waits for the clock.
func (b *Book) hiddenBy(i int, all []judged, vars map[string]string) string {
	for _, p := range b.predecessors(i, vars) {
		if all[p].Status == diag.Blocked {
			return all[p].BlockedBy
		}
		// An endpoint that refuses somebody is no broken one.
		if all[p].failed() && (all[p].Layer.Chain() > 0 || b.Checks[i].After != nil) {
			return all[p].ID
		}
	}
	if all[i].Layer != diag.LayerTLS {
		return ""
	}
	for k := range all {
		if b.layer(k) == diag.LayerClock && spoils(&all[k], &all[i]) {
			return all[k].ID
		}
	}
	return ""
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
