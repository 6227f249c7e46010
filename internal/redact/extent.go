package redact

import "strings"

// extent is where a value begins and ends, without its quotation marks. Too
// long is better than too short: a secret may hold any character.
func (sc *scanner) extent(at place) (from, to int) {
	if at.ends != "" {
		if n := strings.Index(sc.s[at.value:], at.ends); n >= 0 {
			return at.value, at.value + n
		}
	}
	if from, to, ok := sc.quotation(at.value); ok {
		return from, to
	}
	if strings.IndexByte("{(", sc.at(at.value)) >= 0 || sc.at(at.value) == '[' && !sc.has(at.value, maskStart) {
		return at.value, at.value
	}
	if at.whole && !at.address && at.around == 0 {
		return at.value, sc.trim(at.value, sc.settingEnd(at))
	}
	return at.value, sc.trim(at.value, sc.unquotedEnd(at.value, at))
}

// settingEnd: a setting has its line to itself, spaces included, unless more
// settings follow on it.
func (sc *scanner) settingEnd(at place) int {
	end := sc.unquotedEnd(at.value, place{})
	if next := sc.skip(end, ",; \t"); next > end && sc.keyFollows(next) {
		return end
	}
	return max(end, sc.lineEnd(at.value))
}

// trim leaves out the marks that end a sentence, and what may follow a mask.
func (sc *scanner) trim(from, to int) int {
	if n := maskLen(sc.s[from:to]); n > 0 && strings.Trim(sc.s[from+n:to], ".,;:!?) ]}>") == "" {
		return from + n
	}
	for to > from && strings.IndexByte(".,;: \t", sc.s[to-1]) >= 0 {
		to--
	}
	return to
}

// quotation is the inside of the quotation at i. A mark that is escaped n
// times ends at the next mark that is escaped as often; one that is escaped
// more belongs to the text.
func (sc *scanner) quotation(i int) (from, to int, ok bool) {
	for _, mark := range []string{"&quot;", "%22", "“"} {
		if sc.has(i, mark) {
			end := strings.ReplaceAll(mark, "“", "”")
			start := i + len(mark)
			if n := strings.Index(sc.s[start:min(start+1024, len(sc.s))], end); n >= 0 {
				return i + len(mark), i + len(mark) + n, true
			}
		}
	}
	open := sc.skip(i, `\`)
	if !isQuote(sc.at(open)) {
		return 0, 0, false
	}
	level, slashes := open-i, 0
	for j := open + 1; j < len(sc.s); j++ {
		switch sc.s[j] {
		case '\\':
			slashes++
			continue
		case sc.s[open]:
			if slashes <= level || (slashes-level)%(2*(level+1)) == 0 {
				return open + 1, j - min(slashes, level), true
			}
		case '\n':
			return open + 1, j, true
		}
		slashes = 0
	}
	return open + 1, len(sc.s), true
}

// unquotedEnd is where a value without quotation marks ends: at white space, a
// quotation mark, or a mark after which something else clearly begins.
func (sc *scanner) unquotedEnd(i int, at place) int {
	known := &sc.runs[0]
	switch {
	case at.encoded:
		known = &sc.runs[2]
	case at.address:
		known = &sc.runs[1]
	}
	if i >= known.from && i < known.to {
		return known.to
	}
	start := i
	for i < len(sc.s) {
		if n := maskLen(sc.s[i:]); n > 0 {
			i += n
			continue
		}
		if sc.ends(i, at) {
			break
		}
		i++
	}
	*known = run{start, i}
	return i
}

func (sc *scanner) ends(i int, at place) bool {
	next := sc.at(i + 1)
	switch c := sc.s[i]; c {
	case ' ', '\t', '\n', '\r', '"', '\'', '`':
		return true
	case '\\':
		return strings.IndexByte(`nrt"'\`, next) >= 0 && next != 0
	case '<':
		return next == '/' || isAlnum(next)
	case '&', '#':
		return at.address || c == '&' && (sc.keyFollows(i+1) || sc.quotationEnds(i))
	case '%':
		return at.encoded && (sc.has(i, "%26") || sc.has(i, "%22") || sc.has(i, "%20") || sc.has(i, "%23"))
	case ',', ';':
		return next == 0 || isSpace(next) || sc.keyFollows(i+1) || sc.has(i+1, "&quot;")
	case ')', ']', '}':
		return next == 0 || isSpace(next) || strings.IndexByte(`,;.)]}"'`, next) >= 0
	}
	return false
}

// quotationEnds: a quotation mark as HTML writes it, with nothing of a value
// behind it.
func (sc *scanner) quotationEnds(i int) bool {
	for _, mark := range []string{"&quot;", "&#34;", "&#39;"} {
		if sc.has(i, mark) {
			next := sc.at(i + len(mark))
			return next == 0 || isSpace(next) || strings.IndexByte(",;:.)]}<&", next) >= 0
		}
	}
	return false
}
