package lab

import (
	"path/filepath"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// The faults of SSH servers, as somebody meets them who runs the playbook.
func TestSSHVerdicts(t *testing.T) {
	s := startSSHD(t)
	keysOnly := startSSHD(t, "PasswordAuthentication no")
	twoSteps := startSSHD(t, "AuthenticationMethods publickey,password")
	oldKex := startSSHD(t, "KexAlgorithms diffie-hellman-group1-sha1")
	wrong := write(t, t.TempDir(), "wrong", "not-this-one\n")
	ask := func(s sshd, more ...string) []string {
		params := mailWith(append([]string{"address=" + s.address, "known-hosts=" + s.knows(t, s.host["ed25519"])}, more...)...)
		return append(healthy("way-to-device=ok", "agent=answering"), with("ssh", params)...)
	}
	mine := func(s sshd) string { return "key-file=" + filepath.Join(s.dir, "mine") }
	for name, c := range map[string]consult{
		"right key":           {args: ask(s, "login="+s.me, mine(s)), status: diag.Healthy},
		"wrong key":           {args: ask(s, "login="+s.me, "key-file="+strangersKey(t)), class: "wrong_credentials"},
		"wrong password":      {args: ask(s, "login="+s.me, "password-file="+wrong), class: "wrong_credentials"},
		"host key changed":    {args: ask(s, "known-hosts="+s.knows(t, newPublicKey(t)), "login="+s.me, "password-file="+wrong), class: "tls_untrusted"},
		"keys only":           {args: ask(keysOnly, "login="+s.me, "password-file="+wrong), class: "credential_type_unsupported"},
		"a second step":       {args: ask(twoSteps, "login="+s.me, mine(twoSteps)), class: "mfa_required"},
		"no common algorithm": {args: ask(oldKex), class: "tls_protocol"},
		"the way is blocked": {class: "network_unreachable", check: "way-to-device", layer: diag.LayerPath, blocked: []string{"agent", "ssh"},
			args: append(healthy("way-to-device=offline"), with("ssh", mailWith("address="+s.address))...)},
	} {
		t.Run(name, func(t *testing.T) {
			c.playbook = "network-device"
			if c.status == "" && c.check == "" {
				c.check, c.layer = "ssh", diag.LayerCredentials
			}
			c.hold(t)
		})
	}
}
