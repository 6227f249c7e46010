package logs

import (
	"net/netip"
	"strings"
	"time"
)

// outer reports whether a source is out in the internet, as far as its address
// tells. A machine's name without a domain is of the network it is in, and so
// is an address that no router passes on.
func outer(source string) bool {
	if at, err := netip.ParseAddr(source); err == nil {
		at = at.Unmap()
		return at.IsGlobalUnicast() && !at.IsPrivate() && !carrier.Contains(at)
	}
	_, domain, ok := strings.Cut(source, ".")
	for _, end := range []string{"local", "lan", "internal", "home", "home.arpa", "localdomain", "corp", "intranet"} {
		if domain == end || strings.HasSuffix(domain, "."+end) {
			return false
		}
	}
	return ok
}

// carrier is what providers and overlay networks use inside (RFC 6598).
var carrier = netip.MustParsePrefix("100.64.0.0/10")

// blocks are the small and the large network that an address is in.
func blocks(source string) (small, large netip.Prefix) {
	at, err := netip.ParseAddr(source)
	if err != nil {
		return small, large
	}
	at = at.Unmap()
	bits := [2]int{24, 16}
	if at.Is6() {
		bits = [2]int{48, 32}
	}
	small, _ = at.Prefix(bits[0])
	large, _ = at.Prefix(bits[1])
	return small, large
}

// A quarter is where attacking addresses crowd together.
type quarter struct {
	all          int
	small, large map[netip.Prefix]int
}

func quarterOf(sources map[string]int) *quarter {
	q := &quarter{small: map[netip.Prefix]int{}, large: map[netip.Prefix]int{}}
	for source := range sources {
		if !outer(source) {
			continue
		}
		small, large := blocks(source)
		q.all++
		q.small[small]++
		q.large[large]++
	}
	return q
}

// near reports whether an address is next to them: three in its small network,
// or most of them in its large one.
func (q *quarter) near(source string) bool {
	small, large := blocks(source)
	if !small.IsValid() || !outer(source) {
		return false
	}
	return q.small[small] >= several || q.large[large] >= crowd && 2*q.large[large] >= q.all
}

// before reports whether an account got in at a source before it failed there.
func (p *plotter) before(d duo) bool {
	user, source := p.names(d)
	return p.hits.list[source][user].precedes(p.pairs.list[d].first)
}

// precedes reports whether a success was there before a failure.
func (h *hit) precedes(failure int64) bool {
	switch {
	case h == nil || h.step:
		return false
	case failure == 0 || h.first.IsZero():
		return !h.follows
	}
	return h.first.Unix() < failure
}

// visited reports whether anybody got in at a source before anything failed
// there.
func (t *tally) visited(source string) bool {
	began := int64(0)
	if e := t.sources[source]; e != nil && e.First != nil {
		began = e.First.Unix()
	}
	for _, h := range t.hits.list[source] {
		if h.precedes(began) {
			return true
		}
	}
	return false
}

// fastGap is between tries that no program with an old secret makes for long,
// and that everybody makes who guesses.
const fastGap = 8 * time.Second

// fast reports whether most tries of a pair come so soon after each other.
func (p *pair) fast() bool {
	if p.count < 2 || p.first == 0 {
		return false
	}
	gap := fastGap.Seconds()
	return float64(p.latest-p.first) < gap*float64(p.count-1) || p.gap > 0 && float64(p.gap) < gap && 2*p.kept > p.gaps
}

// wanted are the names that are tried everywhere, whoever has them.
var wanted = map[string]bool{
	"root": true, "admin": true, "administrator": true, "test": true, "guest": true, "user": true, "ubuntu": true, "oracle": true,
	"postgres": true, "mysql": true, "pi": true, "ftp": true, "ftpuser": true, "git": true, "sa": true, "support": true, "info": true,
}

func famous(user string) bool {
	user = strings.ToLower(user)
	if i := strings.LastIndexByte(user, '\\'); i >= 0 {
		user = user[i+1:]
	}
	user, _, _ = strings.Cut(user, "@")
	return wanted[user]
}

// wantedNames counts them.
func wantedNames(users map[string]int) int {
	n := 0
	for user := range users {
		if famous(user) {
			n++
		}
	}
	return n
}

// alike reports whether a name may be another one that was mistyped: one letter
// is wrong, missing or too much.
func alike(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i == len(a) || a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}
