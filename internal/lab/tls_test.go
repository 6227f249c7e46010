package lab

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

const day = 24 * time.Hour

// A tlsFault is a server with a fault, and what must be said of it.
type tlsFault struct {
	fault, server string
	expected      string        // code
	from, until   time.Duration // the certificate's dates, from now; zero: right ones
	name          string        // that it proves; empty: the right one
	stranger      bool          // nobody that is trusted vouches for it
	args          string        // of openssl s_server
	ahead         time.Duration // of this computer's clock
	class         string        // of the playbook's verdict; empty for none
}

var tlsFaults = []tlsFault{
	{fault: "none", server: "TLS 1.3", expected: "tls.ok"},
	{fault: "none", server: "TLS 1.2 alone", expected: "tls.ok", args: "-tls1_2"},
	{fault: "runs out in 6 days", server: "dates", expected: "tls.expiring", from: -80 * day, until: 6 * day},
	{fault: "has run out", server: "dates", expected: "tls.expired", from: -90 * day, until: -day, class: "tls_expired"},
	{fault: "is not valid yet", server: "dates", expected: "tls.not_yet_valid", from: 10 * day, until: 90 * day, class: "tls_expired"},
	{fault: "nobody vouches for it", server: "an authority of its own", expected: "tls.untrusted", stranger: true, class: "tls_untrusted"},
	{fault: "another name", server: "a certificate for other.example.com", expected: "tls.hostname_mismatch", name: "other.example.com", class: "tls_hostname"},
	{fault: "old protocol only", server: "TLS 1.1", expected: "tls.protocol_too_old", args: "-tls1_1 -cipher DEFAULT@SECLEVEL=0", class: "tls_protocol"},
	{fault: "no key exchange in common", server: "TLS 1.3, ffdhe2048 alone", expected: "tls.handshake_failed", args: "-tls1_3 -groups ffdhe2048", class: "tls_protocol"},
	{fault: "client certificate wanted", server: "TLS 1.3, -Verify", expected: "tls.client_cert_required", args: "-Verify 1 -verify_return_error", class: "tls_untrusted"},
	{fault: "client certificate wanted", server: "TLS 1.2, -Verify", expected: "tls.client_cert_required", args: "-Verify 1 -verify_return_error -tls1_2", class: "tls_untrusted"},
	{fault: "has run out by a clock 400 days fast", server: "right dates", expected: "tls.expired", ahead: 400 * day},
	{fault: "not valid yet by a clock 3 days slow", server: "right dates, a day old", expected: "tls.not_yet_valid", from: -day, until: 80 * day, ahead: -3 * day},
}

// A tlsServer is openssl's own, with one certificate.
type tlsServer struct{ address, ca string }

func startTLS(t *testing.T, f tlsFault) tlsServer {
	t.Helper()
	openssl := program(t, "openssl", "openssl")
	c := f.certificate(t)
	var last *process
	for range 5 {
		address := "127.0.0.1:" + freePort(t)
		args := []string{"s_server", "-accept", address, "-cert", c.cert, "-key", c.key, "-www", "-quiet"}
		last = start(t, openssl, append(args, strings.Fields(f.args)...)...)
		if last.accepts(t.Context(), address) {
			return tlsServer{address, c.ca}
		}
		if last.alive() {
			break
		}
	}
	t.Fatalf("openssl s_server does not answer:\n%s", last.said.String())
	return tlsServer{}
}

// certificate makes the server's certificate and the authority that the test
// trusts, which need not be the one that signed it.
func (f tlsFault) certificate(t *testing.T) labCert {
	t.Helper()
	trusted := newCert(t)
	if f.from == 0 && f.until == 0 {
		f.from, f.until = -day, 80*day
	}
	now := time.Now()
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lab authority of dates"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: now.Add(-1000 * day), NotAfter: now.Add(1000 * day)}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: now.Add(f.from), NotAfter: now.Add(f.until),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if f.name != "" {
		leaf.DNSNames = []string{f.name}
	} else {
		leaf.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	caKey, leafKey := newECKey(t), newECKey(t)
	caDER, err1 := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	leafDER, err2 := x509.CreateCertificate(rand.Reader, leaf, ca, leafKey.Public(), caKey)
	keyDER, err3 := x509.MarshalPKCS8PrivateKey(leafKey)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	dir := sharedDir(t)
	made := labCert{
		ca:   write(t, dir, "ca.pem", pemText("CERTIFICATE", caDER)),
		cert: write(t, dir, "cert.pem", pemText("CERTIFICATE", leafDER)),
		key:  write(t, dir, "key.pem", pemText("PRIVATE KEY", keyDER)),
	}
	if f.stranger {
		made.ca = trusted.ca
	}
	return made
}

func (f tlsFault) change(env *probe.Env) {
	env.Now = func() time.Time { return time.Now().Add(f.ahead) }
}

func TestTLS(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	var rows []row
	for _, f := range tlsFaults {
		s := startTLS(t, f)
		env := probe.System()
		f.change(&env)
		got := measureCode(t, env, ready, "tls", map[string]string{"address": s.address, "ca-file": s.ca})
		rows = append(rows, row{f.fault, "openssl s_server, " + f.server, f.expected, got})
	}
	holdRows(t, rows)
	checkTable(t, "tls", rows)
}

// The same servers through the playbook, and by a clock that a time server
// corrects: then the clock is named, and what it spoils is blocked.
func TestTLSThroughThePlaybook(t *testing.T) {
	right := startChrony(t, inStep, goodTime...)
	for _, f := range tlsFaults {
		if f.class == "" && f.ahead == 0 {
			continue
		}
		t.Run(f.fault+", "+f.server, func(t *testing.T) {
			s := startTLS(t, f)
			c := consult{
				playbook: "alarmcom", check: "login-tls", layer: diag.LayerTLS, class: f.class, env: f.change, blocked: []string{"login-page"},
				args: append(healthy("network-path=ok", "name-lookup=ok"), "--symptom", "login-rejected", "--with", "clock.server="+right.address,
					"--var", "login_url=https://"+s.address+"/login", "--var", "ca_file="+s.ca),
			}
			if f.ahead != 0 {
				c.check, c.layer, c.class, c.blocked = "clock", diag.LayerClock, "clock_skew", []string{"login-tls", "login-page"}
			}
			c.hold(t)
		})
	}
}

// A handshake that fails says nothing of the service behind it, whatever else
// speaks for its being down: in every playbook that looks at encryption the
// verdict is of the encryption.
func TestAFailedHandshakeBlamesNoService(t *testing.T) {
	clean(t)
	i := slices.IndexFunc(tlsFaults, func(f tlsFault) bool { return f.expected == "tls.handshake_failed" })
	s := startTLS(t, tlsFaults[i])
	page := func(variable string, more ...string) []string {
		return append(append(more, healthy("clock=accurate", "network-path=ok")...), "--var", variable+"=https://"+s.address+"/", "--var", "ca_file="+s.ca)
	}
	mail := append(with("mail-tls", map[string]string{"address": s.address, "ca-file": s.ca}), inOrder...)
	for name, c := range map[string]consult{
		"alarmcom":       {check: "login-tls", blocked: []string{"login-page"}, args: page("login_url", healthy("name-lookup=ok")...)},
		"web-login":      {check: "login-tls", blocked: []string{"login-page"}, args: page("login_url", healthy("name-lookup=ok")...)},
		"store-app":      {check: "login-tls", blocked: []string{"login-page"}, args: page("account_url", healthy("name-lookup=ok")...)},
		"mail-client":    {check: "mail-tls", blocked: []string{"imap", "smtp"}, args: mail},
		"api-cloud":      {check: "api-tls", blocked: []string{"issuer", "s3", "api-sign-in"}, args: page("api_url", "--answer", "who-fails=everything")},
		"identity-admin": {check: "service-tls", blocked: []string{"discovery", "issuer", "ldap"}, args: page("discovery_url", "--symptom", "everybody-at-once")},
	} {
		t.Run(name, func(t *testing.T) {
			c.playbook, c.layer, c.class = name, diag.LayerTLS, "tls_protocol"
			c.hold(t)
		})
	}
}
