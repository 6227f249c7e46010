package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// How a connection to a mail server is encrypted.
const (
	tlsImplicit = "implicit" // from the first byte
	tlsStart    = "starttls" // after it was asked for in the clear
	tlsNone     = "none"
)

// A mailKind is a mail protocol: how to talk, and where.
type mailKind struct {
	name     string
	implicit []string // ports that are encrypted from the first byte
	port     string   // where nothing else is said
	// open reads the greeting, and asks what is offered.
	open func(conn net.Conn, host string) (mailTalk, error)
}

// A mailTalk is a conversation with a mail server.
type mailTalk interface {
	// offers is what the server offered last.
	offers() mailOffers
	// startTLS encrypts, and asks what is offered now.
	startTLS(config *tls.Config) error
	// auth makes one attempt. A nil try is the protocol's own command for a
	// password, where it has one and offers takes it. The answer is a
	// mailRefusal or what went wrong on the way.
	auth(l *login, try *saslTry) error
	// bye takes leave without waiting for an answer.
	bye()
}

// mailOffers is what a mail server says that it can do.
type mailOffers struct {
	mechanisms []string
	startTLS   bool
	// disabled: it says in so many words that it takes no password now.
	disabled bool
	// command: the protocol's own command for a password may be used.
	command bool
}

// any reports whether there is a way to sign in.
func (o mailOffers) any() bool { return len(o.mechanisms) > 0 || o.command && !o.disabled }

// A mailRefusal is a "no" of a mail server, in its own words and numbers.
type mailRefusal struct {
	word     string // IMAP: NO, BAD or BYE; empty in SMTP
	code     string // IMAP: the response code (RFC 5530), without its arguments
	status   int    // SMTP: the reply code
	enhanced string // SMTP: the enhanced status code (RFC 3463)
	text     string
}

func (r mailRefusal) Error() string { return r.text }

// errNotMail: what answers is no mail server of that kind.
var errNotMail = errors.New("what answers there does not speak this protocol")

func mailParams(kind mailKind) []Param {
	return []Param{
		{Name: "address", Target: true, Required: true, Form: mailServerForm("mail.example.com:" + kind.implicit[0]), Doc: "host or host:port of the mail server; port " + kind.port + " unless it says another"},
		{Name: "tls", Form: oneOf(tlsImplicit, tlsStart, tlsNone), Doc: "implicit, starttls or none; implicit on port " + kind.implicit[0] + ", else starttls"},
		{Name: "server-name", Form: serverNameForm, Doc: "name that the server must prove, when it is not the host of the address"},
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
		{Name: "login", FlagOnly: true, Secret: true, Form: loginForm, Doc: "user name; signs in once, with the password or token of the next flags"},
		{Name: "password-file", FlagOnly: true, Secret: true, Form: secretForm, Doc: "file of the password, - for standard input, env:NAME for a variable"},
		{Name: "token-file", FlagOnly: true, Secret: true, Form: secretForm, Doc: "file of an OAuth access token, instead of a password; - and env:NAME likewise"},
	}
}

// A mailVisit is one visit to a mail server.
type mailVisit struct {
	kind   mailKind
	target tlsTarget
	host   string
	port   string
	mode   string // how it is encrypted
	login  *login
	config *tls.Config

	facts     map[string]any
	encrypted bool
	loopback  bool
	asked     bool // the server asked for a certificate from us
	talk      mailTalk
}

func runMail(ctx context.Context, env Env, with Params, kind mailKind) diag.Finding {
	v, err := newMailVisit(env, with, kind)
	if err != nil {
		return unknown(nil, "%s", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	// Mail programs do not go through a web proxy, so neither does this.
	conn, err := dialBounded(ctx, env, "tcp", v.target.address)
	if err != nil {
		return noConnection(err, v.target.address, v.facts)
	}
	defer func() { _ = conn.Close() }()
	v.loopback = isLoopback(conn.RemoteAddr())
	if err := v.meet(conn); err != nil {
		return v.judgeMeeting(ctx, env, err)
	}
	defer v.talk.bye()
	return v.judge(ctx, env)
}

func newMailVisit(env Env, with Params, kind mailKind) (*mailVisit, error) {
	v := &mailVisit{kind: kind, mode: with["tls"]}
	var err error
	if v.target, err = parseMailTarget(with["address"], with["server-name"], kind.port); err != nil {
		return nil, err
	}
	v.host, v.port, _ = net.SplitHostPort(v.target.address)
	switch {
	case v.mode == "" && slices.Contains(kind.implicit, v.port):
		v.mode = tlsImplicit
	case v.mode == "":
		v.mode = tlsStart
	case !slices.Contains([]string{tlsImplicit, tlsStart, tlsNone}, v.mode):
		return nil, errors.New("tls: must be implicit, starttls or none")
	}
	roots, err := trustedRoots(env.Roots, with["ca-file"])
	if err != nil {
		return nil, err
	}
	if v.login, err = readLogin(env, with, "password-file", "token-file"); err != nil {
		return nil, err
	}
	v.facts = map[string]any{"address": v.target.address, "tls": v.mode, "encrypted": false, "attempted": false}
	v.config = &tls.Config{
		ServerName: v.target.name, RootCAs: roots, Time: env.Now, MinVersion: tls.VersionTLS12,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			v.asked = true
			return &tls.Certificate{}, nil
		},
		VerifyConnection: func(state tls.ConnectionState) error {
			v.encrypted = true
			v.facts["encrypted"], v.facts["tls_version"] = true, tls.VersionName(state.Version)
			return nil
		},
	}
	return v, nil
}

// parseMailTarget reads HOST or HOST:PORT.
func parseMailTarget(address, serverName, port string) (tlsTarget, error) {
	if strings.ContainsAny(address, "/?#@") {
		return tlsTarget{}, errors.New("address: must be HOST or HOST:PORT")
	}
	host, err := hostOf(address)
	if err != nil {
		return tlsTarget{}, errors.New("address: " + err.Error())
	}
	given, err := givenPort(address)
	if err != nil {
		return tlsTarget{}, err
	}
	if given != "" {
		port = given
	}
	t := tlsTarget{address: net.JoinHostPort(host, port), name: host}
	if serverName != "" {
		if t.name, err = hostOf(serverName); err != nil {
			return tlsTarget{}, errors.New("server-name: " + err.Error())
		}
	}
	return t, nil
}

// meet connects as far as the mode says: the conversation stands, encrypted
// where that could be had.
func (v *mailVisit) meet(conn net.Conn) error {
	if v.mode == tlsImplicit {
		secure := tls.Client(conn, v.config)
		if err := secure.Handshake(); err != nil { // conn has the context's end as its deadline
			return tlsError{err}
		}
		conn = secure
	}
	var err error
	if v.talk, err = v.kind.open(conn, v.host); err != nil {
		return err
	}
	before := v.talk.offers()
	if v.mode == tlsImplicit {
		return nil
	}
	v.facts["starttls_offered"] = before.startTLS
	v.facts["mechanisms_before_tls"] = named(before.mechanisms)
	if v.mode == tlsNone || !before.startTLS {
		return nil
	}
	return v.talk.startTLS(v.config)
}

// named is a list that is there even when it is empty.
func named(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// A tlsError is an encryption that could not be agreed.
type tlsError struct{ error }

func (e tlsError) Unwrap() error { return e.error }

// isLoopback reports whether a connection never leaves this computer.
func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// retryAt is when an account may be tried again after its server asked for
// patience, and holds it back until then.
func retryAt(ctx context.Context, env Env, account string, facts map[string]any) {
	until := env.Now().Add(holdBack)
	env.heldBack(ctx, account, until)
	facts["retry_at"] = until.UTC().Format(time.RFC3339)
}
