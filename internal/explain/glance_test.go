package explain_test

import (
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/redact"
)

// Most lines of a log mean nothing at first sight, although numbers and names
// in them are literals of something.
func TestMostLinesMeanNothingAtFirstSight(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, line := range []string{
		"", "the weather is nice", "10:50:57 request 57 of 10.1.50.3 served in 50 ms", "May  3 10:57:50 host app[1017]: \"GET /\" 200 57",
		"kubernetes and postgres are up to date", "10:50:57\trequest 57", "order 140355 of customer 4011 from port 50412, key 1201051",
	} {
		if e.MayMean([]byte(line)) {
			t.Errorf("%q may mean something", line)
		}
	}
	for _, line := range []string{"AADSTS50126", "data 57, v4563", "May  3 10:57:50 host app: LDAP data 57,", `\u0041ADSTS50126`} {
		if !e.MayMean([]byte(line)) {
			t.Errorf("%q means nothing", line)
		}
	}
}

// What a mask says of a secret may be what a pattern needs: it is known only
// once the secret is masked, and counts before.
func TestAMaskMayBeWhatIsNeeded(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		means         bool
	}{
		{`refused .*:password\]`, "refused pw=hunter2hunter2", true},
		{`refused .*:password\]`, "refused", false},
		{`refused pw=\[`, "refused pw=hunter2hunter2", true},
		{`refused pw=\[`, "refused\tpw=hunter2hunter2", true},
		{`refused mysql -p\b`, "refused mysql -phunter2hunter2", true},
		{`refused pw=\[`, "refused key=hunter2hunter2", false},
	} {
		e := explain.New(diag.Signatures{List: []diag.Signature{{
			ID: "x", System: "generic", Literals: []string{"refused"}, Pattern: tt.pattern, Class: "wrong_credentials", Strength: diag.StrengthPhrase,
		}}})
		a := e.Explain(redact.Text(tt.text))
		if may := e.MayMean([]byte(tt.text)); may != tt.means || a.Recognised() != tt.means {
			t.Errorf("%s: %q may mean something: %v, is recognised: %v, want %v", tt.pattern, tt.text, may, a.Recognised(), tt.means)
		}
	}
}
