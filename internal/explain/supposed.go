package explain

import (
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// before is how many bytes in front of words may say that they only suppose.
const before = 90

// phrase is the weight of the words of a refusal; what weighs more is said by
// programs alone.
var phrase = slices.Index(diag.Strengths, diag.StrengthPhrase)

// supposing is what stands right before words that tell of no event: a condition
// and the beginning of what it is about, or a deed that has them as its object.
// Who tells what they saw says so between the two, with a mark or of "me".
var supposing = onDemand(`(?:^|[^\w-])(?:(?:if|when|whenever|once|unless|whether|in case|in the event|as soon as|assuming|what happens (?:with|after|on)|expects? that|ensures? that|so that|attempts (?:\w+ ){0,3}left before)(?: that)?(?: [a-z'-]+){0,5} ?|` +
	`(?:after an?|after each|after every|after the|fix(?:es|ing)?|silenc(?:es?|ing)|ignor(?:es?|ing)|suppress(?:es|ing)?|handl(?:e|es|ing)|simulat(?:e|es|ing)|mock(?:s|ing)?|detect(?:s|ing)?|prevent(?:s|ing)?|avoid(?:s|ing)?|tests? for|testing for|checks? for|reduc(?:e|es|ing)|protects? against|never|(?:afraid|scared|fear|risk|danger|tired) of|worried about|instead of|rather than|without (?:being|getting)|in case of|examples? of|number of|kinds? of|instances? of|otherwise(?: \w+){0,2} (?:says?|prints?|complains?|reports?|answers?)(?: that)?)(?: (?:an?|the|any|all|every|be|being|getting|your|their|of|and|or|such|more|many))*(?: [a-z-]+)? ?|(?:no|zero|without any|not a single) )$`)

// attribute is what stands right behind words that only say of which kind
// something is: "expired token handling".
var attribute = onDemand("^[\"'`)]{0,2} (?:handling|handlers?|wording|hints?|states?|conditions?|templates?|translations?|icons?|counters?|metrics?|logic|scenarios?|cases?|tests?|checks?|detection|banners?|callbacks?|hooks?|events?|agents?|managers?|paths?|formatting|indentation|examples?|stor(?:y|ies)|policy|policies|rates?|ratio|percentage|statistics|stats|labels?|placeholders?|constants?|enums?|lists?|lengths?|entries|clean-?ups?|purges?|removal|reminders?)(?:[^\\w]|$)")

// possibly is in words that say what could be.
var possibly = onDemand(` (?:may|might|could|can) (?:also |then |still )?be `)

// telling are words of somebody who tells what happened.
var telling = onDemand(`(?:^|[^\w])(?:i|i'm|i've|me|my|we|our|us|it|he|she|says?|said|trying|tried|attempting|using|running)(?:[^\w]|$)`)

// clause is what stands in front of the words of a hit, up to the next mark.
func (h hit) clause(v view) string {
	lead := v.lower[max(0, h.span[0]-before):h.span[0]]
	for mark := len(lead); ; {
		mark = strings.LastIndexAny(lead[:mark], ".:;,\"'()[]{}<>=!?|/`")
		if mark < 1 || lead[mark] != '\'' || !inWord(lead[mark-1]) || mark+1 == len(lead) || !inWord(lead[mark+1]) {
			return lead[mark+1:] // what is left out, as in "we've", ends nothing
		}
	}
}

// untold reports that the words of a hit tell of nothing that happened.
func (h hit) untold(v view) bool {
	return h.supposed(v) || h.cited(v) || h.negated(v) || h.mentioned(v) || h.unhappened(v) || h.worldly(v) || h.unmet(v) || h.spared(v)
}

// supposed reports that the words of a hit are only supposed: "when the token has
// expired", "handle invalid passwords", "expired token handling".
func (h hit) supposed(v view) bool {
	if h.weight > phrase || h.Class == "not_auth" {
		return false
	}
	lead := h.clause(v)
	if possibly().MatchString(v.lower[h.span[0]:h.span[1]]) {
		return !telling().MatchString(lead)
	}
	if attribute().MatchString(v.lower[h.span[1]:]) {
		return !telling().MatchString(lead)
	}
	at := supposing().FindStringIndex(lead)
	return at != nil && !telling().MatchString(lead[at[0]:])
}
