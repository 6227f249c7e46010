package wizard

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// View draws the part of the page that fits, and the foot.
func (s *screen) View() string {
	if s.done || s.err != nil {
		return ""
	}
	rows := append(append([]string{}, s.above...), s.formRows()...)
	from := min(s.offset, len(rows))
	to := min(from+s.rows(), len(rows))
	out := append(append([]string{}, rows[from:to]...), "")
	return strings.Join(append(out, s.foot()...), "\n")
}

// foot is what can be done now, and whether there is more to read.
func (s *screen) foot() []string {
	out := s.warning()
	for _, l := range joinKeys(s.keys(s.reading(), s.hidden()), s.columns()) {
		out = append(out, s.theme.quiet.Render(l))
	}
	return out
}

// warning is what there is to say about an Enter that was not taken.
func (s *screen) warning() []string {
	if !s.warned {
		return nil
	}
	w := s.columns()
	out := wrap("Nothing is ticked yet. Space ticks the line with the arrow. Does nothing fit? Enter once more.", w, w)
	for i := range out {
		out[i] = s.theme.alarm.Render(out[i])
	}
	return out
}

// keys names the keys that work, in words; last comes what is out of sight.
func (s *screen) keys(reading bool, hidden []string) []string {
	switch s.page.kind {
	case entry:
		return []string{"Enter go on", "Esc back", "Ctrl-C quit"}
	case paste:
		return []string{"Enter done", "Ctrl-J new line", "Esc back", "Ctrl-C quit"}
	}
	var out []string
	switch {
	case s.page.kind == await:
	case reading:
		out = []string{fmt.Sprintf("Enter read on (%d more)", s.shape.total-s.seen)}
	case s.page.kind == goOn:
		out = []string{"Enter go on"}
	case s.page.kind == tick:
		out = []string{"↑↓ move", "Space tick", "Enter done"}
	default:
		out = []string{"↑↓ move", "Enter answer"}
	}
	if len(s.page.more) > 0 {
		out = append(out, s.moreKey())
	}
	return append(append(out, "← back", "q quit"), hidden...)
}

func (s *screen) moreKey() string {
	if s.withMore {
		return "? less"
	}
	return "? " + s.page.offer
}

// hidden says what is out of sight now that everything has been read once.
func (s *screen) hidden() []string {
	if s.reading() {
		return nil
	}
	var out []string
	if n := s.answersBelow(); n > 0 {
		out = append(out, fmt.Sprintf("↓ %d more below", n))
	}
	if s.offset > 0 {
		out = append(out, "PgUp above")
	}
	return out
}

// answersBelow counts the choices under the lower edge.
func (s *screen) answersBelow() int {
	n := 0
	for i := range s.page.choices {
		if top, height := s.choiceAt(i); top+height > s.offset+s.rows() {
			n++
		}
	}
	return n
}

// joinKeys fills rows with keys, never breaking one.
func joinKeys(keys []string, width int) []string {
	var out []string
	current := ""
	for _, k := range keys {
		k = wrap(k, width, width)[0] // in a very narrow window its end is dropped
		next := k
		if current != "" {
			next = current + "   " + k
		}
		if current != "" && lipgloss.Width(next) > width {
			out = append(out, current)
			next = k
		}
		current = next
	}
	return append(out, current)
}
