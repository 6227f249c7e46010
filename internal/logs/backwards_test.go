package logs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

func backwards(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Reverse(lines)
	return strings.Join(lines, "")
}

// A log that has its newest line first, as journalctl -r writes it, tells the
// same, and each try once.
func TestNewestFirst(t *testing.T) {
	session := func(b *strings.Builder, n int, lines ...string) {
		for i, l := range lines {
			fmt.Fprintf(b, "%s web01 sshd[%d]: %s\n", day.Add(time.Duration(n)*time.Minute+time.Duration(i)*time.Second).Format(time.Stamp), 20000+n, l)
		}
	}
	at := func(who string) string { return who + " from 203.0.113.9 port 57223 ssh2" }
	end := func(who string) string { return "Connection closed by " + who + " 203.0.113.9 port 57223 [preauth]" }
	var b strings.Builder
	session(&b, 0, "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root", at("Failed password for root"), end("authenticating user root"))
	session(&b, 1, "Invalid user oracle from 203.0.113.9 port 57223", at("Failed password for invalid user oracle"), end("invalid user oracle"))
	session(&b, 2, at("Failed password for root"), at("Failed password for root"), end("authenticating user root"))
	session(&b, 3, "error: PAM: Authentication failure for ann from 203.0.113.9", at("Failed keyboard-interactive/pam for ann"), "error: PAM: Authentication failure for ann from 203.0.113.9", at("Failed keyboard-interactive/pam for ann"))
	session(&b, 4, "User bob from 203.0.113.9 not allowed because not listed in AllowUsers", at("Failed password for invalid user bob"), end("invalid user bob"))
	session(&b, 5, end("authenticating user kim"))
	session(&b, 6, at("Failed publickey for zoe"), at("Failed publickey for zoe"), at("Accepted publickey for zoe"))
	session(&b, 7, at("Failed publickey for lee"), at("Failed publickey for lee"), end("authenticating user lee"))
	want := read(t, logs.Options{}, b.String())
	if want.Failures != 9 {
		t.Errorf("%d failures, want 9", want.Failures)
	}
	got := read(t, logs.Options{}, backwards(b.String()))
	type m = map[string]int
	if diff := cmp.Diff([]m{flat(want.ByCause), flat(want.ByUser), flat(want.BySource)}, []m{flat(got.ByCause), flat(got.ByUser), flat(got.BySource)}); diff != "" {
		t.Errorf("-oldest first +newest first\n%s", diff)
	}
}

// What got in next is told, in whatever order the log is.
func TestWhatCameNextInEachOrder(t *testing.T) {
	var d diary
	d.enters(time.Hour, "ann", "192.0.2.5")
	d.fails(2*time.Hour, "ann", "192.0.2.5")
	d.enters(2*time.Hour+10*time.Second, "ann", "192.0.2.5")
	d.enters(9*time.Hour, "ann", "192.0.2.5")
	for _, text := range []string{d.String(), backwards(d.String())} {
		if f := read(t, logs.Options{}, text).Findings[0]; f.Reading != logs.ReadMistyped || !strings.Contains(f.Summary, "then got in 10 seconds later") {
			t.Errorf("%+v", f)
		}
	}
	d.script("ann", "192.0.2.5")
	for _, text := range []string{d.String(), backwards(d.String())} {
		if f := read(t, logs.Options{}, text).Findings[0]; f.Reading != logs.ReadHammer || f.Every != 30 || !strings.Contains(f.Summary, "what a program with an old or wrong secret looks like") {
			t.Errorf("%+v", f)
		}
	}
}

// A program that offers all its keys has failed at none when one fits.
func TestKeysThatAreOfferedBeforeTheRightOne(t *testing.T) {
	var b strings.Builder
	for i := range 20 {
		for k := range 4 {
			fmt.Fprintf(&b, "%s web01 sshd[%d]: Failed publickey for anna from 192.168.1.20 port 50000 ssh2: RSA SHA256:abc%d\n", day.Add(time.Duration(i)*30*time.Minute).Format(time.Stamp), 100+i, k)
		}
		fmt.Fprintf(&b, "%s web01 sshd[%d]: Accepted publickey for anna from 192.168.1.20 port 50000 ssh2: ED25519 SHA256:xyz\n", day.Add(time.Duration(i)*30*time.Minute).Format(time.Stamp), 100+i)
	}
	for _, text := range []string{b.String(), backwards(b.String())} {
		if r := read(t, logs.Options{}, text); r.Failures != 0 {
			t.Errorf("%d failures: %+v", r.Failures, r.Verdict)
		}
	}
	if r := read(t, logs.Options{}, strings.ReplaceAll(b.String(), "Accepted publickey", "Postponed publickey")); r.Failures != 20 {
		t.Errorf("%d failures, want 20", r.Failures)
	}
}
