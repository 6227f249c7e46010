package lab

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// with gives a check's parameters, as --with flags.
func with(check string, params map[string]string) []string {
	var args []string
	for name, value := range params {
		args = append(args, "--with", check+"."+name+"="+value)
	}
	return args
}

// inOrder are checks that the faults of a mail server have nothing to do with.
var inOrder = healthy("clock=accurate", "network-path=ok", "name-lookup=ok")

// The faults of mail servers, as somebody meets them who runs the playbook.
func TestMailVerdicts(t *testing.T) {
	d, x := startDovecot(t), startExim(t)
	broken := startDovecot(t, brokenUsers...)
	right, wrong := write(t, t.TempDir(), "right", "open-sesame\n"), write(t, t.TempDir(), "wrong", "not-this-one\n")
	imap := func(d dovecot, more ...string) []string {
		args := append(healthy("mail-tls=ok"), inOrder...)
		return append(args, with("imap", mailWith(append([]string{"address=" + d.plain, "ca-file=" + d.ca}, more...)...))...)
	}
	smtp := func(more ...string) []string {
		args := append(healthy("mail-tls=ok"), inOrder...)
		return append(args, with("smtp", mailWith(append([]string{"address=" + x.plain, "ca-file=" + x.ca, "login=alice"}, more...)...))...)
	}
	const credentials = diag.LayerCredentials
	for name, c := range map[string]consult{
		"imap, wrong password": {args: imap(d, "login=alice", "password-file="+wrong), check: "imap", layer: credentials, class: "wrong_credentials"},
		"imap, locked":         {args: imap(d, "login=bob", "password-file="+right), check: "imap", layer: credentials, class: "account_locked"},
		"imap, TLS required":   {args: imap(d, "tls=none"), env: from("127.0.0.2"), check: "imap", layer: credentials, class: "tls_protocol"},
		"imap, temporary failure": {args: imap(broken, "login=dave", "password-file="+right), check: "imap", layer: credentials, class: "provider_outage",
			status: diag.Waiting},
		"imap behind encryption that nobody vouches for": {
			args: append(append(with("mail-tls", map[string]string{"address": d.secure}), inOrder...),
				with("imap", mailWith("address="+d.secure, "tls=implicit", "login=alice", "password-file="+wrong))...),
			check: "mail-tls", layer: diag.LayerTLS, class: "tls_untrusted", blocked: []string{"imap", "smtp"}},
		"imap behind a name that is not there": {
			args: append(append(healthy("clock=accurate", "network-path=ok", "mail-tls=ok", "name-lookup=nxdomain"), with("name-lookup", map[string]string{"name": "127.0.0.1"})...),
				with("imap", mailWith("address="+d.plain, "ca-file="+d.ca, "login=alice", "password-file="+wrong))...),
			check: "name-lookup", layer: diag.LayerDNS, class: "dns_failure", blocked: []string{"mail-tls", "imap", "smtp"}},
		"smtp, wrong password":         {args: smtp("password-file=" + wrong), check: "smtp", layer: credentials, class: "wrong_credentials"},
		"smtp, app password wanted":    {args: smtp("password-file=" + right), env: from("127.0.0.3"), check: "smtp", layer: credentials, class: "credential_type_unsupported"},
		"smtp, switched off":           {args: smtp("password-file=" + right), env: from("127.0.0.4"), check: "smtp", layer: credentials, class: "credential_type_unsupported"},
		"smtp, encryption wanted":      {args: smtp("password-file=" + right), env: from("127.0.0.5"), check: "smtp", layer: credentials, class: "tls_protocol"},
		"smtp, account switched off":   {args: smtp("password-file=" + right), env: from("127.0.0.6"), check: "smtp", layer: credentials, class: "account_disabled"},
		"smtp, too many tries":         {args: smtp("password-file=" + right), env: from("127.0.0.7"), check: "smtp", layer: credentials, class: "rate_limited", status: diag.Waiting},
		"smtp, tokens only":            {args: smtp("password-file=" + right), env: from("127.0.0.10"), check: "smtp", layer: credentials, class: "credential_type_unsupported"},
		"smtp, in the clear":           {args: smtp("password-file="+right, "tls=none"), check: "smtp", layer: credentials, class: "tls_protocol"},
		"smtp, temporary failure":      {args: smtp("password-file="+right, "login=tempfail"), check: "smtp", layer: credentials, class: "provider_outage", status: diag.Waiting},
		"a right password is no fault": {args: smtp("password-file=" + right), status: diag.Healthy},
	} {
		t.Run(name, func(t *testing.T) {
			c.playbook = "mail-client"
			if r := c.hold(t); strings.Contains(told(r), "open-sesame") || strings.Contains(told(r), "not-this-one") {
				t.Errorf("a password is shown:\n%s", told(r))
			}
		})
	}
}

// A mail server that encrypts from the first byte, with each fault that its
// encryption can have: the verdict is of the encryption's class, names the cause
// where the playbook knows one, and what is behind it is blocked.
func TestMailEncryptionVerdicts(t *testing.T) {
	clean(t)
	causes := map[string]string{"tls.expired": "certificate-ended", "tls.not_yet_valid": "certificate-ended", "tls.untrusted": "certificate-unknown",
		"tls.hostname_mismatch": "certificate-name", "tls.protocol_too_old": "encryption-old", "tls.handshake_failed": "encryption-old", "tls.client_cert_required": ""}
	classes := map[string]string{"tls.expired": "tls_expired", "tls.not_yet_valid": "tls_expired", "tls.untrusted": "tls_untrusted",
		"tls.hostname_mismatch": "tls_hostname", "tls.protocol_too_old": "tls_protocol", "tls.handshake_failed": "tls_protocol", "tls.client_cert_required": "tls_untrusted"}
	wrong := write(t, t.TempDir(), "wrong", "not-this-one\n")
	for _, f := range tlsFaults {
		cause, ok := causes[f.expected]
		if !ok || f.ahead != 0 {
			continue
		}
		t.Run(f.fault+", "+f.server, func(t *testing.T) {
			s := startTLS(t, f)
			args := append(with("mail-tls", map[string]string{"address": s.address, "ca-file": s.ca}), inOrder...)
			r := consult{playbook: "mail-client", check: "mail-tls", layer: diag.LayerTLS, class: classes[f.expected], blocked: []string{"imap", "smtp"},
				args: append(args, with("imap", mailWith("address="+s.address, "ca-file="+s.ca, "tls=implicit", "login=alice", "password-file="+wrong))...)}.hold(t)
			if r.Verdict.Cause != cause || r.Verdict.Code != f.expected {
				t.Errorf("the verdict is %s, cause %q; want %s, %q", r.Verdict.Code, r.Verdict.Cause, f.expected, cause)
			}
		})
	}
}
