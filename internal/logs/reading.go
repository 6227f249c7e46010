package logs

import (
	"cmp"
	"maps"
	"slices"
)

// Readings are what a crowd of failures looks like, by users and sources.
const (
	ReadNone     = "none"           // nothing failed
	ReadTaken    = "taken_over"     // an account signed in from where an attack came from
	ReadKnown    = "password_known" // the same, but a second step stopped it
	ReadHammer   = "broken_client"  // one account from one address, again and again
	ReadGuessing = "guessing"       // few accounts, many addresses
	ReadBrute    = "brute_force"    // one address, accounts that are there and that are not, again and again
	ReadSpray    = "spraying"       // many accounts, a few tries each
	ReadGateway  = "one_source"     // many accounts behind one address, and no wrong passwords
	ReadEveryone = "everyone"       // many accounts, each from its own address
	ReadRefused  = "refused"        // one account or program, for a reason that no other secret mends
	ReadMixed    = "scattered"      // no pattern
	ReadMistyped = "mistyped"       // a few tries, and each got in after them
)

// Readings lists them all, the gravest first.
var Readings = []string{ReadTaken, ReadKnown, ReadEveryone, ReadGateway, ReadSpray, ReadBrute, ReadGuessing, ReadHammer, ReadRefused, ReadMixed, ReadMistyped, ReadNone}

// scene is what a reading is made from.
type scene struct {
	count                  int
	causes, users, sources map[string]int
}

const (
	crowd      = 8   // users that are many
	several    = 3   // names that nobody mistypes for each other
	mainShare  = 0.8 // of the failures, that make one user or source the one
	halfShare  = 0.5 // of the failures, that make one user at one source the reason
	triesEach  = 10  // per user; a sprayer stays below, to not lock anybody out
	guessShare = 0.5 // of the failures that an attacker's guesses cause
)

// read tells an attack from a broken deployment: a program with an old secret
// hammers with one account, an attacker spreads over many.
func read(s scene) string {
	topUser, topSource := top(s.users, s.count), top(s.sources, s.count)
	perUser := mean(s.users) // of those that were counted apart
	switch {
	case s.count == 0:
		return ReadNone
	case s.count >= minSpike && (topUser >= halfShare && topSource >= halfShare || topUser >= mainShare && len(s.sources) <= 2):
		return again(s)
	case s.count >= minSpike && len(s.users) == 0 && topSource >= mainShare:
		return again(s)
	case topUser >= mainShare && len(s.sources) >= crowd && guesses(s) >= guessShare:
		return ReadGuessing
	case len(s.users) >= crowd && guesses(s) >= guessShare && perUser <= triesEach && len(s.sources) > 0 && len(s.sources)*3 <= len(s.users):
		return ReadSpray
	case len(s.users) >= crowd && share(s, "unknown_account") >= 0.2 && perUser <= triesEach:
		return ReadSpray
	case len(s.users) >= several && topSource >= mainShare && guesses(s) >= guessShare && share(s, "unknown_account") >= 0.2:
		return ReadBrute
	case len(s.users) >= crowd && topSource >= mainShare && guesses(s) < guessShare:
		return ReadGateway
	case len(s.users) >= crowd && topUser < 0.3:
		return ReadEveryone
	case len(s.users) == 0 && len(s.sources) >= crowd && topSource < 0.3 && share(s, "provider_outage") >= mainShare:
		return ReadEveryone
	}
	return ReadMixed
}

// again is the reading of one who fails again and again. Only a refused name
// or secret tells of a program with an old one.
func again(s scene) string {
	if wrongSecret(most(s.causes)) {
		return ReadHammer
	}
	return ReadRefused
}

// wrongSecret reports whether another secret or name would mend a cause.
func wrongSecret(cause string) bool {
	return cause == "wrong_credentials" || cause == "unknown_account"
}

// guesses is the share of failures that guessing causes; so does mistyping.
func guesses(s scene) float64 {
	return share(s, "wrong_credentials") + share(s, "unknown_account") + share(s, "account_locked")
}

func share(s scene, cause string) float64 { return float64(s.causes[cause]) / float64(max(s.count, 1)) }

func mean(m map[string]int) float64 {
	sum := 0
	for _, n := range m {
		sum += n
	}
	return float64(sum) / float64(max(len(m), 1))
}

func top(m map[string]int, all int) float64 {
	return float64(m[most(m)]) / float64(max(all, 1))
}

// most is the key with the highest count; the first by name of equals.
func most(m map[string]int) string {
	keys := slices.Sorted(maps.Keys(m))
	if len(keys) == 0 {
		return ""
	}
	return slices.MaxFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(m[a], m[b]), cmp.Compare(b, a)) })
}
