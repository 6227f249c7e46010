package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/term"
)

// Size of a terminal that does not tell its own.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// run shows a page on the terminal until it is answered.
func (w *Wizard) run(ctx context.Context, p page) (reply, error) {
	if ctx.Err() != nil {
		return reply{}, cancelledBy(ctx)
	}
	s := w.screen(p)
	over, end := context.WithCancel(ctx)
	defer end()
	s.wait, s.left = timer(over, w.opt.After), over.Done()
	input, stop := w.keys()
	program := tea.NewProgram(s, tea.WithInput(input), tea.WithOutput(w.opt.Out), tea.WithFilter(noSizeQuestion))
	input.onEnd(func() { program.Send(endMsg{}) })
	defer context.AfterFunc(ctx, program.Quit)()
	if w.opt.Settle > 0 {
		s.settled = false
		go program.Send(s.wait(w.opt.Settle, settledMsg{})())
	}
	_, err := program.Run()
	stop()
	return w.finish(ctx, s, err)
}

// noSizeQuestion drops a form's question for the window's size. The size is
// known, and a Program does not wait for the answer when it ends: it would look
// at the terminal after the last question.
func noSizeQuestion(_ tea.Model, msg tea.Msg) tea.Msg {
	if msg == tea.WindowSize()() {
		return nil
	}
	return msg
}

func (w *Wizard) screen(p page) *screen {
	width, height := w.size()
	s := newScreen(p, newTheme(w.opt.Out, w.opt.Color), width, height)
	s.fixed = [2]bool{w.opt.Width > 0, w.opt.Height > 0}
	return s
}

// finish turns the end of a program into an answer or an error, and leaves one
// line behind.
func (w *Wizard) finish(ctx context.Context, s *screen, err error) (reply, error) {
	switch {
	case ctx.Err() != nil:
		return reply{}, cancelledBy(ctx)
	case errors.Is(err, tea.ErrProgramPanic):
		return reply{}, fmt.Errorf("the screen: %w", err)
	case s.err != nil:
		if errors.Is(s.err, diag.ErrBack) && !w.back { // said once, however far back
			said := "Back to the question before"
			if s.page.first {
				said = "This is the first question, and none comes before it"
			}
			w.leave(s, line{text: said})
			w.back = true
		}
		return s.reply(), s.err
	case err != nil && !errors.Is(err, tea.ErrInterrupted):
		return reply{}, fmt.Errorf("%w: %w", diag.ErrCancelled, err)
	case !s.done:
		return reply{}, diag.ErrCancelled // interrupted or terminated from outside
	}
	if r := s.reply(); !s.page.waits || r.picked[0] > 0 {
		w.leave(s, storyLine(s.page, r))
	}
	return s.reply(), nil
}

// leave writes the line that stays behind: its text quietly, its tail plainly.
func (w *Wizard) leave(s *screen, l line) {
	w.back = false
	text := strings.Join(strings.Fields(l.text), " ")
	left := len(text)
	var out strings.Builder
	for i, part := range wrap(text+" "+l.tail, s.columns(), s.columns()-2) {
		if i > 0 {
			out.WriteString("\n  ")
			left--
		}
		n := min(max(left, 0), len(part))
		out.WriteString(s.theme.quiet.Render(part[:n]) + part[n:])
		left -= len(part)
	}
	_, _ = io.WriteString(w.opt.Out, out.String()+"\n")
}

// storyLine says what was asked and answered, in a line.
func storyLine(p page, r reply) line {
	said := ""
	switch p.kind {
	case goOn, await:
		return line{text: p.name}
	case entry:
		said = r.text
		if strings.TrimSpace(said) == "" {
			said = "(left empty)"
		}
	case paste:
		if said = fmt.Sprintf("%d characters", len([]rune(r.text))); len([]rune(r.text)) == 1 {
			said = "1 character"
		}
		switch {
		case strings.TrimSpace(r.text) == "":
			said = "none"
		case len([]rune(r.text)) >= messageLimit:
			said = "the first " + said
		}
	default:
		said = pickedTexts(p, r)
	}
	if strings.HasSuffix(p.name, "?") || strings.HasSuffix(p.name, ":") {
		return line{p.name, said}
	}
	return line{p.name + ":", said}
}

func pickedTexts(p page, r reply) string {
	var out []string
	for _, i := range r.picked {
		out = append(out, p.choices[i])
	}
	if len(out) == 0 {
		return "nothing of these"
	}
	return strings.Join(out, "; ")
}

// cancelledBy is a cancellation that still tells why the context ended.
func cancelledBy(ctx context.Context) error {
	return fmt.Errorf("%w: %w", diag.ErrCancelled, context.Cause(ctx))
}

// timer makes commands that wait, and that give up with the question.
func timer(over context.Context, after func(time.Duration) <-chan time.Time) func(time.Duration, tea.Msg) tea.Cmd {
	return func(d time.Duration, msg tea.Msg) tea.Cmd {
		return func() tea.Msg {
			select {
			case <-after(d):
				return msg
			case <-over.Done():
				return nil
			}
		}
	}
}

// size asks the terminal how large it is.
func (w *Wizard) size() (width, height int) {
	width, height = w.opt.Width, w.opt.Height
	for _, stream := range []any{w.opt.Out, w.opt.In} {
		f, ok := stream.(*os.File)
		if !ok || width > 0 && height > 0 {
			continue
		}
		cols, rows, err := term.GetSize(int(f.Fd()))
		if err != nil {
			continue
		}
		if width <= 0 {
			width = cols
		}
		if height <= 0 {
			height = rows
		}
	}
	if width <= 0 {
		width = defaultWidth
	}
	if height <= 0 {
		height = defaultHeight
	}
	return width, height
}
