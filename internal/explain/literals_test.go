package explain_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// words begin and end alike, stand in each other, and hold marks that look like
// others with a bit changed.
var words = []string{
	"50", "57", "ea", "503", "0x5", "a b", "gone", "4063", "auth", "auth:", "inva", "no auth", "invalid", "password", "unauthorized",
	"invalid user", "invalid username", "invalid username or password", "username or password", "your invalid user",
	"[redacted", "{redacted", "@example.org", "`example.org", "a_grant_b", "a\x7fgrant_b", "fehlerfür", "für das",
}

// held compares a text with every word.
func held(text string) map[string]bool {
	found := map[string]bool{}
	lower := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
	for _, w := range words {
		if strings.Contains(lower, w) {
			found[w] = true
		}
	}
	return found
}

// The literals that are found are those that a text holds, whatever the case
// and wherever they stand.
func FuzzLiterals(f *testing.F) {
	few, much := explain.Literals(words, false), explain.Literals(words, true)
	for _, a := range words {
		f.Add(a)
		f.Add(strings.ToUpper(a))
		f.Add("x" + a + "x")
		f.Add(a[1:])
		f.Add(a[:len(a)-1])
		for _, b := range words {
			f.Add(a + b)
		}
	}
	f.Add("")
	f.Add("AADSTS50126: INVALID Username or password, HTTP 503")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?") // which is all that changes case letter by letter
		if diff := cmp.Diff(held(text), few(text)); diff != "" {
			t.Errorf("%q (-held +found):\n%s", text, diff)
		}
		if diff := cmp.Diff(held(text), much(text)); diff != "" {
			t.Errorf("%q in much text (-held +found):\n%s", text, diff)
		}
	})
}
