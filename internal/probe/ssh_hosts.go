package probe

import (
	"errors"
	"net"
	"os"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A hostTrust is what is known of a server's host key.
type hostTrust string

// The degrees of it. A server of which only keys of another kind are known is
// no stranger, and has changed nothing that could be seen: it is unknown.
const (
	trustNotAsked hostTrust = "not_compared"
	trustKnown    hostTrust = "known"
	trustUnknown  hostTrust = "unknown"
	trustChanged  hostTrust = "changed"
	trustRevoked  hostTrust = "revoked"
)

// mostKnownHosts bounds a file of known hosts.
const mostKnownHosts = 16 << 20

// knownHosts are the keys of a file in the format of OpenSSH.
type knownHosts struct{ check ssh.HostKeyCallback }

// readKnownHosts reads a file; nil when none is given. The error does not
// repeat a line of it.
func readKnownHosts(file string) (*knownHosts, error) {
	if file == "" {
		return nil, nil
	}
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("known-hosts: the file cannot be opened")
	}
	if info.Size() > mostKnownHosts {
		return nil, errors.New("known-hosts: over 16 MB is no list of hosts")
	}
	check, err := knownhosts.New(file)
	if err != nil {
		return nil, errors.New("known-hosts: not a file of known hosts as OpenSSH writes it")
	}
	return &knownHosts{check}, nil
}

// judge holds a key against the known ones.
func (k *knownHosts) judge(address string, remote net.Addr, key ssh.PublicKey) hostTrust {
	if k == nil {
		return trustNotAsked
	}
	err := k.check(address, remote, key)
	if err == nil {
		return trustKnown
	}
	if _, revoked := errors.AsType[*knownhosts.RevokedError](err); revoked {
		return trustRevoked
	}
	e, ok := errors.AsType[*knownhosts.KeyError](err)
	if ok && slices.ContainsFunc(e.Want, func(w knownhosts.KnownKey) bool { return w.Key.Type() == key.Type() }) {
		return trustChanged
	}
	return trustUnknown
}

// prefer puts the algorithms of the keys that are known for a server first, as
// OpenSSH does. Without that, a server with several keys shows one that is not
// known, and seems to have changed.
func (k *knownHosts) prefer(address string, algorithms []string) []string {
	if k == nil {
		return algorithms
	}
	// Asked for a key that nobody has, it says which ones it knows.
	e, ok := errors.AsType[*knownhosts.KeyError](k.check(address, &net.TCPAddr{}, noKey{}))
	if !ok {
		return algorithms
	}
	wanted := func(algorithm string) bool {
		return slices.ContainsFunc(e.Want, func(w knownhosts.KnownKey) bool { return hostKeyType(algorithm) == w.Key.Type() })
	}
	var first, rest []string
	for _, a := range algorithms {
		if wanted(a) {
			first = append(first, a)
		} else {
			rest = append(rest, a)
		}
	}
	return append(first, rest...)
}

// hostKeyType is the kind of key that an algorithm signs with: RSA has several
// algorithms (RFC 8332).
func hostKeyType(algorithm string) string {
	switch algorithm {
	case ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512:
		return ssh.KeyAlgoRSA
	}
	return algorithm
}

// noKey is nobody's host key.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("nobody's key") }
