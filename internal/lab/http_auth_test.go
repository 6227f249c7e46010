package lab

import (
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// challengeServer is an nginx that says what an API says.
const challengeServer = `
location /basic { auth_basic "Lab Realm"; auth_basic_user_file /dev/null; }
location /open { return 200 "{}"; }
location /mute { return 401; }
location /forbidden { return 403; }
location /busy { return 429; }
location /login { return 302 /sign-in; }
location /expired { add_header WWW-Authenticate 'Bearer realm="api", error="invalid_token", error_description="The access token expired"' always; return 401; }
location /scope { add_header WWW-Authenticate 'Bearer realm="api", error="insufficient_scope", scope="admin"' always; return 403; }
location /level { add_header WWW-Authenticate 'Bearer error="insufficient_user_authentication", error_description="A stronger sign-in is needed", acr_values="phr", max_age="300"' always; return 401; }
location /bound { add_header WWW-Authenticate 'DPoP algs="ES256"' always; return 401; }
location /members { if ($http_authorization = "Bearer a-good-token") { return 200 "{}"; } return 401; }
`

func TestHTTPAuth(t *testing.T) {
	clean(t)
	right, late, early := startIssuer(t, 0, nil), startIssuer(t, -time.Hour, nil), startIssuer(t, 10*time.Minute, nil)
	api := "http://" + plainNginx(t, "", challengeServer)
	dir := t.TempDir()
	opaque := write(t, dir, "opaque", "a-good-token\n")
	file := func(name string, i issuer) string { return write(t, dir, name, i.token(t, "read")) }
	at := func(url string, token string) map[string]string {
		if token == "" {
			return mailWith("url=" + url)
		}
		return mailWith("url="+url, "bearer-file="+token)
	}
	holdAll(t, "http_auth", []sighting{
		{"none, nobody signs in", "oidc-provider", "http_auth.challenge", at(right.url+"/me", ""), "by bearer (a token) and dpop (a token bound to a key)"},
		{"none, name and password", "nginx", "http_auth.challenge", at(api+"/basic", ""), "by basic (name and password)"},
		{"none, open", "nginx", "http_auth.open", at(api+"/open", ""), ""},
		{"none, a token", "nginx", "http_auth.ok", at(api+"/members", opaque), "lets in"},
		{"does not say how", "nginx", "http_auth.no_challenge", at(api+"/mute", ""), ""},
		{"refuses strangers", "nginx", "http_auth.unknown", at(api+"/forbidden", ""), "refuses without asking"},
		{"a page for people", "nginx", "http_auth.unknown", at(api+"/login", ""), "sends on to"},
		{"asked too often", "nginx", "http_auth.rate_limited", at(api+"/busy", opaque), ""},
		{"token run out, by its own times", "oidc-provider, its token 1 h old", "http_auth.token_expired", at(right.url+"/me", file("late", late)), "ran out 55 minutes ago, by the clock of 127.0.0.1"},
		{"token run out, as the service says", "nginx", "http_auth.token_expired", at(api+"/expired", opaque), "the service says: The access token expired"},
		{"token from the future", "oidc-provider, its token 10 min ahead", "http_auth.token_not_yet_valid", at(right.url+"/me", file("early", early)), "10 minutes in the future"},
		{"token for another service", "oidc-provider", "http_auth.token_refused", at(right.url+"/me", file("other", right)), "invalid token provided"},
		{"missing scope", "nginx", "http_auth.insufficient_scope", at(api+"/scope", opaque), "it takes admin"},
		{"stronger sign-in wanted", "nginx", "http_auth.step_up_required", at(api+"/level", opaque), "the level phr; it must be at most 300 s old"},
		{"bound tokens only", "nginx", "http_auth.dpop_required", at(api+"/bound", opaque), ""},
		{"takes no tokens", "nginx", "http_auth.scheme_mismatch", at(api+"/basic", opaque), "by basic"},
		{"forbidden", "nginx", "http_auth.forbidden", at(api+"/forbidden", opaque), ""},
	})
	// One request for each row, and no more.
	if n := strings.Count(right.said.String(), "GET /me 401"); n != 4 {
		t.Errorf("%d requests:\n%s", n, right.said.String())
	}
}

func TestHTTPAuthVerdicts(t *testing.T) {
	clean(t)
	api := "http://" + plainNginx(t, "", challengeServer)
	opaque := write(t, t.TempDir(), "opaque", "a-good-token\n")
	for path, c := range map[string]consult{
		"/expired":   {layer: diag.LayerSession, class: "token_expired"},
		"/scope":     {layer: diag.LayerRoles, class: "insufficient_scope"},
		"/forbidden": {layer: diag.LayerRoles, class: "insufficient_scope"},
	} {
		t.Run(path, func(t *testing.T) {
			c.playbook, c.check = "api-cloud", "api-sign-in"
			c.args = append(with(c.check, mailWith("url="+api+path, "bearer-file="+opaque)), healthy("clock=accurate", "network-path=ok", "api-tls=ok")...)
			c.hold(t)
		})
	}
}
