package logs

import (
	"net/netip"
	"regexp"
	"strings"
)

// A name as programs write it when nothing is around it.
const bareName = `([\p{L}\p{N}_][\p{L}\p{N}_.@\\+$'/-]*)`

// Who a text names. What stands behind a sign or in quotation marks is surer
// than a word that only stands where a name would.
var (
	keyedName = lazily(`(?i)(?:^|[^\w-])(?:(?:sasl_|target|remote)?user(?:[ _-]?name)?|account(?:[ _-]?name)?|acct|principal|upn|uname|email|set_id)["']?\s*(?:=>|=|:)\s*` +
		`(?:"([^"]*)"|'(.*?)'(?:[^\p{L}]|$)|<([^>]*)>|\[([^\]]*)\]|` + bareName + `)` +
		`|(?:^|[^\w-])(?:login|logname|sub)=(?:"([^"]*)"|<([^>]*)>|\[([^\]]*)\]|` + bareName + `)`)
	quotedName = lazily(`(?i)\b(?:user(?:name)?|account|login|role|principal|for) (?:"([^"]+)"|'(.+?)'(?:[^\p{L}]|$)|\x60([^\x60]+?)[\x60']|<([^>]+)>|(\[[^\]]*\]\\\[[^\]]+\])|\[([^\]]+)\])`)
	toldName   = lazily(`(?i)\b(?:(?:for|by|of|invalid|illegal|unknown|such) user:? ` + bareName +
		`|(?:for|user) ` + bareName + ` from\b` +
		`|user:? ` + bareName + ` (?:has |was |is |successfully )?(?:failed|refused|rejected|denied|locked|logged|signed|authenticated|successfully|disabled|expired|not (?:found|allowed|known))\b` +
		`|(?:log[ -]?in|log[ -]?on|sign[ -]?in|authentication) (?:failed|failure|refused|denied|incorrect): '?` + bareName + `'? ?\()`)
)

// noName are words that stand where a name would, and are none.
var noName = func() map[string]bool {
	list := map[string]bool{}
	for w := range strings.FieldsSeq(`a all an and any are as at authenticated authentication authorization be been before bad by cannot connection could credentials
		database denied disabled does due error excessive expired failed found failure for from get has have his id in incorrect invalid is it its locked login logged logname logon many
		name new no none not null of on or our password principal refused rejected remote rhost ruser session sign since than that the their this to too
		unknown user username uid was were with without wrong your you account accounts users attempt attempts address host hidden_due_to_security_reasons`) {
		list[w] = true
	}
	return list
}()

// namedUser is who a text names; empty when it names nobody.
func namedUser(text string) string {
	for i, find := range []func() *regexp.Regexp{keyedName, quotedName, toldName} {
		for _, found := range find().FindAllStringSubmatch(text, 8) {
			if name := realName(strings.Join(found[1:], ""), i == 1); name != "" {
				return name
			}
		}
	}
	return ""
}

// realName is a name without what stands around it; empty where it is a word,
// an address, or what programs write for nobody.
func realName(name string, quoted bool) string {
	name = strings.TrimSpace(name)
	if !quoted {
		name = strings.TrimRight(name, ".'-:/")
	}
	name = strings.NewReplacer(`[`, "", `]`, "").Replace(name)
	lower := strings.ToLower(name)
	switch {
	case lower == "hidden_due_to_security_reasons", lower == "null", lower == "(null)", lower == "unknown", lower == "none", lower == "-", lower == "--", lower == "":
		return ""
	case !quoted && noName[lower]:
		return ""
	}
	if at := address(name); at != name || isAddress(at) {
		return ""
	}
	return name
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

var (
	addressPattern = lazily(`(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4})|(?:\d{1,3}\.){3}\d{1,3}`)
	// otherPattern is in front of an address that is not of whoever signs in:
	// the server's, the way there, or what a client only says of itself.
	otherPattern = lazily(`(?i)(?:(?:^|[^a-z])(?:lip|laddr|local(?:[ _-]?(?:host|addr\w*|ip))?|to|dst|dest\w*|server(?: at)?|listen\w*|via|relay|upstream|nas\w*|helo)[^a-z0-9]*(?:ipv[46]:|https?://|ldaps?://)?|(?:ht|ldap|imap|smt|ft)[a-z]{1,3}://|(?:relay=|server |to )[\w.-]+\[|@|\(\[|[a-z][a-z0-9]*/|->\[?)$`)
	// theirPattern is in front of an address of whoever signs in.
	theirPattern = lazily(`(?i)(?:(?:^|[^a-z])(?:from|client|remote|peer|rhost|src|source|rip|cli|host|ip)[a-z_ .-]{0,12}["'=: \[/(<]*(?:ipv[46][:/])?|(?:^|[^a-z])(?:udp|tcp|tls|wss?)/|for ')$`)
)

// lookBack is how much in front of an address says whose it is.
const lookBack = 40

// namedSource is the address of whoever signs in, as far as a text tells it
// apart from others: from a network, from the server's own, from one that a client
// only claims. Empty when it names none.
func namedSource(text string) string {
	first := ""
	for _, at := range addressPattern().FindAllStringIndex(text, 16) {
		found, ok := wholeAddress(text, at[0], at[1])
		if !ok {
			continue
		}
		before := text[max(0, at[0]-lookBack):at[0]]
		if theirPattern().MatchString(before) && !strings.HasSuffix(before, "([") {
			return found
		}
		if first == "" && !otherPattern().MatchString(before) {
			first = found
		}
	}
	return first
}

// wholeAddress is the address at a place, when it is one: no part of a longer
// word, no network, and not the one that stands for any.
func wholeAddress(text string, from, to int) (string, bool) {
	alnum := func(c byte) bool { return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
	if from > 0 && (alnum(text[from-1]) || text[from-1] == '.') && !strings.HasSuffix(text[:from], "ipv") {
		return "", false
	}
	if to < len(text) && (alnum(text[to]) || text[to] == '.' && to+1 < len(text) && text[to+1] >= '0' && text[to+1] <= '9') {
		return "", false
	}
	at, err := netip.ParseAddr(text[from:to])
	if err != nil || at.IsUnspecified() {
		return "", false
	}
	if rest, ok := strings.CutPrefix(text[to:], "/"); ok {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits > 0 && digits < 3 {
			return "", false // such as 10.0.0.0/8
		}
	}
	return at.Unmap().String(), true
}
