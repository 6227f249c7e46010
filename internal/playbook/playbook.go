// Package playbook is the format of playbooks: what one says, how it is read,
// and what is wrong with it.
package playbook

import (
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Schema is the format that this package reads.
const Schema = "authdoctor.playbook/1"

// A Playbook holds what an author knows about one kind of sign-in. It is data
// only: nothing in it is ever executed.
type Playbook struct {
	Path   string // where it was read from, as the user named it
	SHA256 string // of the file, in hexadecimal

	ID       string
	Title    string
	Version  string
	Summary  string   // what it is for, in a sentence or two
	Service  string   // the name to call the service by; Title when empty
	Surfaces []string // where a person may act; the first is the default
	Vars     map[string]string
	Warnings []string // said before the first step
	Sources  []Source
	Reviewed string // YYYY-MM-DD
	Escalate *Escalate
	Prevent  []string

	Symptoms  []Symptom
	Causes    []Cause // the leak is the last, added when the author declares none
	Checks    []Check
	Questions []Question
	Steps     []Step // in stage order
	Retest    []Checkpoint
	Guides    []Guide
}

// Source is where a fact comes from.
type Source struct {
	Title string
	URL   string // empty for a source without an address
}

// Escalate says who can help when the playbook cannot.
type Escalate struct {
	Minutes float64  // what it costs; 60 when the author does not say
	To      string   // who
	Text    string   // why them, and what else to know
	Ask     string   // what to tell them, as the person would say it
	Give    []string // what to give them
}

// Likelihood is a probability that the author judged.
type Likelihood struct {
	P    float64
	Word string // the author's word; empty for a number
}

// A Row gives P(outcome) for some outcomes. The rest of the row is shared out
// among the other outcomes in the proportions of the default row.
type Row map[string]Likelihood

// A Symptom is something that the person sees.
type Symptom struct {
	ID        string
	Title     string
	Likely    map[string]Likelihood // P(seen | cause)
	Otherwise *Likelihood           // for every other cause; nil is half
}

// A Cause is something that can be wrong.
type Cause struct {
	ID       string
	Title    string
	Layer    diag.Layer
	Class    string  // cause class
	Actor    string  // who can put it right
	Prior    float64 // relative weight
	Word     string  // the author's word for Prior
	Leak     bool    // "none of these"
	Escalate string  // what to do when only somebody else can mend it
	Playbook string  // to go on with when this is it; for a playbook that only sorts
}

// A Check is a probe with its parameters.
type Check struct {
	ID          string
	Title       string            // empty: the kind's
	Run         string            // kind of probe
	With        map[string]string // parameters; {{name}} stands for a variable
	After       []string          // checks whose failure hides this one; nil is the chain's default
	Likely      map[string]Row    // P(outcome | cause)
	Otherwise   Row
	Conclusive  []string // outcomes that prove the cause they raise
	Reliability float64  // 0 is the default, .98
}

// A Question is something only the person can tell.
type Question struct {
	ID   string
	Ask  string
	Help string
	// Careful is what has to be known before it is tried out.
	Careful []string
	// OfMessage: it is about the words of the message, and asked of nobody who
	// has none, or whose message was recognised.
	OfMessage bool
	Show      string // "corrected-time" shows a running clock while asking
	// PhoneClock: outcome of diag.PhoneClock -> choice, where a measurement of a
	// phone's clock answers the question; nil where it does not. PhoneWhen is
	// when the question is about a phone.
	PhoneClock map[string]string
	PhoneWhen  Condition
	Choices    []Choice
	When       Condition
	Likely     map[string]Row // P(choice | cause)
	Otherwise  Row
}

// A Choice is one answer.
type Choice struct {
	ID   string
	Text string
	Sets map[string]string // variables that this answer sets
	// Neutral marks an answer that tells nothing, such as "not tried": exactly
	// 0 decibans, and no part of any row.
	Neutral bool
	// Says are codes and wordings: a message that holds one of them gives this
	// answer.
	Says []string
	// Input names a variable whose value the person types; Prompt asks for it.
	Input  string
	Prompt string
}

// A Condition holds when every key holds: the key "symptom" when one of the
// values is ticked, any other key when that question's answer, that check's
// outcome (in force) or that step's outcome is one of the values. An empty
// condition always holds.
type Condition map[string][]string

// A Step is one part of the fix.
type Step struct {
	ID          string
	Stage       diag.Stage
	Title       string
	Minutes     float64
	Requires    []string              // steps that must come before
	Fixes       map[string]Likelihood // P(fixed | cause); absent is 0
	SatisfiedBy Condition             // empty: nothing proves it
	Affects     []string              // checks to measure again after it
	Do          map[string][]string   // surface -> what to do
	Why         string
	Careful     []string
	Worse       []string // what to stop or undo when it made things worse
	Notes       []Note
	Guides      []string
	Outcomes    []StepOutcome // what may be answered besides fixed, unchanged, worse
}

// A Note is said with a step when its condition holds.
type Note struct {
	When Condition
	Text string
	// Title is what the step is called then; empty for its own.
	Title string
	// Unlikely: then the step is unlikely to help, and Text is the reason.
	Unlikely bool
	// Instead: then Text stands in the place of the instructions.
	Instead bool
	// Replace: as Instead, but the step is tried as ever: what it warns of, and
	// why, stay.
	Replace bool
}

// A StepOutcome is an answer after a step that is evidence for what comes next.
type StepOutcome struct {
	ID        string
	Title     string
	Likely    map[string]Likelihood // P(this | cause, not fixed), relative to the step's other outcomes
	Otherwise *Likelihood
}

// A Checkpoint is one part of the end-to-end retest. When it fails, that is
// evidence again.
type Checkpoint struct {
	ID        string
	Title     string
	Before    []string              // what must be safe first
	Minutes   float64               // to wait before it can be tried
	Postpone  bool                  // may be left for later without spoiling "fixed"
	Longer    *Longer               // what takes its place where that proves too little; nil for nothing
	Undo      string                // checkpoint that takes this one back; empty for none
	Remind    string                // said while it has not been taken back
	Likely    map[string]Likelihood // P(fails | cause)
	Otherwise *Likelihood
}

// Longer is what a checkpoint has to be instead when its condition holds: where
// what failed comes once a day, twenty minutes prove nothing.
type Longer struct {
	When    Condition
	Title   string
	Minutes float64
}

// A Guide is a named procedure, to be read by itself.
type Guide struct {
	ID         string
	Title      string
	Procedures []Procedure
}

// A Procedure is a Guide for one surface and one actor.
type Procedure struct {
	Surface string
	Actor   string
	Do      []string
	Careful []string
}

// Sorts reports whether the playbook mends nothing itself, and leads to others.
func (p *Playbook) Sorts() bool {
	return slices.ContainsFunc(p.Causes, func(c Cause) bool { return c.Playbook != "" })
}

// RetestStep is the step of stage retest, or nil.
func (p *Playbook) RetestStep() *Step {
	for i := range p.Steps {
		if p.Steps[i].Stage == diag.StageRetest {
			return &p.Steps[i]
		}
	}
	return nil
}
