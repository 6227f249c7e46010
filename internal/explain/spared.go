package explain

import (
	"strings"
)

// ownDeed is what stands right before a verb that says what the speaker did, or
// means to do, and undergone what would otherwise have been done to somebody.
var ownDeed = onDemand(`(?:^|[^\w'])(?:(?:i|we)(?:'ve|'d)?(?: (?:have|had to|had|just|then|also|already|finally|once|recently|deliberately|simply|later|immediately|myself|ourselves))*|(?:i'm|we're|i am|we are|is|are|were|was)(?: \w+)? (?:planning|going|about|thinking) (?:to|of)|(?:plans?|intends?|intended|proposes?|option|ability|right|how|button|used|possible|agreed) to) $`)

var undergone = onDemand(`^(?:(?:de-?)?activat|clos|delet|cancel|lock|disabl|block|enabl|revok|remov|den(?:y|ied)|reject|refus|suspend|terminat|bann?|switch(?:ed)?|turn|shut|expir|invalidat|unsubscrib)(?:e|ed|ied|y|led|ned|ing|ling|ning)?\b`)

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
var offer = onDemand(`^[^?]{0,24}\? +(?:no (?:problem|worries)|don'?t (?:worry|panic)|(?:here|our|we|try|learn|read|get|use|simply|just|call|find|check|see|discover|let|meet|with|you can|\d+|these|this|fixing|how|ask|click|contact|follow|it may|it could|switch|not (?:with|any ?more|here|on|in|for))\b)`)

// spared reports that plain words tell of what somebody did himself, of things of
// a kind, or of what is offered to others, and that nobody met a refusal.
func (h hit) spared(v view) bool {
	if h.Class == "not_auth" {
		return false
	}
	words, behind := v.lower[h.span[0]:h.span[1]], v.lower[h.span[1]:]
	lead := h.clause(v)
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
	case which().MatchString(words), meant().MatchString(v.lower[:h.span[1]]):
		return true
	case thrown().MatchString(words):
		from := outOf().FindString(behind)
		return from != "" && !technical().MatchString(from)
	}
	return h.headed(v.lower[:h.span[0]], words+behind)
}

// headed reports that words are in the question at the head of a text that goes on
// to offer something: "Session expired? No problem, ...".
func (h hit) headed(front, rest string) bool {
	return len(front) <= shortest && !telling().MatchString(front) && !strings.ContainsAny(front, ":=") && offer().MatchString(rest[min(len(rest), max(0, strings.IndexByte(rest, '?')-1)):])
}
