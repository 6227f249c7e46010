package logs

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// words says what a finding is, and what to do about it.
func (t *tally) words(f Finding, s *story) (summary string, next Next) {
	m := t.meaning(f.Cause, s)
	defer func() {
		if s.more && (f.Users > 0 || f.Sources > 0) {
			summary += " There are more names and addresses than were counted apart."
		}
	}()
	next.Playbook = m.playbook
	switch f.Reading {
	case ReadHammer, ReadRefused, ReadMistyped:
		summary, next = t.wordsOfOne(f, s, m)
	case ReadGuessing, ReadBrute, ReadSpray:
		summary, next = t.wordsOfAttack(f, s)
	case ReadGateway:
		summary = fmt.Sprintf("%s fail behind one address, %s, and wrong passwords are not the reason%s. A shared gateway, proxy or program is broken.", number(f.Users, "account"), orUnnamed(f.Source, "the main one"), mostly(m))
		next.Text = "Look at the machine at that address: its settings, its certificate, its clock and its secret."
	case ReadEveryone:
		who := number(f.Users, "account")
		if f.Users == 0 {
			who = "People and programs that give no name"
		}
		summary = fmt.Sprintf("%s fail%s, from %s%s. The fault is more likely in the service than with them.", who, t.at(f.Cause), number(f.Sources, "address"), mostly(m))
		if s.lapsed {
			summary = fmt.Sprintf("%s fail%s, from %s where each got in before%s. The fault is more likely in the service than with them.", who, t.at(f.Cause), number(f.Sources, "address"), mostly(m))
			m.next = "" // it is of one who has forgotten
		}
		next.Text = "Look at what changed in the service when it began: its settings, rules, certificate, clock or directory."
		if m.next != "" {
			next.Text += " " + m.next
			next.Actor = m.actor
		}
	default:
		summary, next = t.wordsOfOne(f, s, m)
	}
	if began := t.began(s, f); began != "" {
		summary += " " + began
	}
	return summary, next
}

// at is the app that nearly all failures of a cause were in.
func (t *tally) at(cause string) string {
	all, apps := 0, map[string]int{}
	for r, n := range t.where {
		if r.cause == cause {
			all += n
			apps[r.of] += n
		}
	}
	if app := most(apps); app != "" && float64(apps[app]) >= mainShare*float64(all) {
		return " at " + plain(app)
	}
	return ""
}

// mostly is the main reason in words.
func mostly(m meaning) string {
	if m.title == "" {
		return ""
	}
	return ", mostly for this reason: " + m.title
}

// began says when it began, where the log shows a time before that.
func (t *tally) began(s *story, f Finding) string {
	if f.Reading != ReadHammer && f.Reading != ReadRefused && f.Reading != ReadEveryone && f.Reading != ReadGateway {
		return ""
	}
	at, all := s.first, t.to.Sub(t.from)
	if s.spike != nil {
		at = s.spike.Start
	}
	if at.IsZero() || f.Count < minSpike || all < time.Hour || at.Sub(t.from) < all/5 {
		return ""
	}
	return "It began at " + stamp(at, t.Now.Location()) + "."
}

// meaning is what a cause means where most of a story has it from.
func (t *tally) meaning(cause string, s *story) meaning {
	best, n := kind{cause, ""}, 0
	for k := range t.meanings {
		if m := s.kinds[k] + 1; k.cause == cause && (m > n || m == n && k.system < best.system) {
			best, n = k, m
		}
	}
	return t.meanings[best]
}

func orUnnamed(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return inSentence(name)
}

// inSentence is a name that cannot pass for a part of the sentence around it.
func inSentence(name string) string {
	if strings.ContainsAny(name, " ,:;.!?\"") && !plainName(name) {
		return `"` + strings.ReplaceAll(name, `"`, "'") + `"`
	}
	return name
}

// plainName: letters, digits, and what stands in addresses and accounts.
func plainName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(`@._+-\/:`, r)
	})
}

func from(f Finding, otherwise string) string {
	switch {
	case f.Source != "":
		return f.Source
	case f.Sources > 1:
		return number(f.Sources, "address")
	}
	return otherwise
}

// either is the word for one address, or for several.
func (f *Finding) either(one, several string) string {
	if f.Sources > 1 {
		return several
	}
	return one
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
