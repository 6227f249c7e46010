package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable removes from s what could steer a terminal or deceive a reader:
// escape sequences with their parameters, control characters other than
// newline and tab, marks that turn the direction of writing, and invisible
// characters. Bytes that are not UTF-8 become U+FFFD.
func Printable(s string) string {
	if isPrintable(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if n := escape(s[i:]); n > 0 {
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case keep(r):
			b.WriteRune(r)
		case breaksLine(r):
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func isPrintable(s string) bool {
	for _, r := range s {
		if !keep(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// keep reports whether a character may be shown. Joiners stay: they are part
// of names and of writing in several scripts.
func keep(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d':
		return true
	case breaksLine(r):
		return false
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Noncharacter_Code_Point)
}

// breaksLine: what some readers take for the end of a line, and others do not.
func breaksLine(r rune) bool {
	return r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// escape is the length of the escape sequence at the start of s, or 0. The
// forms are those of ECMA-48: CSI, the string sequences up to their
// terminator on the same line, and two-byte escapes.
func escape(s string) int {
	body, ok := strings.CutPrefix(s, "\x1b")
	if !ok {
		return 0
	}
	if body == "" {
		return 1
	}
	switch body[0] {
	case '[':
		return 2 + csi(body[1:])
	case ']', 'P', 'X', '^', '_':
		return 2 + untilTerminator(body[1:])
	}
	if body[0] >= 0x20 && body[0] < 0x7f {
		return 2
	}
	return 1
}

// csi is the length of the parameters and the final byte of a CSI sequence.
func csi(s string) int {
	i := 0
	for i < len(s) && s[i] >= 0x20 && s[i] < 0x40 {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] < 0x7f {
		i++
	}
	return i
}

// untilTerminator is the length of a string sequence with its terminator, BEL
// or ESC \. One without a terminator on its line counts as empty, so that a
// stray introducer cannot swallow what follows.
func untilTerminator(s string) int {
	for i := range len(s) {
		switch s[i] {
		case '\n':
			return 0
		case '\a':
			return i + 1
		case 0x1b:
			if strings.HasPrefix(s[i:], "\x1b\\") {
				return i + 2
			}
			return i
		}
	}
	return 0
}
