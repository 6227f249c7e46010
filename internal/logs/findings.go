package logs

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Finding is one thing that a log tells, with what to do about it.
type Finding struct {
	Reading  string     `json:"reading"` // one of Readings
	Cause    string     `json:"cause"`   // the most frequent one
	Count    int        `json:"count"`   // failures
	Users    int        `json:"users"`   // how many
	Sources  int        `json:"sources"`
	User     string     `json:"user"`   // when it is one
	Source   string     `json:"source"` // when it is one
	First    *time.Time `json:"first"`
	Last     *time.Time `json:"last"`
	Every    int        `json:"every_seconds"` // between two tries; 0 when there is no rhythm
	SignedIn []SignIn   `json:"signed_in"`
	Summary  string     `json:"summary"`
	Next     Next       `json:"next"`

	doubtful bool // a sign-in may be that of somebody who guessed
}

// A SignIn is a success from where others failed.
type SignIn struct {
	User     string     `json:"user"`
	Source   string     `json:"source"`
	At       *time.Time `json:"at"`
	HalfWay  bool       `json:"second_step_missing"` // only the first step was accepted
	Possible bool       `json:"possibly_theirs"`     // it may have been the account's owner
}

// shownSignIns bounds how many are listed in a finding.
const shownSignIns = 100

// findings tells the stories, the gravest first, and of the same weight the
// largest.
func (p *plotter) findings(name func(kind, key string) string) []Finding {
	out := []Finding{}
	stopped := map[SignIn]bool{}
	for _, s := range p.stories {
		f := p.finding(s, name)
		in := p.signedIn(s)
		out = append(out, p.taken(ReadTaken, in.whole, f, name)...)
		out = append(out, p.taken(ReadKnown, in.half, f, name)...)
		for _, one := range in.half {
			stopped[SignIn{User: one.user, Source: one.source}] = true
		}
		for _, one := range in.perhaps {
			may := one.named(name)
			may.Possible = true
			f.SignedIn = append(f.SignedIn, may)
		}
		s.others, s.moved, s.tried = in.others, in.moved, len(in.perhaps) > 0 && s.sources[in.perhaps[0].source] > 0
		f.Summary, f.Next = p.words(f, s)
		if stopped[SignIn{User: most(s.users), Source: most(s.sources)}] && len(s.users) == 1 && len(s.sources) == 1 {
			f.Next = Next{Text: "Do nothing for it but what is said of the attack."}
		}
		f.doubtful = f.Reading == ReadHammer && s.ended != nil && !s.program || len(in.perhaps) > 0
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(gravity(a), gravity(b)), cmp.Compare(b.Count, a.Count))
	})
	return out
}

// gravity is the rank of a finding. One who is refused is as grave as what has
// no pattern: the larger one comes first. Whose account may be taken over comes
// before all that nobody got in by.
func gravity(f Finding) int {
	rank := slices.Index(Readings, f.Reading)
	switch {
	case f.Reading == ReadRefused:
		rank = slices.Index(Readings, ReadMixed)
	case f.doubtful:
		return 2*slices.Index(Readings, ReadKnown) + 1
	}
	return 2 * rank
}

func (t *tally) finding(s *story, name func(kind, key string) string) Finding {
	f := Finding{
		Reading: s.reading, Cause: most(s.causes), Count: s.count, Users: len(s.users), Sources: len(s.sources),
		First: moment(s.first), Last: moment(s.last), Every: int(s.every.Seconds()), SignedIn: []SignIn{},
	}
	if s.spike != nil {
		f.Cause = s.spike.Cause
	}
	if f.Users == 1 {
		f.User = called(name, most(s.users))
	}
	if f.Sources == 1 {
		f.Source = name("source", most(s.sources))
	}
	if s.ended != nil && s.units == 0 && !s.spread && !s.prompts && s.certain == nil {
		may := s.ended.named(name)
		may.Possible = true
		f.SignedIn = append(f.SignedIn, may)
	}
	return f
}

// called is the name of an account, or of the program that names none.
func called(name func(kind, key string) string, who string) string {
	if agent, ok := strings.CutPrefix(who, agentMark); ok {
		return plain(agent)
	}
	return name("user", who)
}
