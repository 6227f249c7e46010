package playbook

import (
	"maps"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// KeySymptom is the key of a Condition that means a ticked symptom.
const KeySymptom = "symptom"

// KeyMessage is the key of a Condition that means the cause class of the
// message that was pasted, unless something else has that id.
const KeyMessage = "message"

// wheres lists the choices of the built-in question "where-fails".
var wheres = []string{string(diag.WhereHere), string(diag.WhereSameNetwork), string(diag.WhereElsewhere)}

// reserved are ids that mean something else wherever an answer or a condition
// could name them.
var reserved = []string{KeySymptom, diag.AskSymptoms, diag.AskWhere, diag.AskRepair, diag.AskContinue, diag.AskHandOver}

// did lists what can be reported after every step.
var did = []string{diag.DidFixed, diag.DidUnchanged, diag.DidWorse, diag.DidUnverifiable}

// An index knows the ids of a playbook.
type index struct {
	symptoms, causes, checks, questions, steps, guides, retest ids
	book                                                       *Playbook
}

// ids are the ids of one kind of thing, in the order of the file.
type ids struct {
	list []string
	at   map[string]int // place in list, from 0
}

func (s ids) has(id string) bool {
	_, ok := s.at[id]
	return ok
}

func indexOf[T any](list []T, id func(T) string) ids {
	s := ids{idsOf(list, id), map[string]int{}}
	for i, id := range s.list {
		if !s.has(id) {
			s.at[id] = i
		}
	}
	return s
}

func (p *Playbook) index() *index {
	return &index{
		book:      p,
		symptoms:  indexOf(p.Symptoms, func(s Symptom) string { return s.ID }),
		causes:    indexOf(p.Causes, func(c Cause) string { return c.ID }),
		checks:    indexOf(p.Checks, func(c Check) string { return c.ID }),
		questions: indexOf(p.Questions, func(q Question) string { return q.ID }),
		steps:     indexOf(p.Steps, func(s Step) string { return s.ID }),
		retest:    indexOf(p.Retest, func(c Checkpoint) string { return c.ID }),
		guides:    indexOf(p.Guides, func(g Guide) string { return g.ID }),
	}
}

func idsOf[T any](list []T, id func(T) string) []string {
	ids := make([]string, len(list))
	for i, item := range list {
		ids[i] = id(item)
	}
	return ids
}

// kindNames lists the kinds of probe.
func kindNames() []string {
	return idsOf(diag.Kinds, func(k diag.Kind) string { return k.Name })
}

// outcomesOf lists what a kind of probe can find; false for an unknown kind.
func outcomesOf(kind string) ([]string, bool) {
	k, ok := diag.FindKind(kind)
	return idsOf(k.Outcomes, func(o diag.Outcome) string { return o.Name }), ok
}

func choicesOf(q *Question) []string {
	return idsOf(q.Choices, func(c Choice) string { return c.ID })
}

// tellingChoices lists the choices that are evidence.
func tellingChoices(q *Question) []string {
	var ids []string
	for _, c := range q.Choices {
		if !c.Neutral {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// check looks a check up; nil when there is none.
func (x *index) check(id string) *Check {
	if i, ok := x.checks.at[id]; ok {
		return &x.book.Checks[i]
	}
	return nil
}

func (x *index) question(id string) *Question {
	if i, ok := x.questions.at[id]; ok {
		return &x.book.Questions[i]
	}
	return nil
}

func (x *index) step(id string) *Step {
	if i, ok := x.steps.at[id]; ok {
		return &x.book.Steps[i]
	}
	return nil
}

// reports lists what can be reported after a step.
func (s *Step) reports() []string {
	return append(slices.Clone(did), idsOf(s.Outcomes, func(o StepOutcome) string { return o.ID })...)
}

// conditionKeys lists every key that a condition may have.
func (x *index) conditionKeys() []string {
	return slices.Concat([]string{KeySymptom, KeyMessage, diag.AskWhere}, x.questions.list, x.checks.list, x.steps.list)
}

// conditionValues lists the values that a key of a condition may have; false
// for an unknown key, nil where the values cannot be told.
func (x *index) conditionValues(key string) ([]string, bool) {
	switch key {
	case KeySymptom:
		return x.symptoms.list, true
	case diag.AskWhere:
		return wheres, true
	}
	if q := x.question(key); q != nil {
		return choicesOf(q), true
	}
	if c := x.check(key); c != nil {
		outcomes, _ := outcomesOf(c.Run)
		return outcomes, true
	}
	if s := x.step(key); s != nil {
		return append(s.reports(), diag.DidSatisfied), true
	}
	if key == KeyMessage {
		return diag.Classes, true
	}
	return nil, false
}

// secret reports whether a probe's parameter carries a secret or says where
// one lies. Such parameters come only from flags.
func secret(parameter string) bool {
	secrets := []string{"login", "user", "username", "password", "passphrase", "auth", "privacy", "community", "cookie", "bearer", "secret", "api-key", "code", "token", "file"}
	name, _ := strings.CutSuffix(parameter, "-file")
	return slices.Contains(secrets, name) || strings.HasPrefix(name, "bearer") || name == "login-name"
}

// secretVariable reports whether a variable's name says that it holds a
// secret, such as imap_password.
func secretVariable(name string) bool {
	words := strings.Split(name, "_")
	return slices.Contains([]string{"password", "passphrase", "secret", "community", "bearer", "cookie", "token"}, words[len(words)-1])
}

// hasPassword reports whether a text holds an address with a password in it,
// such as https://me:secret@host/.
func hasPassword(text string) bool {
	for _, rest := range strings.Split(text, "://")[1:] {
		host, _, _ := strings.Cut(rest, "/")
		user, _, ok := strings.Cut(host, "@")
		if ok && strings.Contains(user, ":") && !strings.ContainsAny(user, " {}") {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
