package explain

import (
	"math/bits"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

const (
	// long is the size from which on a text is not searched as a whole: what a
	// pattern needs is rarely far from what it fits.
	long = 32 << 10
	// reach bounds how far a pattern is followed in a long text that has no
	// bound itself.
	reach = 1 << 10
	// blockBits is the size of the blocks in which words are found.
	blockBits = 7 // 128 bytes
)

// ends are the beginning and the end of a text: nobody tells more in plain words
// before saying what is wrong. Of a text that is not long it is the whole.
func (v view) ends() []view {
	if len(v.text) <= long {
		return []view{v}
	}
	var list []view
	for _, at := range []int{0, len(v.text) - long/2} {
		part := view{text: v.text[at : at+long/2], lower: v.lower[at : at+long/2], held: new(held), at: at}
		part.held.hold(part.lower)
		list = append(list, part)
	}
	return list
}

// blocks are those of a text of which something is known, a bit for each.
type blocks []uint64

func (b blocks) add(at int) { b[at>>blockBits/64] |= 1 << (at >> blockBits % 64) }

// fill adds all.
func (b blocks) fill() {
	for i := range b {
		b[i] = ^uint64(0)
	}
}

// or adds others.
func (b blocks) or(others blocks) {
	for i, w := range others {
		b[i] |= w
	}
}

// and leaves those that are among others as well.
func (b blocks) and(others blocks) {
	for i, w := range others {
		b[i] &= w
	}
}

// spread adds as many blocks before each one.
func (b blocks) spread(n int) {
	for done := 0; done < n; {
		step := min(done+1, n-done, 63)
		for i := range b {
			b[i] |= b[i] >> step
			if i+1 < len(b) {
				b[i] |= b[i+1] << (64 - step)
			}
		}
		done += step
	}
}

// next are the bounds of the first blocks without a gap from one on.
func (b blocks) next(from int) (first, end int) {
	first = b.from(from, 0)
	return first, b.from(first, ^uint64(0))
}

// from is the first block from one on that is there, or, with all bits to turn, is not.
func (b blocks) from(at int, turn uint64) int {
	for at < len(b)*64 {
		if w := (b[at/64] ^ turn) >> (at % 64); w != 0 {
			return at + bits.TrailingZeros64(w)
		}
		at = (at/64 + 1) * 64
	}
	return at
}

// search finds the first place that an alternative fits in a long text, as its
// expression does.
func (a *alternative) search(text string, x *index) []int {
	size := min(a.longest*x.widest, reach)
	if a.anchored {
		return a.among(text, 0, 1, size)
	}
	if a.ending {
		return a.among(text, max(0, len(text)-size), len(text), size)
	}
	if a.needs.zero() {
		return a.expression().FindStringSubmatchIndex(text)
	}
	starts := x.starts(&a.needs, size)
	for first, last := starts.next(0); first<<blockBits < len(text); first, last = starts.next(last) {
		if found := a.among(text, first<<blockBits, last<<blockBits, size); found != nil {
			return found
		}
	}
	return nil
}

// among finds the first place that begins in a part of a text.
func (a *alternative) among(text string, from, to, size int) []int {
	end := min(len(text), to+size+utf8.UTFMax)
	for begin := max(0, from-utf8.UTFMax); ; begin++ {
		found := a.expression().FindStringSubmatchIndex(text[begin:end])
		if found == nil || begin+found[0] >= to {
			return nil
		}
		if a.closed && begin+found[1] == end && end < len(text) {
			return nil // only because the text behind it was
		}
		if begin > 0 && found[0] == 0 && begin < from {
			continue // only because the text before it was cut off
		}
		for i := range found {
			if found[i] >= 0 {
				found[i] += begin
			}
		}
		return found
	}
}

// longest is the number of characters that an expression fits at most; beyond
// reach it does not matter how many.
func longest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = 1
	case syntax.OpStar, syntax.OpPlus:
		n = reach
	case syntax.OpRepeat:
		if n = reach; re.Max >= 0 {
			n = re.Max * longest(re.Sub[0])
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			n = max(n, longest(sub))
		}
	default:
		for _, sub := range re.Sub {
			n += longest(sub)
		}
	}
	return min(n, reach)
}

// anchored reports whether an expression fits nothing but the beginning of a text.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText:
		return true
	case syntax.OpConcat, syntax.OpCapture:
		return anchored(re.Sub[0])
	}
	return false
}

// ending reports whether an expression fits nothing but the end of a text.
func ending(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEndText:
		return true
	case syntax.OpConcat, syntax.OpCapture:
		return ending(re.Sub[len(re.Sub)-1])
	}
	return false
}

// closed reports whether an expression may fit only where the text ends.
func closed(re *syntax.Regexp) bool {
	return re.Op == syntax.OpEndText || slices.ContainsFunc(re.Sub, closed)
}
