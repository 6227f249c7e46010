package probe

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// newSSHServer serves with x/crypto's own server, for what sshd has only with
// accounts of its own. It gives the address and its key.
func newSSHServer(t *testing.T, config *ssh.ServerConfig) (string, ssh.PublicKey) {
	t.Helper()
	good := ssh.SupportedAlgorithms()
	if config.Ciphers == nil {
		config.Ciphers = good.Ciphers
	}
	if config.MACs == nil {
		config.MACs = good.MACs
	}
	config.KeyExchanges = good.KeyExchanges
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	config.AddHostKey(signer)
	address := serveRaw(t, func(conn net.Conn) {
		server, channels, requests, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		go refuseChannels(channels)
		_ = server.Wait()
	})
	return address, signer.PublicKey()
}

// knownAs writes a file in which a key is known for signin.example.
func knownAs(t *testing.T, keys ...ssh.PublicKey) string {
	t.Helper()
	text := "# a comment\n"
	for _, key := range keys {
		text += knownhosts.Line([]string{"signin.example"}, key) + "\n"
	}
	path := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSSH(t *testing.T) {
	refuse := errors.New("no")
	password := func(_ ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
		if string(given) == "s3cret-Word" {
			return nil, nil
		}
		return nil, refuse
	}
	conversation := func(questions ...string) func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		return func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			for _, q := range questions {
				asked := strings.Split(q, "|")
				answers, err := ask("", "", asked, make([]bool, len(asked)))
				if err != nil || answers[0] != "s3cret-Word" {
					return nil, refuse
				}
			}
			return nil, nil
		}
	}
	wrongly := func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		_, _ = ask("", "", []string{"Password: "}, []bool{false})
		return nil, refuse
	}
	// A name that no fingerprint can hold, whatever the keys of this run are.
	login := Params{"login": "joe.doe", "password-file": "file"}
	tests := []struct {
		name   string
		config *ssh.ServerConfig
		with   Params
		known  string // "", "right", "none"
		spent  bool
		want   string
		text   string
		tried  bool
	}{
		{"shows itself", &ssh.ServerConfig{PasswordCallback: password}, nil, "", false, "ok", "the server answers, host key ssh-ed25519 SHA256:", false},
		{"tells the ways", &ssh.ServerConfig{PasswordCallback: password, KeyboardInteractiveCallback: wrongly}, Params{"user": "joe.doe"}, "", false,
			"ok", "; this user may sign in with password, keyboard-interactive", false},
		{"lets everybody in", &ssh.ServerConfig{NoClientAuth: true}, Params{"user": "joe.doe"}, "", false, "ok", "; it lets this user in without any credential", false},
		{"unknown", &ssh.ServerConfig{PasswordCallback: password}, Params{"user": "joe.doe"}, "none", false, "host_key_unknown", "the host key is not a known one", false},
		{"unknown, so no login", &ssh.ServerConfig{PasswordCallback: password}, login, "none", false, "host_key_unknown", "so the login was not tried", false},
		{"password taken", &ssh.ServerConfig{PasswordCallback: password}, login, "right", false, "ok", "the server took the login (password)", true},
		{"password refused", &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, refuse }}, login, "right", false,
			"rejected", "the login was refused (password)", true},
		{"no attempt left", &ssh.ServerConfig{PasswordCallback: password}, login, "right", true, diag.NoAnswer, "2 attempts were made", false},
		{"conversation", &ssh.ServerConfig{KeyboardInteractiveCallback: conversation("Password: ")}, login, "right", false, "ok", "the server took the login (keyboard-interactive)", true},
		{"conversation, refused", &ssh.ServerConfig{KeyboardInteractiveCallback: wrongly}, login, "right", false, "rejected", "the login was refused (keyboard-interactive)", true},
		{"conversation, and then a code", &ssh.ServerConfig{KeyboardInteractiveCallback: conversation("Password: ", "Code: ")}, login, "right", false,
			"second_step_required", "the server took the login (keyboard-interactive), and wants more", true},
		{"conversation of two questions", &ssh.ServerConfig{KeyboardInteractiveCallback: conversation("Password: |Code: ")}, login, "right", false,
			diag.NoAnswer, "asks for more than one password", true},
		{"keys only", &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, refuse }}, login, "right", false,
			"method_not_offered", "the server takes no passwords, only publickey; nothing was sent", false},
		{"old algorithms too", &ssh.ServerConfig{PasswordCallback: password, Config: ssh.Config{Ciphers: []string{"aes128-ctr", "3des-cbc"}}}, nil, "", false,
			"weak_algorithms", "the server still offers 3des-cbc", false},
		{"old algorithms only", &ssh.ServerConfig{PasswordCallback: password, Config: ssh.Config{MACs: []string{"hmac-sha1-96"}, Ciphers: []string{"aes128-ctr"}}}, nil, "", false,
			"no_common_algorithm", "for message authentication the server offers only hmac-sha1-96", false},
		{"a banner repeats", &ssh.ServerConfig{PasswordCallback: password, BannerCallback: func(c ssh.ConnMetadata) string { return "hello " + c.User() }}, login, "right", false,
			"ok", "took the login", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			address, key := newSSHServer(t, tt.config)
			budget := &testBudget{spent: tt.spent}
			env := withLogin(worldAt(address, nil), budget)
			with := Params{"address": "signin.example"}
			for name, value := range tt.with {
				with[name] = value
			}
			switch tt.known {
			case "right":
				with["known-hosts"] = knownAs(t, key)
			case "none":
				with["known-hosts"] = knownAs(t)
			}
			got := clean(runSSH(t.Context(), env, with))
			text := got.Summary
			if got.Outcome == diag.NoAnswer {
				text = got.Reason
			}
			if got.Outcome != tt.want || !strings.Contains(text, tt.text) {
				t.Errorf("got %s %q, want %s %q", got.Outcome, text, tt.want, tt.text)
			}
			if tt.tried != (len(budget.accounts) == 1) || got.Facts["attempted"] != tt.tried {
				t.Errorf("counted %q, facts %v", budget.accounts, got.Facts)
			}
			if shown := fmt.Sprintf("%+v", got); strings.Contains(shown, "s3cret") || strings.Contains(shown, "joe.doe") {
				t.Errorf("the login is shown: %s", shown)
			}
		})
	}
}

// A server that has several keys shows the one that is known, and one that is
// known by another kind of key has not changed.
func TestSSHHostKeys(t *testing.T) {
	newKey := func() ssh.PublicKey {
		public, _, _ := ed25519.GenerateKey(rand.Reader)
		key, err := ssh.NewPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	mine, other := newKey(), newKey()
	ecdsaKey, err := ssh.NewPublicKey(newIssuer(t, "a key").key.Public())
	if err != nil {
		t.Fatal(err)
	}
	revoked := filepath.Join(t.TempDir(), "revoked")
	if err := os.WriteFile(revoked, []byte("@revoked * "+string(ssh.MarshalAuthorizedKey(mine))), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, file := range map[hostTrust]string{
		trustKnown: knownAs(t, other, mine), trustChanged: knownAs(t, other), trustUnknown: knownAs(t, ecdsaKey), trustRevoked: revoked,
	} {
		known, err := readKnownHosts(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := known.judge("signin.example:22", &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 22}, mine); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	known, err := readKnownHosts(knownAs(t, ecdsaKey))
	if err != nil {
		t.Fatal(err)
	}
	if got := known.prefer("signin.example:22", []string{"ssh-ed25519", "rsa-sha2-256", "ecdsa-sha2-nistp256"}); got[0] != "ecdsa-sha2-nistp256" || len(got) != 3 {
		t.Errorf("got %q", got)
	}
}

func TestSSHTrouble(t *testing.T) {
	tests := map[string]struct {
		serve func(net.Conn)
		want  string
	}{
		"rubbish": {func(c net.Conn) {
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_, _ = io.Copy(io.Discard, c)
		}, "the conversation broke off: "},
		"a flood": {func(c net.Conn) { _, _ = c.Write([]byte(strings.Repeat("x", 1<<20))) }, "what answers there does not speak SSH"},
		"a strange packet": {func(c net.Conn) {
			_, _ = c.Write([]byte("SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff\xff\xff"))
			_, _ = io.Copy(io.Discard, c)
		}, "the conversation broke off: "},
		"too busy": {func(c net.Conn) { _, _ = c.Write([]byte("Exceeded MaxStartups\r\n")) }, "the conversation broke off: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			got := runSSH(t.Context(), worldAt(serveRaw(t, tt.serve), nil), Params{"address": "signin.example"})
			if got.Outcome != diag.NoAnswer || !strings.HasPrefix(got.Reason, tt.want) {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
		})
	}
}

func TestSSHSilence(t *testing.T) {
	noLeaks(t)
	heard := make(chan struct{}, 1)
	address := serveRaw(t, func(conn net.Conn) {
		b := make([]byte, 1000)
		_, _ = conn.Read(b)
		_, _ = conn.Write([]byte("SSH-2.0-slow\r\n\x00"))
		heard <- struct{}{}
		for {
			if _, err := conn.Read(b); err != nil {
				return
			}
		}
	})
	ctx, end := newTestDeadline(t)
	go func() { <-heard; end() }()
	got := runSSH(ctx, worldAt(address, nil), Params{"address": "signin.example"})
	if want := "the conversation broke off: no answer in time"; got.Outcome != diag.NoAnswer || got.Reason != want && !strings.Contains(got.Reason, "stopped") {
		t.Errorf("got %+v, want %s", got, want)
	}
}

func TestSSHParameters(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte("s3cret-Word"))
	if err != nil {
		t.Fatal(err)
	}
	known := knownAs(t)
	secrets := map[string]string{"key": strings.TrimSuffix(string(pem.EncodeToMemory(locked)), "\n"), "pass": "s3cret-Word", "wrong": "another"}
	env := worldAt("127.0.0.1:1", nil)
	env.Secret = func(source string) (diag.Secret, error) { return diag.NewSecret(secrets[source]), nil }
	tests := map[string]Params{
		"address: not a host name":                                                  {"address": "a b"},
		"known-hosts: the file cannot be opened":                                    {"address": "a.test", "known-hosts": "/nothing"},
		"login: give its secret with password-file or key-file":                     {"address": "a.test", "login": "joe"},
		"login: give known-hosts as well, so that it goes to the right server only": {"address": "a.test", "login": "joe", "password-file": "pass"},
		"key-file: not a private key that can be read":                              {"address": "a.test", "known-hosts": known, "login": "joe", "key-file": "pass"},
		"key-file: the key has a passphrase; give passphrase-file as well":          {"address": "a.test", "known-hosts": known, "login": "joe", "key-file": "key"},
		"passphrase-file: the key does not open with it":                            {"address": "a.test", "known-hosts": known, "login": "joe", "key-file": "key", "passphrase-file": "wrong"},
	}
	for want, with := range tests {
		if got := runSSH(t.Context(), env, with); got.Outcome != diag.NoAnswer || !strings.HasPrefix(got.Reason, want) {
			t.Errorf("%v: got %+v, want %s", with, got, want)
		}
	}
}

func TestSSHWeakAlgorithms(t *testing.T) {
	fine := strings.Fields(currentAlgorithms.kex + " " + currentAlgorithms.hostKeys + " " + currentAlgorithms.ciphers + " " + currentAlgorithms.macs)
	if weak := (sshOffer{KeyExchanges: fine}).weak(); len(weak) > 0 {
		t.Errorf("current and weak: %q", weak)
	}
	for _, name := range []string{"diffie-hellman-group1-sha1", "ssh-dss", "ssh-rsa", "3des-cbc", "arcfour256", "aes256-cbc", "hmac-md5-etm@openssh.com", "rijndael-cbc@lysator.liu.se", "none"} {
		if weak := (sshOffer{Ciphers: []string{name}}).weak(); len(weak) != 1 {
			t.Errorf("%s is not taken for weak", name)
		}
	}
}
