package redact

import "strings"

// accessKeyLen is how many characters of base64 AWS makes its secret keys of.
const accessKeyLen = 40

// accessKey masks an AWS secret access key, plain, escaped as in JSON or
// encoded as in an address.
func (sc *scanner) accessKey(w word) int {
	if w.from < sc.base64.to {
		return 0
	}
	from := w.from
	if _, size := sc.base64At(max(from-1, 0)); size == 3 {
		from-- // it begins with an encoded mark
	}
	for from > sc.base64.to && (sc.s[from-1] == '/' || sc.s[from-1] == '+') {
		from--
		if sc.s[from] == '/' && sc.at(from-1) == '\\' {
			from--
		}
	}
	n, to := 0, from
	for to < len(sc.s) {
		size := 1
		if !isAlnum(sc.s[to]) {
			if _, size = sc.base64At(to); size == 0 {
				break
			}
		}
		n, to = n+1, to+size
	}
	sc.base64 = run{from, to}
	if n != accessKeyLen {
		return 0
	}
	key := sc.plain(from, to)
	next := sc.at(to)
	if next == '=' || inWord(next) && (next != '.' || inWord(sc.at(to+1))) || from < w.from && inWord(sc.at(from-1)) {
		return 0
	}
	// Keys have 25 turns and 18 oddities; one in a thousand has less than 15 or
	// 10. A path has ten turns, a name of words in capitals few oddities.
	leastTurns, leastOdd := 15, 10
	if sc.besideAWS(from, to) {
		leastTurns, leastOdd = 10, 5
	}
	if turns(key) < leastTurns || oddities(key) < leastOdd || sc.wrapped(from) {
		return 0
	}
	sc.add(from, to, "key")
	return to
}

// base64At is the character of base64 at i, and how many bytes it is written with.
func (sc *scanner) base64At(i int) (c byte, size int) {
	switch c = sc.s[i]; {
	case isAlnum(c), c == '+', c == '/':
		return c, 1
	case c == '\\' && sc.at(i+1) == '/':
		return '/', 2
	case c == '%' && (sc.has(i, "%2F") || sc.has(i, "%2f") || sc.has(i, "%2B") || sc.has(i, "%2b")):
		return '/', 3
	}
	return 0, 0
}

// plain is a run of base64 without escapes.
func (sc *scanner) plain(from, to int) string {
	var b strings.Builder
	for from < to {
		c, size := sc.base64At(from)
		b.WriteByte(c)
		from += size
	}
	return b.String()
}

// turns counts how often a small letter, a capital, a digit and a mark follow
// one another, or 0 where one of the first three is missing: hexadecimal digits
// have one case, and words no digits.
func turns(s string) int {
	kind := func(c byte) int {
		switch {
		case isLower(c):
			return 0
		case isUpper(c):
			return 1
		case isDigit(c):
			return 2
		}
		return 3
	}
	n, seen := 0, [4]bool{}
	for i := range len(s) {
		c := s[i]
		seen[kind(c)] = true
		if i > 0 && kind(c) != kind(s[i-1]) {
			n++
		}
	}
	if !seen[0] || !seen[1] || !seen[2] {
		return 0
	}
	return n
}

// besideAWS reports the id of an access key near what may be its secret, or a
// word about it in front.
func (sc *scanner) besideAWS(from, to int) bool {
	const near = 256
	around := sc.s[max(from-near, 0):min(to+near, len(sc.s))]
	if strings.Contains(around, "AKIA") || strings.Contains(around, "ASIA") {
		return true
	}
	before := strings.ToLower(sc.s[max(from-64, 0):from])
	return strings.Contains(before, "aws") || strings.Contains(before, "secret")
}

// wrapped reports that the line before is full of base64: then this is the last
// line of a certificate or the like.
func (sc *scanner) wrapped(i int) bool {
	const full = 60
	if i > 1 && sc.s[i-2] == '\\' { // a line break that is spelt out
		i--
	}
	end := i - 1
	for i = end; i > 0 && end-i < full && isBase64(sc.s[i-1]); i-- {
	}
	return end-i >= full
}
