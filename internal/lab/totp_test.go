package lab

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

const authenticator = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// oathtool makes the code of a moment, with more options.
func oathtool(t *testing.T, at time.Time, options ...string) string {
	t.Helper()
	args := append([]string{"--base32", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC")}, options...)
	if len(options) == 0 {
		args = append(args, "--totp")
	}
	out, err := exec.CommandContext(t.Context(), program(t, "oathtool", "oathtool"), append(args, authenticator)...).CombinedOutput()
	if err != nil {
		t.Fatalf("oathtool: %v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// codeFound judges a code by a clock that stands.
func codeFound(t *testing.T, secret, code string, now time.Time, more ...string) diag.Finding {
	t.Helper()
	dir := t.TempDir()
	with := mailWith(append([]string{"secret-file=" + write(t, dir, "secret", secret), "code-file=" + write(t, dir, "code", code)}, more...)...)
	return probed(t, "totp", with, func(env *probe.Env) {
		if !now.IsZero() {
			env.Now = func() time.Time { return now }
		}
	})
}

func TestTOTP(t *testing.T) {
	clean(t)
	now := time.Date(2026, 3, 1, 12, 0, 10, 0, time.UTC)
	var rows []row
	hold := func(fault, server, expected string, got diag.Finding) {
		code := diag.Code("totp", got.Outcome)
		rows = append(rows, row{fault, server, expected, code})
		t.Logf("%-30s %-24s %s", fault, code, got.Summary)
		if code != expected {
			t.Errorf("%s: got %s (%s), want %s", fault, code, got.Summary, expected)
		}
	}
	for _, f := range []struct {
		fault    string
		off      time.Duration
		expected string
	}{
		{"none", 0, "totp.match"},
		{"one code late", -30 * time.Second, "totp.match_previous"},
		{"one code early", 30 * time.Second, "totp.match_next"},
		{"phone 10 min fast", 10 * time.Minute, "totp.off_by_steps"},
		{"phone in another zone", -5 * time.Hour, "totp.off_by_steps"},
		{"phone three days behind", -72 * time.Hour, "totp.no_match"},
	} {
		hold(f.fault, "oathtool", f.expected, codeFound(t, authenticator, oathtool(t, now.Add(f.off)), now))
	}
	address := "otpauth://totp/Lab?secret=" + authenticator + "&algorithm=SHA512&digits=8&period=60"
	hold("none, by its address", "oathtool, SHA-512, 8 digits, 60 s", "totp.match",
		codeFound(t, address, oathtool(t, now, "--totp=SHA512", "--digits=8", "--time-step-size=60s"), now))
	hold("another entry", "oathtool", "totp.no_match", codeFound(t, "JBSWY3DPEHPK3PXQ", oathtool(t, now), now))
	clock := startChrony(t, inStep, goodTime...)
	hold("phone 10 min fast, time served", "oathtool, a time server", "totp.off_by_steps",
		codeFound(t, authenticator, oathtool(t, time.Now().Add(10*time.Minute)), time.Time{}, "server="+clock.address))
	checkTable(t, "totp", rows)
}

// The same codes as oathtool, at many moments and by each algorithm.
func TestTOTPAsOathtool(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, alg := range []string{"SHA1", "SHA256", "SHA512"} {
		for range 15 {
			at := time.Unix(random.Int64N(4_000_000_000), 0)
			digits := 6 + random.IntN(3)
			code := oathtool(t, at, "--totp="+alg, fmt.Sprintf("--digits=%d", digits))
			address := fmt.Sprintf("otpauth://totp/Lab?secret=%s&algorithm=%s&digits=%d", authenticator, alg, digits)
			if got := codeFound(t, address, code, at); got.Outcome != "match" {
				t.Errorf("%s, %d digits, at %d: %s (%s)", alg, digits, at.Unix(), got.Outcome, got.Summary)
			}
		}
	}
}

// stranger is a secret that makes no such code within two days of now. Of six
// digits, one secret in 170 makes one in the two days that are searched.
func stranger(t *testing.T, code string) string {
	t.Helper()
	for _, secret := range []string{"JBSWY3DPEHPK3PXQ", "KRSXG5BAORSXG5BA", "MFRGGZDFMZTWQ2LK"} {
		from := time.Now().Add(-48 * time.Hour).UTC().Format("2006-01-02 15:04:05 UTC")
		out, err := exec.CommandContext(t.Context(), program(t, "oathtool", "oathtool"), "--base32", "--totp", "--now", from, "--window", "11520", secret).Output()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(out), code) {
			return secret
		}
	}
	t.Fatal("every secret makes that code")
	return ""
}

// A phone whose clock is wrong, and an entry that is not the account's, as
// somebody meets them who runs the playbook.
func TestTOTPVerdicts(t *testing.T) {
	clean(t)
	clock := startChrony(t, inStep, goodTime...)
	dir := t.TempDir()
	text := oathtool(t, time.Now().Add(10*time.Minute))
	code := write(t, dir, "code", text+"\n")
	for name, c := range map[string]consult{
		"phone 10 min fast": {args: []string{"--with", "code.secret-file=" + write(t, dir, "secret", authenticator)}, layer: diag.LayerClock, class: "clock_skew"},
		"another entry":     {args: []string{"--with", "code.secret-file=" + write(t, dir, "other", stranger(t, text))}, layer: diag.LayerTwoFactor, class: "mfa_failed"},
	} {
		t.Run(name, func(t *testing.T) {
			c.playbook, c.check = "two-step", "code"
			c.args = append(c.args, "--with", "code.code-file="+code, "--var", "ntp_servers="+clock.address, "--check", "clock=accurate", "--check", "network-path=ok")
			c.hold(t)
		})
	}
}
