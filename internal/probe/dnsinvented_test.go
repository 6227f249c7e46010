package probe

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// answeringDNS is a name server with an address for each name, and one for all
// others; none where that is empty.
func answeringDNS(others string, names map[string]string) dnsScript {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		address, ok := names[q.Question[0].Name]
		if !ok {
			address = others
		}
		kind := " 60 A "
		if strings.Contains(address, ":") {
			kind = " 60 AAAA "
		}
		if address == "" {
			zone(dns.RcodeNameError)(w, q)
			return
		}
		zone(dns.RcodeSuccess, q.Question[0].Name+kind+address)(w, q)
	}
}

// A usable address is believed only of a server that does not give it to names
// that nobody has.
func TestDNSInventedNames(t *testing.T) {
	const www, known, x, y = "www.example.com.", "known.example.com.", "203.0.113.66", "192.0.2.80"
	type names = map[string]string
	right := answeringDNS("", names{www: y, known: y})
	everything, rewriting := answeringDNS(x, nil), answeringDNS(x, names{www: y, known: y})
	rows := []struct {
		name    string
		scripts []dnsScript
		want    string
	}{
		{"right", []dnsScript{right}, "ok: www.example.com is known"},
		{"right, by a wildcard", []dnsScript{answeringDNS("", names{www: y, known: y, "anything.example.com.": y})}, "ok: www.example.com is known"},
		{"everything is led to one address", []dnsScript{everything}, "resolver_lying: www.example.com is answered with 203.0.113.66, and so are a name that nobody has and names that exist, such as known.example.com"},
		{"everything is led to one address of IPv6", []dnsScript{answeringDNS("2001:db8::66", nil)}, "resolver_lying: www.example.com is answered with 2001:db8::66, and so are a name that nobody has and names that exist, such as known.example.com"},
		{"IPv4 is led astray, IPv6 is not", []dnsScript{byKind(everything, answeringDNS("", names{www: "2001:db8::80", known: "2001:db8::80"}))}, "resolver_lying: www.example.com is answered with 203.0.113.66 and 1 more, and so are a name that nobody has and names that exist, such as known.example.com"},
		{"missing names are led to one address", []dnsScript{rewriting}, "ok: www.example.com is known; names that do not exist are answered as well, with 203.0.113.66"},
		{"missing names are led to one address, and this is one", []dnsScript{answeringDNS(x, names{known: y})}, "nxdomain: no such name: www.example.com is answered with 203.0.113.66, as names are that nobody has; the name servers do know known.example.com"},
		{"names that exist are refused", []dnsScript{twoNames(everything, zone(dns.RcodeRefused))}, "unknown: could not be measured: www.example.com is answered with 203.0.113.66, and so is a name that nobody has; of the names that exist none got an address to compare with"},
		{"names that exist are no names", []dnsScript{twoNames(everything, zone(dns.RcodeNameError))}, "unknown: could not be measured: www.example.com is answered with 203.0.113.66, and so is a name that nobody has; of the names that exist none got an address to compare with"},
		{"names that exist are refused by one, and led astray by the other", []dnsScript{twoNames(everything, zone(dns.RcodeRefused)), everything}, "resolver_lying: www.example.com is answered with 203.0.113.66, and so are a name that nobody has and names that exist, such as known.example.com"},
		{"missing names get an address of this network", []dnsScript{answeringDNS("192.168.1.1", names{www: y, known: y})}, "ok: www.example.com is known; names that do not exist are answered as well, with 192.168.1.1"},
		{"one is right, one lies", []dnsScript{everything, right}, "ok: www.example.com is known"},
		{"one lies, one knows no such name", []dnsScript{everything, zone(dns.RcodeNameError)}, "nxdomain: no such name: www.example.com"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			servers := startEach(t, startBareDNS, r.scripts)
			f := runDNS(t.Context(), dnsWorld(servers...), Params{"name": "www.example.com", "known": "known.example.com"})
			if got := f.Outcome + ": " + f.Summary; !strings.HasPrefix(got, r.want) || len(r.scripts) == 1 && got != r.want {
				t.Errorf("got %s\nwant %s", got, r.want)
			}
		})
	}
}

// The same where only the system's own lookup can be asked, and where it knows
// better than name servers that lie.
func TestDNSInventedNamesBesideTheSystem(t *testing.T) {
	rows := []struct {
		name    string
		servers bool // there are name servers, which lie
		system  map[string]string
		want    string
	}{
		{"it lies", false, map[string]string{}, "resolver_lying: www.example.com is answered with 203.0.113.66, and so are a name that nobody has and names that exist, such as known.example.com"},
		{"it hides what is missing", false, map[string]string{"known.example.com": "192.0.2.80"}, "nxdomain: no such name: www.example.com is answered with 203.0.113.66, as names are that nobody has; the name servers do know known.example.com"},
		{"it knows the name", false, map[string]string{"www.example.com": "192.0.2.80"}, "ok: www.example.com is known; names that do not exist are answered as well, with 203.0.113.66"},
		{"it lies as its name servers do", true, map[string]string{}, "resolver_lying: www.example.com is answered with 203.0.113.66, and so are a name that nobody has and names that exist, such as known.example.com"},
		{"its hosts file knows better", true, map[string]string{"www.example.com": "192.0.2.80"}, "ok: www.example.com is known"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			env := dnsWorld()
			if r.servers {
				env = dnsWorld(startBareDNS(t, answeringDNS("203.0.113.66", nil)))
			}
			env.LookupHost = func(_ context.Context, host string) ([]string, error) {
				if a, ok := r.system[host]; ok {
					return []string{a}, nil
				}
				return []string{"203.0.113.66"}, nil
			}
			f := runDNS(t.Context(), env, Params{"name": "www.example.com", "known": "known.example.com"})
			if diff := cmp.Diff(r.want, f.Outcome+": "+f.Summary); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A server that keeps silent of names that nobody has is none the worse for it,
// and is not waited for any longer than that takes.
func TestDNSSilentOfInventedNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := dnsWorld("192.0.2.1:53")
		env.Dial = pipeDNS(100*time.Millisecond, func(q *dns.Msg) *dns.Msg {
			if q.Question[0].Name != "www.example.com." {
				return nil
			}
			return answerTo(q, dns.RcodeSuccess, "www.example.com. 60 A 203.0.113.9")
		})
		start := time.Now()
		f := runDNS(t.Context(), env, Params{"name": "www.example.com"})
		if took := time.Since(start); f.Outcome != "ok" || took != inventedPatience+100*time.Millisecond {
			t.Errorf("%s: %s after %s", f.Outcome, f.Summary, took)
		}
	})
}

// Names that nobody has are new each time: a server that had learned them would
// pass.
func TestDNSInventedNamesAreNew(t *testing.T) {
	if one, other := inventedNames("www.example.com"), inventedNames("www.example.com"); len(one) != 2 || slices.ContainsFunc(one, func(n string) bool { return slices.Contains(other, n) || !publicName(n) }) {
		t.Errorf("%v, %v", one, other)
	}
	if names := inventedNames("nas.home.arpa"); names != nil {
		t.Errorf("for a name of this network: %v", names)
	}
}

// One that answers gets as long again for the names that nobody has.
func TestDNSPatience(t *testing.T) {
	rows := []struct {
		name  string
		after time.Duration
		want  string
		took  time.Duration
	}{
		{"in time", 900 * time.Millisecond, "ok: www.example.com is known", 1800 * time.Millisecond},
		{"slow", 1100 * time.Millisecond, "slow: looking up www.example.com took 1.1 s", 2200 * time.Millisecond},
		{"very slow", 4 * time.Second, "slow: looking up www.example.com took 4.0 s", lookupPatience},
		{"never", -1, "unknown: no name server gave an answer (192.0.2.1:53: no answer in time)", lookupPatience},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				env := dnsWorld("192.0.2.1:53")
				env.Dial = pipeDNS(r.after, func(q *dns.Msg) *dns.Msg {
					return answerTo(q, dns.RcodeSuccess, "www.example.com. 60 A 203.0.113.9")
				})
				start := time.Now()
				got := dnsTold(runDNS(t.Context(), env, Params{"name": "www.example.com"}))
				took := time.Since(start)
				if diff := cmp.Diff([]any{r.want, r.took}, []any{got.Outcome + ": " + got.Text, took}); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
