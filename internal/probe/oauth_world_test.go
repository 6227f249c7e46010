package probe

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// rsaKey makes one key for all tests: making them is slow.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

// A testOP is an issuer whose every word a test may change.
type testOP struct {
	pages    map[string]http.HandlerFunc
	about    map[string]any
	keys     []any
	mu       sync.Mutex
	requests []string // method and path
	forms    []url.Values
}

const opIssuer = "http://id.example"

func newTestOP() *testOP {
	return &testOP{
		about: map[string]any{
			"issuer": opIssuer, "jwks_uri": opIssuer + "/jwks", "token_endpoint": opIssuer + "/token",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		},
		keys:  []any{shownKey(rsaKey().Public(), "one", "RS256"), shownKey(ecKey().Public(), "two", "ES256")},
		pages: map[string]http.HandlerFunc{"/token": answering(400, `{"error":"invalid_request"}`, "Content-Type: application/json")},
	}
}

// at gives the issuer another name.
func (o *testOP) at(base string) *testOP {
	o.about["issuer"], o.about["jwks_uri"], o.about["token_endpoint"] = base, base+"/jwks", base+"/token"
	return o
}

func shownKey(key crypto.PublicKey, kid, alg string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: alg, Use: "sig"}
}

// ServeHTTP answers as the issuer does, unless a page says otherwise.
func (o *testOP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	o.mu.Lock()
	o.requests = append(o.requests, r.Method+" "+r.URL.Path)
	if r.Method == http.MethodPost {
		o.forms = append(o.forms, r.PostForm)
	}
	o.mu.Unlock()
	if page := o.pages[r.URL.Path]; page != nil {
		page(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(o.about)
	case "/jwks":
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": o.keys})
	default:
		http.NotFound(w, r)
	}
}

// serveOP serves an issuer, and gives the world in which it is. There, the
// value of a secret parameter is the secret itself, and attempts are counted.
func serveOP(t *testing.T, op *testOP) (Env, *testBudget) {
	t.Helper()
	env := worldAt(serveHTTP(t, nil, op.ServeHTTP), nil)
	env.Secret = literalSecret
	budget := &testBudget{}
	env.Attempts = budget
	return env, budget
}

func literalSecret(source string) (diag.Secret, error) { return diag.NewSecret(source), nil }

// A testBudget allows every attempt, or none. Checks run side by side.
type testBudget struct {
	spent    bool
	mu       sync.Mutex
	accounts []string
	until    time.Time
}

func (b *testBudget) Take(_ context.Context, account string) error {
	if b.spent {
		return errors.New("2 attempts were made for this account already")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accounts = append(b.accounts, account)
	return nil
}

func (b *testBudget) Wait(_ context.Context, _ string, until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = until
	return nil
}

// claims are those of a good token, with changes; a nil value takes one away.
// Times are seconds from certNoon.
func claims(changes map[string]any) gojwt.MapClaims {
	c := gojwt.MapClaims{"iss": opIssuer, "aud": "https://api.example", "sub": "joe", "scope": "read write", "iat": -60, "exp": 600}
	for k, v := range changes {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	for _, name := range []string{"iat", "nbf", "exp"} {
		if seconds, ok := c[name].(int); ok {
			c[name] = certNoon.Unix() + int64(seconds)
		}
	}
	return c
}

// signed signs a token as its issuer does, with a library of its own.
func signed(t *testing.T, changes map[string]any) string {
	t.Helper()
	return signedBy(t, gojwt.SigningMethodRS256, rsaKey(), map[string]any{"kid": "one"}, changes)
}

func signedBy(t *testing.T, method gojwt.SigningMethod, key any, header, changes map[string]any) string {
	t.Helper()
	token := gojwt.NewWithClaims(method, claims(changes))
	for k, v := range header {
		token.Header[k] = v
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// swapped puts another signature's last part to a token.
func swapped(token, other string) string {
	return token[:strings.LastIndex(token, ".")] + other[strings.LastIndex(other, "."):]
}
