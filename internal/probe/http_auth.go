package probe

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var httpAuthProbe = Probe{
	Kind: "http_auth",
	Doc:  "how a page or an API wants to be signed in to, and with a token, why it is refused",
	Example: `  authdoctor probe http_auth --url https://api.example.com/v1/me
  authdoctor probe http_auth --url https://api.example.com/v1/me --bearer-file env:TOKEN`,
	Params: []Param{
		{Name: "url", Target: true, Required: true, Form: pageForm, Doc: "address that wants a sign-in, http:// or https://"},
		{Name: "bearer-file", Secret: true, FlagOnly: true, Form: secretForm,
			Doc: "token to sign in with: a file, - for standard input or env:NAME; sent once, and only encrypted"},
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
	},
	Ready: func(env Env, with Params) error {
		page, err := parsePage(with["url"])
		if err != nil {
			return err
		}
		if err := second(readBearer(env, page, with["bearer-file"])); err != nil {
			return err
		}
		return serverTrust(env, with)
	},
	Run: runHTTPAuth,
}

// A challenged is what an address said to one request.
type challenged struct {
	*visit
	env   Env
	all   []challenge
	token string // that was sent; empty for none
	facts map[string]any
}

func runHTTPAuth(ctx context.Context, env Env, with Params) diag.Finding {
	page, err := parsePage(with["url"])
	if err != nil {
		return unknown(nil, "%s", err)
	}
	if env.Roots, err = trustedRoots(env.Roots, with["ca-file"]); err != nil {
		return unknown(nil, "%s", err)
	}
	c := call{stay: true, header: http.Header{"Accept": {"application/json, */*;q=0.5"}}}
	token, reason := bearer(ctx, env, page, with["bearer-file"])
	if reason != "" {
		return unknown(nil, "%s", reason)
	}
	if token != "" {
		c.header.Set("Authorization", "Bearer "+token)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	a := &challenged{visit: visitPage(ctx, env, page, c), env: env, token: token, facts: map[string]any{}}
	if a.status == 0 {
		lack := a.silence()
		return unknown(a.facts, "%s", lack.reason)
	}
	a.describe()
	if wait, ok := a.retryAfter(env.Now()); ok && token != "" && a.status >= 400 {
		env.heldBack(ctx, bearerAccount(page, token), env.Now().Add(wait))
	}
	return a.judge()
}

// bearer reads the token and counts the attempt; a reason says why it is not
// sent. It goes nowhere without encryption, except to this computer.
func bearer(ctx context.Context, env Env, page *url.URL, source string) (token, reason string) {
	token, err := readBearer(env, page, source)
	if err != nil {
		return "", err.Error()
	}
	if token == "" {
		return "", ""
	}
	if err := env.attempt(ctx, bearerAccount(page, token)); err != nil {
		return "", err.Error()
	}
	return token, ""
}

// readBearer reads the token; without a source there is none.
func readBearer(env Env, page *url.URL, source string) (string, error) {
	if source == "" {
		return "", nil
	}
	secret, err := env.secret(source)
	if err != nil {
		return "", errors.New("bearer-file: " + err.Error())
	}
	token := bearerText(secret.Reveal())
	switch {
	case token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", errors.New("bearer-file: there is a space, a line break or a strange character in it, so it is no token")
	case page.Scheme != "https" && !thisComputer(page.Hostname()):
		return "", errors.New("url: the address is not encrypted, so the token was not sent")
	}
	return token, nil
}

// bearerAccount names whom an attempt counts for: whoever the token says, or
// else everybody at that server.
func bearerAccount(page *url.URL, token string) string {
	account := "http_auth " + page.Host
	if j, err := readJWT(token); err == nil {
		account += " " + stringOf(j.claims, "sub")
	}
	return account
}

// describe reads the challenges and writes down what was said.
func (a *challenged) describe() {
	field := "Www-Authenticate"
	if a.status == http.StatusProxyAuthRequired {
		field = "Proxy-Authenticate"
	}
	a.all = parseChallenges(a.header.Values(field))
	a.facts["url"], a.facts["status"], a.facts["token_sent"] = shownURL(a.page()), a.status, a.token != ""
	a.facts["challenges"], a.facts["schemes"] = challengeFacts(a.all), schemes(a.all)
	for _, name := range []string{"realm", "error", "error_description", "scope", "acr_values", "max_age"} {
		if v := param(a.all, name); v != "" {
			a.facts[name] = v
		}
	}
	a.dateFacts(a.facts)
	a.retryFacts(a.facts, a.env.Now())
}
