package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"go.uber.org/goleak"
)

// snmpSecrets are what snmpd knows, and what it does not.
var snmpSecrets = map[string]string{
	"community": "letmeread-72", "other-community": "letmein-17",
	"auth": "long-enough-1", "other-auth": "long-enough-2",
	"privacy": "secret-enough-1", "other-privacy": "secret-enough-2",
}

const snmpConfig = `agentAddress udp:127.0.0.1:%s
rocommunity letmeread-72 127.0.0.1
rocommunity narrow-view-5 127.0.0.1 .1.3.6.1.2.1.2
createUser full SHA-256 "long-enough-1" AES "secret-enough-1"
createUser half SHA-256 "long-enough-1"
createUser nothing SHA-256 "long-enough-1" AES "secret-enough-1"
rouser full priv
rouser half auth
`

// An snmpAgent is an snmpd on a loopback port. It says in its log from where
// each datagram came.
type snmpAgent struct {
	*process
	address string
}

func startSNMP(t *testing.T) snmpAgent {
	t.Helper()
	snmpd := program(t, "snmpd", "snmpd")
	var last snmpAgent
	for range 5 {
		dir, port := t.TempDir(), freePort(t)
		config := filepath.Join(dir, "snmpd.conf")
		if err := os.WriteFile(config, fmt.Appendf(nil, snmpConfig, port), 0o600); err != nil {
			t.Fatal(err)
		}
		// No other configuration, no MIBs, and what it remembers in its own folder.
		last = snmpAgent{
			process: startIn(t, []string{"MIBS=", "SNMP_PERSISTENT_DIR=" + filepath.Join(dir, "kept")}, snmpd,
				"-f", "-Lo", "-a", "-r", "-C", "-c", config),
			address: "127.0.0.1:" + port,
		}
		if last.await(t) {
			return last
		}
		if last.alive() {
			break
		}
	}
	t.Fatalf("snmpd at %s does not answer:\n%s", last.address, last.said.String())
	return last
}

// await waits until it listens; snmpd says so last of all.
func (a snmpAgent) await(t *testing.T) bool {
	return a.until(t.Context(), func() bool { return strings.Contains(a.said.String(), "NET-SNMP version") })
}

// datagrams counts what has reached it.
func (a snmpAgent) datagrams() int { return strings.Count(a.said.String(), "Connection from UDP:") }

// An snmpFault is a fault, who asks how, and what must come of it.
type snmpFault struct {
	fault, who string
	expected   string // code
	with       string // parameters, without the address
	datagrams  int    // that must reach the agent, the discovery included
	spent      bool   // no attempt is left
	class      string // of the verdict of the playbook
}

var snmpFaults = []snmpFault{
	{fault: "none", who: "nobody", expected: "snmp.answering", datagrams: 1},
	{fault: "none", who: "a community", expected: "snmp.ok", with: "community-file=community", datagrams: 1},
	{fault: "none", who: "a user, authPriv", expected: "snmp.ok", with: "user=full auth-file=auth privacy-file=privacy", datagrams: 2},
	{fault: "none", who: "a user, authNoPriv", expected: "snmp.ok", with: "user=half auth-file=auth", datagrams: 2},
	{fault: "wrong community", who: "a community", expected: "snmp.no_response", with: "community-file=other-community", datagrams: 1, class: "network_unreachable"},
	{fault: "community without this object", who: "a community", expected: "snmp.not_in_view", with: "community-file=narrow", datagrams: 1},
	{fault: "unknown user", who: "a user, authPriv", expected: "snmp.unknown_user", with: "user=stranger auth-file=auth privacy-file=privacy", datagrams: 2, class: "unknown_account"},
	{fault: "wrong authentication key", who: "a user, authPriv", expected: "snmp.wrong_auth_key", with: "user=full auth-file=other-auth privacy-file=privacy", datagrams: 2, class: "wrong_credentials"},
	{fault: "wrong authentication protocol", who: "a user, authPriv", expected: "snmp.wrong_auth_key", with: "user=full auth-protocol=SHA auth-file=auth privacy-file=privacy", datagrams: 2, class: "wrong_credentials"},
	{fault: "wrong privacy key", who: "a user, authPriv", expected: "snmp.wrong_privacy_key", with: "user=full auth-file=auth privacy-file=other-privacy", datagrams: 4, class: "wrong_credentials"},
	{fault: "user without a privacy key", who: "a user, authPriv", expected: "snmp.level_not_supported", with: "user=half auth-file=auth privacy-file=privacy", datagrams: 2, class: "client_misconfigured"},
	{fault: "level below what the agent wants", who: "a user, authNoPriv", expected: "snmp.not_authorized", with: "user=full auth-file=auth", datagrams: 2, class: "permission_denied"},
	{fault: "user without any access", who: "a user, authPriv", expected: "snmp.not_authorized", with: "user=nothing auth-file=auth privacy-file=privacy", datagrams: 2, class: "permission_denied"},
	{fault: "a context that is not there", who: "a user, authPriv", expected: "snmp.user_unanswered", with: "user=full auth-file=auth privacy-file=privacy context=vlan-7", datagrams: 4, class: "wrong_credentials"},
	{fault: "no attempt left", who: "a user, authPriv", expected: "snmp.unknown", with: "user=full auth-file=auth privacy-file=privacy", datagrams: 1, spent: true},
	{fault: "no attempt left", who: "a community", expected: "snmp.unknown", with: "community-file=community", datagrams: 0, spent: true},
}

// Each fault is snmpd's own. What reaches it is counted there: one attempt is
// one request, but for a privacy key, where it is three (see snmpTry).
func TestSNMP(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	agent := startSNMP(t)
	seen, rows := 0, []row{}
	for _, f := range snmpFaults {
		got, counted := measureSNMP(t, agent, f)
		code := diag.Code("snmp", got.Outcome)
		rows = append(rows, row{f.fault, f.who + " asks snmpd", f.expected, code})
		t.Logf("%-34s %-20s %-26s %s", f.fault, f.who, code, got.Summary)
		if code != f.expected {
			t.Errorf("%s: got %s, want %s: %s", f.fault, code, f.expected, got.Summary)
		}
		seen += f.datagrams
		if !agent.until(t.Context(), func() bool { return agent.datagrams() >= seen }) || agent.datagrams() != seen {
			t.Errorf("%s: %d datagrams have reached the agent, want %d", f.fault, agent.datagrams(), seen)
		}
		if want := counted.limit(f); counted.taken != want {
			t.Errorf("%s: %d attempts, want %d", f.fault, counted.taken, want)
		}
		holdsNoSecret(t, got, snmpSecrets)
	}
	checkTable(t, "snmp", rows)
}

// A counter counts attempts, and refuses them where there are none left.
type counter struct {
	spent bool
	taken int
}

func (c *counter) Take(context.Context, string) error {
	if c.spent {
		return fmt.Errorf("no attempt is left")
	}
	c.taken++
	return nil
}

func (c *counter) Wait(context.Context, string, time.Time) error { return nil }

// limit is how many attempts a fault must come to.
func (c *counter) limit(f snmpFault) int {
	if c.spent || f.with == "" {
		return 0
	}
	return 1
}

func measureSNMP(t *testing.T, agent snmpAgent, f snmpFault) (diag.Finding, *counter) {
	t.Helper()
	c := &counter{spent: f.spent}
	env := probe.System()
	env.Attempts = c
	env.Secret = func(name string) (diag.Secret, error) {
		if name == "narrow" {
			return diag.NewSecret("narrow-view-5"), nil
		}
		return diag.NewSecret(snmpSecrets[name]), nil
	}
	with := map[string]string{"address": agent.address}
	for _, text := range strings.Fields(f.with) {
		name, value, _ := strings.Cut(text, "=")
		with[name] = value
	}
	return measuredWithin(t, env, silence, "snmp", with), c
}

// holdsNoSecret fails if a secret can be read in a finding.
func holdsNoSecret(t *testing.T, f diag.Finding, secrets map[string]string) {
	t.Helper()
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range secrets {
		if strings.Contains(string(data), secret) {
			t.Errorf("the secret %s is in %s", name, data)
		}
	}
}

// The same faults through the playbook: the SNMP check is named, with the
// class of what the agent says, and nothing is behind it.
func TestSNMPThroughThePlaybook(t *testing.T) {
	agent := startSNMP(t)
	for _, f := range snmpFaults {
		if f.class == "" {
			continue
		}
		t.Run(f.fault+", "+f.who, func(t *testing.T) {
			t.Parallel()
			args := append(healthy("way-to-device=ok"), "--with", "agent.address="+agent.address)
			args = append(args, secretFlags(t, "agent", f.with, snmpSecrets)...)
			consult{playbook: "network-device", args: args, check: "agent", layer: diag.LayerCredentials, class: f.class}.hold(t)
		})
	}
}

// secretFlags turns parameters into --with flags of a check. What names a
// secret becomes a file that holds it.
func secretFlags(t *testing.T, check, with string, secrets map[string]string) []string {
	t.Helper()
	var args []string
	for _, text := range strings.Fields(with) {
		name, value, _ := strings.Cut(text, "=")
		if secret, ok := secrets[value]; ok {
			value = filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(value, []byte(secret+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		args = append(args, "--with", check+"."+name+"="+value)
	}
	return args
}
