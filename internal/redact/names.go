package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Names hides who is meant and keeps that it is the same one: an e-mail
// address, an account, a public IP address, a computer of the person, the
// address of its hardware or the name of a wireless network becomes a name that
// stands for it as long as these Names are used, and that nobody can turn back.
type Names struct {
	key      []byte
	Seen     map[string]int // how often each kind was hidden, of Kinds
	computer *regexp.Regexp // the name of this computer; nil when it says nothing
	// bare are texts in which nobody was found: a report says most things often.
	bare map[string]bool
}

// Kinds of names that are hidden; each begins its stand-ins.
func Kinds() []string { return []string{"user", "address", "computer", "hardware", "network"} }

// NewNames draws the key, 32 bytes of random, that nobody keeps.
func NewNames(random io.Reader) (*Names, error) {
	n := &Names{key: make([]byte, 32), Seen: map[string]int{}, bare: map[string]bool{}}
	if _, err := io.ReadFull(random, n.key); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return n, nil
}

// name is what stands for a value of a kind.
func (n *Names) name(kind, value string) string {
	n.Seen[kind]++
	mac := hmac.New(sha256.New, n.key)
	_, _ = io.WriteString(mac, kind+"\x00"+strings.ToLower(value))
	return kind + "-" + hex.EncodeToString(mac.Sum(nil)[:4])
}

// patterns are compiled when the first text is looked at: few runs hide names.
type patterns struct{ mailAddress, domainUser, keyedUser, maybeIP *regexp.Regexp }

var compiled = sync.OnceValue(func() patterns {
	return patterns{
		mailAddress: regexp.MustCompile(`[A-Za-z0-9._%+\-]+@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?\.[A-Za-z]{2,}`),
		// DOMAIN\user, as Windows writes accounts; not a path, and
		// not an escaped character.
		domainUser: regexp.MustCompile(`\b[A-Z][A-Z0-9\-]{1,14}\\[A-Za-z0-9][A-Za-z0-9._\-]+\b`),
		// What programs put behind the word for an account.
		keyedUser: regexp.MustCompile(`(?i)(\b(?:user(?:[ _\-]?name)?|login(?:[ _\-]?name)?|account(?:[ _\-]?name)?|userPrincipalName|upn|sasl_username|rhost_user|uid|ruser)\b["']?\s*(?:[=:]|=>)\s*["'<]?|\bfor (?:invalid )?user ["']?|\brole ["'])([A-Za-z0-9][A-Za-z0-9._+\-]*)`),
		maybeIP:   regexp.MustCompile(`(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}`),
	}
})

// notNames follow the word for an account and are none.
var notNames = set(`is was not and or the a an of for in at to does has have with that unknown none null nil true false invalid locked disabled expired redacted password id name`)

// maxAgain bounds how often a text is looked at again, so that none can hold the
// program up.
const maxAgain = 8

// Text hides every name in a text. Text of Text is the same.
func (n *Names) Text(s string) string {
	if n.bare[s] {
		return s
	}
	hidden := n.hide(s)
	if hidden == s {
		n.bare[s] = true
		return s
	}
	// A stand-in may make a name with what stands beside it: of "a@b.cc@d.org"
	// the first address leaves "user-…@d.org".
	for range maxAgain {
		again := n.hide(hidden)
		if again == hidden {
			break
		}
		hidden = again
	}
	return hidden
}

func (n *Names) hide(s string) string {
	p := compiled()
	if strings.IndexByte(s, '@') >= 0 {
		s = p.mailAddress.ReplaceAllStringFunc(s, func(v string) string { return n.name("user", v) })
	}
	if strings.IndexByte(s, '\\') >= 0 {
		s = p.domainUser.ReplaceAllStringFunc(s, func(v string) string { return n.name("user", v) })
	}
	s = p.keyedUser.ReplaceAllStringFunc(s, func(v string) string {
		part := p.keyedUser.FindStringSubmatch(v)
		if notNames(strings.ToLower(part[2])) || hidden(part[2]) {
			return v
		}
		return part[1] + n.name("user", part[2])
	})
	return n.addresses(n.machines(s))
}

// hidden: a name that stands for somebody or something already.
func hidden(v string) bool {
	kind, rest, ok := strings.Cut(v, "-")
	return ok && len(rest) == 8 && all(rest, isHex) && slices.Contains(Kinds(), kind)
}

// addresses hides public addresses. Those inside a network are the same
// everywhere, and help whoever reads.
func (n *Names) addresses(s string) string {
	var b strings.Builder
	at := 0
	for _, m := range compiled().maybeIP.FindAllStringIndex(s, -1) {
		if partOfMore(s, m[0], m[1]) {
			continue
		}
		a, err := netip.ParseAddr(s[m[0]:m[1]])
		if err != nil || !a.IsGlobalUnicast() || a.IsPrivate() {
			continue
		}
		b.WriteString(s[at:m[0]])
		b.WriteString(n.name("address", a.Unmap().String()))
		at = m[1]
	}
	b.WriteString(s[at:])
	return b.String()
}

// partOfMore: a number of an object, a version or a fingerprint, not an
// address.
func partOfMore(s string, from, to int) bool {
	before := from > 0 && (isAlnum(s[from-1]) || s[from-1] == '.') || from > 1 && s[from-1] == ':' && isHex(s[from-2])
	dotted := to+1 < len(s) && s[to] == '.' && isDigit(s[to+1])
	if to+1 < len(s) && s[to] == ':' && isHex(s[to+1]) && strings.IndexByte(s[from:to], ':') >= 0 {
		return true // of a fingerprint
	}
	return before || dotted || to < len(s) && isAlnum(s[to])
}
