package probe

import (
	"testing"

	"github.com/miekg/dns"
)

// Whatever comes over the wire is read without a panic, and never as more
// than it says.
func FuzzReadReply(f *testing.F) {
	q := new(dns.Msg).SetQuestion("www.example.com.", dns.TypeA)
	seed, _ := answerTo(q, dns.RcodeSuccess, "www.example.com. 60 CNAME a.example.", "a.example. 60 A 192.0.2.1").Pack()
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		m := new(dns.Msg)
		if m.Unpack(data) != nil {
			return
		}
		r := readReply(m, "www.example.com")
		s := serverSays{a: r, aaaa: r}
		if v := s.verdict(); v == "" || (v == "address") != (len(r.addresses) > 0) {
			t.Errorf("verdict %q of %d addresses", v, len(r.addresses))
		}
	})
}
