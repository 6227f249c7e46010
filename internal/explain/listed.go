package explain

import (
	"strings"
)

// member is the name of an error beside a code in a list of such names, behind
// it; memberBefore is the same in front of it. What is set to a value is none.
var member = onDemand("^[\"'`]?(?:\\(\\d+\\)| [A-Z](?: \\[\\w+\\])?)?\\s*(?:[,|;]|- |\\* |(?:or|and) |, (?:or|and) )\\s*(?:\\d+ )?[\"'`]?" + nameOfError + "(?:\\(|[\"'`]|\\s|[,|;\\])}]|$)")

var memberBefore = onDemand("(?:[^\\w=:.]|^)" + nameOfError + "[\"'`]?(?:\\(\\d+\\)| [A-Z](?: \\[\\w+\\])?)?\\s*(?:[,|;]|-|\\*|or|and|, (?:or|and))\\s*(?:\\d+ )?[\"'`]?$")

// nameOfError is made of several words, which may have been taken apart.
const nameOfError = "(?:[A-Z]{2,}\\d*|[A-Za-z][a-z]*)(?:[_~][A-Za-z]+|[A-Z][a-z]+|[A-Z]+\\d{3,})+"

// listing is the name of a list of codes.
var listing = onDemand(`(?i)(?:enum|codes|keywords|tags|labels|list|set|retry\w*|allowed|known|supported|values|names|errors|error_?codes?)["']?\s*[:=(]\s*(?:\w+\()?[\[{(][^\])}]*$|(?:codes|errors|exceptions|alerts|values) (?:are|include|such as|like)\b[^.:]*$|\bcodes["']?:\s+- .*$`)

// ignoring is before what a program is told to pass over, or to try again.
var ignoring = onDemand(`(?:ignore|suppress|exclude|mute|silence|retry)[a-z_]*["']?\s*[:=]\s*[\[{(][^\])}]*$`)

// orElse is behind a name that has another one as its alternative, elseOr before it.
var orElse = onDemand("^[\"'`]? or (?:an? |the )?[\"'`]?(?:[A-Z]\\w*-[A-Z]|" + nameOfError + ")")

var elseOr = onDemand("(?:[A-Z]\\w*-[A-Z]\\w*|" + nameOfError + ")[\"'`]? (?:\\([^()]*\\) )?or (?:an? |the )?[\"'`]?$")

// either reports that a code is one of two that may come.
func (h hit) either(v view) bool {
	front := v.text[max(0, h.span[0]-leash):h.span[0]]
	return (orElse().MatchString(v.text[h.span[1]:]) || elseOr().MatchString(front)) && !telling().MatchString(lowerASCII(front)) && !narrating().MatchString(h.clause(v))
}

// listed reports that a code is one of a list of codes, of which nobody met any.
func (h hit) listed(v view) bool {
	behind, front := v.text[h.span[1]:min(len(v.text), h.span[1]+leash)], v.text[max(0, h.span[0]-leash):h.span[0]]
	if ignoring().MatchString(lowerASCII(front)) {
		return true
	}
	others := 0
	for at := member().FindStringIndex(behind); at != nil; at = member().FindStringIndex(behind) {
		others++
		behind = strings.TrimLeft(behind[at[1]-1:], "\"'` ")
	}
	for at := memberBefore().FindStringIndex(front); at != nil; at = memberBefore().FindStringIndex(front) {
		others++
		front = front[:at[0]+1]
	}
	if others == 0 {
		return h.either(v)
	}
	front = v.text[max(0, h.span[0]-leash):h.span[0]]
	return !telling().MatchString(lowerASCII(front)) && (others > 1 || listing().MatchString(front))
}

// shelf is before a code in the address of a page that is about it, and leaf is
// behind it in the name of a file.
var shelf = onDemand(`(?:^|[/\s"'(])(?:docs?|documentation|blog|help|kb|wiki|articles?|reference|learn|guides?|faq|support|troubleshoot\w*|questions|tags?|search|src|tests?|specs?|lib|locales?)/[\w./%?=-]*$`)

var leaf = onDemand(`^[\w-]*\.(?:html?|md|json|ya?ml|py|tsx?|jsx?|go|rb|java|kt|txt|svg|png|csv|rst|adoc|php|spec|test)(?:[^\w]|$)`)

// entry is before the last word of a name with dots, of which a text is told behind.
var entry = onDemand(`["'](?:[\w-]+\.)+$`)

// compared is before a code that a program compares something with.
var compared = onDemand("[!=]==? ?[\"'`]?$")

// titled is before what is in the name of a search, a board or a thing on one.
var titled = onDemand("(?:saved search|dashboard|panel|chart|widget|monitor|filter|board|metric|counter|graph|column|bucket|topic|queue|branch|variable|constant|alert|policy)(?: title| name| policy| rule)?:? [\"'`][^\"'`]*$")

// filed reports that a code is the name of a page, a file, a text or a board.
func (h hit) filed(v view) bool {
	front, behind := v.lower[max(0, h.span[0]-leash):h.span[0]], v.lower[h.span[1]:]
	named := strings.HasPrefix(strings.TrimLeft(behind, `"'`), ":") && (entry().MatchString(front) ||
		strings.Trim(v.text[:h.span[0]], " \"'") == "" && front != "" && strings.HasSuffix(strings.TrimRight(behind, " "), `",`))
	return named || shelf().MatchString(front) || leaf().MatchString(behind) && (front == "" || strings.ContainsAny(front[len(front)-1:], `/\ "'`)) ||
		compared().MatchString(front) || titled().MatchString(front) && strings.ContainsAny(behind, "\"'`")
}
