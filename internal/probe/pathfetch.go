package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// What one attempt may cost.
const (
	// pathPatience is for one page. A system needs a little over 3 s to notice
	// that its gateway is gone, which is the difference between "offline" and
	// "no answer"; all checks together have 5 s.
	pathPatience = 3600 * time.Millisecond
	// mostBytes is all that is ever read over one connection, the certificates
	// included; mostBody is what is kept of a page. Answers to challenges have
	// less than 100 bytes.
	mostBytes = 256 << 10
	mostBody  = 4 << 10
	// mostInterim answers (1xx) may come before the real one.
	mostInterim = 5
)

// A role says what a target is for.
type role int

const (
	rolePage      role = iota // the page whose way is checked
	roleChallenge             // a page whose right answer is known
	roleAnchor                // an address that can prove itself, without any name lookup
	roleProxy                 // a proxy itself, asked for a page of its own: it lives if it answers anything
)

// A target is a page to fetch.
type target struct {
	url  *url.URL
	role role
	want *expected // the answer of a challenge; nil for an ordinary page
}

// A stage is how far an attempt got.
type stage int

const (
	atProxy  stage = iota // reaching the proxy
	atTunnel              // asking the proxy for a way to the host
	atHost                // reaching the host
	atTLS                 // agreeing on encryption with the host
	atHTTP                // asking the host for the page
)

// An attempt is one target and what came of it.
type attempt struct {
	target  target
	proxy   proxyChoice
	stage   stage
	trouble trouble // why it ended at that stage; none if it was answered

	proxyStatus int    // what an HTTP proxy says instead of opening the way, such as 407
	trust       trust  // of the certificate
	issuer      string // who vouches for it

	status   int
	redirect *url.URL
	body     []byte // its beginning
	html     bool
	echoed   bool // the answer repeats what only this request could know

	proof   proof
	words   string // the answer in words
	elapsed time.Duration
}

// try makes one attempt at a target, without following anything.
func try(ctx context.Context, env Env, t target) attempt {
	ctx, cancel := context.WithTimeout(ctx, pathPatience)
	defer cancel()
	start := env.Now()
	a := attempt{target: t}
	if t.role != roleProxy {
		a.proxy = chooseProxy(env.Getenv, t.url)
	}
	if a.proxy.fail != "" {
		a.trouble = trouble{faultOther, a.proxy.fail}
	} else {
		a.trouble = troubleOf(ctx, a.run(ctx, env))
	}
	a.elapsed = env.Now().Sub(start)
	a.proof, a.words = a.judge()
	return a
}

func (a *attempt) run(ctx context.Context, env Env) error {
	conn, err := a.reach(ctx, env)
	if err != nil || conn == nil {
		return err
	}
	defer conn.Close()
	if a.target.url.Scheme == "https" {
		a.stage = atTLS
		if conn, err = a.secure(ctx, env, conn); err != nil {
			return err
		}
		// Proven, it needs no page; unproven, it gets no request. Only behind
		// an authority of this computer's own can a page tell more.
		if a.trust != trustLocal {
			return nil
		}
	}
	if a.target.role == roleAnchor {
		return nil
	}
	a.stage = atHTTP
	return a.ask(conn, env.Now())
}

// reach opens a connection to the host, through the proxy if there is one. No
// connection and no error means that the proxy refused, with proxyStatus.
func (a *attempt) reach(ctx context.Context, env Env) (net.Conn, error) {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		return dialBounded(ctx, env, network, address)
	}
	address := hostPort(a.target.url)
	switch {
	case a.proxy.url == nil:
		a.stage = atHost
		return dial(ctx, "tcp", address)
	case a.proxy.socks():
		return a.reachBySocks(ctx, dial, address)
	}
	a.stage = atProxy
	conn, err := dial(ctx, "tcp", a.proxy.address())
	if err != nil {
		return nil, err
	}
	if a.proxy.url.Scheme == "https" {
		// The password for the proxy goes only to who proves to be the proxy.
		secured := tls.Client(conn, &tls.Config{ServerName: a.proxy.url.Hostname(), RootCAs: env.Roots, Time: env.Now})
		if err := secured.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		conn = secured
	}
	a.stage = atTunnel
	if a.target.url.Scheme == "http" {
		return conn, nil
	}
	return a.tunnel(conn, address)
}

func (a *attempt) reachBySocks(ctx context.Context, dial dialFunc, address string) (net.Conn, error) {
	a.stage = atProxy
	conn, err := a.proxy.dialSocks(ctx, func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			a.stage = atTunnel
		}
		return conn, err
	}, address)
	switch {
	case errors.Is(err, errSocksAuth):
		a.proxyStatus = http.StatusProxyAuthRequired
		return nil, nil
	case errors.Is(err, errSocksRefuse):
		a.proxyStatus = http.StatusBadGateway
		return nil, nil
	}
	return conn, err
}

// tunnel asks an HTTP proxy for a way to the host (RFC 9110, 9.3.6).
func (a *attempt) tunnel(conn net.Conn, address string) (net.Conn, error) {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	a.introduce(req)
	if err := req.Write(conn); err != nil {
		conn.Close()
		return nil, err
	}
	from := bufio.NewReader(conn)
	resp, err := readAnswer(from, req)
	if err == nil && resp.StatusCode/100 == 2 && from.Buffered() > 0 {
		err = errRubbish // nobody has spoken to the host yet
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		a.proxyStatus = resp.StatusCode
		conn.Close()
		return nil, nil
	}
	return conn, nil
}

// introduce adds what a proxy wants to know. Name and password stand in the
// proxy's own setting, so the proxy may have them.
func (a *attempt) introduce(req *http.Request) {
	req.Header.Set("User-Agent", "authdoctor")
	if user := a.proxy.url.User; user != nil {
		password, _ := user.Password()
		login := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		req.Header.Set("Proxy-Authorization", "Basic "+login)
	}
}

// secure agrees on encryption with the host, and judges who vouches for it.
func (a *attempt) secure(ctx context.Context, env Env, conn net.Conn) (net.Conn, error) {
	host := a.target.url.Hostname()
	// The chain is judged below, against two sets of authorities.
	secured := tls.Client(conn, &tls.Config{ServerName: host, InsecureSkipVerify: true})
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	a.trust, a.issuer = judgeChain(env, host, secured.ConnectionState().PeerCertificates)
	return secured, nil
}

// ask fetches the page over a connection.
func (a *attempt) ask(conn net.Conn, now time.Time) error {
	u := a.target.url
	req := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}, Close: true}
	req.Header.Set("User-Agent", "authdoctor")
	req.Header.Set("Cache-Control", "no-cache, no-store")
	challenge := "ad_" + strconv.FormatInt(now.UnixNano(), 36)
	if a.target.want != nil && a.target.want.status == http.StatusNoContent {
		req.Header.Set(challengeHeader, challenge)
	}
	write := req.Write
	if a.proxy.url != nil && !a.proxy.socks() && u.Scheme == "http" {
		a.introduce(req)
		write = req.WriteProxy
	}
	if err := write(conn); err != nil {
		return err
	}
	resp, err := readAnswer(bufio.NewReader(conn), req)
	if err != nil {
		return err
	}
	a.keep(resp)
	a.echoed = resp.Header.Get(responseHeader) == "response "+challenge
	return nil
}

// keep notes what a page says. A body that breaks off is judged as far as it came.
func (a *attempt) keep(resp *http.Response) {
	a.status = resp.StatusCode
	if a.proxy.url != nil && a.status == http.StatusProxyAuthRequired {
		a.proxyStatus = a.status
	}
	if to, err := resp.Location(); err == nil && a.status/100 == 3 {
		a.redirect = to
	}
	a.body, _ = io.ReadAll(io.LimitReader(resp.Body, mostBody))
	a.html = looksLikeHTML(resp.Header.Get("Content-Type"), a.body)
}

// readAnswer reads the head of an answer, interim answers passed over.
func readAnswer(from *bufio.Reader, req *http.Request) (*http.Response, error) {
	for range mostInterim {
		resp, err := http.ReadResponse(from, req)
		if err != nil && explainNet(err) == faultOther && !errors.Is(err, errTooMuch) {
			err = errRubbish
		}
		if err != nil || resp.StatusCode/100 != 1 {
			return resp, err
		}
	}
	return nil, errRubbish
}

// hostPort is the address that a page is at.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// A boundedConn reads no more than it may, and gives up when its context ends.
type boundedConn struct {
	net.Conn
	left int
	stop func() bool
}

func dialBounded(ctx context.Context, env Env, network, address string) (net.Conn, error) {
	conn, err := env.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return &boundedConn{Conn: conn, left: mostBytes, stop: stop}, nil
}

// Read reads while there is something left to read.
func (c *boundedConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooMuch
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// Close closes the connection.
func (c *boundedConn) Close() error {
	c.stop()
	return c.Conn.Close()
}
