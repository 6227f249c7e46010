package playbook

// A Code is one kind of mistake in a file. It keeps its meaning for ever.
type Code struct {
	Code     string
	Severity Severity
	Title    string // what is wrong, in a few words
	Doc      string // why it matters and what to do
}

// severityOf is the severity of a code; an unknown code stops the file.
func severityOf(code string) Severity {
	for i := range Codes {
		if Codes[i].Code == code {
			return Codes[i].Severity
		}
	}
	return Error
}

// Codes lists every code, sorted.
var Codes = []Code{}
