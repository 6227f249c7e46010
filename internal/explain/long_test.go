package explain_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// In a long text a pattern fits where it fits in the whole of it, unless that is
// far.
func TestPatternsInALongText(t *testing.T) {
	var text strings.Builder
	var ids, expressions []string
	for i, s := range builtIn(t).List {
		if i%40 > 0 || s.Pattern == "" { // each takes as long as in the whole text
			continue
		}
		ids, expressions = append(ids, s.ID), append(expressions, s.Pattern)
		for _, example := range s.Examples {
			text.WriteString(strings.Join(strings.Fields(example), " ") + strings.Repeat(" ~ für", 200))
		}
	}
	at, groups := explain.FindLong(expressions, text.String())
	for i, expression := range expressions {
		wantAt, wantGroups := wholly(regexp.MustCompile("(?i)"+expression), text.String())
		if wantAt[1]-wantAt[0] > explain.Reach {
			continue // it has no bound of its own, and got one
		}
		if diff := cmp.Diff([]any{wantAt, wantGroups}, []any{at[i], groups[i]}); diff != "" {
			t.Errorf("%s (-in the whole +in a long text):\n%s", ids[i], diff)
		}
	}
	t.Logf("%d patterns in %d bytes", len(expressions), text.Len())
}

// Words at the edges of the parts that are looked at, and far from each other.
func TestWhatIsCutOffALongText(t *testing.T) {
	for _, tt := range []struct {
		expression string
		parts      []string // far from each other
		found      string
	}{
		{`\btoken expired\b`, []string{"xtoken expired", "token expiredx", "token expired"}, "token expired"},
		{`token.{0,20}expired`, []string{"token", "expired", "token has expired"}, "token has expired"},
		{`token.*expired`, []string{"token", "expired"}, ""},
		{`^token \w+`, []string{"x", "token expired"}, ""},
		{`^token \w+`, []string{"token expired", "token expired"}, "token expired"},
		{`token \w+$`, []string{"token expired", "x"}, ""},
		{`token \w+$`, []string{"token revoked", "token expired"}, "token expired"},
		{`token .*$|\brevoked$`, []string{"token expired", "it was revoked"}, "revoked"},
		{`(?:^|\s)token|x`, []string{"atoken", "token"}, " token"},
		{`token (?:.{9,}$|revoked)`, []string{"token expired", "x"}, ""},
	} {
		text := strings.Join(tt.parts, strings.Repeat(" -", 3000)+" ")
		at, _ := explain.FindLong([]string{tt.expression}, text)
		if got := text[at[0][0]:at[0][1]]; got != tt.found {
			t.Errorf("%s: found %.80q, want %q", tt.expression, got, tt.found)
		}
	}
}

// No word begins where a part that is looked at does.
func TestAWordThatIsCutIsNone(t *testing.T) {
	const token = "token expired"
	for before := range 300 {
		text := strings.Repeat("-", before) + "x" + token + strings.Repeat("-", 150) + token
		at, _ := explain.FindLong([]string{`\btoken expired`}, text)
		if want := len(text) - len(token); at[0][0] != want {
			t.Fatalf("behind %d bytes it is found at %d, not at %d", before, at[0][0], want)
		}
	}
}

// What is said in a long text is understood in its midst as code, and in plain
// words at its beginning and its end.
func TestALongText(t *testing.T) {
	e := explain.New(builtIn(t))
	filler := strings.Repeat("The fox jumps over the dog, drinks at the river and goes home. ", 1000)
	for _, tt := range []struct{ name, text, system, cause string }{
		{"nothing", filler, "", ""},
		{"a code", filler + "AADSTS50126: no\n" + filler, "entra", "wrong_credentials"},
		{"wording", filler + "sshd[2]: Failed password for root from 192.0.2.1 port 22 ssh2\n" + filler, "ssh", "wrong_credentials"},
		{"letters of two cases", filler + "Неверный пароль\n" + filler, "generic", "wrong_credentials"},
		{"the name of an error", filler + "raise InvalidPasswordError\n" + filler, "generic", "wrong_credentials"},
		{"plain words first", "My password is not taken any more. " + filler, "generic", "wrong_credentials"},
		{"plain words last", filler + "My password is not taken any more.", "generic", "wrong_credentials"},
		{"a shared code beside a mark", filler + `login.microsoftonline.com: {"error":"invalid_grant"}` + filler, "entra", "token_invalid"},
		{"source above an error", "describe('login', () => {\n" + filler + "\nError: invalid username or password", "generic", "wrong_credentials"},
	} {
		a := e.Explain(tt.text)
		if diff := cmp.Diff([]string{tt.system, tt.cause}, []string{a.System, a.Cause}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if !e.MayMean([]byte(tt.text)) && a.Recognised() {
			t.Errorf("%s means nothing at first sight", tt.name)
		}
	}
}

// What nothing ends is read in parts, and no word is cut.
func TestSentencesAreBounded(t *testing.T) {
	const words = "wrong password and "
	list := explain.Sentences(strings.Repeat(words, 500))
	for _, s := range list {
		if len(s) > 1100 || !strings.HasSuffix(s, " ") {
			t.Errorf("a sentence of %d bytes ends in %q", len(s), s[len(s)-8:])
		}
	}
	if len(list) < 9 {
		t.Errorf("%d sentences", len(list))
	}
}

// longTexts are of kinds that are pasted, and that could take long.
func longTexts(size int) map[string]string {
	kinds := map[string]func(n int) string{
		"log": func(n int) string {
			return fmt.Sprintf("May  1 10:00:00 host sshd[%d]: Failed password for root from 192.0.2.%d port %d ssh2, 401 unauthorized token\n", n, n%250, n)
		},
		"no stop": func(int) string { return "my password is wrong and not accepted but the code was right and " },
		"one line": func(n int) string {
			return fmt.Sprintf(`{"id":%d,"user":"u%d","error":"invalid_grant","status":401},`, n, n)
		},
		"source":    func(n int) string { return fmt.Sprintf("\tif (token%d == null) throw new AuthError('no token');\n", n) },
		"bytes":     func(n int) string { return fmt.Sprintf("%x", uint64(n)*0x9e3779b97f4a7c15) },
		"letters":   func(n int) string { return fmt.Sprintf("Pa\u017f\u017fword %d für \u212aerberos verweigert ", n) },
		"one name":  func(n int) string { return fmt.Sprintf("Invalid_%dToken-", n) },
		"asterisks": func(int) string { return "** | \\\\ \"\" %25 &amp; " },
	}
	texts := map[string]string{}
	for kind, part := range kinds {
		var b strings.Builder
		for n := 0; b.Len() < size; n++ {
			b.WriteString(part(n))
		}
		texts[kind] = b.String()
	}
	return texts
}

// A text takes about as long as eight of an eighth of it. Both sides are much the
// same for a busy machine, the least of several times counts, and three times as
// much is allowed: what grows with the square takes eight times as long.
func TestTimeGrowsWithTheText(t *testing.T) {
	const times, allowed = 8, 3
	e := explain.New(builtIn(t))
	parts, wholes := longTexts(64<<10), longTexts(times*64<<10)
	took := func(text string, times int) time.Duration {
		begun := time.Now()
		for range times {
			e.Tell(text)
		}
		return time.Since(begun)
	}
	for kind := range parts {
		took(parts[kind], 1) // once, so that what is made ready on first use is ready
		inParts, whole := took(parts[kind], times), took(wholes[kind], 1)
		for range 6 {
			if whole < allowed*inParts {
				break
			}
			inParts, whole = min(inParts, took(parts[kind], times)), min(whole, took(wholes[kind], 1))
		}
		t.Logf("%-10s in parts %v, as a whole %v", kind, inParts, whole)
		if whole >= allowed*inParts {
			t.Errorf("%s: %v for %d KB, and %v in %d parts", kind, whole, len(wholes[kind])>>10, inParts, times)
		}
	}
}

func BenchmarkLongTexts(b *testing.B) {
	e := explain.New(builtIn(b))
	for kind, text := range longTexts(2 << 20) {
		b.Run(kind, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				e.Tell(text)
			}
		})
	}
}
