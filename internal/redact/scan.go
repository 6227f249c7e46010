package redact

import "strings"

// A scanner walks over a text word by word. A word is a run of letters,
// digits and "_-."; what stands in front of a value is always one.
type scanner struct {
	s      string
	spans  []span
	runs   [3]run // the last unquoted value looked at, by its surroundings
	line   run    // the last line whose end was looked for
	base64 run    // the last run of base64 looked at
	named  named
}

// A run remembers where an unquoted value ends, so that keys inside it need
// not walk it again: that is what keeps the time linear.
type run struct{ from, to int }

// named is the last {"name": "…"}, which tells what the "value" after it is.
type named struct {
	class class
	end   int
}

func (sc *scanner) add(from, to int, kind string) {
	if from < to && !isMask(sc.s[from:to]) {
		sc.spans = append(sc.spans, span{from, to, kind})
	}
}

func (sc *scanner) scan() {
	previous := word{}
	for i := 0; i < len(sc.s); {
		switch {
		case sc.s[i] == '[' && maskLen(sc.s[i:]) > 0:
			i += maskLen(sc.s[i:])
		case sc.s[i] == ':':
			i = sc.userinfo(i)
		case sc.spelt(i):
			i++
		case inWord(sc.s[i]):
			w := sc.wordAt(i)
			i = max(sc.shapes(w), sc.keyed(w, previous), sc.command(w))
			previous = w
		default:
			i++
		}
	}
}

// sshVersions begin the line with which an SSH server says what it is (RFC
// 4253, section 4.2).
var sshVersions = []string{"SSH-2.0-", "SSH-1.99-"}

// A word is s[from:to].
type word struct{ from, to int }

func (sc *scanner) wordAt(i int) word {
	w := word{i, i}
	for _, version := range sshVersions {
		if sc.has(i, version) { // what follows is the server's own text
			w.to += len(version)
			return w
		}
	}
	for w.to < len(sc.s) && inWord(sc.s[w.to]) {
		w.to++
	}
	return w
}

func (sc *scanner) text(w word) string { return sc.s[w.from:w.to] }

// at is the byte at i, or 0 outside the text.
func (sc *scanner) at(i int) byte {
	if i < 0 || i >= len(sc.s) {
		return 0
	}
	return sc.s[i]
}

func (sc *scanner) has(i int, prefix string) bool {
	return i >= 0 && i <= len(sc.s) && strings.HasPrefix(sc.s[i:], prefix)
}

// skip gives the first position from i on whose byte is not in set.
func (sc *scanner) skip(i int, set string) int {
	for i < len(sc.s) && strings.IndexByte(set, sc.s[i]) >= 0 {
		i++
	}
	return i
}

// lineEnd is where the line of i ends, real or escaped as in JSON.
func (sc *scanner) lineEnd(i int) int {
	if i >= sc.line.from && i < sc.line.to {
		return sc.line.to
	}
	sc.line.from = i
	for ; i < len(sc.s); i++ {
		if sc.s[i] == '\n' || sc.s[i] == '\r' || sc.escapedBreak(i) {
			break
		}
	}
	sc.line.to = i
	return i
}

// escapedBreak: a line break that a string of JSON or of a program spells out.
func (sc *scanner) escapedBreak(i int) bool {
	return sc.s[i] == '\\' && (sc.at(i+1) == 'n' || sc.at(i+1) == 'r')
}

// spelt reports the letter of a line break or tab that is spelt out in front of
// a word, as in "\ncode=…", unless the word with it is a secret's key.
func (sc *scanner) spelt(i int) bool {
	if sc.at(i-1) != '\\' || strings.IndexByte("nrt", sc.s[i]) < 0 || !inWord(sc.at(i+1)) {
		return false
	}
	return classify(sc.text(sc.wordAt(i)), "").rule == never
}

// lineStart reports whether only marks of a list or a quotation stand before i
// on its line: then what follows is a setting, not prose.
func (sc *scanner) lineStart(i int) bool {
	key := i
	for i--; i >= 0 && key-i < 64 && strings.IndexByte(" \t-*>#$", sc.s[i]) >= 0; i-- {
	}
	if i < 0 || sc.s[i] == '\n' || sc.s[i] == '\r' {
		return true
	}
	for _, verb := range []string{"export", "set", "setx", "ENV", "env"} {
		before := i + 1 - len(verb)
		if before >= 0 && sc.s[before:i+1] == verb && (before == 0 || sc.s[before-1] == '\n') {
			return true
		}
	}
	return false
}

func isLower(c byte) bool  { return c >= 'a' && c <= 'z' }
func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isAlnum(c byte) bool  { return isLower(c) || isUpper(c) || isDigit(c) }
func inWord(c byte) bool   { return isAlnum(c) || c == '_' || c == '-' || c == '.' }
func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isQuote(c byte) bool  { return c == '"' || c == '\'' || c == '`' }
func isBase64(c byte) bool { return isAlnum(c) || c == '+' || c == '/' || c == '=' }
func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
