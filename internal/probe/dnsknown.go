package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/miekg/dns"
)

// A name server that has no address for a name is either right about the name,
// or has none for any. It is asked for names that exist, and only where it had
// no usable address: whoever blames the name must know that the server works.

// mostKnown bounds how many names that exist are asked for.
const mostKnown = 4

// knownNames are public names that exist: those that were given, else the hosts
// of the pages that the path check asks. For a name that not everybody sees
// there are none: where it is looked up, the internet need not be known.
func knownNames(given []string, name string) []string {
	if len(given) == 0 {
		given = captivePages
	}
	var list []string
	for _, text := range given {
		known, err := hostOf(text)
		if err == nil && publicName(name) && publicName(known) && known != name && !slices.Contains(list, known) {
			list = append(list, known)
		}
	}
	return list[:min(len(list), mostKnown)]
}

// knownSays is what a name server says of a name that exists. One kind of
// address is enough to ask for: all of them have that one.
type knownSays struct {
	name  string
	reply reply
}

// standing is what the server makes of the name; see serverSays.standing.
func (k knownSays) standing() string {
	return serverSays{a: k.reply, aaaa: k.reply}.standing(k.name)
}

// askKnown asks for all names that exist at once.
func askKnown(names []string, ask func(name string) reply) []knownSays {
	says := make([]knownSays, len(names))
	var asking sync.WaitGroup
	for i, name := range names {
		asking.Go(func() { says[i] = knownSays{name, ask(name)} })
	}
	asking.Wait()
	return says
}

// standing is the verdict of one server on a name: address, hijacked, one of
// the other failing outcomes, or nothing.
func (s serverSays) standing(name string) string {
	v := s.verdict()
	if v == "address" && !leadsSomewhere(name, s.addresses()) {
		return "hijacked"
	}
	return v
}

func (s serverSays) addresses() []netip.Addr {
	return appendNew(slices.Clone(s.a.addresses), s.aaaa.addresses)
}

// knows is a name that exists and that the server has an address for; empty
// where it showed none.
func (s serverSays) knows() string {
	for _, k := range s.known {
		if k.standing() == "address" {
			return k.name
		}
	}
	return ""
}

// helpless is a name that exists and that the server treats as it does the name
// that was asked for, if it does so with all that it answered for.
func (s serverSays) helpless(name string) string {
	example, own := "", s.standing(name)
	for _, k := range s.known {
		switch as := k.standing(); {
		case as == "":
		case !alike(as, own):
			return ""
		case example == "":
			example = k.name
		}
	}
	return example
}

// alike: a name that is not there and one without an address are the same lie
// about one that exists.
func alike(x, y string) bool {
	none := func(v string) bool { return v == "nxdomain" || v == "no_address" }
	return x == y && x != "address" || none(x) && none(y)
}

// believed are the servers whose word on a name counts: those that know others,
// with one of these; or all, where none is known to.
func believed(servers []serverSays) (list []serverSays, proof string) {
	for _, s := range servers {
		if known := s.knows(); known != "" {
			list = append(list, s)
			if proof == "" {
				proof = known
			}
		}
	}
	if proof == "" {
		return servers, ""
	}
	return list, proof
}

// faulty is the outcome, with its sentence, of servers that are all at fault:
// each that answered treats names that exist as it does this one.
func faulty(name string, servers []serverSays) (outcome, sentence string) {
	for _, s := range servers {
		own := s.standing(name)
		if own == "" {
			continue
		}
		known := s.helpless(name)
		switch {
		case known == "":
			return "", ""
		case own == "hijacked":
			outcome, sentence = "resolver_lying", fmt.Sprintf("%s is answered with %s, which is not on the internet, and so are names that exist, such as %s", name, addressList(s.addresses()), known)
		case outcome == "":
			outcome, sentence = "resolver_failing", s.helplessSentence(name, known)
		}
	}
	return outcome, sentence
}

func (s serverSays) helplessSentence(name, known string) string {
	if own := s.standing(name); own == "servfail" {
		return s.sentence(own, name) + ", nor any other name, such as " + known
	}
	return fmt.Sprintf("the name servers say that there is no %s, and say it of names that exist too, such as %s", name, known)
}

// besides says what the servers make of other names, to be told after what they
// make of this one.
func besides(proof string) string {
	if proof == "" {
		return ""
	}
	return "; the name servers do know " + proof
}

// untold is for a name that is blamed by servers of which nobody knows whether
// they work.
func untold(servers []serverSays, proof string) string {
	asked := slices.ContainsFunc(servers, func(s serverSays) bool { return len(s.known) > 0 })
	if !asked || proof != "" {
		return ""
	}
	return "whether these name servers know any other name could not be told, so the fault may be theirs"
}

// asServer is what the system's own lookup says, as if it were a name server.
func (s systemSays) asServer() serverSays {
	r := systemReply(s.addresses, s.err)
	return serverSays{a: r, aaaa: r, known: s.known, invented: s.invented}
}

// systemReply is an answer of the system's own lookup. It does not tell a
// missing name from one without an address.
func systemReply(addresses []netip.Addr, err error) reply {
	dnsErr, _ := errors.AsType[*net.DNSError](err)
	switch {
	case err == nil:
		return reply{addresses: addresses}
	case dnsErr != nil && dnsErr.IsNotFound && !dnsErr.IsTimeout:
		return reply{rcode: dns.RcodeNameError}
	}
	return reply{trouble: trouble{fault: explainNet(err), words: explainNet(err).String()}}
}

func knownFacts(says []knownSays) []any {
	var list []any
	for _, k := range says {
		list = append(list, map[string]any{
			"name": k.name, "rcode": k.reply.code(), "addresses": addressFacts(k.reply.addresses), "error": k.reply.trouble.words,
		})
	}
	return list
}
