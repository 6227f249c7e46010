package explain

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// An index says in which blocks of a long text words begin: all of them are
// found by reading it once.
type index struct {
	lower  string
	widest int // bytes that a character has
	words  []indexed
	number map[word]int
	// byHead are the words by their first bytes: those of a head are from its
	// place in heads to the next one's.
	byHead []opening
	heads  [1<<headBits + 1]int32
}

// An indexed word was asked for. It has no blocks if the text does not hold it.
type indexed struct {
	word
	blocks blocks
}

// An opening is what tells most words that begin alike apart: their next bytes.
type opening struct {
	next, mask uint32
	word       int32
}

const headBits = 16

// head is where words are looked up by their first bytes, four at most.
func head(first uint32) uint32 { return first * 2654435761 >> (32 - headBits) }

// four are the first bytes of a text, and which of them it has.
func four(s string) (bytes, mask uint32) {
	for i := range min(len(s), 4) {
		bytes |= uint32(s[i]) << (8 * i)
		mask |= 0xff << (8 * i)
	}
	return bytes, mask
}

// indexOf looks for all that is asked of a long text when some rules and marks
// are held against it.
func (e *Explainer) indexOf(lower string, wanted []int) *index {
	x := &index{lower: lower, widest: 1, number: map[word]int{}}
	if !isASCII(lower) {
		x.widest = utf8.UTFMax
	}
	whole := func(literals []string) {
		for _, l := range literals {
			x.want(word{lowerASCII(l), true, true})
		}
	}
	var rules []*rule
	for _, owner := range wanted {
		if owner < 0 {
			whole(e.marks[-1-owner].Literals)
		} else {
			rules = append(rules, e.rules[owner])
		}
	}
	for _, n := range e.names {
		whole(n.Literals)
	}
	for _, r := range rules {
		for _, l := range slices.Concat(r.With, r.Without) {
			x.want(beside(l))
		}
		if r.Pattern == "" {
			whole(r.Literals)
			continue
		}
		for _, a := range r.ready() {
			x.wantAll(&a.needs)
		}
	}
	x.read()
	return x
}

// want adds a word to those that are looked for. Shorter ones are asked of the text.
func (x *index) want(w word) {
	if _, known := x.number[w]; !known && len(w.text) >= leastWord {
		x.number[w] = len(x.words)
		x.words = append(x.words, indexed{word: w})
	}
}

func (x *index) wantAll(n *need) {
	for _, w := range n.words {
		x.want(w)
	}
	for _, list := range [][]need{n.all, n.some} {
		for i := range list {
			x.wantAll(&list[i])
		}
	}
}

// order makes ready what words are looked up by.
func (x *index) order() {
	headOf := func(w *indexed) uint32 {
		first, _ := four(w.text)
		return head(first)
	}
	for i := range x.words {
		x.heads[headOf(&x.words[i])+1]++
	}
	for i := range len(x.heads) - 1 {
		x.heads[i+1] += x.heads[i]
	}
	x.byHead = make([]opening, len(x.words))
	free := x.heads
	for i := range x.words {
		w := &x.words[i]
		next, mask := four(w.text[min(len(w.text), 4):])
		at := &free[headOf(w)]
		x.byHead[*at] = opening{next, mask, int32(i)}
		*at++
	}
}

// read finds all words.
func (x *index) read() {
	x.order()
	s := x.lower
	byteAt := func(i int) uint32 {
		if i < len(s) {
			return uint32(s[i])
		}
		return 0
	}
	first, next := uint32(0), uint32(0)
	for i := range 7 { // the eighth comes with the first place
		first = first>>8 | next<<24
		next = next>>8 | byteAt(i)<<24
	}
	for at := range len(s) {
		first = first>>8 | next<<24
		next = next>>8 | byteAt(at+7)<<24
		for _, first := range [...]uint32{first & 0xffff, first & 0xffffff, first} {
			n := head(first)
			for _, b := range x.byHead[x.heads[n]:x.heads[n+1]] {
				if next&b.mask == b.next {
					x.found(&x.words[b.word], at)
				}
			}
		}
	}
}

// found takes note of a word if it stands at a place.
func (x *index) found(w *indexed, at int) {
	end := at + len(w.text)
	if !strings.HasPrefix(x.lower[at:], w.text) || w.begins && goesOn(x.lower, at) || w.ends && goesOn(x.lower, end) {
		return
	}
	if w.blocks == nil {
		w.blocks = make(blocks, len(x.lower)>>blockBits/64+1)
	}
	w.blocks.add(at)
}

// goesOn reports whether a word goes on from before a place to behind it.
func goesOn(s string, at int) bool {
	return at > 0 && at < len(s) && inWord(s[at-1]) && inWord(s[at])
}

// has reports whether the text holds a word, and whether that is known.
func (x *index) has(w word) (there, known bool) {
	if x == nil {
		return false, false
	}
	n, known := x.number[w]
	return known && x.words[n].blocks != nil, known
}

// first is where to begin to look for a word.
func (x *index) first(w word) int {
	if x != nil {
		if n, known := x.number[w]; known {
			return x.words[n].blocks.from(0, 0) << blockBits
		}
	}
	return 0
}

// starts are the blocks in which something can begin that holds what it needs
// and is of no more bytes than size.
func (x *index) starts(n *need, size int) blocks {
	found := make(blocks, len(x.lower)>>blockBits/64+1)
	for _, w := range n.words {
		if i, known := x.number[w]; known {
			found.or(x.words[i].blocks)
		} else {
			found.fill() // it is too short to be looked for
		}
	}
	if n.words != nil {
		found.spread(size>>blockBits + 1)
	}
	for i := range n.some {
		found.or(x.starts(&n.some[i], size))
	}
	for i := range n.all {
		if part := x.starts(&n.all[i], size); i == 0 {
			found = part
		} else {
			found.and(part)
		}
	}
	return found
}
