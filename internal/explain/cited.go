package explain

import (
	"strings"
)

// leash is how many bytes in front of words a call may begin that they are
// handed to.
const leash = 240

// longestName is how much of the name of a call is looked at.
const longestName = 60

// handed is what stands in front of the bracket of a call in a program's source:
// the name of what is called. Errors are printed as calls as well, with their
// own names: AuthError('invalid password').
var handed = onDemand(`(?:\)\.|(?:^|[^\w$.:>]))(?:new \w+|NSLocalizedString|Text|Toast|Label|SnackBar|[a-z_$][\w$]*!?|[A-Za-z_$][\w$]*(?:(?:\?\.|\.|->|::)[\w$]+)*(?:\?\.|\.|->|::)(?:[a-z_$][\w$]*!?|(?:Add|Write|Log|Show|Set|Assert|Problem|Send|Print|Render|Equal|Contains|Setup|Returns|Fail)\w*))$`)

// failing is in the names of errors, and calling in those of what is done with one.
var failing = onDemand(`(?i)(?:^|[^.>])(?:err|errno|error|exception|fail(?:ure|ed)?|fault|denied|invalid\w*|expired|unauthori[sz]ed|forbidden)$`)

var calling = onDemand(`\bnew \w+$|\b(?:set|show|on|log|add|raise|throw|handle|display|send|report|print|make|to|with|render|translate)_?(?:[A-Z]\w*|error|failure)$`)

// cited reports that the words of a hit are a text that a line of a program's
// source hands to a call: show("Invalid password"). Nobody met it yet.
func (h hit) cited(v view) bool {
	if h.Class == "not_auth" || h.Frames != nil || h.span[1] == len(v.text) {
		return false
	}
	from := max(0, h.span[0]-leash)
	for depth, at := 0, h.span[0]-1; at >= from; at-- {
		switch v.text[at] {
		case ')':
			depth++
		case '(':
			if depth--; depth >= 0 {
				continue
			}
			depth = 0
			name := v.text[max(from, at-longestName):at]
			if handed().MatchString(name) && (!failing().MatchString(name) || calling().MatchString(name)) {
				return inLiteral(v.text[at:], h.span[0]-at, h.span[1]-at)
			}
			if failing().MatchString(name) {
				return false
			}
		}
	}
	return false
}

// inLiteral reports whether a stretch of what is handed to a call is in a text in
// quotation marks, behind which the next argument or the end follows.
func inLiteral(call string, from, to int) bool {
	const quotes = "\"'`"
	var open byte
	for i := range from {
		switch c := call[i]; {
		case open == c:
			open = 0
		case open == 0 && strings.IndexByte(quotes, c) >= 0:
			open = c
		}
	}
	if open == 0 {
		return false
	}
	end := from + strings.IndexByte(call[from:], open)
	if end < from || end+1 < to {
		return false
	}
	behind := strings.TrimLeft(call[end+1:], " ")
	return behind != "" && strings.IndexByte(",)]}:", behind[0]) >= 0
}

// denying is behind a question, or a check, whose answer is no.
var denying = onDemand(`^["']?\s*(?:\?|\.{2,}|->|=>|:|=|\x{2026})+\s*(?:false|no)\s*(?:[.,;}\])(]|$)`)

// unset is what stands behind the name of a state that somebody is not in.
var unset = onDemand(`^["']?(?:\s*[:=]\s*(?:false|null|never|0)|\s+\$?(?:false|never))\s*(?:[,;}\])|]|$)`)

// negated reports that a hit is the name of a state, and that it is not so:
// "account_locked": false.
func (h hit) negated(v view) bool {
	if h.weight > phrase || h.Class == "not_auth" || h.Frames != nil {
		return false
	}
	name := strings.TrimRight(v.text[h.span[0]:h.span[1]], " ")
	return denying().MatchString(v.lower[h.span[1]:]) || strings.HasSuffix(v.lower[:h.span[1]], "? no") ||
		!strings.Contains(name, " ") && unset().MatchString(v.lower[h.span[0]+len(name):])
}
