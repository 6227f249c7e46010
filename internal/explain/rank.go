package explain

import (
	"cmp"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/redact"
)

// maxFindings bounds what is told of one message.
const maxFindings = 5

// Explain says what a message means. Text of any length and kind is welcome.
func (e *Explainer) Explain(message string) Answer {
	a := Unrecognised()
	v := clean(message)
	hits, marked := e.match(v)
	if strongest(hits) <= status {
		v, hits = e.inNames(v, hits)
	}
	v, hits = e.course(message, v, e.aside(message, hits))
	for _, h := range hits[:min(len(hits), maxFindings)] {
		a.Findings = append(a.Findings, h.finding(v))
	}
	if len(hits) == 0 {
		return a
	}
	if h := hits[0]; h.Shared {
		a.Findings[0].System = e.speaker(v, hits, marked)
		a.Findings = ownCodeFirst(a.Findings, hits)
	}
	for i := range a.Findings {
		a.Findings[i].lead(marked)
	}
	first := a.Findings[0]
	a.System, a.Code, a.Cause = first.System, first.Code, first.Cause
	a.Auth = first.Cause != "not_auth"
	a.Alternatives = append(a.Alternatives, first.alternatives...)
	a.Question = first.question
	return a
}

// ownCodeFirst puts the code of whoever speaks above words that many say, where
// both mean the same: AADSTS700082 above invalid_grant.
func ownCodeFirst(found []Finding, hits []hit) []Finding {
	first := found[0]
	for i := 1; i < len(found); i++ {
		f, h := found[i], hits[i]
		if f.System == first.System && f.Cause == first.Cause && f.Code != "" && !h.Shared && (h.Strength == diag.StrengthCode || h.Strength == diag.StrengthDetail) {
			return slices.Insert(slices.Delete(found, i, i+1), 0, f)
		}
	}
	return found
}

// aside ranks, and drops what only tells what kind of text a line is, where another line
// refuses somebody by itself: a program's source stands above what it printed.
func (e *Explainer) aside(message string, found []hit) []hit {
	hits := rank(found)
	if len(hits) == 0 || !hits[0].OfLine || !strings.Contains(strings.TrimSpace(message), "\n") {
		return hits
	}
	for _, line := range outer(message) {
		if e.refuses(clean(line), status+1) {
			return rank(slices.DeleteFunc(slices.Clone(found), func(h hit) bool { return h.OfLine }))
		}
	}
	return hits
}

// outer are the lines of a message; of a long one, those of its beginning and its
// end, where a program's last words stand.
func outer(message string) []string {
	if len(message) > long {
		message = message[:long/2] + "\n" + message[len(message)-long/2:]
	}
	return slices.Collect(strings.Lines(message))
}

// status is the weight of what says that something was refused and not why.
var status = slices.Index(diag.Strengths, diag.StrengthStatus)

// inNames looks at the names of errors in a view in which the words say little.
// One that says more counts; where there is nothing else, any that is a name
// of an error for certain.
func (e *Explainer) inNames(v view, hits []hit) (view, []hit) {
	for _, sure := range []bool{false, true} {
		names, any := v.spelled(sure)
		if !any {
			break
		}
		if found, _ := e.match(names); strongest(found) > status || sure && len(hits) == 0 && len(found) > 0 {
			return names, found
		}
	}
	return v, hits
}

// strongest is the greatest weight of some hits, -1 for none.
func strongest(hits []hit) int {
	top := -1
	for _, h := range hits {
		top = max(top, h.weight)
	}
	return top
}

// rank puts the match that counts first. A heavier weight wins: a code over
// wording, a sub-code over the code around it, a broken way over everything.
// Of the same weight, a longer match wins over one inside it, and otherwise
// the later one: programs put the inner error behind the outer one.
func rank(hits []hit) []hit {
	hits = slices.DeleteFunc(slices.Clone(hits), func(h hit) bool {
		return slices.ContainsFunc(hits, func(o hit) bool {
			// A code that is known tells more than that it is some code.
			kind := o.Class == "not_auth" && len(o.Literals) == 0 && h.Class != "not_auth" && o.span == h.span // of text, all of it
			return o.weight == h.weight && (covers(o.span, h.span) || kind) || o.weight > h.weight && o.span == h.span && o.System == h.System
		})
	})
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(b.span[0], a.span[0]), cmp.Compare(a.ID, b.ID))
	})
	return hits
}

// covers reports whether one span holds another and more.
func covers(outer, inner [2]int) bool {
	return outer[0] <= inner[0] && inner[1] <= outer[1] && outer[1]-outer[0] > inner[1]-inner[0]
}

// clientsOfOAuth take tokens and issue none: an OAuth code beside the name of a
// mail program is said by whoever issues its tokens.
var clientsOfOAuth = []string{"imap", "smtp", "ldap", "ssh", "mysql", "postgres", "radius", "kerberos", "snmp"}

// speaker finds out whose the shared code of the first hit is: of the system
// whose mark stands nearest to it, else of the system that the next specific
// match belongs to.
func (e *Explainer) speaker(v view, hits []hit, marked []diag.SystemMark) string {
	h := hits[0]
	if h.System == "oauth2" {
		marked = slices.DeleteFunc(slices.Clone(marked), func(m diag.SystemMark) bool { return slices.Contains(clientsOfOAuth, m.System) })
	}
	telling := named(marked)
	if len(telling) == 0 {
		if name := e.called(v); name != "" && (h.System != "oauth2" || !slices.Contains(clientsOfOAuth, name)) {
			return name
		}
		telling = hinted(marked, h)
	}
	if len(telling) > 0 {
		// Of a long text what stands around is enough.
		from, to := max(0, h.span[0]-long), min(len(v.lower), h.span[1]+long)
		closest, least, most := "", len(v.lower)+1, 0
		for _, m := range telling {
			near, size := nearest(v.lower[from:to], m.Literals, [2]int{h.span[0] - from, h.span[1] - from})
			if near < least || near == least && size > most {
				closest, least, most = m.System, near, size
			}
		}
		return closest
	}
	for _, o := range hits[1:] {
		if !o.Shared && o.Class != "not_auth" && o.Strength != diag.StrengthTransport {
			return o.System
		}
	}
	for _, o := range hits[1:] {
		if o.System != h.System && h.System == "generic" {
			return o.System
		}
	}
	return h.System
}

// manners are systems that are only the way in which somebody speaks.
var manners = []string{"http", "oauth2", "jwt"}

// named are the marks of who speaks. Who runs the programs of others prints their
// messages under its own name.
func named(marked []diag.SystemMark) []diag.SystemMark {
	return slices.DeleteFunc(slices.Clone(marked), func(m diag.SystemMark) bool {
		return m.System == "home_assistant" || slices.Contains(manners, m.System)
	})
}

// hinted are the marks that count where nobody is named: of who runs what speaks,
// else of the manner in which words are said that are nobody's own.
func hinted(marked []diag.SystemMark, h hit) []diag.SystemMark {
	runs := slices.DeleteFunc(slices.Clone(marked), func(m diag.SystemMark) bool { return m.System != "home_assistant" })
	if len(runs) > 0 || h.System != "generic" {
		return runs
	}
	return marked
}

// finding tells of a hit, its times compared, and no secret in it.
func (h hit) finding(v view) Finding {
	f := Finding{
		Signature: h.ID, System: h.System, Code: h.Code, Cause: h.Class, Title: h.Title, Meaning: h.Meaning,
		Next: h.Next, Actor: h.Actor, Playbook: h.Playbook, Span: v.span(h.span[0], h.span[1]),
		Certainty: h.Certainty, Reference: h.Reference,
		alternatives: h.Alternatives, question: h.Question,
	}
	if code := h.groups["code"]; code != "" {
		f.Code = redact.Text(code)
	}
	h.compareTimes(&f)
	return f
}
