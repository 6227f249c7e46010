package probe

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// hostOf takes the host out of a host name, a host:port, an address or a
// whole URL, in lower case and without a final dot. What cannot be one is an
// error that does not repeat the text: it may hold a password.
func hostOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return addr.WithZone("").String(), nil
	}
	if !strings.Contains(text, "://") {
		text = "//" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", errors.New("not a host name or an address of a page")
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return addr.WithZone("").String(), nil
	}
	return asciiHost(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."))
}

// asciiHost is a host name as the name servers know it.
func asciiHost(name string) (string, error) {
	if strings.ContainsFunc(name, func(r rune) bool { return r > 127 }) {
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", errors.New("not a host name")
		}
		name = ascii
	}
	if len(name) > 253 { // RFC 1035, 2.3.4, less the length bytes at both ends
		return "", errors.New("too long for a host name")
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", errors.New("not a host name")
		}
	}
	return name, nil
}

// privateZones are the endings that no public name has: RFC 6761, RFC 6762
// with its appendix G, RFC 8375, and .internal, which ICANN keeps free.
var privateZones = []string{"test", "local", "localhost", "internal", "home.arpa", "intranet", "private", "corp", "home", "lan"}

// publicName reports whether everybody on the internet sees the same behind
// this host. Addresses, names of one word and private zones are not public.
func publicName(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		return false
	}
	for _, zone := range privateZones {
		if host == zone || strings.HasSuffix(host, "."+zone) {
			return false
		}
	}
	return true
}

// thisComputer reports whether a host is this computer itself (RFC 6761, 6.3).
func thisComputer(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// privateAddress reports whether an address can never belong to a public name.
func privateAddress(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback() || a.IsUnspecified()
}

// deadEnd reports whether an address leads nowhere else than this computer.
func deadEnd(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsUnspecified()
}
