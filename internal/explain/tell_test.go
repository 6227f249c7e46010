package explain_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// What is quoted is what was recognised, and no piece of a secret before it.
func TestWhatIsQuotedIsWhatWasRecognised(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, tt := range []struct{ message, secret, quoted string }{
		{"token ghp_abcdefghijklmnopqrstuvwxyz0123456789 AADSTS50126 wrong", "nopqrstuvwx", "AADSTS50126"},
		{"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.abcdefghijklmnop\nAADSTS50126: wrong", "abcdefgh", "AADSTS50126"},
		{"login with password: abc123\n535 5.7.8 Username and Password not accepted", "abc123", "535 5.7.8"},
	} {
		told := e.Tell(tt.message)
		var b bytes.Buffer
		if err := explain.Text(&b, []explain.Told{told}, 0); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), tt.secret) || !strings.Contains(b.String(), `Found   "`+tt.quoted) {
			t.Errorf("%q is told as\n%s", tt.message, b.String())
		}
		span := told.InGiven().Findings[0].Span
		if got := tt.message[span[0]:span[1]]; !strings.HasPrefix(got, tt.quoted) {
			t.Errorf("%q: the span holds %q", tt.message, got)
		}
	}
}

// A secret without quotation marks takes what stands behind it with it; what
// that means is told all the same, and nothing of it is shown.
func TestAMaskDoesNotHideTheError(t *testing.T) {
	e := explain.New(builtIn(t))
	for message, cause := range map[string]string{
		"password=abc123 535 5.7.8 Username and Password not accepted":  "wrong_credentials",
		"pass=abc123 AADSTS50057":                                       "account_disabled",
		"Authorization: Bearer abcdefghijklmnop.qrstuv 401 AADSTS50053": "account_locked",
	} {
		told := e.Tell(message)
		if told.Answer.Cause != cause {
			t.Errorf("%q: %q, want %q", message, told.Answer.Cause, cause)
		}
		var b bytes.Buffer
		for _, err := range []error{explain.Text(&b, []explain.Told{told}, 0), explain.Markdown(&b, []explain.Told{told}), explain.HTML(&b, []explain.Told{told})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(b.String(), "abc123") || strings.Contains(b.String(), "qrstuv") || strings.Contains(b.String(), "Found") {
			t.Errorf("%q is told as\n%s", message, b.String())
		}
	}
}

// What nobody was refused by is not headed as a sign-in.
func TestHeadlineOfNoSignIn(t *testing.T) {
	e := explain.New(builtIn(t))
	for message, head := range map[string]string{
		"OSError: [Errno 28] No space left on device: '/var/lib/x'": "No failed sign-in · ",
		"api-7d9 0/1 CrashLoopBackOff 12":                           "Kubernetes · ",
		"Error: invalid username or password":                       "Sign-in · ",
	} {
		var b strings.Builder
		if err := explain.Text(&b, []explain.Told{e.Tell(message)}, 0); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), head) {
			t.Errorf("%q is told as %q, want it to begin with %q", message, b.String(), head)
		}
	}
}
