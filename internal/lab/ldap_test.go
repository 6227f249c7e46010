package lab

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/attempts"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
)

// trusting is a client's configuration that trusts a file's authority.
func trusting(t *testing.T, ca string) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool, ServerName: "localhost"}
}

func TestLDAP(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // runs after the servers' own cleanup
	s := startSlapd(t, slapdTLS)
	noTLS := startSlapd(t, "")
	shy := startSlapd(t, slapdTLS+"disallow bind_anon\nrequire bind\n")
	noSimple := startSlapd(t, slapdTLS+"disallow bind_simple\n")
	s.lock(t, "uid=bob,dc=lab")
	ad, adCA := startAD(t)
	secure := func(who string, more ...string) map[string]string {
		return mailWith(append([]string{"url=ldaps://" + s.secure, "ca-file=" + s.ca, "login=" + who, "password-file=right"}, more...)...)
	}
	faults := []fault{
		{name: "none", server: "slapd, ldaps", expected: "ldap.ok", with: mailWith("url=ldaps://"+s.secure, "ca-file="+s.ca)},
		{name: "none", server: "slapd, StartTLS", expected: "ldap.ok", with: mailWith("url=ldap://"+s.plain, "ca-file="+s.ca, "starttls=yes")},
		// The tools of OpenLDAP look for another name than the one that they are
		// given, and then do not find it in the certificate. This probe does not.
		{name: "none, by the name localhost", server: "slapd, ldaps", expected: "ldap.ok",
			with: mailWith("url=ldaps://"+strings.Replace(s.secure, "127.0.0.1", "localhost", 1), "ca-file="+s.ca)},
		{name: "none, a login", server: "slapd", expected: "ldap.ok", with: secure("uid=alice,dc=lab")},
		{name: "wrong password", server: "slapd", expected: "ldap.rejected", with: secure("uid=alice,dc=lab", "password-file=wrong")},
		{name: "a user that is not there", server: "slapd", expected: "ldap.rejected", with: secure("uid=zoe,dc=lab")},
		{name: "locked by the password policy", server: "slapd", expected: "ldap.account_locked", with: secure("uid=bob,dc=lab"),
			facts: map[string]string{"password_policy": "accountLocked"}},
		{name: "password has run out", server: "slapd", expected: "ldap.password_expired", with: secure("uid=dave,dc=lab")},
		{name: "password was reset", server: "slapd", expected: "ldap.must_change_password", with: secure("uid=erin,dc=lab")},
		{name: "password runs out soon", server: "slapd", expected: "ldap.password_expiring", with: secure("uid=frank,dc=lab")},
		{name: "not a DN", server: "slapd", expected: "ldap.invalid_dn", with: secure("alice")},
		{name: "TLS required", server: "slapd", expected: "ldap.tls_required", with: mailWith("url=ldap://"+s.plain, "login=uid=alice,dc=lab", "password-file=right")},
		{name: "no StartTLS", server: "slapd without TLS", expected: "ldap.starttls_missing", with: mailWith("url=ldap://"+noTLS.plain, "starttls=yes")},
		{name: "nothing for strangers", server: "slapd that wants a bind first", expected: "ldap.root_dse_hidden", with: mailWith("url=ldaps://"+shy.secure, "ca-file="+shy.ca)},
		{name: "simple bind switched off", server: "slapd without simple bind", expected: "ldap.method_refused",
			with: mailWith("url=ldaps://"+noSimple.secure, "ca-file="+noSimple.ca, "login=uid=alice,dc=lab", "password-file=right")},
		{name: "not trusted", server: "slapd", expected: "ldap.unknown", with: mailWith("url=ldaps://"+s.secure, "login=uid=alice,dc=lab", "password-file=right")},
		{name: "TLS to a plain port", server: "slapd", expected: "ldap.unknown", with: mailWith("url=ldaps://" + s.plain)},
	}
	for _, code := range []struct{ data, expected string }{
		{"ok", "ok"}, {"52e", "rejected"}, {"525", "unknown_account"}, {"530", "logon_restricted"}, {"531", "logon_restricted"},
		{"532", "password_expired"}, {"533", "account_disabled"}, {"701", "account_expired"}, {"773", "must_change_password"}, {"775", "account_locked"},
	} {
		faults = append(faults, fault{name: "Active Directory data " + code.data, server: "in this process, its answers from go-asn1-ber",
			expected: "ldap." + code.expected, with: mailWith("url=ldaps://"+ad, "ca-file="+adCA, "login="+code.data+"@lab.test", "password-file=right")})
	}
	hold(t, "ldap", faults)
}

// slapd counts: a login is tried once, and not at all when the budget is spent.
func TestLDAPAttemptsAreCounted(t *testing.T) {
	s := startSlapd(t, slapdTLS)
	f := fault{expected: "ldap.rejected", with: mailWith("url=ldaps://"+s.secure, "ca-file="+s.ca, "login=uid=alice,dc=lab", "password-file=wrong")}
	budget := attempts.Budget{Dir: state.Dir(t.TempDir()), Now: probe.System().Now, Limit: 1}
	first, second := f.measure(t, budget), f.measure(t, budget)
	if first.Outcome != "rejected" || second.Outcome != diag.NoAnswer || !strings.Contains(second.Reason, "1 attempts were made") {
		t.Errorf("got %+v, then %+v", first, second)
	}
	// Both visits have ended in the log.
	s.until(t.Context(), func() bool {
		return strings.Count(s.said.String(), "UNBIND")+strings.Count(s.said.String(), " closed") >= 2
	})
	if n := s.binds(); n != 1 {
		t.Errorf("slapd counted %d binds\n%s", n, s.said.String())
	}
}
