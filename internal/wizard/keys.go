package wizard

import (
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	tea "github.com/charmbracelet/bubbletea"
)

// key decides what a key does: keys that mean the same everywhere first, then
// reading on while the question is not in sight yet, then the form.
func (s *screen) key(msg tea.KeyMsg) tea.Cmd {
	name := msg.String()
	if name == "ctrl+c" {
		return s.forward(msg)
	}
	if !s.settled && (name == "enter" || name == " ") {
		return nil
	}
	switch s.page.kind {
	case paste:
		return s.pasteKey(msg)
	case entry:
		if name == "esc" {
			return s.leave(diag.ErrBack)
		}
		return s.forward(msg)
	}
	return s.menuKey(msg, name)
}

// menuKey is a key on a page where nothing is typed.
func (s *screen) menuKey(msg tea.KeyMsg, name string) tea.Cmd {
	switch name {
	case "esc", "left", "b":
		return s.leave(diag.ErrBack)
	case "q":
		return s.leave(diag.ErrCancelled)
	case "?":
		s.toggleMore()
		return nil
	case "pgdown", "ctrl+d", "ctrl+f":
		s.scrollTo(s.offset + s.pageStep())
		return nil
	case "pgup", "ctrl+u", "ctrl+b":
		s.scrollTo(s.offset - s.pageStep())
		return nil
	case "home", "end":
		return s.edgeKey(msg, name)
	}
	if s.reading() {
		s.readOn(name)
		return nil
	}
	return s.answerKey(msg, name)
}

// edgeKey goes to an end of the page, or of the choices where all of it is in
// sight.
func (s *screen) edgeKey(msg tea.KeyMsg, name string) tea.Cmd {
	switch {
	case len(s.page.choices) > 0 && s.shape.total <= s.rows():
		return s.forward(msg)
	case name == "home":
		s.scrollTo(0)
	default:
		s.scrollTo(s.shape.total)
	}
	return nil
}

// answerKey is a key for the question itself. What is off screen is brought
// back first: nobody answers what they do not see.
func (s *screen) answerKey(msg tea.KeyMsg, name string) tea.Cmd {
	if s.page.kind == await {
		return s.scrollKey(name)
	}
	if s.page.kind == goOn {
		if name == "enter" || name == " " {
			return s.forward(tea.KeyMsg{Type: tea.KeyEnter})
		}
		return s.scrollKey(name)
	}
	if !s.inSight() {
		s.bringBack(name)
		return nil
	}
	switch name {
	case "up", "k":
		if s.hovered() == 0 {
			s.scrollTo(s.offset - 1)
			return nil
		}
	case "down", "j":
		if s.hovered() == len(s.page.choices)-1 {
			s.scrollTo(s.offset + 1)
			return nil
		}
	case "enter":
		if s.page.kind == tick && len(s.values.ticked) == 0 && !s.warned {
			s.warned = true
			s.follow()
			return nil
		}
	}
	s.warned = false
	return s.forward(msg)
}

// bringBack scrolls towards the choice that is out of sight: row by row with
// the arrows, else at once.
func (s *screen) bringBack(name string) {
	switch top, _ := s.choiceAt(s.hovered()); {
	case name == "up" || name == "k", (name == "down" || name == "j") && top >= s.offset:
		s.scrollKey(name)
	default:
		s.follow()
	}
}

func (s *screen) scrollKey(name string) tea.Cmd {
	switch name {
	case "up", "k":
		s.scrollTo(s.offset - 1)
	case "down", "j":
		s.scrollTo(s.offset + 1)
	}
	return nil
}

// readOn turns the page while there is text that was not on screen yet.
func (s *screen) readOn(name string) {
	switch name {
	case "enter", " ":
		s.scrollTo(s.offset + s.pageStep())
	default:
		s.scrollKey(name)
	}
	if !s.reading() && s.page.kind != goOn && s.page.kind != await {
		s.follow()
	}
}

// pasteKey holds an Enter back until it is clear that no text follows it.
func (s *screen) pasteKey(msg tea.KeyMsg) tea.Cmd {
	if msg.String() == "esc" {
		return s.leave(diag.ErrBack)
	}
	if s.pending != 0 {
		s.pending = 0
		s.forward(tea.KeyMsg{Type: tea.KeyCtrlJ})
	}
	if msg.String() != "enter" {
		return s.forward(msg)
	}
	s.enters++
	s.pending = s.enters
	return s.wait(burst, submitMsg{s.enters})
}

func (s *screen) submitted(msg submitMsg) tea.Cmd {
	if msg.seq != s.pending {
		return nil
	}
	s.pending = 0
	return s.forward(tea.KeyMsg{Type: tea.KeyEnter})
}

func (s *screen) toggleMore() {
	if len(s.page.more) == 0 {
		return
	}
	s.withMore = !s.withMore
	blank := s.shape.question
	s.layout()
	if s.withMore {
		// What was asked for comes into sight, without its beginning
		// leaving at the top.
		start := min(blank, s.shape.question) - 1
		if s.shape.total > s.rows() {
			s.scrollTo(min(start, s.shape.total-s.rows()))
		}
		return
	}
	s.follow()
}

// rows is how many rows are left for the page above the foot. It is the same
// wherever the window stands, so the highest foot counts.
func (s *screen) rows() int {
	w := s.columns()
	low := len(joinKeys(s.keys(false, nil), w)) + len(s.warning())
	if s.shape.total <= s.height-low-1 {
		return s.height - low - 1
	}
	high := len(joinKeys(s.keys(false, []string{"↓ 99 more below", "PgUp above"}), w))
	high = max(high, len(joinKeys(s.keys(true, nil), w))) + len(s.warning())
	return max(1, s.height-high-1)
}

func (s *screen) pageStep() int { return max(1, s.rows()-2) }

// reading: part of the text, or the first choice, was never on screen.
func (s *screen) reading() bool {
	need := s.shape.total
	if len(s.page.choices) > 0 {
		top, height := s.choiceAt(0)
		need = top + height
	}
	return s.seen < need
}

// scrollTo moves the window, and remembers how far it has been.
func (s *screen) scrollTo(offset int) {
	s.offset = max(0, min(offset, s.shape.total-s.rows()))
	s.seen = max(s.seen, min(s.offset+s.rows(), s.shape.total))
}

// choiceAt is the first row of choice i and how many rows it has.
func (s *screen) choiceAt(i int) (top, height int) {
	w := s.columns()
	top = s.shape.question + len(wrap(s.page.ask, w, w))
	if s.page.hint != "" {
		top += len(wrap(s.page.hint, w, w))
	}
	for k := range i {
		top += s.page.optionRows(k, w)
	}
	return top, s.page.optionRows(i, w)
}

// inSight reports whether the choice under the cursor is on screen.
func (s *screen) inSight() bool {
	if len(s.page.choices) == 0 {
		return true
	}
	top, height := s.choiceAt(s.hovered())
	return top >= s.offset && top+height <= s.offset+s.rows()
}

// follow scrolls no further than needed to bring the cursor into sight; the
// question comes along with the first choice.
func (s *screen) follow() {
	if s.reading() && s.page.kind != entry && s.page.kind != paste {
		return
	}
	top, bottom := s.shape.question, s.shape.total
	if len(s.page.choices) > 0 {
		at, height := s.choiceAt(s.hovered())
		bottom = at + height
		if s.hovered() > 0 {
			top = at
		}
	}
	if bottom > s.offset+s.rows() {
		s.scrollTo(bottom - s.rows())
	}
	if top < s.offset {
		s.scrollTo(top)
	}
}

// formRows is the form as it is now.
func (s *screen) formRows() []string {
	view := strings.TrimRight(s.form.View(), "\n")
	if !s.theme.color {
		view = plainly(view)
	}
	return strings.Split(view, "\n")
}
