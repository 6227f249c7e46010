package lab

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/attempts"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
)

// fileSecret reads secrets from files.
func fileSecret(source string) (diag.Secret, error) {
	data, err := os.ReadFile(source)
	return diag.NewSecret(strings.TrimSpace(string(data))), err
}

// probed runs one probe as a session does, with a budget of its own.
func probed(t *testing.T, kind string, with map[string]string, change func(*probe.Env)) diag.Finding {
	t.Helper()
	env := probe.System()
	env.Secret = fileSecret
	env.Attempts = attempts.Budget{Dir: state.Dir(t.TempDir()), Now: env.Now}
	if change != nil {
		change(&env)
	}
	return measured(t, env, kind, with)
}

// A sighting is a fault, and the words that the finding must hold.
type sighting struct {
	fault, servers, expected string
	with                     map[string]string
	text                     string
}

// holdAll measures every fault and holds the section's table to it.
func holdAll(t *testing.T, section string, all []sighting) {
	t.Helper()
	rows := make([]row, 0, len(all))
	for _, s := range all {
		kind, _, _ := strings.Cut(s.expected, ".")
		got := probed(t, kind, s.with, nil)
		code := diag.Code(kind, got.Outcome)
		rows = append(rows, row{s.fault, s.servers, s.expected, code})
		t.Logf("%-32s %-30s %s", s.fault, code, got.Summary)
		if code != s.expected || !strings.Contains(got.Summary, s.text) {
			t.Errorf("%s: got %s (%s), want %s (%s); facts %v", s.fault, code, got.Summary, s.expected, s.text, got.Facts)
		}
	}
	checkTable(t, section, rows)
}

// clean fails a test that leaves a goroutine behind. It is called first, so
// that it looks last.
func clean(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// A tokenWorld is issuers with clocks of their own, and a time server that is
// right.
type tokenWorld struct {
	right, slow, verySlow, fast, short, twin issuer
	time                                     timeServer
	dir                                      string
}

func newTokenWorld(t *testing.T) tokenWorld {
	return tokenWorld{
		right: startIssuer(t, 0, nil), verySlow: startIssuer(t, -time.Hour, nil), slow: startIssuer(t, -27*time.Minute, nil),
		fast: startIssuer(t, 10*time.Minute, nil), short: startIssuer(t, 0, opSettings{"ttl": 30}),
		twin: startIssuer(t, 0, nil), // with a key of its own that has the same name
		time: startChrony(t, inStep, goodTime...), dir: t.TempDir(),
	}
}

// file keeps a token in a file.
func (w tokenWorld) file(t *testing.T, name, token string) string {
	t.Helper()
	return write(t, w.dir, name, token+"\n")
}

func TestToken(t *testing.T) {
	clean(t)
	w := newTokenWorld(t)
	good := w.file(t, "good", w.right.token(t, "read"))
	by := func(i issuer, file string, more ...string) map[string]string {
		return mailWith(append([]string{"file=" + file, "issuer=" + i.url, "audience=https://api.lab.test", "scope=read"}, more...)...)
	}
	ntp := "server=" + w.time.address
	retired := startIssuer(t, 0, opSettings{"kid": "old"})
	old := w.file(t, "old", retired.token(t, "read"))
	retired.stop()
	startIssuer(t, 0, opSettings{"kid": "new", "port": strings.TrimPrefix(retired.url, "http://127.0.0.1:")})
	stopped := startIssuer(t, 0, nil)
	lost := w.file(t, "lost", stopped.token(t, "read"))
	stopped.stop()
	parts := strings.Split(w.right.token(t, "read"), ".")
	holdAll(t, "token", []sighting{
		{"none", "oidc-provider", "token.valid", by(w.right, good, ntp), "by the time servers; its signature is the issuer's"},
		{"runs out within a minute", "oidc-provider, tokens for 30 s", "token.expiring", by(w.short, w.file(t, "short", w.short.token(t, "read")), ntp), "runs out in"},
		{"run out", "oidc-provider 1 h behind, a time server", "token.expired", by(w.verySlow, w.file(t, "verySlow", w.verySlow.token(t, "read")), ntp),
			"ran out 55 minutes ago, by the time servers"},
		{"not yet valid", "oidc-provider 10 min ahead, a time server", "token.not_yet_valid", by(w.fast, w.file(t, "fast", w.fast.token(t, "read")), ntp), "was issued 10 minutes in the future"},
		{"this computer is 27 min fast", "oidc-provider 27 min behind", "token.valid_at_server_time", by(w.slow, w.file(t, "slow", w.slow.token(t, "read"))),
			"this computer's clock is 27 minutes fast; by the clock of 127.0.0.1 the token is valid"},
		{"this computer is 10 min slow", "oidc-provider 10 min ahead", "token.valid_at_server_time", by(w.fast, w.file(t, "fast2", w.fast.token(t, "read"))),
			"this computer's clock is 10 minutes slow; by the clock of 127.0.0.1 the token is valid"},
		{"wrong audience", "oidc-provider", "token.wrong_audience", mailWith("file="+good, "issuer="+w.right.url, "audience=https://other.lab.test"), "not for https://other.lab.test"},
		{"wrong issuer", "two oidc-providers", "token.wrong_issuer", by(w.twin, good, ntp), "the same host, another port"},
		{"slash at the end", "oidc-provider", "token.wrong_issuer", mailWith("file="+good, "issuer="+w.right.url+"/"), "only the slash at the end differs"},
		{"missing scope", "oidc-provider", "token.missing_scope", mailWith("file="+good, "issuer="+w.right.url, "scope=write"), "the token lacks write"},
		{"rotated key", "oidc-provider, started again with a new key", "token.unknown_key",
			mailWith("file="+old, "issuer="+retired.url), "signed with the key old"},
		{"wrong signature", "two oidc-providers whose keys have one name", "token.bad_signature", mailWith("file="+good, "jwks-url="+w.twin.url+"/jwks"), ""},
		{"cut", "oidc-provider", "token.malformed", by(w.right, w.file(t, "cut", strings.Join(parts[:2], "."))), "has 2 parts"},
		{"keys cannot be fetched", "oidc-provider, stopped", "token.unknown", mailWith("file="+lost, "issuer="+stopped.url), "the signature could not be checked"},
	})
	for _, i := range []issuer{w.right, w.twin, w.slow} {
		if n := strings.Count(i.said.String(), " 4"); n > 0 {
			t.Errorf("an issuer was asked for something that it refuses:\n%s", i.said.String())
		}
	}
}

// Surprise: go-oidc, a library that many programs use, takes a token from the
// future without a word, and refuses an issuer for a slash. Where it refuses, it
// is for the same reason as here.
func TestTokenSecondOpinion(t *testing.T) {
	clean(t)
	w := newTokenWorld(t)
	provider, err := oidc.NewProvider(t.Context(), w.right.url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := oidc.NewProvider(t.Context(), w.right.url+"/"); err == nil {
		t.Error("go-oidc takes an issuer with a slash too many")
	}
	early, err := oidc.NewProvider(t.Context(), w.fast.url)
	if err != nil {
		t.Fatal(err)
	}
	opinion := func(p *oidc.Provider, token, audience string) error {
		_, err := p.Verifier(&oidc.Config{ClientID: audience}).Verify(t.Context(), token)
		return err
	}
	var expired *oidc.TokenExpiredError
	late := w.verySlow.token(t, "read")
	if past, err := oidc.NewProvider(t.Context(), w.verySlow.url); err != nil || !errors.As(opinion(past, late, "https://api.lab.test"), &expired) {
		t.Errorf("go-oidc does not call it expired: %v", err)
	}
	future := w.fast.token(t, "read")
	if err := opinion(early, future, "https://api.lab.test"); err != nil {
		t.Errorf("go-oidc refuses a token from the future: %v", err)
	}
	if err := opinion(provider, w.right.token(t, "read"), "https://other.lab.test"); err == nil {
		t.Error("go-oidc takes a token for somebody else")
	}
	got := probed(t, "token", map[string]string{"file": w.file(t, "future", future), "server": w.time.address}, nil)
	if got.Outcome != "not_yet_valid" || !slices.Equal(got.Facts["failed"].([]any), []any{"not_yet_valid"}) {
		t.Errorf("here it is %s: %s", got.Outcome, got.Summary)
	}
}
