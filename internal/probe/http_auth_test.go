package probe

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func TestChallenges(t *testing.T) {
	type c = challenge
	for _, tt := range []struct {
		name   string
		fields []string
		want   []challenge
	}{
		{"none", nil, nil},
		{"one word", []string{"Negotiate"}, []c{{"negotiate", map[string]string{}, false}}},
		{"one", []string{`Basic realm="Lab Realm"`}, []c{{"basic", map[string]string{"realm": "Lab Realm"}, false}}},
		{"the example of RFC 9110, 11.6.1", []string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`},
			[]c{{"basic", map[string]string{"realm": "simple"}, false}, {"newauth", map[string]string{"realm": "apps", "type": "1", "title": `Login to "apps"`}, false}}},
		{"a field each", []string{"NTLM", "Negotiate"}, []c{{"ntlm", map[string]string{}, false}, {"negotiate", map[string]string{}, false}}},
		{"a word of its own between", []string{`Negotiate, NTLM, Basic realm="x"`},
			[]c{{"negotiate", map[string]string{}, false}, {"ntlm", map[string]string{}, false}, {"basic", map[string]string{"realm": "x"}, false}}},
		{"with an answer to somebody's secret", []string{"Negotiate YIIJvwYGKwYBBQUCoIIJszCCCa+==, Basic realm=a"},
			[]c{{"negotiate", map[string]string{}, false}, {"basic", map[string]string{"realm": "a"}, false}}},
		{"commas and equals in quotes", []string{`Bearer error="invalid_token", error_description="a, b=c"`},
			[]c{{"bearer", map[string]string{"error": "invalid_token", "error_description": "a, b=c"}, false}}},
		{"spaces around", []string{` , Bearer  realm = "x" ,, scope="a b" , `}, []c{{"bearer", map[string]string{"realm": "x", "scope": "a b"}, false}}},
		{"without quotes that it needs", []string{`Bearer authorization_uri=https://login.example/t, error=invalid_token`},
			[]c{{"bearer", map[string]string{"authorization_uri": "https://login.example/t", "error": "invalid_token"}, false}}},
		{"capital letters", []string{`BEARER Realm="X"`}, []c{{"bearer", map[string]string{"realm": "X"}, false}}},
		{"no end of quotes", []string{`Basic realm="x, Bearer`}, []c{{"basic", map[string]string{"realm": "x, Bearer"}, false}}},
		{"rubbish", []string{`"", Basic realm=x, @@, Bearer`}, []c{{"basic", map[string]string{"realm": "x"}, true}, {"bearer", map[string]string{}, false}}},
		{"parameters of nobody", []string{`realm="x"`}, nil},
		{"without end", []string{strings.Repeat("a, ", 100)}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := parseChallenges(tt.fields)
			if tt.name == "without end" {
				if len(got) != mostOffers {
					t.Errorf("%d are read", len(got))
				}
				return
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(challenge{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzChallenges(f *testing.F) {
	f.Add(`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`)
	f.Add("Negotiate YII==, ,=\"")
	f.Fuzz(func(t *testing.T, field string) {
		for _, c := range parseChallenges([]string{field}) {
			if c.scheme == "" || c.params == nil {
				t.Errorf("%q", field)
			}
		}
	})
}

const apiHere = "http://localhost/v1/me"

func TestHTTPAuthOutcomes(t *testing.T) {
	says := func(status int, fields ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for _, f := range fields {
				name, value, _ := strings.Cut(f, ": ")
				w.Header().Add(name, value)
			}
			w.WriteHeader(status)
		}
	}
	token := func(changes map[string]any) string {
		return signedBy(t, gojwt.SigningMethodHS256, []byte("x"), nil, changes)
	}
	for _, tt := range []struct {
		name    string
		token   string // empty: none is sent
		ahead   time.Duration
		page    http.HandlerFunc
		outcome string
		text    string
	}{
		{"asks", "", 0, says(401, `WWW-Authenticate: Bearer realm="x"`, `WWW-Authenticate: Basic realm="x"`), "challenge",
			"asks for a sign-in, by bearer (a token) and basic (name and password)"},
		{"asks for a Windows domain", "", 0, says(401, "WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM"), "challenge", "the sign-in of a Windows domain"},
		{"asks and names a level", "", 0, says(401, `WWW-Authenticate: Bearer acr_values="phr"`), "challenge", "of the level phr"},
		{"does not say how", "", 0, says(401), "no_challenge", ""},
		{"open", "", 0, says(200), "open", ""},
		{"forbids", "", 0, says(403), "unknown", "refuses without asking"},
		{"not there", "", 0, says(404), "unknown", "404"},
		{"sends on", "", 0, says(302, "Location: /login?state=secret"), "unknown", "sends on to http://localhost/login?state=[hidden]"},
		{"a fault", "", 0, says(502), "unknown", "502"},
		{"too many", "", 0, says(429), "rate_limited", ""},
		{"a proxy", "", 0, says(407, `Proxy-Authenticate: Basic realm="p"`), "proxy_auth_required", "by basic"},

		{"lets in", token(nil), 0, says(200), "ok", ""},
		{"run out", token(m{"exp": -60}), 0, says(401, `WWW-Authenticate: Bearer error="invalid_token"`), "token_expired", "ran out 61 s ago, by the clock of localhost"},
		{"run out there", token(m{"exp": -60, "iat": -900}), -10 * time.Minute, says(401), "token_expired", "only looks valid here because this computer's clock is 10 minutes slow"},
		{"of the future", token(m{"iat": 600, "exp": 900}), 0, says(401, `WWW-Authenticate: Bearer error="invalid_token"`), "token_not_yet_valid", "begins 10 minutes in the future"},
		{"run out, it says", "opaque", 0, says(401, `WWW-Authenticate: Bearer error="invalid_token", error_description="The access token expired"`), "token_expired", "the service says: The access token expired"},
		{"refused", token(nil), 0, says(401, `WWW-Authenticate: Bearer error="invalid_token", error_description="bad issuer"`), "token_refused", "bad issuer"},
		{"refused without a word", token(nil), 0, says(401), "token_refused", "(401)"},
		{"lacks a scope", token(nil), 0, says(403, `WWW-Authenticate: Bearer error="insufficient_scope", scope="admin"`), "insufficient_scope", "it takes admin"},
		{"must step up (RFC 9470)", token(nil), 0, says(401, `WWW-Authenticate: Bearer error="insufficient_user_authentication", acr_values="myACR", max_age="5"`), "step_up_required",
			"it must have the level myACR; it must be at most 5 s old"},
		{"wants a bound token", token(nil), 0, says(401, `WWW-Authenticate: DPoP algs="ES256"`), "dpop_required", ""},
		{"takes no tokens", token(nil), 0, says(401, `WWW-Authenticate: Basic realm="x"`), "scheme_mismatch", "by basic (name and password)"},
		{"twice", token(nil), 0, says(400, `WWW-Authenticate: Bearer error="invalid_request", error_description="more than one method"`), "malformed_request", "more than one method"},
		{"forbidden", token(nil), 0, says(403), "forbidden", ""},
		{"not there, with a token", token(nil), 0, says(404), "unknown", "404"},
		{"too many, with a token", token(nil), 0, says(429, "Retry-After: 60"), "rate_limited", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requests := 0
			env := worldAt(serveHTTP(t, nil, func(w http.ResponseWriter, r *http.Request) {
				requests++
				if got := r.Header.Get("Authorization"); tt.token != "" && got != "Bearer "+tt.token || tt.token == "" && got != "" {
					t.Errorf("sent %q", got)
				}
				tt.page(w, r)
			}), nil)
			env.Now = func() time.Time { return certNoon.Add(tt.ahead) }
			budget := &testBudget{}
			env.Secret, env.Attempts = literalSecret, budget
			with := Params{"url": apiHere}
			if tt.token != "" {
				with["bearer-file"] = "Bearer " + tt.token + "\n"
			}
			got := runHTTPAuth(t.Context(), env, with)
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) {
				t.Errorf("got %s: %s; facts %v", got.Outcome, got.Summary, got.Facts)
			}
			if requests != 1 || (len(budget.accounts) == 1) != (tt.token != "") {
				t.Errorf("%d requests, counted %v", requests, budget.accounts)
			}
			if tt.token != "" && tt.token != "opaque" && strings.Contains(fmt.Sprint(got), tt.token) {
				t.Error("the finding shows the token")
			}
			if wait := tt.name == "too many, with a token"; wait != !budget.until.IsZero() {
				t.Errorf("held back until %v", budget.until)
			}
		})
	}
}

// A token goes nowhere without encryption or without being counted, and a way
// that is broken is no word about it.
func TestHTTPAuthStaysHere(t *testing.T) {
	env := worldAt(serveHTTP(t, nil, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }), nil)
	env.Secret, env.Attempts = literalSecret, &testBudget{}
	spent := env
	spent.Attempts = &testBudget{spent: true}
	uncounted := env
	uncounted.Attempts = nil
	dead := worldAt("127.0.0.1:1", nil)
	dead.Secret, dead.Attempts = literalSecret, &testBudget{}
	for name, tt := range map[string]struct {
		env   Env
		url   string
		token string
	}{
		"not encrypted": {env, "http://api.example/", "t"},
		"two words":     {env, apiHere, "a b"},
		"a line break":  {env, apiHere, "a\nb"},
		"spent":         {spent, apiHere, "t"},
		"uncounted":     {uncounted, apiHere, "t"},
		"refused":       {dead, apiHere, "t"},
		"no address":    {env, "api", "t"},
	} {
		if got := runHTTPAuth(t.Context(), tt.env, Params{"url": tt.url, "bearer-file": tt.token}); got.Outcome != diag.NoAnswer {
			t.Errorf("%s: %s %s", name, got.Outcome, got.Summary)
		}
	}
}

func TestHTTPAuthFacts(t *testing.T) {
	env := worldAt(serveHTTP(t, nil, answering(401, "", `WWW-Authenticate: Bearer realm="api", nonce="n", scope="a"`)), nil)
	got := runHTTPAuth(t.Context(), env, Params{"url": apiHere})
	want := map[string]any{
		"url": apiHere, "status": 401, "token_sent": false, "schemes": []string{"bearer"}, "realm": "api", "scope": "a",
		"challenges": []any{map[string]any{"scheme": "bearer", "realm": "api", "scope": "a"}},
		"date":       "2026-03-01T12:00:00Z", "date_offset_ms": 500.0, "date_uncertainty_ms": 500.0,
	}
	if diff := cmp.Diff(want, got.Facts); diff != "" {
		t.Error(diff)
	}
}
