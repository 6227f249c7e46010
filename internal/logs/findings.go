package logs

import (
	"cmp"
	"fmt"
	"maps"
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
func (t *tally) findings(name func(kind, key string) string) []Finding {
	out := []Finding{}
	for _, s := range t.plot() {
		f := t.finding(s, name)
		if s.certain != nil {
			whole, half := t.signedIn(s, name)
			out = append(out, t.taken(ReadTaken, whole, f)...)
			out = append(out, t.taken(ReadKnown, half, f)...)
		}
		f.Summary, f.Next = t.words(f, s)
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(gravity(a), gravity(b)), cmp.Compare(b.Count, a.Count))
	})
	return out
}

// gravity is the rank of a reading. One who is refused is as grave as what has
// no pattern: the larger one comes first.
func gravity(f Finding) int {
	if f.Reading == ReadRefused {
		return slices.Index(Readings, ReadMixed)
	}
	return slices.Index(Readings, f.Reading)
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
	switch {
	case s.reading == ReadGuessing:
		f.SignedIn = t.perhaps(s, name)
	case s.ended != nil && s.units == 0:
		one := *s.ended
		one.User, one.Source = called(name, one.User), name("source", one.Source)
		f.SignedIn = append(f.SignedIn, one)
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

// signedIn are the accounts that signed in from addresses that attack, after
// they began to. Who signed in from there before is none of them.
func (t *tally) signedIn(s *story, name func(kind, key string) string) (whole, half []SignIn) {
	for _, source := range slices.Sorted(maps.Keys(s.sources)) {
		users := t.hits.list[source]
		if !s.certain[source] {
			continue
		}
		for _, user := range slices.Sorted(maps.Keys(users)) {
			at, ok := users[user].behind(t.sources[source].First)
			if !ok {
				continue
			}
			one := SignIn{User: name("user", user), Source: name("source", source), At: moment(at), HalfWay: users[user].step}
			if one.HalfWay {
				half = append(half, one)
			} else {
				whole = append(whole, one)
			}
		}
	}
	return whole, half
}

// perhaps are sign-ins of an account from an address where it had failed: by
// whoever guessed it, or by its owner.
func (t *tally) perhaps(s *story, name func(kind, key string) string) []SignIn {
	out := []SignIn{}
	for _, source := range slices.Sorted(maps.Keys(s.sources)) {
		for user := range s.users {
			h := t.hits.list[source][user]
			if h == nil || h.step || len(out) >= shownSignIns {
				continue
			}
			if at, ok := h.behind(t.sources[source].First); ok {
				out = append(out, SignIn{User: name("user", user), Source: name("source", source), At: moment(at), Possible: true})
			}
		}
	}
	return out
}

// taken is the finding about accounts that an attacker got into.
func (t *tally) taken(reading string, list []SignIn, of Finding) []Finding {
	if len(list) == 0 {
		return nil
	}
	users, sources := map[string]bool{}, map[string]bool{}
	for _, s := range list {
		users[s.User], sources[s.Source] = true, true
	}
	slices.SortStableFunc(list, func(a, b SignIn) int {
		switch {
		case a.At == nil || b.At == nil:
			return 0
		}
		return a.At.Compare(*b.At)
	})
	f := Finding{
		Reading: reading, Cause: of.Cause, Count: of.Count, Users: len(users), Sources: len(sources),
		First: list[0].At, Last: list[len(list)-1].At, SignedIn: list[:min(len(list), shownSignIns)],
	}
	if f.Users == 1 {
		f.User = list[0].User
	}
	if f.Sources == 1 {
		f.Source = list[0].Source
	}
	f.Summary, f.Next.Text = wordsTaken(reading, list, f.Users, t.Now.Location())
	return []Finding{f}
}

func wordsTaken(reading string, list []SignIn, users int, zone *time.Location) (summary, next string) {
	first := list[0]
	if reading == ReadKnown {
		summary = fmt.Sprintf("The first step of %s was accepted at the attacking address %s%s; the second step stopped it.", inSentence(first.User), first.Source, atTime(first.At, zone))
		next = "Take the password as known to the attacker: change it now, and check that no second step was added that its owner does not know. Then block the address."
	} else {
		summary = fmt.Sprintf("%s signed in from the attacking address %s%s.", inSentence(first.User), first.Source, atTime(first.At, zone))
		next = "Treat the account as taken over: sign it out everywhere, change its password and its keys, and look at what was done with it since. Then block the address."
	}
	if users > 1 {
		summary += fmt.Sprintf(" So did %s more.", number(users-1, "account"))
		next = strings.NewReplacer("the account as", "each account as", "sign it out", "sign each out", "the password as", "each password as", "change it now", "change each now").Replace(next)
	}
	return summary, next
}

func atTime(at *time.Time, zone *time.Location) string {
	if at == nil {
		return ""
	}
	return " at " + stamp(*at, zone)
}
