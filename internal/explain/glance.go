package explain

import (
	"slices"

	"github.com/authdoctor/authdoctor/internal/redact"
)

// MayMean reports whether a message could hold anything that is known. Nothing
// of it is kept: it may be asked of text whose secrets are still in it, and
// for most lines of a log its no saves masking them.
func (e *Explainer) MayMean(message []byte) bool {
	text, plain := message, true
	if wrapped(message) {
		text, plain = []byte(clean(string(message)).text), spaced(message)
	}
	return e.mayHold(text, plain) || e.mayName(text)
}

// mayHold reports whether a text could fit a rule. Of one that is plain it is
// known what it will be without its secrets.
func (e *Explainer) mayHold(text []byte, plain bool) bool {
	var looked held
	may, last := false, -1
	e.words.find(text, func(word int) bool {
		owner := e.owners[word]
		if owner < 0 || owner == last {
			return false // a mark is nothing by itself
		}
		if last < 0 && plain {
			// What is needed may be in the masks that the message gets.
			looked.unmasked = true
			looked.hold(lowerASCII(string(text)) + redact.Masks())
		}
		last = owner
		may = !plain || e.rules[owner].mayFit(&looked)
		return may
	})
	return may
}

// mayName reports whether the name of an error in a text could mean something.
func (e *Explainer) mayName(text []byte) bool {
	names := namesOf(string(text))
	return len(names) > 0 && e.mayHold(names, true)
}

// mayFit reports whether a text holds what the rule needs.
func (r *rule) mayFit(text *held) bool {
	if r.Frames != nil {
		return slices.ContainsFunc(r.together, func(r *rule) bool {
			return slices.ContainsFunc(r.frames, func(f frame) bool { return f.mayFit(text) })
		})
	}
	if r.Pattern == "" {
		return slices.ContainsFunc(r.Literals, func(l string) bool { return text.has(word{lowerASCII(l), true, true}) })
	}
	return slices.ContainsFunc(r.ready(), func(a *alternative) bool { return a.needs.metBy(text) })
}

// spaced reports that nothing but white space and quotation marks is to be
// undone in a text: it is then of one line, and of it the same is left when
// its secrets are looked.
func spaced(text []byte) bool {
	for _, c := range text {
		if special[c] && c != ' ' && c != '\t' && c != '"' {
			return false
		}
	}
	return true
}
