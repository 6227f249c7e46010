package logs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// An arrival is a sign-in that somebody may have made who guessed.
type arrival struct {
	user, source string
	at           time.Time
	half         bool // only the first step was accepted
	tries        int  // that the account had failed there
	why          why
}

// A why is what tells that a sign-in was an attacker's.
type why int

const (
	fromThere why = iota // it came from an address that attacks
	fromNear             // from one beside many that do
	byNames              // from one where several names were tried first
	byPrompts            // behind second steps that were refused, one after the other
)

func (e arrival) named(name func(kind, key string) string) SignIn {
	return SignIn{User: called(name, e.user), Source: name("source", e.source), At: moment(e.at), HalfWay: e.half}
}

// arrivals are the sign-ins behind a story: an attacker's, an attacker's that
// the second step stopped, those that may be an owner's, and how many are of
// others who share the address.
type arrivals struct {
	whole, half, perhaps []arrival
	others               int
	moved                int // accounts that got in from new places, when they are many
}

func (e *arrivals) take(one arrival) {
	if one.half {
		e.half = append(e.half, one)
	} else {
		e.whole = append(e.whole, one)
	}
}

// signedIn are the sign-ins behind a story. Who got in from there before is
// none of them.
func (p *plotter) signedIn(s *story) arrivals {
	var out arrivals
	for _, source := range slices.Sorted(maps.Keys(s.certain)) {
		p.fromAttacker(s, source, &out)
	}
	if s.spread {
		p.fromElsewhere(s, &out)
	}
	if s.prompts && s.ended != nil {
		out.take(arrival{user: s.ended.user, source: s.ended.source, at: s.ended.at, tries: s.count, why: byPrompts})
	}
	return out
}

// fromAttacker are sign-ins at one address that attacks. Where others got in
// before, and where many get in of an inner address, it is a gateway's: only
// who failed there can have been guessed.
func (p *plotter) fromAttacker(s *story, source string, out *arrivals) {
	var list []arrival
	strangers := 0
	for _, user := range slices.Sorted(maps.Keys(p.hits.list[source])) {
		h := p.hits.list[source][user]
		when, ok := h.behind(p.sources[source].First)
		if !ok {
			continue
		}
		one := arrival{user: user, source: source, at: when, half: h.step}
		if pair := p.pairs.list[duo{p.pairs.number[user], p.pairs.number[source]}]; pair != nil {
			one.tries = int(pair.count)
		} else {
			strangers++
		}
		list = append(list, one)
	}
	shared := p.visited(source) || !outer(source) && strangers >= several
	for _, one := range list {
		switch {
		case shared && one.tries == 0:
			out.others++
		case shared:
			out.perhaps = append(out.perhaps, one)
		case s.certain[source]:
			out.take(one)
		case len(list) == 1 && p.unlike(source, one.user) >= several:
			one.why, one.tries = byNames, p.sources[source].Count
			out.take(one)
		default:
			out.perhaps = append(out.perhaps, one)
		}
	}
}

// unlike counts the names that were refused at a source and that are no typos
// of another one.
func (p *plotter) unlike(source, name string) int {
	n := 0
	for _, u := range p.bySource[p.pairs.number[source]] {
		if user := p.pairs.names[u]; user != name && user != "" && !alike(strings.ToLower(user), strings.ToLower(name)) {
			n++
		}
	}
	return n
}

// fromElsewhere are sign-ins of accounts that are tried from many addresses, at
// places that are new since then. One beside the attacker's is the attacker's.
func (p *plotter) fromElsewhere(s *story, out *arrivals) {
	if s.first.IsZero() {
		return
	}
	area := quarterOf(s.sources)
	for _, source := range slices.Sorted(maps.Keys(p.hits.list)) {
		users := p.hits.list[source]
		if !outer(source) || arrived(users, s.first) {
			continue
		}
		for _, user := range slices.Sorted(maps.Keys(users)) {
			h, near := users[user], area.near(source)
			if s.users[user] == 0 || !near && (len(users) > 1 || h.step) {
				continue
			}
			one := arrival{user: user, source: source, at: h.first, half: h.step, why: fromNear}
			if near {
				out.take(one)
			} else {
				out.perhaps = append(out.perhaps, one)
			}
		}
	}
	if len(out.perhaps) > max(several, len(s.users)/4) { // people move about
		out.moved, out.perhaps = len(out.perhaps), nil
	}
}

// arrived reports whether anybody got in until then.
func arrived(users map[string]*hit, until time.Time) bool {
	for _, h := range users {
		if h.first.IsZero() || !h.first.After(until) {
			return true
		}
	}
	return false
}

// taken is the finding about accounts that an attacker got into.
func (t *tally) taken(reading string, list []arrival, of Finding, name func(kind, key string) string) []Finding {
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b arrival) int { return a.at.Compare(b.at) })
	users, sources, in := map[string]bool{}, map[string]bool{}, []SignIn{}
	for _, one := range list {
		s := one.named(name)
		users[s.User], sources[s.Source] = true, true
		in = append(in, s)
	}
	f := Finding{
		Reading: reading, Cause: of.Cause, Count: of.Count, Users: len(users), Sources: len(sources),
		First: in[0].At, Last: in[len(in)-1].At, SignedIn: in[:min(len(in), shownSignIns)],
	}
	if f.Users == 1 {
		f.User = in[0].User
	}
	if f.Sources == 1 {
		f.Source = in[0].Source
	}
	f.Summary, f.Next.Text = wordsTaken(reading, list[0], in[0], f.Users, t.Now.Location())
	return []Finding{f}
}

func wordsTaken(reading string, one arrival, in SignIn, users int, zone *time.Location) (summary, next string) {
	who, when := orUnnamed(in.User, "Somebody whom the log does not name"), atTime(in.At, zone)
	if strings.HasPrefix(one.user, agentMark) {
		who = "Somebody whom the log does not name (" + in.User + ")"
	}
	from := "the attacking address " + in.Source + when
	switch one.why {
	case fromNear:
		from = in.Source + when + ", beside the addresses that attack"
	case byNames:
		from = in.Source + when + ", after " + fmt.Sprintf("%d tries at several names there", one.tries)
	case byPrompts:
		from = in.Source + when + ", after " + number(one.tries, "second step") + " that were refused there. Whoever asked knew the password, and asked until somebody said yes"
	}
	if one.why == fromThere && one.tries >= sureTries {
		from += fmt.Sprintf(", after %d refused tries", one.tries)
	}
	if reading == ReadKnown {
		summary = fmt.Sprintf("The first step of %s was accepted at %s; the second step stopped it.", who, from)
		next = "Take the password as known to the attacker: change it now, and check that no second step was added that its owner does not know. Then block the address."
	} else {
		summary = fmt.Sprintf("%s signed in from %s.", who, from)
		next = "Treat the account as taken over: sign it out everywhere, change its password and its keys, and look at what was done with it since. Then block the address."
	}
	if one.why == byNames || one.why == byPrompts {
		if before := unless[reading]; before != "" {
			next = before + lower(next)
		}
	}
	if users > 1 {
		summary += fmt.Sprintf(" So did %s more.", number(users-1, "account"))
		next = strings.NewReplacer("the account as", "each account as", "sign it out", "sign each out", "the password as", "each password as", "change it now", "change each now").Replace(next)
	}
	return summary, next
}

// unless is what could be otherwise, where few tries tell of an attacker.
var unless = map[string]string{ReadTaken: "Ask its owner at once. Unless these tries were theirs, "}

func atTime(at *time.Time, zone *time.Location) string {
	if at == nil {
		return ""
	}
	return " at " + stamp(*at, zone)
}
