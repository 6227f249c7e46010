package explain

import (
	"slices"
	"strings"
)

// roots are what the name of an error is about when it is one of a sign-in.
// Only names that hold one are spelled out.
var roots = []string{
	"auth", "login", "logon", "signin", "sign_in", "log_in", "logged_in", "loggedin", "passw", "pwd", "credential", "token", "session", "account",
	"user", "client", "email", "denied", "forbid", "permi", "privileg", "apikey", "api_key", "api-key", "jwt", "scope", "mfa", "otp", "2fa",
	"factor", "rate_limit", "ratelimit", "toomany", "too_many", "attempt", "device", "pin_", "_pin", "consent", "audience", "issuer", "clock",
}

// beginnings are first words of names that ask or do something, and are no errors.
var beginnings = []string{
	"is", "has", "check", "test", "on", "handle", "get", "set", "show", "render", "assert", "should", "when", "if", "can", "validate", "verify",
	"reset", "create", "delete", "update", "clear", "count", "num", "max", "min", "enable", "allow", "use", "with", "without", "expect", "mock", "node",
}

// endings are last words of names that are those of errors and of nothing else.
var endings = []string{"error", "exception", "failed", "failure", "fault", "denied", "refused", "rejected"}

// spelled is the view with the names of errors in it, such as
// InvalidPasswordError and USER_NOT_FOUND, as the words they are made of:
// programs name errors by the words in which others tell of them. With sure,
// it is only those that can be nothing else. It reports whether there are any.
func (v view) spelled(sure bool) (view, bool) {
	u := unwrapper{in: v.text}
	from := 0
	namesIn(v.text, sure, func(at int, ends []int) {
		u.put(u.in[from:at], from, at-from)
		u.takeApart(at, ends)
		from = at + ends[len(ends)-1]
	})
	if from == 0 {
		return v, false
	}
	u.put(u.in[from:], from, len(u.in)-from)
	s := view{text: string(u.out), runs: u.runs, before: &v}
	s.lower = lowerASCII(s.text)
	s.held = new(held)
	s.held.hold(s.lower)
	return s, true
}

// namesOf are the names of errors in a text, taken apart, and nothing else of it.
func namesOf(text string) []byte {
	u := unwrapper{in: text}
	namesIn(text, false, func(at int, ends []int) {
		u.takeApart(at, ends)
		u.out = append(u.out, ' ')
	})
	return u.out
}

// namesIn tells where the names of errors in a text begin, and where, from
// there, their words end.
func namesIn(text string, sure bool, found func(at int, ends []int)) {
	for at := 0; at < len(text); {
		if !inWord(text[at]) {
			at++
			continue
		}
		end, joined := at+1, false
		for end < len(text) && (inWord(text[end]) || text[end] == '-') {
			joined = joined || text[end] <= 'Z' && text[end] >= 'A' || text[end] == '_' || text[end] == '-'
			end++
		}
		if joined && !used(text[end:]) && !said(text, at, end) {
			if ends := splits(text[at:end]); len(ends) > 1 && isError(text[at:end], ends, sure) {
				found(at, ends)
			}
		}
		at = end
	}
}

// joint stands between the words of a name: what is known of names does not fit
// what is said in words.
const joint = "~"

// takeApart puts the words of a name, which end in these places of it.
func (u *unwrapper) takeApart(at int, ends []int) {
	from := at
	for i, end := range ends {
		end += at
		u.put(u.in[from:end], from, end-from)
		from = end
		if i == len(ends)-1 {
			break
		}
		size := 0
		for u.in[from+size] == '_' || u.in[from+size] == '-' {
			size++
		}
		u.put(joint, from, size)
		from += size
	}
}

// splits says where the words of a name end, as in aB, ABc, A_B and a-b.
func splits(name string) (ends []int) {
	upper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	lower := func(c byte) bool { return 'a' <= c && c <= 'z' }
	mark := func(c byte) bool { return c == '_' || c == '-' }
	for i := 1; i < len(name); i++ {
		c, before := name[i], name[i-1]
		if mark(before) {
			continue
		}
		rest := strings.TrimLeft(name[i:], "_-")
		if mark(c) && rest != "" || upper(c) && (lower(before) || upper(before) && i+1 < len(name) && lower(name[i+1])) {
			ends = append(ends, i)
		}
	}
	if name != "" && len(ends) > 0 && ends[0] > 0 {
		ends = append(ends, len(strings.TrimRight(name, "_-")))
	}
	return ends
}

// isError reports whether a name is that of an error of a sign-in.
func isError(name string, ends []int, sure bool) bool {
	name = lowerASCII(name)
	last := strings.TrimLeft(name[ends[len(ends)-2]:ends[len(ends)-1]], "_-")
	switch {
	case name[:ends[0]] == "no" && (last == "required" || last == "needed"):
		return false // all is well
	case strings.Contains(name, "test") || slices.Contains(beginnings, name[:ends[0]]):
		return false
	case sure && !slices.Contains(endings, last):
		return false
	}
	return slices.ContainsFunc(roots, func(root string) bool { return strings.Contains(name, root) })
}

// said reports whether what looks like a name may as well be words of prose that
// belong together: a name with hyphens stands in marks or at the end of a path.
func said(text string, at, end int) bool {
	return strings.Contains(text[at:end], "-") && (at == 0 || !strings.ContainsRune("\"'`/=([{", rune(text[at-1])))
}

// used reports whether what follows a name shows that it is called, set or that
// of a file.
func used(rest string) bool {
	rest = strings.TrimLeft(rest, `"'`+"`")
	if file, ok := strings.CutPrefix(rest, "."); ok {
		n := 0
		for n < len(file) && 'a' <= file[n] && file[n] <= 'z' {
			n++
		}
		return 0 < n && n <= 4 && (n == len(file) || !inWord(file[n]) && file[n] != '.')
	}
	rest = strings.TrimLeft(rest, " ")
	if value, ok := strings.CutPrefix(rest, ":"); ok {
		value = lowerASCII(strings.TrimLeft(value[:min(len(value), 8)], " "))
		return slices.ContainsFunc([]string{"false", "true", "null", "none", "nil", "0", "1", "yes", "no,", "no "}, func(w string) bool { return strings.HasPrefix(value, w) })
	}
	return strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "=")
}
