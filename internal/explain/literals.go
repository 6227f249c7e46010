package explain

import (
	"strings"
	"sync"

	trie "github.com/BobuSumisu/aho-corasick"
)

// A prefilter finds which of many literals occur in a text. In the first texts
// the literals that could begin at a place are compared one by one; once much
// text has gone by, an automaton is built that finds them all in one pass.
// Building it takes longer than reading a hundred messages.
type prefilter struct {
	words  []string // lower case
	first  []int32  // a word that begins with two bytes, by their number; -1 for none
	next   []int32  // the next word that begins as this one does; -1 for none
	once   sync.Once
	trie   *trie.Trie
	behind [][]int // words that begin with a key, by the number of the key
	lock   sync.Mutex
	budget int // bytes that may still be read without the automaton
}

const (
	// patience is how much text is read before the automaton pays.
	patience = 256 << 10
	// keyLength is how much of a literal goes into the automaton: the rest is
	// compared afterwards, and the automaton stays small.
	keyLength = 10
)

// newPrefilter takes words of two bytes and more.
func newPrefilter(words []string) *prefilter {
	p := &prefilter{words: words, first: make([]int32, 1<<16), next: make([]int32, len(words)), budget: patience}
	for i := range p.first {
		p.first[i] = -1
	}
	for i, w := range words {
		start := pair(w, 0)
		p.next[i], p.first[start] = p.first[start], int32(i)
	}
	return p
}

// pair is the number of the two bytes at a place.
func pair(s string, at int) int { return int(s[at])<<8 | int(s[at+1]) }

// find calls hit with the number of each literal that occurs in lower, which
// is in lower case; possibly more than once.
func (p *prefilter) find(lower string, hit func(word int)) {
	if p.short(len(lower)) {
		p.compare(lower, hit)
		return
	}
	p.once.Do(p.build)
	p.trie.Walk([]byte(lower), func(end, n, pattern int64) bool {
		for _, i := range p.behind[pattern] {
			if strings.HasPrefix(lower[end-n+1:], p.words[i]) {
				hit(i)
			}
		}
		return true
	})
}

// compare finds the literals without the automaton.
func (p *prefilter) compare(lower string, hit func(word int)) {
	for at := range len(lower) - 1 {
		for i := p.first[pair(lower, at)]; i >= 0; i = p.next[i] {
			if strings.HasPrefix(lower[at:], p.words[i]) {
				hit(int(i))
			}
		}
	}
}

func (p *prefilter) short(n int) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.budget -= n
	return p.budget >= 0
}

func (p *prefilter) build() {
	var keys []string
	number := map[string]int{}
	for i, w := range p.words {
		key := w[:min(len(w), keyLength)]
		n, ok := number[key]
		if !ok {
			n = len(keys)
			number[key], keys, p.behind = n, append(keys, key), append(p.behind, nil)
		}
		p.behind[n] = append(p.behind[n], i)
	}
	p.trie = trie.NewTrieBuilder().AddStrings(keys).Build()
}
