package probe

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// mostAddresses are shown of one answer.
const mostAddresses = 16

// judgeLookup turns what came back into a verdict. One server with a usable
// address is enough; silence and rubbish are never a "no".
func judgeLookup(env Env, l lookup) diag.Finding {
	facts := lookupFacts(l)
	name := l.ask.name
	switch {
	case l.enough && l.divertedHere():
		return found("hijacked", fmt.Sprintf("this computer sends %s to itself (%s), the name servers do not", name, addressList(l.system.addresses)), facts)
	case l.enough && l.trusted():
		return answered(name, l.invents(), l.elapsed, note(facts, l.disagreement()))
	case len(l.servers) == 0:
		return judgeSystem(env, l, facts)
	case l.enough && l.elsewhere() || !l.enough && l.systemKnows():
		facts["addresses"] = addressFacts(l.system.addresses)
		return answered(name, "", l.system.elapsed, note(facts,
			"the name servers do not give this address; this computer knows it from elsewhere, such as its hosts file or a VPN"))
	case l.enough:
		return astray(name, l.servers, facts)
	}
	return l.withoutAddress(facts)
}

// withoutAddress judges servers that have no usable address between them. Before a
// name is blamed, servers that know no name at all are; and where some do know
// others, only their word counts.
func (l *lookup) withoutAddress(facts map[string]any) diag.Finding {
	name := l.ask.name
	if outcome, sentence := faulty(name, l.servers); outcome != "" {
		return found(outcome, sentence, facts)
	}
	servers, proof := believed(l.servers)
	note(facts, untold(servers, proof))
	if private := addressesOf(servers); len(private) > 0 {
		return found("hijacked", notOnTheInternet(name, private)+besides(proof), facts)
	}
	for _, decisive := range []string{"nxdomain", "no_address", "servfail"} {
		if s, ok := first(servers, decisive); ok {
			return found(decisive, s.sentence(decisive, name)+besides(proof), facts)
		}
	}
	return unknown(facts, "%s", l.silence())
}

func notOnTheInternet(name string, private []netip.Addr) string {
	return fmt.Sprintf("%s is answered with %s, which is not on the internet", name, addressList(private))
}

// answered is a name that has an address: in time, or slowly. What is told beside
// it follows.
func answered(name, beside string, elapsed time.Duration, facts map[string]any) diag.Finding {
	facts["elapsed_ms"] = roundMS(elapsed)
	if elapsed > slowLookup {
		return found("slow", fmt.Sprintf("looking up %s took %.1f s", name, elapsed.Seconds())+beside, facts)
	}
	return found("ok", name+" is known"+beside, facts)
}

// judgeSystem judges by the system's own lookup alone, where its name servers
// cannot be told or the name needs its search list.
func judgeSystem(env Env, l lookup, facts map[string]any) diag.Finding {
	name, s := l.ask.name, l.system
	dnsErr, _ := errors.AsType[*net.DNSError](s.err)
	switch {
	case !s.asked:
		return unknown(facts, "this computer's name servers cannot be told")
	case !s.done:
		return unknown(facts, "this computer's own lookup gave no answer in time")
	case s.asServer().lies():
		return astray(name, []serverSays{s.asServer()}, facts)
	case leadsSomewhere(name, s.addresses):
		return answered(name, l.invents(), s.elapsed, facts)
	case len(s.addresses) == 0 && (dnsErr == nil || !dnsErr.IsNotFound || dnsErr.IsTimeout):
		return unknown(facts, "this computer's own lookup: %v", explainNet(s.err))
	case len(s.addresses) == 0 && !networked(env):
		return unknown(facts, "this computer has no network to look names up with")
	}
	said := []serverSays{s.asServer()}
	if outcome, sentence := faulty(name, said); outcome != "" {
		return found(outcome, sentence, facts)
	}
	_, proof := believed(said)
	if len(s.addresses) > 0 {
		return found("hijacked", notOnTheInternet(name, s.addresses)+besides(proof), note(facts, untold(said, proof)))
	}
	note(facts, "said by this computer's own lookup, which does not tell a missing name from one without an address")
	if doubt := untold(said, proof); doubt != "" {
		note(facts, doubt)
	}
	return found("nxdomain", "no such name: "+name+besides(proof), facts)
}

// systemKnows reports whether the system's own lookup has an address that the
// name servers do not give. Where they give only private ones, it must have a
// public one to count.
func (l *lookup) systemKnows() bool {
	if len(l.addresses()) > 0 {
		return leadsSomewhere(l.ask.name, l.system.addresses)
	}
	return len(l.system.addresses) > 0
}

// divertedHere reports whether this computer sends a public name to itself
// although the name servers know better: a hosts file that blocks it.
func (l *lookup) divertedHere() bool {
	for _, a := range l.system.addresses {
		if !deadEnd(a) {
			return false
		}
	}
	return publicName(l.ask.name) && len(l.system.addresses) > 0
}

// disagreement says that some servers answer without a usable address while
// others have one.
func (l *lookup) disagreement() string {
	without := 0
	for _, s := range l.servers {
		if v := s.standing(l.ask.name); v != "" && v != "address" {
			without++
		}
	}
	if without == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d name servers answer without a usable address", without, len(l.servers))
}

// first is the first server of a verdict. Systems ask in that order.
func first(servers []serverSays, verdict string) (serverSays, bool) {
	for _, s := range servers {
		if s.verdict() == verdict {
			return s, true
		}
	}
	return serverSays{}, false
}

// silence says why nothing could be decided.
func (l *lookup) silence() string {
	stranded := true
	var words []string
	for _, s := range l.servers {
		t := s.trouble()
		stranded = stranded && t.fault == faultUnreachable
		words = append(words, fmt.Sprintf("%s: %s", printable(s.address), t.words))
	}
	if stranded {
		return "the network is unreachable, so no name server could be asked"
	}
	return "no name server gave an answer (" + strings.Join(words, "; ") + ")"
}

// verdict is what one server says: address, one of the failing outcomes, or
// nothing. "No address" needs both answers.
func (s serverSays) verdict() string {
	switch {
	case len(s.a.addresses)+len(s.aaaa.addresses) > 0:
		return "address"
	case s.a.missing() || s.aaaa.missing():
		return "nxdomain"
	case s.a.trouble.fault != faultNone || s.aaaa.trouble.fault != faultNone:
		return ""
	case s.a.dangling() || s.aaaa.dangling():
		return "no_address"
	case s.a.cannot() || s.aaaa.cannot():
		return "servfail"
	}
	return "no_address"
}

// trouble is why a server decided nothing.
func (s serverSays) trouble() trouble {
	if s.a.trouble.fault != faultNone {
		return s.a.trouble
	}
	return s.aaaa.trouble
}

// missing: the name itself does not exist.
func (r reply) missing() bool {
	return r.trouble.fault == faultNone && r.rcode == dns.RcodeNameError && r.alias == ""
}

// dangling: the name exists, but what it is another name for does not (the
// code is about the last name: RFC 6604, 3), or leads back to itself.
func (r reply) dangling() bool {
	return r.circle || r.rcode == dns.RcodeNameError && r.alias != ""
}

// cannot: the server does not answer questions about the name.
func (r reply) cannot() bool {
	return r.rcode != dns.RcodeSuccess && r.rcode != dns.RcodeNameError || r.referral
}

// sentence tells a failing verdict of a server to people.
func (s serverSays) sentence(verdict, name string) string {
	r := s.a
	if !r.cannot() && s.aaaa.cannot() {
		r = s.aaaa
	}
	switch {
	case verdict == "nxdomain":
		return "no such name: " + name
	case verdict == "servfail" && (r.rcode == dns.RcodeRefused || r.referral):
		return "the name servers refuse to look up " + name
	case verdict == "servfail":
		return "the name servers cannot look up " + name
	case r.circle || s.aaaa.circle:
		return "the aliases of " + name + " lead back to themselves"
	case r.alias != "":
		return name + " is another name for " + r.alias + ", which has no address"
	}
	return name + " has no address"
}

func lookupFacts(l lookup) map[string]any {
	var servers []any
	for _, s := range l.servers {
		servers = append(servers, s.facts())
	}
	facts := map[string]any{"name": l.ask.name, "addresses": addressFacts(l.addresses()), "resolvers": servers}
	if len(l.servers) == 0 {
		facts["addresses"] = addressFacts(l.system.addresses)
	}
	if s := l.system; s.done && s.err == nil {
		facts["system_addresses"] = addressFacts(s.addresses)
	} else if s.done {
		facts["system_error"] = explainNet(s.err).String()
	}
	if len(l.system.known) > 0 {
		facts["known"] = knownFacts(l.system.known)
	}
	if len(addressesOfKnown(l.system.invented)) > 0 {
		facts["invented"] = knownFacts(l.system.invented)
	}
	return facts
}

func (s serverSays) facts() map[string]any {
	facts := map[string]any{
		"server":     printable(s.address),
		"rcode":      s.rcode(),
		"a":          addressFacts(s.a.addresses),
		"aaaa":       addressFacts(s.aaaa.addresses),
		"elapsed_ms": roundMS(s.elapsed),
		"error":      s.trouble().words,
	}
	for _, extra := range []string{s.aaaa.extra, s.a.extra} {
		if extra != "" {
			facts["detail"] = extra
		}
	}
	if alias := cmp.Or(s.a.alias, s.aaaa.alias); alias != "" {
		facts["alias"] = alias
	}
	if len(s.known) > 0 {
		facts["known"] = knownFacts(s.known)
	}
	if len(addressesOfKnown(s.invented)) > 0 {
		facts["invented"] = knownFacts(s.invented)
	}
	return facts
}

// rcode is the server's own code; where its two answers differ, both.
func (s serverSays) rcode() string {
	a, aaaa := s.a.code(), s.aaaa.code()
	switch {
	case a == aaaa || aaaa == "":
		return a
	case a == "":
		return aaaa
	}
	return "A " + a + ", AAAA " + aaaa
}

func (r reply) code() string {
	if r.trouble.fault != faultNone {
		return ""
	}
	if name, known := dns.RcodeToString[r.rcode]; known {
		return name
	}
	return fmt.Sprint(r.rcode)
}

func note(facts map[string]any, text string) map[string]any {
	if text != "" {
		facts["note"] = text
	}
	return facts
}

func addressFacts(addresses []netip.Addr) []any {
	list := []any{}
	for _, a := range addresses[:min(len(addresses), mostAddresses)] {
		list = append(list, a.String())
	}
	return list
}

// addressList names one address and counts the rest.
func addressList(addresses []netip.Addr) string {
	if len(addresses) == 1 {
		return addresses[0].String()
	}
	return fmt.Sprintf("%s and %d more", addresses[0], len(addresses)-1)
}

func roundMS(d time.Duration) float64 {
	return math.Round(float64(d.Microseconds())/100) / 10
}
