package explain

import (
	"slices"
	"strings"
	"sync"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// An Explainer knows what error messages mean. It may be used from several
// goroutines.
type Explainer struct {
	rules []*rule
	words *prefilter
	// owners says what waits for each literal: a rule by its number, a mark
	// by -1 - its number.
	owners []int
	marks  []diag.SystemMark
	names  []diag.SystemMark
	// settings are signatures that no literal leads to.
	settings []*rule
	// afters tell of a success after a refusal.
	afters []*rule
	advice map[string]diag.Advice
}

// A rule is a signature that is ready to be used. Its pattern is looked at when
// its literals first stand in a message: one message needs few of them.
type rule struct {
	diag.Signature
	weight  int
	once    sync.Once
	pattern pattern
	frames  []frame
	unless  frame
	// together are those with frames that wait for the same literals; they are
	// looked up by the first of them.
	together []*rule
}

// ready is the rule's pattern.
func (r *rule) ready() pattern {
	r.once.Do(func() { r.pattern = patternOf(r.Pattern) })
	return r.pattern
}

// New makes an Explainer of signatures that were read strictly.
func New(known diag.Signatures) *Explainer {
	e := &Explainer{marks: known.Marks, names: known.Names, advice: known.Advice}
	told, waits := families{}, map[*string]*rule{}
	var words []string
	own := func(literals []string, owner int) {
		for _, l := range literals {
			words, e.owners = append(words, lowerASCII(l)), append(e.owners, owner)
		}
	}
	for i, s := range known.List {
		r := &rule{Signature: s, weight: slices.Index(diag.Strengths, s.Strength)}
		e.rules = append(e.rules, r)
		for _, sources := range s.Frames {
			r.frames = append(r.frames, told.of(sources))
		}
		r.unless = told.of(s.Unless)
		if len(s.Frames) > 0 && len(s.Literals) > 0 {
			if first := waits[&s.Literals[0]]; first != nil {
				first.together = append(first.together, r)
				continue
			}
			waits[&s.Literals[0]], r.together = r, []*rule{r}
		}
		if s.After {
			e.afters = append(e.afters, r)
		} else if len(s.Literals) == 0 {
			e.settings = append(e.settings, r)
		}
		own(s.Literals, i)
	}
	for i, m := range known.Marks {
		own(m.Literals, -1-i)
	}
	e.words = newPrefilter(words)
	return e
}

// A hit is a rule that fits a message.
type hit struct {
	*rule
	span   [2]int // in the view
	groups map[string]string
}

// match finds every rule that fits, and the systems that are marked.
func (e *Explainer) match(v view) (hits []hit, marked []diag.SystemMark) {
	var wanted []int
	var framed []*rule
	seen := make([]bool, len(e.rules)+len(e.marks))
	e.words.find([]byte(v.text), func(word int) bool {
		owner := e.owners[word]
		if n := owner + len(e.marks); !seen[n] {
			seen[n], wanted = true, append(wanted, owner)
		}
		return false
	})
	slices.Sort(wanted)
	if len(v.text) > long {
		v.held.index = e.indexOf(v.lower, wanted)
	}
	for _, owner := range wanted {
		if owner < 0 {
			if m := e.marks[-1-owner]; slices.ContainsFunc(m.Literals, wholly(v)) {
				marked = append(marked, m)
			}
			continue
		}
		if r := e.rules[owner]; r.Frames != nil {
			framed = append(framed, r.together...)
		} else if h, ok := r.match(v); ok {
			hits = append(hits, h)
		}
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.alone(v, marked) })
	// Words that are only supposed still ask in which setting they stand.
	hits, supposed := tellings(v, hits)
	parts := v.ends()
	for _, part := range parts {
		said, only := e.told(v, part, hits, supposed, framed)
		supposed = append(supposed, only...)
		if len(said) > 0 {
			said, only := tellings(v, said)
			hits, supposed = append(hits, said...), append(supposed, only...)
			break
		}
	}
	for _, part := range parts {
		if around := e.setting(part, slices.Concat(hits, supposed)); len(around) > 0 {
			return append(hits, around...), marked
		}
	}
	return hits, marked
}

// tellings are the hits that tell of something, and those that only speak of it.
func tellings(v view, hits []hit) (telling, supposed []hit) {
	for _, h := range hits {
		if h.untold(v) {
			supposed = append(supposed, h)
			continue
		}
		if h.described(v) || h.inSource(v) {
			supposed = append(supposed, h)
			if h = h.elsewhere(v); h.rule == nil {
				continue
			}
		}
		telling = append(telling, h)
	}
	return telling, supposed
}

// outweighing is the weight of what outweighs any code; it may be held against a broken
// way, which weighs as much.
var outweighing = slices.Index(diag.Strengths, diag.StrengthTransport)

// setting finds in which setting words stand that only sound like a refusal. It
// is asked for only when there are such words, and nothing that counts more.
func (e *Explainer) setting(v view, hits []hit) (found []hit) {
	top := strongest(hits)
	for _, r := range e.settings {
		less := func(h hit) bool { return (h.weight < r.weight || r.weight == outweighing) && h.Class != "not_auth" }
		if r.weight < top || !slices.ContainsFunc(hits, less) {
			continue
		}
		fits := r.match
		if r.Lines {
			fits = e.ofLines(r)
		}
		if h, ok := fits(v); ok {
			h.span = [2]int{h.span[0] + v.at, h.span[1] + v.at}
			found = append(found, h)
		}
	}
	return found
}

const (
	// A number of so many digits also counts orders, ports and lines. Those of
	// HTTP are shorter and have their own signatures.
	leastNumber, mostNumber = 4, 10
	// vicinity is how many bytes before and behind a number may say what it
	// is a number of.
	vicinity = 48
)

// numbered are the beginnings of words that make a number the one of an error.
var numbered = []string{"4625", "ntlm", "err", "code", "stat", "msg", "sql", "fail", "fault", "exception", "reason", "result", "login", "logon", "denied", "refus", "reject", "unauthor", "invalid", "expired", "hresult", "return"}

// posted are such words beside codes that look like versions or years: those of
// mail (5.7.8), and those in brackets.
var posted = []string{"smtp", "mail", "auth", "relay", "spam", "send", "deliver", "recipient", "bounce", "dsn", "user", "credential", "password", "sign", "tls"}

// replied is before a code of mail that stands in the answer of a server.
var replied = onDemand(`(?:^|\D)[45]\d\d[ #-]{1,2}$`)

// alone reports that a hit is a number, that nothing near says that it is
// the number of an error, and that nothing marks its system: "order 18470",
// "(1907) a novel", "mysql 5.7.11".
func (h hit) alone(v view, marked []diag.SystemMark) bool {
	text := strings.Trim(v.text[h.span[0]:h.span[1]], "(), ")
	if len(text) < leastNumber || len(text) > mostNumber || strings.Trim(text, "0123456789.") != "" || strings.Trim(v.text, "(), \n") == text {
		return false
	}
	near := v.lower[max(0, h.span[0]-vicinity):min(len(v.lower), h.span[1]+vicinity)]
	said := func(word string) bool { return strings.Contains(near, word) }
	if strings.Contains(text, ".") {
		near = strings.ReplaceAll(near, "sql", "") // such as "mysql 5.7.11"
	}
	odd := text != v.text[h.span[0]:h.span[1]] || strings.Contains(text, ".")
	return !slices.ContainsFunc(numbered, said) && !(odd && (slices.ContainsFunc(posted, said) || replied().MatchString(v.text[max(0, h.span[0]-6):h.span[0]]))) &&
		!slices.ContainsFunc(marked, func(m diag.SystemMark) bool { return m.System == h.System })
}

func (r *rule) match(v view) (hit, bool) {
	if len(r.With) > 0 && !slices.ContainsFunc(r.With, within(v)) || slices.ContainsFunc(r.Without, within(v)) {
		return hit{}, false
	}
	if r.Pattern == "" {
		at := v.earliest(r.Literals)
		return hit{rule: r, span: at}, at[1] > 0
	}
	at, groups := r.ready().find(v)
	return hit{rule: r, span: at, groups: groups}, at[0] < at[1]
}

// abbreviation is the longest literal of letters alone that must be a whole
// word to count beside others: "gh" is also in "right", "pip" in "pipeline".
const abbreviation = 3

func within(v view) func(string) bool {
	return func(literal string) bool {
		return v.held.has(beside(literal))
	}
}

// beside is what to look for where a literal has to stand beside others.
func beside(literal string) word {
	literal = lowerASCII(literal)
	short := len(literal) <= abbreviation && strings.Trim(literal, "abcdefghijklmnopqrstuvwxyz") == ""
	return word{literal, short, short}
}

// wholly reports whether a text holds a literal as whole words.
func wholly(v view) func(string) bool {
	return func(literal string) bool { return v.held.has(word{lowerASCII(literal), true, true}) }
}

// earliest is where the first of the literals stands as whole words; an empty
// span when none does.
func (v view) earliest(literals []string) [2]int {
	var best [2]int
	for _, l := range literals {
		w := word{lowerASCII(l), true, true}
		if !v.held.has(w) {
			continue
		}
		if at := next(v.lower, w.text, v.held.index.first(w)); at[1] > 0 && (best[1] == 0 || at[0] < best[0] || at[0] == best[0] && at[1] > best[1]) {
			best = at
		}
	}
	return best
}

// nearest is how many bytes lie between a span and the closest place where one
// of the literals stands as whole words, and how long that literal is: the name
// of a bridge between two systems holds that of one of them.
func nearest(lower string, literals []string, span [2]int) (best, size int) {
	best = len(lower)
	for _, l := range literals {
		l = lowerASCII(l)
		for at := next(lower, l, 0); at[1] > 0; at = next(lower, l, at[1]) {
			if d := max(span[0]-at[1], at[0]-span[1], 0); d < best || d == best && len(l) > size {
				best, size = d, len(l)
			}
		}
	}
	return best, size
}

// next is where a literal in lower case stands as whole words, from a place
// on; an empty span when it does not.
func next(lower, literal string, from int) [2]int {
	for {
		i := strings.Index(lower[from:], literal)
		if i < 0 {
			return [2]int{}
		}
		if at := [2]int{from + i, from + i + len(literal)}; whole(lower, at) {
			return at
		}
		from += i + 1
	}
}

// whole reports whether no word runs across the ends of a span.
func whole(s string, at [2]int) bool {
	begins := at[0] == 0 || !inWord(s[at[0]-1]) || !inWord(s[at[0]])
	ends := at[1] == len(s) || !inWord(s[at[1]-1]) || !inWord(s[at[1]])
	return begins && ends
}

func inWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
