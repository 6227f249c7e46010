package explain

import (
	"regexp"
	"strings"
	"sync"
)

// setTo is behind the name of a setting or of a field. What a code says for
// itself stands there too, so only values count that are no words.
var setTo = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^[\"'`]?\\s*[:=]\\s*[\"']?(?:(?:true|false)(?:[^\\w]|$)|(?:null|never|0)[\"']?\\s*(?:[,;)}\\]#]|$|\\s[\"']?[\\w.-]+[\"']?\\s*[:=]))")
})

// counted is behind the name of something that is counted, further behind it when
// another follows, and tallied before it.
var counted = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^[\"'`]?\\s*[:=|]\\s*\\d+(?:[^\\w.:-]|$)")
})

var further = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^[\"'`]?\\s*[:=|]\\s*\\d+\\s*(?:[,;|]\\s*|\\s)[\"'`]?[\\w.-]+[\"'`]?\\s*[:=|]\\s*\\d+(?:[^\\w.:-]|$)")
})

var tallied = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("[:=|]\\s*\\d+\\s*[,;|]\\s*[\"'`]?$")
})

// times is before what was met so many times.
var times = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?:^|[^\\w.])\\d{1,6} ?[x\u00d7] [\"'`]?$")
})

// labelled is before a code in a label of a measurement, and measured behind it.
var labelled = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[a-z_][\w:]*\{(?:\w+(?:=~?|!~|!=)"[^"]*",?\s*)*\w+(?:=~?|!~|!=)"[^"{}]*$`)
})

var measured = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[^{}]*\}\s*(?:\d|\[\d)`)
})

// instancing is right before what is only an example or the most of many.
var instancing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?:(?:e\\.g\\.|such as|for example|for instance),?(?: \\w+(?: or|,))?|\\b(?:top|most (?:frequent|common)|commonest) (?:errors?|codes?|reasons?|causes?|failures?)(?: is| are| code|:)?|\\b(?:or|otherwise|else) (?:you|they|users?|clients?)(?:'ll| will| would| may| might) (?:see|get|receive)) [\"'`(]?$")
})

// explaining is right behind what is explained or was put right.
var explaining = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^[\"'`)>]*(?:</\\w+>)? (?:(?:is|are) (?:only |also )?(?:returned|thrown|raised|sent|logged) (?:when|if|whenever) (?:the|an?|no|you|users?|clients?|they|too|more|\\w+ (?:wants?|asks?|sends?))\\b|(?:(?:was|were|is|has been|have been) )(?:now )?(?:fixed|resolved|solved) (?:in|with|by)\\b)")
})

// unhappened reports that what looks like a code of an error is the name of a
// setting, is counted among others, or is given as an example.
func (h hit) unhappened(v view) bool {
	if h.Class == "not_auth" || h.Frames != nil {
		return false
	}
	behind, front := v.lower[h.span[1]:], v.lower[max(0, h.span[0]-leash):h.span[0]]
	if strings.Contains(v.text[h.span[0]:h.span[1]], " ") {
		return explaining().MatchString(behind) && !telling().MatchString(behind)
	}
	switch {
	case h.weight > phrase && setTo().MatchString(behind), labelled().MatchString(front) && measured().MatchString(behind):
		return true
	case further().MatchString(behind), counted().MatchString(behind) && tallied().MatchString(front):
		return true
	}
	return (instancing().MatchString(front) || times().MatchString(front)) && !telling().MatchString(front) || explaining().MatchString(behind) && !telling().MatchString(behind)
}
