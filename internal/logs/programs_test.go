package logs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// wrote is what a program wrote, and what it means: why, who and from where.
type wrote struct {
	name, text             string
	causes, users, sources map[string]int
}

// readsAs reads what programs wrote, each by itself: every line can be read, and
// every failure has a time.
func readsAs(t *testing.T, list []wrote) {
	t.Helper()
	for _, w := range list {
		t.Run(w.name, func(t *testing.T) {
			r := read(t, logs.Options{}, w.text)
			want, got := []map[string]int{w.causes, w.users, w.sources}, []map[string]int{flat(r.ByCause), flat(r.ByUser), flat(r.BySource)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if r.Untimed != 0 || r.Unreadable != 0 {
				t.Errorf("%d without a time, %d unreadable", r.Untimed, r.Unreadable)
			}
		})
	}
}

// Lines as each program writes them, in syslog and in files of its own: why, who
// and from where.
func TestProgramsOfTheirOwnWords(t *testing.T) {
	type m = map[string]int
	readsAs(t, []wrote{
		{"PostgreSQL's reason belongs to its error, and a rule is no address", "2025-11-20 08:00:00.120 UTC [900] [unknown]@[unknown] LOG:  connection received: host=203.0.113.5 port=40000\n" +
			"2025-11-20 08:00:00.123 UTC [900] admin@postgres FATAL:  password authentication failed for user \"admin\"\n" +
			"2025-11-20 08:00:00.123 UTC [900] admin@postgres DETAIL:  Role \"admin\" does not exist.\n\tConnection matched file \"/etc/postgresql/16/main/pg_hba.conf\" line 119: \"host all all 0.0.0.0/0 md5\"\n",
			m{"unknown_account": 1}, m{"admin": 1}, m{"203.0.113.5": 1}},
		{"Exim names the peer behind what it claims to be", "2025-11-20 08:00:00 login authenticator failed for ([10.0.0.5]) [203.0.113.0]: 535 Incorrect authentication data (set_id=admin@example.com)\n",
			m{"wrong_credentials": 1}, m{"admin@example.com": 1}, m{"203.0.113.0": 1}},
		{"Asterisk's name in front is the client's own", "[2025-11-20 08:00:00] NOTICE[1638] chan_sip.c: Registration from '\"100\" <sip:100@198.51.100.1>' failed for '203.0.113.5:5060' - Wrong password\n" +
			"[2025-11-20 08:00:01] NOTICE[1638] res_pjsip/pjsip_distributor.c: Request 'REGISTER' from '\"x' failed for '192.0.2.1:5060' - Wrong password\" <sip:101@198.51.100.1>' failed for '203.0.113.5:5060' (callid: 2) - No matching endpoint found\n",
			m{"wrong_credentials": 1, "unknown_account": 1}, m{"100": 1, "101": 1}, m{"203.0.113.5": 2}},
		{"a device that tells of a wrong community is not who asked", "Nov 20 08:00:00 nms snmptrapd[700]: 2025-11-20 08:00:00 10.0.0.50(via UDP: [10.0.0.50]:161->[10.0.0.2]:162) TRAP, SNMP v1, community x\tSNMPv2-SMI::enterprises.9.1.1 Authentication Failure Trap (0) Uptime: 0:00:12.34\n",
			m{"wrong_credentials": 1}, m{}, m{}},
		{"OpenVPN in syslog", "Nov 20 08:00:00 vpn openvpn[88]: 203.0.113.5:1194 TLS Auth Error: Auth Username/Password verification failed for peer\n",
			m{"wrong_credentials": 1}, m{}, m{"203.0.113.5": 1}},
		{"Courier", "Apr 23 21:59:01 dns2 imapd: LOGIN FAILED, user=sales@example.com, ip=[::ffff:1.2.3.4]\n",
			m{"wrong_credentials": 1}, m{"sales@example.com": 1}, m{"1.2.3.4": 1}},
		{"WordPress", "Nov 20 08:00:00 web wordpress(blog.example.com)[44]: Authentication attempt for unknown user admin from 203.0.113.0\nNov 20 08:00:04 web wordpress(blog.example.com)[45]: Authentication failure for root from 203.0.113.1\n",
			m{"unknown_account": 1, "wrong_credentials": 1}, m{"admin": 1, "root": 1}, m{"203.0.113.0": 1, "203.0.113.1": 1}},
		{"a KDC", "Nov 20 08:00:00 kdc krb5kdc[700](info): AS_REQ (8 etypes {18 17}) 10.0.0.5: PREAUTH_FAILED: alice@CORP for krbtgt/CORP@CORP, Preauthentication failed\n" +
			"Nov 20 08:00:00 kdc krb5kdc[700](info): AS_REQ (8 etypes {18 17}) 10.0.0.5: NEEDED_PREAUTH: alice@CORP for krbtgt/CORP@CORP, Additional pre-authentication required\n" +
			"Nov 20 08:00:00 kdc krb5kdc[700](info): TGS_REQ (8 etypes {18 17}) 10.0.0.6: PROCESS_TGS: authtime 0,  u0@CORP for HTTP/x@CORP, Clock skew too great\n",
			m{"wrong_credentials": 1, "clock_skew": 1}, m{"alice@CORP": 1, "u0@CORP": 1}, m{"10.0.0.5": 1, "10.0.0.6": 1}},
		{"ProFTPD", "Nov 20 08:00:00 ftp proftpd[0]: ftp.example.com (203.0.113.5[203.0.113.5]) - USER admin (Login failed): Incorrect password\n" +
			"Nov 20 08:00:05 ftp proftpd[1]: ftp.example.com (203.0.113.5[203.0.113.5]) - USER root: no such user found from 203.0.113.5 [203.0.113.5] to ::ffff:10.0.0.2:21\n",
			m{"wrong_credentials": 1, "unknown_account": 1}, m{"admin": 1, "root": 1}, m{"203.0.113.5": 2}},
		{"sudo counts what PAM told of once", "Nov 20 10:00:01 web01 sudo[88]: pam_unix(sudo:auth): authentication failure; logname=anna uid=1001 euid=0 tty=/dev/pts/0 ruser=anna rhost=  user=anna\n" +
			"Nov 20 10:00:14 web01 sudo[88]:     anna : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/anna ; USER=root ; COMMAND=/usr/bin/apt update\n" +
			"Nov 20 11:00:14 web01 sudo[89]:     eve : user NOT in sudoers ; TTY=pts/1 ; PWD=/home/eve ; USER=root ; COMMAND=/bin/cat /etc/shadow\n",
			m{"wrong_credentials": 3, "permission_denied": 1}, m{"anna": 3, "eve": 1}, m{}},
		{"Postfix that signs in itself", "Nov 20 08:00:00 mail postfix/smtp[100]: A1B2C300: to=<x@example.net>, relay=smtp.example.com[198.51.100.8]:587, delay=1.2, dsn=5.7.8, status=bounced (SASL authentication failed; server smtp.example.com[198.51.100.8] said: 535-5.7.8 Username and Password not accepted.)\n" +
			"Nov 20 08:00:01 mail postfix/smtpd[101]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <a@b.example>: Relay access denied; from=<c@d.example> to=<a@b.example> proto=ESMTP helo=<x>\n",
			m{"wrong_credentials": 1}, m{}, m{}},
		{"a certificate out of date at Dovecot", "Nov 20 08:00:00 mail dovecot: imap-login: Disconnected: Connection closed: SSL_accept() failed: error:0A000415:SSL routines::sslv3 alert certificate expired: SSL alert number 45 (no auth attempts in 0 secs): user=<>, rip=84.112.3.37, lip=10.0.0.2, TLS handshaking, session=<s0>\n",
			m{"tls_expired": 1}, m{}, m{"84.112.3.37": 1}},
		{"slapd tells of one bind in three lines", "Nov 20 08:00:00 ldap slapd[700]: conn=1000 fd=12 ACCEPT from IP=10.0.0.7:40000 (IP=0.0.0.0:389)\n" +
			"Nov 20 08:00:00 ldap slapd[700]: conn=1000 op=0 BIND dn=\"uid=svc,ou=apps,dc=x\" method=128\n" +
			"Nov 20 08:00:00 ldap slapd[700]: conn=1000 op=0 RESULT tag=97 err=49 qtime=0.000010 etime=0.000123 text=\n",
			m{"wrong_credentials": 1}, m{"uid=svc,ou=apps,dc=x": 1}, m{"10.0.0.7": 1}},
		{"HAProxy", "Nov 20 08:00:00 lb haproxy[760]: 203.0.113.5:50000 [20/Nov/2025:08:00:00.608] https~ app/app1 0/0/1/20/21 401 248 - - ---- 1/1/0/0/0 0/0 \"POST /login HTTP/1.1\"\n",
			m{"wrong_credentials": 1}, m{}, m{"203.0.113.5": 1}},
		{"vsftpd", "Thu Nov 20 08:00:00 2025 [pid 100] [admin] FAIL LOGIN: Client \"203.0.113.5\"\n", m{"wrong_credentials": 1}, m{"admin": 1}, m{"203.0.113.5": 1}},
		{"GitLab gives no reason", "2020-04-09T14:04:00.667Z: Failed Login: username=admin ip=80.10.11.12\n", m{"unrecognised": 1}, m{"admin": 1}, m{"80.10.11.12": 1}},
		{"Nextcloud gives no reason", `{"reqId":"x","level":2,"time":"2025-11-20T08:00:00+00:00","remoteAddr":"203.0.113.5","user":"--","app":"core","method":"POST","url":"/login","message":"Login failed: admin (Remote IP: 203.0.113.5)"}` + "\n", m{"unrecognised": 1}, m{"admin": 1}, m{"203.0.113.5": 1}},
		{"Okta's lock", `{"published":"2025-11-20T08:00:00Z","actor":{"alternateId":"u04@corp.com"},"client":{"ipAddress":"84.1.2.4"},"eventType":"user.account.lock","outcome":{"result":"FAILURE","reason":"LOCKED_OUT"}}` + "\n", m{"account_locked": 1}, m{"u04@corp.com": 1}, m{"84.1.2.4": 1}},
		{"a clock that AWS finds too far off", `{"eventTime":"2025-11-20T08:00:00Z","eventSource":"sts.amazonaws.com","eventName":"GetCallerIdentity","sourceIPAddress":"10.2.3.4","userIdentity":{"userName":"svc"},"errorCode":"SignatureDoesNotMatch","errorMessage":"Signature expired: 20251120T073000Z is now earlier than 20251120T074500Z (20251120T080000Z - 15 min.)"}` + "\n", m{"clock_skew": 1}, m{"svc": 1}, m{"10.2.3.4": 1}},
		{"a detail for developers is of the same try", "2025-11-20 08:00:00.123 DEBUG 1 --- [nio-8080-exec-0] o.s.s.a.dao.DaoAuthenticationProvider    : Failed to authenticate since password does not match stored value\n" +
			"2025-11-20 08:00:00.124  WARN 1 --- [nio-8080-exec-0] c.e.a.AuthListener                       : Authentication failure for user=reporting ip=10.0.0.8: org.springframework.security.authentication.BadCredentialsException: Bad credentials\n" +
			"2025-11-20 08:10:00.123 DEBUG 1 --- [nio-8080-exec-0] o.s.s.a.dao.DaoAuthenticationProvider    : Failed to authenticate since password does not match stored value\n",
			m{"wrong_credentials": 2}, m{"reporting": 1}, m{"10.0.0.8": 1}},
		{"SSSD, whose process numbers come again", "Nov 20 08:00:30 pc sshd[55]: pam_sss(sshd:auth): received for user u1: 9 (Authentication service cannot retrieve authentication info)\nNov 20 08:01:00 pc sshd[55]: pam_sss(sshd:auth): received for user u2: 9 (Authentication service cannot retrieve authentication info)\n", m{"provider_outage": 2}, m{"u1": 1, "u2": 1}, m{}},
		{"Gitea", "2025/11/20 08:00:00 ...ers/web/auth/auth.go:197:SignInPost() [W] Failed authentication attempt for user0 from 203.0.113.5:0: user does not exist [uid: 0, name: user0, keyid: 0]\n",
			m{"unknown_account": 1}, m{"user0": 1}, m{"203.0.113.5": 1}},
	})
}

// Who got in is told by these programs, too.
func TestWhoGotInAtKnownPrograms(t *testing.T) {
	for _, tt := range []struct{ bad, good string }{
		{`2025-11-20 08:%M:00,123 WARN  [org.keycloak.events] (executor-thread-8) type="LOGIN_ERROR", realmId="d3", realmName="corp", clientId="acc", userId="null", ipAddress="185.1.1.1", error="invalid_user_credentials", auth_method="openid-connect", code_id="x", username="u%M"`,
			`2025-11-20 09:00:00,123 DEBUG [org.keycloak.events] (executor-thread-8) type="LOGIN", realmId="d3", realmName="corp", clientId="acc", userId="afb", ipAddress="185.1.1.1", auth_method="openid-connect", code_id="x", username="u15"`},
		{`Nov 20 08:%M:00 vpn radiusd[12]: (0) Login incorrect (mschap: MS-CHAP2-Response is incorrect): [u%M] (from client vpn port 0 cli 203.0.113.5)`,
			`Nov 20 09:05:00 vpn radiusd[12]: (400) Login OK: [u15] (from client vpn port 0 cli 203.0.113.5)`},
		{`Nov 20 08:%M:00 web01 sshd[20%M]: Failed password for u%M from ::ffff:45.140.17.9 port 49544 ssh2`,
			`Nov 20 09:05:00 web01 sshd[3000]: Accepted password for u15 from 45.140.17.9 port 49544 ssh2`},
	} {
		var b strings.Builder
		for i := range 40 {
			b.WriteString(strings.ReplaceAll(tt.bad, "%M", string([]byte{byte('0' + i/10), byte('0' + i%10)})) + "\n")
		}
		if v := read(t, logs.Options{}, b.String(), tt.good+"\n").Verdict; v.Reading != logs.ReadTaken || !strings.HasPrefix(v.Summary, "u15 signed in") {
			t.Errorf("%s: %+v", tt.good, v)
		}
	}
}

// A log of many programs is healthy only where it is known how each of them
// tells of a refused sign-in.
func TestNoHealthOfProgramsThatNobodyKnows(t *testing.T) {
	const known = "Nov 20 10:00:01 h sshd[12]: Accepted publickey for bob from 192.0.2.1 port 22 ssh2\nNov 20 10:00:02 h kernel: eth0: link up\nNov 20 10:00:02 h CRON[7]: pam_unix(cron:session): session opened for user root\n"
	if v := read(t, logs.Options{}, known).Verdict; v.Status != logs.StatusHealthy {
		t.Errorf("known programs alone: %+v", v)
	}
	v := read(t, logs.Options{}, known+"Nov 20 10:00:03 h doorlock[9]: state 7\nNov 20 10:00:04 h webmin[9]: started\n").Verdict
	if v.Status != logs.StatusInconclusive || !strings.Contains(v.Summary, "how doorlock and webmin would tell of one") {
		t.Errorf("others among them: %+v", v)
	}
}

// A program that writes of failures all day hides no refused sign-in of its own.
func TestAProgramThatFailsAllDay(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		b.WriteString("Nov 20 10:00:03 h app[9]: request " + strings.Repeat("x", i) + " failed with status 500\n")
	}
	b.WriteString("Nov 20 10:00:04 h app[9]: login failed for user ann from 203.0.113.5: invalid password\n")
	if r := read(t, logs.Options{}, b.String()); r.Failures != 1 {
		t.Errorf("%d failures", r.Failures)
	}
}
