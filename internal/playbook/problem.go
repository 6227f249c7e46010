package playbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Severity says whether a Problem stops the file from being used.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // the file is refused
	Warning Severity = "warning" // the file works, and is poorer for it
)

// A Problem is one thing that is wrong with a file, and where.
type Problem struct {
	Code     string   `json:"code"` // a code of Codes
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Line     int      `json:"line"`   // from 1
	Column   int      `json:"column"` // in characters, from 1
	Message  string   `json:"message"`
	Hint     string   `json:"hint"` // what to do; may be empty
	// Excerpt is the line with its number, the one before it, and carets under
	// what is meant; without a final newline.
	Excerpt string `json:"excerpt"`
}

// reportWidth is where the code ends when the message leaves room for it.
const reportWidth = 80

// String prints the problem as an editor and a person can read it: place,
// message and code, then the line with carets and the hint behind them.
func (p Problem) String() string {
	head := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	room := max(3, reportWidth-utf8.RuneCountInString(head)-len(p.Code))
	var b strings.Builder
	b.WriteString(head + strings.Repeat(" ", room) + p.Code)
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	switch {
	case p.Hint == "":
	case p.Excerpt == "":
		b.WriteString("\n   " + p.Hint)
	default:
		b.WriteString(" " + p.Hint)
	}
	return b.String()
}

// Problems is the error of a file that cannot be used: everything that is
// wrong with it, in the order of the file.
type Problems struct {
	List []Problem
}

// Error prints one problem per block.
func (p *Problems) Error() string {
	blocks := make([]string, len(p.List))
	for i, problem := range p.List {
		blocks[i] = problem.String()
	}
	return strings.Join(blocks, "\n")
}

// Count counts the problems of a severity.
func Count(problems []Problem, s Severity) int {
	n := 0
	for _, p := range problems {
		if p.Severity == s {
			n++
		}
	}
	return n
}

// inOrder sorts problems by where they are, and drops repetitions.
func inOrder(found []finding) []finding {
	order := func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
	}
	slices.SortStableFunc(found, order)
	return slices.CompactFunc(found, func(a, b finding) bool { return order(a, b) == 0 })
}
