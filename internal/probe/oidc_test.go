package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func TestOIDCOutcomes(t *testing.T) {
	page := func(path string, status int, body string, headers ...string) func(*testOP) {
		return func(o *testOP) { o.pages[path] = answering(status, body, headers...) }
	}
	says := func(name string, value any) func(*testOP) { return func(o *testOP) { o.about[name] = value } }
	for _, tt := range []struct {
		name    string
		issuer  string
		ahead   time.Duration // of this computer's clock
		change  func(*testOP)
		outcome string
		text    string
	}{
		{"in order", opIssuer, 0, nil, "ok", "http://id.example shows 2 signing keys, and its token endpoint answers; its clock and this one agree to within 1 s"},
		{"given by its description", opIssuer + wellKnownOIDC, 0, nil, "ok", ""},
		{"given by its description, with a slash of its own", opIssuer + wellKnownOIDC, 0, says("issuer", opIssuer+"/"), "ok", ""},
		{"a slash too many", opIssuer + "/", 0, nil, "issuer_slash", "calls itself http://id.example, and is set as http://id.example/"},
		{"a slash too few", opIssuer, 0, says("issuer", opIssuer+"/"), "issuer_slash", ""},
		{"one for all tenants", opIssuer, 0, says("issuer", "https://login.example/{tenantid}/v2.0"), "ok", ""},
		{"this computer's clock is fast", opIssuer, 5 * time.Minute, nil, "clock_apart", "this computer's clock is 5 minutes fast by the issuer's"},
		{"another name", opIssuer, 0, says("issuer", "http://other.example"), "issuer_mismatch", "is set as http://id.example: another host"},
		{"http and https", opIssuer, 0, says("issuer", "https://id.example"), "issuer_mismatch", "one is http, the other https"},
		{"no such tenant", opIssuer + "/t2", 0, nil, "not_found", "id.example shows no description there (404 Not Found)"},
		{"a page", opIssuer, 0, page(wellKnownOIDC, 200, signInPage, "Content-Type: text/html"), "not_json", "something that is no description"},
		{"a page without end", opIssuer, 0, page(wellKnownOIDC, 200, strings.Repeat(" ", 300<<10)), "not_json", "far too much"},
		{"a list", opIssuer, 0, page(wellKnownOIDC, 200, "[1]"), "not_json", ""},
		{"a fault", opIssuer, 0, page(wellKnownOIDC, 502, ""), "server_error", "a fault of its own (502 Bad Gateway)"},
		{"too many", opIssuer, 0, page(wellKnownOIDC, 429, ""), "rate_limited", ""},
		{"a guard against robots", opIssuer, 0, page(wellKnownOIDC, 403, "", "Cf-Mitigated: challenge"), "unknown", "lets in browsers only"},
		{"sends on into this network", opIssuer, 0, page(wellKnownOIDC, 302, "", "Location: http://192.168.1.1/"), "not_found", "sends on to an address inside this network"},

		{"no keys there", opIssuer, 0, page("/jwks", 404, ""), "jwks_unreachable", "the issuer's keys: id.example shows no set of keys there"},
		{"keys that are a page", opIssuer, 0, page("/jwks", 200, signInPage), "jwks_unreachable", "no set of keys"},
		{"keys behind a fault", opIssuer, 0, page("/jwks", 500, ""), "jwks_unreachable", ""},
		{"no address of keys", opIssuer, 0, says("jwks_uri", ""), "jwks_unreachable", "not at an address"},
		{"keys inside this network", opIssuer, 0, says("jwks_uri", "http://10.0.0.1/jwks"), "jwks_unreachable", "inside this network, so it was not fetched"},
		{"keys in a file", opIssuer, 0, says("jwks_uri", "file:///etc/passwd"), "jwks_unreachable", ""},
		{"no keys in it", opIssuer, 0, func(o *testOP) { o.keys = []any{} }, "no_usable_key", "shows no keys"},
		{"keys for encryption", opIssuer, 0, func(o *testOP) {
			k := shownKey(rsaKey().Public(), "e", "RSA-OAEP")
			k.Use = "enc"
			o.keys = []any{k, map[string]any{"kty": "new"}}
		}, "no_usable_key", "shows 2 keys, and none"},
		{"no keys needed", opIssuer, 0, func(o *testOP) {
			o.keys, o.about["id_token_signing_alg_values_supported"] = []any{}, []string{"HS256"}
		}, "ok", ""},
		{"two sets of keys", opIssuer, 0, func(o *testOP) {
			o.pages["/jwks"] = func(w http.ResponseWriter, r *http.Request) {
				kid, key := "one", shownKey(rsaKey().Public(), "one", "RS256")
				if r.Header.Get("Cache-Control") == "no-cache" {
					kid, key = "two", shownKey(ecKey().Public(), "two", "ES256")
				}
				text, _ := key.MarshalJSON()
				_, _ = fmt.Fprintf(w, `{"keys":[%s],"x":%q}`, text, kid)
			}
		}, "key_rotating", "other keys a moment later"},

		{"no token endpoint there", opIssuer, 0, page("/token", 404, ""), "token_endpoint_broken", "something else answers (404 Not Found)"},
		{"a page for a token endpoint", opIssuer, 0, page("/token", 200, signInPage), "token_endpoint_broken", ""},
		{"a token endpoint that sends on", opIssuer, 0, page("/token", 302, "", "Location: /login"), "token_endpoint_broken", ""},
		{"a fault at the token endpoint", opIssuer, 0, page("/token", 500, ""), "server_error", "the token endpoint has a fault"},
		{"no token endpoint named", opIssuer, 0, says("token_endpoint", nil), "ok", ""},
		{"refused at the token endpoint", opIssuer, 0, page("/token", 403, ""), "unknown", "refuses this computer or network"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := newTestOP()
			if tt.change != nil {
				tt.change(op)
			}
			env, budget := serveOP(t, op)
			env.Now = func() time.Time { return certNoon.Add(tt.ahead) }
			got := runOIDC(t.Context(), env, Params{"issuer": tt.issuer})
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) {
				t.Errorf("got %s: %s; want %s: %s; facts %v", got.Outcome, got.Summary, tt.outcome, tt.text, got.Facts)
			}
			if len(budget.accounts) > 0 {
				t.Errorf("an attempt was counted for %v", budget.accounts)
			}
		})
	}
}

// Plain OAuth has its description in another place, before the path.
func TestOIDCPlainOAuth(t *testing.T) {
	op := newTestOP()
	op.pages["/.well-known/oauth-authorization-server/t1"] = answering(200, `{"issuer":"http://id.example/t1","token_endpoint":"http://id.example/token"}`)
	env, _ := serveOP(t, op)
	got := runOIDC(t.Context(), env, Params{"issuer": opIssuer + "/t1"})
	if got.Outcome != "ok" || got.Facts["oauth_only"] != true {
		t.Errorf("%s: %s; %v", got.Outcome, got.Summary, got.Facts)
	}
	want := []string{"GET /t1/.well-known/openid-configuration", "GET /.well-known/oauth-authorization-server/t1", "POST /token"}
	if diff := cmp.Diff(want, op.requests); diff != "" {
		t.Error(diff)
	}
}

// An issuer that is inside this network itself may name others there.
func TestOIDCInsideThisNetwork(t *testing.T) {
	op := newTestOP()
	op.about["jwks_uri"] = "http://192.168.1.2/jwks"
	env, _ := serveOP(t, op)
	env.LookupHost = func(context.Context, string) ([]string, error) { return []string{"192.168.1.1"}, nil }
	if got := runOIDC(t.Context(), env, Params{"issuer": opIssuer}); got.Outcome != "ok" {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
}

func TestOIDCSilence(t *testing.T) {
	env := worldAt("127.0.0.1:1", nil)
	if got := runOIDC(t.Context(), env, Params{"issuer": opIssuer}); got.Outcome != "unreachable" || got.Summary != "id.example was reached, and refuses the connection: nothing listens on its port 80" {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
	env = worldAt(serveTLS(t, &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}), nil)
	if got := runOIDC(t.Context(), env, Params{"issuer": "https://signin.example"}); got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "nobody that this computer trusts") {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
}

// opHere is an issuer on this computer: assertions go to no other without
// encryption.
const opHere = "http://localhost"

// assertionOf is a client's assertion; times are seconds from certNoon.
func assertionOf(t *testing.T, changes map[string]any) string {
	t.Helper()
	c := map[string]any{"iss": "app", "sub": "app", "aud": opHere, "scope": nil, "iat": 0, "exp": 60, "jti": "x"}
	for k, v := range changes {
		c[k] = v
	}
	return signedBy(t, gojwt.SigningMethodHS256, []byte("secret"), nil, c)
}

// The same words of the server for a wrong clock, a wrong audience and a wrong
// secret: only its Date tells them apart. The server's clock stands at
// certNoon. (A fake: the lab has the real one.)
func TestOIDCAssertion(t *testing.T) {
	refused := answering(401, `{"error":"invalid_client","error_description":"client authentication failed"}`, "Content-Type: application/json")
	for _, tt := range []struct {
		name    string
		claims  map[string]any
		ahead   time.Duration // of this computer's clock
		answer  http.HandlerFunc
		outcome string
		text    string
		tries   int
	}{
		{"taken", nil, 0, answering(200, `{"access_token":"t0ken"}`, "Content-Type: application/json"), "ok", "takes the assertion and gives a token", 1},
		{"taken, with clocks apart", m{"iat": -40, "exp": 20}, -40 * time.Second, answering(200, `{}`, "Content-Type: application/json"), "clock_apart", "41 s slow by the issuer", 1},
		{"wrong secret", nil, 0, refused, "client_rejected", "the assertion was in date by the clock of localhost, so it is not the clock", 1},
		{"clock 10 minutes slow", m{"iat": -600, "exp": -540}, -10 * time.Minute, refused, "assertion_expired",
			"because of a clock, not of its secret: the assertion ran out 9 minutes ago by the clock of localhost; this computer's clock is 10 minutes slow by the issuer's", 1},
		{"clock 10 minutes fast", m{"iat": 600, "exp": 660}, 10 * time.Minute, refused, "assertion_not_yet_valid",
			"was made 10 minutes in the future by the clock of localhost; this computer's clock is 10 minutes fast by the issuer's", 1},
		{"made where the clock is fast", m{"iat": 600, "exp": 660}, 0, refused, "assertion_not_yet_valid", "this computer's clock and the issuer's agree", 1},
		{"old", m{"iat": -600, "exp": -540}, 0, refused, "assertion_stale", "so it was not sent", 0},
		{"to the second", m{"iat": 0, "exp": 1}, 0, refused, "unknown", "so close to its clock", 1},
		{"made out to another", m{"aud": "https://other.example"}, 0, refused, "assertion_audience", "made out to https://other.example", 1},
		{"made out to the token endpoint", m{"aud": opHere + "/token"}, 0, refused, "client_rejected", "", 1},
		{"without an end", m{"exp": nil}, 0, refused, "client_rejected", "names no end", 1},
		{"no such grant", nil, 0, answering(400, `{"error":"unauthorized_client"}`), "client_not_allowed", "what it asks for: unauthorized_client", 1},
		{"no time told", nil, 0, func(w http.ResponseWriter, r *http.Request) { w.Header()["Date"] = nil; refused(w, r) }, "client_rejected", "", 1},
		{"too many", nil, 0, answering(429, "", "Retry-After: 120"), "rate_limited", "", 1},
		{"a fault", nil, 0, answering(500, ""), "server_error", "", 1},
		{"sent on", nil, 0, answering(307, "", "Location: http://other.example/token"), "token_endpoint_broken", "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := newTestOP().at(opHere)
			op.pages["/token"] = tt.answer
			env, budget := serveOP(t, op)
			env.Now = func() time.Time { return certNoon.Add(tt.ahead) }
			text := assertionOf(t, tt.claims)
			got := runOIDC(t.Context(), env, Params{"issuer": opHere, "client-assertion-file": text})
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) {
				t.Errorf("got %s: %s; want %s: %s; facts %v", got.Outcome, got.Summary, tt.outcome, tt.text, got.Facts)
			}
			if len(op.forms) != tt.tries || len(budget.accounts) != tt.tries {
				t.Errorf("%d tries, %v counted, want %d", len(op.forms), budget.accounts, tt.tries)
			}
			if shown := fmt.Sprint(got); strings.Contains(shown, text) || strings.Contains(shown, "t0ken") {
				t.Errorf("the finding shows a secret: %s", shown)
			}
			if wait := tt.name == "too many"; wait != !budget.until.IsZero() {
				t.Errorf("held back until %v", budget.until)
			}
		})
	}
}

// A server that tells no time convicts neither the clock nor the secret.
func TestOIDCAssertionWithoutTheTime(t *testing.T) {
	op := newTestOP().at(opHere)
	silent := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.Header()["Date"] = nil; next(w, r) }
	}
	op.pages["/token"] = answering(401, `{"error":"invalid_client"}`)
	env := worldAt(serveHTTP(t, nil, silent(op.ServeHTTP)), nil)
	env.Secret, env.Attempts = literalSecret, &testBudget{}
	got := runOIDC(t.Context(), env, Params{"issuer": opHere, "client-assertion-file": assertionOf(t, nil)})
	if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "it may be the clock or the secret") {
		t.Errorf("%s: %s", got.Outcome, got.Summary)
	}
}

func TestOIDCAssertionIsSentAsItShould(t *testing.T) {
	op := newTestOP().at(opHere)
	env, budget := serveOP(t, op)
	text := assertionOf(t, nil)
	with := Params{"issuer": opHere, "client-assertion-file": text + "\n", "client-id": "app2", "grant": "x", "scope": "a,b"}
	runOIDC(t.Context(), env, with)
	form := op.forms[0]
	want := map[string][]string{"grant_type": {"x"}, "client_assertion_type": {assertionType}, "client_assertion": {text}, "client_id": {"app2"}, "scope": {"a b"}}
	if diff := cmp.Diff(want, map[string][]string(form)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"oidc localhost app2"}, budget.accounts); diff != "" {
		t.Error(diff)
	}
	budget.spent = true
	if got := runOIDC(t.Context(), env, with); got.Outcome != diag.NoAnswer || len(op.forms) != 1 {
		t.Errorf("%s, %d tries", got.Outcome, len(op.forms))
	}
}

// It goes nowhere without encryption, except to this computer itself; and
// nowhere at all to an issuer of another name.
func TestOIDCAssertionStaysHere(t *testing.T) {
	op := newTestOP()
	env, budget := serveOP(t, op)
	for name, tt := range map[string]struct {
		with Params
		own  string
	}{
		"not encrypted": {Params{"issuer": opIssuer}, opIssuer},
		"another name":  {Params{"issuer": "http://127.0.0.1"}, opIssuer},
		"no assertion":  {Params{"issuer": opIssuer, "client-assertion-file": "secret"}, opIssuer},
	} {
		op.about["issuer"] = tt.own
		if tt.with["client-assertion-file"] == "" {
			tt.with["client-assertion-file"] = assertionOf(t, nil)
		}
		got := runOIDC(t.Context(), env, tt.with)
		if got.Outcome == "ok" || len(op.forms) > 0 || len(budget.accounts) > 0 {
			t.Errorf("%s: %s, sent %v", name, got.Outcome, op.forms)
		}
	}
}
