package explain

import "strings"

// isButton reports whether an "OK" is the button of a dialog that somebody copied
// with its text: a line of its own behind the sentence that refused, or the last
// word, which belongs to that sentence or asks to try again.
func isButton(message string, v view, refused []hit, p place) bool {
	words := strings.TrimRight(v.text[p.span[0]:p.span[1]], " .,;")
	if !strings.HasSuffix(words, "OK") {
		return false
	}
	end := v.place(p.span[0]+len(words)-1) + 1
	from := strings.LastIndexByte(message[:end], '\n') + 1
	rest, _, _ := strings.Cut(message[end:], "\n")
	if button().MatchString(message[from:end] + rest) {
		return from > 0
	}
	if strings.TrimSpace(message[end:]) != "" {
		return false
	}
	for _, h := range refused {
		if p.span[0] < h.span[1] {
			return true
		}
	}
	return asking().MatchString(message[from:end])
}

// button is a line of a dialog that holds nothing but what is to be pressed.
var button = onDemand(`^\W*(?i:ok|okay|cancel|retry|try again|close|help|details|settings|continue|back)(?:[\s|/\[\]()<>]+(?i:ok|okay|cancel|retry|try again|close|help|details|settings|continue|back))*\W*$`)

// asking is a sentence to whoever reads it, with the button behind it.
var asking = onDemand(`(?:(?i:again|later|password|user ?name|administrator)|[.!?]) ?[.!]? OK\W*$`)
