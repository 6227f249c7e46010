package explain_test

import (
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// Programs name errors by what is wrong. However the words of a name are joined,
// they are read; a name that is called, set or asked for is a line of a program.
func TestNamesOfErrors(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, c := range []struct{ text, want string }{
		{"InvalidRefreshTokenError", "token_invalid"},
		{`{"error":{"code":"otp_required"}}`, "mfa_required"},
		{"ConnAck { code: BadUserNamePassword }", "wrong_credentials"},
		{"ERR_ACCOUNT_SUSPENDED", "account_disabled"},
		{`(auth/user-is-locked-out)`, "account_locked"},
		{"HTTP 401 SESSION_NOT_FOUND", "token_expired"},
		{"com.example.NotAuthenticatedException", "wrong_credentials"},
		{`{"type":"permission_error"}`, "permission_denied"},
		{"is_token_expired(token)", ""},
		{"no_such_user(request)", ""},
		{`"password_expired": false`, ""},
		{"account_suspended=0", ""},
		{"UserNotFoundPage.tsx compiled", ""},
		{"a wrong-password message", ""},
		{"LoginErrorRate is low", ""},
		{`"consent": "no_consent_required"`, ""},
		{"APNs: BadDeviceToken", ""},
	} {
		a := e.Explain(c.text)
		if a.Auth != (c.want != "") || c.want != "" && a.Cause != c.want {
			t.Errorf("%q: got %q of %+v, want %q", c.text, a.Cause, a.Findings, c.want)
		}
		if a.Recognised() && !e.MayMean([]byte(c.text)) {
			t.Errorf("%q: recognised, yet it means nothing at first sight", c.text)
		}
	}
}

// The place of a name is that of the message, with all of its words.
func TestTheSpanOfAName(t *testing.T) {
	text := `{"x":1,"code":"ACCOUNT__SUSPENDED"}`
	span := explain.New(builtIn(t)).Explain(text).Findings[0].Span
	if got := text[span[0]:span[1]]; got != `ACCOUNT__SUSPENDED"` {
		t.Errorf("the span is of %q", got)
	}
}

// How somebody speaks tells who it is where nobody is named, and only of words
// that are nobody's own.
func TestWhoIsNamed(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, c := range []struct{ text, want string }{
		{"Invoke-RestMethod : Authentication failed", "http"},
		{"Invoke-RestMethod : https://api.github.com/user Authentication failed", "github"},
		{"League\\OAuth2\\Server: invalid credentials", "oauth2"},
		{"homeassistant.components.x: oauth authentication failed", "home_assistant"},
		{"tiberius: login failed", "mssql"},
	} {
		if a := e.Explain(c.text); a.System != c.want {
			t.Errorf("%q: got %s, want %s", c.text, a.System, c.want)
		}
	}
}
