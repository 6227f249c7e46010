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
		next.Actor, next.Playbook = "developer", m.playbook
		unknown := " If nobody knows that address, somebody may be guessing: block it."
		switch {
		case f.Every == 0 && f.Count < hammerLoud && f.User != "":
			summary += " That may be a person who mistypes, or a program with an old secret."
			next.Actor = "user"
			next.Text = "Ask whose account it is to sign in once by hand. If that works, a program there has an old secret: stop it, give it the right one, and start it again." + unknown
		case f.User != "" && !s.unnamed():
			summary += " That is what a program with an old or wrong secret looks like."
			next.Text = "Find the program there that uses this account, stop it, give it the right secret, and start it again." + unknown
		default:
			summary += " That is what a program with an old or wrong secret looks like."
			next.Text = "Find the program at that address, stop it, give it the right secret, and start it again." + unknown
		}
	default:
		summary = fmt.Sprintf("%s is refused %s%s%s%s.", who, times(f.Count), place, rhythm(f.Every), reasonOf(f, s, m))
		if s.works && s.ended == nil {
			summary += " It gets in there as well."
		}
	}
	if s.ended != nil {
		summary += fmt.Sprintf(" It got in after that%s: it may be mended.", atTime(s.ended.At, zone))
	}
	return summary, next
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

// unnamed reports whether a story is of a program that names no account.
func (s *story) unnamed() bool {
	return len(s.users) == 0 || strings.HasPrefix(most(s.users), agentMark)
}

// subject is who it is about.
func subject(f Finding, s *story) string {
	switch {
	case f.User == "" && f.Count < minSpike:
		return "Somebody who gives no name"
	case f.User == "":
		return "A program that names no account"
	case s.unnamed():
		return "A program that names no account (" + f.User + ")"
	}
	return inSentence(f.User)
}

// later is how long after the last failure the account got in.
func (s *story) later() string {
	if s.ended == nil || s.ended.At == nil || s.last.IsZero() {
		return ""
	}
	if d := s.ended.At.Sub(s.last); d >= time.Second {
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
