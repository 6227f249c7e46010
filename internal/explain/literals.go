package explain

import (
	"slices"
	"sort"
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
	// ends are those of the words that begin so, by the number of the beginning,
	// in the order of their texts.
	ends [][]end
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
	// compared. Of so much a deterministic one can be made, which reads twice as
	// fast as another does, in half the time and memory that one takes with
	// whole words. With more, reading logs would need more memory than it may.
	beginning = 4
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
	for _, ends := range a.ends {
		slices.SortFunc(ends, func(a, b end) int { return strings.Compare(a.text, b.text) })
	}
	b := ahocorasick.NewAhoCorasickBuilder(ahocorasick.Opts{AsciiCaseInsensitive: true, DFA: true, MatchKind: ahocorasick.StandardMatch})
	a.AhoCorasick = b.Build(beginnings)
	return a
}

// find calls hit with the number of each literal that occurs in a text,
// possibly more than once, until it says that this is enough.
func (p *prefilter) find(text []byte, hit func(word int) (enough bool)) {
	if p.read.Add(int64(len(text))) < fewBytes {
		message := lowerASCII(string(text))
		for i, w := range p.words {
			if strings.Contains(message, w) && hit(i) {
				return
			}
		}
		return
	}
	a := p.automaton()
	found := a.IterOverlappingByte(text)
	for m := found.Next(); m != nil; m = found.Next() {
		if complete(a.ends[m.Pattern()], text[m.End():], hit) {
			return
		}
	}
}

// complete calls hit with the words whose ends a text begins with, until it
// says that this is enough. Few words begin alike for one letter more.
func complete(ends []end, text []byte, hit func(word int) (enough bool)) bool {
	for len(ends) > 0 && ends[0].text == "" {
		if hit(ends[0].word) {
			return true
		}
		ends = ends[1:]
	}
	if len(text) == 0 {
		return false
	}
	next := lower(text[0])
	from := sort.Search(len(ends), func(i int) bool { return ends[i].text[0] >= next })
	for _, e := range ends[from:] {
		if e.text[0] != next {
			break
		}
		if begins(text, e.text) && hit(e.word) {
			return true
		}
	}
	return false
}

// begins reports whether a text begins with a word in lower case.
func begins(text []byte, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i, c := range text[:len(word)] {
		if lower(c) != word[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
