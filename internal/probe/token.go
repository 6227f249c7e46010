package probe

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var tokenProbe = Probe{
	Kind: "token",
	Doc:  "a token (JWT): its times at the right time, issuer, audience, scopes and signature; it is read here and sent nowhere",
	Example: `  authdoctor probe token --file token.jwt --server time.cloudflare.com
  authdoctor probe token --file env:TOKEN --issuer https://id.example.com --audience https://api.example.com --scope read`,
	Params: []Param{
		{Name: "file", Secret: true, FlagOnly: true, Required: true, Form: secretForm, Doc: "the token: a file, - for standard input or env:NAME"},
		{Name: "issuer", Target: true, Form: issuerForm, Doc: "who must have issued it; its keys are fetched from there"},
		{Name: "jwks-url", Target: true, FlagOnly: true, Form: pageForm, Doc: "address of the keys, instead of the one that the issuer names"},
		{Name: "audience", Many: true, Form: Form{"https://api.example.com", checkWord}, Doc: "whom it must be made for; one of them is enough"},
		{Name: "scope", Many: true, Form: wordForm, Doc: "scope, permission or role that it must hold"},
		timeParam,
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
	},
	Ready: func(env Env, with Params) error {
		if err := second(env.secret(with["file"])); err != nil {
			return fmt.Errorf("file: %w", err)
		}
		return serverTrust(env, with)
	},
	Run: runToken,
}

// An inspection is a token and what is held against it.
type inspection struct {
	*jwt
	want    claimsWanted
	local   time.Time // this computer's time
	right   rightTime
	timed   bool // time servers were named
	proof   signature
	noProof string // why the keys could not be had; empty when nobody asked for them
	facts   map[string]any
}

// claimsWanted are what the command line or the playbook expects.
type claimsWanted struct {
	issuer    string
	described bool // issuer came from the address of a description
	audience  []string
	scopes    []string
}

func runToken(ctx context.Context, env Env, with Params) diag.Finding {
	secret, err := env.secret(with["file"])
	if err != nil {
		return unknown(nil, "file: %s", err)
	}
	if env.Roots, err = trustedRoots(env.Roots, with["ca-file"]); err != nil {
		return unknown(nil, "%s", err)
	}
	j, err := readJWT(bearerText(secret.Reveal()))
	if broken, ok := errors.AsType[malformedError](err); ok {
		return found("malformed", broken.reason, nil)
	}
	if wrong, ok := errors.AsType[timeError](err); ok {
		return found("bad_time", wrong.reason, nil)
	}
	if err != nil {
		return unknown(nil, "%s", err)
	}
	i := &inspection{jwt: j, facts: map[string]any{}, proof: signatureSkipped,
		want: claimsWanted{issuer: with["issuer"], audience: with.List("audience"), scopes: with.List("scope")}}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	servers := with.List("server")
	asked := make(chan rightTime, 1)
	go func() { asked <- askTime(ctx, env, servers) }()
	told, problem := i.prove(ctx, env, with)
	i.timed = len(servers) > 0
	i.right = (<-asked).orElse(told)
	if problem != nil {
		return unknown(nil, "%s", problem)
	}
	i.local = env.Now()
	i.right.facts(i.facts, i.local)
	i.describe()
	return i.judge()
}

// prove checks the signature with the keys that the command line points to,
// never with those that the token itself points to. It gives the time of the
// server that told the keys, too. The error is of a parameter.
func (i *inspection) prove(ctx context.Context, env Env, with Params) (rightTime, error) {
	var told rightTime
	if with["issuer"] == "" && with["jwks-url"] == "" {
		return told, nil
	}
	page, err := parseIssuer(with["issuer"])
	if with["issuer"] == "" {
		page, err = keysOnly(with["jwks-url"])
	}
	if err != nil {
		return told, err
	}
	if with["issuer"] != "" {
		i.want.issuer, i.want.described = page.issuer, page.described
	}
	iss := issuerAt(ctx, env, page)
	address := with["jwks-url"]
	if address == "" {
		about, v, lack := iss.describe(ctx)
		told = told.orDate(v)
		if lack.any() {
			i.noProof = lack.reason
			return told, nil
		}
		if own := about.text("issuer"); i.want.described && trimSlash(own) == i.want.issuer {
			i.want.issuer = own
		}
		address = about.text("jwks_uri")
	}
	return told.orElse(i.check(ctx, iss, address)), nil
}

// check fetches the keys and checks the signature.
func (i *inspection) check(ctx context.Context, iss issuer, address string) rightTime {
	keyPage, lack := iss.named(address)
	if lack.any() {
		i.noProof = "the issuer's set of keys " + lack.reason
		return rightTime{}
	}
	keys, v, lack := iss.fetchKeys(ctx, keyPage, false)
	told := rightTime{}.orDate(v)
	if lack.any() {
		i.noProof = "the issuer's keys: " + lack.reason
		return told
	}
	i.proof = keys.verify(i.jwt)
	i.facts["issuer_keys"] = keys.ids()
	return told
}

// keysOnly stands for an issuer of which nothing but the keys is known.
func keysOnly(address string) (issuerPage, error) {
	page, err := parsePage(address)
	if err != nil {
		return issuerPage{}, errors.New("jwks-url: must begin with https:// and a host name")
	}
	return issuerPage{issuer: address, pages: []*url.URL{page}}, nil
}
