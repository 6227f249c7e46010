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

var further = onDemand("^[\"'`]?\\s*[:=|]\\s*\\d+\\s*(?:[,;|]\\s*|\\s)[\"'`]?[\\w.~-]+[\"'`]?\\s*[:=|]\\s*\\d+(?:[^\\w.:-]|$)")

var tallied = onDemand("[:=|]\\s*\\d+(?:\\s*[,;|]\\s*|\\s)[\"'`]?$")

// times is before what was met so many times.
var times = onDemand("(?:^|[^\\w.])\\d{1,6} ?[x\u00d7] [\"'`]?$")

// labelled is before a code in a label of a measurement, and measured behind it.
var labelled = onDemand(`[a-z_][\w:]*\{(?:\w+(?:=~?|!~|!=)"[^"]*",?\s*)*\w+(?:=~?|!~|!=)"[^"{}]*$`)

var measured = onDemand(`^[^{}]*\}\s*(?:\d|\[\d)`)

// instancing is right before what is only an example or the most of many.
var instancing = onDemand("(?:(?:e\\.g\\.|such as|for example|for instance),?(?: \\w+(?: or|,))?|\\b(?:top|most (?:frequent|common)|commonest) (?:errors?|codes?|reasons?|causes?|failures?)(?: is| are| code|:)?|\\b(?:or|otherwise|else) (?:you|they|users?|clients?)(?:'ll| will| would| may| might) (?:see|get|receive)|\\b(?:code|way|option|support|ability|changes?|patch|function|method) to (?:report|return|signal|raise|throw|handle|map|send|catch|use)(?: an?| the)?(?: new)?) [\"'`(]?$")

// explaining is right behind what is explained or was put right.
var explaining = onDemand("^[\"'`)>]*(?:</\\w+>)? (?:(?:is|are) (?:only |also )?(?:returned|thrown|raised|sent|logged) (?:when|if|whenever) (?:the|an?|no|you|users?|clients?|they|too|more|\\w+ (?:wants?|asks?|sends?))\\b|(?:is|are) (?:expected|normal|intended) (?:in|when|for|here|by)\\b|(?:every|once an?|each) (?:\\d+|months?|years?|quarters?)\\b|(?:(?:was|were|is|has been|have been) )(?:now )?(?:fixed|resolved|solved) (?:in|with|by)\\b)")

// things are counted by numbers that are those of answers as well.
var things = onDemand(`(?:^|[^\w-])(?:rooms?|flights?|highways?|routes?|articles?|apartments?|suites?|bus|trains?|trams?|gates?|sections?|paragraphs?|pages?|chapters?|lockers?|lots?|issues?|interstate|no\.|§) ?$`)

// madeUp is behind what is not there and is made, loaded or passed over instead.
var madeUp = onDemand(`^[^\n.]{0,40}[,;-] ?(?:so )?(?:now )?(?:creating|adding|registering|provisioning|loading|fetching|falling back|using (?:the )?default|(?:row|line|record|entry|item) skipped)`)

// numbersAThing reports that the number with which a hit begins is one of a room,
// a flight or an article, or the name of a pension.
func (h hit) numbersAThing(front, behind string, text string) bool {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	return digits == 3 && (things().MatchString(front) || digits == len(text) && strings.HasPrefix(behind, "(k)"))
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
	if h.numbersAThing(front, behind, v.text[h.span[0]:h.span[1]]) {
		return true
	}
	if h.Class == "unknown_account" && h.weight <= phrase && madeUp().MatchString(behind) {
		return true
	}
	if strings.HasSuffix(v.lower[:h.span[1]], "required") && needless().MatchString(behind) {
		return true
	}
	if strings.Contains(v.text[h.span[0]:h.span[1]], " ") {
		return explaining().MatchString(behind) && !telling().MatchString(behind)
	}
	switch {
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
