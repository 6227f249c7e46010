package explain

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A fold says how a text was cut into lines by something that knew no words,
// such as a terminal. The zero fold is of a text that was not.
type fold struct {
	width int // characters of a full line
	// block: every line but the last is full, so no end of a line means
	// anything. Otherwise an end may also be one of the text itself.
	block bool
}

// terminals are the widths at which one full line already looks folded.
var terminals = []int{80, 100, 120, 132}

// narrowest is the least width at which somebody reads error messages.
const narrowest = 40

// folding finds out whether a text was folded.
func folding(s string) fold {
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n")
	width, full := 0, 0
	for _, l := range lines[:len(lines)-1] {
		switch n := utf8.RuneCountInString(l); {
		case n > width:
			width, full = n, 1
		case n == width:
			full++
		}
	}
	last := lines[len(lines)-1]
	switch {
	case width < narrowest || utf8.RuneCountInString(last) > width:
		return fold{}
	case full > 1 && full == len(lines)-1 && lines[0][:4] != lines[1][:min(4, len(lines[1]))]:
		return fold{width: width, block: true}
	case slices.Contains(terminals, width):
		return fold{width: width, block: full > 1 && full == len(lines)-1}
	}
	return fold{}
}

// joins reports whether a line and the next one are parts of one word.
func (f fold) joins(line, next string) bool {
	if f.width == 0 || line == "" || next == "" || utf8.RuneCountInString(line) != f.width {
		return false
	}
	if f.block {
		return true
	}
	a, b := kind(line[len(line)-1]), kind(next[0])
	return a != 0 && a == b
}

// kind tells the characters apart of which words are made; 0 for all others.
func kind(c byte) byte {
	switch {
	case 'a' <= c && c <= 'z':
		return 'a'
	case 'A' <= c && c <= 'Z', c == '_':
		return 'A'
	case '0' <= c && c <= '9':
		return '0'
	}
	return 0
}

// lineEnd says what the end of a line at the beginning of s stands for, and how
// much of s belongs to it: also what marks the next line as one of a quotation
// or a box.
func (f fold) lineEnd(line, s string) (with string, size int) {
	size = 1
	if strings.HasPrefix(s, "\r\n") {
		size = 2
	}
	if line = strings.TrimSuffix(line, "\r"); f.joins(line, s[size:]) || halved(line, s[size:]) {
		return "", size
	}
	for {
		n := prefixed(s[size:])
		if n == 0 {
			n = marked(s[size:])
		}
		if size += n; n == 0 {
			return " ", size
		}
	}
}

// marked is the length of what says that a line belongs to a quotation or a
// box, with the space before it.
func marked(line string) int {
	rest := strings.TrimLeft(line, " \t")
	mark, n := utf8.DecodeRuneInString(rest)
	if !strings.ContainsRune(">|│┃║", mark) || n >= len(rest) || rest[n] != ' ' {
		return 0
	}
	return len(line) - len(rest) + n
}

// closes reports whether nothing follows on the line, after a mark of a box.
func closes(s string) bool {
	rest := strings.TrimLeft(s, " \t")
	return rest == "" || rest[0] == '\n' || rest[0] == '\r'
}

// linePrefixes are what programs put before each line of a longer message.
var linePrefixes = []string{"remote: ", "npm ERR! ", "npm error ", "[ERROR] ", "> ", "│ "}

// prefixed is the length of what a program put before a line, so that words on
// both sides of the break are read together: its name or the time.
func prefixed(line string) int {
	n := stamped(line)
	for _, p := range linePrefixes {
		if strings.HasPrefix(line[n:], p) {
			return n + len(p)
		}
	}
	return n
}

// stamped is the length of a time as in RFC 3339 at the beginning of a line,
// with the space behind it.
func stamped(line string) int {
	const form = "0000-00-00T00:00:00"
	if len(line) <= len(form) {
		return 0
	}
	for i, c := range []byte(form) {
		digit := '0' <= line[i] && line[i] <= '9'
		if c == '0' && !digit || c == 'T' && line[i] != 'T' && line[i] != ' ' || c != '0' && c != 'T' && line[i] != c {
			return 0
		}
	}
	end := len(form)
	for end < len(line) && strings.IndexByte("0123456789.,:+-Z", line[end]) >= 0 {
		end++
	}
	if end < len(line) && line[end] == ' ' {
		return end + 1
	}
	return 0
}

// encodedRune decodes a character beyond ASCII of which each byte was written
// with a prefix and two hexadecimal digits, as in %C3%BC or \xc3\xbc.
func encodedRune(s, prefix string) (string, int) {
	var raw []byte
	step := len(prefix) + 2
	for at := 0; len(raw) < utf8.UTFMax && len(s) >= at+step && s[at:at+len(prefix)] == prefix; at += step {
		b, ok := hexByte(s[at+len(prefix) : at+step])
		if !ok {
			break
		}
		if raw = append(raw, b); utf8.Valid(raw) {
			return string(raw), len(raw) * step
		}
	}
	return "", 0
}
