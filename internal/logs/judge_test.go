package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// A mail server whose user database is gone refuses everybody, and says so: no
// password is wrong.
func TestAMailServerWithoutItsDatabase(t *testing.T) {
	var log strings.Builder
	for i := range 140 {
		user, source, at := fmt.Sprintf("p%d@example.com", i%20), fmt.Sprintf("84.112.3.%d", i%20), day.Add(time.Duration(i)*10*time.Second).Format(time.RFC3339)
		if i < 80 {
			fmt.Fprintf(&log, "%s mail dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=%s, lip=10.0.0.2, mpid=%d, TLS, session=<s%d>\n", at, user, source, i, i)
			continue
		}
		fmt.Fprintf(&log, "%s mail dovecot: auth-worker(99): Error: conn unix:auth-worker: sql(%s,%s,<s%d>): Password query failed: Not connected to database\n", at, user, source, i)
		fmt.Fprintf(&log, "%s mail dovecot: imap-login: Disconnected: Connection closed (auth service reported temporary failure) (auth failed, 1 attempts in 2 secs): user=<%s>, method=PLAIN, rip=%s, lip=10.0.0.2, TLS, session=<s%d>\n", at, user, source, i)
	}
	r := read(t, logs.Options{}, log.String())
	if v := r.Verdict; r.Failures != 60 || v.Reading != logs.ReadEveryone || v.Cause != "provider_outage" || strings.Contains(v.Next.Text, "old password") {
		t.Errorf("%d failures, %+v", r.Failures, v)
	}
}

// A spike is what the finding about the same failures is.
func TestASpikeIsReadAsItsFinding(t *testing.T) {
	var d diary
	for i := range 24 {
		d.enters(time.Duration(i)*time.Hour, "ann", "192.0.2.5")
	}
	d.guesses(300, 3*time.Second, "root", bot)
	r := read(t, logs.Options{}, d.String())
	if len(r.Spikes) != 1 || r.Spikes[0].Reading != logs.ReadBrute || r.Verdict.Reading != logs.ReadBrute {
		t.Errorf("%+v, %+v", r.Spikes, r.Verdict)
	}
}
