package probe

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A dnsScript answers a question, by writing whatever it likes.
type dnsScript func(w dns.ResponseWriter, q *dns.Msg)

// startDNS serves a script over UDP and TCP on one free port. It knows the names
// that are asked for beside one that has no address.
func startDNS(t *testing.T, script dnsScript) string {
	t.Helper()
	return startBareDNS(t, func(w dns.ResponseWriter, q *dns.Msg) {
		name := q.Question[0].Name
		if slices.Contains(knownNames(nil, "www.example.com"), strings.TrimSuffix(name, ".")) {
			zone(dns.RcodeSuccess, name+" 60 A 203.0.113.77")(w, q)
			return
		}
		script(w, q)
	})
}

// startBareDNS serves a script, whatever is asked.
func startBareDNS(t *testing.T, script dnsScript) string {
	t.Helper()
	for range 20 {
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err != nil { // somebody else has that port for TCP
			udp.Close()
			continue
		}
		for _, s := range []*dns.Server{{PacketConn: udp}, {Listener: tcp}} {
			started := make(chan struct{})
			s.NotifyStartedFunc = func() { close(started) }
			s.Handler = dns.HandlerFunc(script)
			go s.ActivateAndServe()
			<-started
			t.Cleanup(func() { s.Shutdown() })
		}
		return udp.LocalAddr().String()
	}
	t.Fatal("no port that is free for both UDP and TCP")
	return ""
}

// startEach starts a name server for each script, in their order.
func startEach(t *testing.T, start func(*testing.T, dnsScript) string, scripts []dnsScript) []string {
	t.Helper()
	servers := make([]string, len(scripts))
	for i, script := range scripts {
		servers[i] = start(t, script)
	}
	return servers
}

// zone answers with a code and records; a record whose type was not asked for
// stays out, except aliases.
func zone(rcode int, records ...string) dnsScript {
	return func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(answerTo(q, rcode, records...)) }
}

func answerTo(q *dns.Msg, rcode int, records ...string) *dns.Msg {
	m := new(dns.Msg).SetRcode(q, rcode)
	m.RecursionAvailable = true
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		if k := rr.Header().Rrtype; k == q.Question[0].Qtype || k == dns.TypeCNAME {
			m.Answer = append(m.Answer, rr)
		}
	}
	return m
}

// byKind answers the two questions differently.
func byKind(a, aaaa dnsScript) dnsScript {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		if q.Question[0].Qtype == dns.TypeA {
			a(w, q)
		} else {
			aaaa(w, q)
		}
	}
}

func silentDNS(dns.ResponseWriter, *dns.Msg) {}

func overTCP(w dns.ResponseWriter) bool { return w.RemoteAddr().Network() == "tcp" }

// dnsWorld is a world whose system knows the servers and nothing else.
func dnsWorld(servers ...string) Env {
	return Env{
		Now:       time.Now,
		Dial:      new(net.Dialer).DialContext,
		Resolvers: func() []string { return servers },
		LookupHost: func(_ context.Context, host string) ([]string, error) {
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		},
		Interfaces: func() ([]net.Addr, error) {
			return []net.Addr{&net.IPNet{IP: net.IPv4(192, 0, 2, 7), Mask: net.CIDRMask(24, 32)}}, nil
		},
	}
}

// A dnsSays is what the tests look at in a finding.
type dnsSays struct{ Outcome, Text, RCode string }

func dnsTold(f diag.Finding) dnsSays {
	s := dnsSays{Outcome: f.Outcome, Text: f.Summary}
	if f.Outcome == diag.NoAnswer {
		s.Text = f.Reason
	}
	if servers, _ := f.Facts["resolvers"].([]any); len(servers) > 0 {
		s.RCode = servers[0].(map[string]any)["rcode"].(string)
	}
	return s
}

// knowing is what is said where the name servers know another name.
func (s dnsSays) knowing(other string) dnsSays {
	if s.Outcome != "ok" && s.Outcome != "unknown" {
		s.Text += "; the name servers do know " + other
	}
	return s
}

// pipeDNS dials name servers that answer after a while of the bubble's time, or
// never where the script has nothing to say.
func pipeDNS(after time.Duration, script func(q *dns.Msg) *dns.Msg) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			buf := make([]byte, 4096)
			for first := true; ; first = false {
				n, err := far.Read(buf)
				if err != nil {
					return
				}
				q := new(dns.Msg)
				if !first || after < 0 || q.Unpack(buf[:n]) != nil {
					continue
				}
				answer := script(q)
				if answer == nil {
					continue
				}
				packed, _ := answer.Pack()
				defer time.AfterFunc(after, func() { far.Write(packed) }).Stop()
			}
		}()
		return near, nil
	}
}

// patienceFor is how long a test lets servers be silent: where an answer must
// come, long enough for a busy machine; where silence is the point, not long.
func patienceFor(outcome string) time.Duration {
	if outcome == diag.NoAnswer {
		return 400 * time.Millisecond
	}
	return 4 * time.Second
}
