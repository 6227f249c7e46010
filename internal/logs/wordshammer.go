package logs

import (
	"fmt"
	"time"
	"unicode"
)

// wordsOfHammer says what one account or program may be that is refused again
// and again. Only where it got in before, or in an inner network, it is taken
// for a program; from anywhere else somebody may be guessing.
func wordsOfHammer(f Finding, s *story, m meaning) (why string, next Next) {
	next = Next{Actor: "developer", Playbook: m.playbook}
	mend := "find the program there that uses this account, stop it, give it the right secret, and start it again."
	switch {
	case f.Sources == 0:
		mend = "find the program that writes this, stop it, give it the right secret, and start it again."
	case f.User == "" || s.nameless():
		mend = "find the program at that address, stop it, give it the right secret, and start it again."
	}
	person := f.Every == 0 && f.Count < hammerLoud && f.User != "" && !s.nameless()
	unknown := f.Cause == "unknown_account"
	switch {
	case s.program && person && !unknown:
		next.Actor = "user"
		next.Text = "Ask whose account it is to sign in once by hand. If that works, a program there has an old secret: stop it, give it the right one, and start it again."
		return " That may be a person who mistypes, or a program with an old secret.", next
	case s.program && f.Sources == 0:
		next.Text = upper(mend)
		return " That is what a program with an old or wrong secret looks like.", next
	case s.program:
		next.Text = upper(mend) + " If nobody knows of one there, somebody may be guessing: find out who."
		return " That is what a program with an old or wrong secret looks like.", next
	}
	known := f.either("that address is known to its owner", "the addresses are all known to its owner")
	them := f.either("it", "them")
	why = " Somebody may be guessing, or it is a program with an old or wrong secret."
	if person && !unknown {
		next.Actor = "user"
		why = " That may be somebody who guesses, a person who mistypes, or a program with an old secret."
		mend = "let them sign in once by hand; if that works, a program there has an old secret."
	}
	if s.ended == nil {
		next.Text = fmt.Sprintf("Find out whether %s. If not, block %s. Otherwise %s", known, them, mend)
	} else {
		next.Text = fmt.Sprintf("Find out whether %s. If not, treat the account as taken over: sign it out everywhere, change its password and its keys, and block %s. Otherwise nothing has to be done.", known, them)
	}
	return why, next
}

// mended says that one got in after all.
func (s *story) mended(zone *time.Location) string {
	switch {
	case s.ended == nil:
		return ""
	case s.program || s.reading != ReadHammer:
		return fmt.Sprintf(" It got in after that%s: it may be mended.", atTime(moment(s.ended.at), zone))
	}
	return fmt.Sprintf(" It got in after that%s: its password was guessed, or it is mended.", atTime(moment(s.ended.at), zone))
}

func upper(s string) string { return cased(s, unicode.ToUpper) }
func lower(s string) string { return cased(s, unicode.ToLower) }

func cased(s string, to func(rune) rune) string {
	for i, r := range s {
		if i == 0 {
			return string(to(r)) + s[len(string(r)):]
		}
	}
	return s
}
