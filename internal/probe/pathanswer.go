package probe

import (
	"fmt"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"
)

// A proof is what an attempt proves about the way.
type proof string

const (
	proofNone   proof = ""       // nothing
	proofOpen   proof = "open"   // the far end itself answered
	proofPortal proof = "portal" // something in between answered in its place
	proofAway   proof = "away"   // sent to another site: a portal, or just where the sign-in moved to
	proofOther  proof = "other"  // it was answered, but that proves nothing
)

// The challenge of Tailscale's relays: what is sent in the first header comes
// back in the second, which no portal knows. A proxy may drop the second
// (github.com/tailscale/tailscale/issues/14856), so its absence proves nothing.
// Source: github.com/tailscale/tailscale/pull/5942.
const (
	challengeHeader = "X-Tailscale-Challenge"
	responseHeader  = "X-Tailscale-Response"
)

// An expected is what a challenge page answers where nothing stands in between.
type expected struct {
	status int    // 0: any page but a web page will do
	body   string // all of it; white space and case do not count
}

// wellKnown are the challenge pages by the last part of their path.
func wellKnown() map[string]expected {
	return map[string]expected{
		// Chromium, Android: www.chromium.org/chromium-os/chromiumos-design-docs/network-portal-detection
		"generate_204": {status: http.StatusNoContent},
		"gen_204":      {status: http.StatusNoContent},
		// Apple: "Success" as title and text, www.revk.uk/2016/08/captive-portals-apple.html
		"hotspot-detect.html": {http.StatusOK, "<html><head><title>Success</title></head><body>Success</body></html>"},
		// Firefox: netwerk/docs/captive_portals.md in its sources
		"canonical.html": {http.StatusOK, `<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>`},
		"success.txt":    {http.StatusOK, "success"},
		// Windows: net/captivedetection/endpoints.go of github.com/tailscale/tailscale has both texts
		"connecttest.txt": {http.StatusOK, "Microsoft Connect Test"},
		"ncsi.txt":        {http.StatusOK, "Microsoft NCSI"},
		// NetworkManager: "response" in NetworkManager.conf(5)
		"check_network_status.txt": {http.StatusOK, "NetworkManager is online"},
	}
}

// challengeFor is what a page must answer if it is a well-known challenge.
func challengeFor(u *url.URL) *expected {
	if e, known := wellKnown()[strings.ToLower(path.Base(u.Path))]; known {
		return &e
	}
	return nil
}

// judge says what an attempt proves, and in which words.
func (a *attempt) judge() (proof, string) {
	switch {
	case a.trouble.fault != faultNone && a.proxy.url != nil && a.stage != atProxy:
		return proofNone, "through the proxy: " + a.trouble.words
	case a.trouble.fault != faultNone:
		return proofNone, a.trouble.words
	case a.proxyStatus != 0:
		return proofNone, fmt.Sprintf("the proxy answers %d instead of opening the way", a.proxyStatus)
	case a.status == http.StatusNetworkAuthenticationRequired: // RFC 6585, 6: only what stands in between may say so
		return proofPortal, "it answers 511, sign in to the network first"
	case a.trust == trustPublic:
		return proofOpen, "a public authority vouches for it"
	case a.status == 0 && a.trust == trustNone:
		return proofOther, "answers, but nobody whom this computer trusts vouches for it"
	case a.status == 0:
		return proofOther, "answers"
	case a.target.want != nil:
		return a.judgeChallenge(*a.target.want)
	}
	return a.judgePage()
}

func (a *attempt) judgeChallenge(want expected) (proof, string) {
	switch {
	case a.redirect != nil && a.upgraded():
		return proofOther, "sent on to its own encrypted page"
	case a.redirect != nil:
		return proofPortal, "sent on to " + originOf(a.redirect)
	case a.status == http.StatusNoContent && (want.status == http.StatusNoContent || want.status == 0):
		return proofOpen, "answers 204, as it should"
	case a.status == http.StatusOK && want.body != "" && squeeze(string(a.body)) == squeeze(want.body):
		return proofOpen, "answers what it should"
	case a.status == http.StatusOK && a.html:
		return proofPortal, "another page is shown in its place"
	case a.status == http.StatusOK && want.status == 0:
		return proofOpen, "answers 200"
	}
	return proofOther, fmt.Sprintf("answers %d, not as it should", a.status)
}

// judgePage judges a page whose right answer nobody knows: what is open to
// everybody to fake proves nothing, but to be sent to a stranger does.
func (a *attempt) judgePage() (proof, string) {
	if a.redirect == nil || a.target.url.Scheme == "https" || registrable(a.redirect.Hostname()) == registrable(a.target.url.Hostname()) {
		return proofOther, fmt.Sprintf("answers %d", a.status)
	}
	words := "sent on to " + originOf(a.redirect)
	if a.redirect.Scheme != "https" || !publicName(a.redirect.Hostname()) {
		return proofPortal, words
	}
	return proofAway, words
}

// upgraded reports whether a redirect leads to the same page over TLS.
func (a *attempt) upgraded() bool {
	from, to := a.target.url, a.redirect
	return from.Scheme == "http" && to.Scheme == "https" && strings.EqualFold(from.Hostname(), to.Hostname()) && from.Path == to.Path
}

// originOf is the part of an address that can be shown: the rest may name the
// computer, or hold a token.
func originOf(u *url.URL) string { return printable(u.Scheme + "://" + u.Host) }

// registrable is the part of a host name that one owner has: example.co.uk of
// www.example.co.uk. Addresses and names without such a part stand for
// themselves.
func registrable(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if owner, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return owner
	}
	return host
}

func looksLikeHTML(contentType string, body []byte) bool {
	declared, _, _ := mime.ParseMediaType(contentType)
	sniffed, _, _ := mime.ParseMediaType(http.DetectContentType(body))
	return declared == "text/html" || declared == "application/xhtml+xml" || sniffed == "text/html"
}

// squeeze is a text without white space, in lower case.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
