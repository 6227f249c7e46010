package explain

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
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
	if h, ok := e.wentOn(message, v, hits); ok {
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
var parting = onDemand(`\n|\\n|; |,? (?:and )?then |,? but |(?: ->| =>| \x{2192}) `)

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
	_, ok := e.wentOn(message, v, hits)
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
func (e *Explainer) wentOn(message string, v view, hits []hit) (hit, bool) {
	var last place
	var others [][2]int
	refused := slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return h.Class == "not_auth" })
	places := slices.DeleteFunc(e.successes(v), func(p place) bool {
		return p.weight <= status && !e.byItself(message, v, refused, p) || !gotOver(message, v, refused, p) || isButton(message, v, refused, p)
	})
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
	refusedBefore := func(h hit) bool { return h.span[0] < last.span[0] }
	if last.rule == nil || !slices.ContainsFunc(refused, refusedBefore) {
		return hit{}, false
	}
	rest := v.text[max(last.span[1], len(v.text)-long):]
	return hit{rule: last.rule, span: last.span}, strings.TrimSpace(rest) == "" || !e.refuses(clean(rest), 0)
}

// finals are refusals after which nothing goes on by itself: somebody has to give
// another name or secret, or be allowed. That something else worked later says
// nothing of them.
var finals = []string{
	"wrong_credentials", "unknown_account", "account_locked", "account_disabled", "password_expired", "token_revoked", "token_invalid",
	"permission_denied", "insufficient_scope", "wrong_audience", "policy_blocked", "mfa_failed",
}

// gotOver reports whether a success may be that of what was refused: it names the
// same one, or stands in the same line, or in what the same program says; or the
// refusal is one that a program gets over; or the text says that it went on. A
// plain word does not count for the refusal alone.
func gotOver(message string, v view, refused []hit, p place) bool {
	if p.groups["who"] != "" || p.groups["path"] != "" {
		return true
	}
	first, final := p.span[0], p.weight <= status
	for _, h := range refused {
		if h.span[0] < p.span[0] {
			first = min(first, h.span[0])
		}
	}
	if len(refused) == 0 {
		return false
	}
	if lead := refused[0]; lead.span[0] < p.span[0] && lead.Code != "401" && lead.Code != "407" {
		final = final || slices.Contains(finals, lead.Class)
	}
	from, to := v.place(first), v.place(p.span[1]-1)
	line := strings.LastIndexByte(message[:from], '\n') + 1
	if !final || goingOn().MatchString(lowerASCII(message[line:to+1])) {
		return true
	}
	between := message[from:to]
	return !strings.Contains(between, "\n") || dialogue().MatchString(between) || sameProgram(message, from, to) && !namesSomebody().MatchString(v.lower[first:p.span[0]])
}

// dialogue is in what two programs say to each other in turn.
var dialogue = onDemand(`(?m)^\s*(?:[CScs<>]:? |\d{3}[ -]|\+OK|:\S+ 90\d |[\w-]+> )`)

// sameProgram reports whether a program that says its name speaks on both lines.
func sameProgram(message string, a, b int) bool {
	name := speakerAt(message, a)
	return name != "" && name == speakerAt(message, b)
}

// speakerAt is who speaks on the line of a place; empty when nobody says so.
func speakerAt(message string, at int) string {
	line := message[strings.LastIndexByte(message[:at], '\n')+1:]
	if m := saying().FindStringSubmatch(line[:min(len(line), vicinity*2)]); m != nil {
		return m[1]
	}
	return ""
}

// goingOn says that what was refused was done again, or in another way.
var goingOn = onDemand(`\bre-?tr(?:y|ied|ies)|\btr(?:y|ies|ying)\b|\bagain\b|\battempt \d|\bfall(?:s|ing)?[ -]?(?:back|through)|\bfell back|\bre-?(?:new|fresh|auth|login|connect|sync|send|sent|quest|issue|negotiat|load|bind|peat)|\binstead\b|\bswitch(?:ed|ing)\b|\bprobe\b|\binterrupted\b|\bnew (?:user|token|session|credential|access)|->|=>|\x{2192}`)

// byItself reports whether a word that may as well be part of a refusal, such as
// "created", tells of a success: where it is not denied, in a step of its own that
// stands behind a refusal and is none.
func (e *Explainer) byItself(message string, v view, refused []hit, p place) bool {
	before := v.lower[max(0, p.span[0]-vicinity):p.span[0]]
	if denied().MatchString(before) {
		return false
	}
	if nought().MatchString(v.lower[p.span[1]-1:]) || trouble().MatchString(v.lower[p.span[1]-1:]) {
		return false
	}
	word := p.span[0] + strings.IndexFunc(v.text[p.span[0]:p.span[1]], unicode.IsLetter)
	begin, end := v.place(word), v.place(p.span[1]-1)
	between := clauses()
	if strings.ContainsAny(message, `{"`) { // its commas may be those of data
		between = parting()
	}
	from, upTo := stepAt(message, between, begin, end)
	step := message[from:upTo]
	if strings.HasSuffix(message[:from], ", ") && sentence().MatchString(lowerASCII(step)) {
		return false // somebody tells
	}
	if trouble().MatchString(lowerASCII(step)) || negation().MatchString(lowerASCII(step)) || e.refuses(clean(step), 0) {
		return false
	}
	return slices.ContainsFunc(refused, func(h hit) bool {
		return v.place(h.span[0]) < from && sameSpeaker(message, v.place(h.span[0]), begin)
	})
}

// stepAt are the bounds of the step that holds a part of a message.
func stepAt(message string, between *regexp.Regexp, begin, end int) (from, upTo int) {
	for _, at := range between.FindAllStringIndex(message[:begin], -1) {
		from = at[1]
	}
	if at := between.FindStringIndex(message[end:]); at != nil {
		return from, end + at[0]
	}
	return from, len(message)
}

// sameSpeaker reports whether no two programs speak on the lines of two places.
func sameSpeaker(message string, a, b int) bool {
	one, other := speakerAt(message, a), speakerAt(message, b)
	return one == "" || other == "" || one == other
}

// nought is behind a word that is the name of a value.
var nought = onDemand(`^["'>\s]*(?::|=>|->|=)>?\s*(?:0|false|no)(?:[^\w]|$)`)

// trouble is in what tells of no success.
var trouble = onDemand(`\b(?:fail|error|fatal|unable|could ?n[o']t|cannot|can't|denied|refus|reject|invalid|unsuccess)|\?`)

// negation is in a step that did not happen.
var negation = onDemand(`\b(?:not|no|never)\b|n't\b`)

// sentence is in words of people rather than of programs.
var sentence = onDemand(`\b(?:the|an?|was|were|is|are|it|that|this)\b`)

// clauses is what stands between the steps of one sentence or line as well.
var clauses = onDemand(parting().String() + `|, `)

// saying is who speaks at the beginning of a line of a log.
var saying = onDemand(`^(?:[\d\W]|[TZ]\b|(?i:debug|info|warn(?:ing)?|error)\b)*([a-z][\w./-]*)(?:\[\d+\])?: `)

// denied is what stands right before a word that it takes the meaning from.
var denied = onDemand(`(?:^|[^\w])(?:none|neither|nor|to|be|being|0|until|unless|if|when|whether|must|should|once|before|without|less|un|only|please|has no|have|retry|error|failure|exception)(?:[ -]+\w+){0,2}[ -]*$`)

// successes are the places in the end of a text that tell of a success.
func (e *Explainer) successes(v view) (list []place) {
	parts := v.ends()
	end := parts[len(parts)-1]
	for _, r := range e.afters {
		if len(r.With) == 0 || slices.ContainsFunc(r.With, within(v)) {
			if !slices.ContainsFunc(r.Without, within(v)) {
				list = append(list, r.every(end)...)
			}
		}
	}
	return list
}

// every is each place in a part of a text that a rule fits.
func (r *rule) every(part view) (list []place) {
	if r.Pattern == "" {
		for _, l := range r.Literals {
			l = lowerASCII(l)
			for at := next(part.lower, l, 0); at[1] > 0; at = next(part.lower, l, at[1]) {
				list = append(list, place{rule: r, span: [2]int{part.at + at[0], part.at + at[1]}})
			}
		}
		return list
	}
	for _, a := range r.ready() {
		if !part.held.strange && !a.needs.metBy(part.held) {
			continue
		}
		for _, at := range a.expression().FindAllStringSubmatchIndex(part.text, -1) {
			words := a.words(at)
			p := place{rule: r, span: [2]int{part.at + words[0], part.at + words[1]}, groups: map[string]string{}}
			for i, name := range a.re.SubexpNames() {
				if name != "" && at[2*i] >= 0 {
					p.groups[name] = part.text[at[2*i]:at[2*i+1]]
				}
			}
			list = append(list, p)
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
var renewing = onDemand(`token|auth|log-?in|sign-?in|session|refresh|renew|sso`)

// paths are those that were asked for.
var paths = onDemand(`\b(?:get|post|put|patch|delete|head|options|propfind|report|describe|setup|play|ping|for|url|status|40[137]|unauthorized|forbidden|request) "?(?:https?://[^/\s"]+)?(/[^\s"'?,;)]*)`)

// namesSomebody is in a text that says who was refused.
var namesSomebody = onDemand(`\buser ?[=:<'" ]|\bfor (?:invalid user )?\S+ from\b|\baccount name|\bconfig entry`)
