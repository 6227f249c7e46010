package wizard

import (
	"errors"
	"slices"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"
)

// Messages that a screen sends to itself.
type (
	secondMsg  struct{}          // the clock shows another second
	settledMsg struct{}          // Enter counts from now on
	submitMsg  struct{ seq int } // an Enter that nothing followed
	endMsg     struct{}          // the input ended
)

// errEnded: no more keys will ever come. It is a cancellation, never an answer.
var errEnded = errors.Join(diag.ErrCancelled, errors.New("the input ended"))

// burst is how soon after an Enter more text must follow for the Enter to be
// part of a paste. Terminals without bracketed paste send a paste as typed
// keys, and its second line must not answer the next question.
const burst = 60 * time.Millisecond

// screen shows one page on a terminal. It wraps a huh form: the form has the
// question, the screen has the text above it, scrolling, and the keys that
// mean the same everywhere.
type screen struct {
	page  page
	theme theme
	wait  func(time.Duration, tea.Msg) tea.Cmd
	left  <-chan struct{} // closed when the page is no longer shown

	width, height int
	fixed         [2]bool // width, height: as given, whatever the terminal says

	values values
	form   *huh.Form
	field  huh.Field
	above  []string // the rows above the form
	shape  shape

	offset   int // first row on screen
	seen     int // rows from the top that have been on screen
	withMore bool
	settled  bool
	warned   bool // that nothing is ticked
	pending  int  // the Enter that waits for what follows; 0 for none
	enters   int

	done bool
	err  error
}

// shape is where things are, in rows from the top of the page.
type shape struct {
	question int // first row of the form
	total    int
}

func newScreen(p page, t theme, width, height int) *screen {
	s := &screen{page: p, theme: t, width: width, height: height, settled: true}
	if b := p.before; b != nil {
		s.values.ticked, s.values.text = slices.Clone(b.picked), b.text
		if len(b.picked) == 1 {
			s.values.picked = b.picked[0]
		}
	}
	s.build()
	return s
}

// build makes the form anew for the width, with what was answered so far.
func (s *screen) build() tea.Cmd {
	at := s.values.picked
	if s.field != nil {
		at = s.hovered()
	}
	s.form = newForm(s.page, &s.values, s.theme, s.columns())
	cmd := s.form.Init()
	s.field = s.form.GetFocusedField()
	for s.hovered() < at {
		s.form.Update(tea.KeyMsg{Type: tea.KeyDown})
	}
	for s.hovered() > at {
		s.form.Update(tea.KeyMsg{Type: tea.KeyUp})
	}
	s.layout()
	if s.page.kind == entry || s.page.kind == paste {
		s.follow()
	}
	return cmd
}

// columns is the width to write in: never the last column, where some
// terminals wrap, and never more than is pleasant to read.
func (s *screen) columns() int { return max(minWidth, min(s.width-1, maxWidth-1)) }

// layout draws the rows above the form.
func (s *screen) layout() {
	w := s.columns()
	if s.page.draw != nil {
		s.above = append(s.page.draw(w, max(1, s.height-len(s.formRows())-3)), "")
		s.shape.question = len(s.above)
		s.shape.total = s.shape.question + len(s.formRows())
		s.scrollTo(s.shape.total) // nothing is asked that would have to be read first
		s.seen = s.shape.total
		return
	}
	rows := s.page.head(w)
	rows = append(rows, s.page.body(w, s.withMore)...)
	rows = append(rows, s.page.face(w, !s.theme.color)...)
	s.above = s.topMargin(rows)
	for _, r := range rows {
		s.above = append(s.above, s.theme.paint(r, w))
	}
	s.shape.question = len(s.above)
	s.shape.total = s.shape.question + len(s.formRows())
	s.scrollTo(s.offset)
}

// topMargin is an empty row, to stand apart from what was said before, where
// there is room for it.
func (s *screen) topMargin(rows []row) []string {
	if len(rows)+len(s.formRows())+1 > s.rows() {
		return nil
	}
	return []string{""}
}

// hovered is the position of the choice under the cursor.
func (s *screen) hovered() int {
	if f, ok := s.field.(interface{ Hovered() (int, bool) }); ok {
		i, _ := f.Hovered()
		return i
	}
	return 0
}

// Init starts the form, the clock and the time in which Enter does not count.
func (s *screen) Init() tea.Cmd {
	return tea.Batch(s.form.Init(), s.nextSecond(), s.happening())
}

// happenedMsg: what the page waits for has happened.
type happenedMsg struct{}

// happening waits for it; the page may be left before.
func (s *screen) happening() tea.Cmd {
	if s.page.until == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-s.page.until:
			return happenedMsg{}
		case <-s.left:
			return nil
		}
	}
}

func (s *screen) nextSecond() tea.Cmd {
	if s.page.clock == nil {
		return nil
	}
	return s.wait(s.page.clock.untilNext(), secondMsg{})
}

// Update takes one event.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if s.done || s.err != nil {
		return s, tea.Quit
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return s, s.resize(msg.Width, msg.Height)
	case secondMsg:
		s.layout()
		return s, s.nextSecond()
	case settledMsg:
		s.settled = true
		return s, nil
	case happenedMsg:
		s.done = true
		return s, tea.Quit
	case endMsg:
		return s, s.leave(errEnded)
	case submitMsg:
		return s, s.submitted(msg)
	case tea.KeyMsg:
		return s, s.key(msg)
	}
	return s, s.forward(msg)
}

func (s *screen) leave(err error) tea.Cmd {
	s.err = err
	return tea.Quit
}

// resize lays everything out anew. What is left of the old drawing is wiped,
// since terminals fold long lines in their own ways.
func (s *screen) resize(width, height int) tea.Cmd {
	if s.fixed[0] || width <= 0 {
		width = s.width
	}
	if s.fixed[1] || height <= 0 {
		height = s.height
	}
	if width == s.width && height == s.height {
		return nil
	}
	read := !s.reading()
	s.width, s.height = width, height
	if !read {
		s.offset, s.seen = 0, 0 // rows of another width say nothing
	}
	cmd := s.build()
	if read {
		s.seen = s.shape.total
		s.follow()
	}
	return tea.Sequence(cmd, tea.ClearScreen)
}

// forward hands an event to the form and looks at what became of it. The
// form's abort is our cancellation.
func (s *screen) forward(msg tea.Msg) tea.Cmd {
	_, cmd := s.form.Update(msg)
	switch s.form.State {
	case huh.StateCompleted:
		s.done = true
		return tea.Quit
	case huh.StateAborted:
		return s.leave(diag.ErrCancelled)
	}
	if _, typed := msg.(tea.KeyMsg); typed {
		s.shape.total = s.shape.question + len(s.formRows())
		s.follow()
	}
	return cmd
}

// reply is what the form holds.
func (s *screen) reply() reply {
	switch s.page.kind {
	case choose:
		return reply{picked: []int{s.values.picked}}
	case tick:
		return reply{picked: s.values.ticked}
	}
	return reply{text: s.values.text}
}
