package cli_test

import (
	"encoding/json"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// Rubbish by what a value should be.
var (
	noHost    = []string{"bad name", "localhost:99999", "localhost:-1", "localhost:0", "localhost:http", ":443", strings.Repeat("a", 300), "a..b", "ex ämple"}
	noServer  = append([]string{"ftp://x/", "https://mail.example.com/", "joe@mail.example.com", "mail.example.com/inbox"}, noHost...)
	noPage    = []string{"ftp://x/", "www.example.com", "//x/", "https://", "https:///login", "https://bad name/", "https://x:99999/", "https://x:-1/", "https://x:http/", "mailto:joe@example.com", "🔥"}
	noAnyPage = []string{"ftp://x/", "https://", "https://bad name/", "https://x:99999/", "bad name"}
	noFile    = []string{"no/such/file", ".", "env:", "env:NOT SET", "env:NOT_SET"}
	noPEM     = []string{"no/such/file", ".", "probe.go"}
	noWord    = []string{"a\"b", "ä", `a\b`}
	noScope   = []string{"ä", `a"b`}
	tooLong   = []string{strings.Repeat("n", 33), strings.Repeat("ü", 17)}
)

// badValues are values that each parameter of each probe refuses, by their
// form, and one that it takes. The rest are parameters without which it is not
// looked at.
var badValues = map[string]struct {
	bad  []string
	good string
	rest string
}{
	"clock.server": {noServer, "127.0.0.1:123", ""}, "clock.servers": {noServer, "[::1]:123", ""}, "clock.date-url": {noPage, "https://www.example.com/", ""},
	"dns.name":     {[]string{"bad name", "a..b", "https://", strings.Repeat("a", 64), "🔥 🔥"}, "bücher.example", ""},
	"dns.resolver": {[]string{"bad name", "ftp://x/", "192.0.2.1:99999", "192.0.2.1:-1", "192.0.2.1:", "a/b"}, "192.0.2.53:53", "--name=www.example.com"},
	"dns.known":    {[]string{"a..b", "https://", strings.Repeat("a", 64)}, "time.example.com", "--name=www.example.com"},
	"http.url":     {noPage, "https://joe:pw@www.example.com/", ""}, "http.ca-file": {noPEM, "", "--url=https://127.0.0.1:1/"},
	"http_auth.url": {noPage, "https://127.0.0.1:1/", ""}, "http_auth.ca-file": {noPEM, "", "--url=https://127.0.0.1:1/"},
	"http_auth.bearer-file": {append(noFile, "probe.go"), "", "--url=https://127.0.0.1:1/"},
	"imap.address":          {noServer, "127.0.0.1:1", ""}, "imap.tls": {[]string{"foo", "IMPLICIT", "ssl"}, "none", "--address=127.0.0.1:1"},
	"imap.server-name": {[]string{"bad name", "https://x/", "a/b", "a..b"}, "mail.example.com", "--address=127.0.0.1:1"},
	"imap.ca-file":     {noPEM, "", "--address=127.0.0.1:1"}, "imap.login": {nil, "jürgen mayer", "--address=127.0.0.1:1 --password-file=env:PASSWORD"},
	"imap.password-file": {noFile, "env:PASSWORD", "--address=127.0.0.1:1 --login=joe"}, "imap.token-file": {noFile, "env:PASSWORD", "--address=127.0.0.1:1 --login=joe"},
	"smtp.address": {noServer, "127.0.0.1:1", ""}, "smtp.tls": {[]string{"foo", "IMPLICIT", "ssl"}, "none", "--address=127.0.0.1:1"},
	"smtp.server-name": {[]string{"bad name", "https://x/", "a/b", "a..b"}, "mail.example.com", "--address=127.0.0.1:1"},
	"smtp.ca-file":     {noPEM, "", "--address=127.0.0.1:1"}, "smtp.login": {nil, "jürgen mayer", "--address=127.0.0.1:1 --password-file=env:PASSWORD"},
	"smtp.password-file": {noFile, "env:PASSWORD", "--address=127.0.0.1:1 --login=joe"}, "smtp.token-file": {noFile, "env:PASSWORD", "--address=127.0.0.1:1 --login=joe"},
	"ldap.url":         {[]string{"127.0.0.1", "https://x/", "ldap://", "ldap://x:99999", "ldaps://bad name", "ldap:/x"}, "ldaps://127.0.0.1:1", ""},
	"ldap.server-name": {[]string{"bad name", "https://x/"}, "ldap.example.com", "--url=ldap://127.0.0.1:1"},
	"ldap.ca-file":     {noPEM, "", "--url=ldap://127.0.0.1:1"}, "ldap.login": {nil, "uid=jürgen,dc=lab", "--url=ldap://127.0.0.1:1 --password-file=env:PASSWORD"},
	"ldap.password-file":         {noFile, "env:PASSWORD", "--url=ldap://127.0.0.1:1 --login=joe"},
	"oidc.issuer":                {append([]string{"https://x/?a=b", "https://x/#a"}, noPage...), "https://127.0.0.1:1", ""},
	"oidc.client-assertion-file": {append(noFile, "probe.go"), "", "--issuer=https://127.0.0.1:1"},
	"oidc.client-id":             {[]string{"ä"}, "my app", "--issuer=https://127.0.0.1:1"}, "oidc.grant": {[]string{"a b", "ä"}, "urn:x:y", "--issuer=https://127.0.0.1:1"},
	"oidc.scope": {noScope, "read write", "--issuer=https://127.0.0.1:1"}, "oidc.server": {noServer, "127.0.0.1", "--issuer=https://127.0.0.1:1"},
	"oidc.ca-file": {noPEM, "", "--issuer=https://127.0.0.1:1"},
	"path.url":     {noAnyPage, "www.example.com", ""}, "path.captive": {noAnyPage, "http://127.0.0.1:1/generate_204", ""},
	"s3.url":      {append([]string{"https://x/?a=b"}, noPage...), "https://127.0.0.1:1", ""},
	"s3.region":   {[]string{"eu central", "ä", "a/b"}, "eu-central-1", "--url=https://127.0.0.1:1"},
	"s3.bucket":   {[]string{"a b", "a/b", "?x=y", "ä"}, "my.bucket-1", "--url=https://127.0.0.1:1"},
	"s3.insecure": {[]string{"no", "true", "Yes"}, "yes", "--url=http://127.0.0.1:1"}, "s3.ca-file": {noPEM, "", "--url=https://127.0.0.1:1"},
	"s3.access-key-file":    {append(noFile, "probe.go"), "env:PASSWORD", "--url=https://127.0.0.1:1 --secret-key-file=env:PASSWORD"},
	"s3.secret-key-file":    {append(noFile, "probe.go"), "env:PASSWORD", "--url=https://127.0.0.1:1 --access-key-file=env:PASSWORD"},
	"s3.session-token-file": {append(noFile, "probe.go"), "env:PASSWORD", "--url=https://127.0.0.1:1 --access-key-file=env:PASSWORD --secret-key-file=env:PASSWORD"},
	"snmp.address":          {noServer, "127.0.0.1:1", ""}, "snmp.version": {[]string{"1", "v3", "2C", "-1"}, "3", "--address=127.0.0.1:1"},
	"snmp.community-file": {noFile, "env:PASSWORD", "--address=127.0.0.1:1"}, "snmp.user": {tooLong, "jürgen", "--address=127.0.0.1:1"},
	"snmp.auth-protocol": {[]string{"MD4", "ä"}, "sha-1", "--address=127.0.0.1:1"}, "snmp.privacy-protocol": {[]string{"ROT13"}, "aes128", "--address=127.0.0.1:1"},
	"snmp.auth-file":    {noFile, "env:PASSWORD", "--address=127.0.0.1:1 --user=joe"},
	"snmp.privacy-file": {noFile, "env:PASSWORD", "--address=127.0.0.1:1 --user=joe --auth-file=env:PASSWORD"}, "snmp.context": {tooLong, "vlan 10", "--address=127.0.0.1:1"},
	"ssh.address": {noServer, "127.0.0.1:1", ""}, "ssh.known-hosts": {[]string{"no/such/file", ".", "probe.go"}, "/dev/null/..", "--address=127.0.0.1:1"},
	"ssh.user": {nil, "jürgen", "--address=127.0.0.1:1"}, "ssh.login": {nil, "", "--address=127.0.0.1:1"},
	"ssh.password-file": {noFile, "", "--address=127.0.0.1:1 --login=joe"}, "ssh.key-file": {noFile, "", "--address=127.0.0.1:1 --login=joe"},
	"ssh.passphrase-file": {noFile, "", "--address=127.0.0.1:1 --login=joe --key-file=env:PASSWORD"},
	"tls.address":         {append([]string{"ftp://x/", "joe@x:y"}, noHost...), "http://127.0.0.1:1/", ""},
	"tls.starttls":        {[]string{"yes", "pop", "IMAP", "postgresql"}, "smtp", "--address=127.0.0.1:1"},
	"tls.server-name":     {[]string{"bad name", "https://x/"}, "bücher.example", "--address=127.0.0.1:1"}, "tls.ca-file": {noPEM, "", "--address=127.0.0.1:1"},
	"token.file": {noFile, "env:PASSWORD", ""}, "token.issuer": {noPage, "https://127.0.0.1:1", "--file=env:PASSWORD"},
	"token.jwks-url": {noPage, "https://127.0.0.1:1/keys", "--file=env:PASSWORD"}, "token.audience": {noWord, "https://api.example.com api", "--file=env:PASSWORD"},
	"token.scope": {noScope, "a b", "--file=env:PASSWORD"}, "token.server": {noServer, "127.0.0.1", "--file=env:PASSWORD"}, "token.ca-file": {noPEM, "", "--file=env:PASSWORD"},
	"totp.secret-file": {append(noFile, "probe.go", "env:CODE"), "env:SECRET", "--code-file=env:CODE"},
	"totp.code-file":   {append(noFile, "probe.go", "env:SECRET"), "env:CODE", "--secret-file=env:SECRET"}, "totp.server": {noServer, "127.0.0.1", "--secret-file=env:SECRET --code-file=env:CODE"},
}

// variables are what the island's environment holds here.
func variables(sys *cli.System) {
	sys.Getenv = func(name string) string {
		return map[string]string{"PASSWORD": "pass-word-1", "SECRET": "JBSWY3DPEHPK3PXP", "CODE": "123456"}[name]
	}
	sys.Probe.Getenv = sys.Getenv
}

// Rubbish is a mistake of whoever gave it, and no finding: the flag, the value
// and what to type instead are named.
func TestRubbishIsAMistake(t *testing.T) {
	for _, pr := range probe.All {
		for _, param := range pr.Params {
			if param.Switch {
				continue
			}
			key := pr.Kind + "." + param.Name
			c, ok := badValues[key]
			if !ok {
				t.Errorf("%s is not in the table", key)
			}
			for _, value := range append([]string{"", "a\nb", "a\x00b", "\xff"}, c.bad...) {
				if param.Many && strings.ContainsAny(value, " \n") {
					continue // a list of several
				}
				got := run(t, variables, probeArgs(pr.Kind, c.rest, "--"+param.Name+"="+value)...)
				if got.code != 2 || !strings.Contains(got.stderr, "--"+param.Name) || len(strings.Split(strings.TrimSpace(got.stderr), "\n")) != 2 {
					t.Errorf("%s %q: exit %d, want 2\n%s%s", key, value, got.code, got.stderr, got.stdout)
				}
			}
			if c.good == "" {
				continue
			}
			if got := run(t, variables, probeArgs(pr.Kind, c.rest, "--"+param.Name+"="+c.good)...); (got.code == 2) != (key == "ssh.known-hosts") {
				t.Errorf("%s %q: exit %d\n%s", key, c.good, got.code, got.stderr)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(badValues)) {
		kind, param, _ := strings.Cut(key, ".")
		pr, _ := probe.Find(kind)
		if !slices.ContainsFunc(pr.Params, func(q probe.Param) bool { return q.Name == param }) {
			t.Errorf("%s is in the table, and is no parameter", key)
		}
	}
}

func probeArgs(kind, rest, flag string) []string {
	return append(append([]string{"probe", kind}, strings.Fields(rest)...), flag)
}

// A value that could hold a secret is not repeated.
func TestAMistakeRepeatsNoSecret(t *testing.T) {
	for _, args := range [][]string{
		{"probe", "http", "--url", "https://joe:hunter-2@x:99999/"},
		{"check", "web-login", "--var", "login_url=https://joe:hunter-2@x:99999/"},
		{"check", "web-login", "--with", "sign-in-page.url=https://joe:hunter-2@x:99999/"},
		{"probe", "imap", "--address", "127.0.0.1:1", "--password-file", "env:PASSWORD", "--login", "hunter-2\n"},
		{"probe", "totp", "--code-file", "env:CODE", "--secret-file", "env:PASSWORD"},
	} {
		got := run(t, variables, args...)
		if got.code != 2 || strings.Contains(got.stderr+got.stdout, "hunter-2") || strings.Contains(got.stderr, "pass-word-1") {
			t.Errorf("%q: exit %d\n%s%s", args, got.code, got.stderr, got.stdout)
		}
	}
}

// The same through --with, --var and a file: what is named is where it was
// given.
func TestRubbishInPlaybooksIsAMistake(t *testing.T) {
	pem := write(t, "empty.pem", "no certificate")
	bad := write(t, "mine.yaml", strings.Replace(mineWith, "VALUE", "www.example.com:99999", 1))
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"check", "web-login", "--with", "name-lookup.name=bad name"}, []string{`--with name-lookup.name "bad name": not a host name`, "for example: --with name-lookup.name=www.example.com"}},
		{[]string{"diagnose", "mail-client", "--no-input", "--with", "imap.tls=foo"}, []string{`--with imap.tls "foo": must be implicit, starttls or none`, "--with imap.tls=implicit"}},
		{[]string{"diagnose", "mail-client", "--no-input", "--with", "imap.address=127.0.0.1:1", "--with", "imap.ca-file=" + pem}, []string{"--with imap.ca-file", "no certificate"}},
		{[]string{"check", "web-login", "--var", "login_url=ftp://x/"}, []string{`--var login_url="ftp://x/": `, "for example: --var login_url=https://"}},
		{[]string{"check", "network-device", "--var", "device=192.0.2.1:99999"}, []string{"--var device=", "for example: --var device="}},
		{[]string{"check", "alarmcom", "--var", "ca_file=" + pem}, []string{"--var ca_file=", "no certificate"}},
		{[]string{"check", bad}, []string{"mine.yaml:21:34: ", "a port is a number from 1 to 65535", "PB044", "write it as in www.example.com:443"}},
	} {
		got := run(t, nil, tt.args...)
		if got.code != 2 || got.stdout != "" {
			t.Errorf("%q: exit %d, want 2\n%s%s", tt.args, got.code, got.stderr, got.stdout)
		}
		for _, w := range tt.want {
			if !strings.Contains(got.stderr, w) {
				t.Errorf("%q: %q is not said:\n%s", tt.args, w, got.stderr)
			}
		}
	}
	if got := run(t, nil, "playbook", "lint", bad); got.code != 1 || !strings.Contains(got.stdout, "mine.yaml:21:34: ") || !strings.Contains(got.stdout, "PB044") {
		t.Errorf("lint: exit %d\n%s", got.code, got.stdout)
	}
}

const mineWith = `schema: authdoctor.playbook/1
id: mine
title: Mine
version: "1"
surfaces: [website]
symptoms:
  - id: refused
    title: It refuses me
    likely: {one: usually}
    otherwise: sometimes
causes:
  - id: one
    title: This
    layer: credentials
    class: wrong_credentials
    actor: user
    prior: common
checks:
  - id: lock
    run: tls
    with: {ca_file: "", address: VALUE}
questions:
  - id: q
    ask: Is it so?
    choices: {yes-it-is: "Yes", no-it-is-not: "No"}
    likely:
      one: {yes-it-is: usually}
steps:
  - id: do-it
    stage: credentials
    title: Do it
    minutes: 5
    fixes: {one: usually}
    do:
      website: [Do it.]
  - id: again
    stage: retest
    title: Try again
retest:
  - id: sign-in
    title: Sign in
`

// What waits for a variable is skipped, with the variable to set: it is neither
// unknown nor a failure. Whatever needs no variable is measured all the same.
func TestAnUnsetVariableIsSkipped(t *testing.T) {
	for book, want := range map[string]map[string]string{
		"mail-client":    {"name-lookup": "mail_server", "mail-tls": "mail_server", "imap": "mail_server", "smtp": "smtp_server"},
		"network-device": {"way-to-device": "device", "agent": "device", "ssh": "ssh_address"},
		"identity-admin": {"service-tls": "discovery_url", "discovery": "discovery_url", "issuer": "discovery_url", "ldap": "ldap_url"},
		"api-cloud":      {"api-tls": "api_url", "s3": "s3_url", "issuer": "issuer", "api-sign-in": "resource_url"},
		"web-login":      {"name-lookup": "login_url", "login-tls": "login_url"},
	} {
		connected := func(sys *cli.System) {
			sys.Probe.Interfaces = func() ([]net.Addr, error) {
				return []net.Addr{&net.IPNet{IP: net.IPv4(192, 0, 2, 7), Mask: net.CIDRMask(24, 32)}}, nil
			}
		}
		got := run(t, connected, "check", book, "--format", "json")
		var r diag.Report
		if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Checks {
			name, waits := want[c.ID]
			delete(want, c.ID)
			if reason := "set --var " + name + "=…"; waits && (c.Status != diag.Skipped || !strings.HasSuffix(c.Summary, reason)) {
				t.Errorf("%s: %s is %s: %s", book, c.ID, c.Status, c.Summary)
			}
			if c.ID == "clock" && c.Status == diag.Skipped {
				t.Errorf("%s: the clock needs no variable", book)
			}
		}
		if len(want) > 0 {
			t.Errorf("%s has no checks %v", book, want)
		}
	}
}
