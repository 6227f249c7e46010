package fleet

import (
	"net/netip"
	"strings"
	"testing"
)

func TestTargets(t *testing.T) {
	for text, want := range map[string]string{
		"login.example.com":          "login.example.com",
		"LOGIN.Example.COM.":         "login.example.com",
		"login.example.com:8443":     "login.example.com:8443",
		"198.51.100.7":               "198.51.100.7",
		"198.51.100.7:443":           "198.51.100.7:443",
		"2001:db8::7":                "[2001:db8::7]",
		"[2001:DB8:0:0::7]":          "[2001:db8::7]",
		"[2001:db8::7]:443":          "[2001:db8::7]:443",
		"::ffff:198.51.100.7":        "198.51.100.7",
		"[::ffff:198.51.100.7]:80":   "198.51.100.7:80",
		"":                           "",
		":443":                       "",
		"login.example.com:":         "",
		"login.example.com:0":        "",
		"login.example.com:65536":    "",
		"login.example.com:https":    "",
		"https://login.example.com/": "", "login.example.com/admin": "", "me:hunter2@login.example.com": "", "me@login.example.com": "",
		"login.example.com?x=1": "", "login.example.com#x": "", "login example.com": "", "login.example.com\n": "", "login.example.com\x00": "",
		"{{target}}": "", "fe80::1%eth0": "", "[fe80::1%25eth0]:80": "", "[198.51.100.7]": "", "[198.51.100.7": "", "bücher.example": "",
		strings.Repeat("a", 300): "",
	} {
		got, err := ParseTarget(text)
		if err != nil && want != "" || err == nil && got.String() != want {
			t.Errorf("%q is %q (%v), want %q", text, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats a password: %s", err)
		}
	}
}

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

func TestWhoIsAdmitted(t *testing.T) {
	allow := Allow{Hosts: []string{"login.example.com"}, Ranges: prefixes("198.51.100.0/24", "2001:db8::/32"), Ports: []Ports{{443, 443}, {8000, 8099}}}
	for text, want := range map[string]bool{
		"login.example.com": true, "LOGIN.example.com.": true, "login.example.com:443": true, "login.example.com:8050": true,
		"login.example.com:22": false, "198.51.100.7:8100": false,
		"198.51.100.7": true, "::ffff:198.51.100.7": true, "[2001:db8::1]:8099": true,
		"198.51.101.7": false, "127.0.0.1": false, "::1": false, "169.254.169.254": false, "2001:db9::1": false,
		"www.login.example.com": false, "example.com": false, "login.example.com.evil.example": false, "localhost": false,
		// What old resolvers take for an address inside a network that is not listed.
		"127.1": false, "2130706433": false, "0x7f000001": false, "198.51.100.007": false,
	} {
		target, err := ParseTarget(text)
		if err != nil {
			t.Fatal(text, err)
		}
		if got := allow.Admit(target); (got == nil) != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	target, _ := ParseTarget("login.example.com")
	if (Allow{}).Admit(target) == nil {
		t.Error("without a list, something may be asked for")
	}
}
