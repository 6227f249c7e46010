package logs

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// wordsOfOne says what happened to one account or program, or to several, each
// by itself. Only a wrong name or secret tells of one who mistypes, or of an
// old secret; for any other cause, what explain knows of it is the advice.
func (t *tally) wordsOfOne(f Finding, s *story, m meaning) (summary string, next Next) {
	zone := t.Now.Location()
	if s.units > 0 || f.Reading == ReadMixed && s.count > 1 && len(s.kinds) == 0 {
		return wordsOfSeveral(f, s, m)
	}
	who, place := subject(f, s), ""
	if f.Sources > 0 {
		place = " from " + orUnnamed(f.Source, number(f.Sources, "address"))
	}
	next = m.advice()
	switch f.Reading {
	case ReadMistyped:
		summary = fmt.Sprintf("%s was refused %s%s, and then got in%s: a typo.", who, times(f.Count), place, s.later())
		return summary, Next{Text: "Nothing has to be done."}
	case ReadHammer:
		summary = fmt.Sprintf("%s fails again and again%s: %s%s.", who, place, times(f.Count), rhythm(f.Every))
		why, next := wordsOfHammer(f, s, m)
		return summary + why + s.mended(zone), next
	case ReadKnown:
		summary = fmt.Sprintf("%s is refused %s%s%s: %s. The password was right each time, so whoever asked knew it.", who, times(f.Count), place, rhythm(f.Every), m.title)
		next.Text = "Ask its owner whether they started these sign-ins. If not, somebody else has the password: change it now, sign the account out everywhere, and say yes to no prompt. If they did: " + lower(m.next)
		return summary, next
	default:
		summary = fmt.Sprintf("%s is refused %s%s%s%s.", who, times(f.Count), place, rhythm(f.Every), reasonOf(f, s, m))
		if s.works && s.ended == nil {
			summary += " It gets in there as well."
		}
	}
	return summary + s.mended(zone), next
}

// wordsOfSeveral is of those who have nothing in common but the cause.
func wordsOfSeveral(f Finding, s *story, m meaning) (summary string, next Next) {
	who := number(f.Users, "account")
	if f.Users == 0 {
		who = number(max(s.units, f.Sources), "program") + " or people who give no name"
	}
	switch {
	case f.Reading == ReadMistyped:
		return fmt.Sprintf("%s were refused %s in all, and each got in after that: typos.", who, times(f.Count)), Next{Text: "Nothing has to be done."}
	case s.units == 0 && s.more && f.Users == 0 && f.Sources == 0:
		return fmt.Sprintf("%s of names and addresses that came a few times each and were too many to count apart.", number(f.Count, "failure")), Next{Text: "Read the log in parts, such as a day each, to see them apart."}
	case s.units == 0:
		return fmt.Sprintf("%s without a common pattern.", number(f.Count, "failure")), m.advice()
	}
	from := ""
	if f.Sources > 0 {
		from = ", from " + number(f.Sources, "address")
	}
	return fmt.Sprintf("%s are refused, each by itself, %s in all%s%s.", who, times(f.Count), from, reasonOf(f, s, m)), m.advice()
}

// advice is what explain says to do.
func (m meaning) advice() Next {
	if m.next == "" {
		return Next{Text: "Look at what the program itself logs at that time, and ask those people what they see.", Playbook: m.playbook}
	}
	return Next{Text: m.next, Actor: m.actor, Playbook: m.playbook}
}

// reasonOf is the reason, and of how many when it is not of all.
func reasonOf(f Finding, s *story, m meaning) string {
	if f.Cause == unknownCause || m.title == "" {
		return "; the log does not say why"
	}
	if n := s.causes[f.Cause]; n > 0 && n < f.Count {
		return fmt.Sprintf(": %s (%d of them)", m.title, n)
	}
	return ": " + m.title
}

// nameless reports whether a story is of somebody who names no account.
func (s *story) nameless() bool {
	return len(s.users) == 0 || strings.HasPrefix(most(s.users), agentMark)
}

// subject is who it is about.
func subject(f Finding, s *story) string {
	switch {
	case f.User == "" && f.Count < minSpike:
		return "Somebody who gives no name"
	case f.User == "":
		return "A program that names no account"
	case s.nameless():
		return "A program that names no account (" + f.User + ")"
	}
	return inSentence(f.User)
}

// later is how long after the last failure the account got in.
func (s *story) later() string {
	if s.ended == nil || s.ended.at.IsZero() || s.last.IsZero() {
		return ""
	}
	if d := s.ended.at.Sub(s.last); d >= time.Second {
		return " " + span(d) + " later"
	}
	return " at once"
}

// rhythm says how often, in words.
func rhythm(seconds int) string {
	if seconds == 0 {
		return ""
	}
	return ", about every " + strings.TrimPrefix(span(time.Duration(seconds)*time.Second), "1 ")
}

// span is a time in words, in the largest unit that it is about a whole number
// of.
func span(d time.Duration) string {
	units := []struct {
		name string
		of   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}}
	for _, u := range units {
		n := math.Round(float64(d) / float64(u.of))
		if n >= 1 && math.Abs(float64(d)-n*float64(u.of)) <= 0.08*float64(d) {
			return number(int(n), u.name)
		}
	}
	return number(max(1, int(d.Round(time.Second).Seconds())), "second")
}
