package report

import (
	"bytes"
	"strings"

	"github.com/fatih/color"
	"github.com/rivo/uniseg"
)

// An ink is how a piece of text is meant, for whoever sees colours.
type ink int

const (
	plainInk ink = iota
	boldInk
	faintInk
	goodInk
	warnInk
	badInk
)

// palette has a colour for each ink, made for one page: shared colour objects
// would follow a global switch that looks at standard output.
func palette(on bool) map[ink]*color.Color {
	inks := map[ink]*color.Color{
		boldInk:  color.New(color.Bold),
		faintInk: color.New(color.Faint),
		goodInk:  color.New(color.FgGreen),
		warnInk:  color.New(color.FgYellow),
		badInk:   color.New(color.FgRed),
	}
	for _, c := range inks {
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
	}
	return inks
}

// narrow is the width under which codes and labels get lines of their own.
const narrow = 60

// A page lays out text in columns of display width.
type page struct {
	b       *bytes.Buffer
	width   int
	details bool
	words   bool
	inks    map[ink]*color.Color
}

func newPage(b *bytes.Buffer, o Options) *page {
	width := o.Width
	if width <= 0 {
		width = 80
	}
	return &page{b: b, width: max(width, 20), details: o.Details, words: o.Words, inks: palette(o.Color)}
}

// mark is the look of a line at its beginning: a glyph, or the word for it.
func (p *page) mark(indent string, l look) span {
	if p.words {
		return span{l.Word + ": ", l.Ink}
	}
	return span{indent + l.Glyph + " ", l.Ink}
}

func (p *page) narrow() bool { return p.width < narrow }

// A span is text in one ink.
type span struct {
	text string
	ink  ink
}

// A row is a lead, text that wraps under itself, and a tail at the right edge.
type row struct {
	lead []span
	text string
	ink  ink
	tail string // always faint
}

// blank puts an empty line between what is there and what comes.
func (p *page) blank() {
	if n := p.b.Len(); n > 0 && !bytes.HasSuffix(p.b.Bytes(), []byte("\n\n")) {
		p.b.WriteByte('\n')
	}
}

// heading opens a section.
func (p *page) heading(text string) {
	p.blank()
	p.put(row{text: text, ink: boldInk})
}

// put writes a row.
func (p *page) put(r row) {
	indent := spansWidth(r.lead)
	if (p.narrow() && indent > 12) || indent > p.width/2 {
		p.alone(trimmed(r.lead))
		indent = leadingSpaces(r.lead) + 2
		r.lead = []span{{strings.Repeat(" ", indent), plainInk}}
	}
	lines := p.wrapBeside(r.text, p.width-indent, r.tail)
	for i, text := range lines {
		lead := r.lead
		if i > 0 {
			lead = []span{{strings.Repeat(" ", indent), plainInk}}
		}
		if i == len(lines)-1 && p.tailFits(indent, text, r.tail) {
			p.line(append(lead[:len(lead):len(lead)], span{text, r.ink}, p.gap(indent, text, r.tail), span{r.tail, faintInk})...)
			return
		}
		p.line(append(lead[:len(lead):len(lead)], span{text, r.ink})...)
	}
	p.tailLine(indent, r.tail)
}

// alone puts a lead on a line of its own, or on several.
func (p *page) alone(lead []span) {
	switch n := len(lead); {
	case n == 0:
	case spansWidth(lead) <= p.width:
		p.line(lead...)
	default:
		p.put(row{lead: lead[:n-1], text: lead[n-1].text, ink: lead[n-1].ink})
	}
}

// wrapBeside leaves room for the tail behind the last line, unless that would
// squeeze the text.
func (p *page) wrapBeside(text string, room int, tail string) []string {
	lines := wrap(text, room)
	less := room - width(tail) - 2
	if p.narrow() || tail == "" || less < 30 || width(lines[len(lines)-1]) <= less {
		return lines
	}
	return wrap(text, less)
}

func (p *page) tailFits(indent int, text, tail string) bool {
	return !p.narrow() && tail != "" && indent+width(text)+2+width(tail) <= p.width
}

func (p *page) gap(indent int, text, tail string) span {
	return span{strings.Repeat(" ", p.width-indent-width(text)-width(tail)), plainInk}
}

// tailLine puts a tail on a line of its own: at the right edge, or under the
// text where there is little room.
func (p *page) tailLine(indent int, tail string) {
	if tail == "" {
		return
	}
	if !p.narrow() {
		indent = max(p.width-width(tail), 0)
	}
	for _, text := range wrap(tail, p.width-indent) {
		p.line(span{strings.Repeat(" ", indent), plainInk}, span{text, faintInk})
	}
}

// line writes spans as one line, without spaces at its end.
func (p *page) line(spans ...span) {
	spans = trimmed(spans)
	for i, s := range spans {
		text := s.text
		if i == len(spans)-1 {
			text = strings.TrimRight(text, " ")
		}
		p.b.WriteString(p.paint(text, s.ink))
	}
	p.b.WriteByte('\n')
}

// trimmed leaves out what is only spaces at the end.
func trimmed(spans []span) []span {
	for len(spans) > 0 && strings.TrimRight(spans[len(spans)-1].text, " ") == "" {
		spans = spans[:len(spans)-1]
	}
	return spans
}

// paint colours the words of a text, not the spaces around them.
func (p *page) paint(text string, i ink) string {
	c := p.inks[i]
	core := strings.Trim(text, " ")
	if c == nil || core == "" {
		return text
	}
	return strings.Replace(text, core, c.Sprint(core), 1)
}

func spansWidth(spans []span) int {
	n := 0
	for _, s := range spans {
		n += width(s.text)
	}
	return n
}

func leadingSpaces(spans []span) int {
	if len(spans) == 0 {
		return 0
	}
	return len(spans[0].text) - len(strings.TrimLeft(spans[0].text, " "))
}

// width is how many columns a text takes.
func width(s string) int { return uniseg.StringWidth(s) }

// pad fills a text up to n columns, and always leaves two.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-width(s), 2))
}

// wrap breaks a text into lines of at most room columns; runs of white space
// become one space. There is always at least one line.
func wrap(text string, room int) []string {
	room = max(room, 8)
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case width(*last)+1+width(word) <= room:
			*last += " " + word
			continue
		default:
			lines = append(lines, word)
		}
		lines = breakLast(lines, room)
	}
	return lines
}

// breakLast breaks a last line that is one word wider than room.
func breakLast(lines []string, room int) []string {
	for {
		last := lines[len(lines)-1]
		head := fitting(last, room)
		if head == last {
			return lines
		}
		lines[len(lines)-1] = head
		lines = append(lines, last[len(head):])
	}
}

// fitting is the longest start of s that takes at most room columns, and at
// least one character as people see it.
func fitting(s string, room int) string {
	end, used, state := 0, 0, -1
	for rest := s; rest != ""; {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if end > 0 && used+w > room {
			break
		}
		end, used = end+len(cluster), used+w
	}
	return s[:end]
}
