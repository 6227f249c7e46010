package wizard

import (
	"fmt"
	"math"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// kind is what a page wants from the person.
type kind int

const (
	goOn   kind = iota // Enter, when read
	choose             // one of the choices
	tick               // any of the choices, also none
	entry              // a line to type
	paste              // a text of several lines
	await              // nothing: something else happens
)

// A page is one thing to put before a person: some text, then one question.
// It is plain data; the screen and the line prompter both show it.
type page struct {
	kind    kind
	step    string // "Step 2 of 5"; may be empty
	title   string // may be empty
	aside   string // said beside the title, such as how long it takes
	blocks  []block
	more    []block // shown on request
	offer   string  // what to call more: "why we ask"
	clock   *clock  // shown above the question; nil for none
	ask     string  // the question
	hint    string  // how to answer it, where that is not obvious
	choices []string
	first   bool            // there is none before it
	waits   bool            // the first choice is no answer: the page stays
	name    string          // what to call it on the line that stays behind
	until   <-chan struct{} // of await: closed when it has happened
	draw    Drawing         // of await: what is on screen meanwhile
	before  *reply          // what was answered, or begun, when it was last on screen
}

// key is the same for the same question, whenever it is put.
func (p page) key() string {
	return strings.Join(append([]string{p.step, p.title, p.name, p.ask}, p.choices...), "\x00")
}

// A Drawing gives lines that are to be shown as they are, for that many
// columns and rows; no rows means that it is read aloud.
type Drawing func(columns, rows int) []string

// A block is a paragraph, a list or a labelled remark.
type block struct {
	label    string // in the left margin
	spoken   string // the label without signs, for the line prompter; label when empty
	numbered bool
	tight    bool // no empty line before it
	under    bool // belongs to the title
	tone     tone
	lines    []line
}

// A line is a sentence, with something short at the right-hand side.
type line struct {
	text string
	tail string
}

// tone is how loud a text is. It never carries meaning alone.
type tone int

const (
	plain tone = iota
	strong
	quiet
	accent
	alarm
)

// reply is what came back from a page.
type reply struct {
	picked []int // positions in the choices
	text   string
}

func texts(lines ...string) []line {
	out := make([]line, 0, len(lines))
	for _, l := range lines {
		out = append(out, line{text: l})
	}
	return out
}

// remark is a labelled block, or nothing when there is nothing to say.
func remark(label string, lines ...string) []block {
	lines = filled(lines)
	if len(lines) == 0 {
		return nil
	}
	return []block{{label: label, lines: texts(lines...)}}
}

func filled(lines []string) []string {
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// stack puts blocks close together under the first one.
func stack(blocks ...[]block) []block {
	var out []block
	for _, bs := range blocks {
		for _, b := range bs {
			b.tight = len(out) > 0
			out = append(out, b)
		}
	}
	return out
}

func choiceTexts(choices []diag.Choice) []string {
	out := make([]string, len(choices))
	for i, c := range choices {
		out[i] = c.Text
	}
	return out
}

// inHundred says a probability the way people take it in.
func inHundred(p float64) string {
	switch n := math.Round(p * 100); {
	case n < 1:
		return "less than 1 in 100"
	case n > 99:
		return "more than 99 in 100"
	default:
		return fmt.Sprintf("%.0f in 100", n)
	}
}

// about says how long something takes; empty for no time at all.
func about(minutes float64) string {
	switch {
	case minutes <= 0:
		return ""
	case minutes < 1.5:
		return "about a minute"
	case minutes < 90:
		return fmt.Sprintf("about %.0f minutes", minutes)
	default:
		return fmt.Sprintf("about %.0f hours", minutes/60)
	}
}
