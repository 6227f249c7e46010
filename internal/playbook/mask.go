package playbook

import "strings"

// maskRune stands for each character that no excerpt may show.
const maskRune = '*'

// mask hides a value from every excerpt: what is refused as a secret must not
// be printed in the message that refuses it.
func (s *source) mask(f field) {
	at := f.value.at
	line := s.line(at.line)
	end := len(line)
	if f.value.kind == scalarNode && at.width > 0 && len([]rune(f.value.text)) <= at.width {
		hide(line[at.column-1 : min(end, at.column-1+at.width)])
		return
	}
	hide(line[at.column-1:])
	indent := indentOf(s.line(f.key.at.line))
	for number := at.line + 1; number <= len(s.lines) && indentOf(s.line(number)) > indent; number++ {
		hide(s.line(number))
	}
}

func hide(line []rune) {
	for i, r := range line {
		if r != ' ' {
			line[i] = maskRune
		}
	}
}

// indentOf counts the spaces and dashes that a line begins with.
func indentOf(line []rune) int {
	text := string(line)
	return len(text) - len(strings.TrimLeft(text, " -"))
}
