package wizard

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"
)

// values is where a form leaves what was answered.
type values struct {
	picked int
	ticked []int
	text   string
}

// newForm builds the form of a page. It touches nothing: what is typed ends
// up in v, and what v holds already is shown.
func newForm(p page, v *values, t theme, width int) *huh.Form {
	group := huh.NewGroup(newField(p, v, width))
	form := huh.NewForm(group).
		WithAccessible(false). // NewForm turns it on where TERM is dumb
		WithTheme(t.forms()).
		WithKeyMap(keyMap()).
		WithShowHelp(false).
		WithWidth(width)
	return form.WithHeight(lipgloss.Height(group.Content()))
}

func newField(p page, v *values, width int) huh.Field {
	switch p.kind {
	case choose:
		return newChooseField(p, v, width)
	case tick:
		return newTickField(p, v, width)
	case entry:
		return newEntryField(p, v, width)
	case paste:
		return newPasteField(p, v, width)
	}
	return huh.NewNote().Title(folded(p.ask, width))
}

func newChooseField(p page, v *values, width int) huh.Field {
	options := make([]huh.Option[int], len(p.choices))
	for i, text := range p.choices {
		options[i] = huh.NewOption(folded(text, width-2), i)
	}
	return huh.NewSelect[int]().Title(folded(p.ask, width)).Description(folded(p.hint, width)).
		Options(options...).Value(&v.picked)
}

func newTickField(p page, v *values, width int) huh.Field {
	options := make([]huh.Option[int], len(p.choices))
	for i, text := range p.choices {
		options[i] = huh.NewOption(folded(text, width-6), i)
	}
	return huh.NewMultiSelect[int]().Title(folded(p.ask, width)).Description(folded(p.hint, width)).
		Options(options...).Value(&v.ticked).Filterable(false)
}

func newEntryField(p page, v *values, width int) huh.Field {
	return huh.NewInput().Title(folded(p.ask, width)).Description(folded(p.hint, width)).
		CharLimit(entryLimit).Prompt("> ").Value(&v.text)
}

// entryLimit is the longest single line: longer than any address or name.
const entryLimit = 1024

// pasteRows is how much of a pasted message is on screen.
const pasteRows = 6

func newPasteField(p page, v *values, width int) huh.Field {
	return huh.NewText().Title(folded(p.ask, width)).Description(folded(p.hint, width)).
		CharLimit(messageLimit).Lines(pasteRows).ExternalEditor(false).
		Placeholder("paste here, then Enter").Value(&v.text)
}

// folded wraps a text by our own rules; huh would also break words at hyphens
// and does not wrap the lines of a multiple choice at all.
func folded(text string, width int) string {
	if text == "" {
		return ""
	}
	return strings.Join(wrap(text, width, width), "\n")
}

// optionRows is how many rows choice i takes.
func (p page) optionRows(i, width int) int {
	indent := 2
	if p.kind == tick {
		indent = 6
	}
	return len(wrap(p.choices[i], width-indent, width-indent))
}

// keyMap has the keys that huh itself handles; every other key of its
// defaults, such as filtering and select-all, is off.
func keyMap() *huh.KeyMap {
	enter := key.NewBinding(key.WithKeys("enter"))
	up, down := key.NewBinding(key.WithKeys("up", "k")), key.NewBinding(key.WithKeys("down", "j"))
	first, last := key.NewBinding(key.WithKeys("home")), key.NewBinding(key.WithKeys("end"))
	return &huh.KeyMap{
		Quit:        key.NewBinding(key.WithKeys("ctrl+c")),
		Input:       huh.InputKeyMap{Submit: enter},
		Text:        huh.TextKeyMap{Submit: enter, NewLine: key.NewBinding(key.WithKeys("ctrl+j"))},
		Note:        huh.NoteKeyMap{Submit: enter},
		Select:      huh.SelectKeyMap{Up: up, Down: down, Submit: enter, GotoTop: first, GotoBottom: last},
		MultiSelect: huh.MultiSelectKeyMap{Up: up, Down: down, Submit: enter, Toggle: key.NewBinding(key.WithKeys(" ", "x")), GotoTop: first, GotoBottom: last},
	}
}
