package fleet

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/authdoctor/authdoctor/internal/probe"
)

// Guard is the world as the checks of served playbooks see it.
//
// A connection goes to the address that was judged: names are looked up here,
// once, so that no second answer of a name server can lead elsewhere. An
// address of an inner network is connected to only where a listed network
// holds it, also when the name in front of it is on the list of targets, and
// also when it came out of a redirect. The name servers of this computer are
// asked wherever they are. What a proxy reaches cannot be judged, so none is
// used. No secret can be read, and no credential can be sent.
func (a Allow) Guard(env probe.Env) probe.Env {
	g := guard{allow: a, env: env}
	out := env
	out.Dial = g.dial
	out.Getenv = func(string) string { return "" }
	out.Secret, out.Attempts = nil, nil
	return out
}

type guard struct {
	allow Allow
	env   probe.Env
}

// forbidden is where no connection is made to.
type forbidden struct{ host string }

func (f forbidden) Error() string {
	return fmt.Sprintf("%s leads into an inner network that is not on the list of networks", f.host)
}

// Unwrap says it as this computer's own rule, which is what it is: a check
// then takes it for something that could not be measured, and no failure of
// the server.
func (forbidden) Unwrap() error { return notPermitted }

func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || g.nameServer(address) {
		return g.env.Dial(ctx, network, address)
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if !g.reaches(a) {
			return nil, forbidden{host}
		}
		return g.env.Dial(ctx, network, address)
	}
	texts, err := g.env.LookupHost(ctx, host)
	if err != nil {
		return nil, err
	}
	return g.first(ctx, network, host, port, texts)
}

// first connects to the first of a name's addresses that answers. Each gets
// its share of the time, so that one that leads nowhere does not use it up.
func (g guard) first(ctx context.Context, network, host, port string, texts []string) (net.Conn, error) {
	var addrs []netip.Addr
	for _, text := range texts {
		if a, err := netip.ParseAddr(text); err == nil && g.reaches(a) {
			addrs = append(addrs, a)
		}
	}
	var last error = forbidden{host}
	for i, a := range addrs {
		conn, err := g.within(ctx, len(addrs)-i, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func (g guard) within(ctx context.Context, shares int, network, address string) (net.Conn, error) {
	if end, ok := ctx.Deadline(); ok && shares > 1 {
		now := g.env.Now()
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, max(end.Sub(now)/time.Duration(shares), time.Millisecond))
		defer stop()
	}
	return g.env.Dial(ctx, network, address)
}

// nameServer reports whether an address is one of this computer's own name
// servers.
func (g guard) nameServer(address string) bool {
	return g.env.Resolvers != nil && slices.Contains(g.env.Resolvers(), address)
}

// reaches reports whether an address may be connected to.
func (g guard) reaches(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	return inside(a, g.allow.Ranges) || inside(a, g.allow.Networks) || public(a)
}

// notPublic are the blocks that lead nowhere in the internet, or into a
// network around this computer by another name: the IANA registries of
// special-purpose addresses (RFC 6890), and the ways of writing an IPv4
// address in IPv6.
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
var notPublic = sync.OnceValue(func() []netip.Prefix {
	var blocks []netip.Prefix
	for _, block := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
		"3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
	} {
		blocks = append(blocks, netip.MustParsePrefix(block))
	}
	return blocks
})

func public(a netip.Addr) bool { return !inside(a, notPublic()) }
