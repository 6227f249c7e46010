package lab

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// eximConfig knows alice, whose password is "open-sesame", and "tempfail", whose
// sign-in cannot be looked up. What it minds in an AUTH goes by the address
// that the client comes from: the answers are those of providers, given by
// exim's own access rules.
const eximConfig = `
primary_hostname = lab.test
# Nobody is looked up: there may be no name server, and waiting for one is not what is measured.
helo_lookup_domains =
rfc1413_query_timeout = 0s
dns_retrans = 1s
dns_retry = 1
spool_directory = @DIR@/spool
log_file_path = @DIR@/%slog
keep_environment =
log_selector = +smtp_no_mail +pid
pid_file_path = @DIR@/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = @SMTP@ : @SMTPS@
tls_on_connect_ports = @SMTPS@
tls_advertise_hosts = !127.0.0.9
tls_certificate = @CERT@
tls_privatekey = @KEY@
smtp_accept_max_nonmail = 100
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{127.0.0.9}{!127.0.0.8}}
acl_smtp_auth = acl_auth
begin acl
acl_auth:
  deny hosts = 127.0.0.3
    message = 534 5.7.9 Application-specific password required.
  deny hosts = 127.0.0.4
    message = 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.
  deny hosts = 127.0.0.5
    message = 538 5.7.11 Encryption required for requested authentication mechanism
  deny hosts = 127.0.0.6
    message = 525 5.7.13 User Account Disabled
  defer hosts = 127.0.0.7
    message = 454 4.7.0 Too many login attempts, please try again later.
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth2}{tempfail}{${lookup{x}lsearch{/nonexistent}}}{${if and{{eq{$auth2}{alice}}{eq{$auth3}{open-sesame}}}{yes}{no}}}}
  server_set_id = $auth2
  server_advertise_condition = ${if eq{$sender_host_address}{127.0.0.10}{no}{yes}}
token:
  driver = plaintext
  public_name = XOAUTH2
  server_prompts = :
  server_condition = no
`

// An exim is one that runs: an SMTP server.
type exim struct {
	*process
	plain, secure string // addresses
	ca            string
	log           string // file
}

func startExim(t *testing.T) exim {
	t.Helper()
	return startEximWith(t, newCert(t))
}

// startEximWith starts one with a certificate, and with lines more in the main
// part of its configuration.
func startEximWith(t *testing.T, cert labCert, lines ...string) exim {
	t.Helper()
	path := program(t, "exim4", "exim4-daemon-light")
	asRoot(t)
	for range 5 {
		dir := sharedDir(t)
		ports := freePorts(t, 2)
		giveTo(t, dir, "Debian-exim")
		config := fill(strings.Join(append(lines, ""), "\n")+eximConfig, "@DIR@", dir, "@CERT@", cert.cert, "@KEY@", cert.key, "@SMTPS@", ports[1], "@SMTP@", ports[0])
		x := exim{start(t, path, "-C", write(t, sharedDir(t), "exim.conf", config), "-bdf"),
			"127.0.0.1:" + ports[0], "127.0.0.1:" + ports[1], cert.ca, filepath.Join(dir, "mainlog")}
		if x.accepts(t.Context(), x.plain) {
			return x
		}
		said, _ := os.ReadFile(x.log)
		t.Logf("exim did not start: %s\n%s", x.said.String(), said)
	}
	t.Fatal("exim does not start")
	return exim{}
}

// giveTo makes a folder the server's own.
func giveTo(t *testing.T, dir, name string) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
}

// authsIn counts the sign-ins of the sessions in exim's log, which lists the
// commands of each session that sent no mail: C=EHLO,STARTTLS,EHLO,AUTH,QUIT.
func authsIn(log string) (sessions, auths int) {
	for line := range strings.SplitSeq(log, "\n") {
		_, commands, ok := strings.Cut(line, " C=")
		if !ok {
			continue
		}
		sessions++
		auths += strings.Count(commands, "AUTH")
	}
	return sessions, auths
}
