package diag

// Words that mean "no evidence" as an answer, an outcome or a checkpoint.
const (
	NoAnswer      = "unknown"        // asked, or measured, without a result
	NotMeasured   = "skipped"        // a check that was not wanted
	NotApplicable = "not-applicable" // a checkpoint that this person cannot have
)

// What can be reported after a step, besides the outcomes that the step
// itself declares.
const (
	DidFixed        = "fixed"
	DidUnchanged    = "unchanged"
	DidWorse        = "worse"
	DidUnverifiable = "unverifiable"
	DidSatisfied    = "satisfied" // by evidence: shown with its proof and passed
)

// What can be reported of a checkpoint of the retest, besides NotApplicable.
const (
	CheckpointPasses    = "passes"
	CheckpointFails     = "fails"
	CheckpointPostponed = "postponed"
)

// Ids of the questions that the engine asks by itself.
const (
	AskSymptoms = "symptoms"
	AskWhere    = "where-fails"
	AskRepair   = "after-repair"    // an early check failed: again, elsewhere or stop
	AskContinue = "continue-anyway" // somebody else must act: continue or stop
	AskHandOver = "hand-over"       // no step is worth its time: continue or stop
)

// Orders in which the steps may come.
const (
	OrderPlaybook = "playbook" // the playbook's, exactly
	OrderLikely   = "likely"   // what costs least on average, within what steps require
)

// Choices of AskRepair, AskContinue and AskHandOver.
const (
	ChoiceAgain     = "again"
	ChoiceElsewhere = "elsewhere"
	ChoiceStop      = "stop"
	ChoiceContinue  = "continue"
)

// A Question is put to a person, or to an answers file, by an Asker.
type Question struct {
	ID      string
	Text    string   // one line
	Help    string   // why we ask; may be empty
	Choices []Choice // in the order to show
	Multi   bool     // several choices may be ticked, also none
	// Show names something to display while asking. "corrected-time" is a
	// running clock at this computer's time plus Offset.
	Show          string
	OffsetSeconds float64 // for Show: server minus local
	OffsetKnown   bool
	OffsetGiven   bool // somebody vouched for this computer's clock; it was not measured
	// PhoneClock: the question is about a phone's clock, and a measurement of
	// it answers it. Outcome of PhoneClock -> choice; nil for other questions.
	PhoneClock map[string]string
	// Careful is what has to be known before the answer is tried out.
	Careful []string
	// Finding is the failed check that AskRepair and AskContinue are about.
	Finding *Check
	// First: no question comes before it to which anybody could go back.
	First bool
}

// A Choice is one answer to a Question.
type Choice struct {
	ID   string
	Text string
	// Input is the prompt for a value to type when this is chosen; empty
	// for none. The value comes back in Answer.Input.
	Input string
	// Unsure marks an answer that tells nothing, such as "I have not tried".
	Unsure bool
}

// An Answer is what came back. No choice at all means "unknown", except for a
// Multi question, where it means that nothing was ticked.
type Answer struct {
	Choices []string
	Input   string
	Unknown bool // a Multi question that was not answered
	// How tells what was measured, where a measurement gave the answer: "47 s
	// slow". Empty when a person did.
	How string
}

// An Instruction is one step as a person sees it.
type Instruction struct {
	ID      string
	Stage   Stage
	Title   string
	Number  int // of Of, from 1, counting the retest
	Of      int
	Minutes float64
	Surface string
	Do      []string // what to do, in order
	Why     string
	Careful []string
	More    []string // shown on request: guides and notes
	// Satisfied: evidence already proves this step done; Proof says which.
	// It is shown and passed, and nothing is asked.
	Satisfied bool
	Proof     string
	// Left is what of a satisfied step is still to be done.
	Left []string
	// Now is why this step comes now; empty in the playbook's order.
	Now       string
	PFix      float64 // probability, 0 to 1, that this step would fix it now
	Highlight bool    // the most promising of the steps that are left
	Unlikely  bool    // unlikely to help here
	Reason    string  // why it is unlikely; may be empty
	// Instead: what is to be done stands in the place of the instructions, so
	// that nothing is tried now.
	Instead bool
	// Worse is what to stop or undo when it made things worse.
	Worse []string
	// Outcomes are the answers to "What happened?", in the order to show.
	// Empty for a satisfied step and for the retest.
	Outcomes []Choice
	// Checkpoints are set for the retest only.
	Checkpoints []Checkpoint
	// PutOff: only what was put off is tried, long after the rest.
	PutOff bool
	// NothingHelped: what was tried before the retest helped nothing, so there
	// is nothing to prove.
	NothingHelped bool
}

// A Checkpoint is one thing to try in the end-to-end retest.
type Checkpoint struct {
	ID       string
	Title    string
	Before   []string // what must be safe before it is tried
	Minutes  float64  // to wait before it can be tried; 0 for at once
	Postpone bool     // "later" is a fair answer
	Must     bool     // "does not apply" is no answer: without it nothing is proven
	Undo     string   // the checkpoint that takes it back; empty for none
	Remind   string   // said while it has not been taken back
}

// Open reports whether what this one did has not been taken back.
func (c Checkpoint) Open(reports map[string]string) bool {
	return c.Undo != "" && reports[c.ID] == CheckpointPasses && reports[c.Undo] != CheckpointPasses
}

// Did is what was reported after an Instruction.
type Did struct {
	Outcome     string            `json:"outcome,omitempty"`     // of a step: fixed, unchanged, worse, unverifiable or one of its own
	Checkpoints map[string]string `json:"checkpoints,omitempty"` // of the retest: checkpoint -> passes, fails, postponed or not-applicable
}

// A Request asks the machine for one check.
type Request struct {
	ID   string            // of the check in its playbook
	Kind string            // of the probe
	With map[string]string // parameters, variables filled in
	// Unset are the parameters that are made of variables of which none has a
	// value yet, each with the variable that gives it one.
	Unset map[string]string
}

// A Finding is what a probe found. Its status follows from Kinds.
type Finding struct {
	Outcome   string         `json:"outcome"`           // one of the kind's outcomes, or NoAnswer or NotMeasured
	Reason    string         `json:"reason,omitempty"`  // why it is unknown or skipped
	Summary   string         `json:"summary,omitempty"` // one line for people
	Facts     map[string]any `json:"facts,omitempty"`   // measured values; JSON scalars, lists and maps
	ElapsedMS float64        `json:"elapsed_ms,omitempty"`
}
