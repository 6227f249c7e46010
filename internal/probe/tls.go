package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// expiringWithin is when a certificate counts as running out. Services renew
// theirs a month ahead, and 90-day ones at 30 days: two weeks is late. One
// that lives for less than that is always "expiring"; the summary then says
// how short-lived it is.
const expiringWithin = 14 * 24 * time.Hour

var tlsProbe = Probe{
	Kind: "tls",
	Doc:  "whether a connection can be encrypted, and whether the server proves its name",
	Example: `  authdoctor probe tls --address www.alarm.com:443
  authdoctor probe tls --address mail.example.com --starttls smtp
  authdoctor probe tls --address 192.0.2.7:8443 --server-name nas.example.com --ca-file ca.pem`,
	Params: []Param{
		{Name: "address", Target: true, Required: true, Form: tlsAddressForm, Doc: "host, host:port or the address of a page; port 443 unless it says another"},
		{Name: "starttls", Form: oneOf("imap", "ldap", "pop3", "postgres", "smtp"), Doc: "imap, ldap, pop3, postgres or smtp: ask for encryption as that protocol does; its own port unless the address says another"},
		{Name: "server-name", Form: serverNameForm, Doc: "name that the server must prove, when it is not the host of the address"},
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
	},
	Ready: func(env Env, with Params) error {
		if err := second(planTLS(with)); err != nil {
			return err
		}
		return serverTrust(env, with)
	},
	Run: runTLS,
}

var tlsAddressForm = Form{"www.example.com:443", func(v string) error { return second(parseTLSTarget(v, "")) }}

// runTLS judges in the order in which faults matter: whether there is any
// encrypted connection, who vouches for the server, its name, its dates, and
// last whether it wants a certificate from us.
func runTLS(ctx context.Context, env Env, with Params) diag.Finding {
	target, err := planTLS(with)
	if err != nil {
		return unknown(nil, "%s", err)
	}
	if target.plain {
		const reason = "the page is not encrypted (http)"
		return diag.Finding{Outcome: diag.NotMeasured, Reason: reason, Summary: reason}
	}
	roots, err := trustedRoots(env.Roots, with["ca-file"])
	if err != nil {
		return unknown(nil, "%s", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	g := greet(ctx, env, target)
	facts := g.facts(target.tlsTarget)
	if g.dialErr != nil {
		fault := explainNet(g.dialErr)
		if fault != faultOther {
			facts["fault"] = string(fault)
		}
		if _, byProxy := errors.AsType[proxyError](g.dialErr); fault == faultRefused && !byProxy {
			return found("refused", nobodyListens(target.address), facts)
		}
		return unknown(facts, "could not connect: %s", whyNoConnection(g.dialErr))
	}
	if len(g.certs) == 0 {
		return judgeNoHandshake(g, facts)
	}
	now := env.Now().UTC().Truncate(time.Second)
	if bad, ok := judgeCertificates(g.certs, roots, target.name, now, facts); !ok {
		return bad
	}
	return judgeHandshake(g, facts, now)
}

// planTLS reads where to connect, and how.
func planTLS(with Params) (tlsPlan, error) {
	if with["starttls"] == "" {
		t, err := parseTLSTarget(with["address"], with["server-name"])
		return tlsPlan{tlsTarget: t}, err
	}
	start, ok := tlsOpenings[with["starttls"]]
	if !ok {
		return tlsPlan{}, errors.New("starttls: must be imap, ldap, pop3, postgres or smtp")
	}
	t, err := parseMailTarget(with["address"], with["server-name"], start.port)
	return tlsPlan{t, start}, err
}

// facts of the connection, as far as it came.
func (g greeting) facts(t tlsTarget) map[string]any {
	facts := map[string]any{"address": t.address, "server_name": t.name}
	if g.version != 0 {
		facts["phases"] = g.took
	}
	if g.version != 0 {
		facts["version"] = tls.VersionName(g.version)
	}
	if g.proxy != "" {
		facts["proxy"] = g.proxy
	}
	if text := g.errorText(); text != "" {
		facts["handshake_error"] = text
	}
	if g.asked {
		facts["client_cert_requested"] = true
	}
	return facts
}

// judgeNoHandshake judges a connection in which no certificate was seen.
func judgeNoHandshake(g greeting, facts map[string]any) diag.Finding {
	switch {
	case explainNet(g.err) == faultStopped:
		return unknown(facts, "%s", faultStopped)
	case errors.Is(g.err, errNotMail):
		return unknown(facts, "%s", errNotMail)
	case errors.Is(g.err, errTurnedAway):
		return unknown(facts, "%s", g.err)
	case errors.Is(g.err, errNoStart):
		return found("handshake_failed", errNoStart.Error(), facts)
	case g.plainText():
		return found("not_encrypted", "the server answers, but not in TLS: this port is not encrypted"+portHint(facts), facts)
	case g.oldest != 0 && g.oldest < tls.VersionTLS12:
		facts["version"] = tls.VersionName(g.oldest)
		return found("protocol_too_old", "the server offers nothing newer than "+tls.VersionName(g.oldest), facts)
	case g.oldest != 0 && g.weakCipher:
		return found("handshake_failed", "the server offers only ciphers that are no longer safe", facts)
	case g.oldest != 0:
		return found("handshake_failed", "the server agrees only when asked in the old way, with TLS 1.2", facts)
	case explainNet(g.err) == faultTimeout:
		// A server that hangs and a filter that swallows the handshake look
		// the same from here.
		return unknown(facts, "the server took the connection, and then said nothing in time")
	}
	text := handshakeSummary(g)
	if f := explainNet(g.err); !g.start && (f == faultClosed || f == faultReset) {
		text += portHint(facts) // it may have heard something else than its own protocol
	}
	return found("handshake_failed", text, facts)
}

// plainPorts are where a protocol begins in the clear: how to look at its
// encryption there (RFC 8314 for mail, RFC 4513 for LDAP, and PostgreSQL's own
// description), or where else.
var plainPorts = map[string]string{
	"25":   "mail is encrypted there only after it is asked for (--starttls smtp)",
	"587":  "mail is encrypted there only after it is asked for (--starttls smtp)",
	"143":  "mail is encrypted there only after it is asked for (--starttls imap); port 993 is encrypted from the first byte on",
	"110":  "mail is encrypted there only after it is asked for (--starttls pop3); port 995 is encrypted from the first byte on",
	"389":  "a directory is encrypted there only after it is asked for (--starttls ldap); port 636 is encrypted from the first byte on",
	"80":   "encrypted web pages are on port 443",
	"5432": "a database is encrypted there only after it is asked for (--starttls postgres)",
}

// portHint says what is right for the port of a server that does not encrypt.
func portHint(facts map[string]any) string {
	address, _ := facts["address"].(string)
	_, port, _ := net.SplitHostPort(address)
	if hint := plainPorts[port]; hint != "" {
		return "; " + hint
	}
	return ""
}

// judgeHandshake judges what came after a certificate that is in order.
func judgeHandshake(g greeting, facts map[string]any, now time.Time) diag.Finding {
	switch {
	case g.err == nil:
		return judgeLifetime(g.certs[0], facts, now)
	case explainNet(g.err) == faultStopped:
		return unknown(facts, "%s", faultStopped)
	case explainNet(g.err) == faultTimeout:
		return unknown(facts, "the server fell silent in the middle of the handshake")
	case g.asked && minded(g.err):
		return found("client_cert_required", withoutCert(g.err), facts)
	}
	return found("handshake_failed", handshakeSummary(g), facts)
}

func handshakeSummary(g greeting) string {
	switch alert := remoteAlert(g.err); {
	case alert == "unrecognized name":
		return "the server does not know this name, and ended the handshake"
	case alert != "":
		return "the server ended the handshake: " + printable(alert)
	}
	switch f := explainNet(g.err); f {
	case faultReset, faultClosed:
		return "the connection was cut in the middle of the handshake"
	case faultOther:
		return "the handshake broke off: " + g.errorText()
	default:
		return "the handshake broke off: " + f.String()
	}
}

// judgeLifetime passes a certificate, or warns that its days are numbered.
func judgeLifetime(leaf *x509.Certificate, facts map[string]any, now time.Time) diag.Finding {
	text := fmt.Sprintf("trusted, %s", facts["version"])
	end, _ := time.Parse(time.RFC3339, facts["not_after"].(string))
	left := end.Sub(now)
	if left >= expiringWithin {
		return found("ok", text, facts)
	}
	if left < time.Minute {
		return found("expiring", text+", but the certificate runs out in less than a minute", facts)
	}
	text += ", but the certificate runs out in " + span(left)
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life <= expiringWithin {
		text += fmt.Sprintf(" (it is of a kind that lives %s and is renewed by itself)", span(life))
	}
	return found("expiring", text, facts)
}
