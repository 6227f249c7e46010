package playbook

import "github.com/authdoctor/authdoctor/internal/diag"

// Schemas of scenario and answers files.
const (
	ScenariosSchema = "authdoctor.scenarios/1"
	AnswersSchema   = "authdoctor.answers/1"
)

// A Suite is a scenario file.
type Suite struct {
	Path      string
	Playbook  string // id
	Scenarios []Scenario
}

// A Scenario is a case and what must become of it.
type Scenario struct {
	Name   string
	Line   int
	Given  Given
	Expect Expect
}

// Given is what a scenario or an answers file says of a case.
type Given struct {
	Symptoms    []string
	SymptomsSet bool              // the key was there, even if empty
	Checks      map[string]string // check -> outcome
	Answers     map[string]string // question -> choice
	Steps       map[string]string // step -> what is reported after it
	// Retest: checkpoint -> what is reported, one per presentation of the
	// retest; the last one holds for all that follow.
	Retest map[string][]string
	Vars   map[string]string
	// Message is the error message that was pasted; only in an answers file.
	Message string
}

// Expect is what a scenario demands. Empty fields demand nothing.
type Expect struct {
	Cause   string
	Top     int // Cause must be within the first Top; 0 is 1
	Walk    []string
	WalkSet bool
	Verdict diag.VerdictStatus
	Never   []string
}
