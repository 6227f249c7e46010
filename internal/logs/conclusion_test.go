package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// signIns writes a log of Entra, a sign-in a minute.
type signIns struct {
	strings.Builder
	n int
}

func (s *signIns) add(times int, user, source, code string) {
	for range times {
		s.n++
		fmt.Fprintf(s, `{"createdDateTime":%q,"userPrincipalName":%q,"appDisplayName":"Mail","ipAddress":%q,"correlationId":"c%d","status":{"errorCode":%s,"failureReason":""}}`+"\n",
			day.Add(8*time.Hour+time.Duration(s.n)*time.Minute+time.Duration(s.n*s.n%40)*time.Second).Format(time.RFC3339), user, source, s.n, code)
	}
}

// guessed are words that only a wrong name or secret may lead to.
var guessed = []string{"mistype", "old secret", "old or wrong secret", "right secret", "typo", "guess"}

// What is said of an account that is refused again and again is what explain
// knows of the cause, and who can mend it.
func TestTheConclusionFollowsTheCause(t *testing.T) {
	for code, class := range map[string]string{
		"53003": "policy_blocked", "50053": "account_locked", "50057": "account_disabled", "50055": "password_expired", "500121": "mfa_failed",
		"90094": "consent_required", "700016": "client_misconfigured", "50105": "permission_denied", "50013": "token_invalid", "50126": "wrong_credentials", "50034": "unknown_account",
	} {
		for _, n := range []int{1, 5, 60} {
			var log signIns
			log.add(n, "jane@contoso.com", "198.51.100.7", code)
			r := read(t, logs.Options{}, log.String())
			if len(r.Findings) != 1 || r.Verdict.Cause != class {
				t.Errorf("%s, %d times: want %s: %+v", code, n, class, r.Findings)
				continue
			}
			f := r.Findings[0]
			if !strings.HasPrefix(f.Summary, "jane@contoso.com ") || f.User != "jane@contoso.com" || f.Next.Actor == "" {
				t.Errorf("%s, %d times: %+v", code, n, f)
			}
			if class == "wrong_credentials" || class == "unknown_account" {
				if (f.Reading == logs.ReadHammer) != (n >= 5) || n >= 5 && !strings.Contains(f.Summary, "old") {
					t.Errorf("%s, %d times: %+v", code, n, f)
				}
				continue
			}
			known := explainer(t).Explain("AADSTS" + code + ": ").Findings[0]
			if class == "mfa_failed" && n == 60 { // nobody fails that often who has their phone in hand
				if f.Reading != logs.ReadKnown || !strings.HasPrefix(f.Next.Text, "Ask its owner whether they started these sign-ins. If not, somebody else has the password") {
					t.Errorf("%s, %d times: %+v", code, n, f)
				}
				continue
			}
			if f.Reading != logs.ReadRefused || f.Next.Text != known.Next || f.Next.Actor != known.Actor || !strings.Contains(f.Summary, known.Title) {
				t.Errorf("%s, %d times: %+v, want %s (%s)", code, n, f, known.Next, known.Actor)
			}
			for _, word := range guessed {
				if strings.Contains(f.Summary, word) {
					t.Errorf("%s, %d times: %q in %s", code, n, word, f.Summary)
				}
			}
		}
	}
}

// Logs that name a cause in no words have advice all the same.
func TestAdviceOfACauseWithoutWords(t *testing.T) {
	line := `2026/05/30 10:00:%02d [error] 7#7: *1 access forbidden by rule, client: 192.0.2.9, server: x, request: "GET / HTTP/1.1"` + "\n"
	var log strings.Builder
	for i := range 9 {
		fmt.Fprintf(&log, line, i*i%60)
	}
	known := explainer(t).Class("permission_denied")
	if r := read(t, logs.Options{}, log.String()); r.Verdict.Reading != logs.ReadRefused || r.Verdict.Next.Text != known.Next || r.Verdict.Next.Actor != "admin" || known.Next == "" {
		t.Errorf("%+v", r.Verdict)
	}
}

// People who fail for reasons of their own are not one program.
func TestOnlyWhatBelongsTogetherIsOneStory(t *testing.T) {
	var log signIns
	log.add(5, "jane@contoso.com", "198.51.100.7", "53003")
	log.add(1, "old@contoso.com", "198.51.100.9", "50055")
	var ssh diary
	ssh.fails(8*time.Hour+29*time.Minute+51*time.Second, "bert", "192.0.2.5")
	ssh.enters(8*time.Hour+30*time.Minute, "bert", "192.0.2.5")
	r := read(t, logs.Options{}, log.String(), ssh.String(), nginxErrors[:strings.IndexByte(nginxErrors, '\n')+1])
	want := []struct{ user, reading, says, actor string }{
		{"jane@contoso.com", logs.ReadRefused, "jane@contoso.com is refused 5 times from 198.51.100.7: ", "admin"},
		{"old@contoso.com", logs.ReadRefused, "old@contoso.com is refused once from 198.51.100.9: the password has expired.", "user"},
		{"ann", logs.ReadMixed, "ann is refused once from 203.0.113.1: wrong name or secret.", "user"},
		{"bert", logs.ReadMistyped, "bert was refused once from 192.0.2.5, and then got in 9 seconds later: a typo.", ""},
	}
	if len(r.Findings) != len(want) {
		t.Fatalf("%+v", r.Findings)
	}
	for i, w := range want {
		f := r.Findings[i]
		if f.User != w.user || f.Reading != w.reading || !strings.HasPrefix(f.Summary, w.says) || f.Next.Actor != w.actor || f.Users != 1 || f.Sources != 1 {
			t.Errorf("want %v, got %+v", w, f)
		}
	}
	if next := r.Findings[3].Next; next.Text != "Nothing has to be done." || next.Playbook != "" {
		t.Errorf("%+v", next)
	}
}

// Many with the same cause are summed up, and said to be apart; who has another
// cause, or got in, is not among them.
func TestManyWithTheSameCause(t *testing.T) {
	var log signIns
	for i := range 7 {
		log.add(2, fmt.Sprintf("p%d@contoso.com", i), fmt.Sprintf("198.51.100.%d", i), "50055")
	}
	log.add(3, "jane@contoso.com", "198.51.100.77", "53003")
	r := read(t, logs.Options{}, log.String())
	if len(r.Findings) != 2 {
		t.Fatalf("%+v", r.Findings)
	}
	if f := r.Findings[1]; f.Reading != logs.ReadRefused || f.User != "jane@contoso.com" || f.Count != 3 {
		t.Errorf("%+v", f)
	}
	if f := r.Findings[0]; f.Reading != logs.ReadMixed || f.Count != 14 || !strings.HasPrefix(f.Summary, "7 accounts are refused, each by itself, 14 times in all, from 7 addresses: the password has expired.") {
		t.Errorf("%+v", f)
	}
}

// A fault of the service takes nobody in who has another trouble.
func TestABrokenServiceAndSomebodyElse(t *testing.T) {
	var log signIns
	for i := range 60 {
		log.add(1, fmt.Sprintf("p%d@contoso.com", i%20), fmt.Sprintf("198.51.100.%d", i%20), "53003")
	}
	log.add(3, "old@contoso.com", "192.0.2.77", "50055")
	r := read(t, logs.Options{}, log.String())
	if len(r.Findings) != 2 || r.Findings[0].Reading != logs.ReadEveryone || r.Findings[0].Count != 60 || r.Findings[1].User != "old@contoso.com" || r.Findings[1].Count != 3 {
		t.Errorf("%+v", r.Findings)
	}
}

// A success ends a trouble only when it comes behind the last failure, of the
// same account.
func TestWhatASuccessEnds(t *testing.T) {
	for name, c := range map[string]struct {
		log     func(*diary)
		reading string
		ended   bool
	}{
		"before": {func(d *diary) {
			d.fails(0, "x", "192.0.2.9")
			d.enters(time.Second, "ann", "192.0.2.5")
			d.fails(time.Minute, "ann", "192.0.2.5")
		}, logs.ReadMixed, false},
		"of another":   {func(d *diary) { d.fails(0, "ann", "192.0.2.5"); d.enters(time.Second, "bob", "192.0.2.5") }, logs.ReadMixed, false},
		"from another": {func(d *diary) { d.fails(0, "ann", "192.0.2.5"); d.enters(time.Second, "ann", "192.0.2.6") }, logs.ReadMixed, false},
		"behind it":    {func(d *diary) { d.fails(0, "ann", "192.0.2.5"); d.enters(time.Second, "ann", "192.0.2.5") }, logs.ReadMistyped, true},
		"behind many": {func(d *diary) {
			for i := range 40 {
				d.fails(time.Duration(i)*time.Minute, "ann", "192.0.2.5")
			}
			d.enters(time.Hour, "ann", "192.0.2.5")
		}, logs.ReadHammer, true},
	} {
		var d diary
		c.log(&d)
		found := false
		for _, f := range read(t, logs.Options{}, d.String()).Findings {
			if f.User == "ann" {
				found = true
				if f.Reading != c.reading || (len(f.SignedIn) == 1) != c.ended {
					t.Errorf("%s: %+v", name, f)
				}
			}
		}
		if !found {
			t.Errorf("%s: nothing of ann", name)
		}
	}
}

// Whom a log names is not called nobody, and who is nobody has no account.
func TestWhoNamesNoAccount(t *testing.T) {
	var log strings.Builder
	for i := range 300 {
		fmt.Fprintf(&log, "192.0.2.250 - - [%s] \"POST /api HTTP/1.1\" 401 9 \"-\" \"sync/1.2\"\n", day.Add(time.Duration(i)*time.Minute).Format("02/Jan/2006:15:04:05 -0700"))
	}
	v := read(t, logs.Options{}, log.String()).Verdict
	if !strings.HasPrefix(v.Summary, "A program that names no account (sync/1.2) fails again and again from 192.0.2.250: ") || !strings.Contains(v.Summary, ", about every minute. ") || strings.Contains(v.Next.Text, "account") {
		t.Errorf("%+v", v)
	}
}

// The larger trouble comes first, and a single failure has no beginning.
func TestTheLargerTroubleComesFirst(t *testing.T) {
	var log signIns
	log.add(30, "p@contoso.com", "198.51.100.1", "0")
	log.add(1, "old@contoso.com", "198.51.100.9", "50055")
	log.add(3, "kim@contoso.com", "198.51.100.8", "50126")
	log.add(60, "p@contoso.com", "198.51.100.1", "0")
	f := read(t, logs.Options{}, log.String()).Findings
	if len(f) != 2 || f[0].User != "kim@contoso.com" || strings.Contains(f[0].Summary+f[1].Summary, "It began") {
		t.Errorf("%+v", f)
	}
}

// Nothing failed: there is nothing to do.
func TestNothingToDo(t *testing.T) {
	var d diary
	d.enters(time.Hour, "ann", "192.0.2.5")
	var b strings.Builder
	if err := read(t, logs.Options{}, d.String()).Text(&b); err != nil || strings.Contains(b.String(), "to do") || !strings.Contains(b.String(), "0 failed sign-ins in 1 record.") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
