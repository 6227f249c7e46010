package explain

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Most sign-ins take several steps, and some of these are refused on purpose: a
// first request without a password, an old token before it is renewed, a method
// that is not offered before one that is. A message that tells of several steps
// means what the last of them was.

// course reads a message as a course of events: what it returns, best first, are
// the hits of its last step, in the view that they stand in.
func (e *Explainer) course(message string, v view, hits []hit) (view, []hit) {
	for len(hits) > 0 && hits[0].Step {
		step := hits[0]
		if rest, own := e.behind(message, v, step); len(own) > 0 {
			return rest, own
		}
		if step.Class != "not_auth" || !e.earlier(message, v, hits) {
			break
		}
		hits = slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return h.rule == step.rule })
	}
	if len(hits) == 0 || hits[0].Class == "not_auth" {
		return v, hits
	}
	if h, ok := e.wentOn(v, hits); ok {
		return v, slices.Insert(slices.Clone(hits), 0, h)
	}
	return v, hits
}

// behind are the hits of what stands behind the last place of a step, if that
// refuses somebody. What stands on its own line is said of the step itself.
func (e *Explainer) behind(message string, v view, step hit) (view, []hit) {
	from := v.place(e.lastOf(v, step)-1) + 1
	at := parting().FindStringIndex(message[from:])
	if at == nil {
		return v, nil
	}
	rest := clean(message[from+at[1]:])
	rest.cut(from + at[1])
	own, _ := e.match(rest)
	rest, own = e.course(message, rest, rank(own))
	if len(own) == 0 || own[0].Class == "not_auth" {
		return v, nil
	}
	return rest, own
}

// lastOf is where a step ends that a text may tell of many times.
func (e *Explainer) lastOf(v view, step hit) int {
	parts := v.ends()
	end, last := parts[len(parts)-1], step.span[1]
	if step.Pattern == "" {
		for _, l := range step.Literals {
			if i := strings.LastIndex(end.lower, lowerASCII(l)); i >= 0 {
				last = max(last, end.at+i+len(l))
			}
		}
		return last
	}
	for _, at := range step.ready().all(end.text, end.at) {
		last = max(last, at[1])
	}
	return last
}

// parting is what stands between two events.
var parting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\n|\\n|; |,? (?:and )?then |(?: ->| =>| \x{2192}) `)
})

// earlier reports whether a refusal before the step that is the first hit decides
// instead, since nothing went on after it.
func (e *Explainer) earlier(message string, v view, hits []hit) bool {
	step := hits[0]
	refused := slices.ContainsFunc(hits, func(h hit) bool {
		return h.Class != "not_auth" && h.weight > status && h.span[1] <= step.span[0] &&
			parting().MatchString(message[v.place(h.span[1]-1):v.place(step.span[0])])
	})
	if !refused {
		return false
	}
	_, ok := e.wentOn(v, hits)
	return !ok
}

// A place is where a text tells of a success.
type place struct {
	*rule
	span   [2]int
	groups map[string]string
}

// wentOn finds the last success that a message tells of, where a refusal stands
// before it and none behind.
func (e *Explainer) wentOn(v view, hits []hit) (hit, bool) {
	var last place
	var others [][2]int
	places := e.successes(v)
	for _, p := range places {
		if !p.sameAs(v) {
			others = append(others, p.span) // what is within it is of somebody else too
		}
	}
	for _, p := range places {
		apart := func(o [2]int) bool { return o[1] <= p.span[0] || p.span[1] <= o[0] }
		if p.span[1] > last.span[1] && !slices.ContainsFunc(others, func(o [2]int) bool { return !apart(o) }) {
			last = p
		}
	}
	refusedBefore := func(h hit) bool { return h.Class != "not_auth" && h.span[0] < last.span[0] }
	if last.rule == nil || !slices.ContainsFunc(hits, refusedBefore) {
		return hit{}, false
	}
	rest := v.text[max(last.span[1], len(v.text)-long):]
	return hit{rule: last.rule, span: last.span}, strings.TrimSpace(rest) == "" || !e.refuses(clean(rest), 0)
}

// successes are the places in the end of a text that tell of a success.
func (e *Explainer) successes(v view) (list []place) {
	parts := v.ends()
	end := parts[len(parts)-1]
	for _, r := range e.afters {
		if len(r.With) > 0 && !slices.ContainsFunc(r.With, within(v)) || slices.ContainsFunc(r.Without, within(v)) {
			continue
		}
		for _, a := range r.ready() {
			if !end.held.strange && !a.needs.metBy(end.held) {
				continue
			}
			for _, at := range a.expression().FindAllStringSubmatchIndex(end.text, -1) {
				p := place{rule: r, span: [2]int{end.at + at[0], end.at + at[1]}, groups: map[string]string{}}
				for i, name := range a.re.SubexpNames() {
					if name != "" && at[2*i] >= 0 {
						p.groups[name] = end.text[at[2*i]:at[2*i+1]]
					}
				}
				list = append(list, p)
			}
		}
	}
	return list
}

// sameAs reports whether a success may be that of whoever, or of the address that,
// was refused before it: another's says nothing.
func (p place) sameAs(v view) bool {
	before := v.lower[:p.span[0]]
	if who := lowerASCII(p.groups["who"]); who != "" && next(before, who, 0)[1] == 0 && namesSomebody().MatchString(before) {
		return false
	}
	path := lowerASCII(p.groups["path"])
	if path == "" || renewing().MatchString(path) {
		return true
	}
	asked := paths().FindAllStringSubmatch(before, -1)
	related := func(m []string) bool {
		return len(m[1]) > 1 && (strings.HasPrefix(path, m[1]) || strings.HasPrefix(m[1], path))
	}
	return len(asked) == 0 || path == "/" || slices.ContainsFunc(asked, related)
}

// renewing are addresses at which one signs in.
var renewing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`token|auth|log-?in|sign-?in|session|refresh|renew|sso`)
})

// paths are those that were asked for.
var paths = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:get|post|put|patch|delete|head|options|propfind|report|describe|setup|play|ping|for|url|status|40[137]|unauthorized|forbidden|request) "?(?:https?://[^/\s"]+)?(/[^\s"'?,;)]*)`)
})

// namesSomebody is in a text that says who was refused.
var namesSomebody = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\buser ?[=:<'" ]|\bfor (?:invalid user )?\S+ from\b|\baccount name|\bconfig entry`)
})
