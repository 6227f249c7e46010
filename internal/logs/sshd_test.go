package logs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// What sshd says of one connection is as many failures as there were tries.
func TestSSHDTellsOfOneTryInSeveralLines(t *testing.T) {
	type m = map[string]int
	const from = " from 203.0.113.9 port 4000"
	for _, tt := range []struct {
		name   string
		lines  []string // of one connection
		causes m
		users  m
	}{
		{"a name that nobody has, and no more", []string{"Invalid user oracle" + from}, m{"unknown_account": 1}, m{"oracle": 1}},
		{"a name that nobody has, then a password", []string{"Invalid user oracle" + from, "Failed password for invalid user oracle" + from + " ssh2", "Connection closed by invalid user oracle 203.0.113.9 port 4000 [preauth]"},
			m{"unknown_account": 1}, m{"oracle": 1}},
		{"a name that nobody has, then the end", []string{"Invalid user oracle" + from, "Received disconnect from 203.0.113.9 port 4000:11: Bye Bye [preauth]", "Disconnected from invalid user oracle 203.0.113.9 port 4000 [preauth]"},
			m{"unknown_account": 1}, m{"oracle": 1}},
		{"a name that is empty", []string{"Invalid user " + from}, m{"unknown_account": 1}, m{}},
		{"a key that is not taken", []string{"Connection closed by authenticating user ann 203.0.113.9 port 4000 [preauth]"}, m{"wrong_credentials": 1}, m{"ann": 1}},
		{"no way that the server takes", []string{"Received disconnect from 203.0.113.9 port 4000:14: No supported authentication methods available [preauth]", "Disconnected from authenticating user ann 203.0.113.9 port 4000 [preauth]"},
			m{"wrong_credentials": 1}, m{"ann": 1}},
		{"no way, of an older sshd", []string{"Received disconnect from 203.0.113.9: 14: No supported authentication methods available [preauth]"}, m{"wrong_credentials": 1}, m{}},
		{"tries until the server has enough", []string{"Failed password for ann" + from + " ssh2", "Failed password for ann" + from + " ssh2", "error: maximum authentication attempts exceeded for ann" + from + " ssh2 [preauth]", "Disconnecting authenticating user ann 203.0.113.9 port 4000: Too many authentication failures [preauth]"},
			m{"wrong_credentials": 2}, m{"ann": 2}},
		{"keys, which are not logged, until it has enough", []string{"error: maximum authentication attempts exceeded for invalid user pi" + from + " ssh2 [preauth]", "Disconnecting invalid user pi 203.0.113.9 port 4000: Too many authentication failures [preauth]"},
			m{"unknown_account": 1}, m{"pi": 1}},
		{"PAM, whose line sshd repeats", []string{"error: PAM: Authentication failure for ann from gw.example.org", "Failed keyboard-interactive/pam for ann" + from + " ssh2", "error: PAM: Authentication failure for ann from gw.example.org", "Connection closed by authenticating user ann 203.0.113.9 port 4000 [preauth]"},
			m{"wrong_credentials": 2}, m{"ann": 2}},
		{"PAM alone, and its summary", []string{"error: PAM: Authentication failure for illegal user pi from gw.example.org", "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9"},
			m{"unknown_account": 1}, m{"pi": 1}},
		{"a key exchange that cannot be", []string{"Unable to negotiate with 203.0.113.9 port 4000: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1 [preauth]"}, m{"tls_protocol": 1}, m{}},
		{"a rule of the server", []string{"User ann" + strings.TrimSuffix(from, " port 4000") + " not allowed because not listed in AllowUsers", "Connection closed by invalid user ann 203.0.113.9 port 4000 [preauth]"}, m{"policy_blocked": 1}, m{"ann": 1}},
		{"a rule of the server, and a password", []string{"User ann from 203.0.113.9 not allowed because not listed in AllowUsers", "Failed password for invalid user ann" + from + " ssh2", "Connection closed by invalid user ann 203.0.113.9 port 4000 [preauth]"}, m{"policy_blocked": 1}, m{"ann": 1}},
		{"asking what is allowed", []string{"Failed none for ann" + from + " ssh2"}, m{}, m{}},
		{"who only looks", []string{"Connection closed by 203.0.113.9 port 4000 [preauth]", "Received disconnect from 203.0.113.9 port 4000:11: disconnected by user", "Disconnected from user ann 203.0.113.9 port 4000"}, m{}, m{}},
		{"a user who is called user", []string{"Failed password for invalid user user" + from + " ssh2"}, m{"unknown_account": 1}, m{"user": 1}},
		{"a rule on files that others may write", []string{"Authentication refused: bad ownership or modes for directory /home/ann/.ssh", "Connection closed by authenticating user ann 203.0.113.9 port 4000 [preauth]"}, m{"client_misconfigured": 1}, m{"ann": 1}},
		{"a rule on a certificate that has run out", []string{"error: Certificate invalid: expired", "Connection closed by authenticating user ann 203.0.113.9 port 4000 [preauth]"}, m{"token_expired": 1}, m{"ann": 1}},
		{"an account that has expired, PAM", []string{"pam_unix(sshd:account): account ann has expired (account expired)", "fatal: Access denied for user ann by PAM account configuration [preauth]"}, m{"account_disabled": 1}, m{"ann": 1}},
		{"a rule for root", []string{"ROOT LOGIN REFUSED FROM 203.0.113.9 port 4000"}, m{"policy_blocked": 1}, m{"root": 1}},
		{"a directory that does not answer, PAM", []string{"pam_sss(sshd:auth): received for user ann: 9 (Authentication service cannot retrieve authentication info)", "Failed password for ann" + from + " ssh2"}, m{"provider_outage": 1}, m{"ann": 1}},
		{"a directory that does not answer, PAM alone", []string{"pam_sss(sshd:auth): received for user ann: 9 (Authentication service cannot retrieve authentication info)"}, m{"provider_outage": 1}, m{"ann": 1}},
		{"a name that plays a line", []string{"Failed password for invalid user root from 192.0.2.1" + from + " ssh2"}, m{"unknown_account": 1}, m{"root from 192.0.2.1": 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, program := range []string{"sshd[7]", "sshd-session[7]", "sshd"} {
				var log strings.Builder
				for i, l := range tt.lines {
					fmt.Fprintf(&log, "May 30 10:00:%02d gate %s: %s\n", i, program, l)
				}
				r := read(t, logs.Options{}, log.String())
				if diff := cmp.Diff([]m{tt.causes, tt.users}, []m{flat(r.ByCause), flat(r.ByUser)}); diff != "" && (program != "sshd" || !strings.Contains(tt.name, "PAM") && !strings.Contains(tt.name, "rule")) {
					t.Errorf("%s: -want +got\n%s", program, diff)
				}
				if r.Untimed != 0 || r.Unreadable != 0 {
					t.Errorf("%d without a time, %d unreadable", r.Untimed, r.Unreadable)
				}
			}
		})
	}
}

// Without a process number, lines belong together that have account, source
// and second in common; of others it is said that they may be counted twice.
func TestSSHDWithoutAProcessNumber(t *testing.T) {
	type m = map[string]int
	const from, gw = " from 203.0.113.9 port 4000", " from gw.example.org"
	pam := "error: PAM: Authentication failure for ann from 203.0.113.9"
	failed := "Failed keyboard-interactive/pam for ann" + from + " ssh2"
	rule := "User ann from 203.0.113.9 not allowed because not listed in AllowUsers"
	for name, c := range map[string]struct {
		lines  []string // seconds and text
		causes m
		unsure int
	}{
		"PAM, in one second":             {[]string{"1 " + pam, "1 " + failed}, m{"wrong_credentials": 1}, 0},
		"PAM, twice":                     {[]string{"1 " + pam, "1 " + failed, "4 " + pam, "4 " + failed}, m{"wrong_credentials": 2}, 0},
		"PAM, in two seconds":            {[]string{"1 " + pam, "2 " + failed}, m{"wrong_credentials": 2}, 1},
		"PAM, another source":            {[]string{"1 " + strings.Replace(pam, " from 203.0.113.9", gw, 1), "1 " + failed}, m{"wrong_credentials": 2}, 1},
		"PAM, another account":           {[]string{"1 " + pam, "1 " + strings.Replace(failed, "ann", "bob", 1)}, m{"wrong_credentials": 2}, 1},
		"a rule, then the end":           {[]string{"1 " + rule, "1 Connection closed by invalid user ann 203.0.113.9 port 4000 [preauth]"}, m{"policy_blocked": 1}, 0},
		"a rule, then a password":        {[]string{"1 " + rule, "1 Failed password for invalid user ann" + from + " ssh2", "2 Connection closed by invalid user ann 203.0.113.9 port 4000 [preauth]"}, m{"policy_blocked": 1}, 0},
		"a rule, and the end much later": {[]string{"1 " + rule, "9 Connection closed by invalid user ann 203.0.113.9 port 4000 [preauth]"}, m{"policy_blocked": 1, "unknown_account": 1}, 1},
	} {
		var log strings.Builder
		for _, l := range c.lines {
			second, text, _ := strings.Cut(l, " ")
			fmt.Fprintf(&log, "May 30 10:00:0%s gate sshd: %s\n", second, text)
		}
		r := read(t, logs.Options{}, log.String())
		if diff := cmp.Diff(c.causes, flat(r.ByCause)); diff != "" || r.Unsure != c.unsure {
			t.Errorf("%s: %d unsure, want %d; -want +got\n%s", name, r.Unsure, c.unsure, diff)
		}
		var b strings.Builder
		if err := r.Text(&b); err != nil || strings.Contains(b.String(), "may be counted twice") != (c.unsure > 0) {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}

// Two hosts, or two connections one after the other, may have the same number.
func TestNumbersOfConnectionsComeAgain(t *testing.T) {
	text := `May 30 10:00:00 a sshd[7]: Invalid user x from 203.0.113.9 port 1
May 30 10:00:01 b sshd[7]: Failed password for ann from 203.0.113.8 port 2 ssh2
May 30 10:00:02 b sshd[7]: Connection closed by authenticating user ann 203.0.113.8 port 2 [preauth]
May 30 10:00:03 a sshd[7]: Connection closed by invalid user x 203.0.113.9 port 1 [preauth]
May 30 11:00:00 b sshd[7]: Connection closed by authenticating user bob 203.0.113.8 port 2 [preauth]
`
	r := read(t, logs.Options{}, text)
	if diff := cmp.Diff(map[string]int{"x": 1, "ann": 1, "bob": 1}, flat(r.ByUser)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// More connections than are remembered lose nothing.
func TestManyConnectionsAtOnce(t *testing.T) {
	var log strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&log, "May 30 %02d:%02d:%02d gate sshd[%d]: Invalid user x%d from 203.0.113.9 port 1\n", i/3600, i/60%60, i%60, i, i%10)
	}
	if r := read(t, logs.Options{}, log.String()); r.Failures != 10_000 || r.Untimed != 0 {
		t.Errorf("%d failures, %d without a time", r.Failures, r.Untimed)
	}
}
