package playbook

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/authdoctor/authdoctor/internal/redact"
)

// Limits of a file. Each keeps what a hostile or broken file can cost within
// a second; the largest playbook that a person could follow is far below all.
const (
	maxBytes = 1 << 20 // bytes
	maxLines = 10_000
	maxBlank = 100     // empty lines in a row
	maxNodes = 100_000 // tokens
	maxDepth = 32      // values inside values
	maxShown = 100     // problems of one file
	maxID    = 64      // characters
)

// A span is a place in a file: where it begins and how many characters it
// covers. Lines and columns count from 1; columns count characters.
type span struct{ line, column, width int }

// A source is the text of a file, to be read and to be quoted.
type source struct {
	name  string
	text  string
	lines []string
	runes map[int][]rune // of lines, by number
	found []finding
}

// A finding is a Problem in the making. Its hint and its excerpt are worked
// out only if it is shown, so that no file can make them expensive.
type finding struct {
	Problem
	at   span
	hint func() string
}

// openSource takes the text of a file, if it is text at all.
func openSource(name string, data []byte) *source {
	s := &source{name: name, runes: map[int][]rune{}}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // editors on Windows write one
	if len(data) > maxBytes {
		s.add("PB002", span{1, 1, 0}, "file of %d bytes; the limit is %d", len(data), maxBytes)
		return s
	}
	s.text = strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n")
	s.lines = strings.Split(s.text, "\n")
	s.refuseNonText()
	return s
}

// refuseNonText reports what has no place in a text file, once each kind.
func (s *source) refuseNonText() {
	if len(s.lines) > maxLines {
		s.add("PB002", span{1, 1, 0}, "file of %d lines; the limit is %d", len(s.lines), maxLines)
	}
	blank := 0
	for i, line := range s.lines {
		if !utf8.ValidString(line) {
			s.add("PB002", span{i + 1, runesBefore(line, invalidAt(line)), 1}, "text that is not UTF-8")
			return
		}
		if at := strings.IndexFunc(line, unwanted); at >= 0 {
			r, _ := utf8.DecodeRuneInString(line[at:])
			s.add("PB002", span{i + 1, runesBefore(line, at), 1}, "control character U+%04X", r)
			return
		}
		if blank++; strings.TrimSpace(line) != "" {
			blank = 0
		}
		if blank == maxBlank {
			s.add("PB002", span{i + 1, 1, 0}, "%d empty lines in a row", maxBlank)
			return
		}
	}
}

func runesBefore(line string, at int) int { return utf8.RuneCountInString(line[:at]) + 1 }

func invalidAt(line string) int {
	for i, r := range line {
		if r == utf8.RuneError && !strings.HasPrefix(line[i:], "\ufffd") {
			return i
		}
	}
	return 0
}

// unwanted are characters that could disturb a terminal, or hide or reorder
// what a reader of the file sees.
func unwanted(r rune) bool {
	if r < utf8.RuneSelf { // nearly all, and the tables are slow
		return r < ' ' && r != '\n' && r != '\t' || r == 0x7f
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff' || r == '\u2028' || r == '\u2029'
}

// add reports a problem; its severity is that of its code.
func (s *source) add(code string, at span, message string, args ...any) {
	s.addHint(code, at, "", message, args...)
}

// addHint reports a problem with what to do about it.
func (s *source) addHint(code string, at span, hint, message string, args ...any) {
	s.addFinding(code, at, func() string { return hint }, message, args...)
}

// addUnknown reports a word that is not one of those known.
func (s *source) addUnknown(code string, at span, word string, known []string, message string, args ...any) {
	s.addFinding(code, at, func() string { return meant(word, known) }, message, args...)
}

func (s *source) addFinding(code string, at span, hint func() string, message string, args ...any) {
	at.line, at.column = max(1, at.line), max(1, at.column)
	s.found = append(s.found, finding{at: at, hint: hint, Problem: Problem{
		Code: code, Severity: severityOf(code), File: s.name, Line: at.line, Column: at.column,
		Message: printable(fmt.Sprintf(message, args...)),
	}})
}

// problems returns what was found, in order, each with its excerpt.
func (s *source) problems() []Problem {
	found := inOrder(s.found)
	s.found = nil
	var list []Problem
	for _, f := range found[:min(len(found), maxShown)] {
		f.Hint, f.Excerpt = printable(f.hint()), s.excerpt(f.at)
		list = append(list, f.Problem)
	}
	if more := len(found) - len(list); more > 0 {
		last := &list[len(list)-1]
		last.Hint = strings.TrimSpace(fmt.Sprintf("%s (and %d more problems)", last.Hint, more))
	}
	return list
}

// line gives the characters of a line.
func (s *source) line(number int) []rune {
	if _, ok := s.runes[number]; !ok {
		s.runes[number] = []rune(s.lines[number-1])
	}
	return s.runes[number]
}

// shown is a line as an excerpt may show it. Whoever prints an excerpt masks it,
// but what is cut out of a line may hold a secret without what tells that it is
// one: there it is looked for first.
func (s *source) shown(number int) []rune {
	line := s.line(number)
	if len(line) <= excerptWidth {
		return line
	}
	return []rune(redact.Stars(string(line)))
}

// err is problems as an error, nil when there are none.
func (s *source) err() error {
	if list := s.problems(); len(list) > 0 {
		return &Problems{List: list}
	}
	return nil
}

// excerptWidth is how much of a long line is shown.
const excerptWidth = 72

// excerpt draws the line, the one before it, and carets.
func (s *source) excerpt(at span) string {
	if at.line > len(s.lines) {
		return ""
	}
	line, skipped := window(s.shown(at.line), at.column, at.width)
	column := min(at.column-skipped, len(line)+1)
	width := max(1, min(at.width, len(line)-column+1))
	var b strings.Builder
	if at.line > 1 && strings.TrimSpace(s.lines[at.line-2]) != "" && skipped == 0 {
		before, _ := window(s.shown(at.line-1), 1, 0)
		b.WriteString(gutter(at.line-1, before))
	}
	b.WriteString(gutter(at.line, line))
	indent := uniseg.StringWidth(string(line[:column-1]))
	end := min(len(line), column-1+width)
	carets := max(1, uniseg.StringWidth(string(line[column-1:end])))
	fmt.Fprintf(&b, "%5s | %s%s", "", strings.Repeat(" ", indent), strings.Repeat("^", carets))
	return b.String()
}

func gutter(number int, line []rune) string {
	return strings.TrimRight(fmt.Sprintf("%5d | %s", number, string(line)), " ") + "\n"
}

// window cuts what fits out of a long line, around a column, and says how many
// characters it left out before it.
func window(line []rune, column, width int) (shown []rune, skipped int) {
	if column+min(width, excerptWidth/2) >= excerptWidth && len(line) > excerptWidth {
		skipped = min(column-excerptWidth/2, len(line))
	}
	end := min(len(line), skipped+excerptWidth)
	shown = []rune(printable(string(line[skipped:end])))
	if skipped > 0 && len(shown) > 0 {
		shown[0] = '…'
	}
	if end < len(line) {
		shown[len(shown)-1] = '…'
	}
	return shown, skipped
}

// printable replaces what would disturb a terminal, one for one.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unwanted(r):
			return '·'
		}
		return r
	}, text)
}
