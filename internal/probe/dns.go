package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// How long name servers get. An answer between slowLookup and lookupPatience
// is slow; DESIGN asks for at least 4 s, and all checks together have 5.
const (
	slowLookup     = time.Second
	lookupPatience = 4500 * time.Millisecond
	// lookupGrace is for what is only told beside the verdict: the other name
	// servers and the system's own lookup.
	lookupGrace = 300 * time.Millisecond
)

// mostResolvers bounds how many name servers are asked; systems use three.
const mostResolvers = 8

var dnsProbe = Probe{
	Kind: "dns",
	Doc:  "whether the name servers know a name, asking each of them for itself",
	Example: `  authdoctor probe dns --name www.alarm.com
  authdoctor probe dns --name www.alarm.com --resolver 192.0.2.53`,
	Params: []Param{
		{Name: "name", Target: true, Required: true, Form: dnsNameForm, Doc: "host name to look up; of a HOST:PORT or a URL, the host"},
		{Name: "resolver", Target: true, Many: true, Form: resolverForm, Doc: "name server to ask instead of the system's, HOST or HOST:PORT"},
		{Name: "known", Target: true, Many: true, Form: dnsNameForm,
			Doc: "name that exists, looked up only where the other has no address: does the name server know any? By default the hosts that the path check asks"},
	},
	Run: runDNS,
}

var (
	dnsNameForm  = Form{"www.example.com", func(v string) error { return second(hostOf(v)) }}
	resolverForm = Form{"192.0.2.53", func(v string) error { return second(resolverAddresses([]string{v})) }}
)

func runDNS(ctx context.Context, env Env, with Params) diag.Finding {
	name, err := hostOf(with["name"])
	if err != nil {
		return unknown(nil, "the name to look up is %v", err)
	}
	facts := map[string]any{"name": name}
	if _, err := netip.ParseAddr(name); err == nil {
		facts["addresses"] = []any{name}
		return found("ok", name+" is an address, no lookup needed", facts)
	}
	if thisComputer(name) {
		return found("ok", name+" is this computer itself, no lookup needed", facts)
	}
	servers, err := resolverAddresses(with.List("resolver"))
	if err != nil {
		return unknown(facts, "%v", err)
	}
	ask := dnsAsk{name: name, known: knownNames(with.List("known"), name), invented: inventedNames(name), servers: servers, system: len(servers) == 0}
	// A word without a dot means something only with the system's search list.
	if ask.system && strings.Contains(name, ".") && env.Resolvers != nil {
		ask.servers = env.Resolvers()
	}
	ask.servers = ask.servers[:min(len(ask.servers), mostResolvers)]
	return judgeLookup(env, lookUp(ctx, env, ask))
}

// resolverAddresses completes name servers given by hand with the port.
func resolverAddresses(given []string) ([]string, error) {
	var addresses []string
	for _, text := range given {
		host, port, err := net.SplitHostPort(text)
		if err != nil {
			host, port = strings.Trim(text, "[]"), "53"
		}
		name, err := hostOf(host)
		if err != nil || strings.Contains(text, "/") || strings.Trim(port, "0123456789") != "" || port == "" {
			return nil, fmt.Errorf("the name server %q is not HOST or HOST:PORT", printable(text))
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, errPort
		}
		addresses = append(addresses, net.JoinHostPort(name, port))
	}
	return addresses, nil
}

// A dnsAsk is what to look up, and where.
type dnsAsk struct {
	name     string
	known    []string // names that exist, for servers that do not know this one
	invented []string // names that do not, for servers that do
	servers  []string
	system   bool // the system's own lookup counts too: nobody chose the servers
}

// A lookup is all that came back.
type lookup struct {
	ask     dnsAsk
	servers []serverSays
	system  systemSays
	enough  bool          // a server gave an address that leads somewhere
	elapsed time.Duration // until it did
}

// systemSays is what the system's own lookup says, hosts file included.
type systemSays struct {
	asked     bool
	done      bool
	addresses []netip.Addr
	err       error
	elapsed   time.Duration
	known     []knownSays // asked for where there are no name servers to ask
	invented  []knownSays // likewise
}

// serverSays is what one name server says to both questions, and then of names
// that exist, where it had no usable address, and of invented ones, where it had.
type serverSays struct {
	address  string
	a, aaaa  reply
	elapsed  time.Duration
	known    []knownSays
	invented []knownSays
	doubted  bool // a usable address was held against them
}

// A told is something on its way to the collector: a reply to one question, all
// of a server's on names that exist or on invented ones, or the same of the system.
type told struct {
	from     int // the server's place; fromSystem
	what     toldWhat
	reply    reply
	known    []knownSays // or invented
	doubted  bool        // there was an address to doubt
	invented []knownSays // beside known
	// of the system:
	addresses []netip.Addr
	err       error

	at time.Duration
}

const fromSystem = -1

type toldWhat uint8

const (
	toldA toldWhat = iota
	toldAAAA
	toldSystem
	toldKnown
	toldInvented
)

// lookUp asks every server both questions at once, and the system beside
// them, until enough is known. Nothing that it starts on the network outlives it.
func lookUp(ctx context.Context, env Env, ask dnsAsk) lookup {
	ctx, cancel := context.WithTimeout(ctx, lookupPatience)
	start := env.Now()
	heard := make(chan told, 5*len(ask.servers)+2)
	tell := func(t told) {
		t.at = env.Now().Sub(start)
		heard <- t
	}
	var asking sync.WaitGroup
	for i := range ask.servers {
		asking.Go(func() { askOne(ctx, env, ask, i, tell) })
	}
	l := newLookup(env, ask)
	if l.system.asked {
		// Not waited for at the end: a system that does not know contexts
		// must not hold up everything.
		go askSystem(ctx, env, ask, tell)
	}
	l.collect(ctx, heard)
	cancel()
	asking.Wait()
	for len(heard) > 0 { // why the rest has no answer
		l.hear(<-heard)
	}
	return l
}

// askOne puts both questions to one server, and then asks for names that exist
// if it had no usable address, or for invented ones if it had. It always tells
// five things.
func askOne(ctx context.Context, env Env, ask dnsAsk, server int, tell func(told)) {
	address := ask.servers[server]
	var s serverSays
	var both sync.WaitGroup
	var once sync.Once
	known := func(kind uint16) {
		once.Do(func() {
			s.known = askKnown(ask.known, func(name string) reply { return askServer(ctx, env, address, name, kind) })
		})
	}
	question := func(what toldWhat, kind uint16, into *reply) {
		both.Go(func() {
			*into = askServer(ctx, env, address, ask.name, kind)
			tell(told{from: server, what: what, reply: *into})
			invented := told{from: server, what: toldInvented, doubted: leadsSomewhere(ask.name, into.addresses)}
			if invented.doubted {
				invented.known = askInvented(ctx, ask.invented, func(ctx context.Context, name string) reply { return askServer(ctx, env, address, name, kind) })
			}
			tell(invented)
			switch { // either is decided, also if the other answer never comes
			case into.missing():
				known(dns.TypeA)
			case sameLie(into.addresses, invented.known):
				known(kind)
			}
		})
	}
	question(toldA, dns.TypeA, &s.a)
	question(toldAAAA, dns.TypeAAAA, &s.aaaa)
	both.Wait()
	if v := s.standing(ask.name); v != "" && v != "address" {
		known(dns.TypeA)
	}
	tell(told{from: server, what: toldKnown, known: s.known})
}

// askSystem asks the system's own lookup, and likewise. It always tells two things.
func askSystem(ctx context.Context, env Env, ask dnsAsk, tell func(told)) {
	addresses, err := lookUpHere(ctx, env, ask.name)
	tell(told{from: fromSystem, what: toldSystem, addresses: addresses, err: err})
	var known, invented []knownSays
	if len(ask.servers) == 0 {
		good := leadsSomewhere(ask.name, addresses)
		if good {
			// The dot at the end keeps the search list out, below which they may exist.
			invented = askInvented(ctx, ask.invented, func(ctx context.Context, name string) reply { return systemReply(lookUpHere(ctx, env, name+".")) })
		}
		if !good || sameLie(addresses, invented) {
			known = askKnown(ask.known, func(name string) reply { return systemReply(lookUpHere(ctx, env, name)) })
		}
	}
	tell(told{from: fromSystem, what: toldKnown, known: known, invented: invented})
}

func newLookup(env Env, ask dnsAsk) lookup {
	l := lookup{ask: ask, system: systemSays{asked: ask.system && env.LookupHost != nil}}
	for _, address := range ask.servers {
		l.servers = append(l.servers, serverSays{address: address})
	}
	return l
}

// collect hears replies until all are in, the time is over, or an address is
// known that stood up to doubt and the others had their grace.
func (l *lookup) collect(ctx context.Context, heard <-chan told) {
	pending := 5 * len(l.servers)
	if l.system.asked {
		pending += 2
	}
	var grace <-chan time.Time
	for ; pending > 0; pending-- {
		select {
		case t := <-heard:
			l.hear(t)
			if grace == nil && l.enough && l.cleared() {
				timer := time.NewTimer(lookupGrace)
				defer timer.Stop()
				grace = timer.C
			}
		case <-grace:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (l *lookup) hear(t told) {
	switch {
	case t.what == toldSystem:
		l.system.done, l.system.addresses, l.system.err, l.system.elapsed = true, t.addresses, t.err, t.at
		return
	case t.what == toldKnown && t.from == fromSystem:
		l.system.known, l.system.invented = t.known, t.invented
		return
	case t.what == toldInvented:
		s := &l.servers[t.from]
		s.invented, s.doubted = append(s.invented, t.known...), s.doubted || t.doubted
		return
	case t.what == toldKnown:
		l.servers[t.from].known = t.known
		return
	}
	s := &l.servers[t.from]
	s.elapsed = t.at
	if t.what == toldA {
		s.a = t.reply
	} else {
		s.aaaa = t.reply
	}
	if !l.enough && leadsSomewhere(l.ask.name, l.addresses()) {
		l.enough, l.elapsed = true, t.at
	}
}

// addresses are those of all servers, each once, in the order of the servers.
func (l *lookup) addresses() []netip.Addr { return addressesOf(l.servers) }

func addressesOf(servers []serverSays) []netip.Addr {
	var all []netip.Addr
	for _, s := range servers {
		all = appendNew(all, s.addresses())
	}
	return all
}

// leadsSomewhere reports whether addresses can be those of a name: a public
// name has at least one that is not private.
func leadsSomewhere(name string, addresses []netip.Addr) bool {
	for _, a := range addresses {
		if !publicName(name) || !privateAddress(a) {
			return true
		}
	}
	return false
}

// lookUpHere asks the system's own lookup.
func lookUpHere(ctx context.Context, env Env, name string) ([]netip.Addr, error) {
	texts, err := env.LookupHost(ctx, name)
	if err != nil {
		return nil, err
	}
	var addresses []netip.Addr
	for _, text := range texts {
		if a, err := netip.ParseAddr(text); err == nil {
			addresses = appendNew(addresses, []netip.Addr{a})
		}
	}
	return addresses, nil
}
