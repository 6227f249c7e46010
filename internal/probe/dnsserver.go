package probe

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// resendAfter are the moments at which a question is asked again, because a
// datagram can get lost. The second and third go without EDNS: some firewalls
// swallow it, and the system's own lookup often does without.
var resendAfter = []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond}

const (
	// ednsSize is what a server may send in one datagram, as the operators
	// agreed for the DNS flag day of 2020.
	ednsSize = 1232
	// mostRubbish datagrams are passed over before a server is given up.
	mostRubbish = 64
	largestDNS  = 65535 // as the length before a message over TCP allows
)

// A reply is what a name server said to one question.
type reply struct {
	trouble   trouble // why there is none
	rcode     int
	addresses []netip.Addr
	alias     string // the last name that the name is another name for
	circle    bool   // the aliases lead back to themselves
	referral  bool   // it only points to other servers: it does not look up
	extra     string // why, in the server's words (RFC 8914)
	truncated bool
}

// askServer puts one question to one name server, over UDP and, where the
// answer does not fit, over TCP.
func askServer(ctx context.Context, env Env, address, name string, kind uint16) reply {
	r, err := askUDP(ctx, env, address, name, kind)
	if err == nil && r.truncated {
		full, tcpErr := askTCP(ctx, env, address, name, kind)
		if tcpErr == nil {
			return full
		}
		if len(r.addresses) == 0 {
			err = tcpErr
		}
	}
	if err != nil {
		return reply{trouble: troubleOf(ctx, err)}
	}
	return r
}

func askUDP(ctx context.Context, env Env, address, name string, kind uint16) (reply, error) {
	conn, err := env.Dial(ctx, "udp", address)
	if err != nil {
		return reply{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	edns, rubbish := true, 0
	id := dns.Id() // the same each time: a late answer to the first is as good
	for try := 0; ; {
		query := newQuery(id, name, kind, edns)
		if err := sendQuery(conn, query); err != nil {
			return reply{}, err
		}
		m, err := hearUDP(ctx, conn, query, try, &rubbish)
		switch {
		case err == nil && edns && refusesEDNS(m.Rcode):
			edns = false
		case err == nil:
			return readReply(m, name), nil
		case try < len(resendAfter) && ctx.Err() == nil && explainNet(err) == faultTimeout:
			edns = false
			try++
		case rubbish > 0:
			return reply{}, errRubbish
		default:
			return reply{}, err
		}
	}
}

// refusesEDNS reports whether a server may only have stumbled over EDNS (RFC
// 6891, 7).
func refusesEDNS(rcode int) bool {
	return rcode == dns.RcodeFormatError || rcode == dns.RcodeNotImplemented || rcode == dns.RcodeBadVers
}

func newQuery(id uint16, name string, kind uint16, edns bool) *dns.Msg {
	m := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	m.Id = id
	if edns {
		m.SetEdns0(ednsSize, false)
	}
	return m
}

func sendQuery(conn net.Conn, m *dns.Msg) error {
	packed, err := m.Pack()
	if err != nil {
		return err
	}
	_, err = conn.Write(packed)
	return err
}

// hearUDP reads until the answer to a question, until it is time to ask again,
// or until ctx ends. Anything else on the line is counted and passed over: it
// is rubbish, or somebody guessing.
func hearUDP(ctx context.Context, conn net.Conn, query *dns.Msg, try int, rubbish *int) (*dns.Msg, error) {
	if try < len(resendAfter) {
		conn.SetReadDeadline(time.Now().Add(resendAfter[try]))
	} else {
		conn.SetReadDeadline(time.Time{})
	}
	if ctx.Err() != nil { // it may have ended before the deadline was moved
		return nil, ctx.Err()
	}
	buf := make([]byte, largestDNS)
	for *rubbish < mostRubbish {
		n, err := conn.Read(buf)
		if err != nil {
			return nil, err
		}
		m := new(dns.Msg)
		if m.Unpack(buf[:n]) == nil && answers(m, query) {
			return m, nil
		}
		*rubbish++
	}
	return nil, errRubbish
}

// answers reports whether a message is the answer to a question. A server
// that could not read it may leave the question out.
func answers(m, query *dns.Msg) bool {
	if m.Id != query.Id || !m.Response || m.Opcode != query.Opcode {
		return false
	}
	if len(m.Question) == 0 {
		return m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented
	}
	got, want := m.Question[0], query.Question[0]
	return len(m.Question) == 1 && strings.EqualFold(got.Name, want.Name) && got.Qtype == want.Qtype && got.Qclass == want.Qclass
}

func askTCP(ctx context.Context, env Env, address, name string, kind uint16) (reply, error) {
	conn, err := env.Dial(ctx, "tcp", address)
	if err != nil {
		return reply{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	query := newQuery(dns.Id(), name, kind, true)
	packed, err := query.Pack()
	if err != nil {
		return reply{}, err
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...)); err != nil {
		return reply{}, err
	}
	m, err := hearTCP(conn)
	if err != nil {
		return reply{}, err
	}
	if !answers(m, query) {
		return reply{}, errRubbish
	}
	return readReply(m, name), nil
}

// hearTCP reads one message with its length before it (RFC 1035, 4.2.2).
func hearTCP(conn net.Conn) (*dns.Msg, error) {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, buf); err != nil {
		return nil, err
	}
	m := new(dns.Msg)
	if m.Unpack(buf) != nil {
		return nil, errRubbish
	}
	return m, nil
}

// readReply takes out of a message what it says about a name. Only addresses
// at the end of the name's own aliases count.
func readReply(m *dns.Msg, name string) reply {
	r := reply{rcode: m.Rcode, truncated: m.Truncated, extra: extraError(m)}
	r.referral = m.Rcode == dns.RcodeSuccess && len(m.Answer) == 0 && !m.Authoritative && !m.RecursionAvailable
	owner := dns.CanonicalName(name)
	aliases := map[string]string{}
	for _, rr := range m.Answer {
		if alias, ok := rr.(*dns.CNAME); ok {
			aliases[dns.CanonicalName(alias.Hdr.Name)] = dns.CanonicalName(alias.Target)
		}
	}
	for seen := []string{owner}; aliases[owner] != ""; seen = append(seen, owner) {
		owner = aliases[owner]
		r.alias = printable(strings.TrimSuffix(owner, "."))
		if slices.Contains(seen, owner) {
			r.circle = true
			return r
		}
	}
	for _, rr := range m.Answer {
		if dns.CanonicalName(rr.Header().Name) == owner {
			r.addresses = appendNew(r.addresses, addressOf(rr))
		}
	}
	return r
}

func addressOf(rr dns.RR) []netip.Addr {
	var ip net.IP
	switch rr := rr.(type) {
	case *dns.A:
		ip = rr.A
	case *dns.AAAA:
		ip = rr.AAAA
	}
	if a, ok := netip.AddrFromSlice(ip); ok {
		return []netip.Addr{a.Unmap()}
	}
	return nil
}

// extraError is the extended error that a server gives, such as "Blocked".
func extraError(m *dns.Msg) string {
	opt := m.IsEdns0()
	if opt == nil {
		return ""
	}
	for _, option := range opt.Option {
		if ede, ok := option.(*dns.EDNS0_EDE); ok {
			words := dns.ExtendedErrorCodeToString[ede.InfoCode]
			if ede.ExtraText != "" {
				words += ": " + ede.ExtraText
			}
			return printable(words)
		}
	}
	return ""
}

// appendNew appends what is not there yet.
func appendNew(all, more []netip.Addr) []netip.Addr {
	for _, a := range more {
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}
