package probe

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

const captiveHost = "connectivitycheck.gstatic.com" // the first name that is known to exist

// twoNames answers for www.example.com and for a name that exists differently.
func twoNames(name, known dnsScript) dnsScript {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		if q.Question[0].Name == "known.example.com." {
			known(w, q)
		} else {
			name(w, q)
		}
	}
}

// A name is blamed only by servers that are known to know any. Where they treat
// a name that exists in the same way, they are at fault, and the address is not.
func TestDNSTheResolverIsAtFault(t *testing.T) {
	missing, empty, failing, refusing := zone(dns.RcodeNameError), zone(dns.RcodeSuccess), zone(dns.RcodeServerFailure), zone(dns.RcodeRefused)
	private := zone(dns.RcodeSuccess, "www.example.com. 60 A 10.0.0.1", "known.example.com. 60 A 10.0.0.1")
	right := zone(dns.RcodeSuccess, "known.example.com. 60 A 203.0.113.7")
	const doubt = "whether these name servers know any other name could not be told, so the fault may be theirs"
	rows := []struct {
		name    string
		scripts []dnsScript
		want    string
		note    any
	}{
		{"no such name, and knows another", []dnsScript{twoNames(missing, right)}, "nxdomain: no such name: www.example.com; the name servers do know known.example.com", nil},
		{"no name at all", []dnsScript{missing}, "resolver_failing: the name servers say that there is no www.example.com, and say it of names that exist too, such as known.example.com", nil},
		{"no address for any name", []dnsScript{empty}, "resolver_failing: the name servers say that there is no www.example.com, and say it of names that exist too, such as known.example.com", nil},
		{"no such name, and no address for another", []dnsScript{twoNames(missing, empty)}, "resolver_failing: the name servers say that there is no www.example.com, and say it of names that exist too, such as known.example.com", nil},
		{"fails for all", []dnsScript{failing}, "resolver_failing: the name servers cannot look up www.example.com, nor any other name, such as known.example.com", nil},
		{"refuses all", []dnsScript{refusing}, "resolver_failing: the name servers refuse to look up www.example.com, nor any other name, such as known.example.com", nil},
		{"fails for one", []dnsScript{twoNames(failing, right)}, "servfail: the name servers cannot look up www.example.com; the name servers do know known.example.com", nil},
		{"lies about all", []dnsScript{private}, "resolver_lying: www.example.com is answered with 10.0.0.1, which is not on the internet, and so are names that exist, such as known.example.com", nil},
		{"lies about one", []dnsScript{twoNames(private, right)}, "hijacked: www.example.com is answered with 10.0.0.1, which is not on the internet; the name servers do know known.example.com", nil},
		{"no such name, and silent about another", []dnsScript{twoNames(missing, silentDNS)}, "nxdomain: no such name: www.example.com", doubt},
		{"serves its own zone alone", []dnsScript{twoNames(missing, refusing)}, "nxdomain: no such name: www.example.com", doubt},
		{"lies about one, refuses another", []dnsScript{twoNames(private, refusing)}, "hijacked: www.example.com is answered with 10.0.0.1, which is not on the internet", doubt},

		{"all of two", []dnsScript{missing, failing}, "resolver_failing: the name servers say that there is no www.example.com, and say it of names that exist too, such as known.example.com", nil},
		{"a lie outranks a failure", []dnsScript{missing, private}, "resolver_lying: www.example.com is answered with 10.0.0.1, which is not on the internet, and so are names that exist, such as known.example.com", nil},
		{"one is silent, one knows nothing", []dnsScript{silentDNS, missing}, "resolver_failing: the name servers say that there is no www.example.com, and say it of names that exist too, such as known.example.com", nil},
		{"one knows nothing, one knows better", []dnsScript{private, twoNames(missing, right)}, "nxdomain: no such name: www.example.com; the name servers do know known.example.com", nil},
		{"one knows nothing, of one it cannot be told", []dnsScript{missing, twoNames(failing, silentDNS)}, "nxdomain: no such name: www.example.com", doubt},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			servers := startEach(t, startBareDNS, r.scripts)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // where one is silent, it is waited for
			defer cancel()
			f := runDNS(ctx, dnsWorld(servers...), Params{"name": "www.example.com", "known": "known.example.com"})
			if diff := cmp.Diff([]any{r.want, r.note}, []any{f.Outcome + ": " + f.Summary, f.Facts["note"]}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Where the name servers cannot be told, the system's own lookup is asked for
// names that exist.
func TestDNSTheSystemsResolverIsAtFault(t *testing.T) {
	none := &net.DNSError{IsNotFound: true}
	rows := []struct {
		name        string
		here, known func() ([]string, error)
		want        string
	}{
		{"no name at all", func() ([]string, error) { return nil, none }, func() ([]string, error) { return nil, none },
			"resolver_failing: the name servers say that there is no www.example.com, and say it of names that exist too, such as known.example.com"},
		{"lies about all", func() ([]string, error) { return []string{"10.0.0.1"}, nil }, func() ([]string, error) { return []string{"10.0.0.1"}, nil },
			"resolver_lying: www.example.com is answered with 10.0.0.1, which is not on the internet, and so are names that exist, such as known.example.com"},
		{"cannot tell", func() ([]string, error) { return nil, none }, func() ([]string, error) { return nil, &net.DNSError{IsTemporary: true} },
			"nxdomain: no such name: www.example.com"},
		{"cannot tell of a lie", func() ([]string, error) { return []string{"10.0.0.1"}, nil }, func() ([]string, error) { return nil, &net.DNSError{IsTemporary: true} },
			"hijacked: www.example.com is answered with 10.0.0.1, which is not on the internet"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			env := dnsWorld()
			env.LookupHost = func(_ context.Context, host string) ([]string, error) {
				if host == "known.example.com" {
					return r.known()
				}
				return r.here()
			}
			f := runDNS(t.Context(), env, Params{"name": "www.example.com", "known": "known.example.com"})
			got := f.Outcome + ": " + f.Summary
			if diff := cmp.Diff(r.want, got); diff != "" || len(f.Facts["known"].([]any)) != 1 {
				t.Errorf("%s\n%v", diff, f.Facts)
			}
			if doubt := strings.Contains(fmt.Sprint(f.Facts["note"]), "fault may be theirs"); doubt != strings.HasPrefix(r.name, "cannot tell") {
				t.Errorf("the note is %q", f.Facts["note"])
			}
		})
	}
}

// Nobody is asked for a name that nobody gave: with given ones only these are
// looked up, without them only what the path check looks up, and neither where
// the name resolves or is one of this network. Where it resolves, two are asked
// for that nobody has.
func TestDNSWhichNamesAreAsked(t *testing.T) {
	random := regexp.MustCompile(`^[a-z2-7]{26}\.`)
	captive := []string{"captive.apple.com", "connectivitycheck.gstatic.com", "cp.cloudflare.com", "detectportal.firefox.com"}
	rows := []struct {
		name, known string
		rcode       int
		want        []string
	}{
		{"www.example.com", "", dns.RcodeNameError, captive},
		{"www.example.com", "a.example.com b.example.com a.example.com c.example.com d.example.com e.example.com", dns.RcodeNameError,
			[]string{"a.example.com", "b.example.com", "c.example.com", "d.example.com"}},
		{"www.example.com", "www.example.com,192.0.2.1,nas,nas.home.arpa", dns.RcodeNameError, nil},
		{"www.example.com", "a.example.com", dns.RcodeSuccess, []string{"RANDOM.com", "RANDOM.invalid"}},
		{"nas.home.arpa", "", dns.RcodeSuccess, nil},
		{"nas.home.arpa", "", dns.RcodeNameError, nil},
	}
	for _, r := range rows {
		t.Run(r.name+" "+r.known, func(t *testing.T) {
			var mu sync.Mutex
			var asked []string
			server := startBareDNS(t, func(w dns.ResponseWriter, q *dns.Msg) {
				name := random.ReplaceAllString(strings.TrimSuffix(q.Question[0].Name, "."), "RANDOM.")
				mu.Lock()
				if name != r.name && !slices.Contains(asked, name) {
					asked = append(asked, name)
				}
				mu.Unlock()
				addresses := map[string]string{"www.example.com": "203.0.113.9", "nas.home.arpa": "192.168.1.4"}
				if r.rcode != dns.RcodeSuccess || addresses[name] == "" {
					zone(dns.RcodeNameError)(w, q)
					return
				}
				zone(dns.RcodeSuccess, name+". 60 A "+addresses[name])(w, q)
			})
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			runDNS(ctx, dnsWorld(server), Params{"name": r.name, "known": r.known})
			mu.Lock()
			defer mu.Unlock()
			slices.Sort(asked)
			if diff := cmp.Diff(r.want, asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}
