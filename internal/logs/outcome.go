package logs

import (
	"strings"
	"time"
)

// An outcome is how a sign-in ended. The zero value is a failure, which is
// what logs are read for.
type outcome int

const (
	failed    outcome = iota
	succeeded         // told apart from failures only by where it comes from
	stepped           // a step in the middle of a sign-in, such as the question for a code
)

// A record is one sign-in, as a parser found it.
type record struct {
	outcome                   outcome
	when                      time.Time // zero when the log does not say
	user, app, source, system string
	agent                     string // the program that asked, where no user is named
	text                      string // for the explainer; without anything that varies
	cause                     string // a class that the format states itself
	form                      bool   // a page was asked that takes names and passwords
	machine                   bool   // what was refused may be a secret that no person types, such as a key
	halfway                   bool   // of a step: the first one, such as the password, was accepted
	session                   string // joins the records of one sign-in, where the log has it
	count                     int
}

// take counts a record by its outcome.
func (t *tally) take(r *record) {
	if strings.HasPrefix(r.source, "::ffff:") {
		r.source = address(r.source)
	}
	switch r.outcome {
	case succeeded:
		failing := t.sources[r.source]
		t.hits.add(r, failing)
		if failing != nil {
			if latest, ok := t.pairs.relieve(r); ok {
				t.hits.list[r.source][r.who()].mends(r.when, latest)
			}
		}
		t.steps.end(r)
	case stepped:
		if r.halfway {
			t.hits.add(r, t.sources[r.source])
		}
		if old := t.steps.begin(r); old != nil {
			t.add(old)
		}
	case failed:
		t.steps.end(r)
		t.add(r)
		if one := t.hits.list[r.source][r.who()]; one != nil && !r.when.IsZero() && one.seen.After(r.when) {
			t.pairs.mended(r, one)
		}
	}
}
