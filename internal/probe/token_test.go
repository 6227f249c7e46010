package probe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

type m = map[string]any

// TestTokenOutcomes: every outcome, by an issuer on loopback. The issuer's
// clock stands at certNoon, and so does this computer's unless ahead says so.
func TestTokenOutcomes(t *testing.T) {
	stranger, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	public, _ := rsaKey().N.MarshalText()
	all := Params{"issuer": opIssuer, "audience": "https://api.example", "scope": "read"}
	raw := base64.RawURLEncoding
	for _, tt := range []struct {
		name    string
		token   string
		with    Params
		ahead   time.Duration // of this computer's clock
		change  func(*testOP)
		outcome string
		text    string // part of the summary
	}{
		{"good", signed(t, nil), all, 0, nil, "valid", "its signature is the issuer's"},
		{"good, by another algorithm", signedBy(t, gojwt.SigningMethodES256, ecKey(), m{"kid": "two"}, nil), all, 0, nil, "valid", "its signature is the issuer's"},
		{"good, names no key", signedBy(t, gojwt.SigningMethodRS256, rsaKey(), nil, nil), all, 0, nil, "valid", "its signature is the issuer's"},
		{"good, nothing asked", signed(t, nil), Params{}, 0, nil, "valid", "by this computer's own clock, which was not checked; its signature was not checked"},
		{"good, with a word before it", "Bearer " + signed(t, nil), all, 0, nil, "valid", ""},
		{"good, the issuer given by its description", signed(t, nil), Params{"issuer": opIssuer + wellKnownOIDC}, 0, nil, "valid", "its signature is the issuer's"},
		{"good, keys given by flag", signed(t, nil), Params{"jwks-url": opIssuer + "/jwks"}, 0, nil, "valid", "its signature is the issuer's"},
		{"good, one of several audiences", signed(t, m{"aud": []string{"x", "https://api.example"}}), all, 0, nil, "valid", ""},
		{"good, permissions as a list", signed(t, m{"scope": nil, "scp": []string{"read"}}), all, 0, nil, "valid", ""},
		{"good, as a role of a realm", signed(t, m{"scope": nil, "realm_access": m{"roles": []string{"read"}}}), all, 0, nil, "valid", ""},
		{"good, made a second ahead", signed(t, m{"iat": 1}), all, 0, nil, "valid", ""},

		{"nearly over", signed(t, m{"exp": 45}), all, 0, nil, "expiring", "runs out in"},
		{"without an end", signed(t, m{"exp": nil}), all, 0, nil, "no_expiry", "no end"},
		{"run out", signed(t, m{"exp": -3600, "iat": -7200}), all, 0, nil, "expired", "ran out 60 minutes ago, by the clock of id.example"},
		{"not yet", signed(t, m{"nbf": 300}), all, 0, nil, "not_yet_valid", "becomes valid only in 5 minutes"},
		{"this computer's clock is 27 minutes fast", signed(t, nil), all, 27 * time.Minute, nil, "valid_at_server_time",
			"this computer's clock is 27 minutes fast; by the clock of id.example the token is valid"},
		{"this computer's clock is 27 minutes slow", signed(t, nil), all, -27 * time.Minute, nil, "valid_at_server_time",
			"this computer's clock is 27 minutes slow; by the clock of id.example the token is valid"},
		{"run out, and this computer's clock is slow", signed(t, m{"exp": -600, "iat": -900}), all, -20 * time.Minute, nil, "expired",
			"it only looks valid here because this computer's clock is 20 minutes slow"},
		{"run out by this computer's clock, nobody else asked", signed(t, m{"exp": -60}), Params{}, 0, nil, "expired", "by this computer's own clock, which was not checked"},

		{"of another issuer", signed(t, m{"iss": "http://other.example"}), all, 0, nil, "wrong_issuer", "another host"},
		{"of another tenant", signed(t, m{"iss": opIssuer + "/t2"}), all, 0, nil, "wrong_issuer", "another path (tenant, realm or version)"},
		{"with a slash too many", signed(t, m{"iss": opIssuer + "/"}), all, 0, nil, "wrong_issuer", "only the slash at the end differs"},
		{"of nobody", signed(t, m{"iss": nil}), all, 0, nil, "wrong_issuer", "does not say who issued it"},
		{"for another service", signed(t, m{"aud": "https://other.example"}), all, 0, nil, "wrong_audience", "was made for https://other.example, not for https://api.example"},
		{"for nobody", signed(t, m{"aud": nil}), all, 0, nil, "wrong_audience", "does not say whom"},
		{"an id token", signed(t, m{"aud": "web", "nonce": "n", "scope": nil}), all, 0, nil, "wrong_audience", "this is an id token for the client web"},
		{"an id token, by its authorized party", signed(t, m{"aud": "web", "azp": "web", "scope": nil}), Params{"scope": "read"}, 0, nil, "missing_scope", "this is an id token, which permits nothing"},
		{"without the scope", signed(t, m{"scope": "write"}), all, 0, nil, "missing_scope", "the token lacks read"},

		{"by a key that is gone", signedBy(t, gojwt.SigningMethodRS256, rsaKey(), m{"kid": "zero"}, nil), all, 0, nil, "unknown_key", "signed with the key zero"},
		{"changed", swapped(signed(t, m{"scope": "admin read"}), signed(t, nil)), all, 0, nil, "bad_signature", ""},
		{"by a stranger under a known key's name", signedBy(t, gojwt.SigningMethodES256, stranger, m{"kid": "two"}, nil), all, 0, nil, "bad_signature", ""},
		{"not signed", signedBy(t, gojwt.SigningMethodNone, gojwt.UnsafeAllowNoneSignatureType, nil, nil), Params{}, 0, nil, "alg_mismatch", "not signed at all"},
		{"a public key as a shared secret", signedBy(t, gojwt.SigningMethodHS256, public, m{"kid": "one"}, nil), all, 0, nil, "alg_mismatch", "signed with HS256"},
		{"another algorithm than the key's", signedBy(t, gojwt.SigningMethodPS256, rsaKey(), m{"kid": "one"}, nil), all, 0, nil, "alg_mismatch", "signed with PS256"},
		{"a shared secret", signedBy(t, gojwt.SigningMethodHS256, []byte("x"), nil, nil), all, 0, nil, "valid", "only a holder of the shared secret"},

		{"cut", signed(t, nil)[:200], all, 0, nil, "malformed", ""},
		{"wrapped", signed(t, nil)[:90] + "\n" + signed(t, nil)[90:], all, 0, nil, "malformed", "a space or a line break"},
		{"two parts", strings.Join(strings.Split(signed(t, nil), ".")[:2], "."), all, 0, nil, "malformed", "has 2 parts"},
		{"milliseconds", signed(t, m{"exp": certNoon.UnixMilli()}), all, 0, nil, "bad_time", "counts milliseconds"},
		{"an end in words", signed(t, m{"exp": "tomorrow"}), all, 0, nil, "bad_time", "its exp is not a number"},
		{"opaque", "ya29.a0AfH6SMBx", all, 0, nil, "unknown", "only whoever issued it can read it"},
		{"three parts of something else", "abc.def.ghi", all, 0, nil, "unknown", "only whoever issued it can read it"},
		{"encrypted", raw.EncodeToString([]byte(`{"alg":"RSA-OAEP","enc":"A256GCM"}`)) + ".a.b.c.d", all, 0, nil, "unknown", "only its recipient can read it"},

		{"no keys to be had", signed(t, nil), all, 0, func(o *testOP) { o.pages["/jwks"] = answering(500, "") }, "unknown",
			"the claims are in order, but the signature could not be checked: the issuer's keys: id.example has a fault of its own"},
		{"no description to be had", signed(t, nil), all, 0, func(o *testOP) { o.pages[wellKnownOIDC] = answering(503, "") }, "unknown", "the signature could not be checked"},
		{"no keys to be had, and run out", signed(t, m{"exp": -60}), all, 0, func(o *testOP) { o.pages["/jwks"] = answering(500, "") }, "expired", ""},
		{"keys inside this network", signed(t, nil), all, 0, func(o *testOP) { o.about["jwks_uri"] = "http://192.168.1.1/jwks" }, "unknown", "inside this network, so it was not fetched"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := newTestOP()
			if tt.change != nil {
				tt.change(op)
			}
			env, _ := serveOP(t, op)
			env.Now = func() time.Time { return certNoon.Add(tt.ahead) }
			with := Params{"file": tt.token}
			for k, v := range tt.with {
				with[k] = v
			}
			got := runToken(t.Context(), env, with)
			if text := got.Summary; got.Outcome != tt.outcome || !strings.Contains(text, tt.text) {
				t.Errorf("got %s: %s; want %s: %s; facts %v", got.Outcome, text, tt.outcome, tt.text, got.Facts)
			}
			if strings.Contains(fmt.Sprint(got), "joe") || strings.Contains(fmt.Sprint(got), tt.token) && len(tt.token) > 0 {
				t.Errorf("the finding shows the token or whose it is: %v", got)
			}
		})
	}
}

// All that is wrong is told, what tells most first.
func TestTokenTellsAllFaults(t *testing.T) {
	env, _ := serveOP(t, newTestOP())
	got := runToken(t.Context(), env, Params{
		"file":   signed(t, m{"exp": -60, "aud": "x", "iss": "http://other.example", "scope": nil}),
		"issuer": opIssuer, "audience": "https://api.example", "scope": "read",
	})
	want := []string{"wrong_issuer", "wrong_audience", "expired", "missing_scope"}
	if diff := cmp.Diff(want, got.Facts["failed"]); diff != "" || got.Outcome != "wrong_issuer" {
		t.Errorf("%s: %s\n%s", got.Outcome, got.Summary, diff)
	}
}

// golang-jwt, which many programs use, refuses the same of these tokens.
func TestTokenAgreesWithALibrary(t *testing.T) {
	env, _ := serveOP(t, newTestOP())
	kinds := map[string]error{
		"expired": gojwt.ErrTokenExpired, "wrong_audience": gojwt.ErrTokenInvalidAudience,
		"wrong_issuer": gojwt.ErrTokenInvalidIssuer, "bad_signature": gojwt.ErrTokenSignatureInvalid,
	}
	for _, token := range []string{
		signed(t, nil), signed(t, m{"exp": -1}), signed(t, m{"aud": "x"}), signed(t, m{"iss": "x"}), signed(t, m{"exp": -1, "aud": "x", "iss": "x"}),
		swapped(signed(t, m{"scope": "read admin"}), signed(t, nil)),
	} {
		_, theirs := gojwt.Parse(token, func(*gojwt.Token) (any, error) { return rsaKey().Public(), nil },
			gojwt.WithIssuedAt(), gojwt.WithAudience("https://api.example"), gojwt.WithIssuer(opIssuer),
			gojwt.WithTimeFunc(func() time.Time { return certNoon }))
		got := runToken(t.Context(), env, Params{"file": token, "issuer": opIssuer, "jwks-url": opIssuer + "/jwks", "audience": "https://api.example"})
		failed, _ := got.Facts["failed"].([]string)
		for outcome, is := range kinds {
			ours := strings.Contains(strings.Join(failed, " "), outcome)
			// A library stops at a bad signature.
			if !errors.Is(theirs, gojwt.ErrTokenSignatureInvalid) && ours != errors.Is(theirs, is) || (theirs == nil) != (got.Outcome == "valid") {
				t.Errorf("%s: here %v, there %v", outcome, failed, theirs)
			}
		}
	}
}

// Surprise: go-oidc takes a token that was issued in the future. Here that is
// not passed over in silence, and neither in golang-jwt when it is asked.
func TestTokenFromTheFuture(t *testing.T) {
	env, _ := serveOP(t, newTestOP())
	token := signed(t, m{"iat": 600, "exp": 1200})
	got := runToken(t.Context(), env, Params{"file": token, "issuer": opIssuer})
	if got.Outcome != "not_yet_valid" || !strings.Contains(got.Summary, "was issued 10 minutes in the future") {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
}

// The token's own word on where its keys are is not followed.
func TestTokenNamesNoKeysOfItsOwn(t *testing.T) {
	op := newTestOP()
	env, _ := serveOP(t, op)
	token := signedBy(t, gojwt.SigningMethodRS256, rsaKey(), m{"kid": "one", "jku": opIssuer + "/jwks", "x5u": opIssuer + "/x"}, nil)
	got := runToken(t.Context(), env, Params{"file": token})
	if got.Outcome != "valid" || len(op.requests) > 0 || got.Facts["signature"] != "not_checked" {
		t.Errorf("%s, after %v", got.Outcome, op.requests)
	}
}

// Where time servers were named and do not answer, nobody is convicted by a
// clock that may be wrong.
func TestTokenWithoutTheTime(t *testing.T) {
	env := worldAt("127.0.0.1:1", nil)
	env.Secret = literalSecret
	got := runToken(t.Context(), env, Params{"file": signed(t, m{"exp": -60}), "server": "127.0.0.1:1"})
	if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "the clock could not be checked") {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
	got = runToken(t.Context(), env, Params{"file": signed(t, nil), "server": "127.0.0.1:1"})
	if got.Outcome != "valid" {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
}

func TestTokenFacts(t *testing.T) {
	env, _ := serveOP(t, newTestOP())
	token := signedBy(t, gojwt.SigningMethodRS256, rsaKey(), m{"kid": "one", "typ": "at+jwt"}, m{"client_id": "c"})
	got := runToken(t.Context(), env, Params{"file": token, "issuer": opIssuer})
	want := map[string]any{
		"token_kind": "access_token", "alg": "RS256", "kid": "one", "typ": "at+jwt", "issuer": opIssuer, "client_id": "c",
		"audience": []string{"https://api.example"}, "scopes": []string{"read", "write"}, "missing_claims": []string{"jti"},
		"signature": "verified", "issuer_keys": []string{"one", "two"},
		"issued_at": "2026-03-01T11:59:00Z", "expires_at": "2026-03-01T12:10:00Z", "lifetime_s": 660, "remaining_s": 599,
		"time_source": "date", "time_offset_ms": 500.0, "time_uncertainty_ms": 500.0, "judged_at": "2026-03-01T12:00:00Z",
	}
	if diff := cmp.Diff(want, got.Facts); diff != "" {
		t.Error(diff)
	}
}

func TestTokenParametersThatCannotBeUsed(t *testing.T) {
	env, _ := serveOP(t, newTestOP())
	for _, with := range []Params{{"issuer": "id"}, {"issuer": "https://u:p@"}, {"issuer": "https://id.example/?x=y"}, {"jwks-url": "ftp://x/y"}, {"ca-file": "/nonexistent"}} {
		with["file"] = signed(t, nil)
		if got := runToken(t.Context(), env, with); got.Outcome != diag.NoAnswer {
			t.Errorf("%v: %s", with, got.Outcome)
		}
	}
	env.Secret = nil
	if got := runToken(t.Context(), env, Params{"file": "x"}); got.Outcome != diag.NoAnswer {
		t.Error(got.Outcome)
	}
}

func FuzzReadJWT(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.eyJleHAiOjF9.")
	f.Add("a.b.c")
	f.Add("eyJ.eyJ.eyJ")
	f.Fuzz(func(t *testing.T, text string) {
		j, err := readJWT(bearerText(text))
		if (j == nil) == (err == nil) {
			t.Fatalf("%v and %v", j, err)
		}
		if j != nil {
			i := &inspection{jwt: j, facts: map[string]any{}, local: certNoon}
			i.describe()
			_ = i.judge()
		}
	})
}
