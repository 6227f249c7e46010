package explain

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// near is how many bytes may lie between two words of a frame.
const near = 60

// shortest is how many bytes a sentence has that stands by itself.
const shortest = 14

// longestSentence is how many bytes are read as one sentence where nothing ends it.
const longestSentence = 1000

// A family is words that tell the same. It is looked at when a text may first
// hold a frame that it is part of, and once for all of them.
type family struct {
	source  string
	once    sync.Once
	pattern pattern
}

// ready is the family's pattern.
func (f *family) ready() pattern {
	f.once.Do(func() { f.pattern = patternOf(f.source) })
	return f.pattern
}

// mayFit reports whether a text holds what the family needs; of one text it is
// found out once.
func (f *family) mayFit(text *held) bool {
	fits, known := text.families[f]
	if !known {
		if text.families == nil {
			text.families = map[*family]bool{}
		}
		fits = f.ready().mayFit(text)
		text.families[f] = fits
	}
	return fits
}

// families are those of all signatures, by their expressions.
type families map[string]*family

func (f families) of(sources []string) (list frame) {
	for _, source := range sources {
		if f[source] == nil {
			f[source] = &family{source: source}
		}
		list = append(list, f[source])
	}
	return list
}

// mayFit reports whether a text holds what every family of a frame needs.
func (f frame) mayFit(text *held) bool {
	return !slices.ContainsFunc(f, func(words *family) bool { return !words.mayFit(text) })
}

// A frame is a way of telling something in plain words: families that stand
// near each other in one sentence, in whatever order.
type frame []*family

// A reading is a text taken apart, for many frames.
type reading struct {
	view
	sentences [][2]int
	found     map[*family][][][2]int // in each sentence
}

func readingOf(v view) *reading {
	return &reading{view: v, sentences: sentences(v.text), found: map[*family][][][2]int{}}
}

// sentences are the spans between full stops and what else ends a sentence. A
// very short one says something of the one before it: "I typed my PIN. Refused."
func sentences(text string) (list [][2]int) {
	from := 0
	add := func(end int) {
		if last := len(list) - 1; last >= 0 && end-from < shortest {
			list[last][1] = end
		} else {
			list = append(list, [2]int{from, end})
		}
		from = end
	}
	for i := range len(text) {
		ends := strings.IndexByte(".!?;", text[i]) >= 0 && (i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '"')
		if ends || i-from >= longestSentence && text[i] < utf8.RuneSelf && !inWord(text[i]) {
			add(i + 1)
		}
	}
	if from < len(text) {
		add(len(text))
	}
	return list
}

// places are where a family stands in each sentence.
func (r *reading) places(f *family) [][][2]int {
	if known, ok := r.found[f]; ok {
		return known
	}
	all := make([][][2]int, len(r.sentences))
	if p := f.ready(); p.mayFit(r.held) {
		for i, s := range r.sentences {
			all[i] = p.all(r.text[s[0]:s[1]], s[0])
		}
	}
	r.found[f] = all
	return all
}

// told finds what somebody tells in plain words. It is asked for only when
// nothing is there that counts as much; of several frames the one that is
// written first has it. Those before it that tell of nothing that was met, or
// stand in words that are only supposed, are the other ones.
func (e *Explainer) told(whole, v view, hits, supposed []hit, framed []*rule) (found, only []hit) {
	var r *reading
	var with []string // was last looked for
	var there bool
	for _, rule := range framed {
		if slices.ContainsFunc(hits, func(h hit) bool { return h.weight >= rule.weight }) {
			continue
		}
		// Most rules of a file want the same words beside, and most texts have none.
		if with == nil || len(rule.With) == 0 || &with[0] != &rule.With[0] {
			with, there = rule.With, len(rule.With) == 0 || slices.ContainsFunc(rule.With, within(v))
		}
		if !there {
			continue
		}
		if r == nil {
			r = readingOf(v)
		}
		if at := rule.tells(r); at[1] > 0 && !slices.ContainsFunc(rule.Without, within(v)) {
			h := hit{rule: rule, span: [2]int{at[0] + v.at, at[1] + v.at}}
			around := func(o hit) bool { return o.span[0] <= h.span[0] && h.span[1] <= o.span[1] }
			if !slices.ContainsFunc(supposed, around) && !h.untold(whole) {
				return []hit{h}, only
			}
			only = append(only, h)
		}
	}
	return nil, only
}

// tells is where the first of the rule's frames stands; an empty span when none does.
func (r *rule) tells(text *reading) [2]int {
	for _, f := range r.frames {
		if !f.mayFit(text.held) {
			continue
		}
		for i := range text.sentences {
			at := f.in(text, i)
			if at[1] > 0 && !slices.ContainsFunc(r.unless, func(words *family) bool { return len(text.places(words)[i]) > 0 }) {
				return at
			}
		}
	}
	return [2]int{}
}

// in is where the rest of a frame stands in a sentence, with what was found of
// it: near to one of those and in none; an empty span when it does not.
func (f frame) in(text *reading, sentence int, found ...[2]int) [2]int {
	if len(f) == 0 {
		hull := found[0]
		for _, at := range found {
			hull = [2]int{min(hull[0], at[0]), max(hull[1], at[1])}
		}
		return hull
	}
	for _, at := range text.places(f[0])[sentence] {
		apart := func(other [2]int) bool { return at[0]-other[1] > near || other[0]-at[1] > near }
		across := func(other [2]int) bool { return at[0] < other[1] && other[0] < at[1] }
		if slices.ContainsFunc(found, across) || len(found) > 0 && !slices.ContainsFunc(found, func(o [2]int) bool { return !apart(o) }) {
			continue
		}
		if all := f[1:].in(text, sentence, append(found[:len(found):len(found)], at)...); all[1] > 0 {
			return all
		}
	}
	return [2]int{}
}

// hosts run what others make, or let people in elsewhere: whoever is named
// beside them is whom the text is about.
var hosts = []string{"home_assistant", "windows", "gcp", "entra", "git"}

// called is the system that a text names as people call it; the first of
// several, since what follows is mostly what does work. Empty when none is. What
// a browser says that it runs on is nothing that the text is about.
func (e *Explainer) called(v view) (system string) {
	if browser := strings.Index(v.text, "Mozilla/"); browser >= 0 {
		v.text, v.lower = v.text[:browser], v.lower[:browser]
	}
	first := 0
	for _, n := range e.names {
		at := len(v.text)
		for _, l := range n.Literals {
			w := word{lowerASCII(l), true, true}
			if !v.held.has(w) {
				continue
			}
			text := v.lower
			if w.text != l {
				text = v.text
			}
			// In brackets it is what a program writes before its lines.
			if found := next(text, l, min(v.held.index.first(w), len(text))); found[1] > 0 && (found[0] == 0 || text[found[0]-1] != '[') {
				at = min(at, found[0])
			}
		}
		if at == len(v.text) {
			continue
		}
		if slices.Contains(hosts, n.System) {
			at += len(v.text) // behind all others
		}
		if system == "" || at < first {
			first, system = at, n.System
		}
	}
	return system
}
