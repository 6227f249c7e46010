package logs

import "bytes"

// A finder looks for any of several words in one pass, whatever their case.
type finder struct {
	begin [1 << 16]bool // the first two letters of each
	words [][]byte
}

func newFinder(words ...string) *finder {
	f := &finder{}
	for _, w := range words {
		f.begin[int(w[0])<<8|int(w[1])] = true
		f.words = append(f.words, []byte(w))
	}
	return f
}

func (f *finder) in(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	last := int(small(text[0]))
	for i := 1; i < len(text); i++ {
		c := int(small(text[i]))
		if f.begin[last<<8|c] && f.at(text[i-1:]) {
			return true
		}
		last = c
	}
	return false
}

func (f *finder) at(text []byte) bool {
	for _, w := range f.words {
		if len(text) >= len(w) && bytes.EqualFold(text[:len(w)], w) {
			return true
		}
	}
	return false
}

func small(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// bad is in what may tell of a refusal: a line without any of it is not
// looked at closer.
var bad = newFinder("fail", "denied", "invalid", "refus", "reject", "incorrect", "expired", "unauthor", "wrong", "unknown user", "no such user",
	"locked", "err=", "credential", "signature", "aadsts", "ora-", "forbidden", "not allowed", "mismatch", "skew", "bad password", "not in sudoers", "535 5.7", "535-5.7")

// refusals are words that tell of a refused sign-in by themselves.
var refusals = newFinder("authentication fail", "authentication error", "login failed", "login failure", "invalid password", "invalid credentials", "access-reject", "authenticationfailure")

// codes are in errors that say who refused without these words.
var codes = newFinder("aadsts", "invalid_", "unauthorized", "ora-01", "invalid user", "unknown user", "wrong password", "bad password", "incorrect password", "535 5.7", "535-5.7", "err=49")
