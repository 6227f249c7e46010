package explain

import "github.com/authdoctor/authdoctor/internal/diag"

// Literals finds which of some words, in lower case, a text holds: as in a
// message, or as in much text.
func Literals(words []string, much bool) func(text string) (found map[string]bool) {
	return func(text string) map[string]bool {
		p := newPrefilter(words)
		if much {
			p.read.Store(fewBytes)
		}
		found := map[string]bool{}
		p.find([]byte(text), func(word int) bool {
			found[words[word]] = true
			return false
		})
		return found
	}
}

// FindPattern is how a signature's pattern is looked for.
func FindPattern(expression string) func(text string) (at [2]int, groups map[string]string) {
	p := patternOf(expression)
	return func(text string) ([2]int, map[string]string) {
		var h held
		h.hold(lowerASCII(text))
		return p.find(view{text: text, held: &h})
	}
}

// Reach bounds how far a pattern is followed in a long text.
const Reach = reach

// FindLong is how patterns are looked for in a text as in a long one.
func FindLong(expressions []string, text string) (at [][2]int, groups []map[string]string) {
	e := &Explainer{}
	var wanted []int
	for i, expression := range expressions {
		e.rules = append(e.rules, &rule{Signature: diag.Signature{Pattern: expression}})
		wanted = append(wanted, i)
	}
	v := view{text: text, held: &held{index: e.indexOf(lowerASCII(text), wanted)}}
	for _, r := range e.rules {
		span, named := r.ready().find(v)
		at, groups = append(at, span), append(groups, named)
	}
	return at, groups
}

// Clean is a message as it is read.
func Clean(message string) string { return clean(message).text }

// Sentences are those that a text is read in.
func Sentences(text string) (list []string) {
	for _, s := range sentences(text) {
		list = append(list, text[s[0]:s[1]])
	}
	return list
}

// Needs reports whether a text holds what one of a pattern's alternatives needs.
func Needs(expression string) func(text string) bool {
	p := patternOf(expression)
	return func(text string) bool {
		var h held
		h.hold(lowerASCII(text))
		for _, a := range p {
			if a.needs.metBy(&h) {
				return true
			}
		}
		return false
	}
}
