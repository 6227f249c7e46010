package playbook

import (
	"slices"
	"strings"
)

// OfWords reports whether it is about the words of the message.
func (q *Question) OfWords() bool {
	return q.OfMessage || slices.ContainsFunc(q.Choices, func(c Choice) bool { return len(c.Says) > 0 })
}

// SaidIn is the choice that a message gives, and empty where it gives none. The
// codes that were recognised in it come first, the most exact one before the
// others; of wordings, the longest counts.
func (q *Question) SaidIn(message string, codes []string) string {
	for _, code := range codes {
		for _, c := range q.Choices {
			for _, s := range c.Says {
				if code != "" && strings.EqualFold(s, code) {
					return c.ID
				}
			}
		}
	}
	choice, longest := "", 0
	text := strings.ToLower(strings.Join(strings.Fields(message), " "))
	for _, c := range q.Choices {
		for _, s := range c.Says {
			if len(s) > longest && strings.Contains(text, strings.ToLower(s)) {
				choice, longest = c.ID, len(s)
			}
		}
	}
	return choice
}
