package playbook

// A Code is one kind of mistake in a file. It keeps its meaning for ever.
type Code struct {
	Code     string
	Severity Severity
	Title    string // what is wrong, in a few words
	Doc      string // why it matters, and what to do
}

// severityOf is the severity of a code. An unknown code would stop the file.
func severityOf(code string) Severity {
	for i := range Codes {
		if Codes[i].Code == code {
			return Codes[i].Severity
		}
	}
	return Error
}

// Codes lists every code, sorted. To PB024, PB044 and PB050: what makes a file
// unusable. From PB025: what makes a usable playbook a poor one; from PB060,
// a file of signatures.
var Codes = []Code{
	{"PB001", Error, "not readable as YAML", "The file breaks the rules of YAML. Look at the line, and at the one before it: an open quote, a tab, a colon in an unquoted text."},
	{"PB002", Error, "not a plain text file of sensible size", "Playbooks are UTF-8 text without control characters, at most 1 MiB, 10,000 lines and 32 levels deep. What goes beyond could disturb a terminal or stall the reader."},
	{"PB003", Error, "a feature of YAML that is not allowed", "Anchors, aliases, merge keys, tags and directives make a file mean something else than it shows. Write the value out."},
	{"PB004", Error, "more than one document", "A file holds one playbook. Put the second into a file of its own."},
	{"PB005", Error, "unknown schema", "The first key says which format the file has. This program does not read that one."},
	{"PB006", Error, "unknown key", "The key would have no effect, so it is probably a slip. See the format reference."},
	{"PB007", Error, "duplicate key", "A key can have one value. Remove or rename one."},
	{"PB008", Error, "missing key", "Without this key the rest cannot be understood."},
	{"PB009", Error, "wrong type of value", "A list stands where text should, a value is missing or empty, or a number is text."},
	{"PB010", Error, "malformed id or name", "Ids are lower-case words joined by hyphens, so that they can be typed on any command line. Variables use underscores."},
	{"PB011", Error, "duplicate id", "Two things of one kind cannot share an id: nothing could tell them apart."},
	{"PB012", Error, "unknown id", "The file names a cause, step, check, question, guide or variable that does not exist."},
	{"PB013", Error, "unknown word for a number", "Likelihoods are never, rarely, sometimes, half, often, usually, always, or a number from 0 to 1. Priors are rare, uncommon, common, very-common, or a number."},
	{"PB014", Error, "number out of range", "A likelihood is from 0 to 1, a prior above 0, minutes from 0 to four weeks, a reliability above 0 and at most 1."},
	{"PB015", Error, "unknown word of a fixed list", "Layers, classes, actors, stages, surfaces and verdicts are fixed, so that reports mean the same everywhere."},
	{"PB016", Error, "unknown kind of probe", "Only built-in probes can be run; a playbook is data and executes nothing."},
	{"PB017", Error, "outcome or choice that cannot happen", "The probe cannot find this, the question has no such choice, or nobody can report it. It would wait for ever."},
	{"PB018", Error, "reserved id", "The id already means something of the engine's own."},
	{"PB019", Error, "ambiguous id", "Symptoms, checks, questions and steps share one set of ids, because conditions name them without saying which they mean."},
	{"PB020", Error, "row that does not sum to 1", "The outcomes of a row share out a probability of 1. What is not named gets the rest."},
	{"PB021", Error, "stages out of order", "Steps come in the order credentials, session, two_factor, roles, retest, with one retest at the end: that order is known to work."},
	{"PB022", Error, "something that waits for itself", "The requires of steps, the after of checks or the when of questions lead in a circle, so none of them could ever begin."},
	{"PB023", Error, "a step that requires a later one", "Steps are presented in the order of the file. Move one of the two."},
	{"PB024", Error, "secret parameter", "Passwords, logins, communities and the files that hold them come only from flags, never from a parameter, a variable or an address. A playbook is made to be shared."},

	{"PB025", Error, "a cause that nothing can raise", "No symptom, check or question makes this cause more likely than before, so it could never be found."},
	{"PB026", Error, "a cause without a way out", "No step fixes it and it has no escalate: whoever has it would be left alone with it."},
	{"PB027", Error, "no retest", "Fixed means proven fixed: the steps end in one of stage retest, with checkpoints."},
	{"PB028", Warning, "a row that makes no difference", "The row equals its otherwise in every outcome, so it is no evidence. Remove it, or say what you meant."},
	{"PB029", Error, "a surface without instructions", "Every step but the retest says what to do on every surface of the playbook."},
	{"PB030", Warning, "a guide that no step uses", "Nobody who follows the steps is led to it."},
	{"PB031", Error, "unknown parameter of a probe", "The probe does not take this parameter from a playbook."},
	{"PB032", Error, "unknown variable", "What stands between {{ and }} must be a key of vars. Otherwise people would read the braces."},
	{"PB033", Warning, "a variable that nothing uses", "It could be set, and nothing would change."},
	{"PB034", Warning, "no sources", "Whoever reviews the playbook later cannot tell facts from memory."},
	{"PB035", Warning, "no review date", "Sign-in pages change. A date says how old the knowledge is."},
	{"PB036", Error, "not a date", "The review date is written as in 2026-03-18."},
	{"PB037", Warning, "text too wide", "Titles, questions and choices are shown on one line of 80 columns, the name of the service inside sentences."},
	{"PB038", Error, "a conclusive outcome that raises nothing", "An outcome that proves a cause must make some cause more likely."},
	{"PB039", Warning, "a question whose answers change nothing", "It costs the person a minute. Give it a row, use it in a condition, or remove it."},
	{"PB040", Warning, "a symptom that raises no cause", "Ticking it would change nothing."},
	{"PB041", Warning, "a step that fixes nothing and tells nothing", "It costs time. Say which causes it fixes, or which answers after it are evidence."},
	{"PB042", Warning, "nobody to turn to", "When every step was tried, the playbook should say who can help, and what to give them."},
	{"PB043", Warning, "instructions that nobody sees", "The surface is not one of the playbook's."},
	{"PB044", Error, "a value that the probe cannot use", "The parameter is not of the form that the probe takes, so the check could only be unknown. The hint shows one that is."},

	{"PB050", Error, "a scenario that demands nothing", "It would always pass. Say which cause, walk or verdict is expected."},

	{"PB060", Error, "a signature without an example", "An example shows what the message looks like, and tests that it is recognised."},
	{"PB061", Error, "an example that is not recognised", "The signature must win its own examples against all others, or another that says the same must."},
	{"PB062", Error, "a near miss that is hit", "The message resembles what the signature is for and is something else. Make the literals or the pattern narrower."},
	{"PB063", Warning, "no near miss", "Say which message could be confused with it and must not be, for the signature or for its file."},
	{"PB064", Error, "a signature that leads nowhere", "The playbook or the cause that it points to does not exist."},
	{"PB065", Error, "a reference that cannot be looked up", "The reference is the web address of the page that the facts come from."},
}
