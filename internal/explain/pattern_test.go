package explain_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// wholly is what a pattern finds as one expression.
func wholly(re *regexp.Regexp, text string) (at [2]int, groups map[string]string) {
	found := re.FindStringSubmatchIndex(text)
	if found == nil {
		return at, nil
	}
	groups, at = map[string]string{}, [2]int{found[0], found[1]}
	for i, name := range slices.Backward(re.SubexpNames()) {
		if name == "" || found[2*i] < 0 {
			continue
		}
		if _, later := groups[name]; !later {
			groups[name] = text[found[2*i]:found[2*i+1]]
		}
		if name == "words" {
			at = [2]int{found[2*i], found[2*i+1]}
		}
	}
	return at, groups
}

// An expression in its alternatives finds what it finds as a whole.
func FuzzPattern(f *testing.F) {
	texts := []string{
		"", "a", "b", "y", "ab", "xaby", "50126", "HTTP 503 Service Unavailable", "Expired TOKEN", "expired or revoked", "To\u212aen expired",
		"AADSTS50126: expired\nTOKEN 503", "a|b", "[|]", "5030 1503 503x_503 x", "1503", "503 x", "x\x01y503", "für", "FÜR", "ſ", "error code 0x52e (1326)",
	}
	for _, expression := range []string{
		`a`, `a|b`, `b|ab`, `ab|a|b`, `a|`, `|a`, `(a|b)c|d`, `(?:expired|revoked) token|token (?P<code>expired)`, `a\|b`, `[|]`, `[]|]|x`, `[^]|]b|50`,
		`[\]|]|x`, `\Qa|b`, `\Qa|b\E|x`, `(?-i)a|B`, `(?s)a.b|\n.`, `(?-i:AADSTS)(?P<code>\d+)|(?P<code>50[0-4])`, `^a|b$`, `\bex\B|\Bred\b`,
		`(?:to)?ken|503`, `\b503\b.*x`, `50[0-4]\b|\bx`, `\b(?:\b503)\b`, `a\bb|x\x01y503`, `x[\x00-\x02]y503`, `(?:ab)+|xa`, `(?:ab){2,3}|y`, `(?:ab){0,3}y|q`, `[ab][xy]|[^a]b`, `expired? (?:tokens?|or (?:was )?revoked)`, `für|\w+\x{fc}r`, `k|s|ſ`,
		`to[k]en|[s]ervice`, `x{0}a|b`, `(|a)b`, `.*503|expired`, `\d{3,}|[a-z]{20}`, `(?P<now>ex)pired (?P<code>tok.n)`, `token (?P<words>has) expired|(?P<words>exp)ired`,
	} {
		for _, text := range texts {
			f.Add(expression, text)
		}
	}
	f.Fuzz(func(t *testing.T, expression, text string) {
		re, err := regexp.Compile("(?i)" + expression)
		if err != nil {
			t.Skip(err) // no expression, and so nothing to compare
		}
		wantAt, wantGroups := wholly(re, text)
		at, groups := explain.FindPattern(expression)(text)
		if diff := cmp.Diff([]any{wantAt, wantGroups}, []any{at, groups}); diff != "" {
			t.Errorf("%q in %q (-as a whole +in its alternatives):\n%s", expression, text, diff)
		}
	})
}

// So do those that come with authdoctor, in every message that is their own or
// nearly so.
func TestPatternsFindWhatTheyFindAsAWhole(t *testing.T) {
	for _, s := range builtIn(t).List {
		if s.Pattern == "" {
			continue
		}
		re, find := regexp.MustCompile("(?i)"+s.Pattern), explain.FindPattern(s.Pattern)
		for _, text := range slices.Concat(s.Examples, s.NearMisses) {
			wantAt, wantGroups := wholly(re, text)
			at, groups := find(text)
			if diff := cmp.Diff([]any{wantAt, wantGroups}, []any{at, groups}); diff != "" {
				t.Errorf("%s in %q (-as a whole +in its alternatives):\n%s", s.ID, text, diff)
			}
		}
	}
}

// What a pattern needs keeps it from most texts without its being tried.
func TestNeedsKeepPatternsFromTexts(t *testing.T) {
	for _, tt := range []struct {
		expression string
		met, unmet []string
	}{
		{`\bdata\W{1,3}57\b`, []string{"Data: 57", "57 data"}, []string{"57", "data", "5 7 data"}},
		{`tokens? (?:has |have )?expired|revoked`, []string{"token expired", "tokens have expired", "REVOKED"}, []string{"token", "expired token", "tokens had expired"}},
		{`50[0-4]\b.{0,60}\.(?:css|js)`, []string{"500 .css", "a.js 504"}, []string{"505 .css", "500", "500 css"}},
		{`to[k]ens`, []string{"tokens"}, []string{"toens"}},
		{`\b50[0-4]\b.{0,9}busy`, []string{"503 busy", "1503 503 busy"}, []string{"1503 busy", "5030 busy", "_503 busy"}},
		{`(?:auth){2,}`, []string{"authauth"}, []string{"auth"}},
		{`-{3,}`, []string{"----"}, []string{"- - -", "--"}},
		{`(?:a|b)["'] ?\w`, []string{`a"`, "b'"}, []string{"a b"}},
		{`(?:auth)*`, []string{"", "x"}, nil},
		{`[^a]\d+`, []string{"", "x"}, nil},
		{`Anmeldung für den Benutzer`, []string{"Fehler: ANMELDUNG FÜR DEN BENUTZER"}, []string{"anmeldung für", "benutzer"}},
	} {
		needs := explain.Needs(tt.expression)
		for _, text := range tt.met {
			if !needs(text) {
				t.Errorf("%q: %q lacks nothing of what it needs", tt.expression, text)
			}
		}
		for _, text := range tt.unmet {
			if needs(text) {
				t.Errorf("%q: %q lacks what it needs", tt.expression, text)
			}
		}
	}
}
