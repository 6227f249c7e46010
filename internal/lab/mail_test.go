package lab

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/attempts"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
)

// brokenUsers are lines of a dovecot that asks a program for all others than
// alice and bob, and has lost that program.
var brokenUsers = []string{"passdb {", "  driver = checkpassword", "  mechanisms = plain login", "  args = @DIR@/no-such-program", "}"}

// secrets are what the lab's "files" hold.
func labSecret(source string) (diag.Secret, error) {
	switch source {
	case "right":
		return diag.NewSecret("open-sesame"), nil
	case "wrong":
		return diag.NewSecret("not-this-one"), nil
	case "token":
		return diag.NewSecret("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."), nil
	}
	return diag.Secret{}, errors.New("no such secret")
}

// A fault is something that is wrong with a server or a login, and the code
// that it must give.
type fault struct {
	name     string
	server   string // in words
	expected string // code
	with     map[string]string
	from     string            // address that we come from; empty for the usual
	facts    map[string]string // that must be there
}

// measure runs the probe as a session does, with its own budget.
func (f fault) measure(t *testing.T, budget attempts.Budget) diag.Finding {
	t.Helper()
	kind, _, _ := strings.Cut(f.expected, ".")
	env := probe.System()
	env.Secret, env.Attempts = labSecretOrFile, budget
	if f.from != "" {
		from(f.from)(&env)
	}
	return measured(t, env, kind, f.with)
}

// hold measures every fault and holds the section's table to it.
func hold(t *testing.T, section string, faults []fault) {
	t.Helper()
	rows := make([]row, 0, len(faults))
	for _, f := range faults {
		budget := attempts.Budget{Dir: state.Dir(t.TempDir()), Now: probe.System().Now}
		got := f.measure(t, budget)
		kind, _, _ := strings.Cut(f.expected, ".")
		code := diag.Code(kind, got.Outcome)
		rows = append(rows, row{f.name, f.server, f.expected, code})
		t.Logf("%-34s %-28s %s %s", f.name, code, got.Summary, got.Reason)
		if code != f.expected {
			t.Errorf("%s: got %s (%s), want %s; facts %v", f.name, code, got.Summary, f.expected, got.Facts)
		}
		for name, want := range f.facts {
			if said, _ := got.Facts[name].(string); said != want {
				t.Errorf("%s: fact %s is %q, want %q", f.name, name, said, want)
			}
		}
	}
	checkTable(t, section, rows)
}

// mailWith are parameters, as name=value.
func mailWith(pairs ...string) map[string]string {
	with := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		with[name] = value
	}
	return with
}

func TestMail(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // runs after the servers' own cleanup
	d := startDovecot(t)
	plainOnly := startDovecot(t, "ssl = no", "disable_plaintext_auth = no")
	tokensOnly := startDovecot(t, "auth_mechanisms = xoauth2 oauthbearer")
	broken := startDovecot(t, brokenUsers...)
	busy := startDovecot(t, "mail_max_userip_connections = 1")
	busy.occupy(t)
	x := startExim(t)
	imap := func(more ...string) map[string]string {
		return mailWith(append([]string{"address=" + d.secure, "tls=implicit", "ca-file=" + d.ca}, more...)...)
	}
	imapAt := func(d dovecot, more ...string) map[string]string {
		return mailWith(append([]string{"address=" + d.plain, "ca-file=" + d.ca}, more...)...)
	}
	smtp := func(more ...string) map[string]string {
		return mailWith(append([]string{"address=" + x.plain, "ca-file=" + x.ca}, more...)...)
	}
	hold(t, "mail", []fault{
		{name: "none, encrypted from the beginning", server: "dovecot", expected: "imap.ok", with: imap()},
		{name: "none, STARTTLS", server: "dovecot", expected: "imap.ok", with: imapAt(d)},
		{name: "none, a login", server: "dovecot", expected: "imap.ok", with: imap("login=alice", "password-file=right")},
		{name: "wrong password", server: "dovecot", expected: "imap.rejected", with: imap("login=alice", "password-file=wrong"),
			facts: map[string]string{"response_code": "AUTHENTICATIONFAILED"}},
		{name: "a user that is not there", server: "dovecot", expected: "imap.rejected", with: imap("login=carol", "password-file=right")},
		{name: "locked by the administrator", server: "dovecot", expected: "imap.account_locked", with: imap("login=bob", "password-file=right"),
			facts: map[string]string{"response_code": "CONTACTADMIN"}},
		{name: "a token that is none", server: "dovecot", expected: "imap.rejected", with: imap("login=alice", "token-file=token"),
			facts: map[string]string{"mechanism": "OAUTHBEARER", "token_status": "invalid_token"}},
		// dovecot trusts what comes from its own address, so that it must come
		// from another one to be told that encryption is wanted.
		{name: "no encryption, from the server's own address", server: "dovecot", expected: "imap.ok", with: imapAt(d, "tls=none")},
		{name: "TLS required", server: "dovecot", expected: "imap.tls_required", with: imapAt(d, "tls=none"), from: "127.0.0.2"},
		{name: "no STARTTLS", server: "dovecot without TLS", expected: "imap.starttls_missing", with: imapAt(plainOnly)},
		{name: "passwords switched off", server: "dovecot with tokens only", expected: "imap.method_disabled", with: imapAt(tokensOnly, "login=alice", "password-file=right")},
		{name: "temporary failure", server: "dovecot without its user program", expected: "imap.unavailable", with: imapAt(broken, "login=dave", "password-file=right")},
		{name: "too many connections", server: "dovecot that allows one", expected: "imap.rate_limited", with: imapAt(busy, "login=alice", "password-file=right"),
			facts: map[string]string{"response_code": "LIMIT"}},
		{name: "TLS to a plain port", server: "dovecot", expected: "imap.unknown", with: imapAt(d, "tls=implicit")},
		{name: "not trusted", server: "dovecot", expected: "imap.unknown", with: mailWith("address="+d.secure, "tls=implicit", "login=alice", "password-file=right")},

		{name: "none: no AUTH before STARTTLS, as it should be", server: "exim", expected: "smtp.ok", with: smtp()},
		{name: "none, encrypted from the beginning", server: "exim", expected: "smtp.ok", with: mailWith("address="+x.secure, "tls=implicit", "ca-file="+x.ca)},
		{name: "none, a login", server: "exim", expected: "smtp.ok", with: smtp("login=alice", "password-file=right")},
		{name: "wrong password", server: "exim", expected: "smtp.rejected", with: smtp("login=alice", "password-file=wrong")},
		{name: "temporary failure", server: "exim with a broken lookup", expected: "smtp.unavailable", with: smtp("login=tempfail", "password-file=right")},
		{name: "TLS required", server: "exim", expected: "smtp.tls_required", with: smtp("tls=none")},
		{name: "no STARTTLS", server: "exim without TLS", expected: "smtp.starttls_missing", with: smtp(), from: "127.0.0.9"},
		{name: "no AUTH offered", server: "exim without AUTH", expected: "smtp.no_auth_offered", with: smtp(), from: "127.0.0.8"},
		{name: "passwords switched off", server: "exim with tokens only", expected: "smtp.method_disabled", with: smtp("login=alice", "password-file=right"), from: "127.0.0.10"},
		{name: "app password wanted", server: "exim that answers as Google does", expected: "smtp.app_password_required", with: smtp("login=alice", "password-file=right"), from: "127.0.0.3"},
		{name: "SMTP switched off for the tenant", server: "exim that answers as Microsoft does", expected: "smtp.method_disabled", with: smtp("login=alice", "password-file=right"), from: "127.0.0.4"},
		{name: "stronger encryption wanted", server: "exim, 538 5.7.11", expected: "smtp.tls_required", with: smtp("login=alice", "password-file=right"), from: "127.0.0.5"},
		{name: "account switched off", server: "exim, 525 5.7.13", expected: "smtp.account_disabled", with: smtp("login=alice", "password-file=right"), from: "127.0.0.6"},
		{name: "too many tries", server: "exim that answers as Google does", expected: "smtp.rate_limited", with: smtp("login=alice", "password-file=right"), from: "127.0.0.7"},
	})
}

var dovecotAttempts = regexp.MustCompile(`auth failed, (\d+) attempts|no auth attempts`)

// The servers count: a login is tried once, and not at all when the budget is
// spent.
func TestMailAttemptsAreCounted(t *testing.T) {
	d, x := startDovecot(t), startExim(t)
	for _, f := range []fault{
		{name: "dovecot", expected: "imap.rejected", with: mailWith("address="+d.plain, "ca-file="+d.ca, "login=alice", "password-file=wrong")},
		{name: "exim", expected: "smtp.rejected", with: mailWith("address="+x.plain, "ca-file="+x.ca, "login=alice", "password-file=wrong")},
	} {
		t.Run(f.name, func(t *testing.T) {
			budget := attempts.Budget{Dir: state.Dir(t.TempDir()), Now: probe.System().Now, Limit: 1}
			first, second := f.measure(t, budget), f.measure(t, budget)
			if first.Outcome != "rejected" || second.Outcome != diag.NoAnswer || !strings.Contains(second.Reason, "1 attempts were made") {
				t.Errorf("got %+v, then %+v", first, second)
			}
			switch f.name {
			case "dovecot":
				var said []string
				d.until(t.Context(), func() bool {
					data, _ := os.ReadFile(d.log)
					said = dovecotAttempts.FindAllString(string(data), -1)
					return len(said) >= 2
				})
				if got := strings.Join(said, ", then "); got != "auth failed, 1 attempts, then no auth attempts" {
					t.Errorf("dovecot counted: %s", got)
				}
			case "exim":
				var sessions, auths int
				x.until(t.Context(), func() bool {
					data, _ := os.ReadFile(x.log)
					sessions, auths = authsIn(string(data))
					return sessions >= 2
				})
				if sessions != 2 || auths != 1 {
					data, _ := os.ReadFile(x.log)
					t.Errorf("exim counted %d sign-ins in %d sessions\n%s", auths, sessions, data)
				}
			}
		})
	}
}
