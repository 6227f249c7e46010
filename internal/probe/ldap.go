package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/go-ldap/ldap/v3"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var ldapProbe = Probe{
	Kind: "ldap",
	Doc:  "whether a directory answers, and with a login, whether it takes it and why not",
	Example: `  authdoctor probe ldap --url ldaps://directory.example.com
  authdoctor probe ldap --url ldap://directory.example.com --starttls --login uid=joe,dc=example,dc=com --password-file -
  authdoctor probe ldap --url ldaps://dc1.example.com --login joe@example.com --password-file env:PASSWORD`,
	Params: []Param{
		{Name: "url", Target: true, Required: true, Form: ldapForm, Doc: "the directory, ldap:// or ldaps:// and its name"},
		{Name: "starttls", Switch: true, Doc: "ask an ldap:// directory to encrypt before anything else"},
		{Name: "server-name", Form: serverNameForm, Doc: "name that the server must prove, when it is not the host of the address"},
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
		{Name: "login", FlagOnly: true, Secret: true, Form: loginForm, Doc: "DN or user@domain; binds once, with the password of the next flag"},
		{Name: "password-file", FlagOnly: true, Secret: true, Form: secretForm, Doc: "file of the password, - for standard input, env:NAME for a variable"},
	},
	Ready: func(env Env, with Params) error { return second(newLDAPVisit(env, with)) },
	Run:   runLDAP,
}

var ldapForm = Form{"ldaps://directory.example.com", func(v string) error { return new(ldapVisit).parse(v, "") }}

// An ldapVisit is one visit to a directory.
type ldapVisit struct {
	target tlsTarget
	url    string
	secure bool // from the first byte
	starts bool // StartTLS
	login  *login
	config *tls.Config

	facts     map[string]any
	conn      *ldap.Conn
	wire      *watchedConn
	encrypted bool
	loopback  bool
	asked     bool  // the server asked for a certificate from us
	distrust  error // why the server's certificate was not taken
}

func runLDAP(ctx context.Context, env Env, with Params) diag.Finding {
	v, err := newLDAPVisit(env, with)
	if err != nil {
		return unknown(nil, "%s", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	// Programs do not reach a directory through a web proxy, so neither does this.
	conn, err := dialBounded(ctx, env, "tcp", v.target.address)
	if err != nil {
		return noConnection(err, v.target.address, v.facts)
	}
	defer func() { _ = conn.Close() }()
	v.loopback = isLoopback(conn.RemoteAddr())
	v.wire = &watchedConn{Conn: conn}
	if err := v.meet(); err != nil {
		return v.judgeMeeting(ctx, err)
	}
	defer func() { _ = v.conn.Close() }()
	return v.judge(ctx, env)
}

func newLDAPVisit(env Env, with Params) (*ldapVisit, error) {
	v := &ldapVisit{starts: with["starttls"] != ""}
	if err := v.parse(with["url"], with["server-name"]); err != nil {
		return nil, err
	}
	if v.secure && v.starts {
		return nil, errors.New("starttls: ldaps:// is encrypted already")
	}
	roots, err := trustedRoots(env.Roots, with["ca-file"])
	if err != nil {
		return nil, err
	}
	if v.login, err = readLogin(env, with, "password-file"); err != nil {
		return nil, err
	}
	v.facts = map[string]any{"url": v.url, "address": v.target.address, "starttls": v.starts, "encrypted": false, "attempted": false}
	v.config = &tls.Config{
		ServerName: v.target.name, MinVersion: tls.VersionTLS12,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			v.asked = true
			return &tls.Certificate{}, nil
		},
		// The library makes text of what the verification finds. It is done here
		// in the same way, to keep the reason.
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			v.distrust = verifyServer(state, v.target.name, roots, env)
			if v.distrust == nil {
				v.encrypted = true
				v.facts["encrypted"], v.facts["tls_version"] = true, tls.VersionName(state.Version)
			}
			return v.distrust
		},
	}
	return v, nil
}

// verifyServer holds a server's certificates against the authorities, the name
// and this computer's clock, as crypto/tls does.
func verifyServer(state tls.ConnectionState, name string, roots *x509.CertPool, env Env) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the server showed no certificate")
	}
	options := x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: env.Now(), Intermediates: x509.NewCertPool()}
	for _, c := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(options)
	return err
}

// parse reads the address of a directory. Its errors do not repeat the text.
func (v *ldapVisit) parse(text, serverName string) error {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "" {
		return errors.New("url: must begin with ldap:// or ldaps:// and a host name")
	}
	v.secure = u.Scheme == "ldaps"
	port := "389"
	if v.secure {
		port = "636"
	}
	if v.target, err = parseMailTarget(u.Host, serverName, port); err != nil {
		return errors.New(strings.Replace(err.Error(), "address: ", "url: ", 1))
	}
	v.url = u.Scheme + "://" + v.target.address
	return nil
}

// meet connects, and encrypts where that is wanted.
func (v *ldapVisit) meet() error {
	conn := net.Conn(v.wire)
	if v.secure {
		secure := tls.Client(v.wire, v.config)
		if err := secure.Handshake(); err != nil { // the wire has the context's end as its deadline
			return tlsError{err}
		}
		conn = secure
	}
	v.conn = ldap.NewConn(conn, v.secure)
	v.conn.Start()
	if !v.starts {
		return nil
	}
	err := v.conn.StartTLS(v.config)
	if err == nil {
		return nil
	}
	_ = v.conn.Close()
	if isResult(err) {
		return err
	}
	return tlsError{err}
}

// isResult reports whether an error is an answer of the directory and not
// something that happened on the way. The library numbers its own from 200 on.
func isResult(err error) bool {
	e, ok := errors.AsType[*ldap.Error](err)
	return ok && e.ResultCode < ldap.ErrorNetwork
}

// A watchedConn remembers the first thing that went wrong with a connection:
// the library makes text of it. It is safe for use by several goroutines.
type watchedConn struct {
	net.Conn
	mu  sync.Mutex
	err error
}

func (w *watchedConn) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.note(err)
	return n, err
}

func (w *watchedConn) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.note(err)
	return n, err
}

func (w *watchedConn) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

func (w *watchedConn) trouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
