package probe

import (
	"context"
	"errors"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var sshProbe = Probe{
	Kind: "ssh",
	Doc:  "an SSH server: its host key, algorithms and ways of signing in; with a login, one attempt",
	Example: `  authdoctor probe ssh --address server.example.com --known-hosts ~/.ssh/known_hosts
  authdoctor probe ssh --address server.example.com --user joe
  authdoctor probe ssh --address server.example.com:22 --known-hosts known_hosts --login joe --key-file ~/.ssh/id_ed25519`,
	Params: []Param{
		{Name: "address", Target: true, Required: true, Form: mailServerForm("server.example.com:22"), Doc: "the server, HOST or HOST:PORT; port 22 unless given"},
		{Name: "known-hosts", Form: Form{Example: "known_hosts"}, Doc: "file of known host keys, to hold the server's against"},
		{Name: "user", FlagOnly: true, Secret: true, Form: loginForm, Doc: "ask how this user may sign in; nothing secret is sent"},
		{Name: "login", FlagOnly: true, Secret: true, Form: loginForm, Doc: "user name; signs in once, with the password or key of the next flags"},
		{Name: "password-file", FlagOnly: true, Secret: true, Form: secretForm, Doc: "file of the password, - for standard input, env:NAME for a variable"},
		{Name: "key-file", FlagOnly: true, Secret: true, Form: secretForm, Doc: "file of the private key, instead of a password"},
		{Name: "passphrase-file", FlagOnly: true, Secret: true, Form: secretForm, Doc: "file of the key's passphrase, if it has one"},
	},
	Ready: func(env Env, with Params) error { return second(newSSHVisit(env, with)) },
	Run:   runSSH,
}

// clientName is what we call ourselves (RFC 4253, 4.2).
const clientName = "SSH-2.0-authdoctor"

// How a visit ends, when nothing went wrong.
var (
	errSeenEnough = errors.New("the host key was seen")
	errNotTrusted = errors.New("the host key is not one to sign in to")
	errAnswered   = errors.New("the ways of signing in were told")
	errNoMethod   = errors.New("the server does not take this kind of credential")
	errOneTry     = errors.New("there is only one attempt")
)

// An sshVisit is one visit to a server.
type sshVisit struct {
	address string
	host    string
	known   *knownHosts // nil when none are given
	user    string      // to be asked for, or to be signed in
	login   *login      // nil when nothing is to be tried
	signer  ssh.Signer  // of its key, if it is one

	facts    map[string]any
	init     *recordingConn
	trust    hostTrust
	methods  []string
	tried    string   // the method of the attempt; empty for none
	more     bool     // the attempt was taken, and another one is wanted
	further  []string // how
	puzzled  bool     // it asked for something else than one password
	attempt  func() error
	refused  error // why the attempt may not be made
	greeting string
}

func runSSH(ctx context.Context, env Env, with Params) diag.Finding {
	v, err := newSSHVisit(env, with)
	if err != nil {
		return unknown(nil, "%s", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	conn, err := dialBounded(ctx, env, "tcp", v.address)
	if err != nil {
		return noConnection(err, v.address, v.facts)
	}
	defer func() { _ = conn.Close() }()
	v.init = &recordingConn{Conn: conn}
	v.attempt = func() error { return env.attempt(ctx, "ssh "+v.address+" "+v.user) }
	client, channels, requests, err := ssh.NewClientConn(v.init, v.address, v.config())
	if err == nil {
		go ssh.DiscardRequests(requests)
		go refuseChannels(channels)
		_ = client.Close()
		_ = client.Wait()
	}
	return v.judge(ctx, err)
}

// refuseChannels: nothing that a server wants of us is done.
func refuseChannels(channels <-chan ssh.NewChannel) {
	for c := range channels {
		_ = c.Reject(ssh.Prohibited, "")
	}
}

func newSSHVisit(env Env, with Params) (*sshVisit, error) {
	target, err := parseMailTarget(with["address"], "", "22")
	if err != nil {
		return nil, err
	}
	v := &sshVisit{address: target.address, host: target.name, user: with["user"]}
	v.facts = map[string]any{"address": v.address, "attempted": false}
	if v.known, err = readKnownHosts(with["known-hosts"]); err != nil {
		return nil, err
	}
	if v.login, err = readLogin(env, with, "password-file", "key-file"); err != nil {
		return nil, err
	}
	if v.login == nil {
		return v, nil
	}
	if v.known == nil {
		return nil, wantsError{"login", "known-hosts", "give known-hosts as well, so that it goes to the right server only"}
	}
	v.user = v.login.name
	if v.login.from == "key-file" {
		v.signer, err = readKey(env, v.login, with["passphrase-file"])
	}
	return v, err
}

// readKey reads a private key.
func readKey(env Env, l *login, passphrase string) (ssh.Signer, error) {
	data := []byte(l.Secret.Reveal())
	// What a file ends with is part of the format, and was taken off with the
	// line end of a password.
	data = append(data, '\n')
	signer, err := ssh.ParsePrivateKey(data)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); !locked {
		if err != nil {
			return nil, errors.New("key-file: not a private key that can be read")
		}
		return signer, nil
	}
	if passphrase == "" {
		return nil, wantsError{"key-file", "passphrase-file", "the key has a passphrase; give passphrase-file as well"}
	}
	secret, err := env.secret(passphrase)
	if err != nil {
		return nil, errors.New("passphrase-file: " + err.Error())
	}
	if signer, err = ssh.ParsePrivateKeyWithPassphrase(data, []byte(secret.Reveal())); err != nil {
		return nil, errors.New("passphrase-file: the key does not open with it")
	}
	return signer, nil
}

// config is how far the visit goes: to the host key, to the ways of signing
// in, or to one attempt.
func (v *sshVisit) config() *ssh.ClientConfig {
	algorithms := ssh.SupportedAlgorithms()
	return &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: algorithms.KeyExchanges,
			Ciphers:      algorithms.Ciphers,
			MACs:         append(algorithms.MACs, ssh.HMACSHA256, ssh.HMACSHA512, ssh.HMACSHA1),
		},
		User:              v.user,
		ClientVersion:     clientName,
		HostKeyAlgorithms: v.known.prefer(v.address, algorithms.HostKeys),
		HostKeyCallback:   v.hostKey,
		AuthCallback:      v.chooseMethod,
		BannerCallback: func(text string) error {
			v.greeting = text
			return nil
		},
	}
}

// hostKey sees the server's key, and ends the visit where it should go no
// further: nobody is asked for, or the key is not one to be trusted.
func (v *sshVisit) hostKey(address string, remote net.Addr, key ssh.PublicKey) error {
	v.facts["host_key_type"] = printable(key.Type())
	v.facts["host_key_fingerprint"] = ssh.FingerprintSHA256(key)
	v.trust = v.known.judge(address, remote, key)
	v.facts["host_key"] = string(v.trust)
	switch {
	case v.trust == trustChanged || v.trust == trustRevoked || v.login != nil && v.trust != trustKnown:
		return errNotTrusted
	case v.user == "":
		return errSeenEnough
	}
	return nil
}

// chooseMethod is told how the user may sign in, and makes the one attempt.
// It is asked again after that.
func (v *sshVisit) chooseMethod(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if v.tried != "" {
		if len(c.PartialSuccessMethods) > 0 {
			v.more, v.further = true, cleanNames(c.AllowedMethods)
		}
		return nil, errOneTry
	}
	v.methods = cleanNames(c.AllowedMethods)
	if v.login == nil {
		return nil, errAnswered
	}
	method, name := v.method()
	if method == nil {
		return nil, errNoMethod
	}
	if v.refused = v.attempt(); v.refused != nil {
		return nil, v.refused
	}
	v.tried = name
	v.facts["attempted"], v.facts["method"] = true, name
	return method, nil
}

// method is the way to sign in with what is given, if the server has it. A
// server that asks for the password in its own words gets it once.
func (v *sshVisit) method() (ssh.AuthMethod, string) {
	has := func(name string) bool { return strings.Contains(","+strings.Join(v.methods, ",")+",", ","+name+",") }
	switch {
	case v.signer != nil && has("publickey"):
		return ssh.PublicKeys(v.signer), "publickey"
	case v.signer != nil:
		return nil, ""
	case has("password"):
		return ssh.Password(v.login.Secret.Reveal()), "password"
	case has("keyboard-interactive"):
		return ssh.KeyboardInteractive(v.answerOnce()), "keyboard-interactive"
	}
	return nil, ""
}

// errAsksMore: what a server asks in a conversation is not one password.
var errAsksMore = errors.New("the server asks for more than a password")

func (v *sshVisit) answerOnce() ssh.KeyboardInteractiveChallenge {
	answered := false
	return func(_, _ string, questions []string, echo []bool) ([]string, error) {
		switch {
		case len(questions) == 0:
			return nil, nil // only something to be read
		case answered || len(questions) > 1 || echo[0]:
			v.more, v.puzzled = answered, !answered
			return nil, errAsksMore
		}
		answered = true
		return []string{v.login.Secret.Reveal()}, nil
	}
}
