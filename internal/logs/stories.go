package logs

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// A story is a part of the failures that has one explanation. A log often
// holds several: an attacker who guesses, and a program with an old secret.
type story struct {
	reading        string
	count          int
	causes         map[string]int
	users, sources map[string]int
	first, last    time.Time
	every          time.Duration
	more           bool            // there are more users and sources than were counted apart
	certain        map[string]bool // its sources that only an attacker can be at
	spike          *Spike          // of what is left, when it made the reading
}

func newStory(reading string) *story {
	return &story{reading: reading, causes: map[string]int{}, users: map[string]int{}, sources: map[string]int{}}
}

func (s *story) scene() scene { return scene{s.count, s.causes, s.users, s.sources} }

// add takes failures of a pair in.
func (s *story) add(user, source string, p *pair) {
	n := int(p.count)
	s.count += n
	s.more = s.more || user == restKey || source == restKey
	if user != "" && user != restKey {
		s.users[user] += n
	}
	if source != "" && source != restKey {
		s.sources[source] += n
	}
	if p.first == 0 {
		return
	}
	if at := time.Unix(p.first, 0).UTC(); s.first.IsZero() || at.Before(s.first) {
		s.first = at
	}
	if at := time.Unix(p.latest, 0).UTC(); at.After(s.last) {
		s.last = at
	}
}

// Limits of what makes a story of its own.
const (
	hammerTries = 8  // in a rhythm
	hammerLoud  = 20 // without one, and ten times as much as others
	guessTries  = 16
	sureTries   = 20 // at fewer than eight names, that nobody makes who mistypes their own
)

// plotter takes the failures apart. What a story claims is in no other.
type plotter struct {
	*tally
	claimed  map[duo]bool
	bySource map[uint32][]uint32 // users, of sources that can attack
	stories  []*story
}

func (t *tally) plot() []*story {
	p := &plotter{tally: t, claimed: map[duo]bool{}, bySource: map[uint32][]uint32{}}
	for d := range t.pairs.list {
		if e := t.sources[t.pairs.names[d.source]]; e != nil && e.Count >= minSpike {
			p.bySource[d.source] = append(p.bySource[d.source], d.user)
		}
	}
	p.attackers()
	p.hammers()
	p.guessed()
	p.rest()
	return p.stories
}

func (p *plotter) names(d duo) (user, source string) {
	return p.pairs.names[d.user], p.pairs.names[d.source]
}

// claim makes a story of pairs. The causes are those of its sources when it
// has all that failed there, else they are told by the pairs.
func (p *plotter) claim(s *story, list []duo) {
	for _, d := range list {
		user, source := p.names(d)
		s.add(user, source, p.pairs.list[d])
		p.claimed[d] = true
		if cause := p.pairs.list[d].cause; cause != "" {
			s.causes[cause] += int(p.pairs.list[d].count)
		}
	}
}

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
	switch {
	case name == "" || name == restKey || len(s.users) < several || guesses(s) < guessShare || got > max(1, len(s.users)/4):
		return ""
	case len(s.users) >= crowd && mean(s.users) <= triesEach:
		return ReadSpray
	case share(s, "unknown_account") >= 0.2, s.count >= 10*several && guesses(s) >= 0.9 && mean(s.users) > 3:
		return ReadBrute
	}
	return ""
}

func (p *plotter) attackers() {
	found := map[string][]duo{}
	for source, users := range p.bySource {
		if kind := p.attack(source); kind != "" {
			for _, u := range users {
				found[kind] = append(found[kind], duo{u, source})
			}
		}
	}
	for _, kind := range []string{ReadSpray, ReadBrute} {
		if len(found[kind]) == 0 {
			continue
		}
		s := newStory(kind)
		p.claim(s, found[kind])
		s.count, s.causes = 0, map[string]int{} // a source's own counts are whole
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
		p.stories = append(p.stories, s)
	}
}

// open are the pairs that no story has.
func (p *plotter) open() []duo {
	var out []duo
	for d := range p.pairs.list {
		if !p.claimed[d] {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b duo) int { return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.source, b.source)) })
	return out
}

// hammers finds programs with an old secret: one account, one place or a few,
// in a rhythm or without end. Where many do it at once, the service is broken
// and not the programs.
func (p *plotter) hammers() {
	open := p.open()
	loud := max(hammerLoud, 10*p.usual(open))
	found := map[uint32][]duo{}
	for _, d := range open {
		one := p.pairs.list[d]
		user, _ := p.names(d)
		if user == restKey || one.successes > one.count/4 || one.cause == "unknown_account" && one.every() == 0 {
			continue
		}
		if one.count >= hammerTries && one.every() > 0 || int(one.count) >= loud {
			found[d.user] = append(found[d.user], d)
		}
	}
	if len(found) >= crowd {
		return
	}
	for _, user := range slices.Sorted(maps.Keys(found)) {
		s := newStory(ReadHammer)
		p.claim(s, found[user])
		for _, d := range found[user] {
			s.every = max(s.every, p.pairs.list[d].every())
		}
		p.stories = append(p.stories, s)
	}
}

// usual is how often a pair fails: the median.
func (p *plotter) usual(open []duo) int {
	counts := make([]float64, len(open))
	for i, d := range open {
		counts[i] = float64(p.pairs.list[d].count)
	}
	return int(middle(counts))
}

// guessed finds accounts that are tried from many addresses.
func (p *plotter) guessed() {
	byUser, sums := map[uint32][]duo{}, map[uint32]int{}
	for _, d := range p.open() {
		if user, source := p.names(d); user != "" && user != restKey && user[0] != agentMark[0] && source != "" {
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
		p.claim(s, list)
		if guesses(s.scene()) < guessShare {
			s.reading = ReadMixed
		}
		p.stories = append(p.stories, s)
	}
}

// rest reads what is left as a whole: everybody, one gateway, or no pattern.
func (p *plotter) rest() {
	s, open := newStory(ReadMixed), p.open()
	shared, works := p.gotIn(open) > len(open)/4, p.works(open)
	p.claim(s, open)
	maps.DeleteFunc(s.users, func(user string, _ int) bool { return strings.HasPrefix(user, agentMark) }) // a browser is nobody
	told := 0
	for _, other := range p.stories {
		told += other.count
	}
	s.count = p.failures - told
	if s.count <= 0 {
		return
	}
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
	claimed := p.claimedBefore()
	left := p.series.without(claimed)
	first, last := left.span(p.from, p.to)
	buckets := left.buckets(first, last)
	s.reading = read(s.scene())
	if s.reading == ReadEveryone && !quietBefore(buckets) && guesses(s.scene()) >= guessShare {
		s.reading = ReadMixed // people mistype all the time; only a beginning makes it a fault of the service
	}
	spikes := left.spikes(buckets, first)
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
	if works && s.reading == ReadHammer {
		s.reading, s.spike = ReadMixed, nil // what works as well has the right secret
	}
	p.stories = append(p.stories, s)
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
