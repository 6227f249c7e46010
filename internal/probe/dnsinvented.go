package probe

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A name server that leads every name to one address on the internet answers as
// one that is right does. So where it gave a usable address, it is asked for
// names that nobody has. What gets the address of those is no answer: either the
// server does that with every name, or there is no such name, and it hides that.

// inventedPatience is how long it gets for that. A server that is right says no
// at once, and one that keeps silent of such names is none the worse for it.
const inventedPatience = 2 * time.Second

// inventedNames cannot exist: one by agreement (RFC 6761, 6.4), which many
// servers refuse by themselves, and one that is too long to guess. They are not
// below the name that is looked up, where a wildcard would be right.
func inventedNames(name string) []string {
	if !publicName(name) {
		return nil
	}
	label := strings.ToLower(rand.Text())
	return []string{label + ".invalid", label + ".com"}
}

// askInvented asks for them all at once.
func askInvented(ctx context.Context, names []string, ask func(ctx context.Context, name string) reply) []knownSays {
	ctx, cancel := context.WithTimeout(ctx, inventedPatience)
	defer cancel()
	return askKnown(names, func(name string) reply { return ask(ctx, name) })
}

// sameLie reports whether all addresses of a kind are ones that invented names get.
func sameLie(addresses []netip.Addr, invented []knownSays) bool {
	lies := addressesOfKnown(invented)
	honest := map[bool]bool{}
	for _, a := range addresses {
		honest[a.Is4()] = honest[a.Is4()] || !slices.Contains(lies, a)
	}
	return slices.ContainsFunc(addresses, func(a netip.Addr) bool { return !honest[a.Is4()] })
}

func addressesOfKnown(says []knownSays) []netip.Addr {
	var all []netip.Addr
	for _, k := range says {
		all = appendNew(all, k.reply.addresses)
	}
	return all
}

// lies reports whether the server's address for the name is what invented names get.
func (s serverSays) lies() bool { return sameLie(s.addresses(), s.invented) }

// cleared reports whether a server has a usable address that stood up to doubt.
func (l *lookup) cleared() bool {
	return slices.ContainsFunc(l.servers, func(s serverSays) bool {
		return s.doubted && !s.lies() && leadsSomewhere(l.ask.name, s.addresses())
	})
}

// trusted reports whether a server's usable address may be believed: it stood
// up to doubt, or there was no telling.
func (l *lookup) trusted() bool {
	return slices.ContainsFunc(l.servers, func(s serverSays) bool {
		return !s.lies() && leadsSomewhere(l.ask.name, s.addresses())
	})
}

// elsewhere reports whether the system's own lookup has another address than
// servers that lie: from its hosts file, or a VPN.
func (l *lookup) elsewhere() bool {
	return leadsSomewhere(l.ask.name, l.system.addresses) && !slices.ContainsFunc(l.servers, func(s serverSays) bool {
		return sameLie(l.system.addresses, s.invented)
	})
}

// astray judges servers whose only addresses are those of invented names. Where
// they know names that exist better, this one does not, or is kept away. Where
// they tell of none, nobody knows which it is.
func astray(name string, servers []serverSays, facts map[string]any) diag.Finding {
	if s, ok := first(servers, "nxdomain"); ok {
		return found("nxdomain", s.sentence("nxdomain", name), facts)
	}
	given := ""
	for _, s := range servers {
		if !s.lies() {
			continue
		}
		given = fmt.Sprintf("%s is answered with %s", name, addressList(s.addresses()))
		for _, k := range s.known {
			switch {
			case k.standing() != "address":
			case !sameLie(k.reply.addresses, s.invented):
				return found("nxdomain", fmt.Sprintf("no such name: %s, as names are that nobody has; the name servers do know %s", given, k.name), facts)
			default:
				return found("resolver_lying", given+", and so are a name that nobody has and names that exist, such as "+k.name, facts)
			}
		}
	}
	return unknown(facts, "%s, and so is a name that nobody has; of the names that exist none got an address to compare with", given)
}

// invents is told beside an address that is right: with such a server a slip in
// a name leads to somebody else's page instead of to a refusal.
func (l *lookup) invents() string {
	for _, s := range slices.Concat(l.servers, []serverSays{l.system.asServer()}) {
		if lies := addressesOfKnown(s.invented); len(lies) > 0 {
			return fmt.Sprintf("; names that do not exist are answered as well, with %s", addressList(lies))
		}
	}
	return ""
}
