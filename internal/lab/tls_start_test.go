package lab

import (
	"sync"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// A starting server encrypts only when it is asked to, each in its own way.
type starting struct {
	server, protocol string
	// start gives the address of one with that certificate.
	start            func(t *testing.T, c labCert) string
	playbook, check  string // where it is looked at
	blocked, healthy []string
}

// startings are all of them; the database's folder lies as long as the test runs.
func startings(t *testing.T) []starting {
	database := sync.OnceValue(func() string { return newDatabase(t) })
	return []starting{
		{"dovecot", "imap", func(t *testing.T, c labCert) string { return startDovecotWith(t, c).plain },
			"mail-client", "mail-tls", []string{"imap", "smtp"}, []string{"clock=accurate", "network-path=ok", "name-lookup=ok"}},
		{"dovecot, POP3", "pop3", func(t *testing.T, c labCert) string { return startPOP3(t, c) },
			"mail-client", "mail-tls", []string{"imap", "smtp"}, []string{"clock=accurate", "network-path=ok", "name-lookup=ok"}},
		{"exim", "smtp", func(t *testing.T, c labCert) string { return startEximWith(t, c).plain },
			"mail-client", "mail-tls", []string{"imap", "smtp"}, []string{"clock=accurate", "network-path=ok", "name-lookup=ok"}},
		{"slapd", "ldap", func(t *testing.T, c labCert) string { return startSlapdWith(t, c, slapdTLS).plain },
			"identity-admin", "service-tls", []string{"discovery", "issuer", "ldap"}, []string{"clock=accurate", "network-path=ok"}},
		{"postgres", "postgres", func(t *testing.T, c labCert) string { return startPostgres(t, database(), &c) },
			"api-cloud", "api-tls", []string{"issuer", "s3", "api-sign-in"}, []string{"clock=accurate", "network-path=ok"}},
	}
}

// startFaults are the faults of certificates that are shown over STARTTLS.
var startFaults = []tlsFault{
	{fault: "none", expected: "tls.ok"},
	{fault: "has run out", expected: "tls.expired", from: -90 * day, until: -day, class: "tls_expired"},
	{fault: "another name", expected: "tls.hostname_mismatch", name: "other.example.com", class: "tls_hostname"},
	{fault: "nobody vouches for it", expected: "tls.untrusted", stranger: true, class: "tls_untrusted"},
}

func (s starting) with(address string, c labCert) map[string]string {
	return map[string]string{"address": address, "starttls": s.protocol, "ca-file": c.ca}
}

// demanding are servers that end the connection where a client shows no
// certificate. With TLS 1.3 that comes after the handshake.
var demanding = []starting{
	{server: "exim, tls_verify_hosts", protocol: "smtp", start: func(t *testing.T, c labCert) string {
		return startEximWith(t, c, "tls_verify_hosts = *", "tls_verify_certificates = "+c.ca).plain
	}, playbook: "mail-client", check: "mail-tls", blocked: []string{"imap", "smtp"}, healthy: []string{"clock=accurate", "network-path=ok", "name-lookup=ok"}},
	{server: "slapd, TLSVerifyClient demand", protocol: "ldap", start: func(t *testing.T, c labCert) string {
		return startSlapdWith(t, c, slapdTLS+"TLSCACertificateFile "+c.ca+"\nTLSVerifyClient demand\n").plain
	}, playbook: "identity-admin", check: "service-tls", blocked: []string{"discovery", "issuer", "ldap"}, healthy: []string{"clock=accurate", "network-path=ok"}},
}

// verifyLines have dovecot ask for a certificate; that it needs one it says only
// where somebody signs in.
func verifyLines(c labCert) []string {
	return []string{"ssl_verify_client_cert = yes", "auth_ssl_require_client_cert = yes", "ssl_ca = <" + c.ca}
}

func TestStartTLS(t *testing.T) {
	clean(t)
	var rows []row
	for _, s := range startings(t) {
		for _, f := range startFaults {
			t.Run(s.server+", "+f.fault, func(t *testing.T) { // whose server has ended before the next begins
				c := f.certificate(t)
				got := measureCode(t, probe.System(), ready, "tls", s.with(s.start(t, c), c))
				rows = append(rows, row{f.fault, s.server, f.expected, got})
			})
		}
	}
	for _, s := range demanding {
		t.Run(s.server+", client certificate wanted", func(t *testing.T) {
			c := newCert(t)
			got := measureCode(t, probe.System(), ready, "tls", map[string]string{"address": s.start(t, c), "starttls": s.protocol, "ca-file": c.ca})
			rows = append(rows, row{"client certificate wanted", s.server, "tls.client_cert_required", got})
		})
	}
	database := newDatabase(t)
	for _, s := range []starting{
		{server: "dovecot, ssl_verify_client_cert", protocol: "imap", start: func(t *testing.T, c labCert) string { return startDovecotWith(t, c, verifyLines(c)...).plain }},
		{server: "dovecot, POP3, ssl_verify_client_cert", protocol: "pop3", start: func(t *testing.T, c labCert) string { return startPOP3(t, c, verifyLines(c)...) }},
		{server: "postgres, ssl_ca_file", protocol: "postgres", start: func(t *testing.T, c labCert) string {
			return startPostgres(t, database, &c, "-c", "ssl_ca_file="+c.ca)
		}},
	} {
		t.Run(s.server, func(t *testing.T) {
			c := newCert(t)
			got := measureCode(t, probe.System(), ready, "tls", map[string]string{"address": s.start(t, c), "starttls": s.protocol, "ca-file": c.ca})
			rows = append(rows, row{"client certificate asked for, and not needed to encrypt", s.server, "tls.ok", got})
		})
	}
	plain := []string{"ssl = no", "disable_plaintext_auth = no"}
	for _, bare := range []struct{ server, protocol, address string }{
		{"dovecot without TLS", "imap", startDovecot(t, plain...).plain},
		{"dovecot without TLS, POP3", "pop3", startPOP3(t, newCert(t), plain...)},
		{"postgres without TLS", "postgres", startPostgres(t, database, nil)},
	} {
		got := measureCode(t, probe.System(), ready, "tls", map[string]string{"address": bare.address, "starttls": bare.protocol})
		rows = append(rows, row{"no STARTTLS", bare.server, "tls.handshake_failed", got})
	}
	holdRows(t, rows)
	checkTable(t, "starttls", rows)
}

// The same through the playbooks: what is behind the encryption is blocked.
func TestStartTLSVerdicts(t *testing.T) {
	clean(t)
	for _, s := range demanding {
		t.Run(s.server, func(t *testing.T) {
			c := newCert(t)
			consult{playbook: s.playbook, check: s.check, layer: diag.LayerTLS, class: "tls_untrusted", blocked: s.blocked,
				args: append(healthy(s.healthy...), with(s.check, s.with(s.start(t, c), c))...)}.hold(t)
		})
	}
	for _, s := range startings(t) {
		for _, f := range startFaults {
			if f.class == "" {
				continue
			}
			t.Run(s.server+", "+f.fault, func(t *testing.T) {
				c := f.certificate(t)
				consult{playbook: s.playbook, check: s.check, layer: diag.LayerTLS, class: f.class, blocked: s.blocked,
					args: append(healthy(s.healthy...), with(s.check, s.with(s.start(t, c), c))...)}.hold(t)
			})
		}
	}
}
