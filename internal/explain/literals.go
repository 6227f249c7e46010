package explain

// A prefilter finds which of many literals occur in a text, whatever the case,
// in one pass that allocates nothing. Each literal is known by a window of it:
// some of its bytes, those that the fewest other literals hold. Only where the
// last bytes read are such a window is a literal compared.
//
// An automaton of so many literals finds them no faster, and takes more memory
// than all the rest of the program.
type prefilter struct {
	words   []string // lower case
	windows []window // by the number of their word
	// first is a word whose window has a hash, and one more; 0 for none. What
	// other words have it follows in windows.
	first [1 << firstBits]int32
	// seen is of which widths there are windows with a hash. It is looked up
	// for each byte of a text, and so is small.
	seen [1 << seenBits]uint8
}

// A window is some bytes of a word by which it is found.
type window struct {
	key  uint64
	end  int   // how much of the word stands before its end
	next int32 // another word whose window has the same place in first, and one more
}

const (
	seenBits  = 17
	firstBits = 14
)

// A window has the width that its word has room for: so many bytes. It is had
// of the last eight by shifting them so far, and flagged so in seen.
var widths = []struct {
	bytes, shift int
	flag         uint8
}{{8, 0, eight}, {4, toFour, four}, {3, toThree, three}, {2, toTwo, two}}

const (
	eight, four, three, two uint8 = 1, 2, 4, 8
	toFour, toThree, toTwo        = 32, 40, 48
)

// read takes a byte into the last eight. Letters lose their case; a few marks
// become others, which comparing tells apart.
func read(last uint64, c byte) uint64 { return last>>8 | uint64(c|0x20)<<56 }

// hashed spreads keys over the upper bits.
func hashed(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

// newPrefilter takes words of two bytes and more.
func newPrefilter(words []string) *prefilter {
	p := &prefilter{words: words, windows: make([]window, len(words))}
	holders := make([]uint16, 1<<16)
	for _, w := range words {
		eachWindow(w, func(key uint64, _ int) { holders[hashed(key)>>48]++ })
	}
	for i, w := range words {
		at, fewest := &p.windows[i], ^uint16(0)
		flag := eachWindow(w, func(key uint64, end int) {
			if n := holders[hashed(key)>>48]; n < fewest {
				at.key, at.end, fewest = key, end, n
			}
		})
		h := hashed(at.key)
		p.seen[h>>(64-seenBits)] |= flag
		at.next, p.first[h>>(64-firstBits)] = p.first[h>>(64-firstBits)], int32(i)+1
	}
	return p
}

// eachWindow calls back with every window that a word could have. It returns
// the flag of their width.
func eachWindow(word string, call func(key uint64, end int)) uint8 {
	of := widths[len(widths)-1]
	for _, w := range widths {
		if len(word) >= w.bytes {
			of = w
			break
		}
	}
	var last uint64
	for i := range len(word) {
		if last = read(last, word[i]); i+1 >= of.bytes {
			call(last>>of.shift, i+1)
		}
	}
	return of.flag
}

// find calls hit with the number of each literal that occurs in a text,
// possibly more than once, until it says that this is enough.
func (p *prefilter) find(text []byte, hit func(word int) (enough bool)) {
	var last uint64
	for i, c := range text {
		last = read(last, c)
		if p.sees(last, eight)|p.sees(last>>toFour, four)|p.sees(last>>toThree, three)|p.sees(last>>toTwo, two) == 0 {
			continue
		}
		for _, w := range widths {
			if key := last >> w.shift; p.sees(key, w.flag) != 0 && p.compare(text, i+1, key, hit) {
				return
			}
		}
	}
}

// sees is 0 when no window of a width has the key.
func (p *prefilter) sees(key uint64, width uint8) uint8 {
	return p.seen[hashed(key)>>(64-seenBits)] & width
}

// compare holds the words whose window ends at a place of the text against it.
func (p *prefilter) compare(text []byte, end int, key uint64, hit func(word int) (enough bool)) bool {
	for n := p.first[hashed(key)>>(64-firstBits)]; n > 0; n = p.windows[n-1].next {
		w := &p.windows[n-1]
		if w.key == key && begins(text, end-w.end, p.words[n-1]) && hit(int(n-1)) {
			return true
		}
	}
	return false
}

// begins reports whether a word in lower case stands at a place of the text.
func begins(text []byte, from int, word string) bool {
	if from < 0 || len(text)-from < len(word) {
		return false
	}
	for i, c := range text[from : from+len(word)] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
