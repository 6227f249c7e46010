package probe

import "testing"

func TestHostOf(t *testing.T) {
	rows := []struct {
		text, want string
		err        bool
	}{
		{"www.alarm.com", "www.alarm.com", false},
		{" WWW.Alarm.com. ", "www.alarm.com", false},
		{"www.alarm.com:443", "www.alarm.com", false},
		{"www.alarm.com/login", "www.alarm.com", false},
		{"https://me:secret@www.alarm.com:8443/login?x=1#y", "www.alarm.com", false},
		{"bücher.example", "xn--bcher-kva.example", false},
		{"_dmarc.example.com", "_dmarc.example.com", false},
		{"[::1]", "::1", false},
		{"fe80::1%eth0", "fe80::1", false},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1", false},
		{"https://", "", true},
		{"a b", "", true},
		{"-", "-", false},
	}
	for _, r := range rows {
		got, err := hostOf(r.text)
		if got != r.want || (err != nil) != r.err {
			t.Errorf("hostOf(%q) = %q, %v; want %q, error %v", r.text, got, err, r.want, r.err)
		}
	}
}

func TestPublicName(t *testing.T) {
	public := []string{"www.alarm.com", "test.com", "local.example"}
	private := []string{"x.test", "test", "x.local", "x.internal", "x.home.arpa", "localhost", "x.localhost", "nas", "fritz.lan", "192.0.2.1", "::1"}
	for _, name := range public {
		if !publicName(name) {
			t.Errorf("%s is public", name)
		}
	}
	for _, name := range private {
		if publicName(name) {
			t.Errorf("%s is not public", name)
		}
	}
}
