package lab

import (
	"crypto/ed25519"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/attempts"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
)

// strangersKey is a private key that no server knows.
func strangersKey(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeKey(t, dir, "stranger", key)
	return filepath.Join(dir, "stranger")
}

func TestSSH(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // runs after the servers' own cleanup
	s := startSSHD(t)
	keysOnly := startSSHD(t, "PasswordAuthentication no")
	twoSteps := startSSHD(t, "AuthenticationMethods publickey,password")
	oldKex := startSSHD(t, "KexAlgorithms diffie-hellman-group1-sha1")
	oldCipher := startSSHD(t, "Ciphers 3des-cbc")
	weak := startSSHD(t, "KexAlgorithms +diffie-hellman-group14-sha1")
	at := func(s sshd, more ...string) map[string]string {
		return mailWith(append([]string{"address=" + s.address, "known-hosts=" + s.knows(t, s.host["ed25519"])}, more...)...)
	}
	stranger := strangersKey(t)
	hold(t, "ssh", []fault{
		{name: "none", server: "sshd", expected: "ssh.ok", with: at(s)},
		// It shows its other key to who does not ask for this one.
		{name: "none, known by its RSA key alone", server: "sshd", expected: "ssh.ok", facts: map[string]string{"host_key": "known"},
			with: at(s, "known-hosts="+s.knows(t, s.host["rsa"]))},
		{name: "none, the ways to sign in", server: "sshd", expected: "ssh.ok", with: at(s, "user="+s.me)},
		{name: "none, a login by key", server: "sshd", expected: "ssh.ok", with: at(s, "login="+s.me, "key-file="+filepath.Join(s.dir, "mine"))},
		{name: "wrong key", server: "sshd", expected: "ssh.rejected", with: at(s, "login="+s.me, "key-file="+stranger)},
		{name: "wrong password", server: "sshd", expected: "ssh.rejected", with: at(s, "login="+s.me, "password-file=wrong")},
		{name: "a user that is not there", server: "sshd", expected: "ssh.rejected", with: at(s, "login=nobody-of-that-name", "password-file=wrong")},
		{name: "host key changed", server: "sshd", expected: "ssh.host_key_changed", with: at(s, "known-hosts="+s.knows(t, newPublicKey(t)))},
		{name: "host key changed, before a login", server: "sshd", expected: "ssh.host_key_changed",
			with: at(s, "known-hosts="+s.knows(t, newPublicKey(t)), "login="+s.me, "password-file=wrong")},
		{name: "host key not known", server: "sshd", expected: "ssh.host_key_unknown", with: at(s, "known-hosts="+s.knows(t))},
		{name: "password where only keys are taken", server: "sshd with keys only", expected: "ssh.method_not_offered", with: at(keysOnly, "login="+keysOnly.me, "password-file=wrong")},
		{name: "a second step", server: "sshd that wants key and password", expected: "ssh.second_step_required",
			with: at(twoSteps, "login="+twoSteps.me, "key-file="+filepath.Join(twoSteps.dir, "mine"))},
		{name: "no common key exchange", server: "sshd with group1-sha1 only", expected: "ssh.no_common_algorithm", with: at(oldKex)},
		{name: "no common cipher", server: "sshd with 3des-cbc only", expected: "ssh.no_common_algorithm", with: at(oldCipher)},
		{name: "old algorithms as well", server: "sshd with group14-sha1 too", expected: "ssh.weak_algorithms", with: at(weak)},
	})
}

// sshd counts: a login is tried once, and not at all when the budget is spent
// or the host key is not a known one.
func TestSSHAttemptsAreCounted(t *testing.T) {
	s := startSSHD(t)
	budget := attempts.Budget{Dir: state.Dir(t.TempDir()), Now: probe.System().Now, Limit: 1}
	f := fault{expected: "ssh.rejected", with: mailWith("address="+s.address, "login="+s.me, "password-file=wrong")}
	f.with["known-hosts"] = s.knows(t, newPublicKey(t))
	changed := f.measure(t, budget)
	f.with["known-hosts"] = s.knows(t, s.host["ed25519"])
	first, second := f.measure(t, budget), f.measure(t, budget)
	if changed.Outcome != "host_key_changed" || first.Outcome != "rejected" || second.Outcome != diag.NoAnswer || !strings.Contains(second.Reason, "1 attempts were made") {
		t.Errorf("got %+v, then %+v, then %+v", changed, first, second)
	}
	ended := func() int {
		return strings.Count(s.said.String(), "Connection closed by") + strings.Count(s.said.String(), "Connection reset by")
	}
	s.until(t.Context(), func() bool { return ended() >= 3 })
	if n := strings.Count(s.said.String(), "Failed password"); n != 1 || ended() < 3 {
		t.Errorf("sshd counted %d passwords in %d visits\n%s", n, ended(), s.said.String())
	}
}

// labSecretOrFile reads the lab's words, and else files.
func labSecretOrFile(source string) (diag.Secret, error) {
	if secret, err := labSecret(source); err == nil {
		return secret, nil
	}
	data, err := os.ReadFile(source)
	return diag.NewSecret(strings.TrimSuffix(string(data), "\n")), err
}
