package logs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// wordsOfAttack says who guesses, and who got in meanwhile.
func (t *tally) wordsOfAttack(f Finding, s *story) (summary string, next Next) {
	switch {
	case f.Reading == ReadGuessing:
		summary = fmt.Sprintf("%s is tried from %s, %s. Somebody may be guessing its password.", orUnnamed(f.User, "One account"), number(f.Sources, "address"), times(f.Count))
		next.Text = "Give the account a new, long password and a second step. Then block or slow down repeated tries."
	case f.Reading == ReadBrute && f.Users <= 1:
		who := orUnnamed(f.User, "a name that the log does not tell")
		if s.nameless() {
			who = "names that the log does not tell"
		}
		summary = fmt.Sprintf("%s %s passwords for %s, %s%s. That is what an attacker who guesses looks like.", from(f, "One address"), f.either("tries", "try"), who, times(f.Count), rhythm(f.Every))
		next.Text = keepOut(f, s) + ", and demand keys or a second step."
	case f.Reading == ReadBrute:
		summary = fmt.Sprintf("%s %s %s, %s. That is what an attacker who guesses looks like.", from(f, "One address"), f.either("tries", "try"), number(f.Users, "name"), times(f.Count))
		next.Text = keepOut(f, s) + ", and demand keys or a second step."
	case s.spread && f.Users == 0:
		summary = fmt.Sprintf("%s are refused a few times each, give no name, and never get in. That is what an attacker with many addresses looks like.", number(f.Sources, "address"))
		next.Text = "Slow down repeated tries for all, and demand a second step. If everybody fails since one moment, the service is broken instead."
	case s.spread:
		summary = fmt.Sprintf("%s try %s, a few times each, and never get in. That is what an attacker with many addresses looks like.", number(f.Sources, "address"), number(f.Users, "account"))
		next.Text = "Demand a second step, slow down repeated tries for all, and give the accounts that are tried long passwords."
	default:
		summary = fmt.Sprintf("%s %s %s, a few times each. That is what an attacker who tries common passwords looks like.", from(f, "Somebody"), f.either("tries", "try"), number(f.Users, "account"))
		next.Text = strings.Replace(keepOut(f, s), "Block", "Block or slow down", 1) + ", and demand a second step."
		if len(s.sources) == 0 {
			next.Text = "Look whether any of the accounts signed in from there, and demand a second step."
		}
	}
	got, ask := t.meanwhile(f, s)
	return summary + got, Next{Text: ask + next.Text, Actor: next.Actor, Playbook: next.Playbook}
}

// keepOut says to keep addresses out. Behind an inner one may be everybody.
func keepOut(f Finding, s *story) string {
	if slices.ContainsFunc(slices.Collect(maps.Keys(s.sources)), outer) || f.Sources == 0 {
		return "Block " + f.either("this address", "these addresses")
	}
	if f.Sources > 1 {
		return "Those addresses are inner ones: find the machines that try. If one is a gateway or a balancer, look in its own log for who is behind it, block that"
	}
	return "That address is an inner one: find the machine that tries. If it is a gateway or a balancer, look in its own log for who is behind it, block that"
}

// meanwhile says who got in, of whom nobody can tell by the log whether it was
// the attacker.
func (t *tally) meanwhile(f Finding, s *story) (got, ask string) {
	if may := f.SignedIn; len(may) > 0 {
		one := may[0]
		who := orUnnamed(one.User, "Somebody")
		where := one.Source
		switch {
		case s.spread && s.tried:
			where = "one of them, " + one.Source + ","
		case s.spread:
			where += ", which is new in this log,"
		}
		got = fmt.Sprintf(" %s signed in from %s%s: whoever guessed it, or its owner.", who, where, atTime(one.At, t.Now.Location()))
		ask = "Ask whether that sign-in was the owner's; if not, sign the account out everywhere and change its password. "
		if len(may) > 1 {
			got += fmt.Sprintf(" So did %s more.", number(len(may)-1, "account"))
			ask = "Ask whether those sign-ins were the owners'; if not, sign the account out everywhere and change its password. "
		}
	}
	if s.moved > 0 {
		got += fmt.Sprintf(" %d times since then, one of these accounts signed in from an address that is new in this log: most will be their owners.", s.moved)
		ask = "Look through the sign-ins from new addresses first. "
	}
	if s.others > 0 {
		got += fmt.Sprintf(" %s signed in from there as well, without having failed there: the address is shared, or a gateway's.", number(s.others, "account"))
	}
	return got, ask
}
