package probe

import (
	"maps"
	"slices"
	"strings"
)

// A challenge is one way to sign in that a server offers (RFC 9110, 11.3).
type challenge struct {
	scheme string            // in lower case
	params map[string]string // names in lower case
	broken bool              // a part of it could not be read
}

// mostOffers bounds how many are read.
const mostOffers = 20

// parseChallenges reads header fields with challenges: several in one field,
// or a field for each. What cannot be read is passed over up to the next comma.
func parseChallenges(fields []string) []challenge {
	var all []challenge
	for _, field := range fields {
		s := &challengeText{rest: field}
		for len(all) < mostOffers && s.next() {
			name := s.token()
			value, isParam := s.value()
			switch {
			case name == "":
				s.skip()
				if len(all) > 0 {
					all[len(all)-1].broken = true
				}
			case isParam && len(all) > 0:
				all[len(all)-1].params[strings.ToLower(name)] = value
			case !isParam:
				all = append(all, challenge{scheme: strings.ToLower(name), params: map[string]string{}})
				s.token68()
			}
		}
	}
	return all
}

// A challengeText is what is left to be read of a field.
type challengeText struct{ rest string }

func (s *challengeText) spaces() { s.rest = strings.TrimLeft(s.rest, " \t") }

// next goes to the next element, and reports whether there is one.
func (s *challengeText) next() bool {
	s.rest = strings.TrimLeft(s.rest, " \t,")
	return s.rest != ""
}

func (s *challengeText) skip() {
	if _, rest, ok := strings.Cut(s.rest, ","); ok {
		s.rest = rest
		return
	}
	s.rest = ""
}

// tokenMarks are what tokens may hold besides letters and digits (RFC 9110,
// 5.6.2).
const tokenMarks = "!#$%&'*+-.^_`|~"

func isTokenByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte(tokenMarks, b) >= 0
}

func (s *challengeText) token() string {
	end := 0
	for end < len(s.rest) && isTokenByte(s.rest[end]) {
		end++
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

// value reads "=value" if that is next: a token or a quoted text.
func (s *challengeText) value() (string, bool) {
	before := s.rest
	s.spaces()
	if !strings.HasPrefix(s.rest, "=") {
		s.rest = before
		return "", false
	}
	s.rest = s.rest[1:]
	s.spaces()
	if strings.HasPrefix(s.rest, `"`) {
		return s.quoted(), true
	}
	// Some servers write addresses without the quotes that they need.
	end := strings.IndexAny(s.rest, ", \t")
	if end < 0 {
		end = len(s.rest)
	}
	value := s.rest[:end]
	s.rest = s.rest[end:]
	return value, true
}

// quoted reads a quoted text (RFC 9110, 5.6.4); one without its end goes to the
// end of the field.
func (s *challengeText) quoted() string {
	var out strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '\\' && i+1 < len(s.rest):
			i++
			out.WriteByte(s.rest[i])
		case c == '"':
			s.rest = s.rest[i+1:]
			return out.String()
		default:
			out.WriteByte(c)
		}
	}
	s.rest = ""
	return out.String()
}

// token68 passes over what Negotiate and NTLM have instead of parameters (RFC
// 9110, 11.2): it may be an answer to somebody's secret, so it is not kept.
func (s *challengeText) token68() {
	before := s.rest
	s.spaces()
	body := strings.TrimLeft(s.rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/")
	padding := strings.TrimLeft(body, "=")
	if body == s.rest || strings.TrimLeft(padding, " \t") != "" && strings.TrimLeft(padding, " \t")[0] != ',' {
		s.rest = before
		return
	}
	s.rest = padding
}

// schemes are the ways that are offered, in order, each once.
func schemes(all []challenge) []string {
	var out []string
	for _, c := range all {
		out = append(out, printable(c.scheme))
	}
	return unique(out)
}

// offers reports whether a way to sign in is offered.
func offers(all []challenge, scheme string) bool {
	return slices.ContainsFunc(all, func(c challenge) bool { return c.scheme == scheme })
}

// shownParams are the parameters that explain, and name nobody: RFC 9110, 11.5;
// RFC 6750, 3; RFC 9470, 3; RFC 9449, 7.1; RFC 9728, 5.1.
var shownParams = []string{"realm", "error", "error_description", "error_uri", "scope", "acr_values", "max_age", "algs", "charset", "resource_metadata"}

// challengeFacts lists the challenges, cut short and cleaned.
func challengeFacts(all []challenge) []any {
	list := []any{}
	for _, c := range all {
		fact := map[string]any{"scheme": printable(c.scheme)}
		for _, name := range slices.Sorted(maps.Keys(c.params)) {
			if slices.Contains(shownParams, name) {
				fact[name] = printable(c.params[name])
			}
		}
		if c.broken {
			fact["broken"] = true
		}
		list = append(list, fact)
	}
	return list
}

// param is the first value of a parameter in challenges of any scheme.
func param(all []challenge, name string) string {
	for _, c := range all {
		if v := c.params[name]; v != "" {
			return printable(v)
		}
	}
	return ""
}
