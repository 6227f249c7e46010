package explain

import (
	"strings"
)

// setTo is behind the name of a setting or of a field. What a code says for
// itself stands there too, so only values count that are no words.
var setTo = onDemand("^[\"'`]?\\s*[:=]\\s*[\"']?(?:(?:true|false)(?:[^\\w]|$)|(?:null|never|0)[\"']?\\s*(?:[,;)}\\]#]|$|\\s[\"']?[\\w.-]+[\"']?\\s*[:=]))")

// needless is behind what is needed nowhere: "login required: no".
var needless = onDemand(`^["']?\s*[:=]\s*["']?(?:no|none|never|optional|false)["']?\s*(?:[.,;)}]|$)`)

// counted is behind the name of something that is counted, further behind it when
// another follows, and tallied before it.
var counted = onDemand("^[\"'`]?\\s*[:=|]\\s*\\d+(?:[^\\w.:-]|$)")

var further = onDemand("^[\"'`]?\\s*[:=|]\\s*\\d+\\s*(?:[,;|]\\s*|\\s)[\"'`]?[\\w.~-]+[\"'`]?\\s*[:=|]\\s*\\d+(?:[^\\w.:-]|$)|^ \\d+, [a-z_]+ \\d+(?:,|$)")

var tallied = onDemand("[:=|]\\s*\\d+(?:\\s*[,;|]\\s*|\\s)[\"'`]?$")

// never is behind what was counted and not met once, and metric behind a name that is
// that of a measurement.
var never = onDemand("^[\"'`]?(?:\\.0)?(?: (?:count(?:er)?|total|rate|today|so far|errors?|events?|entries)){0,2}\\s*(?:[:|]|= counter(?:32|64):|=)\\s*0(?:\\.0+)? ?%?\\s*(?:[,;)}\\]|]|$|[\\w\" -]{1,40}[:=|]\\s*\\d)|^ 0[,;] ")

var metric = onDemand(`^\w*_(?:total|count|sum|bucket|rate|ratio|seconds|info)\b`)

// declaring is before a name that a program's source only makes known.
var declaring = onDemand(`(?:^|[;{}\s])(?:#define |import (?:static )?[\w.{]*|(?:(?:public|private|protected|static|final|const|export|extern|readonly|typedef) )+(?:\w+ )?|use [\w\\]+)\w*$`)

// times is before what was met so many times.
var times = onDemand("(?:^|[^\\w.])\\d{1,6} ?[x\u00d7] [\"'`]?$")

// labelled is before a code in a label of a measurement, and measured behind it.
var labelled = onDemand(`[a-z_][\w:]*\{(?:\w+(?:=~?|!~|!=)"[^"]*",?\s*)*\w+(?:=~?|!~|!=)"[^"{}]*$`)

var measured = onDemand(`^[^{}]*\}\s*(?:\d|\[\d)`)

// instancing is right before what is only an example or the most of many.
var instancing = onDemand("(?:(?:e\\.g\\.|such as|for example|for instance),?(?: \\w+(?: or|,))?|\\b(?:top|most (?:frequent|common)|commonest) (?:errors?|codes?|reasons?|causes?|failures?)(?: is| are| code|:)?|\\b(?:or|otherwise|else) (?:you|they|users?|clients?)(?:'ll| will| would| may| might) (?:see|get|receive)|\\b(?:code|way|option|support|ability|changes?|patch|function|method) to (?:report|return|signal|raise|throw|handle|map|send|catch|use)(?: an?| the)?(?: new)?) [\"'`(]?$")

// explaining is right behind what is explained or was put right.
var explaining = onDemand("^[\"'`)>]*(?:</\\w+>)? (?:(?:of \\d+ ?\\w+ )?(?:is|are) (?:the|a|our) (?:default|usual|normal)\\b|(?:is|are) (?:defined|declared|listed|documented|described|explained) (?:in|by|at|under|below|as)\\b|(?:is|are) (?:only |also )?(?:returned|thrown|raised|sent|logged) (?:when|if|whenever) (?:the|an?|no|you|users?|clients?|they|too|more|\\w+ (?:wants?|asks?|sends?))\\b|(?:is|are) (?:expected|normal|intended) (?:in|when|for|here|by)\\b|is (?:now |only |just )?an? (?:warning|info|debug|notice|hint)\\b|(?:every|once an?|each) (?:\\d+|months?|years?|quarters?)\\b|(?:(?:was|were|is|has been|have been) )(?:now )?(?:fixed|resolved|solved) (?:in|with|by)\\b)")

// things are counted by numbers that are those of answers as well.
var things = onDemand(`(?:^|[^\w-])(?:rooms?|flights?|highways?|routes?|articles?|apartments?|suites?|bus|trains?|trams?|gates?|sections?|paragraphs?|pages?|chapters?|lockers?|lots?|issues?|interstate|no\.|§) ?$`)

// madeUp is behind what is not there and is made, loaded or passed over instead.
var madeUp = onDemand(`^[^\n.]{0,40}[,;-] ?(?:so )?(?:now )?(?:creating|adding|registering|provisioning|loading|fetching|falling back|using (?:the )?default|(?:(?:row|line|record|entry|item) )?skipp(?:ed|ing))`)

// acted is behind somebody who disabled something of theirs.
var acted = onDemand(`^ (?:the|his|her|their|its|an?|all|2fa|mfa|otp|two-|push|auto|notif|tracking|sync|e?-?mail)`)

// ruledFor is behind what requests and people are that a rule is about.
var ruledFor = onDemand(`^ [a-z]+s (?:are|is|can|may|get|have|will|must|count)\b`)

// numbersAThing reports that the number with which a hit begins is one of a room,
// a flight or an article, or the name of a pension.
func (h hit) numbersAThing(v view) bool {
	from := h.span[0]
	for from > 0 && '0' <= v.text[from-1] && v.text[from-1] <= '9' {
		from--
	}
	digits := len(v.text[from:]) - len(strings.TrimLeft(v.text[from:], "0123456789"))
	return digits == 3 && (things().MatchString(v.lower[max(0, from-vicinity):from]) || strings.HasPrefix(v.lower[from+digits:], "(k)"))
}

// unhappened reports that what looks like a code of an error is the name of a
// setting, is counted among others, or is given as an example.
func (h hit) unhappened(v view) bool {
	if h.Class == "not_auth" || h.Frames != nil {
		return false
	}
	for h.span[1] > h.span[0] && v.text[h.span[1]-1] == ' ' {
		h.span[1]--
	}
	behind, front := v.lower[h.span[1]:], v.lower[max(0, h.span[0]-leash):h.span[0]]
	if never().MatchString(behind) || h.unmet(v) || h.numbersAThing(v) {
		return true
	}
	if h.weight <= phrase && (h.Class == "unknown_account" || h.Class == "account_disabled") && (madeUp().MatchString(behind) ||
		strings.HasSuffix(v.lower[:h.span[1]], " disabled") && acted().MatchString(behind)) {
		return true
	}
	if strings.HasSuffix(v.lower[:h.span[1]], "unauthenticated") && ruledFor().MatchString(behind) {
		return true
	}
	if strings.HasSuffix(v.lower[:h.span[1]], "required") && needless().MatchString(behind) {
		return true
	}
	if strings.Contains(v.text[h.span[0]:h.span[1]], " ") {
		return explaining().MatchString(behind) && !telling().MatchString(behind)
	}
	switch {
	case metric().MatchString(behind), declaring().MatchString(front):
		return true
	case h.weight > phrase && setTo().MatchString(behind), labelled().MatchString(front) && measured().MatchString(behind):
		return true
	case further().MatchString(behind), counted().MatchString(behind) && tallied().MatchString(front):
		return true
	}
	if h.filed(v) || h.listed(v) {
		return true
	}
	return (instancing().MatchString(front) || times().MatchString(front)) && !telling().MatchString(front) || explaining().MatchString(behind) && !telling().MatchString(behind)
}
