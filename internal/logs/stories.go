package logs

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// A story is a part of the failures that has one explanation. A log often
// holds several: an attacker who guesses, and a program with an old secret.
type story struct {
	reading        string
	count          int
	causes         map[string]int
	kinds          map[kind]int // the causes, by who told of them
	users, sources map[string]int
	units          int      // parts of it that have nothing to do with each other; 0 where it is one
	works          bool     // what failed works as well
	ended          *arrival // the account got in behind the last failure
	first, last    time.Time
	every          time.Duration
	more           bool            // there are more users and sources than were counted apart
	certain        map[string]bool // its sources that only an attacker can be at
	prompts        bool            // second steps that were refused, one after the other
	spread         bool            // somebody tries from everywhere: who gets in then from a new place may be them
	others, moved  int             // accounts that got in, of whom nothing is known
	tried          bool            // the first who may be the attacker got in from where it was refused
	lapsed         bool            // its accounts got in from there before
	program        bool            // it is at a place where the account got in before, or in an inner network
	spike          *Spike          // of what is left, when it made the reading
}

func newStory(reading string) *story {
	return &story{reading: reading, causes: map[string]int{}, kinds: map[kind]int{}, users: map[string]int{}, sources: map[string]int{}}
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
	fewNames    = 5  // that no person mistypes, and of which none gets in
	hammerTries = 8  // in a rhythm
	hammerLoud  = 20 // without one, and ten times as much as others
	guessTries  = 16
	sureTries   = 20 // at fewer than eight names, that nobody makes who mistypes their own
)

// plotter takes the failures apart. What a story claims is in no other.
type plotter struct {
	*tally
	claimed  map[duo]*story
	bySource map[uint32][]uint32 // users, of sources that can attack
	stories  []*story
}

func (t *tally) plot() *plotter {
	p := &plotter{tally: t, claimed: map[duo]*story{}, bySource: map[uint32][]uint32{}}
	for d := range t.pairs.list {
		if e := t.sources[t.pairs.names[d.source]]; e != nil && e.Count >= several {
			p.bySource[d.source] = append(p.bySource[d.source], d.user)
		}
	}
	p.attackers()
	p.lapsed()
	p.crowds()
	p.hammers()
	p.guessed()
	p.rest()
	return p
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
		p.claimed[d] = s
		one := p.pairs.list[d]
		for i, n := range one.counts {
			if n > 0 {
				k := p.pairs.kinds[one.kinds[i]]
				s.kinds[k] += int(n)
				s.causes[k.cause] += int(n)
			}
		}
	}
}

// judge is the reading of most of what a time holds, as the stories have it.
func (p *plotter) judge(c *cell) string {
	readings, all := map[string]int{}, 0
	for at, n := range c.plots {
		all += n
		if s := p.claimed[duo{p.pairs.number[cut(at.user)], p.pairs.number[cut(at.source)]}]; s != nil {
			readings[s.reading] += n
		}
	}
	switch of := most(readings); {
	case 2*readings[of] <= all, of == ReadMixed, of == ReadMistyped, of == ReadRefused:
		return plainly(c)
	default:
		return of
	}
}

// open are the pairs that no story has.
func (p *plotter) open() []duo {
	var out []duo
	for d := range p.pairs.list {
		if p.claimed[d] == nil {
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
	type hammer struct {
		user  uint32
		cause string
	}
	found, users := map[hammer][]duo{}, map[uint32]bool{}
	for _, d := range open {
		one := p.pairs.list[d]
		user, _ := p.names(d)
		if user == restKey || one.successes > one.count/4 || p.pairs.main(one).cause == "unknown_account" && one.every() == 0 {
			continue
		}
		if one.count >= hammerTries && one.every() > 0 || int(one.count) >= loud {
			h := hammer{d.user, family(p.pairs.main(one).cause)}
			found[h] = append(found[h], d)
			users[d.user] = true
		}
	}
	if len(users) >= crowd {
		return
	}
	for _, h := range slices.SortedFunc(maps.Keys(found), func(a, b hammer) int { return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.cause, b.cause)) }) {
		p.stories = append(p.stories, p.alone(found[h], true))
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
