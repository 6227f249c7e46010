package phone

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// A Network is one that this computer is in, by the address that it has there.
type Network struct {
	Interface string // its name on this system
	Address   netip.Addr
	// Inside: it exists within this computer only, or leads to one other
	// computer, as those of containers, virtual machines and VPNs. No phone is
	// in it.
	Inside bool
}

// insides begin the names of interfaces that exist within a computer. Where a
// name means anything else, --interface takes it all the same.
var insides = []string{
	"docker", "br-", "veth", "virbr", "vboxnet", "vmnet", "lxc", "lxd", "cni", "flannel", "podman", "tun", "tap", "utun",
	"wg", "tailscale", "zt", "bridge", "vEthernet", "awdl", "llw", "anpi",
}

// Networks lists the networks that this computer is in, the likeliest for a
// phone first: one address of an interface, IPv4 if it has one.
func Networks() ([]Network, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var list []Network
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue // it went away meanwhile
		}
		if best, ok := bestOf(addresses); ok {
			list = append(list, Network{i.Name, best, i.Flags&net.FlagPointToPoint != 0 || insideName(i.Name)})
		}
	}
	slices.SortStableFunc(list, likelier)
	return list, nil
}

func insideName(name string) bool {
	return slices.ContainsFunc(insides, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// bestOf is the address under which a phone can open a page. A link-local one
// cannot be written into a browser's address line (IPv6), or means that the
// network has not let this computer in (IPv4).
func bestOf(addresses []net.Addr) (netip.Addr, bool) {
	var best netip.Addr
	for _, a := range addresses {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		ip := prefix.Addr().Unmap()
		if !ip.IsGlobalUnicast() {
			continue
		}
		if !best.IsValid() || best.Is6() && ip.Is4() {
			best = ip
		}
	}
	return best, best.IsValid()
}

// likelier sorts what a phone is in before what it is not, and the private
// networks of homes and offices before the rest.
func likelier(a, b Network) int {
	score := func(n Network) int {
		s := 0
		if n.Inside {
			s += 4
		}
		if !n.Address.IsPrivate() {
			s += 2
		}
		if n.Address.Is6() {
			s++
		}
		return s
	}
	return score(a) - score(b)
}

// Outside lists the networks that a phone may be in.
func Outside(list []Network) []Network {
	return slices.DeleteFunc(slices.Clone(list), func(n Network) bool { return n.Inside })
}
