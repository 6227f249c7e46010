package logs

import (
	"maps"
	"slices"
)

// sourceScene is what failed at one source.
func (p *plotter) sourceScene(source uint32) scene {
	name := p.pairs.names[source]
	out := scene{p.sources[name].Count, map[string]int{}, map[string]int{}, map[string]int{name: p.sources[name].Count}}
	for _, c := range slices.Sorted(maps.Keys(p.causes)) {
		if n := p.reasons[reason{name, c}]; n > 0 {
			out.causes[c] = n
		}
	}
	for _, u := range p.bySource[source] {
		out.users[p.pairs.names[u]] = int(p.pairs.list[duo{u, source}].count)
	}
	return out
}

// attack tells an address that guesses from one that people share: behind that
// one, most get in.
func (p *plotter) attack(source uint32) string {
	name := p.pairs.names[source]
	s := p.sourceScene(source)
	delete(s.users, "")
	got := len(p.hits.list[name])
	strange := outer(name) && !p.visited(name)
	switch {
	case name == "" || name == restKey || len(s.users) < several || guesses(s) < guessShare || got > max(1, len(s.users)/4):
		return ""
	case len(s.users) >= crowd && mean(s.users) <= triesEach:
		return ReadSpray
	case strange && got <= 1 && (len(s.users) >= fewNames || wantedNames(s.users) >= several):
		return ReadBrute
	case share(s, "unknown_account") >= 0.2 && (s.count >= minSpike || strange && got <= 1 && len(s.users) > several), s.count >= 10*several && guesses(s) >= 0.9 && mean(s.users) > 3:
		return ReadBrute
	}
	return ""
}

// assault tells somebody who guesses one account's password at one address from
// its owner and from a program: from out there, where nobody got in before, and
// as only who guesses tries.
func (p *plotter) assault(d duo) bool {
	user, source := p.names(d)
	one := p.pairs.list[d]
	cause := p.pairs.main(one).cause
	if one.count < sureTries || one.machine || family(cause) != guessFamily || user == restKey || !outer(source) || p.visited(source) {
		return false
	}
	nameless := unnamed(user)
	return !nameless && one.fast() || one.every() == 0 && (cause == "unknown_account" || famous(user)) || nameless && one.form
}

// attackers finds the addresses that guess.
func (p *plotter) attackers() {
	found, whole := map[string][]duo{}, map[uint32]bool{}
	for source, users := range p.bySource {
		if kind := p.attack(source); kind != "" {
			whole[source] = true
			for _, u := range users {
				found[kind] = append(found[kind], duo{u, source})
			}
		}
	}
	var alone []duo
	for d := range p.pairs.list {
		if !whole[d.source] && p.assault(d) {
			alone = append(alone, d)
		}
	}
	alone = append(alone, p.joiners(found, alone)...)
	for _, kind := range []string{ReadSpray, ReadBrute} {
		if len(found[kind]) == 0 && (kind != ReadBrute || len(alone) == 0) {
			continue
		}
		s := newStory(kind)
		p.claim(s, found[kind])
		p.whole(s)
		if kind == ReadBrute {
			p.claim(s, alone)
			for _, d := range alone {
				s.certain[p.pairs.names[d.source]] = true
				if len(alone) == 1 {
					s.every = p.pairs.list[d].every()
				}
			}
		}
		p.stories = append(p.stories, s)
	}
}

// joiners are tries at names that several attackers try, from addresses where
// nobody ever got in: at a name that nobody has, or often at one that is tried
// everywhere.
func (p *plotter) joiners(found map[string][]duo, alone []duo) []duo {
	taken, names := map[duo]bool{}, map[uint32]int{}
	for _, list := range [][]duo{found[ReadSpray], found[ReadBrute], alone} {
		for _, d := range list {
			taken[d] = true
			names[d.user]++
		}
	}
	var out []duo
	for d, one := range p.pairs.list {
		user, source := p.names(d)
		if taken[d] || names[d.user] < several || unnamed(user) || user == restKey || one.machine || !outer(source) || len(p.hits.list[source]) > 0 {
			continue
		}
		cause := p.pairs.main(one).cause
		if cause == "unknown_account" || one.count >= minSpike && one.every() == 0 && famous(user) && family(cause) == guessFamily {
			out = append(out, d)
		}
	}
	return out
}

// whole gives a story what its sources counted, which is all of it.
func (p *plotter) whole(s *story) {
	s.count, s.causes = 0, map[string]int{}
	s.certain = map[string]bool{}
	for source := range s.sources {
		names := len(p.bySource[p.pairs.number[source]])
		s.certain[source] = names >= crowd || p.sources[source].Count >= sureTries
		s.sources[source] = p.sources[source].Count
		s.count += p.sources[source].Count
		for c := range p.causes {
			if n := p.reasons[reason{source, c}]; n > 0 {
				s.causes[c] += n
			}
		}
	}
}
