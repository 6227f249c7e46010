package explain

import "regexp"

// halved reports whether a line ends within a code whose length is known, and the
// next one begins with the rest of it, however long the lines are: a dialog and a
// mail break them anywhere.
func halved(line, next string) bool {
	head := line[max(0, len(line)-longestHead):]
	for _, c := range halves {
		m := c.head().FindStringSubmatch(head)
		if m == nil {
			continue
		}
		rest := c.rest().FindStringSubmatch(next[:min(len(next), longestHead)])
		if rest == nil {
			continue
		}
		if n := len(m[1]) + len(rest[1]); c.least <= n && n <= c.most {
			return true
		}
	}
	return false
}

// longestHead is as much of a line as holds half a code.
const longestHead = 24

// halves are codes that always have so many digits. A number with enough of them
// goes on only with what stands between it and its text.
var halves = []struct {
	head, rest  func() *regexp.Regexp
	least, most int
}{
	{onDemand(`\bAADSTS(\d{0,4})$`), onDemand(`^(\d{1,7})(?:\W|$)`), 5, 8},
	{onDemand(`\bAADSTS(\d{5,6})$`), onDemand(`^(\d{1,2}): [A-Z]`), 6, 7},
	{onDemand(`\bORA-(\d{0,4})$`), onDemand(`^(\d{1,5})(?:\W|$)`), 5, 5},
	{onDemand(`\b0x([0-9A-Fa-f]{1,7})$`), onDemand(`^([0-9A-Fa-f]{1,7})(?:\W|$)`), 8, 8},
}
