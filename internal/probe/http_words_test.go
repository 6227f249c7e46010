package probe

import (
	"net/url"
	"testing"
)

func TestMarkers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []string
		want  marker
	}{
		{"none", []string{"https://www.alarm.com/login"}, marker{}},
		{"refused", []string{"https://www.alarm.com/login?m=login_fail"}, markers()["login_fail"]},
		{"refused, the other way", []string{"https://www.alarm.com/login?err=login_fail"}, markers()["login_fail"]},
		{"locked", []string{"https://www.alarm.com/login?M=LockedOut"}, markers()["lockedout"]},
		{"locked, the other way", []string{"https://www.alarm.com/login?a=b&err=locked"}, markers()["locked"]},
		{"no session", []string{"https://www.alarm.com/web", "https://www.alarm.com/login?m=no_session&ReturnUrl=%2Fweb"}, markers()["no_session"]},
		{"the last one counts", []string{"https://www.alarm.com/login?m=login_fail", "https://www.alarm.com/login?m=LockedOut"}, markers()["lockedout"]},
		{"must set up two-factor", []string{"https://control.adt.com/web/system-install/login-setup/two-factor-authentication/overview"},
			marker{"two-factor-authentication", "mfa_required", "two-factor sign-in must be set up first"}},
		{"a near miss in the value", []string{"https://www.alarm.com/login?m=login_failover"}, marker{}},
		{"a near miss in the name", []string{"https://www.alarm.com/login?merr=locked"}, marker{}},
		{"a near miss in the path", []string{"https://www.alarm.com/help?about=two-factor-authentication"}, marker{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var steps []*url.URL
			for _, s := range tt.steps {
				u, err := url.Parse(s)
				if err != nil {
					t.Fatal(err)
				}
				steps = append(steps, u)
			}
			got, ok := findMarker(steps)
			if got != tt.want || ok != (tt.want != marker{}) {
				t.Errorf("got %+v, %t", got, ok)
			}
		})
	}
}

func TestShownURL(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"https://www.alarm.com/login", "https://www.alarm.com/login"},
		{"https://u:p@www.alarm.com/login#frag", "https://www.alarm.com/login"},
		{"https://a.example/cb?code=abc&state=x&m=LockedOut", "https://a.example/cb?code=[hidden]&state=[hidden]&m=LockedOut"},
		{"https://a.example/?eyJhbGciOiJub25lIn0", "https://a.example/?[hidden]"},
		{"https://a.example/?%65rr=locked", "https://a.example/?%65rr=locked"},
		{"https://a.example/v2/reset/3f9c2b7e8d1a4c6fb0e5/go", "https://a.example/v2/reset/[hidden]/go"},
		{"https://a.example/system-installation-two-factor", "https://a.example/system-installation-two-factor"},
	} {
		u, err := url.Parse(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := shownURL(u); got != tt.want {
			t.Errorf("shownURL(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParsePage(t *testing.T) {
	for _, tt := range []struct{ in, want, err string }{
		{" https://WWW.Alarm.com./login?x=1#y ", "https://www.alarm.com/login?x=1", ""},
		{"http://user:secret@[::1]:8080/", "http://[::1]:8080/", ""},
		{"https://bücher.example/", "https://xn--bcher-kva.example/", ""},
		{"www.alarm.com/login", "", "url: must begin with http:// or https:// and a host name"},
		{"ftp://secret@a.example/", "", "url: must begin with http:// or https:// and a host name"},
		{"https:///login", "", "url: must begin with http:// or https:// and a host name"},
		{"https://a.example:secret/", "", "url: not an address of a page"},
		{"https://a..b/", "", "url: not a host name"},
	} {
		got, err := parsePage(tt.in)
		if err != nil {
			if err.Error() != tt.err {
				t.Errorf("parsePage(%q): %v, want %q", tt.in, err, tt.err)
			}
			continue
		}
		if got.String() != tt.want || tt.err != "" {
			t.Errorf("parsePage(%q) = %q, want %q, error %q", tt.in, got, tt.want, tt.err)
		}
	}
}
