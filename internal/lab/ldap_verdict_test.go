package lab

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// The faults of directories, as somebody meets them who runs the playbook.
func TestLDAPVerdicts(t *testing.T) {
	s := startSlapd(t, slapdTLS)
	s.lock(t, "uid=bob,dc=lab")
	noSimple := startSlapd(t, slapdTLS+"disallow bind_simple\n")
	ad, adCA := startAD(t)
	right, wrong := write(t, t.TempDir(), "right", "open-sesame\n"), write(t, t.TempDir(), "wrong", "not-this-one\n")
	ask := func(url, ca, who, file string) []string {
		args := healthy("clock=accurate", "network-path=ok", "service-tls=ok", "discovery=ok")
		return append(args, with("ldap", map[string]string{"url": url, "ca-file": ca, "login": who, "password-file": file})...)
	}
	secure := "ldaps://" + s.secure
	asAD := func(data string) []string { return ask("ldaps://"+ad, adCA, data+"@lab.test", right) }
	for name, c := range map[string]consult{
		"right password":   {args: ask(secure, s.ca, "uid=alice,dc=lab", right), status: diag.Healthy},
		"wrong password":   {args: ask(secure, s.ca, "uid=alice,dc=lab", wrong), class: "wrong_credentials"},
		"locked":           {args: ask(secure, s.ca, "uid=bob,dc=lab", right), class: "account_locked"},
		"password run out": {args: ask(secure, s.ca, "uid=dave,dc=lab", right), class: "password_expired"},
		"password reset":   {args: ask(secure, s.ca, "uid=erin,dc=lab", right), class: "password_expired"},
		"not a DN":         {args: ask(secure, s.ca, "alice", right), class: "client_misconfigured"},
		"TLS required":     {args: ask("ldap://"+s.plain, s.ca, "uid=alice,dc=lab", right), class: "tls_protocol"},
		"no simple bind":   {args: ask("ldaps://"+noSimple.secure, noSimple.ca, "uid=alice,dc=lab", right), class: "credential_type_unsupported"},
		"AD 52e":           {args: asAD("52e"), class: "wrong_credentials"},
		"AD 525":           {args: asAD("525"), class: "unknown_account"},
		"AD 530":           {args: asAD("530"), class: "policy_blocked"},
		"AD 533":           {args: asAD("533"), class: "account_disabled"},
		"AD 701":           {args: asAD("701"), class: "account_disabled"},
		"AD 773":           {args: asAD("773"), class: "password_expired"},
		"AD 775":           {args: asAD("775"), class: "account_locked"},
		"the way is blocked": {class: "network_unreachable", check: "network-path", layer: diag.LayerPath, blocked: []string{"service-tls", "discovery", "issuer", "ldap"},
			args: append(healthy("clock=accurate", "network-path=offline"), with("ldap", map[string]string{"url": secure, "ca-file": s.ca, "login": "uid=alice,dc=lab", "password-file": wrong})...)},
	} {
		t.Run(name, func(t *testing.T) {
			c.playbook = "identity-admin"
			if c.status == "" && c.check == "" {
				c.check, c.layer = "ldap", diag.LayerCredentials
			}
			if r := c.hold(t); strings.Contains(told(r), "open-sesame") || strings.Contains(told(r), "not-this-one") {
				t.Errorf("a password is shown:\n%s", told(r))
			}
		})
	}
}
