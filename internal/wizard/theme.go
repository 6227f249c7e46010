package wizard

import (
	"io"
	"regexp"
	"strings"

	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// The colors are middle tones: each has a contrast of about four to one
// against black and against white, so that nobody has to ask the terminal
// which of the two it is. A test computes it.
const (
	accentColor = "31"  // blue
	alarmColor  = "161" // red
)

// theme is how tones look.
type theme struct {
	plain, strong, quiet, accent, alarm lipgloss.Style

	label lipgloss.Style
	color bool
}

func newTheme(out io.Writer, color bool) theme {
	r := lipgloss.NewRenderer(out)
	r.SetColorProfile(termenv.ANSI256) // decided by the caller, not by looking at the environment again
	r.SetHasDarkBackground(true)       // unused: no color depends on it
	t := theme{
		plain: r.NewStyle(), strong: r.NewStyle().Bold(true), quiet: r.NewStyle().Faint(true),
		accent: r.NewStyle().Bold(true), alarm: r.NewStyle().Bold(true), label: r.NewStyle().Bold(true),
		color: color,
	}
	if color {
		t.accent = t.accent.Foreground(lipgloss.Color(accentColor))
		t.label = t.label.Foreground(lipgloss.Color(accentColor))
		t.alarm = t.alarm.Foreground(lipgloss.Color(alarmColor))
	}
	return t
}

func (t theme) style(n tone) lipgloss.Style {
	switch n {
	case strong:
		return t.strong
	case quiet:
		return t.quiet
	case accent:
		return t.accent
	}
	return t.plain
}

// paint draws a row. An alarm shows in the label; its text stays plain, so
// that it can be read.
func (t theme) paint(r row, width int) string {
	var b strings.Builder
	label := t.label
	if r.tone == alarm {
		label = t.alarm
	}
	if r.label != "" {
		b.WriteString(label.Render(r.label))
	}
	b.WriteString(strings.Repeat(" ", max(0, r.indent-lipgloss.Width(r.label))))
	if r.text != "" {
		b.WriteString(t.style(r.tone).Render(r.text))
	}
	if r.tail != "" {
		gap := width - max(r.indent, lipgloss.Width(r.label)) - lipgloss.Width(r.text) - lipgloss.Width(r.tail)
		b.WriteString(strings.Repeat(" ", max(0, gap)) + t.quiet.Render(r.tail))
	}
	return b.String()
}

// forms is the theme for huh. It starts from nothing, so that none of huh's
// own colors is left in it.
func (t theme) forms() *huh.Theme {
	f := huh.FieldStyles{
		Title: t.accent, NoteTitle: t.accent, Description: t.quiet,
		ErrorMessage: t.alarm, ErrorIndicator: t.alarm,
		SelectSelector: t.accent.SetString("> "), Option: t.plain,
		MultiSelectSelector: t.accent.SetString("> "),
		SelectedOption:      t.strong, UnselectedOption: t.plain,
		SelectedPrefix: t.accent.SetString("[x] "), UnselectedPrefix: t.plain.SetString("[ ] "),
		TextInput: huh.TextInputStyles{
			Cursor: t.plain, CursorText: t.plain, Placeholder: t.quiet, Prompt: t.accent, Text: t.plain,
		},
	}
	return &huh.Theme{Focused: f, Blurred: f}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// plainly keeps bold, faint and reverse and drops every color code. The
// widgets inside huh have defaults of their own that no theme reaches.
func plainly(view string) string {
	return sgr.ReplaceAllStringFunc(view, func(code string) string {
		var kept []string
		for _, n := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(code, "\x1b["), "m"), ";") {
			switch n {
			case "", "0", "1", "2", "7", "22", "27":
				kept = append(kept, n)
			default:
				return ifOnly(kept)
			}
		}
		return code
	})
}

// ifOnly is the code for the attributes before the first color, or nothing.
func ifOnly(kept []string) string {
	if len(kept) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(kept, ";") + "m"
}
