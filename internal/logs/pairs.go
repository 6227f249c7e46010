package logs

import (
	"strings"
	"time"
)

// Limits of what is counted by account and source together.
const (
	maxPairs   = 20_000
	maxNumbers = 40_000    // of accounts and sources together
	maxGap     = 24 * 3600 // seconds; what is further apart has no rhythm
)

// A duo is one account at one source, by their numbers. Where no account is
// named, the program that asked stands for it.
type duo struct{ user, source uint32 }

// A pair is what failed of a duo, and in which rhythm.
type pair struct {
	count       uint32
	first, last int64 // seconds since 1970, in the order of the log; 0 when it has no times
	latest      int64
	kinds       [kindsOfPair]uint16
	counts      [kindsOfPair]uint32 // of the kinds
	gaps        uint32
	gap         float32 // seconds: the candidate for what is between two tries
	vote, kept  uint32  // for the candidate; tries that kept it
	successes   uint32  // since it began to fail
	early       uint32  // read later than the first failure, and from before it
	form        bool    // a page for names and passwords was asked
	machine     bool    // of secrets that no person types
}

// A kind is a cause as a system tells of it.
type kind struct{ cause, system string }

// kindsOfPair is how many kinds of failures are told apart of a pair.
const kindsOfPair = 3

// note counts failures by their kind.
func (p *pair) note(k uint16, n uint32) {
	for i := range p.kinds {
		if p.counts[i] == 0 || p.kinds[i] == k {
			p.kinds[i] = k
			p.counts[i] += n
			return
		}
	}
}

// pairs counts them. Numbers stand for names, so that an entry is small.
type pairs struct {
	list    map[duo]*pair
	number  map[string]uint32
	names   []string
	kindID  map[kind]uint16 // there are no more than signatures
	kinds   []kind
	dropped int // failures of pairs that did not fit
}

func newPairs() *pairs {
	p := &pairs{list: map[duo]*pair{}, number: map[string]uint32{}, kindID: map[kind]uint16{}}
	p.id("")      // nobody, nowhere
	p.id(restKey) // whoever has no room
	return p
}

// agentMark is in front of the name of a program, which no account has.
const agentMark = "\x00"

// unnamed: what a record is counted by is no account.
func unnamed(user string) bool { return user == "" || strings.HasPrefix(user, agentMark) }

// who is what a record is counted by: the account, or the program.
func (r *record) who() string {
	if r.user == "" && r.agent != "" {
		return agentMark + r.agent
	}
	return r.user
}

func (p *pairs) id(name string) uint32 {
	name = cut(name)
	n, ok := p.number[name]
	if !ok {
		if len(p.names) >= maxNumbers {
			return p.number[restKey]
		}
		n = uint32(len(p.names)) //nolint:gosec // bounded above
		name = short(name)
		p.number[name] = n
		p.names = append(p.names, name)
	}
	return n
}

func (p *pairs) kind(k kind) uint16 {
	n, ok := p.kindID[k]
	if !ok {
		n = uint16(len(p.kinds)) //nolint:gosec // classes and systems are few
		p.kindID[k] = n
		p.kinds = append(p.kinds, k)
	}
	return n
}

// main is what a pair failed for most often.
func (p *pairs) main(one *pair) kind {
	best := 0
	for i := range one.counts {
		if one.counts[i] > one.counts[best] {
			best = i
		}
	}
	return p.kinds[one.kinds[best]]
}

func (p *pairs) add(r *record, k kind) {
	d, ok := p.find(r)
	one := p.list[d]
	if !ok || one == nil {
		if len(p.list) >= maxPairs || len(p.names)+2 > maxNumbers {
			p.thin()
		}
		d = duo{p.id(r.who()), p.id(r.source)}
		one = &pair{}
		p.list[d] = one
	}
	one.machine, one.form = one.machine || r.machine, one.form || r.form
	one.count += uint32(r.count)         //nolint:gosec // a record counts a million at most
	one.note(p.kind(k), uint32(r.count)) //nolint:gosec // the same
	if !r.when.IsZero() {
		one.beat(r.when.Unix())
	}
}

// relieve notes that what failed works as well. It tells when it failed last.
func (p *pairs) relieve(r *record) (latest int64, ok bool) {
	d, ok := p.find(r)
	one := p.list[d]
	if !ok || one == nil {
		return 0, false
	}
	if !r.when.IsZero() && r.when.Unix() < one.first {
		one.early++
	} else {
		one.successes++
	}
	return one.latest, true
}

// mended notes a success that was read before the failure that it came behind.
func (p *pairs) mended(r *record, h *hit) {
	d, ok := p.find(r)
	one := p.list[d]
	if !ok || one == nil {
		return
	}
	if int(one.count) == r.count { // the first that was read
		one.successes += uint32(h.count) //nolint:gosec // as the other counts, which wrap beyond 4 billion lines
	}
	h.mends(h.seen, one.latest)
}

// find is the pair of a record by the numbers that its names have.
func (p *pairs) find(r *record) (duo, bool) {
	source, ok := p.number[cut(r.source)]
	user, known := p.number[cut(r.who())]
	return duo{user, source}, ok && known
}

func cut(name string) string { return name[:min(len(name), maxKey)] }

// beat follows the rhythm: the gap that most others are close to, as a
// majority is found in one pass, and how many keep it.
func (p *pair) beat(at int64) {
	if p.first == 0 {
		p.first, p.last, p.latest = at, at, at
		return
	}
	if at < p.first { // then it was in between
		p.successes, p.early = p.successes+p.early, 0
	}
	gap := float32(at - p.last)
	if gap < 0 {
		gap = -gap // a log that is written from its end
	}
	p.first, p.last, p.latest = min(p.first, at), at, max(p.latest, at)
	if gap < 1 || gap > maxGap {
		return
	}
	p.gaps++
	switch near := gap >= 0.7*p.gap-1 && gap <= 1.3*p.gap+1; {
	case near:
		p.vote++
		p.kept++
		p.gap += (gap - p.gap) / float32(min(p.kept, 50))
	case p.vote > 0:
		p.vote--
	default:
		p.gap, p.vote, p.kept = gap, 1, 1
	}
}

// every is the rhythm; 0 when there is none.
func (p *pair) every() time.Duration {
	if p.gaps < 6 || float64(p.kept) < 0.7*float64(p.gaps) {
		return 0
	}
	return time.Duration(p.gap+0.5) * time.Second
}
