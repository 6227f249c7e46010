package probe

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// mostKeys bounds a set of keys: large issuers show about ten.
const mostKeys = 100

// A keySet is the keys that an issuer shows (RFC 7517).
type keySet struct {
	signing []jose.JSONWebKey // public keys that may prove a signature
	total   int               // keys of any kind, unreadable ones too
	private bool              // a private or shared key is shown to everybody
}

// readKeys reads a set of keys one by one: a key of a kind that is not known
// must be passed over (RFC 7517, 5).
func readKeys(body []byte) (keySet, error) {
	var set struct {
		Keys *[]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil || set.Keys == nil {
		return keySet{}, errors.New("is no set of keys")
	}
	out := keySet{total: len(*set.Keys)}
	for _, raw := range (*set.Keys)[:min(len(*set.Keys), mostKeys)] {
		var key jose.JSONWebKey
		if err := json.Unmarshal(raw, &key); err != nil || !key.Valid() {
			continue
		}
		if !key.IsPublic() {
			out.private = true
			continue
		}
		if key.Use == "" || key.Use == "sig" {
			out.signing = append(out.signing, key)
		}
	}
	return out, nil
}

// ids are the key ids, sorted; keys without one have none.
func (s keySet) ids() []string {
	var ids []string
	for _, key := range s.signing {
		if key.KeyID != "" {
			ids = append(ids, key.KeyID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// facts are the keys, as far as they help to compare.
func (s keySet) facts() []any {
	list := []any{}
	for _, key := range s.signing {
		list = append(list, map[string]any{"kid": key.KeyID, "type": keyType(key), "alg": key.Algorithm})
	}
	return list
}

func keyType(key jose.JSONWebKey) string {
	switch key.Key.(type) {
	case *rsa.PublicKey:
		return "RSA"
	case *ecdsa.PublicKey:
		return "EC"
	case ed25519.PublicKey:
		return "OKP"
	}
	return "other"
}

// asymmetric are the algorithms that a public key can check.
var asymmetric = []jose.SignatureAlgorithm{
	jose.EdDSA, jose.ES256, jose.ES384, jose.ES512,
	jose.PS256, jose.PS384, jose.PS512, jose.RS256, jose.RS384, jose.RS512,
}

// fits reports whether a key can have made a signature of that algorithm.
func fits(key jose.JSONWebKey, alg string) bool {
	if key.Algorithm != "" && key.Algorithm != alg {
		return false
	}
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
	case *ecdsa.PublicKey:
		return map[string]int{"ES256": 256, "ES384": 384, "ES512": 521}[alg] == k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}

// A signature says what became of checking one.
type signature string

// The ends of a check.
const (
	signatureGood    signature = "verified"
	signatureBad     signature = "bad"
	signatureNoKey   signature = "unknown_key"  // the issuer does not show the key that is named
	signatureAlg     signature = "alg_mismatch" // not what the key is for, or none at all
	signatureShared  signature = "shared_secret"
	signatureSkipped signature = "not_checked" // no keys were asked for, none could be had, or it is of a kind that this program does not know
)

// verify checks a token against the keys of its issuer. A token that names no
// key is tried with all that fit.
func (s keySet) verify(j *jwt) signature {
	alg, kid := stringOf(j.header, "alg"), stringOf(j.header, "kid")
	candidates := s.signing
	if kid != "" {
		candidates = slices.DeleteFunc(slices.Clone(candidates), func(key jose.JSONWebKey) bool { return key.KeyID != kid })
	}
	fitting := slices.DeleteFunc(slices.Clone(candidates), func(key jose.JSONWebKey) bool { return !fits(key, alg) })
	_, critical := j.header["crit"] // extensions that must be understood: RFC 7515, 4.1.11
	switch {
	case alg == "none" || alg == "":
		return signatureAlg
	case strings.HasPrefix(alg, "HS") && kid != "" && len(candidates) > 0:
		return signatureAlg // a shared secret under the name of a public key
	case strings.HasPrefix(alg, "HS"):
		return signatureShared
	case critical || !isAsymmetric(alg):
		return signatureSkipped
	case len(candidates) == 0 && kid != "":
		return signatureNoKey
	case len(fitting) == 0:
		return signatureAlg
	}
	parsed, err := jose.ParseSignedCompact(j.text, asymmetric)
	if err != nil {
		return signatureSkipped
	}
	for _, key := range fitting {
		if _, err := parsed.Verify(key.Key); err == nil {
			return signatureGood
		}
	}
	return signatureBad
}

func isAsymmetric(alg string) bool {
	return slices.Contains(asymmetric, jose.SignatureAlgorithm(alg))
}
