package diag

// Strength says how much a signature's match counts against another's in the
// same message.
type Strength string

// The strengths, weakest first.
const (
	StrengthHint      Strength = "hint"      // words that only say that something was refused
	StrengthStatus    Strength = "status"    // an HTTP status by itself
	StrengthGeneral   Strength = "general"   // a code that stands for several causes
	StrengthPhrase    Strength = "phrase"    // wording without a code
	StrengthLookalike Strength = "lookalike" // sounds like a sign-in and is none
	StrengthCode      Strength = "code"      // a code with one meaning
	StrengthDetail    Strength = "detail"    // a sub-code inside a general one
	StrengthTransport Strength = "transport" // the way there is broken, whatever is said around it
)

// Strengths lists the strengths, weakest first.
var Strengths = []Strength{
	StrengthHint, StrengthStatus, StrengthGeneral, StrengthPhrase, StrengthLookalike, StrengthCode, StrengthDetail, StrengthTransport,
}

// Certainties lists how sure a match is, surest first.
var Certainties = []string{"exact", "likely", "possible"}

// SignatureGroups lists the groups of a pattern that are read: the code as
// found, times that tell skew from expiry, of whom or what a success is, and the
// words proper where a pattern wants others around them.
var SignatureGroups = []string{"code", "local", "server", "now", "start", "expiry", "who", "path", "words"}

// A Signature recognises one error message.
type Signature struct {
	ID     string
	System string // who says it
	Code   string // as the system writes it; may be empty
	// Literals are looked for first, whatever the case: at least one must be
	// in the text. Without a Pattern they are the match, as whole words. What
	// is no failed sign-in may have none: it then says in which setting words mean
	// nothing, such as a test, and is tried only when weaker signatures fit.
	Literals []string
	// Pattern is a regular expression of Go, whatever the case. Its groups may
	// have the names of SignatureGroups.
	Pattern string
	With    []string // one of them must be in the text as well
	Without []string // none of them may be
	// Frames are ways of telling it in plain words, instead of a pattern. Each
	// is a list of families: regular expressions, whatever the case, that stand
	// near each other in one sentence, in whatever order.
	Frames [][]string
	Unless []string // families: a sentence with one of them tells nothing
	// Shared: the code or wording belongs to many systems, so a SystemMark in
	// the text says whose it is.
	Shared bool

	// OfLine: it says of the line on which it stands what kind of text that is,
	// such as source, and nothing of the lines around it.
	OfLine bool
	// Lines: its pattern is one of a line. It fits when it fits half of the lines
	// of a message, and none of the others refuses anybody by itself.
	Lines bool
	// Step: it tells of a step and not of the end, so that a refusal behind it
	// counts. After: it tells of a success, and is looked for only where something
	// was refused; it counts when that stands before it and nothing refuses behind.
	Step, After bool

	Class        string   // one of Classes
	Alternatives []string // classes that the text leaves open
	Question     string   // would decide between them
	Strength     Strength
	Certainty    string // one of Certainties

	Title     string
	Meaning   string
	Next      string
	Actor     string
	Playbook  string // that diagnoses it; may be empty
	Cause     string // of that playbook; may be empty
	Reference string

	Examples   []string // messages that it must win
	NearMisses []string // messages in which it must stay silent
}

// A SystemMark is wording that tells which system speaks.
type SystemMark struct {
	System   string
	Literals []string // any of them, whatever the case
}

// Signatures is the knowledge of what error messages mean.
type Signatures struct {
	List  []Signature
	Marks []SystemMark
	// Names are what people call a system when they tell of it: as written, or
	// in any case where they are written in lower case.
	Names  []SystemMark
	Advice map[string]Advice // by class, where nothing more exact is known
}

// Advice is what is said of a class whichever system it comes from.
type Advice struct{ Meaning, Next, Actor, Playbook string }
