package explain

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// A view is a message as it was before programs wrapped it: escapes undone,
// white space joined. Every byte knows where in the message it came from.
type view struct {
	text  string
	lower string // ASCII in lower case, byte for byte
	held  *held  // that
	at    int    // where it stands in the view that it is a part of
	begin int    // of the message itself: what stood before it and was cut off
	// runs say where the text stood in the view before, which may be one of
	// yet another. Without one, the text is the message itself.
	runs   []run
	before *view
}

// A run is a stretch of a view, up to the next one, with its place in the view
// before: byte for byte, or all of it for one escape.
type run struct {
	to, from int
	escape   bool
}

// maxRounds bounds how many wrappers around each other are undone.
const maxRounds = 5

// clean undoes escaping until nothing is escaped any more.
func clean(message string) view {
	v := view{text: message}
	for range maxRounds {
		if !wrapped([]byte(v.text)) {
			break
		}
		u := unwrapper{in: v.text, form: isForm(v.text), fold: folding(v.text)}
		if !u.run() {
			break
		}
		before := v
		v = view{text: string(u.out), runs: u.runs, before: &before}
	}
	v.lower = lowerASCII(v.text)
	v.held = new(held)
	v.held.hold(v.lower)
	return v
}

// wrapped reports whether there may be anything to undo in a text. Most lines
// of a log are as they should be.
func wrapped(text []byte) bool {
	var before byte
	var quoted, plus bool
	for _, c := range text {
		if special[c] {
			switch {
			case c == ' ' && before != ' ':
			case c == '"' && before != '"':
				quoted = true
			case c == '+':
				plus = true
			default:
				return true
			}
		}
		before = c
	}
	return quoted && plus
}

// span translates a place in the view into one in the message.
func (v view) span(from, to int) [2]int {
	if from >= to {
		return [2]int{from, to}
	}
	return [2]int{v.place(from), v.place(to-1) + 1}
}

// place is where a byte of the view came from.
func (v view) place(i int) int {
	if v.before == nil {
		return v.begin + i
	}
	n := sort.Search(len(v.runs), func(n int) bool { return v.runs[n].to > i }) - 1
	r := v.runs[n]
	if !r.escape {
		r.from += i - r.to
	}
	return v.before.place(r.from)
}

// cut tells a view how much was cut off before its message.
func (v *view) cut(size int) {
	for v.before != nil {
		v = v.before
	}
	v.begin = size
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// lowerASCII keeps the length of the text, which strings.ToLower does not.
func lowerASCII(s string) string {
	isUpper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	from := 0
	for from < len(s) && !isUpper(s[from]) {
		from++
	}
	if from == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:from])
	for _, c := range []byte(s[from:]) {
		if isUpper(c) {
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// isForm recognises a query or a form, in which + is a space.
func isForm(s string) bool {
	return strings.Contains(s, "error=") || strings.Contains(s, "error_description=") || strings.Contains(s, "%20") || strings.Contains(s, "%3A")
}

// An unwrapper takes one layer of escaping away.
type unwrapper struct {
	in   string
	form bool
	fold fold
	line int // where the line began
	out  []byte
	runs []run
}

// special are the bytes at which something may begin that stands for
// something else. All others are taken as they are, many at a time.
var special = func() (table [256]bool) {
	for _, c := range []byte("\\%&+\n\r\t\" |*\x1b") {
		table[c] = true
	}
	for c := utf8.RuneSelf; c < len(table); c++ {
		table[c] = true
	}
	return table
}()

func (u *unwrapper) run() (changed bool) {
	s := u.in
	u.out = make([]byte, 0, len(s))
	for pos := 0; pos < len(s); {
		end := pos
		for end < len(s) && !special[s[end]] {
			end++
		}
		u.put(s[pos:end], pos, end-pos)
		if pos = end; pos == len(s) {
			break
		}
		with, size := u.next(pos)
		if size == 0 {
			with, size = s[pos:pos+1], 1
		}
		if with == " " && len(u.out) > 0 && u.out[len(u.out)-1] == ' ' {
			with = ""
		}
		changed = changed || with != s[pos:pos+size]
		u.put(with, pos, size)
		pos += size
	}
	return changed
}

// next is what the text from pos on begins with, and how much that takes.
func (u *unwrapper) next(pos int) (with string, size int) {
	rest := u.in[pos:]
	if rest[0] == '*' && pos > 0 && u.in[pos-1] == '*' {
		return "", 0 // more than two of them cover something
	}
	if rest[0] != '\n' && !strings.HasPrefix(rest, "\r\n") {
		return unescape(rest, u.form)
	}
	with, size = u.fold.lineEnd(u.in[min(u.line, pos):pos], rest)
	u.line = pos + size
	return with, size
}

// put appends what size bytes of the input, from there on, stand for.
func (u *unwrapper) put(with string, from, size int) {
	if with == "" {
		return
	}
	next := run{to: len(u.out), from: from, escape: len(with) != size}
	u.out = append(u.out, with...)
	if n := len(u.runs); n > 0 && !next.escape {
		if last := u.runs[n-1]; !last.escape && next.from-last.from == next.to-last.to {
			return // it only goes on
		}
	}
	u.runs = append(u.runs, next)
}

// isOffset: what begins with a plus is the zone of a time, +02:00.
func isOffset(s string) bool {
	return len(s) >= len("+02:00") && s[3] == ':' && !strings.ContainsFunc(s[1:3]+s[4:6], func(r rune) bool { return r < '0' || r > '9' })
}

// unescape returns what the beginning of s stands for, and how many bytes of s
// that takes; 0 when it stands for itself.
func unescape(s string, form bool) (with string, size int) {
	switch c := s[0]; {
	case c == '\\' && len(s) > 1:
		return backslash(s)
	case c == '%' && len(s) > 2:
		if b, ok := hexByte(s[1:3]); ok && b < utf8.RuneSelf {
			return plain(b), 3
		}
		return encodedRune(s, "%")
	case c == '|' && closes(s[1:]):
		return "", 1
	case c == '&':
		return entity(s)
	case c == '*':
		return "", emphasis(s)
	case c == '+' && form && !isOffset(s), c == '\r', c == '\t':
		return " ", 1
	case c == '"' && strings.HasPrefix(s, `""`):
		return `"`, 2
	case c == 0x1b:
		return "", ansi(s)
	case c >= utf8.RuneSelf:
		return typographic(s)
	}
	return "", 0
}

func backslash(s string) (string, int) {
	switch s[1] {
	case 'n', 'r', 't':
		return " ", 2
	case '"', '\'', '/', '\\':
		return s[1:2], 2
	case 'u':
		if len(s) >= 6 {
			high, ok1 := hexByte(s[2:4])
			low, ok2 := hexByte(s[4:6])
			if ok1 && ok2 && (high > 0 || low >= ' ') {
				return string(rune(high)<<8 | rune(low)), 6
			}
		}
	case 'x':
		if len(s) >= 4 {
			if b, ok := hexByte(s[2:4]); ok && b < utf8.RuneSelf {
				return plain(b), 4
			}
			return encodedRune(s, `\x`)
		}
	}
	return "", 0
}

// plain is a decoded byte; what steers a terminal becomes a space.
func plain(b byte) string {
	if b < ' ' {
		return " "
	}
	return string(rune(b))
}

func hexByte(s string) (byte, bool) {
	var b byte
	for i := range 2 {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			b = b<<4 | (c - '0')
		case 'a' <= c && c <= 'f':
			b = b<<4 | (c - 'a' + 10)
		case 'A' <= c && c <= 'F':
			b = b<<4 | (c - 'A' + 10)
		default:
			return 0, false
		}
	}
	return b, true
}

var entities = []struct{ name, text string }{
	{"&quot;", `"`}, {"&#34;", `"`}, {"&#x22;", `"`}, {"&apos;", "'"}, {"&#39;", "'"}, {"&#x27;", "'"}, {"&#039;", "'"},
	{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&nbsp;", " "}, {"&#10;", " "}, {"&#13;", " "}, {"&#xa;", " "}, {"&#xd;", " "},
}

func entity(s string) (string, int) {
	for _, e := range entities {
		if len(s) >= len(e.name) && strings.EqualFold(s[:len(e.name)], e.name) {
			return e.text, len(e.name)
		}
	}
	return "", 0
}

// emphasis is the length of what makes words bold where the message was posted;
// 0 for other asterisks, such as those over a secret or of a path.
func emphasis(s string) int {
	if strings.HasPrefix(s, "**") && (len(s) == 2 || s[2] != '*' && s[2] != '/') {
		return 2
	}
	return 0
}

// ansi is the length of a terminal sequence.
func ansi(s string) int {
	if len(s) < 2 || s[1] != '[' {
		return 1
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= '@' && s[i] <= '~' {
			return i + 1
		}
	}
	return len(s)
}

// typographic makes the characters that word processors put in into the ones
// that programs write.
func typographic(s string) (string, int) {
	r, size := utf8.DecodeRuneInString(s)
	switch r {
	case '‘', '’', '‚', '′':
		return "'", size
	case '“', '”', '„', '«', '»':
		return `"`, size
	case '–', '—', '‑', '−':
		return "-", size
	case '\u00a0', '\u2009', '\u202f', '\u3000':
		return " ", size
	case '\u200b', '\ufeff', '\u00ad':
		return "", size
	}
	if '\u2500' <= r && r <= '\u257f' { // the frame that a program draws around a message
		return " ", size
	}
	return s[:size], size
}
