package probe

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A survey is everything that was fetched.
type survey struct {
	plan      pathPlan
	networked bool // some interface has an address that leads somewhere
	attempts  []attempt
}

// settled reports whether waiting for the rest could not change the verdict.
// The page itself is always waited for: no challenge outweighs its proof.
func (s survey) settled() bool {
	page := s.page()
	if page == nil && s.plan.page != nil {
		return false
	}
	if page != nil && (page.trust == trustPublic || page.proof == proofPortal || page.proof == proofOpen || page.proxyDead() || page.wantsProxyLogin()) {
		return true
	}
	open := 0
	for _, a := range s.challenges() {
		switch {
		case a.proof == proofPortal:
			return true
		case a.proof == proofOpen && a.echoed:
			open += 2 // as good as two that agree
		case a.proof == proofOpen:
			open++
		}
	}
	return open >= 2
}

// judge turns the survey into a verdict: first what is proven of the page's
// own way, then what the challenges prove, then what is left.
func (s survey) judge() diag.Finding {
	page, facts := s.page(), s.facts()
	switch {
	case page != nil && page.proof == proofPortal:
		return s.portal(*page)
	case page != nil && (page.proxyDead() || page.wantsProxyLogin()):
		return s.proxyFault(*page)
	case page != nil && page.trust == trustPublic:
		return s.open(facts)
	}
	if a, ok := s.find(s.challenges(), proofPortal); ok {
		return s.portal(a)
	}
	switch {
	case page != nil && page.trust == trustLocal && publicName(s.plan.pageHost):
		return found("intercepted", fmt.Sprintf("encrypted pages are opened on the way: %s is vouched for by %q, which only this computer trusts",
			printable(s.plan.pageHost), page.issuer), facts)
	case page != nil && page.proof == proofOpen:
		return s.open(facts)
	case s.plan.local && page.proof == proofAway:
		return s.portal(*page)
	case s.plan.local && !page.trouble.nowhere():
		return found("ok", "the page is on this computer itself", facts)
	}
	if _, ok := s.find(s.others(), proofOpen); ok {
		return s.open(facts)
	}
	if page != nil && page.proof == proofAway {
		return s.portal(*page)
	}
	return s.undecided(facts)
}

// undecided judges where nothing proves the way open or a portal in it.
func (s survey) undecided(facts map[string]any) diag.Finding {
	for _, a := range s.attempts {
		waits := a.trouble.fault == faultTimeout && s.proxyLives(a)
		if a.proxyDead() || a.wantsProxyLogin() || a.proxySilent() && !waits && !s.proxyWorks(a) {
			return s.proxyFault(a)
		}
	}
	page := s.page()
	switch {
	case s.stranded():
		return s.offline()
	case page != nil && page.proxyStatus == http.StatusForbidden:
		return found("proxied", fmt.Sprintf("the proxy %s works, but does not let this computer through to %s (%d)",
			page.proxy.shown(), printable(s.plan.pageHost), page.proxyStatus), facts)
	case page != nil && page.reachedPrivately() && !s.plan.given:
		return found("ok", printable(s.plan.pageHost)+" answers, on a private network", facts)
	}
	return unknown(facts, "%s", s.doubts())
}

// open is an open way, and says so when it leads through a proxy.
func (s survey) open(facts map[string]any) diag.Finding {
	for _, a := range s.attempts {
		if a.proxy.url != nil && a.proxyTalks() {
			return found("proxied", "open internet through the proxy "+a.proxy.shown(), facts)
		}
		if a.target.role == rolePage {
			break // only the page's own way counts
		}
	}
	if _, ok := s.find(s.challenges(), proofOpen); ok {
		return found("ok", "open internet, no sign-in page in between", facts)
	}
	return found("ok", "open internet", facts)
}

func (s survey) portal(a attempt) diag.Finding {
	facts := s.facts()
	if a.redirect != nil {
		facts["portal"] = originOf(a.redirect)
	}
	return found("captive_portal", "the network shows its own page first ("+a.words+")", facts)
}

func (s survey) proxyFault(a attempt) diag.Finding {
	facts := s.facts()
	name := a.proxy.shown()
	if name == "" {
		name = "of " + a.proxy.via
	}
	switch {
	case a.wantsProxyLogin() && a.proxy.url.User != nil:
		return found("proxy_auth_required", "the proxy "+name+" does not accept the user name and password in its setting", facts)
	case a.wantsProxyLogin():
		return found("proxy_auth_required", "the proxy "+name+" wants a user name and password", facts)
	case a.trouble.nowhere() && !s.networked:
		return s.offline()
	case a.trouble.fault == faultStopped:
		return unknown(facts, "stopped before the proxy answered")
	}
	return found("proxy_unreachable", fmt.Sprintf("the proxy %s gives no answer: %s", name, a.trouble.words), facts)
}

func (s survey) offline() diag.Finding {
	facts := s.facts()
	facts["networked"] = s.networked
	if !s.networked {
		return found("offline", "this computer is not connected to any network", facts)
	}
	return found("offline", "this computer knows no way to the internet", facts)
}

// stranded reports whether this computer itself knows no way anywhere. Names
// that cannot be looked up say nothing by themselves.
func (s survey) stranded() bool {
	lost := 0
	for _, a := range s.of(rolePage, roleChallenge, roleAnchor) {
		if a.trouble.fault == faultNone {
			return false // something answered
		}
		if a.trouble.nowhere() {
			lost++
		} else if !a.trouble.nameless() && s.networked {
			return false
		}
	}
	return lost > 0 || !s.networked
}

// doubts say why nothing could be decided, each reason once. This computer's
// own firewall explains everything else.
func (s survey) doubts() string {
	var words, seen []string
	for _, a := range s.of(rolePage, roleChallenge, roleAnchor) {
		reason := fmt.Sprintf("%s: %s", printable(a.target.url.Host), a.words)
		if a.trouble.fault == faultBlockedHere {
			return reason
		}
		if !slices.Contains(seen, a.words) {
			words, seen = append(words, reason), append(seen, a.words)
		}
	}
	return "nothing proves the way open or closed (" + strings.Join(words, "; ") + ")"
}

func (s survey) page() *attempt {
	for i, a := range s.attempts {
		if a.target.role == rolePage {
			return &s.attempts[i]
		}
	}
	return nil
}

func (s survey) others() []attempt { return s.of(roleChallenge, roleAnchor) }

func (s survey) challenges() []attempt { return s.of(roleChallenge) }

func (s survey) of(roles ...role) []attempt {
	var some []attempt
	for _, a := range s.attempts {
		for _, r := range roles {
			if a.target.role == r {
				some = append(some, a)
			}
		}
	}
	return some
}

func (s survey) find(among []attempt, want proof) (attempt, bool) {
	for _, a := range among {
		if a.proof == want {
			return a, true
		}
	}
	return attempt{}, false
}

// proxyWorks reports whether the same proxy answered any other attempt.
func (s survey) proxyWorks(a attempt) bool {
	for _, b := range s.attempts {
		if b.proxy.url != nil && b.proxy.shown() == a.proxy.shown() && b.proxyTalks() {
			return true
		}
	}
	return false
}

// proxyLives reports whether an attempt's proxy answered for itself.
func (s survey) proxyLives(a attempt) bool {
	for _, b := range s.of(roleProxy) {
		if b.status != 0 && a.proxy.url != nil && b.target.url.Host == a.proxy.address() {
			return true
		}
	}
	return false
}

// proxyDead: the proxy cannot be reached at all.
func (a attempt) proxyDead() bool {
	return a.proxy.used() && a.stage == atProxy && a.trouble.fault != faultNone && a.trouble.fault != faultStopped
}

// proxySilent: the proxy was reached, but gave no answer, or none that makes
// sense. It may only be waiting for the host.
func (a attempt) proxySilent() bool {
	waiting := a.stage == atTunnel || a.stage == atHTTP && a.target.url.Scheme == "http" && !a.proxy.socks()
	return a.proxy.used() && waiting && a.trouble.fault != faultNone && a.trouble.fault != faultStopped
}

// proxyTalks: the proxy answered as a proxy does.
func (a attempt) proxyTalks() bool {
	return a.proxy.used() && !a.proxyDead() && !a.proxySilent() && a.trouble.fault != faultStopped
}

// wantsProxyLogin: the proxy wants a name and password, or others than the
// setting has, to which tinyproxy says 401.
func (a attempt) wantsProxyLogin() bool {
	return a.proxyStatus == http.StatusProxyAuthRequired ||
		a.proxyStatus == http.StatusUnauthorized && a.proxy.url.User != nil
}

// reachedPrivately: a page that is not on the public internet answered. No
// portal stands in the way to the next room.
func (a attempt) reachedPrivately() bool {
	return (a.proof == proofOther || a.trust == trustLocal) && !publicName(a.target.url.Hostname())
}

func (s survey) facts() map[string]any {
	facts := map[string]any{}
	challenges := []any{}
	for _, a := range s.attempts {
		switch {
		case a.target.role == rolePage:
			facts["page"] = a.facts()
		case a.target.role != roleProxy:
			challenges = append(challenges, a.facts())
		}
	}
	if len(s.attempts) > 0 {
		first := s.attempts[0].proxy // the page's own, if there is a page
		facts["proxy"], facts["via"] = first.shown(), first.via
	}
	facts["challenges"] = challenges
	return facts
}

func (a attempt) facts() map[string]any {
	u := a.target.url
	facts := map[string]any{
		"url":        originOf(u) + printable(u.EscapedPath()),
		"answer":     string(a.proof),
		"words":      a.words,
		"elapsed_ms": roundMS(a.elapsed),
	}
	if a.status != 0 {
		facts["status"] = a.status
	}
	if a.proxyStatus != 0 {
		facts["proxy_status"] = a.proxyStatus
	}
	if a.issuer != "" {
		facts["issuer"] = a.issuer
		facts["vouched_by"] = map[trust]string{trustNone: "nobody trusted", trustLocal: "this computer's own authority", trustPublic: "a public authority"}[a.trust]
	}
	if a.proxy.shown() != "" {
		facts["proxy"] = a.proxy.shown()
	}
	return facts
}
