package explain

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A need is what a text must hold for a pattern to fit it: words, for most
// patterns. That they are not there is found out in much less time than that
// the pattern does not fit. The zero need is met by every text.
type need struct {
	words []word // one of them
	all   []need
	some  []need // at least one
}

// metBy reports whether a text holds what is needed.
func (n *need) metBy(text *held) bool {
	switch {
	case n.words != nil:
		return slices.ContainsFunc(n.words, text.has)
	case n.all != nil:
		return !slices.ContainsFunc(n.all, func(part need) bool { return !part.metBy(text) })
	case n.some != nil:
		return slices.ContainsFunc(n.some, func(part need) bool { return part.metBy(text) })
	}
	return true
}

func (n *need) zero() bool { return n.words == nil && n.all == nil && n.some == nil }

// longS and kelvin are the letters beyond ASCII that a pattern takes for s and
// k when it takes both cases. No need knows them.
const longS, kelvin = 'ſ', '\u212a'

const (
	// fewest letters that are looked for: shorter ones are in almost any text.
	leastWord = 2
	// rareMarks are looked for by themselves.
	rareMarks = "\"'`%|{}$<>=&*#@^~\\"
	// mostTexts bounds the texts that a part of a pattern is followed to.
	mostTexts = 24
)

// A part is what is known of a part of a pattern: all the texts that it fits,
// in lower case, when they are few, or else what they need.
type part struct {
	texts []string
	needs need
}

// need is the need of a part that stands by itself.
func (p part) need() need {
	if p.texts == nil {
		return p.needs
	}
	words := make([]word, len(p.texts))
	for i, t := range p.texts {
		if words[i] = wordOf(outside(t)); !words[i].rare() {
			return need{}
		}
	}
	return need{words: words}
}

// rare reports whether many texts do not hold a word: of one byte alone it is a
// mark, of the kind that stands in few.
func (w word) rare() bool {
	return len(w.text) >= leastWord || w.text != "" && strings.Contains(rareMarks, w.text)
}

// edge stands in the texts of a part for the beginning or the end of a word.
const edge = "\x01"

// wordOf is what to look for where a text with edges is needed. Those inside it
// say nothing more.
func wordOf(text string) word {
	return word{text: strings.ReplaceAll(text, edge, ""), begins: strings.HasPrefix(text, edge), ends: strings.HasSuffix(text, edge)}
}

// outside is the longest piece of a text without brackets. In those stand the
// masks of secrets: no need may lie on both sides of the end of one.
func outside(text string) (longest string) {
	for _, piece := range strings.FieldsFunc(text, func(r rune) bool { return r == '[' || r == ']' }) {
		if len(piece) > len(longest) {
			longest = piece
		}
	}
	return longest
}

// of looks at a part of a pattern. What it does not know needs nothing.
func of(re *syntax.Regexp) part {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpNoWordBoundary:
		return part{texts: []string{""}}
	case syntax.OpWordBoundary:
		return part{texts: []string{edge}}
	case syntax.OpLiteral:
		return literal(re.Rune)
	case syntax.OpCharClass:
		return class(re.Rune)
	case syntax.OpCapture:
		return of(re.Sub[0])
	case syntax.OpQuest:
		if p := of(re.Sub[0]); p.texts != nil {
			return part{texts: union(p.texts, []string{""})}
		}
	case syntax.OpPlus:
		return part{needs: of(re.Sub[0]).need()}
	case syntax.OpRepeat:
		if re.Min > 0 {
			return part{needs: repeated(of(re.Sub[0]), re.Min).need()}
		}
	case syntax.OpConcat:
		subs := make([]part, len(re.Sub))
		for i, sub := range re.Sub {
			subs[i] = of(sub)
		}
		return concat(subs)
	case syntax.OpAlternate:
		return alternate(re.Sub)
	}
	return part{}
}

// literal needs its text. A letter beyond ASCII that has two cases may be either,
// since those are bytes of their own.
func literal(runes []rune) part {
	letters := make([]part, len(runes))
	for i, r := range runes {
		if string(r) == edge || r == utf8.RuneError { // which stands for bytes that are no letter
			continue
		}
		cases := []string{lowerASCII(string(r))}
		for other := unicode.SimpleFold(r); r >= utf8.RuneSelf && other != r; other = unicode.SimpleFold(other) {
			cases = append(cases, lowerASCII(string(other)))
		}
		letters[i] = part{texts: union(cases)}
	}
	return concat(letters)
}

// class is one letter of few.
func class(ranges []rune) part {
	var texts []string
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			switch {
			case r == longS, r == kelvin:
				continue // stands beside s or k
			case string(r) == edge, r == utf8.RuneError, len(texts) == mostTexts:
				return part{}
			}
			texts = append(texts, lowerASCII(string(r)))
		}
	}
	return part{texts: union(texts)}
}

// concat follows texts from part to part as long as they are few.
func concat(subs []part) part {
	texts, follows := []string{""}, true
	var all []need
	take := func(n need) {
		if !n.zero() {
			all = append(all, n)
		}
	}
	for _, p := range subs {
		if p.texts != nil && len(p.texts)*len(texts) <= mostTexts {
			texts = joined(texts, p.texts)
			continue
		}
		take(part{texts: texts}.need())
		follows = false
		if texts = p.texts; texts == nil {
			take(p.needs)
			texts = []string{""}
		}
	}
	if follows {
		return part{texts: texts}
	}
	take(part{texts: texts}.need())
	return part{needs: need{all: all}}
}

// repeated is a part so many times.
func repeated(p part, times int) part {
	if len(p.texts) == 1 && times <= mostTexts {
		return part{texts: []string{strings.Repeat(p.texts[0], times)}}
	}
	return p
}

// alternate needs what one of its parts needs, and nothing when one of them
// needs nothing.
func alternate(subs []*syntax.Regexp) part {
	parts := make([]part, len(subs))
	var texts []string
	few := true
	for i, sub := range subs {
		parts[i] = of(sub)
		few = few && parts[i].texts != nil
		texts = union(texts, parts[i].texts)
	}
	if few && len(texts) <= mostTexts {
		return part{texts: texts}
	}
	var some []need
	for _, p := range parts {
		n := p.need()
		if n.zero() {
			return part{}
		}
		some = append(some, n)
	}
	return part{needs: need{some: some}}
}

// joined is every text of one list with every one of another behind it.
func joined(before, behind []string) []string {
	var out []string
	for _, a := range before {
		for _, b := range behind {
			out = append(out, a+b)
		}
	}
	return union(out)
}

// union is the texts of lists, each once.
func union(lists ...[]string) []string {
	out := slices.Concat(lists...)
	slices.Sort(out)
	return slices.Compact(out)
}
