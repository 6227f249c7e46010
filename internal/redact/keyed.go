package redact

import (
	"strings"
	"unicode"
)

// keyed masks the value after a word that is a secret's key. It returns where
// to go on: behind the value if it was masked, else behind the word.
func (sc *scanner) keyed(w, previous word) int {
	if to := sc.escapedElement(w); to > 0 {
		return to
	}
	at, ok := sc.separator(w)
	if !ok {
		return sc.spoken(w, previous)
	}
	key := sc.text(w)
	c := sc.classOf(key, w, previous, at)
	switch c.rule {
	case never:
		return w.to
	case header:
		return max(w.to, sc.authorization(at))
	case cookies:
		return max(w.to, sc.cookieHeader(at, squeeze(key) != "cookie"))
	}
	at.whole = at.setting && (!at.equals || c.kind == "password")
	from, to := sc.extent(at)
	if c.kind == "code" {
		to = sc.pairOfDigits(from, to)
	}
	to = sc.moreGroups(from, to)
	if c.rule == pin { // digits, whatever else is on its line
		if n := strings.IndexAny(sc.s[from:to], " \t"); n > 0 {
			to = sc.trim(from, from+n)
		}
	}
	if !secret(c, sc.s[from:to], at) || sc.sentence(from, to, at) || sc.refused(c, from, at) {
		return w.to
	}
	sc.add(from, to, c.kind)
	return to
}

// classOf also knows {"name": "afg", "value": "…"}, as browsers export it.
func (sc *scanner) classOf(key string, w, previous word, at place) class {
	if sc.foreign(w) {
		return class{"password", always}
	}
	switch {
	case strings.EqualFold(key, "name"):
		from, to := sc.extent(at)
		if to-from <= 64 {
			sc.named = named{classify(sc.s[from:to], ""), to}
		}
		return class{}
	case strings.EqualFold(key, "key"):
		if from, to := sc.extent(at); to-from <= 64 {
			sc.named = named{classify(sc.s[from:to], ""), to}
		}
	case strings.EqualFold(key, "value"):
		if sc.named.end > 0 && w.from-sc.named.end < 32 {
			return sc.named.class
		}
		return class{}
	}
	before := ""
	if previous.to > 0 && w.from == previous.to+1 && sc.s[previous.to] == ' ' && sc.s[previous.to-1] != '.' { // a sentence ended there
		before = sc.text(previous)
	}
	return classify(key, before)
}

// A place is where the value of a key stands, and how it was written.
type place struct {
	key     int    // where the key begins
	value   int    // where the value begins, its quotation mark included
	equals  bool   // "=", not ":"
	address bool   // a parameter of an address or a form
	encoded bool   // of an address inside another one
	setting bool   // the key begins its line
	quoted  bool   // the key is in quotation marks
	whole   bool   // the value has the rest of its line to itself
	number  bool   // a number as JSON writes it
	around  byte   // the quotation mark that key and value stand in together, or 0
	ends    string // what ends the value besides the usual: "<" in XML
}

// separator looks for what joins a word to a value: "=", ":", "=>", an option
// of a command, an XML element.
func (sc *scanner) separator(w word) (place, bool) {
	at := place{key: w.from}
	before := sc.at(w.from - 1)
	i := w.to
	if isQuote(before) {
		at.around = before
	}
	if end := sc.closing(w); end > i {
		i, at.quoted, at.around = end, true, 0
	}
	if before == '[' && sc.at(i) == ']' { // user[password]=…
		i++
	}
	at.address = before == '?' || before == '&' || before == ';' && sc.has(w.from-5, "&amp;") || sc.inner(w.from-3)
	if sc.opensElement(w.from) {
		return sc.element(at, i)
	}
	i = sc.skip(i, " \t")
	switch {
	case sc.has(i, "://"), sc.has(i, "::"):
		return at, false
	case sc.has(i, "=>"), sc.has(i, ":="), sc.has(i, "=="):
		i, at.equals = i+2, true
	case sc.at(i) == '=', sc.at(i) == ':':
		at.equals = sc.at(i) == '='
		i++
	case sc.has(i, "%3D"), sc.has(i, "%3d"):
		i, at.equals, at.address, at.encoded = i+3, true, true, true
	case i > w.to && strings.HasPrefix(sc.text(w), "--") && sc.at(i) != '-':
		at.equals = true
	default:
		return at, false
	}
	at.value = sc.skip(i, " \t")
	if at.quoted {
		at.value = sc.skip(i, " \t\r\n")
	}
	at.address = at.address || at.equals && sc.form(w.from, at.value)
	at.setting = sc.lineStart(w.from)
	at.number = at.quoted && isDigit(sc.at(at.value))
	return at, at.value < len(sc.s)
}

// inner reports an address inside an address: "%26token%3D".
func (sc *scanner) inner(i int) bool {
	return sc.has(i, "%26") || sc.has(i, "%3F") || sc.has(i, "%3f")
}

// form reports a form that begins with this key: "code=…&state=…".
func (sc *scanner) form(key, value int) bool {
	if before := sc.at(key - 1); before != 0 && !isSpace(before) && !isQuote(before) && !sc.spelt(key-1) {
		return false
	}
	for i := value; i < len(sc.s) && i < value+2048 && !isSpace(sc.s[i]) && !isQuote(sc.s[i]); i++ {
		if sc.s[i] == '&' {
			return sc.keyFollows(i + 1)
		}
		if sc.s[i] == '=' && inWord(sc.at(i+1)) {
			return false
		}
	}
	return false
}

// closing is the end of the quotation mark behind a quoted key, or 0. The mark
// may be escaped as often as the text was quoted.
func (sc *scanner) closing(w word) int {
	open := sc.at(w.from - 1)
	i := sc.skip(w.to, `\`)
	if isQuote(open) && sc.at(i) == open {
		return i + 1
	}
	if sc.has(w.from-6, "&quot;") && sc.has(w.to, "&quot;") {
		return w.to + 6
	}
	if sc.has(w.from-3, "%22") && sc.has(w.to, "%22") {
		return w.to + 3
	}
	return 0
}

// opensElement: "<password" or "<ns:password".
func (sc *scanner) opensElement(i int) bool {
	if sc.at(i-1) == ':' {
		for i--; i > 0 && inWord(sc.s[i-1]); i-- {
			if sc.s[i-1] == '<' {
				break
			}
		}
	}
	return sc.at(i-1) == '<'
}

// element: <password>…</password>, with or without attributes.
func (sc *scanner) element(at place, i int) (place, bool) {
	for n := 0; n < 200 && i < len(sc.s) && sc.s[i] != '<'; n++ {
		if sc.s[i] == '>' {
			at.value, at.ends, at.equals = i+1, "<", true
			return at, sc.s[i-1] != '/' && at.value < len(sc.s)
		}
		if sc.s[i] == '=' && n < 1 {
			break
		}
		i++
	}
	return at, false
}

// spoken: "my password is hunter2", "code 123456", "123456 is your code".
// Prose is believed only where the value cannot be a word of English.
func (sc *scanner) spoken(w, previous word) int {
	if to := sc.textMessage(w); to > 0 {
		return to
	}
	at := place{key: w.from, value: sc.skip(w.to, " \t")}
	if at.value == w.to {
		return w.to
	}
	verb := sc.verb(at.value)
	if verb > 0 {
		at.value = sc.skip(at.value+verb, " \t")
	}
	c := sc.classOf(sc.text(w), w, previous, at)
	if c.rule == never || c.rule == header || c.rule == cookies {
		return w.to
	}
	from, to := sc.extent(at)
	if c.kind == "code" {
		to = sc.pairOfDigits(from, to)
	}
	if text := sc.s[from:to]; !strange(text) || verb == 0 && !digits(text) && !bare(c, text) || !secret(c, text, at) || sc.refused(c, from, at) {
		return w.to
	}
	to = sc.moreGroups(from, to)
	sc.add(from, to, c.kind)
	return to
}

// verb is the length of what joins a key and its value in prose, or 0.
func (sc *scanner) verb(i int) int {
	if strings.IndexByte("iw=leè", sc.at(i)) < 0 { // how they begin
		return 0
	}
	for _, v := range []string{"is ", "was ", "is: ", "= ", "ist ", "lautet ", "lautet: ", "est ", "es ", "è "} {
		if sc.has(i, v) {
			return len(v)
		}
	}
	return 0
}

// bare: a value right behind its key, with nothing between them, must look
// like nothing else: "password hunter2", but not "password AADSTS50126".
func bare(c class, s string) bool {
	least := 8
	if c.kind == "password" {
		least = 7
	}
	if len(s) == 40 && all(s, isBase64) && strings.ContainsFunc(s, unicode.IsUpper) && strings.ContainsFunc(s, unicode.IsLower) {
		return c.kind != "code" // as AWS makes its secret keys
	}
	return c.kind != "code" && len(s) >= least && strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter) &&
		!strings.ContainsAny(s, "=:/()<>[]{}|,;") && !errorCode(s) && !isUUID(s)
}

// textMessage: "123456 is your Alarm.com verification code".
func (sc *scanner) textMessage(w word) int {
	code := strings.TrimPrefix(sc.text(w), "G-")
	if len(code) < 4 || len(code) > 8 || !digits(code) || !sc.has(w.to, " is your ") {
		return 0
	}
	rest := strings.ToLower(sc.s[w.to:min(w.to+80, len(sc.s))])
	rest, _, _ = strings.Cut(rest, "\n")
	if !strings.Contains(rest, "code") && !strings.Contains(rest, "password") && !strings.Contains(rest, "pin") {
		return 0
	}
	sc.add(w.from, w.to, "code")
	return w.to
}

// keyFollows reports whether a key with its "=" or ":" begins at i.
func (sc *scanner) keyFollows(i int) bool {
	i = sc.skip(i, " ")
	for range 3 { // "User Id=": a key may have several words
		end := i
		for end < len(sc.s) && end < i+40 && (inWord(sc.s[end]) || isQuote(sc.s[end])) {
			end++
		}
		if end == i {
			return false
		}
		switch sc.at(end) {
		case '=', ':':
			return true
		case ' ':
			i = end + 1
		default:
			return false
		}
	}
	return false
}
