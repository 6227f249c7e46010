package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// s3Module is the gateway that stands for every S3 service: it checks
// signatures itself, and has users, buckets and a region.
const s3Module = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"

var s3Secrets = map[string]string{
	"id": "LABROOTKEY", "key": "labsecretlabsecret", "other-id": "LABNOBODY", "other-key": "labsecretlabsecreT",
	"guest-id": "LABGUEST", "guest-key": "guestsecretguestsecret", "token": "not-a-token-of-this-service",
}

// An s3Server is a versitygw on a loopback port. Its access log has a line for
// each request.
type s3Server struct {
	*process
	url, log string
}

func startS3(t *testing.T) s3Server {
	t.Helper()
	versitygw := goProgram(t, "versitygw", s3Module)
	dir := t.TempDir()
	for _, folder := range []string{"data", "data/own", "users"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var last s3Server
	for range 5 {
		address := "127.0.0.1:" + freePort(t)
		log := filepath.Join(dir, address)
		last = s3Server{url: "http://" + address, log: log, process: startIn(t,
			[]string{"ROOT_ACCESS_KEY=" + s3Secrets["id"], "ROOT_SECRET_KEY=" + s3Secrets["key"]}, versitygw,
			"--port", address, "--iam-dir", filepath.Join(dir, "users"), "--access-log", log, "posix", filepath.Join(dir, "data"))}
		if last.accepts(t.Context(), address) {
			last.addGuest(t, versitygw)
			return last
		}
		if last.alive() {
			break
		}
	}
	t.Fatalf("versitygw at %s does not answer:\n%s", last.url, last.said.String())
	return last
}

// addGuest makes a user who owns nothing.
func (s s3Server) addGuest(t *testing.T, versitygw string) {
	t.Helper()
	out, err := exec.Command(versitygw, "admin", "--access", s3Secrets["id"], "--secret", s3Secrets["key"], "--endpoint-url", s.url,
		"create-user", "--access", s3Secrets["guest-id"], "--secret", s3Secrets["guest-key"], "--role", "user").CombinedOutput()
	if err != nil {
		t.Fatalf("a user cannot be made: %v\n%s", err, out)
	}
}

// requests counts those for buckets that it has answered.
func (s s3Server) requests() int {
	data, _ := os.ReadFile(s.log) // not there yet: none
	return strings.Count(string(data), " s3_ListAllMyBuckets ") + strings.Count(string(data), " s3_ListObjectsV2 ")
}

// An s3Fault is a fault, and what must come of one request.
type s3Fault struct {
	fault, who string
	expected   string        // code
	with       string        // parameters, without the address
	ahead      time.Duration // of this computer's clock
	facts      map[string]any
	spent      bool // no attempt is left
	class      string
}

const rightKeys = "access-key-file=id secret-key-file=key"

var s3Faults = []s3Fault{
	{fault: "none", who: "nobody", expected: "s3.answering"},
	{fault: "none", who: "the owner", expected: "s3.ok", with: rightKeys},
	{fault: "none", who: "the owner, in a bucket", expected: "s3.ok", with: rightKeys + " bucket=own"},
	{fault: "a bucket of somebody else", who: "a guest", expected: "s3.access_denied", with: "access-key-file=guest-id secret-key-file=guest-key bucket=own"},
	{fault: "no such bucket", who: "the owner", expected: "s3.no_such_bucket", with: rightKeys + " bucket=gone"},
	{fault: "wrong secret key", who: "the owner", expected: "s3.wrong_secret", with: "access-key-file=id secret-key-file=other-key", class: "wrong_credentials"},
	{fault: "unknown access key", who: "a stranger", expected: "s3.unknown_key", with: "access-key-file=other-id secret-key-file=key", class: "token_revoked"},
	{fault: "another region", who: "the owner", expected: "s3.wrong_region", with: rightKeys + " region=eu-west-1", facts: map[string]any{"expected_region": "us-east-1"}, class: "client_misconfigured"},
	{fault: "a session token that is none", who: "the owner", expected: "s3.token_invalid", with: rightKeys + " session-token-file=token", class: "token_revoked"},
	{fault: "clock 14 min fast", who: "the owner", expected: "s3.ok", with: rightKeys, ahead: 14 * time.Minute},
	{fault: "clock 16 min fast", who: "the owner", expected: "s3.skewed", with: rightKeys, ahead: 16 * time.Minute, facts: map[string]any{"skew_source": "error", "most_skew_s": int64(900)}, class: "clock_skew"},
	{fault: "clock 20 min slow", who: "the owner", expected: "s3.skewed", with: rightKeys, ahead: -20 * time.Minute, facts: map[string]any{"skew_source": "error"}, class: "clock_skew"},
	{fault: "clock 16 min fast and wrong secret key", who: "the owner", expected: "s3.skewed", with: "access-key-file=id secret-key-file=other-key", ahead: 16 * time.Minute, class: "clock_skew"},
	{fault: "clock 20 min slow", who: "nobody", expected: "s3.clock_apart", ahead: -20 * time.Minute},
	{fault: "no attempt left", who: "the owner", expected: "s3.unknown", with: rightKeys, spent: true},
}

// Each refusal is versitygw's own, and each comes of one request.
func TestS3(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	server := startS3(t)
	seen, rows := server.requests(), []row{}
	for _, f := range s3Faults {
		got, counted := measureS3(t, server, f)
		code := diag.Code("s3", got.Outcome)
		rows = append(rows, row{f.fault, f.who + " asks versitygw", f.expected, code})
		t.Logf("%-40s %-22s %-20s %s", f.fault, f.who, code, got.Summary)
		if code != f.expected {
			t.Errorf("%s: got %s, want %s: %s; facts %v", f.fault, code, f.expected, got.Summary, got.Facts)
		}
		if !f.spent {
			seen++
		}
		if !server.until(t.Context(), func() bool { return server.requests() >= seen }) || server.requests() != seen {
			t.Errorf("%s: %d requests have reached it, want %d", f.fault, server.requests(), seen)
		}
		if want := f.with != "" && !f.spent; (counted.taken == 1) != want {
			t.Errorf("%s: %d attempts", f.fault, counted.taken)
		}
		f.compare(t, got)
		holdsNoSecret(t, got, s3Secrets)
	}
	checkTable(t, "s3", rows)
}

// compare holds the facts against what was told, and the skew against the
// clock that was put out: the error's times are to the second.
func (f s3Fault) compare(t *testing.T, got diag.Finding) {
	t.Helper()
	for name, want := range f.facts {
		if got.Facts[name] != want {
			t.Errorf("%s: %s is %v, want %v", f.fault, name, got.Facts[name], want)
		}
	}
	skew, ok := got.Facts["skew_ms"].(float64)
	if off := time.Duration(skew*1e6) + f.ahead; got.Outcome == "skewed" && (!ok || off.Abs() > 2*time.Second) {
		t.Errorf("%s: the skew is %v ms, and the clock is %s ahead", f.fault, got.Facts["skew_ms"], f.ahead)
	}
}

func measureS3(t *testing.T, server s3Server, f s3Fault) (diag.Finding, *counter) {
	t.Helper()
	c := &counter{spent: f.spent}
	env := probe.System()
	env.Attempts, env.Getenv = c, func(string) string { return "" }
	env.Now = func() time.Time { return time.Now().Add(f.ahead) }
	env.Secret = func(name string) (diag.Secret, error) { return diag.NewSecret(s3Secrets[name]), nil }
	with := map[string]string{"url": server.url}
	for _, text := range strings.Fields(f.with) {
		name, value, _ := strings.Cut(text, "=")
		with[name] = value
	}
	return measured(t, env, "s3", with), c
}

// The same faults through the playbook. Where the clock is wrong and a time
// server says so too, it is the clock that is named, and no key.
func TestS3ThroughThePlaybook(t *testing.T) {
	server := startS3(t)
	right := startChrony(t, inStep, goodTime...)
	for _, f := range s3Faults {
		if f.class == "" {
			continue
		}
		t.Run(f.fault, func(t *testing.T) {
			args := append(healthy("network-path=ok", "api-tls=ok"), "--with", "clock.server="+right.address, "--with", "s3.url="+server.url)
			args = append(args, secretFlags(t, "s3", f.with, s3Secrets)...)
			c := consult{playbook: "api-cloud", args: args, check: "s3", layer: diag.LayerCredentials, class: f.class,
				env: func(env *probe.Env) { env.Now = func() time.Time { return time.Now().Add(f.ahead) } }}
			if f.ahead != 0 {
				c.check, c.layer = "clock", diag.LayerClock
			}
			c.hold(t)
		})
	}
}
