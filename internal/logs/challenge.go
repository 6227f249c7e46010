package logs

// maxWaiting bounds the sources whose first questions are remembered.
const maxWaiting = 4096

// opening is how many refusals without a name in a row may only begin a
// sign-in: programs ask without a password first, and the server answers 401
// to say how it wants to be asked (RFC 9110, 15.5.2). NTLM takes two of them.
const opening = 2

// challenges tells the beginning of a sign-in from a refusal.
type challenges struct {
	inRow map[string]int // refusals without a name, by source
	begun int            // that only began a sign-in
	gates *gates
	forms int // what was sent to a sign-in page, and answered with a page
}

func newChallenges() *challenges { return &challenges{inRow: map[string]int{}, gates: newGates()} }

// begins reports whether a 401 or 407 that names nobody only begins a sign-in.
func (c *challenges) begins(source string) bool {
	if len(c.inRow) >= maxWaiting {
		clear(c.inRow) // who begins now begins again
	}
	c.inRow[source]++
	if c.inRow[source] > opening {
		return false
	}
	c.begun++
	return true
}

// settled: the source got what it asked for, or told its name.
func (c *challenges) settled(source string) { delete(c.inRow, source) }
