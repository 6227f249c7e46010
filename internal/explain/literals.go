package explain

import (
	"strings"
	"sync"

	trie "github.com/BobuSumisu/aho-corasick"
)

// A prefilter finds which of many literals occur in a text. For a short
// message each literal is looked for by itself; once much text has gone by, an
// automaton is built that finds them all in one pass. Building it takes longer
// than reading one message.
type prefilter struct {
	words  []string // lower case
	once   sync.Once
	trie   *trie.Trie
	behind [][]int // words that begin with a key, by the number of the key
	lock   sync.Mutex
	budget int // bytes that may still be read word by word
}

const (
	// patience is how much text is read before the automaton pays.
	patience = 64 << 10
	// keyLength is how much of a literal goes into the automaton: the rest is
	// compared afterwards, and the automaton stays small.
	keyLength = 10
)

func newPrefilter(words []string) *prefilter {
	return &prefilter{words: words, budget: patience}
}

// find calls hit with the number of each literal that occurs in lower, which
// is in lower case; possibly more than once.
func (p *prefilter) find(lower string, hit func(word int)) {
	if p.short(len(lower)) {
		for i, w := range p.words {
			if strings.Contains(lower, w) {
				hit(i)
			}
		}
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
