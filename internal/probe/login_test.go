package probe

import (
	"errors"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// withLogin lets an env read the secret "s3cret-Word" from "file", and count.
func withLogin(env Env, budget *testBudget) Env {
	env.Secret = func(source string) (diag.Secret, error) {
		if source != "file" {
			return diag.Secret{}, errors.New(source + " cannot be read")
		}
		return diag.NewSecret("s3cret-Word"), nil
	}
	env.Attempts = budget
	return env
}

func TestReadLogin(t *testing.T) {
	tests := []struct {
		name string
		with Params
		want string // error; empty for a login, "none" for nothing given
	}{
		{"nothing", Params{}, "none"},
		{"password", Params{"login": "joe", "password-file": "file"}, ""},
		{"token", Params{"login": "joe", "token-file": "file"}, ""},
		{"both", Params{"login": "joe", "token-file": "file", "password-file": "file"}, "password-file and token-file: one attempt has one secret; give one of them"},
		{"no secret", Params{"login": "joe"}, "login: give its secret with password-file or token-file"},
		{"no name", Params{"password-file": "file"}, "password-file: whose it is must be said with login"},
		{"a line end in the name", Params{"login": "joe\r\nRSET", "password-file": "file"}, "login: a name has no line ends in it"},
		{"no such file", Params{"login": "joe", "password-file": "nothing"}, "password-file: nothing cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := readLogin(withLogin(Env{}, nil), tt.with, "password-file", "token-file")
			switch {
			case err != nil && err.Error() != tt.want, err == nil && tt.want != "" && tt.want != "none":
				t.Errorf("got %v, want %s", err, tt.want)
			case err == nil && (l == nil) != (tt.want == "none"):
				t.Errorf("got login %t", l != nil)
			}
		})
	}
}

// Whatever way a server repeats a login in, none of it is shown.
func TestLoginHide(t *testing.T) {
	l := &login{name: "joe@example.com", Secret: diag.NewSecret("s3cret-Word")}
	for _, text := range []string{
		"no s3cret-Word for joe@example.com", "S3CRET-WORD is wrong", "user JOE@example.COM",
		"AGpvZUBleGFtcGxlLmNvbQBzM2NyZXQtV29yZA==", "am9lQGV4YW1wbGUuY29t", "czNjcmV0LVdvcmQ=",
		"Ⱥ s3cret-Word", // its lower case is longer
	} {
		got := l.hide(text)
		for _, bad := range []string{"s3cret", "joe", "agpv", "am9l", "czNj"} {
			if strings.Contains(strings.ToLower(got), strings.ToLower(bad)) {
				t.Errorf("%q became %q", text, got)
			}
		}
		if !strings.Contains(got, hiddenValue) {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := (*login)(nil).hide("as it is"); got != "as it is" {
		t.Errorf("without a login: %q", got)
	}
}
