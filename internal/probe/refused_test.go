package probe

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A refused connection is an answer, whoever asks: the server was reached, and
// nothing listens there.
func TestARefusedConnectionIsAnAnswer(t *testing.T) {
	env := worldAt("", nil)
	env.Dial = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: errnoOf(faultRefused)}
	}
	for kind, row := range map[string]struct {
		with Params
		port string
	}{
		"imap": {Params{"address": "a.test"}, "993"},
		"smtp": {Params{"address": "a.test:25"}, "25"},
		"ldap": {Params{"url": "ldaps://a.test"}, "636"},
		"ssh":  {Params{"address": "a.test"}, "22"},
		"tls":  {Params{"address": "a.test"}, "443"},
		"http": {Params{"url": "https://a.test/"}, "443"},
	} {
		pr, _ := Find(kind)
		got := pr.Run(t.Context(), env, row.with)
		want := "a.test was reached, and refuses the connection: nothing listens on its port " + row.port
		if got.Outcome != "refused" || got.Summary != want || got.Facts["fault"] != "refused" {
			t.Errorf("%s: got %+v, want %s", kind, got, want)
		}
		_, o, ok := diag.FindCode(diag.Code(kind, "refused"))
		if !ok || o.Status != diag.Fail || !strings.Contains(o.Remedy, "port") {
			t.Errorf("%s.refused: %+v: it fails, and says what to do", kind, o)
		}
	}
}

// What answers in the clear on a port of a known protocol is looked at in
// another way, and which one is said.
func TestAPlainPortNamesTheRightOne(t *testing.T) {
	address := serveRaw(t, func(conn net.Conn) { _, _ = conn.Write([]byte("* OK IMAP4rev1 ready\r\n")) })
	for port, want := range map[string]string{"143": "--starttls imap", "587": "--starttls smtp", "389": "--starttls ldap", "80": "port 443", "8443": ""} {
		got := runTLS(t.Context(), worldAt(address, nil), Params{"address": "signin.example:" + port})
		if got.Outcome != "not_encrypted" || !strings.Contains(got.Summary, want) || want == "" && strings.Contains(got.Summary, ";") {
			t.Errorf("port %s: got %+v, want %q", port, got, want)
		}
	}
}

// A server that keeps whoever got a password wrong waiting has told nothing
// yet. The login was sent all the same, and must not be sent again at once.
func TestALoginThatGotNoAnswer(t *testing.T) {
	ctx, end := newTestDeadline(t)
	address := serveRaw(t, func(conn net.Conn) {
		buf := make([]byte, 1000)
		_, _ = conn.Write([]byte("* OK ready\r\n"))
		_, _ = conn.Read(buf)
		_, _ = conn.Write([]byte("* CAPABILITY IMAP4rev1\r\na1 OK\r\n"))
		_, _ = conn.Read(buf)
		end()
		_, _ = conn.Read(buf)
	})
	env := worldAt(address, nil)
	env.Secret = func(string) (diag.Secret, error) { return diag.NewSecret("s3cret-Word"), nil }
	env.Attempts = &testBudget{}
	got := runMail(ctx, env, Params{"address": "a.test", "tls": "none", "login": "joe", "password-file": "x"}, imapMail)
	for _, want := range []string{"the login was sent, and whether it is right is not known", "Leave it alone", "--timeout 20s"} {
		if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, want) || got.Facts["attempted"] != true {
			t.Errorf("got %+v, want %q", got, want)
		}
	}
}
