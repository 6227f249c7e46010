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

// rounds bounds how often Text goes over a text whose masks uncover more. One
// round is usual, two happen; a text never needs more than it has layers of
// quoting.
const rounds = 8

// Text masks every secret that it recognises in s. Its time is linear in the
// length of s, and Text(Text(s)) is Text(s).
func Text(s string) string {
	for range rounds {
		next := once(s)
		if next == s {
			return s
		}
		s = next
	}
	return s
}
