package explain

import "strings"

// queried is before a value that a query asks for, and queries in what is one.
var queried = onDemand(`\b(?:where|having|and|or|filter|when)\b[^;:]{0,80}?(?:=|<>|!=|~|\bin ?\(|\blike|\bhas|\bcontains)\s*["'(%]*(?:[\w%"'.-]+,\s*)*["'%]?$`)

var queries = onDemand(`\b(?:select\b.{1,200}\bfrom|from\b.{1,80}\bwhere|delete from|update .{1,60} set|\| where|\| filter)\b`)

// awaited is before a code that a rule waits for, that a test asks for, that is
// avoided, or that is an object of what somebody always does.
var awaited = onDemand("(?:\\b(?:alerts?|rules?|monitors?|filters?|triggers?)\\b[^.;:]{0,40}\\b(?:created|set up|defined|configured|added|enabled) (?:for|on)(?: all| any| the)?(?: (?:errors?|events?|codes?|status(?:es)?|messages?|number|id|ids)){0,2}|" +
	"\\b(?:instead of|rather than)(?: an?| the)?|" +
	"\\b(?:provoke|simulate|mock|emulate|assert|inject|fake|stub|reproduce|look for|watch for|search for|count)(?:s|d|ing)?(?: an?| the| of| for)?(?: \\w+)?|\\bmonitor(?:s|ed|ing)?(?: an?| the| for)?|" +
	"[!=]==? ?[\"'`]?\\d+) [\"'`(]{0,2}$")

// whenever is before what somebody always does at a time.
var whenever = onDemand("\\b(?:if|when|whenever|unless|until) (?:the|an?|any|your) (?:[\\w-]+ ){1,3}?(?:sends?|pushes|returns?|answers? with|replies with|gets?|receives?|raises?|throws?|emits?|responds? with)(?: an?| the)? [\"'`(]{0,2}$")

// aspect is behind a code of which only some side is spoken of.
var aspect = onDemand("^[\"'`)]{0,2} (?:errors? )?(?:counters?|metrics?|handling|handlers?|dashboards?|tests?|scenarios?|statistics|stats|famil(?:y|ies)|detection|mappings?|documentation|docs|explained)(?:[^\\w]|$)")

// treated is right behind what is explained.
var treated = onDemand("^[\"'`)>]*(?:,? ?(?:severity)?: ?\\d+| \\([\\w,-]+\\))?[\"'`)>]* (?:explained\\b|(?:is|are) (?:logged|written|recorded) (?:by default|at level)\\b|(?:is|are) (?:passed|emitted|used) (?:when|if|whenever) (?:the|an?|no|you|users?)\\b)")

// ordered is before words in quotation marks with which something is to be done,
// as the title of a change says it.
var ordered = onDemand("(?:^|[:;(] ?)(?:log|print|show|return|display|write|translate|reword|rename|replace|drop|remove|handle|treat|match|map|parse|ignore|hide) [\"'`][^\"'`]*$")

// able is before what may become of something, or mostly is behind it.
var able = onDemand("(?:\\b(?:can|may|might|could|would|will|to) (?:also |then |still |even )?(?:fail|end|break|stop|result|die) (?:with|in|on)(?: an?| the)?|" +
	"\\b(?:common|usual|frequent|typical|known|main|likely|possible) (?:\\w+ )?(?:causes?|reasons?|sources?|signs?|symptoms?) (?:of|for)(?: an?| the)?|(?:^|\\W)(?:fixed|resolved|solved|changed) in v?[\\d.]+:?) ?[\"'`]?$")

// noted is behind a name to which a source adds what it means, and valued behind one
// that it sets to a number; valuing is before such a number.
var noted = onDemand(`^\w*[,;]? (?://|/\*)`)

var valued = onDemand(`^(?: |\t)= ?(?:0x[\da-fA-F]+|-?\d+)\b`)

var valuing = onDemand(`\b[A-Z][A-Z\d]*_[A-Z\d_]+ = (?:0x)?$`)

// meaning is before what anything of a kind counts as, and changing before what a
// program now does.
var meaning = onDemand("(?:^|[.:;] ?)(?:an?|any|every|each) [a-z][^.:;]{0,60} (?:is|means|counts as|equals)(?: an?)? [\"'`]?$")

var changing = onDemand("\\bnow (?:also )?(?:answers?|returns?|throws?|raises?|reports?|sends?|emits?)(?: with)?(?: an?| the)? [\"'`]?$")

// filledIn is before a name that a macro takes, with its number behind.
var filledIn = onDemand(`\b[A-Z][A-Z_]+\(["']?(?:[A-Z]+_)?$`)

var numberedBy = onDemand(`^["']?, ?-?\d+[,)]`)

// unmet reports that a text has words or a code for what it does with them, and
// that nobody met them.
func (h hit) unmet(v view) bool {
	behind, front := v.lower[h.span[1]:], v.lower[max(0, h.span[0]-leash):h.span[0]]
	if (treated().MatchString(behind) || ordered().MatchString(front) || able().MatchString(front)) && !telling().MatchString(behind) {
		return true
	}
	if strings.Contains(v.text[h.span[0]:h.span[1]], " ") {
		return false
	}
	switch {
	case queried().MatchString(front) && queries().MatchString(front):
		return true
	case noted().MatchString(behind), valued().MatchString(behind) && strings.Contains(v.text[h.span[0]:h.span[1]], "_"), valuing().MatchString(v.text[:h.span[0]]):
		return true
	case changing().MatchString(front) && strings.HasPrefix(strings.TrimLeft(behind, "\"'`"), " instead of "), meaning().MatchString(front):
		return true
	case numberedBy().MatchString(behind) && filledIn().MatchString(v.text[:h.span[0]]):
		return true
	}
	if telling().MatchString(front) {
		return false
	}
	return awaited().MatchString(front) || aspect().MatchString(behind) || whenever().MatchString(front) && !narrating().MatchString(h.clause(v))
}
