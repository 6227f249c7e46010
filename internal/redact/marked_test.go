package redact

import (
	"strings"
	"testing"
)

// What a mask does not cover stands in the text where origin says.
func TestMarkedKnowsWhereThingsStood(t *testing.T) {
	for _, s := range []string{
		"nothing secret", "token ghp_abcdefghijklmnopqrstuvwxyz0123456789 AADSTS50126 wrong",
		"login with password: abc123\n535 5.7.8 no, password=x9x9x9x9\nand then AADSTS50126",
		`{"a":"Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl","b":"code AADSTS50126"}`,
		"https://user:hunter2@host.example/?code=4/0AX4XfWhXXXXXXXXXXXXXXXXXX&state=1 AADSTS50126",
	} {
		masked, origin := Marked(s)
		if masked != Text(s) {
			t.Errorf("%q: Marked gives %q, Text %q", s, masked, Text(s))
		}
		if origin(0) != 0 && maskLen(masked) == 0 || origin(len(masked)) != len(s) {
			t.Errorf("%q: the ends are at %d and %d of %d", s, origin(0), origin(len(masked)), len(s))
		}
		if i := strings.Index(masked, "AADSTS50126"); i >= 0 && s[origin(i):origin(i+11)] != "AADSTS50126" {
			t.Errorf("%q: what stands at %d is %q", s, origin(i), s[origin(i):origin(i+11)])
		}
	}
}

func TestStarsKeepEverythingInItsColumn(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"nothing sécret", "nothing sécret"},
		{"title: password=höhle9x; token: [redacted:x] é", "title: password=*******; token: [redacted:x] é"},
		{"http://joe:pw1@example.org/?code=abcdef12&x=1", "http://joe:***@example.org/?code=********&x=1"},
	} {
		if got := Stars(test.in); got != test.want {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
	}
}
