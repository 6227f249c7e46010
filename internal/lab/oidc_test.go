package lab

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/authdoctor/authdoctor/internal/attempts"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
)

// clientSecret is what the clients of testdata/lab/oidc.mjs sign with.
var clientSecret = strings.Repeat("x", 48)

// assertion writes a client's assertion into a file, made now by this
// computer's clock and good for two minutes; it gives the file.
func assertion(t *testing.T, audience string, change func(gojwt.MapClaims), secret string) string {
	t.Helper()
	now := time.Now()
	claims := gojwt.MapClaims{"iss": "signer", "sub": "signer", "aud": audience, "jti": fmt.Sprint(now.UnixNano()), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(2 * time.Minute).Unix()}
	if change != nil {
		change(claims)
	}
	text, err := gojwt.NewWithClaims(gojwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return write(t, t.TempDir(), "assertion", text+"\n")
}

// plainNginx is an nginx with one server. It gives its address.
func plainNginx(t *testing.T, before, lines string) string {
	t.Helper()
	return startNginx(t, 1, before+"\nserver { listen 127.0.0.1:@PORT0@; "+lines+" }").address(0)
}

// front is an nginx before an issuer that calls itself by nginx's address. The
// lines are for what nginx says itself.
func front(t *testing.T, lines string) string {
	t.Helper()
	behind := freePort(t)
	address := "http://" + plainNginx(t, "", lines+"\nlocation / { proxy_pass http://127.0.0.1:"+behind+"; proxy_set_header Host $host:$server_port; }")
	startIssuer(t, 0, opSettings{"port": behind, "issuer": address})
	return address
}

// twoKeys is an nginx before two issuers with one name and a key each, who
// take turns at showing it. All else comes from the first, so that other
// questions at the same time change nobody's turn.
func twoKeys(t *testing.T) string {
	t.Helper()
	ports := freePorts(t, 2)
	turns := "upstream turns { "
	for _, port := range ports {
		turns += "server 127.0.0.1:" + port + "; "
	}
	address := "http://" + plainNginx(t, turns+"}", "proxy_set_header Host $host:$server_port; location / { proxy_pass http://127.0.0.1:"+ports[0]+"; } location = /jwks { proxy_pass http://turns; }")
	for i, port := range ports {
		startIssuer(t, 0, opSettings{"port": port, "issuer": address, "kid": fmt.Sprint("key", i)})
	}
	return address
}

func TestOIDC(t *testing.T) {
	clean(t)
	right, fast, slow := startIssuer(t, 0, nil), startIssuer(t, 10*time.Minute, nil), startIssuer(t, -10*time.Minute, nil)
	misnamed := startIssuer(t, 0, opSettings{"issuer": "https://id.lab.test"})
	stopped := startIssuer(t, 0, nil)
	stopped.stop()
	clock := startChrony(t, inStep, goodTime...)
	page := plainNginx(t, "", `location / { default_type text/html; return 200 "<title>Sign in</title>"; }`)
	dead := plainNginx(t, "", "location / { proxy_pass http://127.0.0.1:"+freePort(t)+"; }")
	busy := plainNginx(t, "", "location / { add_header Retry-After 60; return 429; }")
	json := "default_type application/json; "
	with := mailWith
	signs := func(i issuer, change func(gojwt.MapClaims), secret string) map[string]string {
		return with("issuer="+i.url, "client-assertion-file="+assertion(t, i.url, change, secret))
	}
	aged := func(by time.Duration) func(gojwt.MapClaims) {
		return func(c gojwt.MapClaims) {
			c["iat"], c["nbf"], c["exp"] = time.Now().Add(-by).Unix(), time.Now().Add(-by).Unix(), time.Now().Add(2*time.Minute-by).Unix()
		}
	}
	as := func(claim, value string) func(gojwt.MapClaims) {
		return func(c gojwt.MapClaims) { c[claim] = value; c["iss"] = c["sub"] }
	}
	holdAll(t, "oidc", []sighting{
		{"none", "oidc-provider", "oidc.ok", with("issuer=" + right.url), "shows one signing key, and its token endpoint answers; its clock and this one agree"},
		{"none, a client signs in", "oidc-provider", "oidc.ok", signs(right, nil, clientSecret), "takes the assertion"},
		{"slash at the end", "oidc-provider", "oidc.issuer_slash", with("issuer=" + right.url + "/"), ""},
		{"another name", "oidc-provider that calls itself otherwise", "oidc.issuer_mismatch", with("issuer=" + misnamed.url), "calls itself https://id.lab.test"},
		{"no such tenant", "oidc-provider", "oidc.not_found", with("issuer=" + right.url + "/tenant"), "404"},
		{"stopped", "oidc-provider, stopped", "oidc.unreachable", with("issuer=" + stopped.url), "refuses the connection"},
		{"a page instead", "nginx", "oidc.not_json", with("issuer=http://" + page), ""},
		{"dead behind its front", "nginx", "oidc.server_error", with("issuer=http://" + dead), "502"},
		{"asked too often", "nginx", "oidc.rate_limited", with("issuer=http://" + busy), ""},
		{"keys not there", "oidc-provider behind nginx", "oidc.jwks_unreachable", with("issuer=" + front(t, "location = /jwks { return 404; }")), "404"},
		{"no key in the set", "oidc-provider behind nginx", "oidc.no_usable_key", with("issuer=" + front(t, "location = /jwks { "+json+`return 200 '{"keys":[]}'; }`)), ""},
		{"two servers, two keys", "two oidc-providers behind nginx", "oidc.key_rotating", with("issuer=" + twoKeys(t)), ""},
		{"no token endpoint", "oidc-provider behind nginx", "oidc.token_endpoint_broken", with("issuer=" + front(t, "location = /token { return 404; }")), ""},
		{"clocks apart", "oidc-provider 10 min ahead", "oidc.clock_apart", with("issuer=" + fast.url), "10 minutes slow by the issuer's"},
		{"the issuer's clock is wrong", "oidc-provider 10 min ahead, a time server", "oidc.issuer_clock_wrong", with("issuer="+fast.url, "server="+clock.address),
			"the issuer's clock is 10 minutes fast, and this computer's is right by the time servers"},
		{"client, clock 10 min slow", "oidc-provider 10 min ahead", "oidc.assertion_expired", signs(fast, nil, clientSecret), "because of a clock, not of its secret"},
		{"client, clock 10 min fast", "oidc-provider 10 min behind", "oidc.assertion_not_yet_valid", signs(slow, nil, clientSecret), "because of a clock, not of its secret"},
		{"client, wrong secret", "oidc-provider", "oidc.client_rejected", signs(right, nil, strings.Repeat("y", 48)), "so it is not the clock"},
		{"client, unknown", "oidc-provider", "oidc.client_rejected", signs(right, as("sub", "nobody"), clientSecret), ""},
		{"client, made out to another", "oidc-provider", "oidc.assertion_audience", signs(right, as("aud", "https://other.lab.test"), clientSecret), "made out to https://other.lab.test"},
		{"client, not registered for it", "oidc-provider", "oidc.client_not_allowed", signs(right, as("sub", "device"), clientSecret), ""},
		{"client, old assertion", "oidc-provider", "oidc.assertion_stale", signs(right, aged(time.Hour), clientSecret), "so it was not sent"},
	})
}

// Surprise: a server says exactly the same of a wrong secret and of a wrong
// clock. Only the Date of its answer tells them apart; and each took exactly
// one attempt.
func TestOIDCSameWords(t *testing.T) {
	clean(t)
	right, fast := startIssuer(t, 0, nil), startIssuer(t, 10*time.Minute, nil)
	drifting := probed(t, "oidc", mailWith("issuer="+fast.url, "client-assertion-file="+assertion(t, fast.url, nil, clientSecret)), nil)
	secret := probed(t, "oidc", mailWith("issuer="+right.url, "client-assertion-file="+assertion(t, right.url, nil, "wrong")), nil)
	for _, fact := range []string{"token_status", "token_error", "token_error_description"} {
		if fmt.Sprint(drifting.Facts[fact]) != fmt.Sprint(secret.Facts[fact]) || secret.Facts[fact] == nil {
			t.Errorf("%s: %v and %v", fact, drifting.Facts[fact], secret.Facts[fact])
		}
	}
	if drifting.Outcome != "assertion_expired" || secret.Outcome != "client_rejected" {
		t.Errorf("%s (%s) and %s (%s)", drifting.Outcome, drifting.Summary, secret.Outcome, secret.Summary)
	}
	for _, i := range []issuer{right, fast} {
		i.until(t.Context(), func() bool { return i.count("POST /token 401") >= 1 }) // it is written down after the answer
		if n := i.count("POST /token 401"); n != 1 {
			t.Errorf("%d attempts:\n%s", n, i.said.String())
		}
	}
	// A spent budget makes none.
	spent := attempts.Budget{Dir: state.Dir(t.TempDir()), Now: time.Now, Limit: 1}
	for range 2 {
		probed(t, "oidc", mailWith("issuer="+right.url, "client-assertion-file="+assertion(t, right.url, nil, "wrong")), func(env *probe.Env) { env.Attempts = spent })
	}
	right.until(t.Context(), func() bool { return right.count("POST /token 401") >= 2 })
	if n := right.count("POST /token 401"); n != 2 {
		t.Errorf("%d attempts where a budget of one allows one more:\n%s", n, right.said.String())
	}
}

// The faults of issuers and tokens, as somebody meets them who runs the
// playbook.
func TestOIDCVerdicts(t *testing.T) {
	clean(t)
	right, fast, slow := startIssuer(t, 0, nil), startIssuer(t, 10*time.Minute, nil), startIssuer(t, -27*time.Minute, nil)
	misnamed := startIssuer(t, 0, opSettings{"issuer": "https://id.lab.test"})
	clock := startChrony(t, inStep, goodTime...)
	dir := t.TempDir()
	base := append(healthy("clock=accurate", "network-path=ok", "api-tls=ok"), "--var", "ntp_servers="+clock.address)
	token := func(i issuer, made issuer, pairs ...string) []string {
		file := write(t, dir, fmt.Sprint(len(pairs), made.url[len("http://"):]), made.token(t, "read"))
		return append(with("token", mailWith(append([]string{"file=" + file, "issuer=" + i.url}, pairs...)...)), base...)
	}
	client := func(i issuer, secret string) []string {
		return append(with("issuer", mailWith("issuer="+i.url, "client-assertion-file="+assertion(t, i.url, nil, secret))), base...)
	}
	for name, c := range map[string]consult{
		"drifting client": {args: client(fast, clientSecret), check: "issuer", layer: diag.LayerClock, class: "clock_skew"},
		"wrong secret":    {args: client(right, "wrong"), check: "issuer", layer: diag.LayerClient, class: "wrong_credentials"},
		"issuer misnamed": {args: append(with("issuer", mailWith("issuer="+misnamed.url)), base...), check: "issuer", layer: diag.LayerEndpoint, class: "client_misconfigured", blocked: []string{"s3", "api-sign-in"}},
		"wrong audience":  {args: token(right, right, "audience=https://other.lab.test"), check: "token", layer: diag.LayerSession, class: "wrong_audience"},
		"missing scope":   {args: token(right, right, "scope=write"), check: "token", layer: diag.LayerRoles, class: "insufficient_scope"},
		"wrong issuer":    {args: token(right, fast), check: "token", layer: diag.LayerSession, class: "wrong_audience"},
		"expired":         {args: token(slow, slow), check: "token", layer: diag.LayerSession, class: "token_expired"},
		"from the future": {args: token(fast, fast), check: "token", layer: diag.LayerSession, class: "clock_skew"},
	} {
		t.Run(name, func(t *testing.T) {
			c.playbook = "api-cloud"
			c.hold(t)
		})
	}
}

// The faults that issuers show to everybody, through both playbooks that look
// at one. What signs in behind a broken issuer is blocked.
func TestIssuerVerdicts(t *testing.T) {
	clean(t)
	right, fast := startIssuer(t, 0, nil), startIssuer(t, 10*time.Minute, nil)
	misnamed := startIssuer(t, 0, opSettings{"issuer": "https://id.lab.test"})
	stopped := startIssuer(t, 0, nil)
	stopped.stop()
	clock := startChrony(t, inStep, goodTime...)
	at := func(lines string) string { return "http://" + plainNginx(t, "", lines) }
	for name, f := range map[string]issuerFault{
		"slash at the end":            {at: right.url + "/", class: "client_misconfigured", passable: true},
		"another name":                {at: misnamed.url, class: "client_misconfigured", admin: "wrong_audience"},
		"no such tenant":              {at: right.url + "/tenant", class: "client_misconfigured", admin: "wrong_audience", page: "discovery"},
		"stopped":                     {at: stopped.url, class: "provider_outage", page: "discovery"},
		"a page instead":              {at: at(`location / { default_type text/html; return 200 "<title>Sign in</title>"; }`), class: "client_misconfigured", admin: "credential_type_unsupported"},
		"dead behind its front":       {at: at("location / { proxy_pass http://127.0.0.1:" + freePort(t) + "; }"), class: "provider_outage", page: "discovery", status: diag.Waiting},
		"asked too often":             {at: at("location / { add_header Retry-After 60; return 429; }"), class: "rate_limited", page: "discovery", status: diag.Waiting},
		"keys not there":              {at: front(t, "location = /jwks { return 404; }"), class: "provider_outage"},
		"no key in the set":           {at: front(t, "location = /jwks { default_type application/json; return 200 '{\"keys\":[]}'; }"), class: "provider_outage"},
		"two servers, two keys":       {at: twoKeys(t), class: "token_invalid", passable: true},
		"no token endpoint":           {at: front(t, "location = /token { return 404; }"), class: "provider_outage"},
		"clocks apart":                {at: fast.url, class: "clock_skew", layer: diag.LayerClock, passable: true},
		"the issuer's clock is wrong": {at: fast.url, class: "clock_skew", layer: diag.LayerProvider, passable: true, servers: clock.address},
	} {
		t.Run(name, func(t *testing.T) { f.hold(t) })
	}
}

// An issuerFault is a fault of an issuer, and what must come of it.
type issuerFault struct {
	at       string // the issuer
	servers  string // time servers
	layer    diag.Layer
	class    string
	admin    string // the class by identity-admin, which knows more of tenants; empty for the same
	passable bool   // a warning: nothing is blocked behind it
	page     string // the check of identity-admin that finds it first; empty for the issuer's
	status   diag.VerdictStatus
}

func (f issuerFault) hold(t *testing.T) {
	if f.layer == "" {
		f.layer = diag.LayerEndpoint
	}
	c := consult{playbook: "api-cloud", check: "issuer", layer: f.layer, class: f.class, status: f.status,
		args: append(healthy("clock=accurate", "network-path=ok", "api-tls=ok"), "--var", "issuer="+f.at, "--var", "ntp_servers="+f.servers)}
	if !f.passable {
		c.blocked = []string{"s3", "api-sign-in"}
	}
	c.hold(t)
	c.playbook, c.class, c.blocked = "identity-admin", cmp.Or(f.admin, f.class), nil
	c.args = append(healthy("clock=accurate", "network-path=ok", "service-tls=ok"), "--var", "discovery_url="+strings.TrimSuffix(f.at, "/")+"/.well-known/openid-configuration", "--var", "ntp_servers="+f.servers)
	if strings.HasSuffix(f.at, "/") {
		c.args = append(c.args, "--with", "issuer.issuer="+f.at) // as the program is set to it
	}
	switch {
	case f.page != "":
		c.check, c.blocked = f.page, []string{"issuer", "ldap"}
	case !f.passable:
		c.blocked = []string{"ldap"}
	}
	c.hold(t)
}
