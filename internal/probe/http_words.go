package probe

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// A marker is a word in the address of a page that says how a sign-in ended.
type marker struct {
	word    string
	class   string // cause class
	meaning string // to be read after a colon
}

// markers are the values of the query parameters "m" and "err" that
// Alarm.com's pages, and those of its partners, are known to use.
func markers() map[string]marker {
	return map[string]marker{
		"login_fail": {"login_fail", "wrong_credentials", "user name or password were refused"},
		"lockedout":  {"LockedOut", "account_locked", "the account is locked"},
		"locked":     {"locked", "account_locked", "the account is locked"},
		"no_session": {"no_session", "token_expired", "there is no session any more"},
	}
}

// enrolment is the part of a path where accounts are made to set up two-factor
// sign-in.
const enrolment = "two-factor-authentication"

// findMarker returns the marker in the last of the addresses that has one.
func findMarker(steps []*url.URL) (marker, bool) {
	for i := len(steps) - 1; i >= 0; i-- {
		if m, ok := markerOf(steps[i]); ok {
			return m, true
		}
	}
	return marker{}, false
}

func markerOf(u *url.URL) (marker, bool) {
	for key, values := range u.Query() {
		if key = strings.ToLower(key); key != "m" && key != "err" {
			continue
		}
		if m, ok := markers()[strings.ToLower(values[0])]; ok {
			return m, true
		}
	}
	if strings.Contains(strings.ToLower(u.Path), "/"+enrolment) {
		return marker{enrolment, "mfa_required", "two-factor sign-in must be set up first"}, true
	}
	return marker{}, false
}

// hiddenValue stands for whatever an address may hold that is nobody's
// business: tokens, codes, names.
const hiddenValue = "[hidden]"

// shownURL is an address without user, fragment and every value in its query
// but markers. Parts of the path that look like keys are hidden too.
func shownURL(u *url.URL) string {
	parts := strings.Split(u.EscapedPath(), "/")
	for i, p := range parts {
		if keyLike(p) {
			parts[i] = hiddenValue
		}
	}
	text := u.Scheme + "://" + u.Host + strings.Join(parts, "/")
	if query := shownQuery(u.RawQuery); query != "" {
		text += "?" + query
	}
	return printable(text)
}

// keyLike reports whether a part of a path is a key or a code rather than
// words: long, and with digits in it.
func keyLike(part string) bool { return len(part) >= 20 && strings.ContainsAny(part, "0123456789") }

func shownQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var shown []string
	for pair := range strings.SplitSeq(raw, "&") {
		key, value, has := strings.Cut(pair, "=")
		switch _, known := markers()[strings.ToLower(value)]; {
		case !has || len(key) > 40:
			shown = append(shown, hiddenValue)
		case known:
			shown = append(shown, key+"="+value)
		default:
			shown = append(shown, key+"="+hiddenValue)
		}
	}
	return strings.Join(shown, "&")
}

var (
	titleTag      = pattern(`(?is)<title[^>]*>(.*?)</title>`)
	passwordField = pattern(`(?i)type\s*=\s*["']?password`)

	// upkeep is maintenance in the languages of the services that we know.
	upkeep = pattern(`(?i)maintenance|wartung|mantenimiento|manutenç|onderhoud|underhåll`)

	// closedForUpkeep says that it goes on now; the bare word also stands in
	// the names of companies and portals.
	closedForUpkeep = pattern(`(?i)` +
		`\b(under|for|in|undergoing|during|performing)\s+((scheduled|planned|routine|emergency|urgent|system|site)\s+)*maintenance\b|` +
		`\b(scheduled|planned|routine|emergency|system|systems|site|website|server|service)\s+maintenance\b|` +
		`\bmaintenance\s+(mode|page|break|window|in progress|underway)\b|` +
		`^\s*maintenance\s*$|wartungs(arbeiten|modus|pause)|en mantenimiento|em manutenç|in onderhoud|onderhoudswerk`)

	upkeepPath = pattern(`(?i)(^|[/_-])maintenance([/._-]|$)`)

	tooMany = pattern(`(?i)rate.?limit|too many (requests|attempts|tries)|throttl|slow ?down`)
)

// pattern is a regular expression that is compiled when it is first needed: a
// start that reads no page must not pay for it.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// title is the title of the page, or empty.
func (v *visit) title() string {
	m := titleTag().FindSubmatch(v.body)
	if m == nil {
		return ""
	}
	return html.UnescapeString(string(m[1]))
}

// saysMaintenance reports whether the page is one that stands in for the
// service while it is worked on. A page where a password can be typed is not.
func (v *visit) saysMaintenance() bool {
	if v.status == http.StatusServiceUnavailable {
		return upkeep().Match(v.body)
	}
	if len(v.steps) > 1 && upkeepPath().MatchString(v.page().Path) && !upkeepPath().MatchString(v.steps[0].Path) {
		return true
	}
	return closedForUpkeep().MatchString(v.title()) && !passwordField().Match(v.body)
}

// hintsRateLimit reports whether a 503 means "too many" rather than "broken".
func (v *visit) hintsRateLimit() bool {
	for _, name := range []string{"RateLimit-Remaining", "X-RateLimit-Remaining", "X-Rate-Limit-Remaining"} {
		if v.header.Get(name) == "0" {
			return true
		}
	}
	return tooMany().Match(v.body)
}
