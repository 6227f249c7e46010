package probe

import (
	"bufio"
	"bytes"
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

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// A tlsOpening is how a protocol that begins in the clear is asked to encrypt.
type tlsOpening struct {
	port string // where nothing else is said
	// upgrade asks for encryption and shakes hands. It gives the encrypted
	// connection, in which nothing was said yet, or nil where it went on by itself
	// to the protocol's first question, and the server had its say.
	upgrade func(conn net.Conn, host string, config *tls.Config) (*tls.Conn, error)
	bye     []byte // said at the end, encrypted
}

// tlsOpenings are the protocols of --starttls.
var tlsOpenings = map[string]tlsOpening{
	"imap": {port: "143", upgrade: func(conn net.Conn, host string, config *tls.Config) (*tls.Conn, error) {
		return nil, upgradeMail(openIMAP, conn, host, config)
	}},
	"smtp": {port: "587", upgrade: func(conn net.Conn, host string, config *tls.Config) (*tls.Conn, error) {
		return nil, upgradeMail(openSMTP, conn, host, config)
	}},
	"ldap":     {port: "389", upgrade: upgradeLDAP, bye: ldapUnbind()},
	"pop3":     {port: "110", upgrade: upgradePOP3, bye: []byte("QUIT\r\n")},
	"postgres": {port: "5432", upgrade: upgradePostgres},
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

// shakeHands encrypts a connection that is ready for it.
func shakeHands(conn net.Conn, config *tls.Config) (*tls.Conn, error) {
	secure := tls.Client(conn, config)
	return secure, secure.Handshake() // conn has the context's end as its deadline
}

// ldapStartTLS is the request for encryption (RFC 4511, 4.14).
func ldapStartTLS() []byte {
	request := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "")
	request.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, startTLSExtension, ""))
	return ldapMessage(1, request)
}

// ldapUnbind is the farewell (RFC 4511, 4.3).
func ldapUnbind() []byte {
	return ldapMessage(2, ber.Encode(ber.ClassApplication, ber.TypePrimitive, ldap.ApplicationUnbindRequest, nil, ""))
}

func ldapMessage(number int64, operation *ber.Packet) []byte {
	message := ber.NewSequence("")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, number, ""))
	message.AppendChild(operation)
	return message.Bytes()
}

// upgradeLDAP reads no further than the answer: the library, which goes on
// reading, would keep to itself what a server says of our certificate.
func upgradeLDAP(conn net.Conn, _ string, config *tls.Config) (*tls.Conn, error) {
	if _, err := conn.Write(ldapStartTLS()); err != nil {
		return nil, err
	}
	var heard bytes.Buffer
	answer, err := ber.ReadPacket(io.TeeReader(conn, &heard))
	switch fault := explainNet(err); {
	case fault == faultOther, fault == faultClosed && heard.Len() > 0: // the end of what is no answer
		return nil, errNotMail
	case err != nil:
		return nil, err
	}
	switch err := ldap.GetLDAPError(answer); {
	case isResult(err):
		return nil, errNoStart
	case err != nil:
		return nil, errNotMail
	}
	return shakeHands(conn, config)
}

// upgradePOP3 asks for encryption as RFC 2595, 4 does. No sign-in follows, so
// this is all of the protocol that is needed. What came in before the handshake
// and belongs to no answer is dropped with the reader.
func upgradePOP3(conn net.Conn, _ string, config *tls.Config) (*tls.Conn, error) {
	lines := textproto.NewReader(bufio.NewReader(conn))
	switch ok, text, err := popAnswer(lines); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, fmt.Errorf("%w: %s", errTurnedAway, text)
	}
	if _, err := io.WriteString(conn, "STLS\r\n"); err != nil {
		return nil, err
	}
	if ok, _, err := popAnswer(lines); err != nil || !ok {
		return nil, cmp.Or(err, errNoStart)
	}
	return shakeHands(conn, config)
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
func upgradePostgres(conn net.Conn, _ string, config *tls.Config) (*tls.Conn, error) {
	if _, err := conn.Write(sslRequest); err != nil {
		return nil, err
	}
	var answer [1]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return nil, err
	}
	switch answer[0] {
	case 'S':
		return shakeHands(conn, config)
	case 'N':
		return nil, errNoStart
	case 'E':
		return nil, errTurnedAway
	}
	return nil, errNotMail
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
// the way. What it gives is encrypted, or nil where the server had its say already.
func (t tlsPlan) encrypt(ctx context.Context, conn net.Conn, config *tls.Config) (*tls.Conn, error) {
	config.ServerName = t.name
	if t.start.upgrade == nil {
		secure := tls.Client(conn, config)
		return secure, secure.HandshakeContext(ctx)
	}
	return t.start.upgrade(conn, t.name, config)
}

// timedGreeting has a greeting's first connection timed.
func (p *phases) timedGreeting(ctx context.Context, env Env) (context.Context, Env) {
	env.Dial = p.timed(env.Dial)
	return httptrace.WithClientTrace(ctx, p.trace()), env
}
