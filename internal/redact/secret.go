package redact

import (
	"slices"
	"strings"
)

// secret decides whether a value is one, by the rule of its class.
func secret(c class, value string, at place) bool {
	if value == "" || placeholder(value) {
		return false
	}
	sample := value[:min(len(value), 64)]
	switch c.rule {
	case always:
		return true
	case likely:
		return at.equals || at.quoted || at.setting || strange(sample) || len(value) >= 20
	case commandOption:
		return at.equals || at.quoted || at.setting
	case inAddress:
		return at.address && len(value) >= 8
	case long:
		return len(value) >= 16 && strings.ContainsAny(sample, "0123456789") && !strings.ContainsAny(sample, " \t(") &&
			!result(value) && !isUUID(value) && !strings.HasPrefix(value, "S-1-")
	case pin:
		return len(value) >= 4 && len(value) <= 8 && digits(value)
	case oneTime:
		return len(value) >= 4 && (strings.ContainsAny(sample, "0123456789") || len(value) >= 20)
	case plainCode:
		return authorizationCode(value, at)
	}
	return false
}

// result: the outcome of a call, such as status=-1073741711.
func result(value string) bool {
	name, number, ok := strings.Cut(value, "=")
	return ok && errorWords(strings.ToLower(name)) && digits(strings.TrimPrefix(strings.TrimPrefix(number, "-"), "0x"))
}

// halves joins "123 456".
var halves = strings.NewReplacer(" ", "", "-", "")

// authorizationCode tells the code of a sign-in from the code of an error.
func authorizationCode(value string, at place) bool {
	sample := value[:min(len(value), 64)]
	switch {
	case digits(halves.Replace(sample)):
		n := len(halves.Replace(sample))
		return n >= 6 && n <= 8 && !at.number // errors are numbered, codes are text
	case strings.ContainsAny(sample, " \t"):
		return false
	case at.address:
		return !errorCode(value)
	}
	return len(value) >= 16 && strange(sample) && !errorCode(value)
}

// errorCode: AADSTS50126, ERR_FAILED, invalid_grant, 404, 0x80070005,
// InvalidAccessKeyId.
func errorCode(s string) bool {
	s = strings.TrimPrefix(s, "a0.") // of Auth0's libraries
	if len(s) > 48 {
		return false
	}
	if strings.HasPrefix(s, "0x") || digits(s) && len(s) < 6 {
		return true
	}
	letters := strings.TrimRight(s, "0123456789")
	if letters == "" {
		return false
	}
	return all(letters, func(c byte) bool { return isUpper(c) || c == '_' || c == '-' || c == '.' }) ||
		strings.ContainsAny(letters, "_-.") && all(letters, func(c byte) bool { return isLower(c) || c == '_' || c == '-' || c == '.' }) ||
		len(letters) == len(s) && camelWords(s)
}

// camelWords: words with a capital each, joined or with "_" or "." between
// them, none of them a single letter, as random text would have. One may be an
// abbreviation: MailboxNotEnabledForRESTAPI, Authorization_RequestDenied.
func camelWords(s string) bool {
	if !isUpper(s[0]) {
		return false
	}
	abbreviations := 0
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && isUpper(s[i]) {
			i++
		}
		capitals := i - from
		for i < len(s) && isLower(s[i]) {
			i++
		}
		small := i - from - capitals
		if capitals > 2 {
			abbreviations++
		}
		if capitals == 0 || capitals == 2 || capitals+small < 2 || abbreviations > 1 {
			return false
		}
		if i < len(s) && (s[i] == '_' || s[i] == '.') {
			i++
		}
		if i < len(s) && !isUpper(s[i]) {
			return false
		}
	}
	return true
}

// placeholder: what stands where a secret was left out.
func placeholder(s string) bool {
	if isMask(s) || strings.Trim(s, "*•.-_?…") == "" || len(s) > 2 && strings.Trim(s, "xX") == "" {
		return true
	}
	if len(s) <= 32 {
		word := strings.ToLower(strings.Trim(s, ".!,:;"))
		if states(word) || refusal(word) {
			return true
		}
	}
	inner := len(s) > 2 && (s[0] == '<' && s[len(s)-1] == '>' || strings.HasPrefix(s, "${") || strings.HasPrefix(s, "{{") || strings.HasPrefix(s, "$("))
	if inner {
		return len(s) < 64
	}
	name, ok := strings.CutPrefix(s, "$")
	return ok && name != "" && all(name, func(c byte) bool { return isUpper(c) || c == '_' })
}

// refusal reports that a word is the code of a refusal: invalid_grant, or the
// numbers of two identity providers, AADSTS50126 and E0000004.
func refusal(word string) bool {
	word = strings.ToLower(strings.Trim(word, ".!,:;"))
	if refusals(word) {
		return true
	}
	n, ok := strings.CutPrefix(word, "aadsts")
	if !ok {
		n, ok = strings.CutPrefix(word, "e0000")
		ok = ok && len(n) == 3
	}
	return ok && digits(n)
}

// sentence reports that what stands where a value would is a sentence about
// it: it begins like one and goes on like one.
func (sc *scanner) sentence(from, to int, at place) bool {
	if at.address {
		return false
	}
	end := min(from+120, len(sc.s))
	if from > at.value { // a quotation is all of it
		end = min(end, to)
	}
	line, _, _ := strings.Cut(sc.s[from:end], "\n")
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,.;!?\"'", r) })
	if len(words) > 0 && refusal(words[0]) {
		return true
	}
	if len(words) < 2 || !opening(strings.ToLower(words[0])) && !talk(strings.ToLower(words[0])) {
		return false
	}
	return slices.ContainsFunc(words[1:min(len(words), 12)], func(w string) bool { return talk(strings.ToLower(w)) })
}

// strange: no word of English looks like it. It has a digit or a mark inside,
// or capitals where no word has them.
func strange(s string) bool {
	s = strings.Trim(s, ".,;:!?()")
	for i := range len(s) {
		c := s[i]
		if !isLower(c) && !(isUpper(c) && i == 0) && c < 0x80 && c != '-' && c != '\'' && c != '/' && c != ' ' {
			return !all(s, isUpper)
		}
	}
	return false
}

func digits(s string) bool { return s != "" && all(s, isDigit) }

func all(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

// isUUID: identifiers that support asks for.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHex(s[i]) {
			return false
		}
	}
	return true
}

// pairOfDigits takes the second half of "123 456" in as well.
func (sc *scanner) pairOfDigits(from, to int) int {
	first := to - from
	if (first == 3 || first == 4) && digits(sc.s[from:to]) && sc.at(to) == ' ' {
		end := to + 1
		for end < len(sc.s) && isDigit(sc.s[end]) {
			end++
		}
		if end-to-1 == first {
			return end
		}
	}
	return to
}
