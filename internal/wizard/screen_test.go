package wizard

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/google/go-cmp/cmp"
)

// still is a screen that no program runs.
func still(p page, width, height int) *screen {
	s := newScreen(p, newTheme(io.Discard, false), width, height)
	s.wait = func(time.Duration, tea.Msg) tea.Cmd { return nil }
	return s
}

// typed presses keys and lets the form finish what they began.
func typed(s *screen, keys ...tea.KeyType) {
	for _, k := range keys {
		_, cmd := s.Update(tea.KeyMsg{Type: k})
		drain(s, cmd, 9)
	}
}

func drain(s *screen, cmd tea.Cmd, depth int) {
	if cmd == nil || depth == 0 {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			drain(s, c, depth-1)
		}
	case tea.QuitMsg, nil:
	default:
		_, next := s.Update(msg)
		drain(s, next, depth-1)
	}
}

func trimmed(view string) string {
	lines := strings.Split(strip(view), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// leaf turns the pages of a screen with Enter until everything was on it.
func leaf(s *screen) []string {
	views := []string{trimmed(s.View())}
	for s.reading() {
		typed(s, tea.KeyEnter)
		views = append(views, trimmed(s.View()))
		if len(views) > 200 {
			break
		}
	}
	return views
}

func TestScreens(t *testing.T) {
	for name, p := range allPages() {
		for _, width := range []int{80, 40} {
			t.Run(fmt.Sprintf("%s at %d columns", name, width), func(t *testing.T) {
				s := still(p, width, 24)
				views := leaf(s)
				if len(p.more) > 0 {
					s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("?")})
					views = append(views, trimmed(s.View()))
				}
				golden(t, fmt.Sprintf("%s.%d.txt", name, width), strings.Join(views, "\n"+strings.Repeat("-", width)+"\n")+"\n")
			})
		}
	}
}

// Nothing is cut, nothing is too wide or too high, and nothing can be answered
// before all of the text was on the screen.
func TestEverySize(t *testing.T) {
	pages := allPages()
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		for _, width := range []int{24, 40, 60, 200} {
			for _, height := range []int{8, 24} {
				checkSize(t, name, pages[name], width, height)
			}
		}
	}
}

func checkSize(t *testing.T, name string, p page, width, height int) {
	t.Helper()
	s := still(p, width, height)
	all := strings.Split(trimmed(strings.Join(append(append([]string{}, s.above...), s.formRows()...), "\n")), "\n")
	seen := map[string]bool{}
	for _, view := range leaf(s) {
		rows := strings.Split(view, "\n")
		if len(rows) > height {
			t.Errorf("%s at %dx%d: %d rows", name, width, height, len(rows))
		}
		for _, r := range rows {
			seen[r] = true
			if lipgloss.Width(r) > width {
				t.Errorf("%s at %dx%d: too wide: %q", name, width, height, r)
			}
		}
	}
	if s.done || s.err != nil {
		t.Errorf("%s at %dx%d: answered by reading on", name, width, height)
	}
	upTo := s.shape.question
	if p.kind == goOn {
		upTo = len(all)
	}
	for _, r := range all[:upTo] {
		if !seen[r] && p.kind != entry && p.kind != paste {
			t.Errorf("%s at %dx%d: never on screen: %q", name, width, height, r)
		}
	}
}

// A step with all it can have on single rows fits the smallest usual terminal.
func TestLargeStepFits(t *testing.T) {
	step := passwordStep()
	for i := range step.Do {
		step.Do[i] = fmt.Sprintf("Instruction %d", i)
	}
	step.Outcomes = append(step.Outcomes, step.Outcomes[3])
	if s := still(stepPage(step), 80, 24); s.reading() || s.answersBelow() > 0 {
		t.Errorf("does not fit:\n%s", trimmed(s.View()))
	}
}

func TestUnseenChoiceIsNotTaken(t *testing.T) {
	s := still(stepPage(passwordStep()), 40, 24)
	leaf(s)
	typed(s, tea.KeyDown, tea.KeyHome, tea.KeyEnter)
	if s.done {
		t.Fatal("took an answer that was out of sight")
	}
	if !s.inSight() {
		t.Fatal("the choice did not come back into sight")
	}
	typed(s, tea.KeyEnter)
	if !s.done || s.values.picked != 1 {
		t.Errorf("done %v, picked %d; want the second choice", s.done, s.values.picked)
	}
}

func TestEveryChoiceCanBeReached(t *testing.T) {
	for _, height := range []int{8, 12, 24} {
		s := still(stepPage(passwordStep()), 40, height)
		leaf(s)
		for i := range s.page.choices {
			if s.hovered() != i || !s.inSight() {
				t.Fatalf("height %d: choice %d: at %d, in sight %v\n%s", height, i, s.hovered(), s.inSight(), trimmed(s.View()))
			}
			typed(s, tea.KeyDown)
		}
		for range s.page.choices {
			typed(s, tea.KeyUp)
		}
		if s.hovered() != 0 || !s.inSight() {
			t.Errorf("height %d: could not get back to the first choice", height)
		}
		for range 60 {
			typed(s, tea.KeyUp)
		}
		if s.offset != 0 {
			t.Errorf("height %d: could not scroll back to the top", height)
		}
	}
}

// Where the whole page is in sight, its ends are those of the choices.
func TestHomeAndEndOfAList(t *testing.T) {
	list := page{ask: "Where?", choices: []string{"A", "B", "C"}}
	for _, kind := range []kind{choose, tick} {
		list.kind = kind
		s := still(list, 80, 24)
		typed(s, tea.KeyEnd)
		if s.hovered() != 2 {
			t.Errorf("End leads to %d", s.hovered())
		}
		typed(s, tea.KeyHome)
		if s.hovered() != 0 {
			t.Errorf("Home leads to %d", s.hovered())
		}
	}
}

func TestResizeKeepsAnswers(t *testing.T) {
	s := still(allPages()["symptoms"], 80, 24)
	typed(s, tea.KeySpace, tea.KeyDown, tea.KeyDown, tea.KeySpace, tea.KeyDown)
	for _, size := range []tea.WindowSizeMsg{{Width: 40, Height: 10}, {Width: 0, Height: 0}, {Width: 100, Height: 30}} {
		s.Update(size)
		if diff := cmp.Diff([]int{0, 2}, s.values.ticked); diff != "" {
			t.Errorf("%v: ticks changed:\n%s", size, diff)
		}
		if s.hovered() != 3 {
			t.Errorf("%v: cursor at %d, want 3", size, s.hovered())
		}
	}
	if got := strings.Count(s.View(), "[x]"); got != 2 {
		t.Errorf("%d ticks on screen, want 2", got)
	}
}

func TestResizeDoesNotCountAsReading(t *testing.T) {
	s := still(stepPage(passwordStep()), 30, 12)
	typed(s, tea.KeyEnter, tea.KeyEnter)
	s.Update(tea.WindowSizeMsg{Width: 80, Height: 12})
	if !s.reading() {
		t.Errorf("seen %d of %d rows after a change of width", s.seen, s.shape.total)
	}
	leaf(s)
	s.Update(tea.WindowSizeMsg{Width: 30, Height: 12})
	if s.reading() || !s.inSight() {
		t.Error("has to be read again, or the choice is out of sight")
	}
}

func TestEnterIsIgnoredUntilSettled(t *testing.T) {
	s := still(allPages()["where"], 80, 24)
	s.settled = false
	typed(s, tea.KeyEnter, tea.KeySpace, tea.KeyDown)
	if s.done || s.hovered() != 1 {
		t.Fatalf("done %v, cursor %d; want the arrow to work and Enter not", s.done, s.hovered())
	}
	s.Update(settledMsg{})
	typed(s, tea.KeyEnter)
	if !s.done || s.values.picked != 1 {
		t.Errorf("done %v, picked %d; want the second choice", s.done, s.values.picked)
	}
}

func TestPlainly(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"bold stays", "\x1b[1mx\x1b[0m", "\x1b[1mx\x1b[0m"},
		{"color goes", "\x1b[38;5;31mx\x1b[0m", "x\x1b[0m"},
		{"bold of a color stays", "\x1b[1;38;5;31mx\x1b[m", "\x1b[1mx\x1b[m"},
		{"short color goes", "\x1b[31mx\x1b[91mx\x1b[40mx", "xxx"},
		{"cursor stays", "\x1b[7mx\x1b[27m\x1b[2K", "\x1b[7mx\x1b[27m\x1b[2K"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plainly(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNoColorCodesWithoutColor(t *testing.T) {
	color := strings.NewReplacer("38;5", "COLOR", "48;5", "COLOR", "\x1b[3", "COLOR", "\x1b[9", "COLOR", "\x1b[4", "COLOR")
	for name, p := range allPages() {
		for _, view := range []string{still(p, 80, 24).View(), still(p, 40, 24).View()} {
			if strings.Contains(color.Replace(view), "COLOR") {
				t.Errorf("%s: has color codes: %q", name, view)
			}
		}
		withColor := newScreen(p, newTheme(io.Discard, true), 80, 24)
		if !strings.Contains(withColor.View(), "38;5;"+accentColor) {
			t.Errorf("%s: has no color although it may", name)
		}
		if strip(withColor.View()) != strip(still(p, 80, 24).View()) && p.clock == nil {
			t.Errorf("%s: says something else without color", name)
		}
	}
}
