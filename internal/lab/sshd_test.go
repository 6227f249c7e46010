package lab

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

const sshdConfig = `
Port @PORT@
ListenAddress 127.0.0.1
HostKey @DIR@/host_ed25519
HostKey @DIR@/host_rsa
PidFile none
UsePAM no
KbdInteractiveAuthentication no
AuthorizedKeysFile @DIR@/authorized_keys
StrictModes no
PermitRootLogin yes
LogLevel VERBOSE
`

// An sshd is one that runs. It lets in whoever started it, with one key.
type sshd struct {
	*process
	address string
	dir     string
	me      string
	host    map[string]ssh.PublicKey // its own keys, by kind
}

// startSSHD starts one with lines that come before all others, so that they
// count.
func startSSHD(t *testing.T, lines ...string) sshd {
	t.Helper()
	path := program(t, "sshd", "openssh-server")
	asRoot(t)
	// Where it shuts itself in before anybody has signed in; made by the
	// system's own start of it, which there may not have been.
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		dir := sharedDir(t)
		port := freePort(t)
		s := sshd{address: "127.0.0.1:" + port, dir: dir, me: me.Username, host: map[string]ssh.PublicKey{}}
		_, edKey, err1 := ed25519.GenerateKey(rand.Reader)
		rsaKey, err2 := rsa.GenerateKey(rand.Reader, 2048)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		s.host["ed25519"], s.host["rsa"] = writeKey(t, dir, "host_ed25519", edKey), writeKey(t, dir, "host_rsa", rsaKey)
		_, mine, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, "authorized_keys", string(ssh.MarshalAuthorizedKey(writeKey(t, dir, "mine", mine))))
		config := write(t, dir, "sshd_config", strings.Join(lines, "\n")+fill(sshdConfig, "@DIR@", dir, "@PORT@", port))
		s.process = start(t, path, "-D", "-e", "-f", config)
		if s.accepts(t.Context(), s.address) {
			return s
		}
		t.Logf("sshd did not start:\n%s", s.said.String())
	}
	t.Fatal("sshd does not start")
	return sshd{}
}

// writeKey writes a private key as OpenSSH does, and gives the public one.
func writeKey(t *testing.T, dir, name string, key crypto.Signer) ssh.PublicKey {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "lab")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// knows writes a file in which these keys are known for the server.
func (s sshd) knows(t *testing.T, keys ...ssh.PublicKey) string {
	t.Helper()
	text := ""
	for _, key := range keys {
		text += knownhosts.Line([]string{s.address}, key) + "\n"
	}
	return write(t, t.TempDir(), "known_hosts", text)
}

func newPublicKey(t *testing.T) ssh.PublicKey {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
