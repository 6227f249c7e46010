package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var oidcProbe = Probe{
	Kind: "oidc",
	Doc:  "an issuer of tokens (OpenID Connect or plain OAuth): its description, keys, token endpoint and clock",
	Example: `  authdoctor probe oidc --issuer https://accounts.google.com
  authdoctor probe oidc --issuer https://id.example.com/realms/shop --client-assertion-file assertion.jwt`,
	Params: []Param{
		{Name: "issuer", Target: true, Required: true, Form: issuerForm, Doc: "the issuer's name as it is set in the program, or the address of its description"},
		{Name: "client-assertion-file", Secret: true, FlagOnly: true, Form: secretForm,
			Doc: "signed assertion of a client: a file, - for standard input or env:NAME; sent once, to the issuer's token endpoint"},
		{Name: "client-id", FlagOnly: true, Form: clientIDForm, Doc: "id of the client, where it must be sent beside the assertion"},
		{Name: "grant", FlagOnly: true, Form: Form{"client_credentials", checkWord}, Doc: "kind of grant that the assertion asks for; client_credentials when empty"},
		{Name: "scope", FlagOnly: true, Many: true, Form: wordForm, Doc: "scope that the assertion asks for"},
		timeParam,
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
	},
	Ready: func(env Env, with Params) error {
		if source := with["client-assertion-file"]; source != "" {
			if err := second(readAssertion(env, with, source)); err != nil {
				return fmt.Errorf("client-assertion-file: %w", err)
			}
		}
		return serverTrust(env, with)
	},
	Run: runOIDC,
}

// clientIDForm: RFC 6749, appendix A.1.
var clientIDForm = Form{"my-app", func(v string) error {
	if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }) {
		return errors.New("the id of a client is ASCII")
	}
	return nil
}}

// A look is what has been seen of an issuer so far.
type look struct {
	issuer
	about  description
	keys   keySet
	rotate bool      // two fetches of the keys differ
	there  rightTime // the issuer's clock
	truth  rightTime // time servers, where some were named
	facts  map[string]any
}

func runOIDC(ctx context.Context, env Env, with Params) diag.Finding {
	page, err := parseIssuer(with["issuer"])
	if err != nil {
		return unknown(nil, "%s", err)
	}
	if env.Roots, err = trustedRoots(env.Roots, with["ca-file"]); err != nil {
		return unknown(nil, "%s", err)
	}
	var sent *assertion
	if source := with["client-assertion-file"]; source != "" {
		if sent, err = readAssertion(env, with, source); err != nil {
			return unknown(nil, "client-assertion-file: %s", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	asked := make(chan rightTime, 1)
	go func() { asked <- askTime(ctx, env, with.List("server")) }()
	l := &look{issuer: issuerAt(ctx, env, page), facts: map[string]any{}}
	lack := l.see(ctx)
	l.truth = <-asked
	l.truth.orElse(l.there).facts(l.facts, env.Now())
	switch {
	case lack.any():
		return l.short(lack)
	case sent != nil:
		return l.try(ctx, sent)
	}
	if lack := l.knock(ctx); lack.any() {
		return l.short(lack)
	}
	return l.judge()
}

// short is the finding of something that is missing.
func (l *look) short(lack shortfall) diag.Finding {
	if lack.outcome == diag.NoAnswer {
		return unknown(l.facts, "%s", lack.reason)
	}
	return found(lack.outcome, lack.reason, l.facts)
}

// see looks at the description and the keys.
func (l *look) see(ctx context.Context) shortfall {
	about, v, lack := l.describe(ctx)
	l.there = l.there.orDate(v)
	l.facts["description_url"] = shownURL(v.page())
	v.dateFacts(l.facts)
	v.retryFacts(l.facts, l.env.Now())
	if lack.any() {
		l.facts["status"] = v.status
		return lack
	}
	l.about = about
	l.describeFacts()
	if lack := l.compareIssuer(); lack.any() {
		return lack
	}
	return l.seeKeys(ctx)
}

// seeKeys fetches the keys twice: as a program would, and past every cache.
func (l *look) seeKeys(ctx context.Context) shortfall {
	address := l.about.text("jwks_uri")
	if address == "" && (l.about.oauth || l.about.sharedOnly()) {
		return shortfall{} // RFC 8414, 2: optional
	}
	page, lack := l.named(address)
	if lack.any() {
		return shortfall{"jwks_unreachable", "the issuer's set of keys " + lack.reason}
	}
	l.facts["jwks_url"] = shownURL(page)
	keys, v, lack := l.fetchKeys(ctx, page, false)
	if lack.any() {
		return keysLack(lack)
	}
	l.keys, l.there = keys, l.there.orDate(v)
	l.facts["keys"], l.facts["keys_total"] = keys.facts(), keys.total
	if keys.private {
		l.facts["private_keys_shown"] = true
	}
	if len(keys.signing) == 0 && !l.about.sharedOnly() {
		return shortfall{"no_usable_key", "the issuer shows " + count(keys.total, "key") + ", and none of them can prove a signature"}
	}
	again, _, lack := l.fetchKeys(ctx, page, true)
	l.rotate = !lack.any() && !keys.same(again)
	return shortfall{}
}

// keysLack: whatever keeps the keys away is the same to those who need them,
// unless it lies before the issuer, or passes by itself.
func keysLack(lack shortfall) shortfall {
	if lack.outcome != diag.NoAnswer && lack.outcome != "rate_limited" {
		lack.outcome = "jwks_unreachable"
	}
	lack.reason = "the issuer's keys: " + lack.reason
	return lack
}

// judge is the finding when nothing is broken.
func (l *look) judge() diag.Finding {
	name := printable(l.about.text("issuer"))
	switch clock := l.compareClocks(); {
	case clock != "":
		return found(clock, l.clocks(), l.facts)
	case l.slashOnly():
		return found("issuer_slash", "the issuer calls itself "+name+", and is set as "+printable(l.page.issuer), l.facts)
	case l.rotate:
		return found("key_rotating", name+" showed other keys a moment later", l.facts)
	}
	return found("ok", l.summary(), l.facts)
}

func (l *look) summary() string {
	text := printable(l.about.text("issuer")) + " shows " + count(len(l.keys.signing), "signing key")
	if l.facts["token_endpoint_url"] != nil {
		text += ", and its token endpoint answers"
	}
	if l.there.known() {
		text += "; its clock and this one agree to within " + ceiling(l.there.offset.Abs()+l.there.unsure)
	}
	return text
}

// compareClocks is the outcome for clocks that are too far apart; empty when
// they are not. Whose is wrong only time servers can tell.
func (l *look) compareClocks() string {
	switch {
	case !l.there.apart():
		return ""
	case l.truth.known() && !l.truth.apart():
		return "issuer_clock_wrong"
	}
	return "clock_apart"
}

// clocks says how the issuer's clock and this computer's differ.
func (l *look) clocks() string {
	switch {
	case !l.there.apart():
		return "this computer's clock and the issuer's agree"
	case l.truth.known() && !l.truth.apart():
		return "the issuer's clock is " + drift(-l.there.offset) + ", and this computer's is right by the time servers"
	case l.truth.known():
		return "this computer's clock is " + drift(l.truth.offset) + " by the time servers"
	}
	return "this computer's clock is " + drift(l.there.offset) + " by the issuer's"
}
