package wizard

import "fmt"

// keeps says what was answered before, and that Enter keeps it.
func (p page) keeps() string {
	switch {
	case p.before == nil:
		return ""
	case len(p.before.picked) > 0:
		return "Before, you answered: " + pickedTexts(p, *p.before) + ". Just Enter keeps it."
	case p.kind == entry && p.before.text != "":
		return "Before, you typed: " + p.before.text + ". Just Enter keeps it."
	case p.kind == paste && p.before.text != "":
		return fmt.Sprintf("Before, you pasted %d characters. Just Enter keeps them; a full stop alone drops them.", len([]rune(p.before.text)))
	}
	return ""
}

// kept is what just Enter stands for: what was answered before.
func (p page) kept(text string) (reply, bool) {
	if text != "" || p.keeps() == "" {
		return reply{}, false
	}
	return *p.before, true
}
