package explain

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// A pattern is a regular expression in its alternatives, the case of letters
// being all the same. It finds what the whole would find: the first place that
// one of them fits, and of those that fit there the one that is written first.
// Most alternatives need a word that a text does not hold; neither compiling
// nor trying those is what makes it fast.
type pattern []*alternative

// An alternative is compiled when a text first holds what it needs.
type alternative struct {
	needs  need
	source string
	// longest is how many characters it fits at most; anchored and ending, that it
	// fits only where the text begins or ends, and closed, that a part of it does.
	longest                  int
	anchored, ending, closed bool
	once                     sync.Once
	re                       *regexp.Regexp
}

// patternOf takes an expression that was found to be one when it was read.
func patternOf(expression string) pattern {
	var p pattern
	for _, source := range alternatives(expression) {
		source = "(?i)" + source
		re, err := syntax.Parse(source, syntax.Perl)
		if err != nil {
			return pattern{{source: "(?i)" + expression, longest: reach}}
		}
		p = append(p, &alternative{needs: of(re).need(), source: source, longest: longest(re), anchored: anchored(re), ending: ending(re), closed: closed(re)})
	}
	return p
}

// alternatives takes an expression apart at each | that stands in no brackets.
func alternatives(expression string) (list []string) {
	if strings.Contains(expression, `\Q`) { // a | behind it may be a letter
		return []string{expression}
	}
	from, depth := 0, 0
	for i := 0; i < len(expression); i++ {
		switch rest := expression[i:]; rest[0] {
		case '\\':
			i++
		case '[':
			i += classEnd(rest)
		case '(':
			if flags, ok := strings.CutPrefix(rest, "(?"); ok && depth == 0 && strings.HasPrefix(strings.TrimLeft(flags, "imsU-"), ")") {
				return []string{expression} // they hold for all that follows
			}
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				list, from = append(list, expression[from:i]), i+1
			}
		}
	}
	return append(list, expression[from:])
}

// classEnd is where the ] of a class of letters stands, of which the text
// begins with the [.
func classEnd(s string) int {
	i := 1
	if strings.HasPrefix(s[i:], "^") {
		i++
	}
	for first := i; i < len(s) && (s[i] != ']' || i == first); i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i
}

// mayFit reports whether a text holds what one of the alternatives needs.
func (p pattern) mayFit(text *held) bool {
	return slices.ContainsFunc(p, func(a *alternative) bool { return a.needs.metBy(text) })
}

// all are the places in a part of a text, which begins at from, that a pattern
// fits.
func (p pattern) all(part string, from int) (places [][2]int) {
	for _, a := range p {
		for _, at := range a.expression().FindAllStringIndex(part, -1) {
			if at[0] < at[1] {
				places = append(places, [2]int{from + at[0], from + at[1]})
			}
		}
	}
	return places
}

// find is the first place that an alternative fits in a text, with its groups.
func (a *alternative) find(v view) []int {
	if v.held.index != nil {
		return a.search(v.text, v.held.index)
	}
	if !v.held.strange && !a.needs.metBy(v.held) {
		return nil
	}
	return a.expression().FindStringSubmatchIndex(v.text)
}

// expression is the alternative, compiled.
func (a *alternative) expression() *regexp.Regexp {
	a.once.Do(func() { a.re = regexp.MustCompile(a.source) })
	return a.re
}

// find is where a pattern fits a text, and what its groups with a name hold. An
// empty span when it does not fit, or fits no text at all.
func (p pattern) find(v view) (at [2]int, groups map[string]string) {
	var best []int
	var by *alternative
	for _, a := range p {
		if found := a.find(v); found != nil && (best == nil || found[0] < best[0]) {
			best, by = found, a
		}
	}
	if best == nil {
		return at, nil
	}
	groups = map[string]string{}
	for i, name := range by.re.SubexpNames() {
		if name != "" && best[2*i] >= 0 {
			groups[name] = v.text[best[2*i]:best[2*i+1]]
		}
	}
	return by.words(best), groups
}

// words is the span of the words proper of what was found: what a pattern wants
// around them may belong to something else.
func (a *alternative) words(found []int) [2]int {
	for i, name := range a.re.SubexpNames() {
		if name == "words" && found[2*i] >= 0 {
			return [2]int{found[2*i], found[2*i+1]}
		}
	}
	return [2]int{found[0], found[1]}
}

// onDemand is a regular expression that is compiled when it is first asked for.
func onDemand(source string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })
}
