package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"
)

// alertWait is how long a server that asked for a certificate gets to say
// that it minds having none. With TLS 1.3 it says so only after the handshake,
// and one that does not mind says nothing at all.
const alertWait = time.Second

// longAgo as a deadline ends whatever is waiting.
var longAgo = time.Unix(1, 0)

// A greeting is everything that a server showed in a handshake.
type greeting struct {
	took    map[string]any // facts of the first connection, in milliseconds
	proxy   string         // that it went through, fit to be shown; empty for none
	dialErr error          // there was no connection at all
	start   bool           // encryption was asked for, not begun with
	err     error          // of the handshake, or of the first read
	certs   []*x509.Certificate
	version uint16 // 0 when none was agreed
	asked   bool   // it asked for a certificate from us
	// After a handshake that failed early: what it agrees to when everything
	// old is offered as well; 0 for nothing.
	oldest     uint16
	weakCipher bool
}

// greet connects and shakes hands. Where that fails without a certificate to
// be seen, it asks once more, offering what is too old to be used, to tell a
// server of the past from one that cannot agree at all.
func greet(ctx context.Context, env Env, t tlsPlan) greeting {
	g := greeting{start: t.start.upgrade != nil}
	p := &phases{now: env.Now}
	p.begin()
	timedCtx, timedEnv := p.timedGreeting(ctx, env)
	conn, proxy, err := t.connect(timedCtx, timedEnv)
	g.proxy, g.dialErr = proxy, err
	if err != nil {
		return g
	}
	g.shake(ctx, conn, t, p)
	g.took = p.facts()
	delete(g.took, "first_byte_ms") // nothing is asked for
	delete(g.took, "transfer_ms")
	if !g.mayBeOld() {
		return g
	}
	if conn, _, err = t.connect(ctx, env); err != nil {
		return g
	}
	g.oldest, g.weakCipher = oldHandshake(ctx, conn, t)
	return g
}

// mayBeOld reports whether the failure is one that a server of the past
// causes: it refuses or hangs up at the first message.
func (g greeting) mayBeOld() bool {
	if g.err == nil || len(g.certs) > 0 || g.asked || g.plainText() {
		return false
	}
	f := explainNet(g.err)
	if errors.Is(g.err, errNoStart) || errors.Is(g.err, errNotMail) || errors.Is(g.err, errTurnedAway) {
		return false
	}
	return f != faultTimeout && f != faultStopped
}

// shake does the handshake and closes the connection. Nothing is verified in
// it, so that one fault does not hide another: judgeCertificates does that.
func (g *greeting) shake(ctx context.Context, conn net.Conn, target tlsPlan, p *phases) {
	defer func() { _ = conn.Close() }()
	begun := p.now()
	t, err := target.encrypt(ctx, conn, &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			g.certs, g.version = state.PeerCertificates, state.Version
			p.note(func(now time.Time) { p.encrypt = now.Sub(begun) })
			return nil
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			g.asked = true
			return &tls.Certificate{}, nil
		},
	})
	p.finish()
	if g.err = err; err != nil || t == nil {
		return
	}
	if g.asked {
		if err := firstWord(ctx, t); minded(err) {
			g.err = err
			return
		}
	}
	if target.start.bye != nil {
		_, _ = t.Write(target.start.bye)
	}
}

// firstWord waits for what a server says unasked, no longer than alertWait,
// and returns why it heard nothing.
func firstWord(ctx context.Context, conn net.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, alertWait)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(longAgo) })()
	_, err := conn.Read(make([]byte, 1))
	return err
}

// minded reports whether the connection to a server that asked for a certificate
// and got none has ended, before anything was said: most servers say why, and
// some (slapd with GnuTLS) only hang up.
func minded(err error) bool {
	fault := explainNet(err)
	return remoteAlert(err) != "" || fault == faultClosed || fault == faultReset
}

// withoutCert says how it ended. Only an alert about certificates, or the one that
// stood for it before there was such (RFC 5246, 7.4.6; RFC 8446, 6.2), tells that
// it is for want of ours. Whatever else ends a connection may also be something
// in between, and a server may have another reason.
func withoutCert(err error) string {
	alert := remoteAlert(err)
	switch {
	case strings.Contains(alert, "certificate"), alert == "handshake failure":
		return "the server wants a certificate from this computer"
	case alert != "":
		return "the server asked for a certificate from this computer, got none, and ended the connection: " + printable(alert)
	}
	return "the server asked for a certificate from this computer, got none, and then the connection ended"
}

// oldHandshake offers everything that was ever in use, for the answer only:
// nothing is sent over such a connection.
func oldHandshake(ctx context.Context, conn net.Conn, target tlsPlan) (version uint16, weak bool) {
	defer func() { _ = conn.Close() }()
	agreed := tls.ConnectionState{}
	// A server can still refuse after that, for want of our certificate.
	_, err := target.encrypt(ctx, conn, &tls.Config{
		MinVersion:         tls.VersionTLS10,
		MaxVersion:         tls.VersionTLS12,
		CipherSuites:       everyCipher(),
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			agreed = state
			return nil
		},
	})
	if err != nil && agreed.Version == 0 {
		return 0, false
	}
	for _, c := range tls.InsecureCipherSuites() {
		weak = weak || c.ID == agreed.CipherSuite
	}
	return agreed.Version, weak
}

func everyCipher() []uint16 {
	var ids []uint16
	for _, c := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, c.ID)
	}
	return ids
}

// plainText reports whether the server answered in something else than TLS.
func (g greeting) plainText() bool {
	_, ok := errors.AsType[tls.RecordHeaderError](g.err)
	return ok
}

// errorText is the error of the handshake, fit to be shown; empty for none
// and for a fault of the network, which has its own words.
func (g greeting) errorText() string {
	if g.err == nil || explainNet(g.err) != faultOther {
		return ""
	}
	return printable(g.err.Error())
}

// remoteAlert is what the server said when it ended a handshake, or empty.
// Alerts from the far side are not tls.AlertError but text in an unexported
// type.
func remoteAlert(err error) string {
	if err == nil {
		return ""
	}
	_, alert, _ := strings.Cut(err.Error(), "remote error: tls: ")
	return alert
}
