// Package explain says what an error message means: which system said it, with
// which code, what stopped the sign-in, and what to do.
//
// What it knows is data, diag.Signatures. How it decides is here: a message is
// cleaned of its wrappers (clean.go, lines.go, halved.go), one pass finds the
// literals that occur in it (literals.go), the signatures behind them are held
// against the text (match.go) as far as it holds what their patterns need
// (pattern.go, needs.go), the names of errors are read where the words say little
// (names.go), plain words where nothing else is there (frames.go), printed times
// are compared (times.go), the matches are ranked (rank.go), and of several steps
// the last one counts (course.go, button.go). A long text is read once for all the
// words that are needed (index.go), and patterns are tried only where those are
// (long.go).
package explain

// Schema is the format of an Answer as JSON.
const Schema = "authdoctor.explain/1"

// An Answer says what a message means.
type Answer struct {
	Schema string `json:"schema"`
	ID     any    `json:"id,omitempty"` // of the message in a batch: its own, or the number of its line
	// Auth is true for whatever stopped a sign-in, network and clock included.
	Auth   bool   `json:"auth"`
	System string `json:"system"`
	Code   string `json:"code"`
	// Cause is a cause class; not_auth for a look-alike and for what is no end;
	// empty when nothing was recognised.
	Cause string `json:"cause"`
	// Alternatives are other classes that the text leaves open, and Question
	// is what would decide.
	Alternatives []string  `json:"alternatives"`
	Question     string    `json:"question,omitempty"`
	Findings     []Finding `json:"findings"` // the one that counts first
	// Error says why a line of a batch was not read; all else is then empty.
	Error *LineError `json:"error,omitempty"`
}

// A LineError is what was wrong with a line of a batch.
type LineError struct {
	Line   int    `json:"line"` // from 1
	Reason string `json:"reason"`
}

// Unread is the answer to a line of a batch that is no message.
func Unread(id any, line int, reason string) Answer {
	a := Unrecognised()
	a.ID, a.Error = id, &LineError{Line: line, Reason: reason}
	return a
}

// Unrecognised is the answer to a message in which nothing is known.
func Unrecognised() Answer {
	return Answer{Schema: Schema, Alternatives: []string{}, Findings: []Finding{}}
}

// Recognised reports whether the message is a known one, also as a look-alike.
func (a *Answer) Recognised() bool { return a.Cause != "" }

// A Finding is one signature that was found in the message.
type Finding struct {
	Signature string `json:"signature"` // its id
	System    string `json:"system"`
	Code      string `json:"code"`
	Cause     string `json:"cause"`
	Title     string `json:"title"`
	Meaning   string `json:"meaning"`
	Next      string `json:"next"`
	Actor     string `json:"actor"`
	Playbook  string `json:"playbook,omitempty"`
	Span      [2]int `json:"span"` // bytes of the message, from and to
	Certainty string `json:"certainty"`
	Reference string `json:"reference,omitempty"`
	// SkewSeconds is how much the other side's clock is ahead of this one, when
	// the message prints both.
	SkewSeconds *float64 `json:"skew_seconds,omitempty"`

	alternatives []string
	question     string
}
