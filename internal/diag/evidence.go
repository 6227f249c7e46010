package diag

import (
	"maps"
	"slices"
)

// Evidence is everything that is known of one case. It only grows, one event
// at a time, and the engine decides from it alone what comes next.
type Evidence struct {
	// Symptoms that were ticked. They count only once SymptomsAsked: then a
	// symptom that was left empty is weak evidence of its absence.
	Symptoms      []string
	SymptomsAsked bool
	// Answers: question -> choice; NoAnswer when asked in vain.
	Answers map[string]string
	// How: question -> what was measured, for answers that no person gave.
	How map[string]string
	// Vars that answers have set, over those of the playbook and the caller.
	Vars   map[string]string
	Checks map[string]Measurement
	// Matches are the known errors in the message that was pasted, the one
	// that counts first.
	Matches []MessageMatch
	Walk    []Visit
	// Repairs counts how often a failed early check was tried again.
	Repairs int
	// Asked counts the playbook's questions that were put to the person, answered
	// or not; answers that were there from the start are not counted.
	Asked int
	Tick  int // events so far
	// Message is the error message that was pasted, redacted. MessageAsked: it
	// was asked for; without a message there was none.
	Message      string
	MessageAsked bool
	// Observe is told of every event, after it was applied; nil for nobody. A
	// clone has none.
	Observe func(Event)
}

// GivenMark ends what is said of an outcome that somebody vouched for: nobody
// may take it for measured.
const GivenMark = " (taken as given, not measured)"

// A Measurement is the result of a check and when it came in.
type Measurement struct {
	Finding
	With  map[string]string // the parameters it was measured with
	Given bool              // taken as given, not measured; never measured again
	Tick  int
}

// A Visit is one presentation of a step.
type Visit struct {
	Step string
	Did
	Tick int
}

// NewEvidence is a case of which nothing is known.
func NewEvidence() *Evidence {
	return &Evidence{
		Answers: map[string]string{},
		Vars:    map[string]string{},
		Checks:  map[string]Measurement{},
	}
}

// Clone returns a copy that shares nothing that changes.
func (e *Evidence) Clone() *Evidence {
	c := *e
	c.Symptoms = slices.Clone(e.Symptoms)
	c.Answers = maps.Clone(e.Answers)
	c.How = maps.Clone(e.How)
	c.Vars = maps.Clone(e.Vars)
	c.Checks = maps.Clone(e.Checks)
	c.Walk = slices.Clone(e.Walk)
	c.Matches = slices.Clone(e.Matches)
	c.Observe = nil
	return &c
}

// Where says where the sign-in fails; unanswered means the same network.
func (e *Evidence) Where() Where {
	switch w := Where(e.Answers[AskWhere]); w {
	case WhereHere, WhereElsewhere:
		return w
	}
	return WhereSameNetwork
}

// Tell records the symptoms; all others were left empty.
func (e *Evidence) Tell(symptoms []string) { e.happen(Event{Type: Told, Symptoms: symptoms}) }

// Answer records a choice, and the variables that come with it.
func (e *Evidence) Answer(question, choice string, vars map[string]string) {
	e.happen(Event{Type: Answered, Question: question, Choice: choice, Vars: vars})
}

// AnswerAsked records the answer to a question of the playbook that was put to
// the person; see Asked.
func (e *Evidence) AnswerAsked(question, choice string, vars map[string]string) {
	e.happen(Event{Type: Answered, Question: question, Choice: choice, Vars: vars, Asked: true})
}

// AnswerMeasured is AnswerAsked for an answer that was measured; how says what
// was found.
func (e *Evidence) AnswerMeasured(question, choice, how string, vars map[string]string) {
	e.happen(Event{Type: Answered, Question: question, Choice: choice, Vars: vars, Asked: true, How: how})
}

// FromMessage is how an answer came that was read off the message.
const FromMessage = "it stands in the message"

// SetVars sets variables over those of the playbook and the caller.
func (e *Evidence) SetVars(vars map[string]string) { e.happen(Event{Type: VarsSet, Vars: vars}) }

// Measured records what a check found.
func (e *Evidence) Measured(check string, f Finding, with map[string]string) {
	e.happen(Event{Type: Measured, Check: check, Finding: &f, With: with})
}

// Given records an outcome that somebody vouches for.
func (e *Evidence) Given(check, outcome string) {
	e.happen(Event{Type: Given, Check: check, Finding: &Finding{Outcome: outcome, Summary: "taken as given", Reason: givenReason(outcome)}})
}

func givenReason(outcome string) string {
	switch outcome {
	case NoAnswer:
		return "given as unknown"
	case NotMeasured:
		return "not asked for"
	}
	return ""
}

// Did records the presentation of a step and what was reported.
func (e *Evidence) Did(step string, d Did) { e.happen(Event{Type: Stepped, Step: step, Did: &d}) }

// Paste records a message, redacted, and what was recognised in it, the match
// that counts first.
func (e *Evidence) Paste(text string, matches []MessageMatch) {
	e.happen(Event{Type: Pasted, Text: text, Matches: matches})
}

// Forget drops what was measured, so that it is measured again. What was
// given stays.
func (e *Evidence) Forget() { e.happen(Event{Type: Forgotten}) }

// Expire drops measurements that are too old, so that they are made again.
func (e *Evidence) Expire(checks []string) { e.happen(Event{Type: Expired, Checks: checks}) }

// BackTo makes the case what it was; to is an earlier clone of it.
func (e *Evidence) BackTo(to *Evidence) {
	e.back(to)
	if e.Observe != nil {
		e.Observe(Event{Type: WentBack, To: to.Tick})
	}
}
