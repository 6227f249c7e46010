package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"
)

// isInner reports whether a redirect was not followed because of where its
// name leads.
func isInner(err error) bool {
	_, ok := errors.AsType[innerError](err)
	return ok
}

// proxyTrouble says what went wrong between this computer and its proxy, or
// with what the proxy was asked for; empty when it was something else.
func (v *visit) proxyTrouble(fault netFault) string {
	if p, ok := errors.AsType[proxyError](v.err); ok {
		return "could not connect: " + p.reason
	}
	if op, ok := errors.AsType[*net.OpError](v.err); ok && (op.Op == "proxyconnect" || op.Op == "socks connect") {
		return "the proxy " + v.proxy + " cannot be used: " + fault.String()
	}
	_, sent, _ := v.phases.reached()
	if v.proxy != "" && (!sent || v.page().Scheme == "http") {
		return "no answer through the proxy " + v.proxy + ": " + fault.String()
	}
	return ""
}

// proxyMayAnswer reports whether a fault that an answer tells of can be the
// proxy's own: one that sees the requests itself answers in the server's
// place, too.
func (v *visit) proxyMayAnswer() bool {
	return v.proxy != "" && v.page().Scheme == "http" && v.status >= 500
}

// outOfDate says which end of a certificate's validity is the trouble, and when
// that was. The error knows what it was held against, which may be another
// clock than this computer's.
func outOfDate(invalid x509.CertificateInvalidError) string {
	which, c := "the certificate", invalid.Cert
	if c.IsCA {
		which = "a certificate that vouches for the server's"
	}
	if strings.Contains(invalid.Detail, "is before") {
		return which + " is not valid before " + c.NotBefore.UTC().Format(time.DateOnly) + ", and by this computer's clock that is still to come"
	}
	return which + " ran out on " + c.NotAfter.UTC().Format(time.DateOnly) + ", by this computer's clock"
}

// tlsReason says in a few words why an encrypted connection failed, to a
// server that asked for a certificate from us or did not. The check of the
// encryption itself tells the rest.
func tlsReason(err error, asked bool) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return outOfDate(invalid)
		}
		return "the certificate is not one for this purpose"
	}
	_, untrusted := errors.AsType[x509.UnknownAuthorityError](err)
	_, mismatch := errors.AsType[x509.HostnameError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	alert := remoteAlert(err)
	switch {
	case untrusted:
		return "nobody that this computer trusts vouches for the server"
	case mismatch:
		return "the server proves another name"
	case plain:
		return "the server does not speak TLS"
	case alert != "" && asked:
		return withoutCert(err)
	case alert != "":
		return "the server says: " + printable(alert)
	}
	if f := explainNet(err); f != faultOther {
		return f.String()
	}
	return printable(err.Error())
}
