package logs

import "testing"

// Lines as the programs write them: who is named, and from which address.
func TestWhoAndWhere(t *testing.T) {
	for _, tt := range []struct{ text, user, source string }{
		{`login authenticator failed for ([10.0.0.5]) [203.0.113.0]: 535 Incorrect authentication data (set_id=admin@example.com)`, "admin@example.com", "203.0.113.0"},
		{`connection matched pg_hba.conf line 119: "host all all 0.0.0.0/0 md5"`, "", ""},
		{`no pg_hba.conf entry for host "10.4.4.0", user "app", database "prod"`, "app", "10.4.4.0"},
		{`connection to server at "10.0.0.5", port 5432 failed: FATAL: password authentication failed for user "app"`, "app", ""},
		{`Registration from '"100" <sip:100@198.51.100.1>' failed for '203.0.113.5:5060' - Wrong password`, "", "203.0.113.5"},
		{`login failed user=bob ip=1.2.3.4: invalid password`, "bob", "1.2.3.4"},
		{`IMAP Error: Login failed for sales@example.com from 10.1.1.47`, "sales@example.com", "10.1.1.47"},
		{`LOGIN FAILED, user=sales@example.com, ip=[::ffff:1.2.3.4]`, "sales@example.com", "1.2.3.4"},
		{`Failed authentication attempt for user0 from 203.0.113.5:0: user does not exist [uid: 0, name: user0, keyid: 0]`, "user0", "203.0.113.5"},
		{`Invalid login attempt for username "user0" from 203.0.113.5`, "user0", "203.0.113.5"},
		{`Auth: [SMB2,(null)] user [WORKGROUP]\[admin] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] remote host [ipv4:203.0.113.5:40000] mapped to [WORKGROUP]\[admin]. local host [ipv4:10.0.0.2:445]`, `WORKGROUP\admin`, "203.0.113.5"},
		{`Authentication attempt for unknown user admin from 203.0.113.0`, "admin", "203.0.113.0"},
		{`Login failed: admin (Remote IP: 203.0.113.5)`, "admin", "203.0.113.5"},
		{`Login failed: 'alice' (Remote IP: '203.0.113.5')`, "alice", "203.0.113.5"},
		{`user O'Leary was denied`, "O'Leary", ""},
		{`Login failed for user 'O'Leary' from 192.0.2.1`, "O'Leary", "192.0.2.1"},
		{`USER root: no such user found from 203.0.113.5 [203.0.113.5] to ::ffff:10.0.0.2:21`, "", "203.0.113.5"},
		{`pam_unix(x:auth): authentication failure; logname= uid=0 tty=x ruser= rhost=203.0.113.5  user=`, "", "203.0.113.5"},
		{`account login failed, excessive failures`, "", ""},
		{`user HIDDEN_DUE_TO_SECURITY_REASONS failed`, "", ""},
		{`login failed from 2001:db8::80da:af6b:8b2c at 10:00:02`, "", "2001:db8::80da:af6b:8b2c"},
		{`to=<x@example.net>, relay=smtp.gmail.com[142.250.1.108]:587, status=bounced (SASL authentication failed; server smtp.gmail.com[142.250.1.108] said: 535-5.7.8 Username and Password not accepted.`, "", ""},
		{`Chrome/120.0.0.0 login failed for "ann" from 192.0.2.1`, "ann", "192.0.2.1"},
	} {
		if user, source := namedUser(tt.text), namedSource(tt.text); user != tt.user || source != tt.source {
			t.Errorf("%s: user %q and source %q, want %q and %q", tt.text, user, source, tt.user, tt.source)
		}
	}
}
