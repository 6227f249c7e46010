package probe

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// judgeRejected finds out why an assertion was refused. Servers say the same
// of a wrong secret, an unknown client, a wrong audience and a wrong clock, so
// the clock comes first: what it spoils says nothing about the secret.
func (l *look) judgeRejected(a *assertion) diag.Finding {
	local := l.env.Now()
	if !l.there.known() {
		return unknown(l.facts, "the issuer refuses the client, and does not tell its time: so it may be the clock or the secret")
	}
	there := l.there.at(local)
	const skewed = "the issuer refuses the client because of a clock, not of its secret: "
	switch a.at(there, l.there.unsure) {
	case runOut:
		// Less than clocks that are right may differ is no clock's fault.
		if a.at(local, 0) == runOut || l.there.offset.Abs()-l.there.unsure <= clockAccurate {
			return found("assertion_stale", "the assertion ran out "+a.since(there)+" ago", l.facts)
		}
		return found("assertion_expired", skewed+"the assertion ran out "+a.since(there)+" ago "+l.there.by()+"; "+l.clocks(), l.facts)
	case tooEarly:
		begins, _ := a.begins()
		return found("assertion_not_yet_valid", skewed+"the assertion was made "+span(begins.Sub(there))+" in the future "+l.there.by()+"; "+l.clocks(), l.facts)
	case undecided:
		return unknown(l.facts, "the issuer refuses the client, and the assertion's times are so close to its clock that it may be that or the secret; make a new assertion and try again")
	}
	if _, ends, _ := a.moment("exp"); !ends {
		return found("client_rejected", "the issuer refuses the client; the assertion names no end (exp), which it must", l.facts)
	}
	if theirs := a.misaddressed(l.about); theirs != "" {
		return found("assertion_audience", "the issuer refuses the client; the assertion is made out to "+theirs, l.facts)
	}
	if l.facts["token_error"] == "invalid_request" {
		return found("client_not_allowed", "the issuer does not give the client what it asks for: "+l.said(), l.facts)
	}
	return found("client_rejected", "the assertion was in date "+l.there.by()+", so it is not the clock; the issuer says "+l.said(), l.facts)
}

// misaddressed is whom the assertion is made out to, if that is not the
// issuer: its name or one of its endpoints (RFC 7523, 3; OpenID Connect Core
// 1.0, 9). Empty when it is, and when it is made out to nobody.
func (a *assertion) misaddressed(about description) string {
	theirs := a.audience()
	if len(theirs) == 0 {
		return ""
	}
	for field, value := range about.fields {
		address, ok := value.(string)
		if ok && (field == "issuer" || strings.HasSuffix(field, "_endpoint")) && slices.Contains(theirs, address) {
			return ""
		}
	}
	return printable(strings.Join(theirs, ", "))
}

// knock asks the token endpoint without any credential. One that works says
// what is missing (RFC 6749, 5.2).
func (l *look) knock(ctx context.Context) shortfall {
	if l.about.text("token_endpoint") == "" {
		return shortfall{} // OpenID Connect Discovery 1.0, 3: not where only the implicit flow is offered
	}
	page, lack := l.tokenEndpoint()
	if lack.any() {
		return lack
	}
	v := visitPage(ctx, l.env, page, l.form(url.Values{"grant_type": {"authorization_code"}}))
	l.heard(v)
	return v.tokenLack()
}

// tokenLack says why a token endpoint's answer is none of one.
func (v *visit) tokenLack() shortfall {
	if v.status == 0 {
		lack := v.silence()
		if lack.outcome != diag.NoAnswer {
			lack.outcome = "token_endpoint_broken"
		}
		lack.reason = "the token endpoint: " + lack.reason
		return lack
	}
	if reason := v.gatekeeper(); reason != "" {
		return unmeasured("the token endpoint: " + reason)
	}
	code, _ := v.oauthError()
	switch {
	case v.status == http.StatusTooManyRequests, v.status >= 500 && v.outcome() == "rate_limited":
		return shortfall{"rate_limited", "the token endpoint says that too many tries came from here"}
	case v.status >= 500:
		return shortfall{"server_error", "the token endpoint has a fault of its own (" + statusText(v.status) + ")"}
	case code != "", v.status == http.StatusBadRequest, v.status == http.StatusUnauthorized:
		return shortfall{}
	case v.status == http.StatusForbidden:
		return unmeasured("the token endpoint refuses this computer or network (403)")
	case v.status == http.StatusOK && v.isJSON():
		return shortfall{}
	}
	return shortfall{"token_endpoint_broken", "at the address of the token endpoint something else answers (" + statusText(v.status) + ")"}
}
