package fleet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A Target is what a scrape asks for.
type Target struct {
	Host string     // a name in lower case, or an address without [ ]
	Port uint16     // 0: none was named
	Addr netip.Addr // of a host that is an address
}

// String is HOST or HOST:PORT, with [ ] around an IPv6 address: one text for
// each target, however it was written.
func (t Target) String() string {
	switch {
	case t.Port != 0:
		return net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port)))
	case t.Addr.Is6():
		return "[" + t.Host + "]"
	}
	return t.Host
}

var errTarget = errors.New("target is HOST or HOST:PORT, such as login.example.com; how it is visited, the configuration says")

// longestTarget is the longest name with a port behind it.
const longestTarget = 253 + len(":65535")

// ParseTarget reads a target as a scrape names it. An address of a page is
// none: it could hold a password, and its path could be anything.
func ParseTarget(text string) (Target, error) {
	if text == "" || len(text) > longestTarget {
		return Target{}, errTarget
	}
	bare := text
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		bare = strings.TrimSuffix(inner, "]")
	}
	if a, err := netip.ParseAddr(bare); err == nil && (bare == text || a.Is6()) {
		return addressTarget(a, 0)
	}
	host, port, ported := text, uint16(0), false
	if h, p, err := net.SplitHostPort(text); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return Target{}, errTarget
		}
		host, port, ported = h, uint16(n), true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil && (ported || a.Is4()) {
		return addressTarget(a, port)
	}
	if slices.Contains(strings.Split(host, "."), "") || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		return Target{}, errTarget
	}
	return Target{Host: host, Port: port}, nil
}

func addressTarget(a netip.Addr, port uint16) (Target, error) {
	if a.Zone() != "" {
		return Target{}, errTarget
	}
	a = a.Unmap()
	return Target{Host: a.String(), Port: port, Addr: a}, nil
}

// Allow says who may be a target, and which inner networks checks may reach.
type Allow struct {
	Hosts    []string // in lower case
	Ranges   []netip.Prefix
	Ports    []Ports
	Networks []netip.Prefix // beside Ranges
}

// Ports is a range of ports, both ends included.
type Ports struct{ First, Last uint16 }

// Admit says why a target may not be asked for; nil when it may.
func (a Allow) Admit(t Target) error {
	if t.Addr.IsValid() && !inside(t.Addr, a.Ranges) || !t.Addr.IsValid() && !slices.Contains(a.Hosts, t.Host) {
		return fmt.Errorf("target %q is not on the list of targets; whoever runs this exporter can add it there", t.Host)
	}
	if t.Port != 0 && !slices.ContainsFunc(a.Ports, func(p Ports) bool { return p.First <= t.Port && t.Port <= p.Last }) {
		return fmt.Errorf("port %d is not on the list of ports; whoever runs this exporter can add it there", t.Port)
	}
	return nil
}

func inside(a netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}
