package logs

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// rest reads what is left: as a whole where one thing makes everybody fail,
// else as what it is made of.
func (p *plotter) rest() {
	open := p.open()
	s := p.asOne(open)
	if s.count <= 0 {
		return
	}
	belongs := func(string) bool { return false }
	switch s.reading {
	case ReadSpray, ReadBrute:
		belongs = func(cause string) bool { return family(cause) == guessFamily }
	case ReadEveryone, ReadGateway:
		main := most(s.causes)
		if s.spike != nil {
			main = s.spike.Cause
		}
		if s.spike != nil || share(s.scene(), main) >= halfShare {
			belongs = func(cause string) bool { return family(cause) == family(main) }
		}
	}
	var in, out []duo
	for _, d := range open {
		if belongs(p.pairs.main(p.pairs.list[d]).cause) {
			in = append(in, d)
		} else {
			out = append(out, d)
		}
	}
	if s.reading == ReadEveryone && len(s.users) > 0 && p.accounts(in) < crowd {
		in, out = nil, open
	}
	p.apart(out)
	left := newStory(ReadMixed)
	if len(in) > 0 {
		left.reading, left.spike = s.reading, s.spike
	}
	p.claim(left, in)
	p.remaining(left)
	if left.count > 0 {
		p.stories = append(p.stories, left)
	}
}

// personal is the share of failures that tell of an account and not of the
// service.
func personal(s scene) float64 {
	n := 0
	for cause, m := range s.causes {
		if diag.AboutAccount(cause) {
			n += m
		}
	}
	return float64(n) / float64(max(s.count, 1))
}

// accounts are how many are named.
func (p *plotter) accounts(list []duo) int {
	all := map[uint32]bool{}
	for _, d := range list {
		if user, _ := p.names(d); !unnamed(user) {
			all[d.user] = true
		}
	}
	return len(all)
}

// asOne reads what is left as if it were one thing.
func (p *plotter) asOne(open []duo) *story {
	s := newStory(ReadMixed)
	shared := p.gotIn(open) > len(open)/4
	p.claim(s, open)
	p.remaining(s)
	left := p.series.without(p.claimedBefore())
	first, last := left.span(p.from, p.to)
	buckets := left.buckets(first, last)
	s.reading = read(s.scene())
	if 2*p.turned >= s.count && len(s.users) == 0 && len(s.sources) >= crowd {
		s.reading = ReadEveryone
	}
	if s.reading == ReadEveryone && p.turned == 0 && !quietBefore(buckets) && personal(s.scene()) >= halfShare {
		s.reading = ReadMixed // people mistype all the time; only a beginning makes it a fault of the service
	}
	spikes := left.spikes(buckets, first, plainly)
	if len(spikes) > 0 && (s.reading == ReadMixed || s.reading == ReadEveryone || s.reading == ReadGateway) {
		top := slices.MaxFunc(spikes, func(a, b Spike) int { return cmp.Compare(a.Count, b.Count) })
		s.spike = &top
		if s.reading == ReadMixed {
			s.reading = top.Reading
		}
	}
	if shared && (s.reading == ReadSpray || s.reading == ReadBrute) {
		s.reading, s.spike = ReadMixed, nil // who gets in is no attacker
	}
	return s
}

// remaining counts a story as what the others do not have: some of it was not
// counted by account.
func (p *plotter) remaining(s *story) {
	maps.DeleteFunc(s.users, func(user string, _ int) bool { return strings.HasPrefix(user, agentMark) }) // a browser is nobody
	told := 0
	for _, other := range p.stories {
		told += other.count
	}
	s.count = p.failures - told
	s.more = s.more || p.pairs.dropped > 0
	s.causes = map[string]int{}
	for c, e := range p.causes {
		n := e.Count
		for _, other := range p.stories {
			n -= other.causes[c]
		}
		if n > 0 {
			s.causes[c] = n
		}
	}
}

// guessFamily is of the causes that follow from each other: who tries a wrong
// secret is locked out in the end.
const guessFamily = "guess"

// family is what a cause may be told together with, of the same account.
func family(cause string) string {
	if wrongSecret(cause) || cause == "account_locked" {
		return guessFamily
	}
	return cause
}

// A unit is who failed, for what: an account wherever it was, a program or
// nobody at one place.
type unit struct {
	user, source uint32
	family       string
}

func (p *plotter) unitOf(d duo) unit {
	u := unit{d.user, d.source, family(p.pairs.main(p.pairs.list[d]).cause)}
	if user, _ := p.names(d); !unnamed(user) {
		u.source = 0
	}
	return u
}

// told is how many stories there may be of the same kind before they are
// summed up.
const told = 4

// apart tells of each account or program alone, and sums up where many have the
// same: never as one who fails.
func (p *plotter) apart(list []duo) {
	units := map[unit][]duo{}
	var order []unit
	for _, d := range list {
		if user, _ := p.names(d); user == restKey {
			continue // whoever they are
		}
		u := p.unitOf(d)
		if units[u] == nil {
			order = append(order, u)
		}
		units[u] = append(units[u], d)
	}
	type group struct {
		kind
		mistyped bool
	}
	same := map[group][]*story{}
	var groups []group
	parts := map[*story][]duo{}
	for _, u := range order {
		s := p.alone(units[u], false)
		g := group{s.kind(), false}
		if s.reading == ReadMistyped {
			g = group{mistyped: true}
		}
		if same[g] == nil {
			groups = append(groups, g)
		}
		same[g] = append(same[g], s)
		parts[s] = units[u]
	}
	for _, g := range groups {
		if len(same[g]) <= told {
			p.stories = append(p.stories, same[g]...)
			continue
		}
		sum := newStory(ReadMixed)
		if g.mistyped {
			sum.reading = ReadMistyped
		}
		sum.units = len(same[g])
		for _, s := range same[g] {
			p.claim(sum, parts[s])
		}
		maps.DeleteFunc(sum.users, func(user string, _ int) bool { return strings.HasPrefix(user, agentMark) })
		p.stories = append(p.stories, sum)
	}
}

// prompted are the second steps that nobody fails who has a phone in hand.
const prompted = 10

// fewTries are what somebody makes who mistypes.
const fewTries = 5

// alone is the story of one account or program. What hammers from many
// addresses is a program on many machines; else somebody guesses.
func (p *plotter) alone(list []duo, hammers bool) *story {
	s := newStory(ReadMixed)
	p.claim(s, list)
	mistyped := true
	s.program = true
	for _, d := range list {
		_, source := p.names(d)
		s.program = s.program && (!outer(source) || p.before(d))
		one := p.pairs.list[d]
		s.every = max(s.every, one.every())
		mistyped = mistyped && p.pairs.main(one).cause == "wrong_credentials" && p.gotInAfter(d) != nil && (one.count <= fewTries || one.successes > one.count/4)
	}
	s.works, s.ended = p.works(list), p.ended(s, list)
	cause := most(s.causes)
	switch {
	case mistyped:
		s.reading = ReadMistyped
	case s.works:
	case cause == "mfa_failed" && s.count >= prompted && !s.program && s.causes[cause] == s.count && !s.nameless():
		s.reading, s.prompts = ReadKnown, true
	case family(cause) == guessFamily && len(s.sources) >= crowd && !hammers:
		s.reading, s.spread = ReadGuessing, true
	case !wrongSecret(cause):
		s.reading = ReadRefused
	case s.count >= minSpike:
		s.reading = ReadHammer
	}
	return s
}

// kind is what a story is mostly of.
func (s *story) kind() kind {
	cause := most(s.causes)
	best, n := kind{cause, ""}, 0
	for k, m := range s.kinds {
		if k.cause == cause && (m > n || m == n && k.system < best.system) {
			best, n = k, m
		}
	}
	return best
}

// gotInAfter is the success of an account behind its last failure at a source;
// nil when there is none.
func (p *plotter) gotInAfter(d duo) *hit {
	user, source := p.names(d)
	h, one := p.hits.list[source][user], p.pairs.list[d]
	switch {
	case h == nil || h.step:
	case h.last.IsZero() || one.latest == 0:
		if one.successes > 0 {
			return h
		}
	case h.last.Unix() >= one.latest:
		return h
	}
	return nil
}

// ended is the first success that is known behind the last failure of a story.
func (p *plotter) ended(s *story, list []duo) *arrival {
	for _, d := range list {
		h := p.gotInAfter(d)
		if h == nil || !h.last.IsZero() && h.last.Before(s.last) {
			continue
		}
		at := h.last
		if !h.next.IsZero() && !h.next.Before(s.last) {
			at = h.next
		}
		user, source := p.names(d)
		return &arrival{user: user, source: source, at: at}
	}
	return nil
}

// works reports whether most of what failed works as well.
func (p *plotter) works(list []duo) bool {
	all, well := 0, 0
	for _, d := range list {
		one := p.pairs.list[d]
		all += int(one.count)
		if one.successes > one.count/4 {
			well += int(one.count)
		}
	}
	return 2*well > all
}

// gotIn counts the pairs that failed and got in as well.
func (p *plotter) gotIn(list []duo) int {
	n := 0
	for _, d := range list {
		if user, source := p.names(d); p.hits.list[source][user] != nil {
			n++
		}
	}
	return n
}

// claimedBefore tells what the stories so far have.
func (p *plotter) claimedBefore() func(plot) bool {
	type key struct{ user, source string }
	sources, duos := map[string]bool{}, map[key]bool{}
	for _, s := range p.stories {
		for source := range s.sources {
			if s.reading == ReadSpray || s.reading == ReadBrute {
				sources[source] = true
				continue
			}
			for user := range s.users {
				duos[key{user, source}] = true
			}
		}
	}
	return func(o plot) bool { return sources[o.source] || duos[key{o.user, o.source}] }
}
