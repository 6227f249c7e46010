package logs

import (
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/authdoctor/authdoctor/internal/redact"
)

// Limits of what is counted apart.
const (
	maxKeys    = 20_000 // of each list; the rest is counted together
	maxKey     = 128    // bytes
	maxCache   = 4096   // explanations that are remembered
	maxSamples = 5      // broken records that are shown
)

// restKey counts what did not fit into a list.
const restKey = "(others)"

// An Entry is one row of a list.
type Entry struct {
	Key   string     `json:"key"`
	Count int        `json:"count"`
	First *time.Time `json:"first"` // null when the log has no times
	Last  *time.Time `json:"last"`
}

// A meaning is what is kept of an explanation; sure when it is more than possible.
type meaning struct {
	cause, system, title, next, actor, playbook string
	sure                                        bool
}

// tally counts failures while logs are read.
type tally struct {
	Options
	files                                 []File
	failures, untimed                     int
	turned                                int // failures at gates that broke
	unsure                                int // failures that may be counted twice
	possible                              int // entries whose words may tell of a failure
	causes, systems, users, apps, sources map[string]*Entry
	meanings                              map[kind]meaning // the first of each
	cache                                 map[string]meaning
	samples                               []Broken
	first, last                           time.Time // of the failures
	from, to                              time.Time // what the logs cover
	series                                *series
	challenges                            *challenges
	pairs                                 *pairs
	hits                                  *hits
	steps                                 *steps
	reasons                               map[reason]int // by source
	where                                 map[reason]int // the same by app
	cut                                   *Cut
}

func newTally(o Options) *tally {
	return &tally{
		Options: o, causes: map[string]*Entry{}, systems: map[string]*Entry{}, users: map[string]*Entry{}, apps: map[string]*Entry{},
		sources: map[string]*Entry{}, meanings: map[kind]meaning{}, cache: map[string]meaning{}, series: newSeries(),
		challenges: newChallenges(), pairs: newPairs(), hits: newHits(), steps: newSteps(), reasons: map[reason]int{}, where: map[reason]int{},
	}
}

// covers notes a time that a log reaches from or to.
func (t *tally) covers(at time.Time) {
	if !plausible(at) {
		return
	}
	if t.from.IsZero() || at.Before(t.from) {
		t.from = at
	}
	if at.After(t.to) {
		t.to = at
	}
}

// plausible refuses times that no log is of.
func plausible(at time.Time) bool { return at.Year() >= 1990 && at.Year() < 2100 }

func (t *tally) add(r *record) {
	m := t.explain(r)
	if m.cause == "not_auth" {
		return
	}
	if !plausible(r.when) {
		r.when = time.Time{}
		t.untimed += r.count
	}
	t.failures += r.count
	t.covers(r.when)
	k := kind{m.cause, m.system}
	if _, ok := t.meanings[k]; !ok {
		t.meanings[k] = m
	}
	user, source := short(r.user), short(r.source)
	count(t.causes, m.cause, r)
	count(t.systems, m.system, r)
	count(t.users, user, r)
	count(t.apps, short(r.app), r)
	count(t.sources, source, r)
	r.source = source
	t.pairs.add(r, k)
	because(t.reasons, source, m.cause, r.count)
	because(t.where, short(r.app), m.cause, r.count)
	if r.when.IsZero() {
		return
	}
	if t.first.IsZero() || r.when.Before(t.first) {
		t.first = r.when
	}
	if r.when.After(t.last) {
		t.last = r.when
	}
	t.series.add(r.when, r.count, m.cause, short(r.who()), source)
}

// A reason is a cause at a source, or in an app.
type reason struct{ of, cause string }

func because(list map[reason]int, of, cause string, n int) {
	key := reason{of, cause}
	if _, ok := list[key]; !ok && len(list) >= maxKeys {
		least := half(list, func(n int) int { return n })
		maps.DeleteFunc(list, func(_ reason, n int) bool { return n <= least })
	}
	list[key] += n
}

// short bounds a key and copies it out of the record.
func short(s string) string { return strings.Clone(s[:min(len(s), maxKey)]) }

func count(list map[string]*Entry, key string, r *record) {
	if key == "" {
		return
	}
	e := list[key]
	if e == nil {
		if len(list) >= maxKeys {
			thin(list)
		}
		e = &Entry{Key: key}
		list[key] = e
	}
	e.Count += r.count
	if r.when.IsZero() {
		return
	}
	at := r.when.UTC()
	switch { // in place: most records are later than all before
	case e.First == nil:
		first, last := at, at
		e.First, e.Last = &first, &last
	case at.Before(*e.First):
		*e.First = at
	case at.After(*e.Last):
		*e.Last = at
	}
}

// unknownCause is a failure whose cause its log does not tell.
const unknownCause = "unrecognised"

// withoutName has an x in the place of a name, and not of a part of a word: of
// somebody called ann, "cannot" says what it said.
func withoutName(text, name string) string {
	from := 0
	for {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return text
		}
		i += from
		end := i + len(name)
		if i > 0 && letter(text[i-1]) && letter(name[0]) || end < len(text) && letter(text[end]) && letter(name[len(name)-1]) {
			from = i + 1
			continue
		}
		text, from = text[:i]+"x"+text[end:], i+1
	}
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf }

// explain finds out what a record means. What varies is taken out of its text
// first, so that most texts were seen before.
func (t *tally) explain(r *record) meaning {
	text := r.text
	for _, varies := range []string{r.user, r.source} {
		if len(varies) > 2 {
			text = withoutName(text, varies)
		}
	}
	key := r.system + "\x00" + r.cause + "\x00" + text
	if m, ok := t.cache[key]; ok {
		return m
	}
	m := meaning{cause: r.cause, system: r.system}
	if text != "" {
		a := t.Explainer.Explain(text)
		if len(a.Findings) > 0 && (m.cause == "" || a.Cause == m.cause) {
			f := a.Findings[0]
			m.cause, m.title, m.next, m.actor, m.playbook = a.Cause, f.Title, f.Next, f.Actor, f.Playbook
			m.sure = f.Certainty != "possible"
			if m.system == "" {
				m.system = a.System
			}
		}
	}
	if m.cause == "" {
		m.cause = unknownCause
	}
	if m.next == "" { // the format states the class, and has no words for it
		f := t.Explainer.Class(m.cause)
		m.title, m.next, m.actor, m.playbook = f.Title, f.Next, f.Actor, f.Playbook
	}
	if len(t.cache) >= maxCache {
		clear(t.cache)
	}
	t.cache[key] = m
	return m
}

// broken notes a record that could not be read.
func (t *tally) broken(name string, line int, err error, raw []byte) {
	if len(t.samples) >= maxSamples {
		return
	}
	b := Broken{Place: fmt.Sprintf("%s:%d", name, line), Reason: redact.Printable(redact.Text(err.Error()))}
	if t.Random == nil {
		b.Text = redact.Printable(redact.Text(strings.ToValidUTF8(string(raw[:min(len(raw), 2000)]), "?")))
		b.Text = b.Text[:min(len(b.Text), 80)]
		b.Text = strings.ToValidUTF8(b.Text, "")
	}
	t.samples = append(t.samples, b)
}
