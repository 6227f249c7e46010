package probe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// longestWait ends a probe that nobody gave a deadline.
const longestWait = 20 * time.Second

// longestConnect bounds a proxy's answer to CONNECT.
const longestConnect = 16 << 10

// A proxyError is a connection that failed at the proxy: what is behind it
// could not be measured.
type proxyError struct{ reason string }

func (e proxyError) Error() string { return e.reason }

// whyNoConnection completes "could not connect: ...".
func whyNoConnection(err error) string {
	if p, ok := errors.AsType[proxyError](err); ok {
		return p.reason
	}
	return explainNet(err).String()
}

// dialOut connects to host:port the way a browser would: through the proxy
// that this computer is told to use, if it is. The second result is that
// proxy, fit to be shown.
func dialOut(ctx context.Context, env Env, address string) (net.Conn, string, error) {
	choice := chooseProxy(env.Getenv, &url.URL{Scheme: "https", Host: address})
	if choice.fail != "" {
		return nil, "", proxyError{"the proxy setting " + choice.via + " cannot be used: " + choice.fail}
	}
	if choice.url == nil {
		conn, err := env.Dial(ctx, "tcp", address)
		return conn, "", err
	}
	conn, err := dialThrough(ctx, env, choice, address)
	if fault := explainNet(err); err != nil && fault != faultStopped {
		if _, ok := errors.AsType[proxyError](err); !ok {
			err = proxyError{"the proxy " + choice.shown() + " cannot be used: " + fault.String()}
		}
	}
	return conn, choice.shown(), err
}

func dialThrough(ctx context.Context, env Env, choice proxyChoice, address string) (net.Conn, error) {
	if choice.socks() {
		conn, err := choice.dialSocks(ctx, env.Dial, address)
		if errors.Is(err, errSocksAuth) || errors.Is(err, errSocksRefuse) {
			err = proxyError{err.Error()}
		}
		return conn, err
	}
	conn, err := env.Dial(ctx, "tcp", choice.address())
	if err != nil {
		return nil, err
	}
	if choice.url.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: choice.url.Hostname(), RootCAs: env.Roots, Time: env.Now})
	}
	if err := askConnect(ctx, conn, choice.url, address); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// askConnect asks an HTTP proxy for a tunnel (RFC 9110, 9.3.6).
func askConnect(ctx context.Context, conn net.Conn, proxy *url.URL, address string) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(longAgo) })
	defer stop()
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address,
		Header: http.Header{"User-Agent": {userAgent}}}
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		request.SetBasicAuth(proxy.User.Username(), password)
		request.Header["Proxy-Authorization"] = request.Header["Authorization"]
		request.Header.Del("Authorization")
	}
	if err := request.Write(conn); err != nil {
		return err
	}
	head, err := readHead(conn)
	if err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), request)
	if err != nil {
		return proxyError{"the proxy does not speak HTTP"}
	}
	_ = response.Body.Close()
	return proxyRefusal(response.StatusCode)
}

// proxyRefusal reads a proxy's answer to CONNECT; nil when it connected.
func proxyRefusal(status int) error {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusProxyAuthRequired:
		return proxyError{"the proxy wants its own user name and password"}
	case status == http.StatusForbidden:
		return proxyError{"the proxy forbids it (403)"}
	}
	return proxyError{fmt.Sprintf("the proxy could not connect (%d)", status)}
}

// readHead reads up to the end of an answer's header and not a byte further:
// what follows belongs to the tunnel.
func readHead(conn net.Conn) ([]byte, error) {
	var head []byte
	for one := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); {
		if _, err := conn.Read(one); err != nil {
			return nil, err
		}
		if head = append(head, one[0]); len(head) > longestConnect {
			return nil, proxyError{"the proxy does not speak HTTP"}
		}
	}
	return head, nil
}
