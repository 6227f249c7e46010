package redact

import (
	"strings"
	"unicode"
)

// The secret that an authenticator app is set up with is base32 (RFC 4648):
// letters and the digits 2 to 7, often in groups of four.
const (
	setupKeyLeast = 16 // letters, 80 bits
	setupKeyMost  = 64
	group         = 4
)

// setupKey masks the secret of an authenticator app where it stands alone on
// its line, or beside a word for one. It returns where to go on, or 0.
func (sc *scanner) setupKey(w word) int {
	from := w.from
	if n := w.to - from; n != group && n < setupKeyLeast || n == group && !sc.moreFollows(w.to) {
		return 0 // as for almost every word
	}
	to, letters := sc.base32(from, w.to)
	if to == 0 || from > 0 && strings.IndexByte(`+%@\$#`, sc.s[from-1]) >= 0 {
		return 0
	}
	// How odd it must be depends on what else looks like it: words of four
	// letters, names in small letters, codes in capitals.
	digit, plain := 0, 0
	switch grouped, labelled, capitals := to-from > len(letters), sc.setUp(from, to), !strings.ContainsFunc(letters, unicode.IsLower); {
	case labelled && grouped:
		digit, plain = 13, 25
	case labelled && capitals:
		digit, plain = 12, 19
	case labelled, sc.alone(from, to) && (len(letters) >= 24 || capitals && !grouped):
		digit, plain = 25, 37
	case sc.alone(from, to):
		digit, plain = 30, 37
	default:
		return 0
	}
	if !odd(letters, digit, plain) {
		return 0
	}
	to = sc.skip(to, "=") // its padding
	sc.add(from, to, "secret")
	return to
}

// odd reports that a text has so many oddities in 100 letters; the second number
// counts where no digit is among them.
func odd(s string, digit, plain int) bool {
	if strings.ContainsAny(s, "234567") {
		plain = digit
	}
	return oddities(s)*100 >= plain*len(s)
}

// moreGroups takes in what follows the first four letters of a secret, behind
// its key.
func (sc *scanner) moreGroups(from, to int) int {
	if to-from != group {
		return to
	}
	if end, letters := sc.groups(from); len(letters) >= setupKeyLeast && odd(letters, 12, 19) {
		return end
	}
	return to
}

// base32 is where what may be such a secret ends, and its letters without what
// stands between the groups; 0 where nothing may.
func (sc *scanner) base32(from, wordEnd int) (to int, letters string) {
	for to = from; to < wordEnd && inBase32(sc.s[to]); to++ {
	}
	switch n := to - from; {
	case n == group:
		to, letters = sc.groups(from)
	case n >= setupKeyLeast && n <= setupKeyMost:
		letters = sc.s[from:to]
	}
	if to < len(strings.TrimRight(sc.s[:wordEnd], ".-")) || len(letters) < setupKeyLeast || !random32(letters) {
		return 0, ""
	}
	return to, letters
}

// groups is where groups of four that begin at i end, and their letters. Less
// than four may stand at the end, where they are no word.
func (sc *scanner) groups(i int) (end int, letters string) {
	var b strings.Builder
	between := ""
	for end = i; b.Len() < setupKeyMost; {
		n := 0
		for n <= group && inBase32(sc.at(i+n)) {
			n++
		}
		if n == 0 || n > group || isAlnum(sc.at(i+n)) || n < group && talk(strings.ToLower(sc.s[i:i+n])) {
			break
		}
		b.WriteString(sc.s[i : i+n])
		i, end = i+n, i+n
		if n < group {
			break
		}
		if between == "" {
			between = sc.between(i)
		}
		if between == "" || !sc.has(i, between) {
			break
		}
		i += len(between)
	}
	return end, b.String()
}

// moreFollows: what stands between groups, and the beginning of one.
func (sc *scanner) moreFollows(i int) bool {
	i += len(sc.between(i))
	for n := range group {
		if !inBase32(sc.at(i + n)) {
			return false
		}
	}
	return !isAlnum(sc.at(i + group))
}

// between is what stands between groups at i: a space, a dash, a space that
// does not break.
func (sc *scanner) between(i int) string {
	for _, mark := range []string{" ", "-", "\u00a0"} {
		if sc.has(i, mark) {
			return mark
		}
	}
	return ""
}

func inBase32(c byte) bool { return isLower(c) || isUpper(c) || c >= '2' && c <= '7' }

// entities are what the ids of users, roles, groups and keys begin with at AWS.
// They are no secrets, and made of the same characters.
var entities = []string{"ABIA", "ACCA", "AGPA", "AIDA", "AIPA", "AKIA", "ANPA", "ANVA", "APKA", "AROA", "ASCA", "ASIA"}

// random32: characters of one case, most of them letters, that are not all
// hexadecimal and not a few that repeat.
func random32(s string) bool {
	lower, upper, hex := 0, 0, true
	distinct := 0
	for i := range len(s) {
		if strings.IndexByte(s[:i], s[i]) < 0 {
			distinct++
		}
		switch c := s[i]; {
		case isLower(c):
			lower++
		case isUpper(c):
			upper++
		}
		hex = hex && isHex(s[i])
	}
	if strings.Contains(s, "256") { // bits of an algorithm
		return false
	}
	if hex || distinct < group*2 || lower > 0 && upper > 0 || 2*(lower+upper) < len(s) {
		return false
	}
	for _, e := range entities {
		if strings.HasPrefix(s, e) {
			return false
		}
	}
	return true
}

// setUpWords are near the secret of an authenticator app.
var setUpWords = []string{"secret", "key", "setup", "set up", "set-up", "seed", "otp", "2fa", "mfa", "factor", "authenticator", "manual"}

// setUp reports such a word on the line, or on the line before where nothing
// else stands in front; unless what stands there is said to be an id, and not
// said to be more behind it.
func (sc *scanner) setUp(from, to int) bool {
	before := sc.s[max(from-64, 0):from]
	if n := strings.LastIndex(before, maskStart); n >= 0 {
		before = before[n+len(maskStart):]
		before = before[strings.IndexByte(before, ']')+1:]
	}
	before = strings.TrimRight(before, marksOfLists+"\r\n")
	before = strings.ToLower(before[strings.LastIndexByte(before, '\n')+1:])
	last := strings.TrimSuffix(strings.TrimRight(before, ` \:=>("'`), " is")
	last = last[strings.LastIndexAny(last, ` _-.<"'`)+1:]
	after, _, _ := strings.Cut(sc.s[to:min(to+32, len(sc.s))], "\n")
	after = strings.ToLower(after)
	said := strings.HasPrefix(after, " is ") || strings.HasPrefix(after, " was ")
	if identifies(last) && !said {
		return false
	}
	for _, word := range setUpWords {
		if strings.Contains(before, word) || strings.Contains(after, word) {
			return true
		}
	}
	return false
}

// identifies reports the name of what looks random and is shown to everybody.
func identifies(name string) bool {
	name = squeeze(name)
	return strings.HasSuffix(name, "id") || identifiers(name)
}

// identifiers are names of what looks random and is shown to everybody.
var identifiers = set(`request requests trace session correlation reference ref ray host hostname user username name account tenant nonce etag digest hash`)

const marksOfLists = " \t>*-|\"'`([{"

// alone reports that nothing else stands on the line.
func (sc *scanner) alone(from, to int) bool {
	i := from - 1
	for i >= 0 && from-i < 64 && strings.IndexByte(marksOfLists, sc.s[i]) >= 0 {
		i--
	}
	if i >= 0 && sc.s[i] != '\n' && sc.s[i] != '\r' && (i == 0 || !sc.escapedBreak(i-1)) {
		return false
	}
	return strings.Trim(sc.s[to:sc.lineEnd(to)], " \t=.,;\"'`)]}|") == ""
}

// followers are the letters that follow each letter in words, of English and of
// those who name errors: 334 of the 676 pairs, which are 97 in 100 of all.
var followers = [26]string{
	"abcdfgiklmnprstuvwxyz", "abceilorstu", "acehikloprstuy", "abcdegiklmoprsuy", "abcdefghiklmnopqrstuvwxyz", "aefilorstu",
	"aeghilnorstu", "aeilortu", "abcdefgklmnoprstvxz", "aeosw", "aeiost", "acdefilmostuvy", "abeimopstuy", "abcdefgiklmnoprstuvy",
	"abcdefgiklmnoprstuvwx", "adeghilmoprstuy", "lu", "abcdefgiklmnoprstuvy", "acdefghiklmnopqstuwy", "acefghilmnoprstuwy",
	"abcdefgilmnprst", "aeio", "aehinors", "ceiptx", "aeimnopst", "aeiu",
}

// oddities counts the pairs of letters that words do not have, and what stands
// between letters. What is random has some 45 in 100; words, and several written
// as one, have less than 20.
func oddities(s string) int {
	n := 0
	for i := range len(s) {
		letter := isLower(s[i] | 0x20)
		before := i > 0 && isLower(s[i-1]|0x20)
		switch {
		case !letter && (before || i == 0),
			letter && before && strings.IndexByte(followers[(s[i-1]|0x20)-'a'], s[i]|0x20) < 0:
			n++
		}
	}
	return n
}
