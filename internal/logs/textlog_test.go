package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// What programs write that nobody knows: each entry is explained by its words.
func TestAnyProgram(t *testing.T) {
	type m = map[string]int
	for _, tt := range []struct {
		name, text  string
		want        totals
		first, last string // of the failures, in UTC
	}{
		{"times with a comma", "2026-05-30 10:00:01,123 INFO  starting\n" +
			"2026-05-30 10:00:02,123 ERROR db: FATAL: password authentication failed for user \"app\"\n" +
			"2026-05-30 10:00:03,123 ERROR db: FATAL: password authentication failed for user \"app\"\n",
			totals{"text", 3, 0, m{"wrong_credentials": 2}, m{"app": 2}, m{}, m{"postgres": 2}}, "10:00:02", "10:00:03"},
		{"an ISO time and a level, which is no host", "2026-05-30T12:00:02+02:00 ERROR sync: AADSTS7000215: Invalid client secret provided.\n",
			totals{"text", 1, 0, m{"wrong_credentials": 1}, m{}, m{}, m{"entra": 1}}, "10:00:02", "10:00:02"},
		{"a stack trace is one entry", "2026-05-30 10:00:02 ERROR login failed\njavax.naming.AuthenticationException: [LDAP: error code 49 - 80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data 52e, v3839]\n\tat com.sun.jndi.ldap.LdapCtx.mapErrorCode(LdapCtx.java:3261)\nCaused by: javax.naming.AuthenticationException: [LDAP: error code 49 - 80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data 52e, v3839]\n2026-05-30 10:00:09 INFO  ready\n",
			totals{"text", 2, 0, m{"wrong_credentials": 1}, m{}, m{}, m{"ldap": 1}}, "10:00:02", "10:00:02"},
		{"a way that is broken counts beside the word for a sign-in", "2026-05-30 10:00:02 WARN metrics: dial tcp: lookup stats.example.org: no such host\n2026-05-30 10:00:03 ERROR login: dial tcp: lookup login.example.org: no such host\n",
			totals{"text", 2, 0, m{"dns_failure": 1}, m{}, m{}, m{"dns": 1}}, "10:00:03", "10:00:03"},
		{"JSON lines of any program", `{"ts":1780135202.5,"level":"error","msg":"sync failed","err":"AADSTS7000215: Invalid client secret provided.","user":"job@example.org","ip":"203.0.113.7"}` + "\n",
			totals{"jsonl", 1, 0, m{"wrong_credentials": 1}, m{"job@example.org": 1}, m{"203.0.113.7": 1}, m{"entra": 1}}, "10:00:02", "10:00:02"},
		{"any program in syslog", "May 30 10:00:02 web myapp[1]: token refresh: invalid_grant: refresh token has expired\nMay 30 10:00:03 web myapp[1]: cache entry expired\n",
			totals{"syslog", 2, 0, m{"token_expired": 1}, m{}, m{}, m{"oauth2": 1}}, "10:00:02", "10:00:02"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := read(t, logs.Options{}, tt.text)
			got := totals{r.Files[0].Format, r.Lines, r.Unreadable, flat(r.ByCause), flat(r.ByUser), flat(r.BySource), flat(r.BySystem)}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if r.First == nil || r.First.Format(time.TimeOnly) != tt.first || r.Last.Format(time.TimeOnly) != tt.last {
				t.Errorf("from %v to %v", r.First, r.Last)
			}
		})
	}
}

// A time in the first line alone makes no entry of all that follows, and a line
// that is too long is counted and shown, wherever it stands.
func TestEntriesOfAnyProgram(t *testing.T) {
	const refused = "AADSTS7000215: Invalid client secret provided.\n"
	header := "log begun 2026-05-30 10:00:00\n" + strings.Repeat("tick\n", 2000) + refused + strings.Repeat("tick\n", 2000)
	if r := read(t, logs.Options{}, header); r.Failures != 1 {
		t.Errorf("behind a header: %d failures in %d records", r.Failures, r.Lines)
	}
	stamp := "2026-05-30 10:00:0"
	trace := stamp + "1 ERROR " + refused + strings.Repeat("  at some.place(file.go:1)\n", 2000) + stamp + "2 ERROR " + refused
	if r := read(t, logs.Options{}, trace); r.Failures != 2 {
		t.Errorf("around a long trace: %d failures in %d records", r.Failures, r.Lines)
	}
	long := stamp + "1 INFO a\n" + strings.Repeat("x", 2<<20) + "\n" + stamp + "2 ERROR " + refused
	if r := read(t, logs.Options{}, long); r.Failures != 1 || r.Unreadable != 1 || len(r.Broken) != 1 || r.Broken[0].Place != "test.log:2" {
		t.Errorf("around a line that is too long: %d failures, %+v", r.Failures, r.Broken)
	}
}

// Where no address is known, none is counted.
func TestNoAddressIsNotCounted(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "2026-05-30 10:%02d:00 ERROR login failed for user \"u%d\": invalid password\n", i, i%9)
	}
	if s := read(t, logs.Options{}, b.String()).Verdict.Summary; !strings.HasPrefix(s, "9 accounts are refused, each by itself, 40 times in all: ") {
		t.Errorf("%q", s)
	}
}

// That no words were recognised of a program that nobody knows proves nothing.
func TestNothingKnownIsNoHealth(t *testing.T) {
	for _, text := range []string{
		"roses are red\nviolets are blue\n",
		"2026-05-30 10:00:02 INFO ready\n",
		`{"level":"info","msg":"ready"}` + "\n",
	} {
		if v := read(t, logs.Options{}, text).Verdict; v.Status != logs.StatusInconclusive || v.Next.Text == "" {
			t.Errorf("%q: %+v", text, v)
		}
	}
}

// Who names nobody is told apart by what refuses: one line each is no program
// that fails at everything.
func TestNobodysFailuresAreToldApart(t *testing.T) {
	r := read(t, logs.Options{}, "2026-05-30 10:00:01 ERROR AADSTS7000215: Invalid client secret provided.\n"+
		"2026-05-30 10:00:02 ERROR redis: NOAUTH Authentication required.\n"+
		"2026-05-30 10:00:03 ERROR smtp: 535 5.7.8 Username and Password not accepted\n")
	got := map[string]int{}
	for _, f := range r.Findings {
		got[f.User] = f.Count
	}
	if diff := cmp.Diff(map[string]int{"entra": 1, "redis": 1, "smtp": 1}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// What may be a refusal is not counted as one, and not passed over either.
func TestWhatMayBeARefusalIsNamed(t *testing.T) {
	r := read(t, logs.Options{}, "2026-05-30 10:00:01 INFO ready\n2026-05-30 10:00:02 WARN 403 Forbidden\n")
	if r.Failures != 0 || r.Possible != 1 || r.Verdict.Status != logs.StatusInconclusive {
		t.Errorf("%d failures, %d possible, %+v", r.Failures, r.Possible, r.Verdict)
	}
	var text strings.Builder
	if err := r.Text(&text); err != nil || !strings.Contains(text.String(), "Not counted: 1 record with words") {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// One log that is known and quiet makes no health of another that is not.
func TestAKnownLogBesideAnUnknownOne(t *testing.T) {
	known := "May 30 10:00:01 h sshd[12]: Accepted publickey for bob from 192.0.2.1 port 22 ssh2\n"
	if v := read(t, logs.Options{}, known).Verdict; v.Status != logs.StatusHealthy {
		t.Errorf("alone %+v", v)
	}
	r := read(t, logs.Options{}, known, "2026-05-30 10:00:02 INFO ready\n")
	if r.Verdict.Status != logs.StatusInconclusive || !strings.Contains(r.Verdict.Summary, "wrote test.log,") {
		t.Errorf("%+v", r.Verdict)
	}
}

// Who got in behind an attack is told, also by a program that nobody knows.
func TestWhoGotInAtAnyProgram(t *testing.T) {
	attack := func(line string) string {
		var b strings.Builder
		for i := range 36 {
			fmt.Fprintf(&b, "2026-05-30 10:%02d:00 WARN login failed for user \"u%d\" from 203.0.113.7: invalid password\n", i, i)
		}
		return b.String() + "2026-05-30 10:50:00 INFO " + line + "\n"
	}
	for _, line := range []string{
		`user u7 logged in from 203.0.113.7`, `login succeeded user=u7 ip=203.0.113.7`,
		`Authentication successful for user "u7" (203.0.113.7)`, `203.0.113.7 successfully authenticated user: u7`,
	} {
		if v := read(t, logs.Options{}, attack(line)).Verdict; v.Reading != logs.ReadTaken || !strings.HasPrefix(v.Summary, "u7 signed in") {
			t.Errorf("%s: %+v", line, v)
		}
	}
	var b strings.Builder
	for i := range 36 {
		fmt.Fprintf(&b, `{"ts":%d,"msg":"login failed: invalid password","user":"u%d","ip":"203.0.113.7"}`+"\n", 1780135202+60*i, i)
	}
	b.WriteString(`{"ts":1780140000,"msg":"login succeeded","user":"u7","ip":"203.0.113.7"}` + "\n")
	if v := read(t, logs.Options{}, b.String()).Verdict; v.Reading != logs.ReadTaken || !strings.HasPrefix(v.Summary, "u7 signed in") {
		t.Errorf("JSON lines: %+v", v)
	}
	for _, line := range []string{
		`user "u7" is not logged in, 203.0.113.7`, `user "u7" must be signed in from 203.0.113.7`, `hello u7 203.0.113.7`, `user "u7" couldn't be logged in from 203.0.113.7`,
		`login succeeded from 203.0.113.7`, `session user=u7 ip=203.0.113.7 logged_in=false signed in: false`,
	} {
		if v := read(t, logs.Options{}, attack(line)).Verdict; v.Reading == logs.ReadTaken {
			t.Errorf("%s: %+v", line, v)
		}
	}
}
