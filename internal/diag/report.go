package diag

import (
	"math"
	"strings"
	"time"
)

// Schemas of the documents that authdoctor writes.
const (
	ReportSchema = "authdoctor.report/1"
	CheckSchema  = "authdoctor.check/1"
)

// VerdictStatus is the one word that a run ends in.
type VerdictStatus string

// The verdicts.
const (
	Healthy      VerdictStatus = "healthy"
	Fixed        VerdictStatus = "fixed"
	Problem      VerdictStatus = "problem"
	Waiting      VerdictStatus = "waiting"
	Escalate     VerdictStatus = "escalate"
	Inconclusive VerdictStatus = "inconclusive"
	Cancelled    VerdictStatus = "cancelled"
)

// ExitStatus is the exit status of the process for a verdict: the one place
// where it is decided, for every format.
func (v VerdictStatus) ExitStatus() int {
	switch v {
	case Healthy, Fixed:
		return 0
	case Problem, Waiting, Escalate:
		return 1
	case Inconclusive:
		return 3
	case Cancelled:
		return 130
	}
	return 4
}

// Report is the result of diagnose or check, and all that a writer needs.
type Report struct {
	Schema   string      `json:"schema"`
	Session  string      `json:"session,omitempty"` // that can be taken up again
	Tool     Tool        `json:"tool"`
	Playbook PlaybookRef `json:"playbook"`
	Started  time.Time   `json:"started"`
	Finished time.Time   `json:"finished"`
	Where    Where       `json:"where"`
	Symptoms []string    `json:"symptoms"`
	Answers  AnswerMap   `json:"answers"`
	// AnsweredBy: question -> what was measured, for answers that no person gave.
	AnsweredBy AnswerMap    `json:"answered_by,omitempty"`
	Message    Message      `json:"message"`
	Checks     []Check      `json:"checks"`
	Causes     []Cause      `json:"causes"`
	Opinion    *Opinion     `json:"opinion,omitempty"` // leader against runner-up; nil where no ranking may be shown
	Plan       *Plan        `json:"plan,omitempty"`    // what the order costs; nil where no step is left, or may be advised
	Steps      []StepResult `json:"steps"`
	Walk       []string     `json:"walk"` // every presentation of a step, in order
	// Checkpoints are the ids of the retest, in the order in which they are tried.
	Checkpoints []string `json:"checkpoints"`
	Verdict     Verdict  `json:"verdict"`
	// HandOver is who to turn to, and with what, when the walk ended unfixed.
	HandOver *HandOver `json:"hand_over,omitempty"`
	Prevent  []string  `json:"prevent,omitempty"` // so that it stays away; only after a fix
	// Timeline is what happened when, in the person's zone; only of a session
	// that was kept.
	Timeline []Moment `json:"timeline,omitempty"`
	// Titles gives the words behind the ids: "symptom:ID", "question:ID",
	// "answer:QUESTION=CHOICE", "checkpoint:ID".
	Titles     map[string]string `json:"titles"`
	ExitStatus int               `json:"exit_status"`
}

// Moment is one thing that happened in a session, in words.
type Moment struct {
	At   time.Time `json:"at"`
	What string    `json:"what"` // told, answered, measured, tried, other
	Text string    `json:"text"`
	Code string    `json:"code,omitempty"`
	From string    `json:"from,omitempty"` // "question:ID", "check:ID" or "step:ID"
}

// AnswerMap is question -> choice.
type AnswerMap map[string]string

// Tool says which authdoctor wrote a report.
type Tool struct {
	Version string `json:"version"`
}

// PlaybookRef says which playbook was used.
type PlaybookRef struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	Title   string `json:"title"`
}

// Message is what the person pasted, redacted.
type Message struct {
	Text    string         `json:"text,omitempty"`
	Matches []MessageMatch `json:"matches"`
}

// MessageMatch is a known error recognised in a Message.
type MessageMatch struct {
	System string `json:"system"`
	Code   string `json:"code"`
	Cause  string `json:"cause"` // cause class
	Title  string `json:"title,omitempty"`
	// Certain: the message leaves no other class open.
	Certain bool `json:"certain,omitempty"`
	// Or are the other classes that it leaves open: it is then weaker evidence. A
	// match that is not certain and names none is no evidence.
	Or []string `json:"or,omitempty"`
}

// Check is one check with its judgement.
type Check struct {
	ID        string         `json:"id"`
	Title     string         `json:"title"` // what is checked, in a word or two
	Probe     string         `json:"probe"`
	Layer     Layer          `json:"layer"`
	Status    Status         `json:"status"`
	Code      string         `json:"code"`
	Reason    string         `json:"reason"`
	Summary   string         `json:"summary"`
	Remedy    string         `json:"remedy,omitempty"` // what to do about it; empty for a pass
	Scope     Scope          `json:"scope"`
	InForce   bool           `json:"in_force"`
	BlockedBy string         `json:"blocked_by"` // id of the check that hides this one
	AlsoFound bool           `json:"also_found"`
	Facts     map[string]any `json:"facts"`
	ElapsedMS float64        `json:"elapsed_ms"`
}

// Cause is one possible cause and how probable it is.
type Cause struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Layer       Layer    `json:"layer,omitempty"`
	Class       string   `json:"class"`
	Actor       string   `json:"actor,omitempty"`
	Prior       float64  `json:"prior"`          // before any evidence, 0 to 1; all causes sum to 1
	Probability float64  `json:"probability"`    // after all evidence, 0 to 1; all causes sum to 1
	PriorDB     float64  `json:"prior_decibans"` // 10 log10 of prior odds against Against
	Against     string   `json:"against"`        // the leader; for the leader, the runner-up
	Evidence    []Weight `json:"evidence"`       // PriorDB plus their sum is the posterior odds
}

// Weight is how far one observation moved one cause against another.
type Weight struct {
	From     string  `json:"from"` // "symptom:ID", "check:ID", "question:ID", "step:ID", "checkpoint:ID"
	Outcome  string  `json:"outcome"`
	Text     string  `json:"text"` // the observation in words
	Decibans float64 `json:"decibans"`
}

// Unticked reports a symptom that nobody ticked. It weighs a little, but it is no
// reason that anybody gave: it is told among the numbers.
func (w Weight) Unticked() bool { return strings.HasPrefix(w.From, "symptom:") && w.Outcome == "no" }

// Slight is the least word of Weighs.
const Slight = "slight"

// Weighs says in a word how much decibans of either sign are, on a scale like
// that of Jeffreys: five are three to one, ten are ten to one, twenty a hundred
// to one.
func Weighs(decibans float64) string {
	switch d := math.Abs(decibans); {
	case d < 3:
		return Slight
	case d < 5:
		return "some"
	case d < 10:
		return "substantial"
	case d <= 20:
		return "strong"
	}
	return "decisive"
}

// Opinion is the explanation of a ranking: the leader against the runner-up.
type Opinion struct {
	Leader      Ranked   `json:"leader"`
	RunnerUp    Ranked   `json:"runner_up"`
	PriorDB     float64  `json:"prior_decibans"`
	PosteriorDB float64  `json:"posterior_decibans"`
	Weights     []Weight `json:"weights"`      // strongest first; PriorDB plus their sum is PosteriorDB
	WouldChange []Change `json:"would_change"` // answers not yet given that would make another cause lead
}

// Plan is what is still to be expected, in minutes on average over all that may
// happen, handing over at the end included.
type Plan struct {
	Order    string  `json:"order"`    // of the walk: playbook or likely
	Exact    bool    `json:"exact"`    // worked out exactly; else found by looking ahead, and Minutes may be less
	Minutes  float64 `json:"minutes"`  // of the best way to go on
	InOrder  float64 `json:"in_order"` // of the steps in the playbook's order
	Price    float64 `json:"price"`    // of the playbook's order: InOrder less Minutes, at least 0
	First    string  `json:"first"`    // step or question that the best way begins with; empty for handing over
	HandOver bool    `json:"hand_over"`
}

// Ranked is a cause in an Opinion.
type Ranked struct {
	ID          string  `json:"id"`
	Title       string  `json:"title"`
	Probability float64 `json:"probability"`
}

// Change is an outcome, not known yet, that would change the leader.
type Change struct {
	From        string  `json:"from"`
	Outcome     string  `json:"outcome"`
	Text        string  `json:"text"`
	Probability float64 `json:"probability"` // of that outcome
	Leader      string  `json:"leader"`      // cause that would lead
	LeaderTitle string  `json:"leader_title"`
}

// StepState is where a step stands.
type StepState string

// The states of a step.
const (
	StepDone      StepState = "done"
	StepSatisfied StepState = "satisfied"
	StepSkipped   StepState = "skipped"
	StepPending   StepState = "pending"
	StepCurrent   StepState = "current"
)

// StepResult is a step of the playbook as it stood when the report was made.
type StepResult struct {
	ID          string            `json:"id"`
	Stage       Stage             `json:"stage"`
	Title       string            `json:"title"`
	State       StepState         `json:"state"`
	Outcome     string            `json:"outcome"`
	OutcomeText string            `json:"outcome_text,omitempty"`
	PFix        float64           `json:"p_fix"`
	Minutes     float64           `json:"minutes"`
	Do          []string          `json:"do"`
	Why         string            `json:"why,omitempty"`
	Now         string            `json:"now,omitempty"` // why it comes now; empty in the order of the playbook
	Careful     []string          `json:"careful,omitempty"`
	Proof       string            `json:"proof,omitempty"`
	Highlight   bool              `json:"highlight,omitempty"`
	Unlikely    bool              `json:"unlikely,omitempty"`
	Checkpoints map[string]string `json:"checkpoints,omitempty"`
}

// Verdict is the conclusion.
type Verdict struct {
	Status  VerdictStatus `json:"status"`
	Cause   string        `json:"cause"`
	Layer   Layer         `json:"layer"`
	Check   string        `json:"check"`
	Code    string        `json:"code"`
	Class   string        `json:"class"`
	Summary string        `json:"summary"` // one sentence
	Why     string        `json:"why,omitempty"`
	Next    Next          `json:"next"`
	Pending []string      `json:"pending"` // checkpoints still to be tried
}

// Next is the one thing to do now.
type Next struct {
	Step string `json:"step"`
	Text string `json:"text"`
	// Playbook to go on with; only of a playbook that sorts.
	Playbook string `json:"playbook,omitempty"`
}

// HandOver is what to give to whoever must act.
type HandOver struct {
	To   string `json:"to"`
	Text string `json:"text"` // why them, and what else to know
	// Ask is what to tell them, as the person would say it; may be empty.
	Ask  string   `json:"ask,omitempty"`
	Give []string `json:"give"`
	// Meanwhile is what the person does until they have acted; may be empty.
	Meanwhile string `json:"meanwhile,omitempty"`
}

// TestRun is the outcome of a set of test cases, for the writers of lint and
// scenario results.
type TestRun struct {
	Name  string     `json:"name"`
	Cases []TestCase `json:"cases"`
}

// TestCase is one of them.
type TestCase struct {
	Group   string  `json:"group"` // file or playbook
	Name    string  `json:"name"`
	Failure string  `json:"failure,omitempty"` // empty when it passed
	Kind    string  `json:"kind,omitempty"`    // code of the failure
	Skipped string  `json:"skipped,omitempty"` // why it could not run
	Seconds float64 `json:"seconds"`
}
