package explain

import "strings"

// A held text, in lower case, is asked for many words of which it holds few: of
// most it is known without reading it that some two bytes of theirs are not
// side by side in it.
type held struct {
	lower string
	// strange: it has letters that no need knows.
	strange bool
	// unmasked: the text still has its secrets, and all masks behind it.
	unmasked bool
	pairs    [1 << pairBits / 64]uint64 // which pairs of bytes there are
	families map[*family]bool           // those that were asked for, and whether they may fit
	index    *index                     // of a long text
	origin   *origin                    // of the message, once it was asked for
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
	h.strange = strings.ContainsRune(lower, longS) || strings.ContainsRune(lower, kelvin)
	for i := 1; i < len(lower); i++ {
		word, bit := pair(lower[i-1], lower[i])
		h.pairs[word] |= 1 << bit
	}
}

// A word is looked for in lower case, and may be wanted only where it does not
// go on to one side or the other.
type word struct {
	text         string
	begins, ends bool
}

// has reports whether a word is in the text.
func (h *held) has(w word) bool {
	if there, known := h.index.has(w); known {
		return there
	}
	for i := 1; i < len(w.text); i++ {
		if n, bit := pair(w.text[i-1], w.text[i]); h.pairs[n]>>bit&1 == 0 {
			return false
		}
	}
	for from := 0; ; from++ {
		i := strings.Index(h.lower[from:], w.text)
		if i < 0 {
			return false
		}
		from += i
		if !(w.begins && h.goesOn(from)) && !(w.ends && h.goesOn(from+len(w.text))) {
			return true
		}
	}
}

// goesOn reports whether a word goes on from before a place to behind it.
func (h *held) goesOn(at int) bool {
	if at == 0 || at == len(h.lower) {
		return false
	}
	in := inWord
	if h.unmasked { // where masks will stand only numbers are known to go on
		in = func(c byte) bool { return '0' <= c && c <= '9' }
	}
	return in(h.lower[at-1]) && in(h.lower[at])
}
