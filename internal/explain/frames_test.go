package explain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/explain"
)

// plainWords is knowledge of two frames, of which the first has what both fit.
func plainWords() diag.Signatures {
	const secret, refused, again, advice = `\bpasswords?\b|\bpin\b`, `\b(?:wrong|refused)\b`, `\bagain\b`, `\bif you\b`
	common := diag.Signature{
		System: "generic", Shared: true, Strength: diag.StrengthGeneral, Literals: []string{"password", "pin"},
		With: []string{"my "}, Unless: []string{advice},
	}
	first, second := common, common
	first.ID, first.Class, first.Frames = "both", "password_expired", [][]string{{secret, refused, again}}
	second.ID, second.Class, second.Frames = "wrong", "wrong_credentials", [][]string{{refused, secret}}
	exact := diag.Signature{ID: "code", System: "coffee", Class: "account_locked", Strength: diag.StrengthCode, Literals: []string{"CUP-17"}}
	return diag.Signatures{
		List: []diag.Signature{first, second, exact},
		Names: []diag.SystemMark{
			{System: "ring", Literals: []string{"Ring", "my ring"}}, {System: "tesla", Literals: []string{"tesla"}},
			{System: "gcp", Literals: []string{"google"}},
		},
	}
}

// Each row is one of the rules by which plain words are read.
func TestPlainWords(t *testing.T) {
	e := explain.New(plainWords())
	for _, c := range []struct {
		name, text, system, cause string
	}{
		{"in one order", "my password is wrong", "generic", "wrong_credentials"},
		{"in the other", "it refused my password", "generic", "wrong_credentials"},
		{"the frame that is written first has it", "again my pin is refused", "generic", "password_expired"},
		{"one between two others", "wrong: password, again, my friend", "generic", "password_expired"},
		{"in two sentences", "This is my password. The weather is wrong", "", ""},
		{"in a sentence and a word behind it", "This is my password. Refused!", "generic", "wrong_credentials"},
		{"too far from each other", "my password was made by a man who lives in a far and distant land where nothing is wrong", "", ""},
		{"advice is passed over", "if you see this, my password is wrong", "", ""},
		{"and what stands beside it is not", "What if you see this? My password is wrong", "generic", "wrong_credentials"},
		{"nobody tells it", "password wrong", "", ""},
		{"a code counts more", "CUP-17: my password is wrong", "coffee", "account_locked"},
		{"a name", "Ring says my pin is wrong", "ring", "wrong_credentials"},
		{"a word that is a name only when written so", "a ring, and my pin is wrong", "generic", "wrong_credentials"},
		{"the first name has it", "Tesla says my pin is wrong, my ring takes it", "tesla", "wrong_credentials"},
		{"who lets people in elsewhere stands back", "Google is why my pin is wrong at Tesla", "tesla", "wrong_credentials"},
		{"unless nobody else is named", "Google says that my pin is wrong", "gcp", "wrong_credentials"},
	} {
		a := e.Explain(c.text)
		if diff := cmp.Diff([]string{c.system, c.cause}, []string{a.System, a.Cause}); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.name, c.text, diff)
		}
		if a.Recognised() && !e.MayMean([]byte(c.text)) {
			t.Errorf("%s: %q means nothing at first sight", c.name, c.text)
		}
	}
}
