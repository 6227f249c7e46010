package redact

import "strings"

// foreign reports the last word of a password's name that is several words, or
// not all of ASCII: "mot de passe", "contraseña".
func (sc *scanner) foreign(w word) bool {
	end := ""
	switch text := sc.text(w); {
	case strings.EqualFold(text, "passe"):
		end = "mot de "
	case strings.EqualFold(text, "a"):
		end = "contraseñ"
	default:
		return false
	}
	return strings.HasSuffix(strings.ToLower(sc.s[max(0, w.from-10):w.from]), end)
}

// escapedElement masks the text of <password>…</password> as encoders of JSON
// write it, with the marks as \u003c and \u003e. It returns where to go on, or 0.
func (sc *scanner) escapedElement(w word) int {
	const open, end = `\u003c`, `\u003e`
	key, ok := cutPrefixFold(sc.text(w), open[1:])
	if !ok || sc.at(w.from-1) != '\\' || !strings.EqualFold(sc.s[w.to:min(w.to+len(end), len(sc.s))], end) {
		return 0
	}
	from := w.to + len(end)
	rest := sc.s[from:min(from+4096, len(sc.s))]
	n := strings.Index(strings.ToLower(rest), open)
	c := classify(key, "")
	at := place{key: w.from, value: from, equals: true}
	if n <= 0 || c.rule == never || c.rule == header || c.rule == cookies || isMask(rest[:n]) || !secret(c, rest[:n], at) {
		return 0
	}
	sc.add(from, from+n, c.kind)
	return from + n
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
