package explain

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/authdoctor/authdoctor/internal/redact"
)

// defaultWidth is the width of a text whose reader's is not known.
const defaultWidth = 80

// row is a labelled line of a text.
type row struct{ label, text string }

// Text writes what messages mean, for people. Width 0 is 80 columns.
func Text(w io.Writer, told []Told, width int) error {
	if width < 40 {
		width = defaultWidth
	}
	var b strings.Builder
	for i, t := range told {
		if i > 0 {
			b.WriteString("\n")
		}
		if len(told) > 1 {
			fmt.Fprintf(&b, "%v  ", t.Answer.ID)
		}
		b.WriteString(headline(&t.Answer) + "\n")
		for _, r := range rows(&t) {
			wrap(&b, r, width)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// headline says it in one line.
func headline(a *Answer) string {
	if !a.Recognised() {
		return "Not recognised: nothing in this text is an error that authdoctor knows."
	}
	f := a.Findings[0]
	parts := []string{systemName(a.System)}
	if !a.Auth && a.System == "generic" {
		parts[0] = "No failed sign-in" // nobody speaks, and nobody was refused
	}
	if a.Code != "" {
		parts = append(parts, a.Code)
	}
	return strings.Join(append(parts, f.Title), " · ") + "  (" + f.Certainty + ")"
}

// rows are the reasons and the advice.
func rows(t *Told) []row {
	a := &t.Answer
	if !a.Recognised() {
		return []row{{"Do", "Give the whole message, with its code, as the program printed it."}}
	}
	f := a.Findings[0]
	list := []row{{"Found", quoted(t)}, {"Means", f.Meaning}}
	if len(a.Alternatives) > 0 {
		list = append(list, row{"Or", Spoken(a.Alternatives)})
	}
	list = append(list, row{"Ask", a.Question}, row{"Do", f.Next}, row{"Who", actors()[f.Actor]})
	for i, other := range a.Findings {
		// Words without a code of a cause that was told say nothing new.
		same := func(f Finding) bool {
			return f.Title == other.Title && f.Code == other.Code || other.Code == "" && f.Cause == other.Cause
		}
		if i > 0 && !slices.ContainsFunc(a.Findings[:i], same) {
			list = append(list, row{"Also", strings.TrimPrefix(other.Code+": ", ": ") + other.Title})
		}
	}
	if f.Playbook != "" && a.Auth {
		list = append(list, row{"More", "authdoctor diagnose " + f.Playbook})
	}
	return append(list, row{"See", f.Reference})
}

// quoted is the part of the message that was recognised.
func quoted(t *Told) string {
	span := t.Answer.Findings[0].Span
	if span[0] < 0 || span[1] > len(t.Message) || span[0] >= span[1] {
		return ""
	}
	text := strings.Join(strings.Fields(redact.Printable(t.Message[span[0]:span[1]])), " ")
	if utf8.RuneCountInString(text) > 120 {
		text = string([]rune(text)[:119]) + "…"
	}
	return `"` + text + `"`
}

// wrap writes a labelled text that continues under itself.
func wrap(b *strings.Builder, r row, width int) {
	const indent = 10
	if r.text == "" {
		return
	}
	fmt.Fprintf(b, "  %-*s", indent-2, r.label)
	column := indent
	for i, word := range strings.Fields(r.text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteString("\n")
}
