package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// posts are requests that send something to a page.
func posts(n int, every time.Duration, page, agent string, status int, source func(int) string) string {
	var b strings.Builder
	for i := range n {
		at := day.Add(10*time.Hour + time.Duration(i)*every)
		fmt.Fprintf(&b, "%s - - [%s] \"POST %s HTTP/1.1\" %d 81 \"-\" \"%s\"\n", source(i), at.Format("02/Jan/2006:15:04:05 -0700"), page, status, agent)
	}
	return b.String()
}

// A page that takes names and passwords asks nobody how they want to sign in:
// what it refuses was wrong, and what it takes after that was right.
func TestPagesThatTakePasswords(t *testing.T) {
	one := func(int) string { return "203.0.113.5" }
	many := func(i int) string { return fmt.Sprintf("84.%d.%d.9", i/200, i%200) }
	brute := posts(300, 3*time.Second, "/api/login", "python-requests/2.31", 401, one)
	then := fmt.Sprintf("203.0.113.5 - - [%s] \"POST /api/login HTTP/1.1\" 200 981 \"-\" \"python-requests/2.31\"\n", day.Add(11*time.Hour).Format("02/Jan/2006:15:04:05 -0700"))
	for name, c := range map[string]struct {
		text     string
		failures int
		reading  string
		says     string
	}{
		"guessed":            {brute, 300, logs.ReadBrute, "203.0.113.5 tries passwords for names that the log does not tell, 300 times"},
		"guessed, then in":   {brute + then, 300, logs.ReadTaken, "Somebody whom the log does not name (python-requests/2.31) signed in from the attacking address 203.0.113.5"},
		"once each":          {posts(9, time.Hour, "/users/sign_in?x=1", "Mozilla/5.0", 401, many) + posts(9, time.Hour, "/users/sign_in", "Mozilla/5.0", 302, many), 9, logs.ReadMistyped, "typos"},
		"a program's orders": {posts(300, 3*time.Second, "/api/orders", "shop-sync/1.2", 401, one), 298, logs.ReadHammer, "Somebody may be guessing, or it is a program with an old or wrong secret."},
		"a broken door":      {posts(400, 5*time.Second, "/oauth/token", "okhttp/4.9", 503, many), 400, logs.ReadEveryone, "People and programs that give no name fail at /oauth, from 400 addresses, mostly for this reason: "},
		"a broken shop":      {posts(400, 5*time.Second, "/orders", "okhttp/4.9", 503, many), 0, logs.ReadNone, "No sign-in failed"},
	} {
		r := read(t, logs.Options{}, c.text)
		if r.Failures != c.failures || r.Verdict.Reading != c.reading || !strings.Contains(r.Verdict.Summary, c.says) {
			t.Errorf("%s: %d failures, %+v", name, r.Failures, r.Findings)
		}
	}
}

// A part of a site that let everybody in, and then asks nearly all of them who
// they are, has broken. One that always asks has not.
func TestADeploymentThatLostItsKeys(t *testing.T) {
	for name, c := range map[string]struct {
		refused func(i int) bool
		want    string
	}{
		"from nine on":         {func(i int) bool { return i >= 1200 && i%4 > 0 }, logs.ReadEveryone},
		"always some":          {func(i int) bool { return i%3 == 0 }, logs.ReadNone},
		"rarely":               {func(i int) bool { return i >= 1200 && i%20 == 0 }, logs.ReadNone},
		"nobody was in before": {func(i int) bool { return i >= 10 }, logs.ReadNone},
	} {
		var b strings.Builder
		for i := range 3000 {
			status := 200
			if c.refused(i) {
				status = 401
			}
			fmt.Fprintf(&b, "84.112.%d.%d - - [%s] \"GET /api/v1/orders HTTP/1.1\" %d 532 \"-\" \"okhttp/4.9\"\n", i*7919%1500/250, i*7919%250, day.Add(8*time.Hour+time.Duration(i)*3*time.Second).Format("02/Jan/2006:15:04:05 -0700"), status)
		}
		r := read(t, logs.Options{}, b.String())
		if (r.Verdict.Reading == logs.ReadEveryone) != (c.want == logs.ReadEveryone) {
			t.Errorf("%s: %d failures, %d challenges: %+v", name, r.Failures, r.Challenges, r.Findings)
		}
		if c.want == logs.ReadEveryone && (!strings.HasPrefix(r.Verdict.Summary, "People and programs that give no name fail at /api, from ") || !strings.Contains(r.Verdict.Summary, "It began at 2026-05-30 09:00 UTC")) {
			t.Errorf("%s: %d failures, %d challenges: %+v", name, r.Failures, r.Challenges, r.Verdict)
		}
	}
}
