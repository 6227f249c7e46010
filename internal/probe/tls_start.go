package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"

	"github.com/go-ldap/ldap/v3"
)

// A tlsOpening is how a protocol that begins in the clear is asked to encrypt.
type tlsOpening struct {
	port string // where nothing else is said
	// upgrade asks for encryption and shakes hands.
	upgrade func(conn net.Conn, host string, config *tls.Config) error
}

// tlsOpenings are the protocols of --starttls.
var tlsOpenings = map[string]tlsOpening{
	"imap": {"143", func(conn net.Conn, host string, config *tls.Config) error {
		return upgradeMail(openIMAP, conn, host, config)
	}},
	"smtp": {"587", func(conn net.Conn, host string, config *tls.Config) error {
		return upgradeMail(openSMTP, conn, host, config)
	}},
	"ldap": {"389", upgradeLDAP},
}

// errNoStart: the server speaks the protocol, and does not encrypt there.
var errNoStart = errors.New("the server does not offer to encrypt here (STARTTLS)")

func upgradeMail(open func(net.Conn, string) (mailTalk, error), conn net.Conn, host string, config *tls.Config) error {
	talk, err := open(conn, host)
	if err != nil {
		return err
	}
	if !talk.offers().startTLS {
		return errNoStart
	}
	if err = talk.startTLS(config); err == nil {
		talk.bye()
	}
	if _, refused := errors.AsType[mailRefusal](err); refused {
		return errNoStart
	}
	return err
}

func upgradeLDAP(conn net.Conn, _ string, config *tls.Config) error {
	talk := ldap.NewConn(conn, false)
	talk.Start()
	defer func() { _ = talk.Close() }()
	err := talk.StartTLS(config)
	if isResult(err) {
		return errNoStart
	}
	return err
}

// A tlsPlan is where to connect, and how encryption begins there; without an
// opening, from the first byte.
type tlsPlan struct {
	tlsTarget
	start tlsOpening
}

// connect dials the way that programs of the protocol take: what begins with
// STARTTLS goes through no web proxy.
func (t tlsPlan) connect(ctx context.Context, env Env) (net.Conn, string, error) {
	if t.start.upgrade == nil {
		return dialOut(ctx, env, t.address)
	}
	conn, err := dialBounded(ctx, env, "tcp", t.address)
	return conn, "", err
}

// encrypt shakes hands over a connection, after it was asked for where that is
// the way. What it gives is encrypted, or nil where the protocol keeps it.
func (t tlsPlan) encrypt(ctx context.Context, conn net.Conn, config *tls.Config) (*tls.Conn, error) {
	config.ServerName = t.name
	if t.start.upgrade == nil {
		secure := tls.Client(conn, config)
		return secure, secure.HandshakeContext(ctx)
	}
	return nil, t.start.upgrade(conn, t.name, config)
}

// timedGreeting has a greeting's first connection timed.
func (p *phases) timedGreeting(ctx context.Context, env Env) (context.Context, Env) {
	env.Dial = p.timed(env.Dial)
	return httptrace.WithClientTrace(ctx, p.trace()), env
}
