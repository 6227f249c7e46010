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
	automaton func() ahocorasick.AhoCorasick
}

// A message or two are searched for one word after the other: that takes a
// fraction of a millisecond, and making the automaton a hundred of them. Beyond
// so many bytes it pays.
const fewBytes = 8 << 10

func newPrefilter(words []string) *prefilter {
	p := &prefilter{words: words}
	p.automaton = sync.OnceValue(func() ahocorasick.AhoCorasick {
		b := ahocorasick.NewAhoCorasickBuilder(ahocorasick.Opts{AsciiCaseInsensitive: true, MatchKind: ahocorasick.StandardMatch})
		return b.Build(words)
	})
	return p
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
	found := p.automaton().IterOverlappingByte(text)
	for m := found.Next(); m != nil; m = found.Next() {
		if hit(m.Pattern()) {
			return
		}
	}
}
