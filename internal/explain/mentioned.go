package explain

import (
	"strings"
	"unicode"
)

// fewest is how many words besides a code make a text about it.
const fewest = 4

// general are the words of a sentence that holds at all times.
var general = onDemand(`(?:^|[^\w'-])(?:(?:is|are|can|might|could|must|should|means|meant|stands|denotes|documents|describes|covers|counts|belongs|refers)(?:[^\w'-]|$)|may [a-z])`)

// event are words of somebody who met something, whoever says them.
var event = onDemand(`(?:^|[^\w'-])(?:i|i'm|i've|my|me|we|we're|our|us|it|it's|he|she|your|says?|said|saying|gets?|got|getting|sees?|seen|seeing|saw|shows?|shown|showing|fails?|failed|failing|failures?|errors?|since|returns?|returned|throws?|thrown|gives?|gave|given|receiv\w+|keeps?|kept|tr(?:y|ies|ying|ied)|help|please|why|what|how|incorrect|invalid|wrong|occur\w*|expired?|disabled|need\w*|requir\w+|issues?|problems?|stuck|cannot|can't|unable|won't|not|no|refus\w+|reject\w+|den(?:y|ied|ies)|end(?:s|ed|ing)?|br(?:ea|o)k\w*|answer\w*|repl(?:y|ies|ied)|respon\w+|c[ao]mes?|log\w*|print\w*|appear\w*|display\w*|rais\w+|report\w*|yesterday|today|now|again|still|after|when|while|during|down|block\w*|lock\w*|stop\w*|because|but|message|result|status|code:)(?:[^\w'-]|$)`)

// wish are words that say what has to be, or could be.
var wish = onDemand(`^["'\x60] (?:(?:must|should|shall|ought|needs? to|has to|have to|may|might) (?:be|not|never|also|only|only be|always|stay|read|sound|tell|say|appear)|(?:help|invite|attract)s? |(?:is|was|would be|sounds|looks|reads|feels|seems) (?:\w+ )?(?:better|worse|clearer|nicer|friendlier|safer|shorter|enough|unclear|vague|misleading|confusing|harsh|rude|ugly|wrong here|fine|good|bad|ok|okay)(?:[^\w]|$))`)

// mentioned reports that a text only speaks of a code or of a wording: "most
// AADSTS50126 entries are typos", "Access denied" must be translated.
func (h hit) mentioned(v view) bool {
	if h.Class == "not_auth" || h.Frames != nil {
		return false
	}
	if wish().MatchString(v.lower[h.span[1]:]) && strings.ContainsAny(v.text[:h.span[0]], "\"'`") {
		return true
	}
	code := v.text[h.span[0]:h.span[1]]
	if strings.Count(code, " ") > 1 || !strings.ContainsAny(code, "0123456789_") || !strings.ContainsFunc(v.text[:h.span[0]], unicode.IsLetter) || h.span[1] == len(v.text) || v.text[h.span[1]] == ':' || len(v.text) > long {
		return false
	}
	around := v.lower[:h.span[0]] + " " + v.lower[h.span[1]:]
	return strings.Count(around, " ") >= fewest && !strings.ContainsAny(around, "={}[]<>|;?\\") && !strings.Contains(around, ": ") &&
		general().MatchString(around) && !event().MatchString(around)
}
