package wizard

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/lipgloss"
)

// Widths, in columns. Text wider than maxWidth is tiring to read; below
// roomy, labels stand before their text instead of in a margin of their own.
const (
	maxWidth     = 80
	minWidth     = 20
	roomy        = 60
	labelColumn  = 14
	numberColumn = 6
)

// A row is one line on the screen.
type row struct {
	indent int
	label  string
	text   string
	tail   string // at the right-hand side
	tone   tone
}

// rows lays a block out.
func (b block) rows(width int) []row {
	var out []row
	for i, l := range b.lines {
		label, indent := b.margin(i, width)
		out = append(out, layLine(l, label, indent, width, b.tone)...)
	}
	return out
}

// margin is what stands before line i, and how far its text is indented.
func (b block) margin(i, width int) (label string, indent int) {
	switch {
	case b.numbered && width >= roomy:
		return fmt.Sprintf("   %d", i+1), numberColumn
	case b.numbered:
		return fmt.Sprintf("%d", i+1), 3
	case b.label == "":
		return "", 0
	case width >= roomy:
		if i > 0 {
			return "", labelColumn
		}
		return b.label, max(labelColumn, lipgloss.Width(b.label)+2)
	case i > 0:
		return "", 2
	}
	return b.label + ":", 2
}

// layLine wraps one line. A label that is wider than the indent pushes the
// first row's text to the right. The tail goes to the end of the last row, or
// to a row of its own.
func layLine(l line, label string, indent, width int, t tone) []row {
	first := indent
	if w := lipgloss.Width(label); w > 0 && w >= indent {
		first = w + 1
	}
	var out []row
	for i, text := range wrap(l.text, width-first, width-indent) {
		r := row{indent: indent, text: text, tone: t}
		if i == 0 {
			r.indent, r.label = first, label
		}
		out = append(out, r)
	}
	if l.tail == "" || len(out) == 0 {
		return out
	}
	last := &out[len(out)-1]
	if last.indent+lipgloss.Width(last.text)+2+lipgloss.Width(l.tail) <= width {
		last.tail = l.tail
		return out
	}
	if indent+lipgloss.Width(l.tail) <= width {
		return append(out, row{indent: indent, tail: l.tail, tone: t})
	}
	for _, text := range wrap(l.tail, width-indent, width-indent) {
		out = append(out, row{indent: indent, text: text, tone: quiet})
	}
	return out
}

// wrap breaks a text into rows of at most first columns for the first and rest
// columns for the others, at spaces where it can. Control characters are
// dropped: some of the text was said by servers.
func wrap(text string, first, rest int) []string {
	first, rest = max(first, 1), max(rest, 1)
	var out []string
	current, room := "", first
	flush := func() {
		out = append(out, current)
		current, room = "", rest
	}
	for _, word := range strings.Fields(strings.Map(printable, text)) {
		if current != "" && lipgloss.Width(current)+1+lipgloss.Width(word) > room {
			flush()
		}
		if current != "" {
			current += " " + word
			continue
		}
		for lipgloss.Width(word) > room {
			head := cut(word, room)
			current, word = head, word[len(head):]
			flush()
		}
		current = word
	}
	if current != "" || len(out) == 0 {
		flush()
	}
	return out
}

func printable(r rune) rune {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return ' '
	case unicode.IsControl(r), r == unicode.ReplacementChar:
		return -1
	}
	return r
}

// cut is the longest beginning of a word that fits, at least one character.
func cut(word string, room int) string {
	end := 0
	for i, r := range word {
		if next := i + len(string(r)); end == 0 || lipgloss.Width(word[:next]) <= room {
			end = next
		} else {
			break
		}
	}
	return word[:end]
}

// head lays out the title of a page: the step and the title to the left, the
// aside to the right or below.
func (p page) head(width int) []row {
	title := strings.Join(filled([]string{p.step, p.title}), " · ")
	if title == "" {
		return nil
	}
	out := layLine(line{title, p.aside}, "", 0, width, strong)
	if len(p.blocks) > 0 && p.blocks[0].under {
		return out
	}
	return append(out, row{})
}

// body lays out everything between the title and the question.
func (p page) body(width int, withMore bool) []row {
	blocks := p.blocks
	if withMore {
		blocks = append(blocks[:len(blocks):len(blocks)], p.more...)
	}
	var out []row
	for i, b := range blocks {
		if i > 0 && !b.tight {
			out = append(out, row{})
		}
		out = append(out, b.rows(width)...)
	}
	if len(out) > 0 {
		out = append(out, row{})
	}
	return out
}

// face lays out the clock.
func (p page) face(width int, withDigits bool) []row {
	if p.clock == nil {
		return nil
	}
	var out []row
	for _, l := range p.clock.face(width - 2) {
		out = append(out, row{indent: 2, text: l, tone: accent})
	}
	caption := p.clock.day() + " " + p.clock.caption()
	if withDigits {
		caption = p.clock.digits() + " " + caption
	}
	out = append(out, row{})
	out = append(out, layLine(line{text: caption}, "", 0, width, quiet)...)
	return append(out, row{})
}
