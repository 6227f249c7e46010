package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// mostDocumentBytes bounds a document of an issuer. The largest sets of keys
// in use, with a certificate in each, have about a tenth of it.
const mostDocumentBytes = 256 << 10

// An issuerPage is an issuer as it was given, and where its description may be.
type issuerPage struct {
	issuer    string // as given, or as the address of its description tells
	described bool   // given as the address of its description
	pages     []*url.URL
}

// The places of a description: OpenID Connect Discovery 1.0, 4; RFC 8414, 3.
const (
	wellKnownOIDC  = "/.well-known/openid-configuration"
	wellKnownOAuth = "/.well-known/oauth-authorization-server"
)

// parseIssuer reads an issuer, or the address of its description. Its errors
// do not repeat the text.
func parseIssuer(text string) (issuerPage, error) {
	text = strings.TrimSpace(text)
	u, err := parsePage(text)
	if err != nil {
		return issuerPage{}, errors.New("issuer: must begin with https:// and a host name")
	}
	if u.RawQuery != "" || strings.Contains(text, "#") {
		return issuerPage{}, errors.New("issuer: must have no ? and no # in it")
	}
	at := func(path string) *url.URL {
		page := *u
		page.Path, page.RawPath = path, ""
		return &page
	}
	path := strings.TrimSuffix(u.Path, "/")
	for _, place := range []string{wellKnownOIDC, wellKnownOAuth} {
		before, after, ok := strings.Cut(path, place)
		if ok {
			return issuerPage{at(before + after).String(), true, []*url.URL{at(path)}}, nil
		}
	}
	pages := []*url.URL{at(path + wellKnownOIDC), at(wellKnownOAuth + path)}
	if path != "" {
		pages = append(pages, at(wellKnownOIDC+path))
	}
	return issuerPage{text, false, pages}, nil
}

// A shortfall is why something that an issuer should show could not be had:
// an outcome of kind oidc, or diag.NoAnswer, and a reason in words. The zero
// value is none.
type shortfall struct{ outcome, reason string }

func (s shortfall) any() bool { return s.outcome != "" }

// A description is what an issuer says of itself.
type description struct {
	fields map[string]any
	oauth  bool // of a server for OAuth alone: RFC 8414
}

func (d description) text(name string) string { return stringOf(d.fields, name) }

// An issuer is how to get at what an issuer shows to everybody.
type issuer struct {
	env  Env
	page issuerPage
	near bool // it is inside this network itself, and so may be what it names
}

// issuerAt looks up where the issuer is: only one that is inside this network
// may name other places in it.
func issuerAt(ctx context.Context, env Env, page issuerPage) issuer {
	host := page.pages[0].Hostname()
	near := innerHost(host)
	if !near && env.LookupHost != nil && !chooseProxy(env.Getenv, page.pages[0]).used() {
		addrs, err := env.LookupHost(ctx, host)
		near = err == nil && len(addrs) > 0
		for _, a := range addrs {
			near = near && innerHost(a)
		}
	}
	return issuer{env, page, near}
}

// call is how everything is asked for that an issuer names.
func (i issuer) call() call {
	return call{
		header: http.Header{"Accept": {"application/json"}},
		secure: i.page.pages[0].Scheme == "https", near: i.near,
		given: i.page.pages[0].Hostname(), most: mostDocumentBytes,
	}
}

// describe fetches the description from the first place that has one.
func (i issuer) describe(ctx context.Context) (description, *visit, shortfall) {
	var first *visit
	var why shortfall
	for _, page := range i.page.pages {
		v := visitPage(ctx, i.env, page, i.call())
		d, lack := readDescription(v)
		if !lack.any() {
			d.oauth = strings.Contains(page.Path, wellKnownOAuth)
			return d, v, lack
		}
		// A page that is there and is something else says more than none.
		if first == nil || why.outcome == "not_found" && lack.outcome == "not_json" {
			first, why = v, lack
		}
		if lack.outcome != "not_found" && lack.outcome != "not_json" {
			return d, v, lack
		}
	}
	return description{}, first, why
}

func readDescription(v *visit) (description, shortfall) {
	if lack := v.shortOf("description"); lack.any() {
		return description{}, lack
	}
	var d description
	if err := json.Unmarshal(v.body, &d.fields); err != nil || d.fields == nil || d.text("issuer") == "" {
		return description{}, shortfall{"not_json", printable(v.page().Host) + " answers with something that is no description of an issuer"}
	}
	return d, shortfall{}
}

// named is an address out of a description, if it may be gone to.
func (i issuer) named(address string) (*url.URL, shortfall) {
	u, err := parsePage(address)
	switch {
	case err != nil:
		return nil, shortfall{"not_found", "is not at an address that can be fetched"}
	case i.call().secure && u.Scheme != "https":
		return nil, shortfall{"not_found", "is at an address that is not encrypted, so it was not fetched"}
	case innerHost(u.Hostname()) && u.Hostname() != i.call().given && !i.near:
		return nil, shortfall{"not_found", "is at an address inside this network, so it was not fetched"}
	}
	return u, shortfall{}
}

// fetchKeys fetches a set of keys. Fresh asks for one that no cache has kept.
func (i issuer) fetchKeys(ctx context.Context, page *url.URL, fresh bool) (keySet, *visit, shortfall) {
	c := i.call()
	if fresh {
		c.header.Set("Cache-Control", "no-cache")
	}
	return readKeyPage(visitPage(ctx, i.env, page, c))
}

func readKeyPage(v *visit) (keySet, *visit, shortfall) {
	if lack := v.shortOf("set of keys"); lack.any() {
		return keySet{}, v, lack
	}
	set, err := readKeys(v.body)
	if err != nil {
		return keySet{}, v, shortfall{"not_json", printable(v.page().Host) + " answers with something that is no set of keys"}
	}
	return set, v, shortfall{}
}

// shortOf says why a visit brought no document. Whatever broke before the
// server had its turn is another check's business.
func (v *visit) shortOf(what string) shortfall {
	if v.status == 0 {
		return v.silence()
	}
	if reason := v.gatekeeper(); reason != "" {
		return unmeasured(reason)
	}
	host := printable(v.page().Host)
	switch {
	case v.halted != "":
		return shortfall{"not_found", host + " " + v.halted}
	case v.status == http.StatusTooManyRequests, v.status >= 500 && v.outcome() == "rate_limited":
		return shortfall{"rate_limited", host + " says that too many tries came from here"}
	case v.status >= 500:
		return shortfall{"server_error", host + " has a fault of its own (" + statusText(v.status) + ")"}
	case v.status != http.StatusOK:
		return shortfall{"not_found", fmt.Sprintf("%s shows no %s there (%s)", host, what, statusText(v.status))}
	case v.cut != nil:
		return unmeasured("the answer broke off: " + explainNet(v.cut).String())
	case int64(len(v.body)) == v.call.most:
		return shortfall{"not_json", host + " answers with far too much for a " + what}
	}
	return shortfall{}
}

// silence sorts a visit without an answer, as the check of a page does.
func (v *visit) silence() shortfall {
	f := judgeSilence(v, map[string]any{})
	switch f.Outcome {
	case "refused", "timeout":
		return shortfall{"unreachable", f.Summary}
	case "unexpected":
		return shortfall{"not_json", f.Summary}
	}
	return unmeasured(f.Reason)
}

func unmeasured(reason string) shortfall { return shortfall{diag.NoAnswer, reason} }
