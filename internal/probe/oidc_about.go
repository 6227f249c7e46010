package probe

import (
	"crypto"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// advertised are the lists of a description that are shown.
func advertised() map[string]string {
	return map[string]string{
		"token_endpoint_auth_methods_supported": "auth_methods",
		"grant_types_supported":                 "grant_types",
		"response_types_supported":              "response_types",
		"code_challenge_methods_supported":      "pkce_methods",
		"id_token_signing_alg_values_supported": "signing_algorithms",
		"dpop_signing_alg_values_supported":     "dpop_algorithms",
		"scopes_supported":                      "scopes",
		"acr_values_supported":                  "acr_values",
	}
}

// describeFacts writes down what the issuer says of itself.
func (l *look) describeFacts() {
	l.facts["issuer"] = printable(l.about.text("issuer"))
	l.facts["oauth_only"] = l.about.oauth
	for field, name := range advertised() {
		if list := wordsOf(l.about.fields, field); len(list) > 0 {
			l.facts[name] = list[:min(len(list), 50)]
		}
	}
}

// sharedOnly reports whether the issuer signs with its clients' secrets only,
// so that it has no keys to show.
func (d description) sharedOnly() bool {
	algs := wordsOf(d.fields, "id_token_signing_alg_values_supported")
	return len(algs) > 0 && !slices.ContainsFunc(algs, isAsymmetric)
}

// tenantBlank stands in the issuer of a description that is shared by all
// tenants of Microsoft's service:
// https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens
const tenantBlank = "{tenantid}"

// compareIssuer holds the issuer's own name against the one that is set. They
// must be the same, byte for byte (OpenID Connect Discovery 1.0, 4.3).
func (l *look) compareIssuer() shortfall {
	own, set := l.about.text("issuer"), l.page.issuer
	switch {
	case own == set, l.slashOnly(), strings.Contains(own, tenantBlank):
		return shortfall{}
	case l.page.described && trimSlash(own) == set:
		return shortfall{} // the address of a description does not tell the slash
	}
	return shortfall{"issuer_mismatch", fmt.Sprintf("the issuer calls itself %s, and is set as %s: %s", printable(own), printable(set), issuerDifference(own, set))}
}

// slashOnly reports whether only the slash at the end differs.
func (l *look) slashOnly() bool {
	own := l.about.text("issuer")
	return !l.page.described && own != l.page.issuer && trimSlash(own) == trimSlash(l.page.issuer)
}

func trimSlash(text string) string { return strings.TrimSuffix(text, "/") }

// same reports whether two sets hold the same keys.
func (s keySet) same(other keySet) bool { return slices.Equal(s.prints(), other.prints()) }

// prints are the keys' fingerprints (RFC 7638), sorted.
func (s keySet) prints() []string {
	var out []string
	for _, key := range s.signing {
		if print, err := key.Thumbprint(crypto.SHA256); err == nil {
			out = append(out, hex.EncodeToString(print))
		}
	}
	slices.Sort(out)
	return out
}

// count writes a number and a noun.
func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + plural(noun)
	case 1:
		return "one " + noun
	}
	return fmt.Sprintf("%d %s", n, plural(noun))
}
