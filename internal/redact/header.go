package redact

import (
	"encoding/base64"
	"strings"
)

// schemes of authorization that are worth keeping.
var schemes = set(`bearer basic digest negotiate ntlm aws4-hmac-sha256 token apikey mac dpop sharedkey sharedaccesssignature kerberos hmac-sha256`)

// headerExtent is the rest of a header: to the end of its line or quotation,
// or of the list that a program prints it in.
func (sc *scanner) headerExtent(at place) (from, to int) {
	if from, to, ok := sc.quotation(at.value); ok {
		return from, to
	}
	from, to = at.value, sc.lineEnd(at.value)
	end := byte(0)
	switch {
	case sc.s[from] == '[' && maskLen(sc.s[from:]) == 0:
		from, end = from+1, ']'
	case at.around != 0:
		end = at.around
	}
	for i := from; end != 0 && i < to; i++ {
		if n := maskLen(sc.s[i:to]); n > 0 {
			i += n
		}
		if sc.at(i) == end && (sc.at(i-1) != '\\' || sc.at(at.key-2) == '\\') { // one that is escaped more belongs to the text
			to = i
		}
	}
	return from, len(strings.TrimRight(sc.s[:to], " \t"))
}

// authorization masks the credentials of a header and keeps its scheme. It
// returns where to go on, or 0.
func (sc *scanner) authorization(at place) int {
	from, to := sc.headerExtent(at)
	if from >= to {
		return 0
	}
	name, rest, ok := strings.Cut(sc.s[from:to], " ")
	switch {
	case ok && schemes(strings.ToLower(name)):
		from = to - len(strings.TrimLeft(rest, " "))
	case sc.sentence(from, to, at), placeholder(sc.s[from:to]), schemes(strings.ToLower(sc.s[from:to])):
		return 0
	}
	if sc.sentence(from, to, at) {
		return 0
	}
	sc.add(from, to, "authorization")
	return to
}

// cookieAttributes may stay in a Set-Cookie header, with the characters that
// their values are made of.
var cookieAttributes = map[string]string{
	"path":     "/-_.~%",
	"domain":   ".-",
	"expires":  " ,:-",
	"max-age":  "-",
	"samesite": "",
	"priority": "",
}

// cookieHeader masks the value of every cookie of a header.
func (sc *scanner) cookieHeader(at place, attributes bool) int {
	from, to := sc.headerExtent(at)
	if from >= to {
		return 0
	}
	if !strings.Contains(sc.s[from:min(to, from+4096)], "=") {
		if secret(class{"cookie", long}, sc.s[from:to], at) {
			sc.add(from, to, "cookie")
			return to
		}
		return 0
	}
	for start := from; start < to; {
		end := to
		if n := strings.IndexByte(sc.s[start:to], ';'); n >= 0 {
			end = start + n
		}
		sc.cookie(start, end, attributes && start > from)
		start = end + 1
	}
	return to
}

func (sc *scanner) cookie(from, to int, attribute bool) {
	name, value, ok := strings.Cut(sc.s[from:to], "=")
	marks, known := cookieAttributes[strings.ToLower(strings.TrimSpace(name))]
	if !ok || attribute && known && all(value, func(c byte) bool { return isAlnum(c) || strings.IndexByte(marks, c) >= 0 }) {
		return
	}
	start := to - len(value)
	end := start + len(strings.TrimRight(value, " "))
	if v := sc.s[start:end]; v != "" && !isMask(v) {
		sc.add(start, end, "cookie")
	}
}

// scheme masks "Bearer …", "Basic …" and "Digest username=…" wherever they stand.
func (sc *scanner) scheme(w word) int {
	if n := w.to - w.from; n < len("basic") || n > len("bearer") {
		return 0 // as almost every word
	}
	name := strings.ToLower(sc.text(w))
	if from := sc.skip(w.to, " "); name == "digest" && sc.has(from, "username=") {
		to := sc.lineEnd(from)
		sc.add(from, to, "authorization")
		return to
	}
	if name != "bearer" && name != "basic" || sc.at(w.to) != ' ' {
		return 0
	}
	from := sc.skip(w.to, " ")
	to := from
	for to < len(sc.s) && (isAlnum(sc.s[to]) || strings.IndexByte("-._~+/=", sc.s[to]) >= 0) {
		to++
	}
	token := strings.TrimRight(sc.s[from:to], ".")
	if strings.Contains(strings.TrimRight(token, "="), "=") || isQuote(sc.at(to)) && strings.HasSuffix(token, "=") {
		return 0 // a parameter of a challenge: Bearer realm="…"
	}
	if name == "basic" && !userAndPassword(token) || name == "bearer" && !bearerToken(token) {
		return 0
	}
	sc.add(from, from+len(token), "authorization")
	return from + len(token)
}

func bearerToken(s string) bool {
	return len(s) >= 6 && strings.ContainsAny(s, "0123456789") || len(s) >= 12 && strange(s) && !errorCode(s) || len(s) >= 40
}

// userAndPassword: what the Basic scheme carries, once decoded.
func userAndPassword(s string) bool {
	if len(s) < 4 || len(s) > 4096 {
		return false
	}
	text, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return err == nil && strings.Contains(string(text), ":") && all(string(text), func(c byte) bool { return c >= 0x20 && c != 0x7f })
}
