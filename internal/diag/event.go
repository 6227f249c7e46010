package diag

import "slices"

// An Event is one thing that happened to a case. A case is the fold over its
// events: whoever keeps them keeps the case.
type Event struct {
	Type EventType `json:"type"`
	// Symptoms of Told.
	Symptoms []string `json:"symptoms,omitempty"`
	// Question, Choice and Vars of Answered; Vars of VarsSet. Asked: the
	// question is the playbook's and was put to the person.
	Question string            `json:"question,omitempty"`
	Choice   string            `json:"choice,omitempty"`
	Vars     map[string]string `json:"vars,omitempty"`
	Asked    bool              `json:"asked,omitempty"`
	// How of Answered: what was measured, where no person answered.
	How string `json:"how,omitempty"`
	// Check, Finding and With of Measured; Check and Finding of Given; Checks
	// of Expired.
	Check   string            `json:"check,omitempty"`
	Checks  []string          `json:"checks,omitempty"`
	Finding *Finding          `json:"finding,omitempty"`
	With    map[string]string `json:"with,omitempty"`
	// Step and Did of Stepped.
	Step string `json:"step,omitempty"`
	Did  *Did   `json:"did,omitempty"`
	// Text and Matches of Pasted.
	Text    string         `json:"text,omitempty"`
	Matches []MessageMatch `json:"matches,omitempty"`
	// To of WentBack: the tick of the state to which the person returned.
	To int `json:"to,omitempty"`
}

// EventType is what happened.
type EventType string

// The events.
const (
	Told      EventType = "told"      // symptoms were ticked
	Answered  EventType = "answered"  // a question was answered
	VarsSet   EventType = "vars"      // variables were set
	Measured  EventType = "measured"  // a check was measured
	Given     EventType = "given"     // somebody vouches for an outcome
	Stepped   EventType = "stepped"   // a step was presented, and something reported
	Forgotten EventType = "forgotten" // what was measured is measured again, after a repair
	Expired   EventType = "expired"   // what was measured is too old
	Pasted    EventType = "pasted"    // a message, redacted, and what was recognised in it
	WentBack  EventType = "back"      // the person took something back
)

// apply is the fold: what an event makes of a case. WentBack needs the state
// to go back to; see back.
func (e *Evidence) apply(v Event) {
	e.Tick++
	switch v.Type {
	case Told:
		e.Symptoms, e.SymptomsAsked = slices.Clone(v.Symptoms), true
	case Answered:
		if v.Asked {
			e.Asked++
		}
		e.Answers[v.Question] = v.Choice
		e.how(v.Question, v.How)
		e.set(v.Vars)
	case VarsSet:
		e.set(v.Vars)
	case Measured:
		e.Checks[v.Check] = Measurement{Finding: *v.Finding, With: v.With, Tick: e.Tick}
	case Given:
		e.Checks[v.Check] = Measurement{Finding: *v.Finding, Given: true, Tick: e.Tick}
	case Stepped:
		e.Walk = append(e.Walk, Visit{Step: v.Step, Did: *v.Did, Tick: e.Tick})
	case Forgotten:
		e.forget()
	case Expired:
		for _, id := range v.Checks {
			delete(e.Checks, id)
		}
	case Pasted:
		e.Message, e.Matches, e.MessageAsked = v.Text, slices.Clone(v.Matches), true
	}
}

// how notes what an answer was measured by; an answer of a person replaces it.
func (e *Evidence) how(question, how string) {
	switch {
	case how == "":
		delete(e.How, question)
	case e.How == nil:
		e.How = map[string]string{question: how}
	default:
		e.How[question] = how
	}
}

func (e *Evidence) set(vars map[string]string) {
	for k, v := range vars {
		e.Vars[k] = v
	}
}

// forget drops what was measured. What was given stays.
func (e *Evidence) forget() {
	e.Repairs++
	for id, m := range e.Checks {
		if !m.Given {
			delete(e.Checks, id)
		}
	}
	delete(e.Answers, AskRepair)
}

// back makes a case what it was. What was measured since stays measured, and
// time does not go back, or old measurements would look new.
func (e *Evidence) back(to *Evidence) {
	was := *e
	*e = *to.Clone()
	e.Observe, e.Tick = was.Observe, was.Tick+1
	for id, m := range was.Checks {
		e.Checks[id] = m
	}
}

// happen applies an event and tells whoever observes.
func (e *Evidence) happen(v Event) {
	e.apply(v)
	if e.Observe != nil {
		e.Observe(v)
	}
}

// Fold replays events on a case of which nothing is known. An event of a type
// that this program does not know makes nothing of it.
func Fold(events []Event) *Evidence { return Replay(events, func(*Evidence, Event) {}) }

// Replay is Fold, and shows each event with the case as it was before it.
func Replay(events []Event, each func(before *Evidence, v Event)) *Evidence {
	e := NewEvidence()
	states := map[int]*Evidence{}
	for _, v := range events {
		states[e.Tick] = e.Clone()
		each(states[e.Tick], v)
		if v.Type != WentBack {
			e.apply(v)
		} else if to := states[v.To]; to != nil {
			e.back(to)
		}
	}
	return e
}
