package lab

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// goodWeb is a sign-in page behind encryption, and the page that shows that
// nothing stands in between.
const goodWeb = `
  server { listen 127.0.0.1:@PORT0@; location = /generate_204 { return 204; } }
  server {
    listen 127.0.0.1:@PORT1@ ssl;
    ssl_certificate @CERT@; ssl_certificate_key @KEY@;
    location = /login { return 200 "<html><title>Sign in</title><form><input type=password></form>"; }
  }
`

// A healthy world, of servers that are all in order, gets only passes.
func TestHealthyWorld(t *testing.T) {
	const host = "right.example.com" // unbound knows it
	c := tlsFault{name: host}.certificate(t)
	web := startNginx(t, 2, strings.NewReplacer("@CERT@", c.cert, "@KEY@", c.key).Replace(goodWeb))
	resolver, clock := startUnbound(t), startChrony(t, inStep, goodTime...)
	r := consult{
		playbook: "alarmcom", status: diag.Healthy,
		args: []string{"--var", "login_url=https://" + host + "/login", "--var", "captive_url=http://" + outside + "/generate_204",
			"--with", "clock.server=" + clock.address, "--with", "name-lookup.resolver=" + resolver},
		env: func(env *probe.Env) {
			env.Roots, env.PublicRoots = poolOf(t, c.ca), poolOf(t, c.ca)
			env.LookupHost = func(context.Context, string) ([]string, error) { return []string{"192.0.2.80"}, nil }
			env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				switch host, port, _ := net.SplitHostPort(address); {
				case strings.HasPrefix(host, "127."):
				case port == "443":
					address = web.address(1)
				default:
					address = web.address(0)
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			}
		},
	}.hold(t)
	for _, check := range r.Checks {
		if check.Status != diag.Pass {
			t.Errorf("%s does not pass\n%s", check.ID, told(r))
			break
		}
	}
}

// In a world where every server is silent all checks of a playbook together
// end within the five seconds that they have, and nobody is blamed for it but
// the way.
func TestSilentWorld(t *testing.T) {
	silent := listenSilently(t)
	quiet, err := net.ListenPacket("udp4", "127.0.0.1:0") // hears, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer quiet.Close()
	r := consult{
		playbook: "alarmcom",
		args: []string{"--timeout", probe.DefaultTimeout.String(), "--var", "login_url=https://" + outside + "/login", "--var", "captive_url=http://" + outside + "/generate_204",
			"--with", "clock.server=" + quiet.LocalAddr().String(), "--with", "name-lookup.resolver=" + quiet.LocalAddr().String()},
		env: leading(silent),
	}.diagnose(t)
	t.Log(told(r))
	for _, check := range r.Checks {
		// To the millisecond it is held where time is a test's own (probe.TestSilence).
		if spent := time.Duration(check.ElapsedMS * 1e6); spent > 2*probe.DefaultTimeout {
			t.Errorf("%s took %s, which is too long on a busy machine as well", check.ID, spent)
		}
		if check.Status == diag.Pass || check.Status == diag.Warn {
			t.Errorf("%s passes in a world of silence\n%s", check.ID, told(r))
		}
		if strings.HasPrefix(check.Reason, "no result") {
			t.Errorf("%s does not say itself what it found\n%s", check.ID, told(r))
		}
	}
	if r.Verdict.Layer == diag.LayerCredentials || r.Verdict.Next.Step != "" {
		t.Errorf("silence is blamed on %q, and step %q is presented", r.Verdict.Layer, r.Verdict.Next.Step)
	}
}
