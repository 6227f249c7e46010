package logs

import (
	"maps"
	"slices"
)

// few are the tries that an address makes which is one of many.
const few = 10

// crowds finds accounts that are tried from many addresses, a few times from
// each. People fail where they got in before, or get in after it, and from a
// place or two; an attacker's addresses never get in, and are many for each account.
func (p *plotter) crowds() {
	var list []duo
	for _, d := range p.open() {
		one := p.pairs.list[d]
		user, source := p.names(d)
		if user == restKey || !outer(source) || one.machine || one.count > few || family(p.pairs.main(one).cause) != guessFamily || len(p.hits.list[source]) > 0 {
			continue
		}
		list = append(list, d)
	}
	var named, nameless []duo
	for _, d := range list {
		if user, _ := p.names(d); unnamed(user) {
			nameless = append(nameless, d)
		} else {
			named = append(named, d)
		}
	}
	if !p.swarms(named) {
		named = nil
	}
	if places := len(p.placesOf(nameless)); places < 2*crowd || places < 4*p.letIn() {
		nameless = nil
	}
	if all := append(named, nameless...); len(all) > 0 {
		s := newStory(ReadSpray)
		s.spread = true
		p.claim(s, all)
		maps.DeleteFunc(s.users, func(user string, _ int) bool { return unnamed(user) })
		p.stories = append(p.stories, s)
	}
}

// letIn is at how many places somebody got in of whom a page's log has no name.
func (p *plotter) letIn() int {
	n := 0
	for _, users := range p.hits.list {
		for user := range users {
			if unnamed(user) {
				n++
				break
			}
		}
	}
	return n
}

// placesOf are the sources of pairs, and how many accounts failed at each.
func (p *plotter) placesOf(list []duo) map[uint32]int {
	out := map[uint32]int{}
	for _, d := range list {
		out[d.source]++
	}
	return out
}

// swarms reports whether addresses that never get in try many accounts, and
// too many addresses each to be those of people.
func (p *plotter) swarms(list []duo) bool {
	names, unknown, all := map[uint32]bool{}, 0, 0
	for _, d := range list {
		names[d.user] = true
		one := p.pairs.list[d]
		all += int(one.count)
		if p.pairs.main(one).cause == "unknown_account" {
			unknown += int(one.count)
		}
	}
	places := len(p.placesOf(list))
	switch {
	case len(names) < several || places < 2*crowd:
		return false
	case p.stopped(list, names):
		return false
	}
	return places >= several*len(names) || len(names) >= crowd && 5*unknown >= all
}

// stopped reports whether people got in until these failures began, and nobody
// since: that is a fault of the service.
func (p *plotter) stopped(list []duo, names map[uint32]bool) bool {
	began := p.beginning(list)
	if began == 0 {
		return false
	}
	before, after := 0, 0
	for _, users := range p.hits.list {
		for user, h := range users {
			if !names[p.pairs.number[user]] || h.first.IsZero() {
				continue
			}
			if h.last.Unix() > began {
				after++
			} else {
				before++
			}
		}
	}
	return before >= crowd && 2*before >= len(names) && 4*after <= before
}

// beginning is when half of the pairs had begun to fail.
func (p *plotter) beginning(list []duo) int64 {
	var times []int64
	for _, d := range list {
		if at := p.pairs.list[d].first; at != 0 {
			times = append(times, at)
		}
	}
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// lapsed finds accounts that got in from where they now fail, when nearly all
// do: it is not them who forgot.
func (p *plotter) lapsed() {
	var list []duo
	names := map[uint32]bool{}
	for _, d := range p.open() {
		user, _ := p.names(d)
		if unnamed(user) || user == restKey || family(p.pairs.main(p.pairs.list[d]).cause) != guessFamily {
			continue
		}
		if p.before(d) && p.gotInAfter(d) == nil {
			list = append(list, d)
			names[d.user] = true
		}
	}
	if len(names) < crowd || !p.stopped(list, names) {
		return
	}
	s := newStory(ReadEveryone)
	s.lapsed = true
	p.claim(s, list)
	p.stories = append(p.stories, s)
}

// guessed finds accounts that are tried from many addresses.
func (p *plotter) guessed() {
	byUser, sums := map[uint32][]duo{}, map[uint32]int{}
	for _, d := range p.open() {
		if user, source := p.names(d); !unnamed(user) && user != restKey && source != "" {
			byUser[d.user] = append(byUser[d.user], d)
			sums[d.user] += int(p.pairs.list[d].count)
		}
	}
	counts := make([]float64, 0, len(sums))
	for _, n := range sums {
		counts = append(counts, float64(n))
	}
	usual := int(middle(counts))
	for _, user := range slices.Sorted(maps.Keys(byUser)) {
		list := byUser[user]
		if len(list) < crowd || sums[user] < max(guessTries, 5*usual) {
			continue
		}
		s := newStory(ReadGuessing)
		s.spread = true
		p.claim(s, list)
		if guesses(s.scene()) < guessShare {
			s.reading = ReadRefused
		}
		p.stories = append(p.stories, s)
	}
}
