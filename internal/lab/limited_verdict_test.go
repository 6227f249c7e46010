package lab

import (
	"bufio"
	"crypto/tls"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A server that answers 429 has not looked at any credential. What would send
// one there is blocked and not tried, so none is blamed; and the verdict is to
// wait.
func TestNothingIsSentAfterA429(t *testing.T) {
	clean(t)
	hits := filepath.Join(sharedDir(t), "hits")
	host := "http://" + plainNginx(t, `log_format path "$uri";`, `access_log `+hits+` path;
		location /.well-known/ { add_header Retry-After 60 always; return 429; }
		location /api { add_header WWW-Authenticate 'Bearer error="invalid_token"' always; return 401; }`)
	s := startSlapd(t, slapdTLS)
	opaque, wrong := write(t, t.TempDir(), "opaque", "a-good-token\n"), write(t, t.TempDir(), "wrong", "not-this-one\n")
	api := append(with("api-sign-in", mailWith("url="+host+"/api", "bearer-file="+opaque)), healthy("clock=accurate", "network-path=ok", "api-tls=ok")...)
	directory := append(with("ldap", mailWith("url=ldaps://"+s.secure, "ca-file="+s.ca, "login=uid=alice,dc=lab", "password-file="+wrong)), healthy("clock=accurate", "network-path=ok", "service-tls=ok")...)
	for name, c := range map[string]consult{
		"an issuer, and a token for the API": {playbook: "api-cloud", check: "issuer", blocked: []string{"s3", "api-sign-in"},
			args: append(api, "--var", "issuer="+host, "--var", "ntp_servers=")},
		"a service, and a password for its directory": {playbook: "identity-admin", check: "discovery", blocked: []string{"issuer", "ldap"},
			args: append(directory, "--var", "discovery_url="+host+"/.well-known/openid-configuration", "--var", "ntp_servers=")},
	} {
		t.Run(name, func(t *testing.T) {
			c.layer, c.class, c.status = diag.LayerEndpoint, "rate_limited", diag.Waiting
			r := c.hold(t)
			if v := r.Verdict; !strings.Contains(v.Next.Text, "Not before ") || diag.AboutAccount(v.Class) || v.Cause != "" && diag.AboutAccount(classOf(r, v.Cause)) {
				t.Errorf("the verdict is %+v: it says when, and blames no account", v)
			}
		})
	}
	asked, err := os.ReadFile(hits)
	if n := strings.Count(string(asked), "/.well-known/"); err != nil || n == 0 || strings.Contains(string(asked), "/api") {
		t.Errorf("asked for, %v:\n%s", err, asked)
	}
	if n := s.binds(); n != 0 {
		t.Errorf("slapd counted %d sign-ins\n%s", n, s.said.String())
	}
}

// A service that asks one sign-in to wait answers no other. What signs in to the
// same account or server is blocked and not tried, and where nothing is behind
// it, the verdict is all there is: to wait, and no credential is to blame.
func TestNothingIsSentAfterASignInAskedToWait(t *testing.T) {
	clean(t)
	d, x := startDovecot(t, "mail_max_userip_connections = 1"), startExim(t)
	d.occupy(t)
	hits := filepath.Join(sharedDir(t), "hits")
	host := "http://" + plainNginx(t, `log_format path "$uri";`, `access_log `+hits+` path; add_header Retry-After 60 always;
		location / { default_type application/xml; return 503 "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"; }
		location /busy { return 429; }
		location /api { add_header WWW-Authenticate 'Bearer error="invalid_token"' always; return 401; }`)
	right, wrong := write(t, t.TempDir(), "right", "open-sesame\n"), write(t, t.TempDir(), "wrong", "not-this-one\n")
	opaque := write(t, t.TempDir(), "opaque", "a-good-token\n")
	mail := append(append(healthy("mail-tls=ok"), inOrder...), with("smtp", mailWith("address="+x.plain, "ca-file="+x.ca, "login=alice", "password-file="+wrong))...)
	cloud := healthy("clock=accurate", "network-path=ok", "api-tls=ok")
	keys := append(slices.Clone(cloud), "--with", "s3.url="+host)
	for name, c := range map[string]consult{
		"a mailbox, and sending mail from it": {playbook: "mail-client", check: "imap", blocked: []string{"smtp"},
			args: append(with("imap", mailWith("address="+d.plain, "ca-file="+d.ca, "login=alice", "password-file="+right)), mail...)},
		"a store, and a token for its server": {playbook: "api-cloud", check: "s3", blocked: []string{"api-sign-in"},
			args: append(append(with("api-sign-in", mailWith("url="+host+"/api", "bearer-file="+opaque)), keys...), secretFlags(t, "s3", rightKeys, s3Secrets)...)},
		"a store that is not signed in to": {playbook: "api-cloud", check: "s3", blocked: []string{"api-sign-in"},
			args: append(with("api-sign-in", mailWith("url="+host+"/api", "bearer-file="+opaque)), keys...)},
		"an API, and nothing behind it": {playbook: "api-cloud", check: "api-sign-in",
			args: append(with("api-sign-in", mailWith("url="+host+"/busy", "bearer-file="+opaque)), cloud...)},
		"sending mail, and nothing behind it": {playbook: "mail-client", check: "smtp", env: from("127.0.0.7"), args: mail},
	} {
		t.Run(name, func(t *testing.T) {
			c.layer, c.class, c.status = diag.LayerCredentials, "rate_limited", diag.Waiting
			r := c.hold(t)
			if v := r.Verdict; !strings.Contains(v.Next.Text, "Not before ") || v.Cause != "" && diag.AboutAccount(classOf(r, v.Cause)) {
				t.Errorf("the verdict is %+v: it says when, and blames no account\n%s", v, told(r))
			}
		})
	}
	asked, err := os.ReadFile(hits)
	if err != nil || !strings.Contains(string(asked), "/busy") || strings.Contains(string(asked), "/api") {
		t.Errorf("asked for, %v:\n%s", err, asked)
	}
	said, err := os.ReadFile(x.log)
	if _, auths := authsIn(string(said)); err != nil || auths != 1 {
		t.Errorf("exim counted %d sign-ins, want the one without a mailbox before it (%v)\n%s", auths, err, said)
	}
}

// occupy signs alice in, and leaves the connection open: with one allowed, that
// is the one.
func (d dovecot) occupy(t *testing.T) {
	t.Helper()
	conn, err := tls.Dial("tcp", d.secure, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, _ = io.WriteString(conn, "a LOGIN alice open-sesame\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "a OK") {
			return
		}
	}
	t.Fatal("dovecot does not let alice in")
}

// classOf is the class of a cause of a report.
func classOf(r *diag.Report, cause string) string {
	for _, c := range r.Causes {
		if c.ID == cause {
			return c.Class
		}
	}
	return ""
}
