package probe

import (
	"slices"
	"strings"
	"time"
)

// The kinds of token that can be told apart.
const (
	kindAccess = "access_token" // typ at+jwt: RFC 9068
	kindID     = "id_token"     // what OpenID Connect Core 1.0, 2 puts into one
	kindOther  = "jwt"
)

// kind tells an access token from a proof of who somebody is. Only the first
// is for services; both look the same from afar.
func (j *jwt) kind() string {
	if j.is9068() {
		return kindAccess
	}
	for _, claim := range []string{"nonce", "at_hash", "c_hash"} {
		if _, ok := j.claims[claim]; ok {
			return kindID
		}
	}
	// An id token is made out to the client itself, which an access token
	// names apart from its audience.
	client := stringOf(j.claims, "azp")
	if client != "" && slices.Equal(j.audience(), []string{client}) && len(j.scopes()) == 0 {
		return kindID
	}
	if len(j.scopes()) > 0 || stringOf(j.claims, "client_id") != "" {
		return kindAccess
	}
	return kindOther
}

// is9068 reports whether a token says that it is an access token of RFC 9068.
func (j *jwt) is9068() bool {
	return strings.TrimPrefix(strings.ToLower(stringOf(j.header, "typ")), "application/") == "at+jwt"
}

// scopeClaims are where issuers put what a token permits: scope (RFC 8693,
// 4.2), scp (Microsoft, Okta), roles (RFC 9068, 2.2.3.1), permissions (Auth0).
var scopeClaims = []string{"scope", "scp", "roles", "permissions"}

// scopes are all that the token permits, by whatever name.
func (j *jwt) scopes() []string {
	var out []string
	for _, claim := range scopeClaims {
		out = append(out, wordsOf(j.claims, claim)...)
	}
	// Keycloak's roles of a realm.
	if realm, ok := j.claims["realm_access"].(map[string]any); ok {
		out = append(out, wordsOf(realm, "roles")...)
	}
	return unique(out)
}

// required9068 are the claims that an access token of RFC 9068 must have (2.2).
var required9068 = []string{"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}

// describe writes down the parts of the token that name no person.
func (i *inspection) describe() {
	f := i.facts
	f["token_kind"], f["alg"] = i.kind(), printable(stringOf(i.header, "alg"))
	f["signature"] = string(i.proof)
	if i.noProof != "" {
		f["signature_reason"] = i.noProof
	}
	for name, value := range map[string]string{
		"kid": stringOf(i.header, "kid"), "typ": stringOf(i.header, "typ"), "issuer": stringOf(i.claims, "iss"),
		"authorized_party": stringOf(i.claims, "azp"), "client_id": stringOf(i.claims, "client_id"),
	} {
		if value != "" {
			f[name] = printable(value)
		}
	}
	if list := i.audience(); len(list) > 0 {
		f["audience"] = list
	}
	if list := i.scopes(); len(list) > 0 {
		f["scopes"] = list
	}
	if i.is9068() {
		if missing := i.missing(required9068); len(missing) > 0 {
			f["missing_claims"] = missing
		}
	}
	i.describeTimes()
}

func (i *inspection) describeTimes() {
	now := i.right.at(i.local)
	exp, hasExp, _ := i.moment("exp")
	iat, hasIAT, _ := i.moment("iat")
	for claim, name := range map[string]string{"exp": "expires_at", "nbf": "not_before", "iat": "issued_at"} {
		if at, ok, _ := i.moment(claim); ok {
			i.facts[name] = at.Format(time.RFC3339)
		}
	}
	if hasExp {
		i.facts["remaining_s"] = int(exp.Sub(now) / time.Second)
	}
	if hasExp && hasIAT {
		i.facts["lifetime_s"] = int(exp.Sub(iat) / time.Second)
	}
}

func (i *inspection) missing(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return i.claims[name] != nil })
}
