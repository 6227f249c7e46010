package explain

import (
	"strings"
)

// ownDeed is what stands right before a verb that says what the speaker did, or
// means to do, and undergone what would otherwise have been done to somebody.
var ownDeed = onDemand(`(?:^|[^\w'])(?:(?:i|we)(?:'ve|'d)?(?: (?:have|had to|had|just|then|also|already|finally|once|recently|deliberately|simply|later|immediately|myself|ourselves))*|(?:i'm|we're|i am|we are|is|are|were|was)(?: \w+)? (?:planning|going|about|thinking) (?:to|of)|(?:plans?|intends?|intended|proposes?|option|ability|right|how|button|used|possible|agreed) to) $`)

var undergone = onDemand(`^(?:(?:de-?)?activat|clos|delet|cancel|lock|disabl|block|enabl|revok|remov|den(?:y|ied)|reject|refus|suspend|terminat|bann?|switch(?:ed)?|turn|shut|expir|invalidat|unsubscrib|ask|request)(?:e|ed|ied|y|led|ned|ing|ling|ning)?\b`)

// yours is in words that say to whom it was done.
var yours = onDemand(`\b(?:your|myself|ourselves)\b`)

// topic is right before what somebody speaks, reads or asks about; complaining
// is before it when a program does.
var topic = onDemand(`\b(?:about|regarding|concerning|no more|goodbye to|tired of|free of|free from|number of|list of|handful of|lots? of|percentage of|share of|rate of|fewer|less|zero) $`)

var complaining = onDemand(`\b(?:complain|moan|whin|grumbl|nag|warn|error|message|something|mail|alert)\w*`)

// several are words for many things of a kind: "locked accounts".
var several = onDemand(`^(?:(?:temporarily|already|long) )?(?:locked|disabled|blocked|suspended|expired|revoked|wrong|invalid|incorrect|rejected|bad|weak|stale|deactivated|closed|banned|failed)(?: [a-z-]+)? (?:accounts|users|passwords|sessions|tokens|codes|pins|log-?ins|sign-?ins|certificates|keys|api keys|tickets)$|^(?:accounts|users|sessions|tokens|keys|certificates|passwords) (?:were|are|have been) (?:locked|disabled|blocked|suspended|expired|revoked|deactivated|closed|banned|removed|deleted)$`)

// tallying is before things that were counted.
var tallying = onDemand(`(?:^|[^\w.:-])(?:[2-9]|\d{2,}[\d,.]*|hundreds of|thousands of|dozens of|several hundred) $`)

// which is in words for those of a kind that something is true of.
var which = onDemand(`^(?:accounts|users|passwords|sessions|tokens|codes|members|people|cookies|keys) (?:that|who|which|whose) (?:are|were|is|was|do|does|did|have|had|has|can|cannot|no longer|never|expire|nobody)\b`)

// bygone is in words about the end of something that another took the place of.
var bygone = onDemand(`(?:^|[^\w])(?:old|older|previous|former|superseded|replaced|leaked|compromised|other)(?:[ _-]\w+){1,3}?[ _](?:is |was |are |were |has been |have been |will be )?(?:now |then |also )?(?:revoked|invalidated|withdrawn)$`)

// ofSessions is right before "timed out" where nobody waited for an answer.
var ofSessions = onDemand(`(?:^|[^\w])\d+ (?:\w+ )?(?:sessions|leases|tokens|locks|reservations|carts) (?:have |were )?$`)

// meant is in words of somebody who keeps others out, and wants to.
var meant = onDemand(`(?:^|[^\w])(?:i|we)(?:'ve|'d| have)? (?:\w+ )?(?:\w+ed|set|put|made|told)\b[^.?!]*\bso (?:that )?(?:no ?body|no one|he|she|they|others|strangers|(?:the|my|our|his|her) \w+) (?:can|could|will|wo|may|is|are)`)

// thrown is in words about who was put out of something, and outOf behind them.
var thrown = onDemand(`(?:kicked|thrown|threw|booted|bumped|chucked)`)

var outOf = onDemand(`^(?: out)? of (?:the|an?|my|our|his|her|their|this|that) [a-z][\w -]*`)

// lasting is right behind "expires" where it says how long something is good.
var lasting = onDemand(`^ (?:after|in|within|once|every) `)

// offer is behind the question with which a page or an advertisement begins.
var offer = onDemand(`^[^?]{0,24}\? +(?:no (?:problem|worries)|don'?t (?:worry|panic)|(?:here|our|we|try|learn|read|get|use|simply|just|call|find|check|see|discover|let|meet|with|you can|\d+|these|this|fixing|how|ask|click|contact|follow|it may|it could|switch|not (?:with|any ?more|here|on|in|for)|so|hier|wir|unser\w*|voici|nos|aqu\x{ed}|as\x{ed}|ecco)\b|<a\b|\[)`)

// ofKinds is right before what is true of some people, and asked the beginning of
// a question about what would be.
var ofKinds = onDemand(`(?:^|[^\w])\w+s (?:who|that|which) (?:are|were|is|got|get|gets|have been|were being|become)(?: (?:\w+ly|being|often|still|always))? ?$`)

var asked = onDemand(`(?:^|[.!?:] +)(?:(?:and|but|so) )?(?:(?:will|would|do|should|shall|must|may|am|does|is|can) (?:i|we|my|our)\b|what (?:if|should i|can i|do i|happens)|(?:how|when|what) (?:do|can|should|will|would) i)[^.!?:]*$`)

// conditional is in a question about another time than now.
var conditional = onDemand(`(?:^|[^\w])(?:if|when|whenever|after|once|before|while|unless)(?:[^\w])`)

// markup is what a page has in front of its words.
var markup = onDemand(`^(?:\s*<[^<>]*>)+`)

// abroad is at the beginning of a sentence of another language that only says what
// would happen, and myself in those of somebody who tells what did.
var abroad = onDemand(`(?:^|[.!?:] )(?:wenn|falls|sobald|sollten?|nach (?:\w+ )?(?:\w+en|\d+) \w+ wird|si \pL+|se (?:voc|o|a|l|il|la|inser|si|el)\w*|als (?:u|je|de|het|uw)\b|indien|wanneer|je\x{15b}li|je\x{17c}eli|om (?:du|ni|man)\b|hvis|\x{435}\x{441}\x{43b}\x{438}) [^.!?:]*$`)

var myself = onDemand(`(?:^|[^\w])(?:ich|mein\w*|mir|mich|wir|uns|je|j'|mon|ma|mes|moi|nous|yo|mi|mis|nos|io|mio|mia|eu|meu|minha|ik|mijn|jag|min|mitt|jeg|mit)(?:[^\w]|$)`)

// spared reports that plain words tell of what somebody did himself, of things of
// a kind, or of what is offered to others, and that nobody met a refusal.
func (h hit) spared(v view) bool {
	if h.Class == "not_auth" {
		return false
	}
	words, behind := v.lower[h.span[0]:h.span[1]], v.lower[h.span[1]:]
	lead, front := h.clause(v), v.lower[max(0, h.span[0]-leash):h.span[0]]
	switch {
	case bygone().MatchString(lead+words) && !telling().MatchString(lead+words+behind[:min(len(behind), leash)]):
		return true
	case words == "timed out" && ofSessions().MatchString(lead):
		return true
	case h.weight > phrase:
		return false
	case strings.HasSuffix(words, "expires") && lasting().MatchString(behind) && !telling().MatchString(lead):
		return true
	case undergone().MatchString(words) && ownDeed().MatchString(lead) && !yours().MatchString(words+behind[:min(len(behind), shortest)]):
		return true
	case several().MatchString(words) && (tallying().MatchString(lead) || topic().MatchString(lead) && !complaining().MatchString(lead)):
		return true
	case abroad().MatchString(front) && !myself().MatchString(abroad().FindString(front)):
		return true
	case ofKinds().MatchString(lead):
		return true
	case asks(front, words+behind), heads(v):
		return true
	case which().MatchString(words), meant().MatchString(v.lower[:h.span[1]]):
		return true
	case thrown().MatchString(words):
		from := outOf().FindString(behind)
		return from != "" && !technical().MatchString(from)
	}
	return h.headed(v.lower[:h.span[0]], words+behind)
}

// asks reports that words are in a question of somebody about what would happen
// to him: "Will I be logged out when I change my address?".
func asks(front, rest string) bool {
	end := strings.IndexAny(rest, ".!?")
	if end < 0 || rest[end] != '?' {
		return false
	}
	question := asked().FindString(front)
	return question != "" && conditional().MatchString(question+rest[:end+1]) && !denial().MatchString(question+rest[:end])
}

// denial is in a question of somebody who is in trouble.
var denial = onDemand(`(?:^|[^\w])(?:not|never|no longer|\w+n't|cannot|says?|keeps?|always|again and again|every time|each time)(?:[^\w]|$)`)

// heading is a line above a part of a document.
var heading = onDemand(`^#{1,6} [^\n:]{3,80}$`)

// heads reports that a text is a heading and nothing else.
func heads(v view) bool {
	if !strings.HasPrefix(v.text, "#") {
		return false
	}
	for v.before != nil {
		v = *v.before
	}
	return heading().MatchString(strings.TrimSpace(v.text))
}

// headed reports that words are in the question at the head of a text that goes on
// to offer something: "Session expired? No problem, ...".
func (h hit) headed(front, rest string) bool {
	front = markup().ReplaceAllString(front, "")
	return len(front) <= shortest && !telling().MatchString(front) && !strings.ContainsAny(front, ":=") && offer().MatchString(rest[min(len(rest), max(0, strings.IndexByte(rest, '?')-1)):])
}
