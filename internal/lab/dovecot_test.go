package lab

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// dovecotConfig has two users: alice, whose password is "open-sesame", and bob,
// whom an administrator has locked. Nothing is delayed, so that tests are not.
const dovecotConfig = `
base_dir = @DIR@/run
state_dir = @DIR@/state
log_path = @DIR@/log
protocols = imap
listen = 127.0.0.1
default_internal_user = dovecot
default_login_user = dovenull
ssl = yes
ssl_cert = <@CERT@
ssl_key = <@KEY@
disable_plaintext_auth = yes
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_verbose = yes
mail_location = maildir:@DIR@/mail/%u
first_valid_uid = 1
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN @DIR@/users
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = @DIR@/oauth2.conf
}
userdb {
  driver = static
  args = uid=8 gid=8 home=@DIR@/mail/%u
}
service imap-login {
  inet_listener imap {
    port = @IMAP@
  }
  inet_listener imaps {
    port = @IMAPS@
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`

// A dovecot is one that runs: an IMAP server.
type dovecot struct {
	*process
	plain, secure, pop3 string // addresses; the last where it is served
	ca                  string
	log                 string // file
}

// startDovecot starts one with lines at the end of its configuration, which
// overrule what stands there already.
func startDovecot(t *testing.T, lines ...string) dovecot {
	t.Helper()
	return startDovecotWith(t, newCert(t), lines...)
}

// pop3Lines have it serve POP3 besides; the port is the third.
const pop3Lines = `protocols = imap pop3
service pop3-login {
  inet_listener pop3 {
    port = @POP3@
  }
  inet_listener pop3s {
    port = 0
  }
}`

// startPOP3 starts one with a certificate that serves POP3, and gives that address.
func startPOP3(t *testing.T, cert labCert, lines ...string) string {
	t.Helper()
	findProgram(t, "pop3-login", "apt-get install dovecot-pop3d", "/usr/lib/dovecot", "/usr/libexec/dovecot")
	d := startDovecotWith(t, cert, append(lines, pop3Lines)...)
	if !d.accepts(t.Context(), d.pop3) {
		t.Fatalf("dovecot does not serve POP3:\n%s", d.said.String())
	}
	return d.pop3
}

// startDovecotWith starts one with a certificate.
func startDovecotWith(t *testing.T, cert labCert, lines ...string) dovecot {
	t.Helper()
	path := program(t, "dovecot", "dovecot-imapd")
	asRoot(t)
	for range 5 {
		dir := sharedDir(t)
		ports := freePorts(t, 3)
		if err := os.MkdirAll(filepath.Join(dir, "mail", "alice"), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(dir, "mail", "alice"), 8, 8); err != nil {
			t.Fatal(err)
		}
		write(t, dir, "users", "alice:{PLAIN}open-sesame::::::\nbob:{PLAIN}open-sesame::::::nologin reason=locked\n")
		write(t, dir, "oauth2.conf", "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix="+dir+"/keys/\n")
		config := fill(dovecotConfig+strings.Join(lines, "\n")+"\n", "@DIR@", dir, "@CERT@", cert.cert, "@KEY@", cert.key, "@IMAP@", ports[0], "@IMAPS@", ports[1], "@POP3@", ports[2])
		d := dovecot{start(t, path, "-F", "-c", write(t, dir, "dovecot.conf", config)),
			"127.0.0.1:" + ports[0], "127.0.0.1:" + ports[1], "127.0.0.1:" + ports[2], cert.ca, filepath.Join(dir, "log")}
		// Its own end takes its helpers with it.
		t.Cleanup(func() {
			_ = d.cmd.Process.Signal(syscall.SIGTERM)
			<-d.ended
		})
		if d.accepts(t.Context(), d.plain) {
			return d
		}
		said, _ := os.ReadFile(d.log)
		t.Logf("dovecot did not start: %s\n%s", d.said.String(), said)
	}
	t.Fatal("dovecot does not start")
	return dovecot{}
}
