package explain

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
