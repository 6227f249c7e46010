package explain

import (
	"slices"

	"github.com/authdoctor/authdoctor/internal/redact"
)

// MayMean reports whether a message could hold anything that is known. Nothing
// of it is kept: it may be asked of text whose secrets are still in it, and
// for most lines of a log its no saves masking them.
func (e *Explainer) MayMean(message []byte) bool {
	if len(message) > long {
		return true // to find out takes no less than to read it
	}
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
	var asked []int
	may := false
	e.words.find(text, func(word int) bool {
		owner := e.owners[word]
		if owner < 0 || slices.Contains(asked, owner) {
			return false // a mark is nothing by itself
		}
		if len(asked) == 0 && plain {
			// What is needed may be in the masks that the message gets.
			looked.unmasked = true
			looked.hold(lowerASCII(string(text)) + redact.Masks())
		}
		asked = append(asked, owner)
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
		var asked []string
		var goes bool
		return slices.ContainsFunc(r.together, func(r *rule) bool {
			if len(asked) == 0 || len(r.With) == 0 || &asked[0] != &r.With[0] { // many share one list
				asked, goes = r.With, r.mayGoWith(text)
			}
			return goes && slices.ContainsFunc(r.frames, func(f frame) bool { return f.mayFit(text) })
		})
	}
	if r.Pattern == "" {
		return slices.ContainsFunc(r.Literals, func(l string) bool { return text.has(word{lowerASCII(l), true, true}) })
	}
	return slices.ContainsFunc(r.ready(), func(a *alternative) bool { return a.needs.metBy(text) })
}

// mayGoWith reports whether a text may hold one of the words that have to be in it
// as well: one of few is asked for in less time than a frame.
func (r *rule) mayGoWith(text *held) bool {
	return len(r.With) == 0 || slices.ContainsFunc(r.With, func(l string) bool {
		short := len(l) <= abbreviation
		return text.has(word{lowerASCII(l), short, short})
	})
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
