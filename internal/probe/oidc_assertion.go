package probe

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// assertionType is how an assertion is announced: RFC 7523, 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// An assertion is what a client proves itself with instead of a password.
type assertion struct {
	*jwt
	secret               diag.Secret
	client, grant, scope string
	sendID               bool
}

// readAssertion reads an assertion. The error repeats nothing of it.
func readAssertion(env Env, with Params, source string) (*assertion, error) {
	secret, err := env.secret(source)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(secret.Reveal())
	j, err := readJWT(text)
	if errors.Is(err, errOpaque) {
		return nil, errors.New("an assertion is a JWT, and this is none")
	}
	if err != nil {
		return nil, err
	}
	a := &assertion{jwt: j, secret: diag.NewSecret(text), client: stringOf(j.claims, "sub"),
		grant: "client_credentials", scope: strings.Join(with.List("scope"), " ")}
	if with["client-id"] != "" {
		a.client, a.sendID = with["client-id"], true
	}
	if with["grant"] != "" {
		a.grant = with["grant"]
	}
	return a, nil
}

// A validity is how an assertion's times look at some moment.
type validity int

// The validities.
const (
	inDate validity = iota
	runOut
	tooEarly
	undecided // the clocks are not known well enough
)

// at says how the times look at a moment that is known to within unsure.
func (a *assertion) at(now time.Time, unsure time.Duration) validity {
	exp, hasExp, _ := a.moment("exp")
	begins, hasBegin := a.begins()
	switch {
	case hasExp && !now.Add(-unsure).Before(exp):
		return runOut
	case hasBegin && now.Add(unsure).Before(begins):
		return tooEarly
	case hasExp && !now.Add(unsure).Before(exp), hasBegin && now.Add(-unsure).Before(begins.Add(-time.Second)):
		return undecided
	}
	return inDate
}

// begins is the later of nbf and iat: what was made in the future is not
// believed either.
func (j *jwt) begins() (time.Time, bool) {
	nbf, hasNBF, _ := j.moment("nbf")
	iat, hasIAT, _ := j.moment("iat")
	if iat.After(nbf) {
		nbf = iat
	}
	return nbf, hasNBF || hasIAT
}

// try sends the assertion once, and judges what becomes of it.
func (l *look) try(ctx context.Context, a *assertion) diag.Finding {
	a.facts(l.facts)
	page, lack := l.tokenEndpoint()
	if lack.any() {
		return l.short(lack)
	}
	local := l.env.Now()
	if a.at(local, 0) == runOut && l.there.known() && a.at(l.there.at(local), l.there.unsure) == runOut {
		return found("assertion_stale", "the assertion ran out "+a.since(l.there.at(local))+" ago by every clock, so it was not sent", l.facts)
	}
	if page.Scheme != "https" && !thisComputer(page.Hostname()) {
		return unknown(l.facts, "the token endpoint is not encrypted, so the assertion was not sent")
	}
	account := "oidc " + page.Host + " " + a.client
	if err := l.env.attempt(ctx, account); err != nil {
		return unknown(l.facts, "%s", err)
	}
	v := visitPage(ctx, l.env, page, l.form(a.form()))
	l.heard(v)
	if wait, ok := v.retryAfter(l.env.Now()); ok && v.status >= 400 {
		l.env.heldBack(ctx, account, l.env.Now().Add(wait))
	}
	return l.judgeAnswer(a, v)
}

func (a *assertion) form() url.Values {
	form := url.Values{"grant_type": {a.grant}, "client_assertion_type": {assertionType}, "client_assertion": {a.secret.Reveal()}}
	if a.sendID {
		form.Set("client_id", a.client)
	}
	if a.scope != "" {
		form.Set("scope", a.scope)
	}
	return form
}

// since is how long ago the assertion ran out.
func (a *assertion) since(now time.Time) string {
	exp, _, _ := a.moment("exp")
	return span(now.Sub(exp))
}

// facts are the parts of the assertion that prove nothing.
func (a *assertion) facts(facts map[string]any) {
	facts["assertion_alg"], facts["assertion_kid"] = printable(stringOf(a.header, "alg")), printable(stringOf(a.header, "kid"))
	facts["assertion_audience"] = a.audience()
	for claim, name := range map[string]string{"exp": "assertion_expires_at", "iat": "assertion_issued_at", "nbf": "assertion_not_before"} {
		if at, ok, _ := a.moment(claim); ok {
			facts[name] = at.Format(time.RFC3339)
		}
	}
}

// tokenEndpoint is where tokens are to be had.
func (l *look) tokenEndpoint() (*url.URL, shortfall) {
	address := l.about.text("token_endpoint")
	if address == "" {
		return nil, shortfall{"token_endpoint_broken", "the issuer's description names no token endpoint"}
	}
	page, lack := l.named(address)
	if lack.any() {
		return nil, shortfall{"token_endpoint_broken", "the token endpoint " + lack.reason}
	}
	l.facts["token_endpoint_url"] = shownURL(page)
	return page, shortfall{}
}

// form is the call that sends a form, and follows nobody with it.
func (l *look) form(form url.Values) call {
	c := l.call()
	c.method, c.body, c.stay = http.MethodPost, form.Encode(), true
	c.header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c
}

// heard writes down what the token endpoint said (RFC 6749, 5.2), and its time.
func (l *look) heard(v *visit) {
	if v.status == 0 {
		return
	}
	l.facts["token_status"] = v.status
	if code, text := v.oauthError(); code != "" {
		l.facts["token_error"] = code
		if text != "" {
			l.facts["token_error_description"] = text
		}
	}
	v.dateFacts(l.facts)
	v.retryFacts(l.facts, l.env.Now())
	l.there = rightTime{}.orDate(v).orElse(l.there)
}

// oauthError reads the error of an OAuth answer, cleaned and cut short.
func (v *visit) oauthError() (code, text string) {
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(v.body, &answer) != nil {
		return "", ""
	}
	return printable(answer.Error), printable(answer.Description)
}

// rejections are the errors that a token endpoint has for a client that it
// does not believe (RFC 6749, 5.2). Some say invalid_grant or invalid_request of
// an assertion that is out of its time.
var rejections = []string{"invalid_client", "invalid_grant", "invalid_request"}

// refusals are those for a client that it believes.
var refusals = []string{"unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_target", "access_denied"}

// judgeAnswer judges what the token endpoint said to the assertion.
func (l *look) judgeAnswer(a *assertion, v *visit) diag.Finding {
	if lack := v.tokenLack(); lack.any() {
		return l.short(lack)
	}
	code, _ := v.oauthError()
	switch {
	case v.status == http.StatusOK:
		return l.judgeAccepted()
	case slices.Contains(refusals, code):
		return found("client_not_allowed", "the issuer does not give the client what it asks for: "+l.said(), l.facts)
	case slices.Contains(rejections, code) || v.status == http.StatusUnauthorized:
		return l.judgeRejected(a)
	}
	return unknown(l.facts, "the token endpoint answered %s, which tells nothing of the client", statusText(v.status))
}

// said is the error that the token endpoint gave, with its own words for it.
func (l *look) said() string {
	code, _ := l.facts["token_error"].(string)
	if text, _ := l.facts["token_error_description"].(string); text != "" {
		return code + " (" + text + ")"
	}
	return code
}

// judgeAccepted: a right clock here is not needed for that.
func (l *look) judgeAccepted() diag.Finding {
	if f := l.judge(); f.Outcome != "ok" {
		return f
	}
	return found("ok", "the issuer takes the assertion and gives a token, which was thrown away", l.facts)
}
