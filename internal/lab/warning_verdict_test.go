package lab

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// Where a warning is all that was found, the verdict names it with its remedy:
// as a fault where it keeps programs out, and else beside what is in order.
func (c consult) holdWarning(t *testing.T, playbook, check string) *diag.Report {
	t.Helper()
	c.playbook, c.check = playbook, check
	r := c.hold(t)
	if v := r.Verdict; v.Next.Text == "" || v.Code == "" || v.Summary == "Everything that was checked from this computer is in order." {
		t.Errorf("it is not named with its remedy: %q, %q, next %q\n%s", v.Code, v.Summary, v.Next.Text, told(r))
	}
	return r
}

const credentialsLayer = diag.LayerCredentials

func TestMailWarnings(t *testing.T) {
	plain, x := startDovecot(t, "ssl = no", "disable_plaintext_auth = no"), startExim(t)
	smtp := append(append(healthy("mail-tls=ok"), inOrder...), with("smtp", mailWith("address="+x.plain, "ca-file="+x.ca))...)
	for name, c := range map[string]struct {
		check string
		consult
	}{
		"imap, no STARTTLS":     {"imap", consult{args: append(append(healthy("mail-tls=ok"), inOrder...), with("imap", mailWith("address="+plain.plain))...), layer: credentialsLayer, class: "tls_protocol"}},
		"smtp, no STARTTLS":     {"smtp", consult{args: smtp, env: from("127.0.0.9"), layer: credentialsLayer, class: "tls_protocol"}},
		"smtp, no AUTH offered": {"smtp", consult{args: smtp, env: from("127.0.0.8"), layer: credentialsLayer, class: "client_misconfigured"}},
	} {
		t.Run(name, func(t *testing.T) { c.holdWarning(t, "mail-client", c.check) })
	}
}

func TestSSHWarnings(t *testing.T) {
	s, weak := startSSHD(t), startSSHD(t, "KexAlgorithms +diffie-hellman-group14-sha1")
	ask := func(s sshd, known string) []string {
		return append(healthy("way-to-device=ok", "agent=answering"), with("ssh", mailWith("address="+s.address, "known-hosts="+known))...)
	}
	for name, c := range map[string]consult{
		"host key not known": {args: ask(s, s.knows(t)), layer: credentialsLayer, class: "tls_untrusted"},
		"old algorithms":     {args: ask(weak, weak.knows(t, weak.host["ed25519"])), layer: credentialsLayer, class: "tls_protocol", status: diag.Healthy},
	} {
		t.Run(name, func(t *testing.T) { c.holdWarning(t, "network-device", "ssh") })
	}
}

func TestSNMPWarnings(t *testing.T) {
	agent := startSNMP(t)
	narrow := write(t, t.TempDir(), "narrow", "narrow-view-5\n")
	args := append(healthy("way-to-device=ok"), with("agent", mailWith("address="+agent.address, "community-file="+narrow))...)
	consult{args: args, layer: credentialsLayer, class: "permission_denied"}.holdWarning(t, "network-device", "agent")
}

func TestLDAPWarnings(t *testing.T) {
	s, noTLS := startSlapd(t, slapdTLS), startSlapd(t, "")
	shy := startSlapd(t, slapdTLS+"disallow bind_anon\nrequire bind\n")
	right := write(t, t.TempDir(), "right", "open-sesame\n")
	ask := func(pairs ...string) []string {
		return append(healthy("clock=accurate", "network-path=ok", "service-tls=ok", "discovery=ok"), with("ldap", mailWith(pairs...))...)
	}
	for name, c := range map[string]consult{
		"no StartTLS":            {args: ask("url=ldap://"+noTLS.plain, "starttls=yes"), class: "tls_protocol"},
		"nothing for strangers":  {args: ask("url=ldaps://"+shy.secure, "ca-file="+shy.ca), class: "permission_denied", status: diag.Healthy},
		"password runs out soon": {args: ask("url=ldaps://"+s.secure, "ca-file="+s.ca, "login=uid=frank,dc=lab", "password-file="+right), class: "password_expired", status: diag.Healthy},
	} {
		t.Run(name, func(t *testing.T) {
			c.layer = credentialsLayer
			c.holdWarning(t, "identity-admin", "ldap")
		})
	}
}

func TestS3Warnings(t *testing.T) {
	server := startS3(t)
	ask := func(with string) []string {
		return append(append(healthy("clock=accurate", "network-path=ok", "api-tls=ok"), "--with", "s3.url="+server.url), secretFlags(t, "s3", with, s3Secrets)...)
	}
	for name, c := range map[string]consult{
		"a bucket of somebody else": {args: ask("access-key-file=guest-id secret-key-file=guest-key bucket=own"), layer: credentialsLayer, class: "permission_denied"},
		"no such bucket":            {args: ask(rightKeys + " bucket=gone"), layer: credentialsLayer, class: "client_misconfigured"},
		"clock 20 min slow": {args: ask(""), layer: diag.LayerClock, class: "clock_skew", env: func(env *probe.Env) {
			env.Now = func() time.Time { return time.Now().Add(-20 * time.Minute) }
		}},
	} {
		t.Run(name, func(t *testing.T) { c.holdWarning(t, "api-cloud", "s3") })
	}
}

func TestAPIWarnings(t *testing.T) {
	clean(t)
	api := "http://" + plainNginx(t, "", challengeServer)
	opaque := write(t, t.TempDir(), "opaque", "a-good-token\n")
	for path, c := range map[string]consult{
		"/mute": {layer: credentialsLayer, class: "client_misconfigured"},
		"/busy": {layer: credentialsLayer, class: "rate_limited", status: diag.Waiting},
	} {
		t.Run(path, func(t *testing.T) {
			c.args = append(with("api-sign-in", mailWith("url="+api+path)), healthy("clock=accurate", "network-path=ok", "api-tls=ok")...)
			if path == "/busy" {
				c.args = append(c.args, "--with", "api-sign-in.bearer-file="+opaque)
			}
			c.holdWarning(t, "api-cloud", "api-sign-in")
		})
	}
}

func TestTokenWarnings(t *testing.T) {
	clean(t)
	brief, ten := startIssuer(t, 0, opSettings{"ttl": 30}), startIssuer(t, 0, opSettings{"ttl": 600})
	right := startChrony(t, inStep, goodTime...)
	ask := func(i issuer, clock ...string) []string {
		args := append(with("token", mailWith("file="+write(t, t.TempDir(), "token", i.token(t, "read")), "issuer="+i.url)), healthy("network-path=ok", "api-tls=ok")...)
		return append(append(args, "--var", "ntp_servers=127.0.0.1:1"), clock...)
	}
	fast := func(env *probe.Env) { env.Now = func() time.Time { return time.Now().Add(27 * time.Minute) } }
	for name, c := range map[string]consult{
		"runs out within a minute": {args: ask(brief, "--check", "clock=accurate"), layer: diag.LayerSession, class: "token_expired", status: diag.Healthy},
		// No time server can be asked: only the issuer's own time tells that it is the clock.
		"in date by the issuer's time": {args: ask(ten, "--with", "clock.server=127.0.0.1:1"), env: fast, layer: diag.LayerClock, class: "clock_skew"},
	} {
		t.Run(name, func(t *testing.T) { c.holdWarning(t, "api-cloud", "token") })
	}
	t.Run("in date by the issuer's time, and the clock is measured", func(t *testing.T) {
		r := consult{playbook: "api-cloud", check: "clock", layer: diag.LayerClock, class: "clock_skew", env: fast, args: ask(ten, "--with", "clock.server="+right.address)}.hold(t)
		if !strings.Contains(told(r), "token: token.valid_at_server_time") {
			t.Errorf("the token is in date by the issuer's time:\n%s", told(r))
		}
	})
}

// A clock that is right, and that nobody keeps so.
func TestTimesyncWarnings(t *testing.T) {
	clean(t)
	right := startChrony(t, inStep, goodTime...)
	follows, alone := talkingChrony(t, inStep, followLines(right, 0)...), talkingChrony(t, outOfStep, "allow 127.0.0.0/8")
	for name, c := range map[string]struct {
		socket  string
		later   time.Duration
		command func(context.Context, string, ...string) ([]byte, error)
		code    string
	}{
		"served two days ago": {follows, 48 * time.Hour, nil, "timesync.stale"},
		"served by nobody":    {alone, 0, nil, "timesync.not_synchronised"},
		// systemd does not run here, so these are its words as it was heard elsewhere.
		"switched off": {"", 0, func(_ context.Context, name string, _ ...string) ([]byte, error) {
			if name != "timedatectl" {
				return nil, exec.ErrNotFound
			}
			return []byte("NTP=no\nNTPSynchronized=no\nCanNTP=yes\n"), nil
		}, "timesync.disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			r := consult{args: healthy("clock=accurate", "network-path=ok"), layer: diag.LayerClock, class: "clock_skew", status: diag.Healthy,
				env: func(env *probe.Env) {
					env.OS, env.Command = "linux", c.command
					if c.command == nil {
						env.Command = askingAt(c.socket)
					}
					env.Now = func() time.Time { return time.Now().Add(c.later) }
				}}.holdWarning(t, "clock", "time-service")
			if r.Verdict.Code != c.code {
				t.Errorf("the verdict is %s", r.Verdict.Code)
			}
		})
	}
}

func TestTOTPWarnings(t *testing.T) {
	clean(t)
	dir, now := t.TempDir(), time.Now().Truncate(30*time.Second).Add(10*time.Second)
	secret := write(t, dir, "secret", authenticator)
	for name, c := range map[string]struct {
		off time.Duration
		consult
	}{
		"one code late":  {-30 * time.Second, consult{class: "mfa_failed"}},
		"one code early": {30 * time.Second, consult{class: "clock_skew"}},
	} {
		t.Run(name, func(t *testing.T) {
			code := write(t, t.TempDir(), "code", oathtool(t, now.Add(c.off)))
			c.args = append(with("code", mailWith("secret-file="+secret, "code-file="+code)), healthy("clock=accurate", "network-path=ok")...)
			c.args = append(c.args, "--var", "ntp_servers=")
			c.env = func(env *probe.Env) { env.Now = func() time.Time { return now } }
			c.layer, c.status = diag.LayerTwoFactor, diag.Healthy
			c.holdWarning(t, "two-step", "code")
		})
	}
}

// The way, the name, the encryption, the page and the clock of a sign-in.
func TestChainWarnings(t *testing.T) {
	clean(t)
	right := startChrony(t, inStep, goodTime...)
	well := []string{"clock=accurate", "network-path=ok", "name-lookup=ok", "login-tls=ok", "login-page=ok"}
	but := func(check string) []string {
		var rest []string
		for _, o := range well {
			if len(o) < len(check) || o[:len(check)] != check {
				rest = append(rest, o)
			}
		}
		return healthy(rest...)
	}
	ends := startTLS(t, tlsFault{from: -80 * day, until: 6 * day})
	slow := "http://" + plainNginx(t, "", "location / { proxy_pass http://"+hesitates(t)+"; }")
	late := startLateDNS(t, startUnbound(t))
	busy := "http://" + plainNginx(t, "", "location / { add_header Retry-After 60; return 429; }")
	ways := map[string]wayFault{}
	for _, f := range wayFaults(t) {
		ways[f.expected] = f
	}
	through := func(f wayFault) []string {
		args := append(but("network-path"), "--with", "network-path.captive=http://"+outside+"/generate_204")
		if f.page == "" {
			f.page = "http://" + outside + "/generate_204"
		}
		return append(args, "--with", "network-path.url="+f.page)
	}
	for name, c := range map[string]struct {
		check string
		consult
	}{
		"clock 20 s slow": {"clock", consult{args: append(but("clock"), "--with", "clock.server="+right.address), layer: diag.LayerClock, class: "clock_skew", status: diag.Healthy,
			env: func(env *probe.Env) { env.Now = func() time.Time { return time.Now().Add(-20 * time.Second) } }}},
		"certificate runs out":   {"login-tls", consult{args: append(but("login-tls"), "--with", "login-tls.address="+ends.address, "--with", "login-tls.ca-file="+ends.ca), layer: diag.LayerTLS, class: "tls_expired", status: diag.Healthy}},
		"a proxy that works":     {"network-path", consult{args: through(ways["path.proxied"]), env: ways["path.proxied"].change, layer: diag.LayerPath, class: "proxy_required", status: diag.Healthy}},
		"opened on the way":      {"network-path", consult{args: through(ways["path.intercepted"]), env: ways["path.intercepted"].change, layer: diag.LayerPath, class: "tls_untrusted", status: diag.Healthy}},
		"a name that takes long": {"name-lookup", consult{args: append(but("name-lookup"), "--var", "login_url=https://right.example.com/", "--with", "name-lookup.resolver="+late), layer: diag.LayerDNS, class: "dns_failure", status: diag.Healthy}},
		"a page that takes long": {"login-page", consult{args: append(but("login-page"), "--var", "login_url="+slow+"/"), layer: diag.LayerEndpoint, class: "provider_outage", status: diag.Healthy}},
		"asked too often":        {"login-page", consult{args: append(but("login-page"), "--var", "login_url="+busy+"/"), layer: diag.LayerEndpoint, class: "rate_limited", status: diag.Waiting}},
	} {
		t.Run(name, func(t *testing.T) { c.holdWarning(t, "alarmcom", c.check) })
	}
}
