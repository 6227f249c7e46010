package redact

import "strings"

// refused reports that what stands where a value would is how a server or a
// system refused it: "password: Permission denied", "fetch token: 400 Bad
// Request". A number of HTTP alone counts only behind a token's name and a
// colon, for a password may be any number.
func (sc *scanner) refused(c class, from int, at place) bool {
	if at.address || from > at.value && at.value > 0 {
		return false // an address or a quotation holds the value, and all of it
	}
	line := sc.s[from:min(from+80, len(sc.s))]
	if n := strings.IndexAny(line, "\r\n\"\\"); n >= 0 {
		line = line[:n]
	}
	line = strings.ToLower(line)
	if status(line) {
		rest := line[3:]
		if phrase(strings.TrimLeft(rest, " ("), reasons) {
			return true
		}
		return c.kind == "token" && !at.equals && (rest == "" || strings.IndexByte(" ,.;:)", rest[0]) >= 0)
	}
	return !at.equals && phrase(line, refusalPhrases)
}

// status: the line begins with a number of HTTP for a refusal or a failure.
func status(line string) bool {
	return len(line) >= 3 && (line[0] == '4' || line[0] == '5') && isDigit(line[1]) && isDigit(line[2]) && (len(line) == 3 || !inWord(line[3]))
}

// phrase reports that a line in lower case is one of the phrases, or goes on
// after it with nothing but marks, or with a remark in brackets.
func phrase(line string, phrases []string) bool {
	for _, p := range phrases {
		rest, ok := strings.CutPrefix(line, p)
		if !ok {
			continue
		}
		if rest = strings.TrimLeft(rest, " .,;:!)]}"); rest == "" || rest[0] == '(' || rest[0] == '{' || rest[0] == '[' {
			return true
		}
	}
	return false
}

// reasons are what HTTP calls its numbers; the text after one is not looked at
// by those who print both.
var reasons = []string{
	"bad request", "unauthorized", "unauthorised", "payment required", "forbidden", "not found", "method not allowed", "not acceptable",
	"proxy authentication required", "request timeout", "conflict", "gone", "unsupported media type", "unprocessable entity", "too many requests",
	"internal server error", "not implemented", "bad gateway", "service unavailable", "gateway timeout", "client error", "server error",
}

// refusalPhrases are how systems refuse, in two words and more. One of them
// alone is no secret that anybody chose.
var refusalPhrases = []string{
	"permission denied", "access denied", "access is denied", "operation not permitted", "not permitted", "not authorized", "not authorised",
	"not found", "not allowed", "no such file or directory", "no such user", "connection refused", "connection reset", "connection timed out", "timed out",
	"authentication failed", "authentication failure", "login failed", "login incorrect", "invalid credentials", "bad credentials", "bad request",
	"unexpected end of file", "unexpected eof", "internal server error", "too many requests", "service unavailable",
	// Kerberos, behind the name of the function krb5_get_init_creds_password
	"client not found in kerberos database", "server not found in kerberos database", "preauthentication failed", "cannot contact any kdc for requested realm",
	"clients credentials have been revoked", "client's credentials have been revoked", "clock skew too great", "password has expired", "kdc policy rejects request",
}
