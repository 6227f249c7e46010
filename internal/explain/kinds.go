package explain

import (
	"slices"
	"strings"
	"unicode"
)

// mostLines bounds the lines of a message that is looked at line by line: what
// is longer is a log and no piece of a text.
const mostLines = 80

// ofLines finds a kind of text that is known by how its lines look, such as a
// program's source: half of the lines are of the kind, and none of the others
// refuses anybody by itself. A single line says too little.
func (e *Explainer) ofLines(r *rule) func(view) (hit, bool) {
	return func(v view) (hit, bool) {
		lines := v.lines()
		if len(lines) == 0 || slices.ContainsFunc(r.Without, within(v)) {
			return hit{}, false
		}
		others := slices.DeleteFunc(slices.Clone(lines), func(line view) bool {
			at, _ := r.ready().find(line)
			return at[0] < at[1]
		})
		if 2*len(others) > len(lines) || slices.ContainsFunc(others, func(line view) bool { return e.refuses(line, 0) }) {
			return hit{}, false
		}
		return hit{rule: r, span: [2]int{0, len(v.text)}}, true
	}
}

// lines are those of the message that a view is of, without the ones that hold
// no letter; none of a message that has one line only, or too many.
func (v view) lines() (list []view) {
	for v.before != nil {
		v = *v.before
	}
	if !strings.Contains(strings.TrimSpace(v.text), "\n") {
		return nil
	}
	for line := range strings.Lines(v.text) {
		if strings.ContainsFunc(line, unicode.IsLetter) {
			if len(list) == mostLines {
				return nil
			}
			list = append(list, clean(strings.TrimRight(line, "\r\n")))
		}
	}
	return list
}

// refuses reports whether a line refuses somebody by itself, with words that
// weigh at least so much.
func (e *Explainer) refuses(line view, least int) bool {
	own, _ := e.match(line)
	if len(own) == 0 {
		return false
	}
	first := rank(own)[0]
	return first.Class != "not_auth" && first.weight >= least
}
