package probe

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// judge judges an answer: first what has nothing to do with the sign-in, then
// by whether a token was sent.
func (a *challenged) judge() diag.Finding {
	if a.status == http.StatusProxyAuthRequired {
		return found("proxy_auth_required", "a proxy wants its own sign-in first"+a.ways(), a.facts)
	}
	if reason := a.gatekeeper(); reason != "" {
		return unknown(a.facts, "%s", reason)
	}
	switch {
	case a.status == http.StatusTooManyRequests, a.status >= 500 && a.outcome() == "rate_limited":
		return found("rate_limited", "the service says that too many tries came from here", a.facts)
	case a.status >= 500:
		return unknown(a.facts, "the service has a fault of its own (%s)", statusText(a.status))
	case a.status/100 == 3:
		return unknown(a.facts, "it sends on to %s, as pages for people do", a.elsewhere())
	case a.token == "":
		return a.judgeBare()
	}
	return a.judgeToken()
}

// elsewhere is where a redirect leads, fit to be shown.
func (a *challenged) elsewhere() string {
	next, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.header.Get("Location") == "" {
		return "nowhere"
	}
	return shownURL(a.page().ResolveReference(next))
}

// ways lists the ways to sign in, to be read after a sentence.
func (a *challenged) ways() string {
	if len(a.all) == 0 {
		return ""
	}
	var names []any
	for _, s := range schemes(a.all) {
		if meaning := schemeWords()[s]; meaning != "" {
			s += " (" + meaning + ")"
		}
		names = append(names, s)
	}
	return ", by " + joinAnd(names)
}

// schemeWords say what the ways to sign in are
// (https://www.iana.org/assignments/http-authschemes).
func schemeWords() map[string]string {
	return map[string]string{
		"basic": "name and password", "digest": "name and password", "bearer": "a token", "dpop": "a token bound to a key",
		"negotiate": "the sign-in of a Windows domain or Kerberos", "ntlm": "the sign-in of a Windows domain",
	}
}

// judgeBare: nobody signed in, so the service should ask for it.
func (a *challenged) judgeBare() diag.Finding {
	switch {
	case a.status == http.StatusUnauthorized && len(a.all) == 0:
		return found("no_challenge", "it wants a sign-in (401) and does not say which", a.facts)
	case len(a.all) > 0:
		text := "it asks for a sign-in" + a.ways()
		if levels := param(a.all, "acr_values"); levels != "" {
			text += ", of the level " + levels
		}
		return found("challenge", text, a.facts)
	case a.status == http.StatusForbidden:
		return unknown(a.facts, "it refuses without asking for a sign-in (403)")
	case a.status/100 == 2:
		return found("open", "it answers without a sign-in ("+statusText(a.status)+")", a.facts)
	}
	return unknown(a.facts, "it answers %s, which says nothing of a sign-in", statusText(a.status))
}

// judgeToken: a token was sent.
func (a *challenged) judgeToken() diag.Finding {
	said := param(a.all, "error")
	switch {
	case a.status/100 == 2:
		return found("ok", "the token lets in ("+statusText(a.status)+")", a.facts)
	case said == "insufficient_user_authentication":
		return found("step_up_required", a.stepUp(), a.facts)
	case said == "insufficient_scope":
		text := "the token is genuine and lacks a permission"
		if scope := param(a.all, "scope"); scope != "" {
			text += "; it takes " + scope
		}
		return found("insufficient_scope", text, a.facts)
	case said == "invalid_request":
		return found("malformed_request", "the service cannot read the request: "+a.words(), a.facts)
	case a.status == http.StatusUnauthorized:
		return a.judgeRefused(said)
	case a.status == http.StatusForbidden:
		return found("forbidden", "it knows who asks, and refuses (403)", a.facts)
	}
	return unknown(a.facts, "it answers %s, which says nothing of the token", statusText(a.status))
}

// stepUp tells what a stronger or fresher sign-in must have (RFC 9470).
func (a *challenged) stepUp() string {
	text := "the token is genuine, but the sign-in behind it is not enough"
	if levels := param(a.all, "acr_values"); levels != "" {
		text += "; it must have the level " + levels
	}
	if age := param(a.all, "max_age"); age != "" {
		text += "; it must be at most " + age + " s old"
	}
	return text
}

func (a *challenged) words() string {
	text := param(a.all, "error_description")
	if text == "" {
		return "it gives no reason"
	}
	return text
}

// judgeRefused finds out why a token was refused. What it says itself of its
// times is held against the service's clock, for that is what the service
// does; only then its words count.
func (a *challenged) judgeRefused(said string) diag.Finding {
	there := rightTime{}.orDate(a.visit)
	now, local := there.at(a.env.Now()), a.env.Now()
	if j, err := readJWT(a.token); err == nil && there.known() {
		exp, ends, _ := j.moment("exp")
		begins, hasBegin := j.begins()
		switch {
		case ends && !now.Add(-there.unsure).Before(exp):
			text := "the token ran out " + span(now.Sub(exp)) + " ago, " + there.by()
			if local.Before(exp) {
				text += "; it only looks valid here because this computer's clock is " + drift(there.offset)
			}
			return found("token_expired", text, a.facts)
		case hasBegin && now.Add(there.unsure).Before(begins):
			return found("token_not_yet_valid", "the token begins "+span(begins.Sub(now))+" in the future, "+there.by()+", so a clock is wrong", a.facts)
		}
	}
	switch {
	case len(a.all) > 0 && !offers(a.all, "bearer") && offers(a.all, "dpop"):
		return found("dpop_required", "it takes only tokens that are bound to a key (DPoP), and this was sent as a plain one", a.facts)
	case len(a.all) > 0 && !offers(a.all, "bearer"):
		return found("scheme_mismatch", "it does not take tokens; it asks for a sign-in"+a.ways(), a.facts)
	case said == "invalid_token" && strings.Contains(strings.ToLower(a.words()), "expired"):
		return found("token_expired", "the service says: "+a.words(), a.facts)
	}
	text := "the service refuses the token (401)"
	if said == "invalid_token" {
		text += ": " + a.words()
	}
	return found("token_refused", text, a.facts)
}
