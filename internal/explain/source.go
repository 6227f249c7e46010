package explain

import (
	"slices"
	"strings"
)

// A piece of a program's source holds the errors that it handles, raises or
// tests for, each in a line as only a source has it. What a program prints may
// hold such lines too, as a traceback does, and then says it once more.

// statement is a line that is of a source for certain: a keyword and the marks
// that go with it, a call that ends as one, a comment.
var statement = onDemand(`^\s*(?:` +
	`(?:\} *)?(?:if|elif|else if|elsif|for|foreach|while|switch|case|default|return|except|catch|raise|throw|import|from|def|class|func|function|fn|const|let|var|val|public|private|protected|static|final|package|type|struct|enum|interface|export|async|await|try|with|assert\w*|expect|require|describe|it|test|defer|go|select|namespace|yield|unless|rescue|sub|my|our|print|fmt|log)\b.*[{}()\[\];:,=]\s*(?:(?://|#|/\*).*)?$` +
	`|[\w.\[\]>*&$@-]+(?:, [\w.\[\]]+)* *:= *\S` +
	`|[\w.\[\]>*&$@-]+ = .*[;({,\[]\s*$` +
	`|[\w.>:$@!&*-]*\w\(.*[;{(,]\s*$` +
	`|\w+: +[A-Za-z_.()*&][\w.()*&]*, *(?://.*)?$` +
	`|(?://|#(?:define|include|if|endif|else)\b|/\*|\*/)` +
	`|\S+ +[\w.*\[\]]+;\s*$)` +
	`|^ +\* `)

// filling is a line that stands between such lines.
var filling = onDemand(`^\s*(?:` +
	`[\w.\[\]>*&$@'"-]+ (?:\+?=|[!=]==?) \S` +
	`|[\w.>:$@!&*-]*\w\(.*[,)]\s*$` +
	`|[)}\]]+[;,]?\)?;?\s*$|[{(\[]\s*$` +
	`|\.\w+\(|# |-- |;;` +
	`|['"][^'"]*['"],?\)?;?\s*$` +
	`|[\w.*]+,\s*$` +
	`|@\w` +
	`|(?:else|try|finally|do|end|begin):?\s*$)`)

// running is in what a program printed while it ran.
var running = onDemand(`traceback|  file "|\n\s+at \S+\(|caused by|http/1\.|exception in thread|panic:|goroutine|body=`)

// An origin is which lines of a message are of a program's source.
type origin struct {
	text  string
	lines [][2]int // the bounds of those that are
	whole bool     // so many that it is a piece of a source
}

// originOf tells the lines of a message apart.
func originOf(v view) *origin {
	for v.before != nil {
		v = *v.before
	}
	o := &origin{text: v.text}
	if len(v.text) > long || !strings.Contains(strings.TrimSpace(v.text), "\n") || running().MatchString(lowerASCII(v.text)) {
		return o
	}
	if strings.Count(v.text, "\n") > mostLines {
		return o
	}
	statements, all, from := 0, 0, 0
	for line := range strings.Lines(v.text) {
		bounds := [2]int{from, from + len(line)}
		from = bounds[1]
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) == "" {
			continue
		}
		all++
		certain := statement().MatchString(line)
		if certain {
			statements++
		}
		if certain || filling().MatchString(line) {
			o.lines = append(o.lines, bounds)
		}
	}
	o.whole = 2*len(o.lines) >= all && (statements > 1 || statements == 1 && all == 2)
	return o
}

// inSource reports that words stand in a line of a program's source, in a piece
// of one.
func (h hit) inSource(v view) bool {
	if h.Class == "not_auth" {
		return false
	}
	if v.held.origin == nil {
		v.held.origin = originOf(v)
	}
	if !v.held.origin.whole {
		return false
	}
	from, to := v.place(h.span[0]), v.place(h.span[1]-1)
	within := func(at int) bool {
		return slices.ContainsFunc(v.held.origin.lines, func(l [2]int) bool { return l[0] <= at && at < l[1] })
	}
	return within(from) && within(to)
}

// elsewhere is the first place that a rule fits at which its words do tell of
// something (without a rule where there is none), where they are only spoken of at the one that was found: a source
// or a comment may stand above what the program printed.
func (h hit) elsewhere(v view) (best hit) {
	if h.Frames != nil || len(v.text) > long {
		return best
	}
	for _, p := range h.every(v) {
		other := hit{rule: h.rule, span: p.span, groups: p.groups}
		if p.span[0] > h.span[0] && (best.rule == nil || p.span[0] < best.span[0]) && h.printed(v, p.span[0]) &&
			!other.untold(v) && !other.described(v) && !other.inSource(v) {
			best = other
		}
	}
	return best
}

// printed reports whether words at a place stand as a program prints them: at the
// beginning, or soon behind a mark; where a source surrounds the first
// place, any other line is one.
func (h hit) printed(v view, at int) bool {
	if h.inSource(v) {
		return true
	}
	lead := (hit{span: [2]int{at, at}}).clause(v)
	from := at - len(lead)
	return strings.Count(strings.TrimSpace(lead), " ") < 3 && (from == 0 || strings.IndexByte(`:="'([>-|`, v.text[from-1]) >= 0)
}
