package probe

import (
	"bytes"
	"encoding/binary"
	"net"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// mostRecorded is how much of a server's first words is kept: its version and
// the list of what it offers (RFC 4253, 4.2 and 7.1) have about 2 KB.
const mostRecorded = 40 << 10

// A recordingConn keeps the beginning of what a server says, which is not
// encrypted yet. The library tells only what was agreed. It is safe for use by
// several goroutines.
type recordingConn struct {
	net.Conn
	mu    sync.Mutex
	heard []byte
}

func (r *recordingConn) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, p[:min(n, mostRecorded-len(r.heard))]...)
	return n, err
}

// version is the server's line of identification; what comes before it is for
// people. Rest is what follows.
func (r *recordingConn) version() (version string, rest []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest = r.heard
	for {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			return "", nil
		}
		if bytes.HasPrefix(line, []byte("SSH-")) {
			return strings.TrimRight(string(line), "\r"), after
		}
		rest = after
	}
}

// sshOffer is what a server offers, in its order (SSH_MSG_KEXINIT).
type sshOffer struct {
	Cookie                   [16]byte `sshtype:"20"`
	KeyExchanges, HostKeys   []string
	Ciphers, CiphersBack     []string
	MACs, MACsBack           []string
	Compression, CompresBack []string
	Languages, LanguagesBack []string
	FirstKexFollows          bool
	Reserved                 uint32
}

// offer reads the offer out of the server's first packet (RFC 4253, 6); false
// when it is not all there.
func (r *recordingConn) offer() (sshOffer, bool) {
	var o sshOffer
	version, packet := r.version()
	if version == "" || len(packet) < 5 {
		return o, false
	}
	length, padding := int(binary.BigEndian.Uint32(packet)), int(packet[4])
	if length > mostRecorded || length < padding+1 || len(packet) < 4+length {
		return o, false
	}
	err := ssh.Unmarshal(packet[5:4+length-padding], &o)
	// These stand in the list and are no algorithms (RFC 8308, and OpenSSH's own).
	o.KeyExchanges = slices.DeleteFunc(o.KeyExchanges, func(name string) bool {
		return strings.HasPrefix(name, "ext-info-") || strings.HasPrefix(name, "kex-strict-")
	})
	return o, err == nil
}

// A category is a list that both sides must have something of in common.
type category struct {
	what    string
	offered []string
	current []string
}

// currentAlgorithms are what a current OpenSSH client takes without being told
// to: ssh_config(5) of OpenSSH 9.9, KexAlgorithms, HostKeyAlgorithms, Ciphers
// and MACs, without the certificates' names.
var currentAlgorithms = struct{ kex, hostKeys, ciphers, macs string }{
	"sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com mlkem768x25519-sha256 curve25519-sha256 curve25519-sha256@libssh.org " +
		"ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 diffie-hellman-group-exchange-sha256 " +
		"diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group14-sha256",
	"ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ssh-ed25519@openssh.com " +
		"sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256",
	"chacha20-poly1305@openssh.com aes128-gcm@openssh.com aes256-gcm@openssh.com aes128-ctr aes192-ctr aes256-ctr",
	"umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com " +
		"hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com hmac-sha2-256 hmac-sha2-512 hmac-sha1",
}

func (o sshOffer) categories() []category {
	return []category{
		{"key exchange", o.KeyExchanges, strings.Fields(currentAlgorithms.kex)},
		{"host key", o.HostKeys, strings.Fields(currentAlgorithms.hostKeys)},
		{"cipher", o.Ciphers, strings.Fields(currentAlgorithms.ciphers)},
		{"message authentication", o.MACs, strings.Fields(currentAlgorithms.macs)},
	}
}

// missing is the first category in which a current client finds nothing; false
// when there is something in all of them. Certificates are as good as keys.
func (o sshOffer) missing() (category, bool) {
	for _, c := range o.categories() {
		common := slices.ContainsFunc(c.offered, func(name string) bool {
			return slices.Contains(c.current, name) || strings.Contains(name, "-cert-v01@")
		})
		// With an authenticated cipher no message authentication is agreed on.
		if !common && (c.what != "message authentication" || !slices.ContainsFunc(o.Ciphers, aeadCipher)) {
			return c, true
		}
	}
	return category{}, false
}

func aeadCipher(cipher string) bool {
	return strings.Contains(cipher, "-gcm@") || strings.HasPrefix(cipher, "chacha20-poly1305")
}

// weak are the offered algorithms that are no longer safe: those of the
// library's list, and older ones that it never had.
func (o sshOffer) weak() []string {
	insecure := ssh.InsecureAlgorithms()
	bad := slices.Concat(insecure.KeyExchanges, insecure.HostKeys, insecure.Ciphers, insecure.MACs)
	var list []string
	for _, name := range slices.Concat(o.KeyExchanges, o.HostKeys, o.Ciphers, o.MACs) {
		if (slices.Contains(bad, name) || longGone().MatchString(name)) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return cleanNames(list)
}

// longGone: ciphers in CBC mode and of 64-bit blocks, RC4, MD5, DSA, and key
// exchanges with 1024-bit groups or SHA-1 (RFC 8429, RFC 8758, RFC 9142).
var longGone = pattern(`^(arcfour|blowfish|cast128|3des|des-|idea)|-cbc(@|$)|md5|^ssh-dss$|group1-sha1|^rsa1024|^none$`)

// cleanNames is a list of names that is fit to be shown, and bounded.
func cleanNames(list []string) []string {
	const most = 60
	out := []string{}
	for _, name := range list[:min(len(list), most)] {
		out = append(out, printable(name))
	}
	return out
}
