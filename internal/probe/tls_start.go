package probe

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"net/textproto"
	"strings"

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
	"ldap":     {"389", upgradeLDAP},
	"pop3":     {"110", upgradePOP3},
	"postgres": {"5432", upgradePostgres},
}

// errTurnedAway: the server speaks the protocol, and answers nobody from here.
var errTurnedAway = errors.New("the server turns this computer away before encryption can be asked for")

// errNoStart: the server speaks the protocol, and does not encrypt there.
var errNoStart = errors.New("the server does not offer to encrypt here (STARTTLS)")

func upgradeMail(open func(net.Conn, string) (mailTalk, error), conn net.Conn, host string, config *tls.Config) error {
	talk, err := open(conn, host)
	if said, refused := errors.AsType[mailRefusal](err); refused {
		return fmt.Errorf("%w: %s", errTurnedAway, printable(said.text))
	}
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

// upgradePOP3 asks for encryption as RFC 2595, 4 does. No sign-in follows, so
// this is all of the protocol that is needed. What came in before the handshake
// and belongs to no answer is dropped with the reader.
func upgradePOP3(conn net.Conn, _ string, config *tls.Config) error {
	lines := textproto.NewReader(bufio.NewReader(conn))
	switch ok, text, err := popAnswer(lines); {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%w: %s", errTurnedAway, text)
	}
	if _, err := io.WriteString(conn, "STLS\r\n"); err != nil {
		return err
	}
	if ok, _, err := popAnswer(lines); err != nil || !ok {
		return cmp.Or(err, errNoStart)
	}
	secure := tls.Client(conn, config)
	if err := secure.Handshake(); err != nil {
		return err
	}
	_, _ = io.WriteString(secure, "QUIT\r\n")
	return nil
}

// popAnswer reads a yes or a no, with the words beside it (RFC 1939, 3).
func popAnswer(lines *textproto.Reader) (ok bool, text string, err error) {
	line, err := lines.ReadLine()
	if err != nil {
		return false, "", err
	}
	word, text, _ := strings.Cut(line, " ")
	if word != "+OK" && word != "-ERR" {
		return false, "", errNotMail
	}
	return word == "+OK", printable(text), nil
}

// sslRequest is its length, and a code that is no version of the protocol
// (postgresql.org/docs/current/protocol-message-formats.html).
var sslRequest = []byte{0, 0, 0, 8, 4, 210, 22, 47}

// upgradePostgres asks for encryption before anything else, as
// postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL has it. Its
// answer is a single byte, and no more is read: what follows must be the
// handshake. An error's words come from whoever is on the way, and are left out.
func upgradePostgres(conn net.Conn, _ string, config *tls.Config) error {
	if _, err := conn.Write(sslRequest); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return err
	}
	switch answer[0] {
	case 'S':
		return tls.Client(conn, config).Handshake()
	case 'N':
		return errNoStart
	case 'E':
		return errTurnedAway
	}
	return errNotMail
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
