package probe

import "testing"

func TestParseTLSTarget(t *testing.T) {
	for _, tt := range []struct {
		address, serverName string
		want                tlsTarget
	}{
		{"www.Example.com", "", tlsTarget{"www.example.com:443", "www.example.com", false}},
		{"www.example.com.:8443", "", tlsTarget{"www.example.com:8443", "www.example.com", false}},
		{"https://www.example.com/login?x=1", "", tlsTarget{"www.example.com:443", "www.example.com", false}},
		{"HTTPS://www.example.com:444", "", tlsTarget{"www.example.com:444", "www.example.com", false}},
		{"imaps://mail.example:993", "", tlsTarget{"mail.example:993", "mail.example", false}},
		{"::1", "", tlsTarget{"[::1]:443", "::1", false}},
		{"[::1]:8443", "localhost", tlsTarget{"[::1]:8443", "localhost", false}},
		{"bücher.example", "", tlsTarget{"xn--bcher-kva.example:443", "xn--bcher-kva.example", false}},
		{"HTTP://www.example.com", "", tlsTarget{plain: true}},
	} {
		got, err := parseTLSTarget(tt.address, tt.serverName)
		if err != nil || got != tt.want {
			t.Errorf("parseTLSTarget(%q, %q) = %+v, %v, want %+v", tt.address, tt.serverName, got, err, tt.want)
		}
	}
}
