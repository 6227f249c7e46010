package probe

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
)

// A way is how a visit gets to servers: straight or through a proxy, and never
// into this network unless the given page is there.
type way struct {
	env   Env
	given string // host of the page
	near  bool   // any host may be inside this network

	mu      sync.Mutex
	proxies []string // addresses of the proxies in use
	shown   string   // the last of them, fit to be shown; empty for none
}

// An innerError is a redirect into the network of this computer.
type innerError struct{ host string }

func (e innerError) Error() string { return e.host + " is an address inside this network" }

// proxy is the proxy for a request, or nil.
func (w *way) proxy(r *http.Request) (*url.URL, error) {
	choice := chooseProxy(w.env.Getenv, r.URL)
	if choice.fail != "" {
		return nil, proxyError{"the proxy setting " + choice.via + " cannot be used: " + choice.fail}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown = choice.shown()
	if choice.url != nil {
		w.proxies = append(w.proxies, choice.address())
	}
	return choice.url, nil
}

func (w *way) proxyShown() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown
}

// may reports whether an address is connected to whatever it resolves to.
func (w *way) may(address, host string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.near || host == w.given || slices.Contains(w.proxies, address)
}

// dial connects to the given host or to a proxy as it is told. Any other host
// came out of a redirect, and must not lead into this network, whatever the
// name servers say of it.
func (w *way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || w.may(address, host) {
		return w.env.Dial(ctx, network, address)
	}
	addrs, err := w.env.LookupHost(ctx, host)
	if err != nil {
		return nil, err
	}
	// IPv4 first: an IPv6 that leads nowhere would use up the time.
	slices.SortStableFunc(addrs, func(a, b string) int { return is6(a) - is6(b) })
	return w.dialFirst(ctx, host, port, addrs)
}

// dialFirst tries the public ones of a host's addresses in turn.
func (w *way) dialFirst(ctx context.Context, host, port string, addrs []string) (net.Conn, error) {
	var why error = innerError{host}
	for _, text := range addrs {
		addr, err := netip.ParseAddr(text)
		if err != nil || innerAddress(addr) {
			continue
		}
		conn, err := w.env.Dial(ctx, "tcp", net.JoinHostPort(text, port))
		if err == nil {
			return conn, nil
		}
		if errors.As(why, &innerError{}) {
			why = err
		}
	}
	return nil, why
}

func is6(addr string) int {
	if a, err := netip.ParseAddr(addr); err == nil && a.Is6() {
		return 1
	}
	return 0
}

// sharedSpace is for the networks of providers: RFC 6598.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// innerAddress reports whether an address belongs to this computer or to the
// network around it.
func innerAddress(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return privateAddress(a) || a.IsLinkLocalUnicast() || a.IsMulticast() || sharedSpace.Contains(a)
}

// innerHost reports whether a host, by its name alone, is inside this network.
func innerHost(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && innerAddress(addr) || thisComputer(host)
}
