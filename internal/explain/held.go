package explain

import "strings"

// A held text, in lower case, is asked for many words of which it holds few: of
// most it is known without reading it that some two bytes of theirs are not
// side by side in it.
type held struct {
	lower string
	pairs [1 << pairBits / 64]uint64 // which pairs of bytes there are
}

const pairBits = 12

// pair is the place of a pair in pairs; few others share it.
func pair(a, b byte) (word, bit uint) {
	n := (uint(a)*127 + uint(b)) % (1 << pairBits)
	return n / 64, n % 64
}

// hold takes a text in.
func (h *held) hold(lower string) {
	h.lower = lower
	for i := 1; i < len(lower); i++ {
		word, bit := pair(lower[i-1], lower[i])
		h.pairs[word] |= 1 << bit
	}
}

// has reports whether a word in lower case is in the text.
func (h *held) has(word string) bool {
	for i := 1; i < len(word); i++ {
		if n, bit := pair(word[i-1], word[i]); h.pairs[n]>>bit&1 == 0 {
			return false
		}
	}
	return strings.Contains(h.lower, word)
}
