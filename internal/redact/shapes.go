package redact

import (
	"strings"
	"sync"
)

// A shape is a kind of secret that its beginning gives away.
type shape struct {
	prefix string
	more   int    // characters that must follow
	marks  string // characters besides letters and digits that may follow
	kind   string
}

// shapes: the issuers' documented formats, or what they are seen to be.
var shapes = []shape{
	{"AKIA", 16, "", "key"}, {"ASIA", 16, "", "key"}, {"IQoJb3JpZ2lu", 40, "+/=%", "token"}, {"FwoGZXIvYXdz", 40, "+/=%", "token"}, // AWS
	{"AIza", 30, "-_", "key"}, {"ya29.", 20, "-_.", "token"}, {"1//0", 30, "-_", "token"}, {"GOCSPX-", 20, "-_", "secret"}, // Google
	{"ghp_", 20, "", "token"}, {"gho_", 20, "", "token"}, {"ghu_", 20, "", "token"}, {"ghs_", 20, "", "token"},
	{"ghr_", 20, "", "token"}, {"github_pat_", 20, "_", "token"}, // GitHub
	{"glpat-", 16, "-_", "token"}, {"gldt-", 16, "-_", "token"}, {"glrt-", 16, "-_", "token"}, // GitLab
	{"xoxa-", 10, "-", "token"}, {"xoxb-", 10, "-", "token"}, {"xoxe-", 10, "-", "token"}, {"xoxe.", 10, "-.", "token"},
	{"xoxo-", 10, "-", "token"}, {"xoxp-", 10, "-", "token"}, {"xoxr-", 10, "-", "token"}, {"xoxs-", 10, "-", "token"},
	{"xapp-", 10, "-", "token"}, {"hooks.slack.com/services/", 20, "/_-", "token"}, // Slack
	{"sk_live_", 16, "", "key"}, {"sk_test_", 16, "", "key"}, {"rk_live_", 16, "", "key"}, {"whsec_", 20, "", "key"}, // Stripe
	{"sk-", 24, "-_", "key"}, {"npm_", 30, "", "token"}, {"pypi-", 40, "-_", "token"}, {"SG.", 40, "-_.", "key"},
	{"dop_v1_", 30, "", "token"}, {"hvs.", 20, "-_", "token"}, {"shpat_", 20, "", "token"}, {"EAAC", 40, "", "token"},
	{"otpauth-migration://", 8, ":/?=%&+-_", "secret"},
}

// shapesBy are the shapes by their first byte.
var shapesBy = sync.OnceValue(func() *[256][]shape {
	return byByte(shapes, func(sh shape) byte { return sh.prefix[0] })
})

// shapes masks what looks like a secret in or from a word on, whatever stands
// before it. It returns where to go on: behind the secret, or behind the word.
func (sc *scanner) shapes(w word) int {
	if to := sc.scheme(w); to > 0 {
		return to
	}
	if sc.jwt(w) || sc.hexToken(w) {
		return w.to
	}
	for i := w.from; i < w.to; i++ {
		if i > w.from && isAlnum(sc.s[i-1]) && !sc.afterPercent(i) {
			continue
		}
		if to := sc.shapeAt(i); to > 0 {
			return max(to, w.to)
		}
	}
	return max(sc.accessKey(w), sc.setupKey(w), w.to)
}

// afterPercent: the two digits of an encoded character end a word as well as
// the character itself would.
func (sc *scanner) afterPercent(i int) bool { return sc.at(i-3) == '%' }

func (sc *scanner) shapeAt(i int) int {
	for _, sh := range shapesBy()[sc.s[i]] {
		if !sc.has(i, sh.prefix) {
			continue
		}
		from := i + len(sh.prefix)
		to := from
		for to < len(sc.s) && (isAlnum(sc.s[to]) || strings.IndexByte(sh.marks, sc.s[to]) >= 0) {
			to++
		}
		if to-from >= sh.more && (sh.prefix != "sk-" || strange(sc.s[from:min(to, from+64)])) {
			sc.add(i, to, sh.kind)
			return to
		}
	}
	return 0
}

// jwt: base64url parts of which the first is a JSON object. A cut-off one
// counts, too.
func (sc *scanner) jwt(w word) bool {
	text := sc.text(w)
	parts := strings.Count(text, ".") >= 2
	for i := 0; i+20 <= len(text); i++ {
		if text[i] != 'e' || i > 0 && isAlnum(text[i-1]) && !sc.afterPercent(w.from+i) {
			continue
		}
		if strings.HasPrefix(text[i:], "eyJ") || parts && startsObject(text[i:]) {
			sc.add(w.from+i, w.from+len(strings.TrimRight(text, ".")), "jwt")
			return true
		}
	}
	return false
}

// startsObject: "{" and white space in base64.
func startsObject(s string) bool {
	return strings.HasPrefix(s, "eyA") || strings.HasPrefix(s, "ewo") || strings.HasPrefix(s, "ew0") || strings.HasPrefix(s, "ewk")
}

// hexTokenLeast is how many hexadecimal digits are a token.
const hexTokenLeast = 64

// hexToken: so many hexadecimal digits and more, unless they are said to be a
// checksum.
func (sc *scanner) hexToken(w word) bool {
	if w.to-w.from < hexTokenLeast {
		return false
	}
	from := w.from
	for i := w.from; i <= w.to; i++ {
		if i < w.to && isHex(sc.s[i]) {
			continue
		}
		if i-from >= hexTokenLeast && !sc.checksum(from) {
			sc.add(from, i, "token")
			return true
		}
		from = i + 1
	}
	return false
}

func (sc *scanner) checksum(i int) bool {
	before := strings.ToLower(strings.TrimRight(sc.s[max(i-32, 0):i], ` :="'\-_/`))
	for _, name := range []string{"sha256", "sha-256", "sha384", "sha512", "checksum", "digest", "fingerprint"} {
		if strings.HasSuffix(before, name) {
			return true
		}
	}
	return false
}

// userinfo masks the password of an address, at its ":". It returns where to
// go on.
func (sc *scanner) userinfo(i int) int {
	start := 0
	for _, mark := range []string{"://", `:\/\/`, "%3A%2F%2F"} {
		if sc.has(i, mark) {
			start = i + len(mark)
		}
	}
	if start == 0 {
		return i + 1
	}
	const most = 512 // an address with more before its host is none
	text := sc.s[start:min(start+most, len(sc.s))]
	if n := strings.IndexAny(text, " \t\r\n\"'`<>"); n >= 0 {
		text = text[:n]
	}
	authority := text
	if n := strings.IndexAny(text, "/?#\\"); n >= 0 {
		authority = text[:n]
	}
	user, rest, colon := strings.Cut(authority, ":")
	if n := maskLen(authority); n > 0 { // it has a ":" of its own
		user = authority[:n]
		rest, colon = strings.CutPrefix(authority[n:], ":")
	}
	at := strings.LastIndexByte(authority, '@')
	if colon && !strings.ContainsAny(authority[at+1:], ".:") && !digits(rest) && !strings.HasSuffix(authority, "@localhost") {
		at = max(at, strings.LastIndexByte(text, '@')) // a password with a slash in it
	}
	switch {
	case at < 0 || isMask(text[:at]):
	case colon && at > len(user)+1:
		sc.add(start+len(user)+1, start+at, "password")
	case !colon && at >= 16:
		sc.add(start, start+at, "token")
	}
	return start
}

// privateKeys masks whole blocks, and the beginning of one that was cut off.
func (sc *scanner) privateKeys() {
	const begin, end = "-----BEGIN ", "-----END "
	ended := true // false once there is no end left to look for
	for i := 0; ; {
		n := strings.Index(sc.s[i:], begin)
		if n < 0 {
			return
		}
		from := i + n
		i = from + len(begin)
		label := sc.s[i:min(i+60, len(sc.s))]
		if n = strings.Index(label, "-----"); n < 0 || !strings.Contains(label[:n], "PRIVATE KEY") {
			continue
		}
		i += n + 5
		if ended {
			n = strings.Index(sc.s[i:], end)
			ended = n >= 0
		}
		if ended {
			i += n + len(end)
			if n = strings.Index(sc.s[i:min(i+60, len(sc.s))], "-----"); n >= 0 {
				i += n + 5
			}
			sc.add(from, i, "private-key")
			continue
		}
		if to := sc.keyBody(i); to > i {
			sc.add(from, to, "private-key")
			i = to
		}
	}
}

// keyBody is where the base64 lines from i on end: long ones, and at most one
// short one after them.
func (sc *scanner) keyBody(i int) int {
	for n := 0; ; n++ {
		from := i
		for isSpace(sc.at(from)) || from < len(sc.s) && sc.escapedBreak(from) {
			from++
			if sc.s[from-1] == '\\' {
				from++
			}
		}
		to := from
		for to < len(sc.s) && (isAlnum(sc.s[to]) || strings.IndexByte("+/=", sc.s[to]) >= 0) {
			to++
		}
		long := to-from >= 24
		if to == from || n == 0 && !long {
			return i
		}
		i = to
		if !long {
			return i
		}
	}
}
