package explain

import (
	"slices"
	"strings"
)

// fewestAround is how many words of a sentence stand around those of a refusal
// where the sentence only explains something.
const fewestAround = 11

// anybodys are systems whose words are in every manual: what may happen on the
// way to any server.
var anybodys = []string{"generic", "network", "tls", "dns", "http", "proxy", "jwt"}

// object is what stands right before words that are the object of what a
// program does, or can: "handle connection timeouts", "whether a certificate".
var object = onDemand(`(?:^|[^\w-])(?:default|sets?|setting|configur(?:e|es|ing)|specif(?:y|ies|ying)|max(?:imum)?|minimum|custom|increas(?:e|es|ing)|decreas(?:e|es|ing)|longer|shorter|adjust(?:s|ing)?|support(?:s|ing)?|adds?|adding|removes?|removing|honou?r(?:s|ing)?|respect(?:s|ing)?|ignor(?:e|es|ing)|handl(?:e|es|ing)|avoid(?:s|ing)?|prevent(?:s|ing)?|test(?:s|ing)?(?: for| of| with)|check(?:s|ing)? (?:for|if|whether|that)|fix(?:es|ed)|in case of|rais(?:es|ing)|throws|emits|expects|simulat(?:e|es|ing)|catch(?:es|ing)?|treat(?:s|ing)?|such as|like|non|number of|kinds? of|generat(?:e|es|ing)|creat(?:e|es|ing)|allow(?:s|ing)?|provid(?:e|es|ing)|enabl(?:e|es|ing)|disabl(?:e|es|ing)|permit(?:s|ting)?|indicat(?:e|es|ing)|describ(?:e|es|ing)|represent(?:s|ing)?|detect(?:s|ing)?|returns|ensur(?:e|es|ing)|whether|if|when|whenever|unless|until|once|will|may|might|should|must|would|(?:could|can|not) be)(?: (?:an?|the|any|all|every|be|been|being|get|rather|prefer|your|their|its|of|and|or|such|more|many|each|new|that|this|is|are|on|for|with))*(?: [\w-]+)? ?$`)

// ofSetting is what stands right behind the name of a setting, and timeout the
// end of most such names.
var ofSetting = onDemand("^(?:\\w*[\"'`*]{0,2} ?(?::=|=|:) ?[\"']?\\d|[\"'`*)]{0,2} (?:of \\d|in (?:seconds|milliseconds|minutes)|is (?:set|used|configur\\w+|specified|\\d)|\\((?:in )?(?:\\d+ ?)?(?:s|ms|seconds|milliseconds|minutes|default)\\b))")

const timeout = "timeout"

// ofKind is what stands right behind words for a kind of event, and says what is
// done about it.
var ofKind = onDemand("^[\"'`*)]{0,2} (?:settings?|options?|parameters?|flags?|defaults?|period|interval|handling|handlers?|support|detection|checks?|tests?|cases?|scenarios?|events?|conditions?|exceptions?|classes?|constants?|situations?|can|may [a-z]+|should|will|must)\\b")

// returning is right before a code that a server gives, which tells what it does now
// as much as what it does always.
var returning = onDemand(`(?:^|[^\w-])(?:returns|throws|emits)(?: an?| the)? $`)

// narrating is in front of what programs met: "the copy failed when the connection
// was reset", "gave up after the connection timed out".
var narrating = onDemand(`\b(?:after|once|as soon as|detect\w*|fail(?:ed|s|ing|ure)?|errors?|abort\w*|crash\w*|stop(?:s|ped)|gave up|giving up|could ?n[o']t|cannot|can't|unable|broke\w*|lost|died|disconnect\w*|refus\w+)\b`)

// worded reports that what programs say is said in words alone, which people say
// too: "connection refused", "certificate has expired".
func worded(text string) bool {
	return strings.Contains(text, " ") && !strings.ContainsAny(text, "0123456789_:=<>[]{}")
}

// described reports that words are of a text that explains what programs do: a
// manual, a comment, a list of changes. They are an object of it, the name of a
// setting, one of many of a kind, or in a sentence that tells of no event.
func (h hit) described(v view) bool {
	words := v.text[h.span[0]:h.span[1]]
	own := !h.Shared && !slices.Contains(anybodys, h.System)
	if h.Class == "not_auth" || own && (h.weight <= phrase || h.Frames != nil || !worded(words)) {
		return false
	}
	behind := v.lower[h.span[1]:]
	if strings.Contains(words, ":") {
		return false // it is printed with what it says
	}
	lead := h.clause(v)
	if !telling().MatchString(lead) {
		if !(returning().MatchString(lead) && !strings.Contains(words, " ")) && (object().MatchString(lead) || h.weight > phrase && h.Frames == nil && worded(words) && supposing().MatchString(lead)) && !narrating().MatchString(lead) && !strings.Contains(lead, "happens") && strings.IndexByte(":(", firstOf(strings.TrimLeft(behind, `"'`))) < 0 {
			return true
		}
		if h.Frames == nil && ofMany(words, behind) {
			return true
		}
	}
	return !own && explains(v, h.span)
}

// ofMany reports that words are of a setting, of a kind of event, or go on as
// those of many: "connection timeouts".
func ofMany(words, behind string) bool {
	lower := lowerASCII(words)
	last := lower[len(lower)-1]
	switch {
	case last < 'a' || 'z' < last:
		return false
	case strings.HasPrefix(behind, "s") && (len(behind) == 1 || !inWord(behind[1])):
		return !telling().MatchString(lower+"s") && !event().MatchString(behind[1:min(len(behind), vicinity)])
	}
	return ofKind().MatchString(behind) || strings.HasSuffix(lower, timeout) && ofSetting().MatchString(behind)
}

// firstOf is the first byte of a text, 0 of an empty one.
func firstOf(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// verbs are in every sentence that explains something; the month of a log is none.
var verbs = onDemand(`(?:^|[^\w'-])(?:(?:the|an?|is|are|can|might|should|must|will|would|means|of|these|be)(?:[^\w'-]|$)|may [a-z])`)

// happening are words of a sentence about what became of somebody or something.
var happening = onDemand(`(?:^|[^\w'-])(?:i|i'm|i've|my|me|we|we're|our|us|it's|he|she|his|her|your?|this|says?|said|saying|tells?|told|gets?|got|getting|sees?|seen|seeing|saw|shows?|shown|showing|fails?|failed|failing|failures?|errors?|since|returned|throws?|thrown|gives?|gave|given|receiv\w+|keeps?|kept|tr(?:y|ies|ying|ied)|help|please|why|what|how|incorrect|invalid|wrong|occur\w*|expired?|disabled|issues?|problems?|stuck|cannot|can't|\w+n't|unable|refus\w+|reject\w+|den(?:y|ied|ies)|end(?:s|ed|ing)?|br(?:ea|o)k\w*|answer\w*|repl(?:y|ies|ied)|respon\w+|c[ao]m(?:es?|ing)|print\w*|appear\w*|display\w*|rais\w+|report\w*|yesterday|today|now|again|still|after|while|during|down|block\w*|lock\w*|stop\w*|because|but|minor|message|code|wants?|wanted|warns?|nobody|presented|typed|asks?|same|di(?:es|ed)|into|like|could|was|were|has|have|had|complain\w*|forbidden|permission|unauthorized|refreshed|logged|signed|worked|any more|anymore)(?:[^\w'-]|$)`)

// explains reports that the sentence around a span is a long one of plain words
// that tells of nothing that happened, and has no mark of a program in it.
func explains(v view, span [2]int) bool {
	if len(v.text) > long {
		return false
	}
	from, to := span[0], span[1]
	for _, s := range sentences(v.text) {
		if s[0] < span[1] && span[0] < s[1] {
			from, to = min(from, s[0]), max(to, s[1])
		}
	}
	around := v.lower[from:span[0]] + " " + v.lower[span[1]:to]
	return strings.Count(around, " ") >= fewestAround && !strings.ContainsAny(around, "={}[]<>|?\\\"@$") &&
		!strings.Contains(around, ": ") && !strings.Contains(around, "('") &&
		verbs().MatchString(around) && !happening().MatchString(around)
}
