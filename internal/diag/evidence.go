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
}

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
	c.Vars = maps.Clone(e.Vars)
	c.Checks = maps.Clone(e.Checks)
	c.Walk = slices.Clone(e.Walk)
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
func (e *Evidence) Tell(symptoms []string) {
	e.Tick++
	e.Symptoms, e.SymptomsAsked = slices.Clone(symptoms), true
}

// Answer records a choice, and the variables that come with it.
func (e *Evidence) Answer(question, choice string, vars map[string]string) {
	e.Tick++
	e.Answers[question] = choice
	maps.Copy(e.Vars, vars)
}

// Measured records what a check found.
func (e *Evidence) Measured(check string, f Finding, with map[string]string) {
	e.Tick++
	e.Checks[check] = Measurement{Finding: f, With: with, Tick: e.Tick}
}

// Given records an outcome that somebody vouches for.
func (e *Evidence) Given(check, outcome string) {
	e.Tick++
	e.Checks[check] = Measurement{
		Finding: Finding{Outcome: outcome, Summary: "taken as given", Reason: givenReason(outcome)},
		Given:   true, Tick: e.Tick,
	}
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
func (e *Evidence) Did(step string, d Did) {
	e.Tick++
	e.Walk = append(e.Walk, Visit{Step: step, Did: d, Tick: e.Tick})
}

// Forget drops what was measured, so that it is measured again. What was
// given stays.
func (e *Evidence) Forget() {
	e.Tick++
	e.Repairs++
	for id, m := range e.Checks {
		if !m.Given {
			delete(e.Checks, id)
		}
	}
	delete(e.Answers, AskRepair)
}
