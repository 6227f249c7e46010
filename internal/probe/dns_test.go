package probe

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func TestDNSOutcomes(t *testing.T) {
	const a, aaaa = "www.example.com. 60 A 203.0.113.9", "www.example.com. 60 AAAA 2001:db8::9"
	const alias = "www.example.com. 60 CNAME far.example.net."
	rows := []struct {
		name   string
		lookUp string // www.example.com if empty
		script dnsScript
		want   dnsSays
	}{
		{"both addresses", "", zone(dns.RcodeSuccess, a, aaaa), dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"IPv4 only", "", zone(dns.RcodeSuccess, a), dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"IPv6 only", "", zone(dns.RcodeSuccess, aaaa), dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"an alias", "", zone(dns.RcodeSuccess, alias, "far.example.net. 60 A 203.0.113.9"), dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"capitals", "WWW.Example.COM.", zone(dns.RcodeSuccess, a), dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"one answer broken", "", byKind(zone(dns.RcodeSuccess, a), zone(dns.RcodeServerFailure)), dnsSays{"ok", "www.example.com is known", "A NOERROR, AAAA SERVFAIL"}},
		{"no such name", "", zone(dns.RcodeNameError), dnsSays{"nxdomain", "no such name: www.example.com", "NXDOMAIN"}},
		{"no data", "", zone(dns.RcodeSuccess), dnsSays{"no_address", "www.example.com has no address", "NOERROR"}},
		{"an address for somebody else", "", zone(dns.RcodeSuccess, "other.example.com. 60 A 203.0.113.9"), dnsSays{"no_address", "www.example.com has no address", "NOERROR"}},
		{"alias to nowhere", "", zone(dns.RcodeNameError, alias), dnsSays{"no_address", "www.example.com is another name for far.example.net, which has no address", "NXDOMAIN"}},
		{"alias to no data", "", zone(dns.RcodeSuccess, alias), dnsSays{"no_address", "www.example.com is another name for far.example.net, which has no address", "NOERROR"}},
		{"aliases in a circle", "", zone(dns.RcodeSuccess, alias, "far.example.net. 60 CNAME www.example.com."), dnsSays{"no_address", "the aliases of www.example.com lead back to themselves", "NOERROR"}},
		{"server failure", "", zone(dns.RcodeServerFailure), dnsSays{"servfail", "the name servers cannot look up www.example.com", "SERVFAIL"}},
		{"refused", "", zone(dns.RcodeRefused), dnsSays{"servfail", "the name servers refuse to look up www.example.com", "REFUSED"}},
		{"not implemented", "", zone(dns.RcodeNotImplemented), dnsSays{"servfail", "the name servers cannot look up www.example.com", "NOTIMP"}},
		{"not a resolver", "", func(w dns.ResponseWriter, q *dns.Msg) {
			w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeSuccess))
		}, dnsSays{"servfail", "the name servers refuse to look up www.example.com", "NOERROR"}},
		{"private", "", zone(dns.RcodeSuccess, "www.example.com. 60 A 192.168.1.1"), dnsSays{"hijacked", "www.example.com is answered with 192.168.1.1, which is not on the internet", "NOERROR"}},
		{"loopback", "", zone(dns.RcodeSuccess, "www.example.com. 60 A 127.0.0.1", "www.example.com. 60 AAAA ::1"), dnsSays{"hijacked", "www.example.com is answered with 127.0.0.1 and 1 more, which is not on the internet", "NOERROR"}},
		{"unspecified", "", zone(dns.RcodeSuccess, "www.example.com. 60 A 0.0.0.0"), dnsSays{"hijacked", "www.example.com is answered with 0.0.0.0, which is not on the internet", "NOERROR"}},
		{"unique local", "", zone(dns.RcodeSuccess, "www.example.com. 60 AAAA fd00::1"), dnsSays{"hijacked", "www.example.com is answered with fd00::1, which is not on the internet", "NOERROR"}},
		{"private and public", "", zone(dns.RcodeSuccess, "www.example.com. 60 A 192.168.1.1", a), dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"private, in a private zone", "sso.lab.test", zone(dns.RcodeSuccess, "sso.lab.test. 60 A 127.0.0.1"), dnsSays{"ok", "sso.lab.test is known", "NOERROR"}},
		{"private, at home", "nas.home.arpa", zone(dns.RcodeSuccess, "nas.home.arpa. 60 A 192.168.1.4"), dnsSays{"ok", "nas.home.arpa is known", "NOERROR"}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			name := r.lookUp
			if name == "" {
				name = "www.example.com"
			}
			env := dnsWorld(startDNS(t, r.script))
			got := dnsTold(runDNS(t.Context(), env, Params{"name": name}))
			if diff := cmp.Diff(r.want.knowing(captiveHost), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDNSOddServers(t *testing.T) {
	const a = "www.example.com. 60 A 203.0.113.9"
	good := zone(dns.RcodeSuccess, a)
	rows := []struct {
		name   string
		script dnsScript
		want   dnsSays
	}{
		{"stumbles over EDNS", func(w dns.ResponseWriter, q *dns.Msg) {
			if q.IsEdns0() != nil {
				w.WriteMsg(&dns.Msg{MsgHdr: dns.MsgHdr{Id: q.Id, Response: true, Rcode: dns.RcodeFormatError}})
				return
			}
			good(w, q)
		}, dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"swallows EDNS", func(w dns.ResponseWriter, q *dns.Msg) {
			if q.IsEdns0() == nil {
				good(w, q)
			}
		}, dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"truncates, whole over TCP", func(w dns.ResponseWriter, q *dns.Msg) {
			if overTCP(w) {
				good(w, q)
				return
			}
			m := answerTo(q, dns.RcodeSuccess)
			m.Truncated = true
			w.WriteMsg(m)
		}, dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"truncates, hangs up over TCP", func(w dns.ResponseWriter, q *dns.Msg) {
			if overTCP(w) {
				w.Close()
				return
			}
			m := answerTo(q, dns.RcodeSuccess)
			m.Truncated = true
			w.WriteMsg(m)
		}, dnsSays{"unknown", "no name server gave an answer (SERVER: the other side hung up)", ""}},
		{"truncates, rubbish over TCP", func(w dns.ResponseWriter, q *dns.Msg) {
			if overTCP(w) {
				w.Write([]byte("rubbish"))
				return
			}
			m := answerTo(q, dns.RcodeSuccess)
			m.Truncated = true
			w.WriteMsg(m)
		}, dnsSays{"unknown", "no name server gave an answer (SERVER: it answers with rubbish)", ""}},
		{"a forger answers first", func(w dns.ResponseWriter, q *dns.Msg) {
			forged := answerTo(q, dns.RcodeNameError)
			forged.Id++
			w.WriteMsg(forged)
			other := answerTo(q, dns.RcodeNameError)
			other.Question[0].Name = "www.example.org."
			w.WriteMsg(other)
			w.Write([]byte{0xff})
			good(w, q)
		}, dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"only rubbish", func(w dns.ResponseWriter, q *dns.Msg) {
			w.Write([]byte("\x00\x01rubbish"))
		}, dnsSays{"unknown", "no name server gave an answer (SERVER: it answers with rubbish)", ""}},
		{"a flood of rubbish", func(w dns.ResponseWriter, q *dns.Msg) {
			for range 200 {
				w.Write([]byte("rubbish"))
			}
		}, dnsSays{"unknown", "no name server gave an answer (SERVER: it answers with rubbish)", ""}},
		{"another question's answer", func(w dns.ResponseWriter, q *dns.Msg) {
			m := answerTo(q, dns.RcodeNameError)
			m.Question[0].Qtype = dns.TypeMX
			w.WriteMsg(m)
		}, dnsSays{"unknown", "no name server gave an answer (SERVER: it answers with rubbish)", ""}},
		{"one half silent", byKind(zone(dns.RcodeSuccess), silentDNS), dnsSays{"unknown", "no name server gave an answer (SERVER: no answer in time)", "NOERROR"}},
		{"no such name, one half silent", byKind(silentDNS, zone(dns.RcodeNameError)), dnsSays{"nxdomain", "no such name: www.example.com", "NXDOMAIN"}},
		{"one half silent, the other has an address", byKind(good, silentDNS), dnsSays{"ok", "www.example.com is known", "NOERROR"}},
		{"silent", silentDNS, dnsSays{"unknown", "no name server gave an answer (SERVER: no answer in time)", ""}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			server := startDNS(t, r.script)
			ctx, cancel := context.WithTimeout(t.Context(), patienceFor(r.want.Outcome))
			defer cancel()
			got := dnsTold(runDNS(ctx, dnsWorld(server), Params{"name": "www.example.com"}))
			got.Text = strings.ReplaceAll(got.Text, server, "SERVER")
			if diff := cmp.Diff(r.want.knowing(captiveHost), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDNSServersDisagree(t *testing.T) {
	good := zone(dns.RcodeSuccess, "www.example.com. 60 A 203.0.113.9")
	private := zone(dns.RcodeSuccess, "www.example.com. 60 A 10.0.0.1")
	missing, failing := zone(dns.RcodeNameError), zone(dns.RcodeServerFailure)
	empty := zone(dns.RcodeSuccess)
	rows := []struct {
		name    string
		scripts []dnsScript
		want    string
		note    any
	}{
		{"one is enough", []dnsScript{missing, good}, "ok", "1 of 2 name servers answer without a usable address"},
		{"one filters", []dnsScript{private, good}, "ok", "1 of 2 name servers answer without a usable address"},
		{"one is silent", []dnsScript{silentDNS, good}, "ok", nil},
		{"one is dead, one says no", []dnsScript{silentDNS, missing}, "nxdomain", nil},
		{"a no outranks a failure", []dnsScript{failing, missing}, "nxdomain", nil},
		{"a no outranks an empty answer", []dnsScript{empty, missing}, "nxdomain", nil},
		{"private outranks a no", []dnsScript{missing, private}, "hijacked", nil},
		{"failure and silence", []dnsScript{failing, silentDNS}, "servfail", nil},
		{"all silent", []dnsScript{silentDNS, silentDNS}, "unknown", nil},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			servers := startEach(t, startDNS, r.scripts)
			ctx, cancel := context.WithTimeout(t.Context(), patienceFor(r.want))
			defer cancel()
			f := runDNS(ctx, dnsWorld(servers...), Params{"name": "www.example.com"})
			if diff := cmp.Diff([]any{r.want, r.note}, []any{f.Outcome, f.Facts["note"]}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDNSFacts(t *testing.T) {
	server := startDNS(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := answerTo(q, dns.RcodeNameError)
		m.SetEdns0(1232, false)
		m.IsEdns0().Option = append(m.IsEdns0().Option, &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeBlocked, ExtraText: "by \x1b[31mpolicy"})
		w.WriteMsg(m)
	})
	env := dnsWorld(server)
	env.Now = func() time.Time { return time.Time{} }
	f := runDNS(t.Context(), env, Params{"name": "https://user:secret@www.example.com:8443/login?token=1",
		"known": "here.example.com,https://there.example.com/,192.0.2.1,nas,www.example.com,here.example.com:443"})
	want := map[string]any{
		"name":         "www.example.com",
		"addresses":    []any{},
		"system_error": "there is no such name",
		"resolvers": []any{map[string]any{
			"server": server, "rcode": "NXDOMAIN", "a": []any{}, "aaaa": []any{},
			"elapsed_ms": 0.0, "error": "", "detail": "Blocked: by [31mpolicy",
			"known": []any{
				map[string]any{"name": "here.example.com", "rcode": "NXDOMAIN", "addresses": []any{}, "error": ""},
				map[string]any{"name": "there.example.com", "rcode": "NXDOMAIN", "addresses": []any{}, "error": ""},
			},
		}},
	}
	if diff := cmp.Diff(want, f.Facts); diff != "" {
		t.Error(diff)
	}
}

// The system's own lookup knows what name servers do not: the hosts file, the
// search list, the neighbours.
func TestDNSSystemLookup(t *testing.T) {
	known := func(addresses ...string) func(context.Context, string) ([]string, error) {
		return func(context.Context, string) ([]string, error) { return addresses, nil }
	}
	fails := func(err net.DNSError) func(context.Context, string) ([]string, error) {
		return func(context.Context, string) ([]string, error) { return nil, &err }
	}
	good := zone(dns.RcodeSuccess, "www.example.com. 60 A 203.0.113.9")
	rows := []struct {
		name   string
		lookUp string
		script dnsScript // nil: the name servers cannot be told
		system func(context.Context, string) ([]string, error)
		want   string
	}{
		{"hosts file, no such name", "www.example.com", zone(dns.RcodeNameError), known("127.0.0.1"), "ok: www.example.com is known"},
		{"VPN, no such name", "www.example.com", zone(dns.RcodeNameError), known("10.1.2.3"), "ok: www.example.com is known"},
		{"hosts file, servers fail", "www.example.com", zone(dns.RcodeServerFailure), known("203.0.113.9"), "ok: www.example.com is known"},
		{"hosts file, servers lie", "www.example.com", zone(dns.RcodeSuccess, "www.example.com. 60 A 10.0.0.1"), known("203.0.113.9"), "ok: www.example.com is known"},
		{"all lie", "www.example.com", zone(dns.RcodeSuccess, "www.example.com. 60 A 10.0.0.1"), known("10.0.0.1"), "hijacked: www.example.com is answered with 10.0.0.1, which is not on the internet; the name servers do know " + captiveHost},
		{"blocked in the hosts file", "www.example.com", good, known("0.0.0.0"), "hijacked: this computer sends www.example.com to itself (0.0.0.0), the name servers do not"},
		{"VPN instead of the public address", "www.example.com", good, known("10.1.2.3"), "ok: www.example.com is known"},
		{"neighbour", "printer.local", zone(dns.RcodeNameError), known("192.168.1.9"), "ok: printer.local is known"},
		{"one word is not for name servers", "nas", good, known("192.168.1.4"), "ok: nas is known"},
		{"one word, not found", "nas", good, fails(net.DNSError{IsNotFound: true}), "nxdomain: no such name: nas"},
		{"servers unknown", "www.example.com", nil, known("203.0.113.9"), "ok: www.example.com is known"},
		{"servers unknown, private", "www.example.com", nil, known("192.168.1.1"), "hijacked: www.example.com is answered with 192.168.1.1, which is not on the internet; the name servers do know " + captiveHost},
		{"servers unknown, not found", "www.example.com", nil, fails(net.DNSError{IsNotFound: true}), "nxdomain: no such name: www.example.com; the name servers do know " + captiveHost},
		{"servers unknown, trouble", "www.example.com", nil, fails(net.DNSError{IsTemporary: true}), "unknown: this computer's own lookup: the name could not be looked up"},
		{"servers unknown, nobody to ask", "www.example.com", nil, nil, "unknown: this computer's name servers cannot be told"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			env := dnsWorld()
			if r.script != nil {
				env = dnsWorld(startDNS(t, r.script))
			}
			if r.system != nil {
				env.LookupHost = func(ctx context.Context, host string) ([]string, error) {
					switch {
					case strings.HasSuffix(host, "."): // that nobody has
						return nil, &net.DNSError{IsNotFound: true}
					case host != r.lookUp: // another name, that exists
						return []string{"203.0.113.77"}, nil
					}
					return r.system(ctx, host)
				}
			} else {
				env.LookupHost = nil
			}
			got := dnsTold(runDNS(t.Context(), env, Params{"name": r.lookUp}))
			if diff := cmp.Diff(r.want, got.Outcome+": "+got.Text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDNSChosenServer(t *testing.T) {
	var mu sync.Mutex
	dialed := map[string]bool{}
	env := dnsWorld("192.0.2.1:53")
	env.LookupHost = func(context.Context, string) ([]string, error) { return []string{"203.0.113.9"}, nil }
	server := startDNS(t, zone(dns.RcodeNameError))
	env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		dialed[network+" "+address] = true
		mu.Unlock()
		return new(net.Dialer).DialContext(ctx, network, server)
	}
	f := runDNS(t.Context(), env, Params{"name": "www.example.com", "resolver": "192.0.2.53,[2001:db8::53], 192.0.2.54:5353"})
	if f.Outcome != "nxdomain" {
		t.Errorf("the system's lookup counts against a server chosen by hand: %+v", f)
	}
	want := map[string]bool{"udp 192.0.2.53:53": true, "udp [2001:db8::53]:53": true, "udp 192.0.2.54:5353": true}
	if diff := cmp.Diff(want, dialed); diff != "" {
		t.Error(diff)
	}
}

// What has nothing to look up, or is not a name, is never sent to anybody.
func TestDNSNothingToAsk(t *testing.T) {
	rows := []struct{ name, lookUp, resolver, want string }{
		{"IPv4", "192.0.2.1", "", "ok: 192.0.2.1 is an address, no lookup needed"},
		{"IPv4 in a URL", "https://192.0.2.1:8443/x", "", "ok: 192.0.2.1 is an address, no lookup needed"},
		{"IPv6", "2001:db8::1", "", "ok: 2001:db8::1 is an address, no lookup needed"},
		{"IPv6 and port", "[2001:db8::1]:443", "", "ok: 2001:db8::1 is an address, no lookup needed"},
		{"localhost", "localhost:8080", "", "ok: localhost is this computer itself, no lookup needed"},
		{"below localhost", "app.localhost", "", "ok: app.localhost is this computer itself, no lookup needed"},
		{"empty", " ", "", "unknown: the name to look up is not a host name"},
		{"two dots", "www..example.com", "", "unknown: the name to look up is not a host name"},
		{"spaces", "www.exa mple.com", "", "unknown: the name to look up is not a host name or an address of a page"},
		{"escape", "www.\x1b[2J.com", "", "unknown: the name to look up is not a host name or an address of a page"},
		{"a label too long", fmt.Sprintf("%064d.com", 0), "", "unknown: the name to look up is not a host name"},
		{"a server that is a URL", "www.example.com", "https://192.0.2.1/dns-query", `unknown: the name server "https://192.0.2.1/dns-query" is not HOST or HOST:PORT`},
		{"a port in words", "www.example.com", "192.0.2.1:domain", `unknown: the name server "192.0.2.1:domain" is not HOST or HOST:PORT`},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			env := dnsWorld("192.0.2.1:53")
			env.Dial = func(context.Context, string, string) (net.Conn, error) { panic("somebody was asked") }
			env.LookupHost = func(context.Context, string) ([]string, error) { panic("the system was asked") }
			got := dnsTold(runDNS(t.Context(), env, Params{"name": r.lookUp, "resolver": r.resolver}))
			if diff := cmp.Diff(r.want, got.Outcome+": "+got.Text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDNSNoWayToServers(t *testing.T) {
	closed := startDNS(t, silentDNS)
	rows := []struct {
		name string
		err  error
		want string
	}{
		{"no network", syscall.ENETUNREACH, "the network is unreachable, so no name server could be asked"},
		{"local firewall", syscall.EPERM, "no name server gave an answer (SERVER: a firewall or a rule on this computer forbids it)"},
		{"no route to the server", syscall.EHOSTUNREACH, "no name server gave an answer (SERVER: there is no way to that address)"},
		{"nothing listens", syscall.ECONNREFUSED, "no name server gave an answer (SERVER: the connection was refused)"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			env := dnsWorld(closed)
			env.Dial = func(_ context.Context, network, _ string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: network, Err: r.err}
			}
			got := dnsTold(runDNS(t.Context(), env, Params{"name": "www.example.com"}))
			got.Text = strings.ReplaceAll(got.Text, closed, "SERVER")
			if diff := cmp.Diff(dnsSays{"unknown", r.want, ""}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDNSStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := startDNS(t, func(dns.ResponseWriter, *dns.Msg) { cancel() })
	f := runDNS(ctx, dnsWorld(server), Params{"name": "www.example.com"})
	if want := "no name server gave an answer (" + server + ": not waited for)"; f.Outcome != diag.NoAnswer || f.Reason != want {
		t.Errorf("got %s, %q; want unknown, %q", f.Outcome, f.Reason, want)
	}
}
