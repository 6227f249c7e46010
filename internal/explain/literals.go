package explain

import (
	"strings"
	"sync"
	"sync/atomic"

	ahocorasick "github.com/petar-dambovaliev/aho-corasick"
)

// A prefilter finds which of many literals occur in a text, whatever the case
// of its ASCII letters. It is safe for use by several goroutines.
type prefilter struct {
	words     []string // lower case
	read      atomic.Int64
	automaton func() *automaton
}

// An automaton finds the beginnings of words.
type automaton struct {
	ahocorasick.AhoCorasick
	ends [][]end // of the words that begin so, by the number of the beginning
}

// An end is what follows the beginning of a word.
type end struct {
	text string
	word int
}

const (
	// A message or two are searched for one word after the other: that takes a
	// fraction of a millisecond, and making the automaton a hundred of them.
	// Beyond so many bytes it pays.
	fewBytes = 8 << 10
	// beginning is how much of a word goes into the automaton; the rest is
	// compared. Of so much a deterministic one can be made, which reads more
	// than twice as fast as another does, in no more time and memory than that
	// takes with whole words.
	beginning = 5
)

func newPrefilter(words []string) *prefilter {
	return &prefilter{words: words, automaton: sync.OnceValue(func() *automaton { return newAutomaton(words) })}
}

func newAutomaton(words []string) *automaton {
	a := &automaton{}
	number := map[string]int{}
	var beginnings []string
	for i, w := range words {
		size := min(len(w), beginning)
		n, known := number[w[:size]]
		if !known {
			n = len(beginnings)
			number[w[:size]], beginnings, a.ends = n, append(beginnings, w[:size]), append(a.ends, nil)
		}
		a.ends[n] = append(a.ends[n], end{w[size:], i})
	}
	b := ahocorasick.NewAhoCorasickBuilder(ahocorasick.Opts{AsciiCaseInsensitive: true, DFA: true, MatchKind: ahocorasick.StandardMatch})
	a.AhoCorasick = b.Build(beginnings)
	return a
}

// find calls hit with the number of each literal that occurs in a text,
// possibly more than once, until it says that this is enough.
func (p *prefilter) find(text []byte, hit func(word int) (enough bool)) {
	if p.read.Add(int64(len(text))) < fewBytes {
		lower := lowerASCII(string(text))
		for i, w := range p.words {
			if strings.Contains(lower, w) && hit(i) {
				return
			}
		}
		return
	}
	a := p.automaton()
	found := a.IterOverlappingByte(text)
	for m := found.Next(); m != nil; m = found.Next() {
		rest := text[m.End():]
		for _, e := range a.ends[m.Pattern()] {
			if begins(rest, e.text) && hit(e.word) {
				return
			}
		}
	}
}

// begins reports whether a text begins with a word in lower case.
func begins(text []byte, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i, c := range text[:len(word)] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
