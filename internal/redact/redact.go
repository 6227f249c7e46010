// Package redact finds secrets in text that came from outside and masks them,
// so that whatever authdoctor prints is safe to paste.
//
// It is the second net. The first is diag.Secret, which never prints. This one
// catches what a person pastes and what a server says: it prefers masking a
// word too many after "password:" to leaking one, and it leaves error codes,
// identifiers, host names and times alone, because they are what helps.
//
// A mask is "[redacted:KIND]", and the key before it stays. Masking masked
// text changes nothing.
package redact

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// rounds bounds how often Text goes over a text whose masks uncover more. One
// round is usual, two happen; a text never needs more than it has layers of
// quoting.
const rounds = 8

// Text masks every secret that it recognises in s. Its time is linear in the
// length of s, and Text(Text(s)) is Text(s).
func Text(s string) string {
	masked, _ := rounded(s)
	return masked
}

// Marked is Text, with where each byte of it came from: origin takes a place in
// the masked text and gives the place in s, for one within a mask the end of
// what is behind the mask.
func Marked(s string) (masked string, origin func(place int) int) {
	masked, cuts := rounded(s)
	return masked, func(place int) int {
		for i := len(cuts) - 1; i >= 0; i-- {
			place = before(cuts[i], place)
		}
		return place
	}
}

// Stars is Text with a star for each character of a secret in the place of its
// mask, so that everything else stays in its column.
func Stars(s string) string {
	masked, origin := Marked(s)
	if masked == s {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(masked); {
		n := maskLen(masked[i:])
		if from, to := origin(i), origin(i+n); n > 0 && s[from:to] != masked[i:i+n] {
			b.WriteString(strings.Repeat("*", utf8.RuneCountInString(s[from:to])))
		} else {
			n = max(n, 1)
			b.WriteString(masked[i : i+n])
		}
		i += n
	}
	return b.String()
}

// rounded goes over a text until no mask uncovers more.
func rounded(s string) (masked string, cuts [][]cut) {
	for range rounds {
		next, cut := once(s)
		if next == s {
			break
		}
		s, cuts = next, append(cuts, cut)
	}
	return s, cuts
}

// A span is a part of the text to mask.
type span struct {
	from, to int
	kind     string
}

// A cut is a mask that was put in: where it stands now, and where what it
// masks stood.
type cut struct{ at, end, from, to int }

// before takes a place after the cuts to the place before them.
func before(cuts []cut, place int) int {
	moved := 0
	for _, c := range cuts {
		if place < c.end {
			if place > c.at {
				return c.to
			}
			break
		}
		moved = c.to - c.end
	}
	return place + moved
}

// once goes over a text once.
func once(s string) (string, []cut) {
	sc := scanner{s: s}
	sc.privateKeys()
	sc.scan()
	return sc.masked()
}

// masked puts the masks in. Spans that touch each other's text become one, so
// that no part of a secret stays beside its mask.
func (sc *scanner) masked() (string, []cut) {
	if len(sc.spans) == 0 {
		return sc.s, nil
	}
	slices.SortStableFunc(sc.spans, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	var cuts []cut
	at := 0
	for i := 0; i < len(sc.spans); {
		m := sc.spans[i]
		for i++; i < len(sc.spans) && sc.spans[i].from < m.to; i++ {
			m.to = max(m.to, sc.spans[i].to)
		}
		b.WriteString(sc.s[at:m.from])
		c := cut{at: b.Len(), from: m.from, to: m.to}
		b.WriteString(mask(m.kind))
		c.end = b.Len()
		cuts = append(cuts, c)
		at = m.to
	}
	b.WriteString(sc.s[at:])
	return b.String(), cuts
}

const maskStart = "[redacted:"

func mask(kind string) string { return maskStart + kind + "]" }

// kinds are what masks say of what they hide.
var kinds = []string{"assertion", "authorization", "code", "cookie", "jwt", "key", "password", "private-key", "secret", "signature", "token"}

// Masks are all masks in one text: what masking may put into another one.
var Masks = sync.OnceValue(func() string {
	var b strings.Builder
	for _, k := range kinds {
		b.WriteString(mask(k))
	}
	return b.String()
})

// maskLen is the length of the mask that s begins with, or 0.
func maskLen(s string) int {
	rest, ok := strings.CutPrefix(s, maskStart)
	if !ok {
		return 0
	}
	for i := range len(rest) {
		c := rest[i]
		if c == ']' && i > 0 {
			return len(maskStart) + i + 1
		}
		if (c < 'a' || c > 'z') && c != '-' || i > 24 {
			return 0
		}
	}
	return 0
}

func isMask(s string) bool { return s != "" && maskLen(s) == len(s) }
