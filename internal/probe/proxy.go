package probe

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"
)

// A proxyChoice is whether, and why, a page is fetched through a proxy. The
// url may hold a password: show it only with shown.
type proxyChoice struct {
	url  *url.URL // nil: no proxy
	via  string   // the rule that decided, in words
	fail string   // why the setting cannot be used; empty if it can
}

// proxySchemes are the kinds of proxy that can be spoken to.
var proxySchemes = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}

// chooseProxy reads the proxy variables as Go and curl do. ALL_PROXY, which
// curl and browsers on Linux honour, stands in for a variable that is not set.
func chooseProxy(getenv func(string) string, target *url.URL) proxyChoice {
	variable, setting := proxySetting(getenv, target.Scheme)
	if setting == "" {
		return proxyChoice{via: "direct: no proxy is set"}
	}
	host := target.Hostname()
	if thisComputer(host) {
		return proxyChoice{via: "direct: " + host + " is this computer itself"}
	}
	_, except := firstSet(getenv, "NO_PROXY", "no_proxy")
	config := httpproxy.Config{HTTPProxy: setting, HTTPSProxy: setting, NoProxy: except}
	chosen, err := config.ProxyFunc()(target)
	if err == nil && strings.Contains(setting, "://") {
		// The library takes what it cannot read for a host name.
		_, err = url.Parse(setting)
	}
	switch {
	case err != nil:
		return proxyChoice{via: variable, fail: "the setting cannot be read"}
	case chosen == nil:
		return proxyChoice{via: "direct: NO_PROXY leaves " + host + " out"}
	case proxySchemes[chosen.Scheme] == "" || chosen.Hostname() == "":
		return proxyChoice{via: variable, fail: "the setting is not the address of a proxy"}
	}
	return proxyChoice{url: chosen, via: variable}
}

// proxySetting is the variable that is for a scheme, and its value.
func proxySetting(getenv func(string) string, scheme string) (variable, value string) {
	if scheme == "https" {
		return firstSet(getenv, "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
	}
	return firstSet(getenv, "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
}

func firstSet(getenv func(string) string, names ...string) (name, value string) {
	if getenv == nil {
		return "", ""
	}
	for _, name := range names {
		if value := getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// used reports whether a proxy is to be used, or should be but cannot.
func (c proxyChoice) used() bool { return c.url != nil || c.fail != "" }

// address is where the proxy listens, as host:port.
func (c proxyChoice) address() string {
	port := c.url.Port()
	if port == "" {
		port = proxySchemes[c.url.Scheme]
	}
	return net.JoinHostPort(c.url.Hostname(), port)
}

// shown is the proxy without user name and password.
func (c proxyChoice) shown() string {
	if c.url == nil {
		return ""
	}
	return printable(c.url.Scheme + "://" + c.url.Host)
}

// socks reports whether the proxy speaks SOCKS.
func (c proxyChoice) socks() bool { return c.url != nil && strings.HasPrefix(c.url.Scheme, "socks") }

// What a SOCKS proxy can say besides yes.
var (
	errSocksAuth   = errors.New("the proxy wants a user name and password")
	errSocksRefuse = errors.New("the proxy could not connect")
)

// dialSocks connects to a host through a SOCKS proxy, over a connection that
// dial makes. The proxy looks the name up.
func (c proxyChoice) dialSocks(ctx context.Context, dial dialFunc, address string) (net.Conn, error) {
	var auth *proxy.Auth
	if c.url.User != nil {
		password, _ := c.url.User.Password()
		auth = &proxy.Auth{User: c.url.User.Username(), Password: password}
	}
	dialer, err := proxy.SOCKS5("tcp", c.address(), auth, dial)
	if err != nil {
		return nil, err
	}
	conn, err := dialer.(proxy.ContextDialer).DialContext(ctx, "tcp", address)
	if err == nil {
		return conn, nil
	}
	// The library has no types for what can go wrong.
	for words, meaning := range map[string]error{
		"authentication": errSocksAuth, "unknown error": errSocksRefuse, "unexpected protocol": errRubbish,
	} {
		if strings.Contains(err.Error(), words) {
			return nil, meaning
		}
	}
	return nil, err
}

// dialFunc is a function that the SOCKS library takes for a dialer.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Dial is what the library's interface asks for; it calls DialContext.
func (f dialFunc) Dial(network, address string) (net.Conn, error) {
	return f(context.Background(), network, address)
}

// DialContext dials.
func (f dialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
}
