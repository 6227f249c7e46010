package probe

import (
	"errors"
	"net/textproto"
	"testing"
)

// What servers say to a sign-in, as they write it.
func TestMailRefusals(t *testing.T) {
	imap := func(line string) mailRefusal {
		for _, word := range []string{"NO", "BAD", "BYE"} {
			if len(line) > len(word) && line[:len(word)] == word {
				return imapRefusal(word, line[len(word)+1:])
			}
		}
		t.Fatalf("%q is no refusal", line)
		return mailRefusal{}
	}
	tests := []struct{ line, want string }{
		{"NO [AUTHENTICATIONFAILED] Authentication failed.", "rejected"},
		{"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "rejected"},
		{"NO LOGIN failed.", "rejected"},
		{"NO AUTHENTICATE failed.", "rejected"},
		{"NO [ALERT] Invalid credentials (Failure)", "rejected"},
		{"NO [AUTHORIZATIONFAILED] no such authorization-ID", "access_denied"},
		{"NO [NOPERM] Access denied", "access_denied"},
		{"NO [CONTACTADMIN] please call", "access_denied"},
		{"NO [CONTACTADMIN] locked", "account_locked"},
		{"NO [CONTACTADMIN] the block of flats", "access_denied"},
		{"NO [CONTACTADMIN] Account is disabled", "account_disabled"},
		{"NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", "app_password_required"},
		{"NO [AUTHENTICATIONFAILED] Please use an app-specific password", "app_password_required"},
		{"NO [AUTHENTICATIONFAILED] Wrong app password", "rejected"},
		{"NO [WEBALERT https://accounts.example/x] Web login required.", "access_denied"},
		{"NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", "access_denied"},
		{"NO [EXPIRED] That password isn't valid any more", "expired"},
		{"NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", "tls_required"},
		{"NO [UNAVAILABLE] Temporary authentication failure.", "unavailable"},
		{"NO [INUSE] mailbox in use", "unavailable"},
		{"NO Temporary problem, please try again later", "unavailable"},
		{"NO [LIMIT] no more", "rate_limited"},
		{"NO [ALERT] Too many simultaneous connections. (Failure)", "rate_limited"},
		{"NO [AUTHENTICATIONFAILED] Too many failed logins, account temporarily locked", "account_locked"},
		{"NO LOGIN failed. BasicAuthBlocked", "method_disabled"},
		{"BAD User is authenticated but not connected.", "method_disabled"},
		{"NO IMAP access is disabled for your domain. Please contact your domain administrator for questions about this feature. (Failure)", "method_disabled"},
		{"BAD Command unknown", ""},
		{"BYE Goodbye", ""},
		{"BYE [UNAVAILABLE] shutting down", "unavailable"},
		{"NO [SOMETHINGELSE] of a new kind", ""},
	}
	for _, tt := range tests {
		if got := imap(tt.line).outcome(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.line, got, tt.want)
		}
	}
	smtp := []struct {
		code int
		text string
		want string
	}{
		{535, "5.7.8 Username and Password not accepted.\n5.7.8 For more information, go to https://support.google.com/mail/?p=BadCredentials", "rejected"},
		{535, "Incorrect authentication data", "rejected"},
		{535, "5.7.3 Authentication unsuccessful", "rejected"},
		{535, "5.7.0 authentication failed", "rejected"},
		{534, "5.7.9 Application-specific password required.", "app_password_required"},
		{534, "5.7.9 Authentication mechanism is too weak", "method_disabled"},
		{534, "5.7.14 Please log in via your web browser and then try again.", "access_denied"},
		{535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.", "method_disabled"},
		{535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", "method_disabled"},
		// Locked out is the program that knows passwords only, not the account.
		{535, "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.", "method_disabled"},
		{535, "5.7.139 Authentication unsuccessful, account is locked.", "account_locked"},
		{535, "5.7.139 Authentication unsuccessful, the user credentials were incorrect.", "rejected"},
		{535, "5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.", "access_denied"},
		{504, "5.5.4 Unrecognized authentication type", "method_disabled"},
		{504, "5.7.4 Unrecognized authentication type", "method_disabled"},
		{538, "5.7.11 Encryption required for requested authentication mechanism", "tls_required"},
		{530, "5.7.0 Must issue a STARTTLS command first", "tls_required"},
		{530, "5.7.0 Authentication required", ""},
		{523, "encryption needed", "tls_required"},
		{525, "5.7.13 User Account Disabled", "account_disabled"},
		{432, "4.7.12 A password transition is needed", "expired"},
		{454, "4.7.0 Temporary authentication failure", "unavailable"},
		{435, "Unable to authenticate at present", "unavailable"},
		{421, "4.3.2 Service not available", "unavailable"},
		{454, "4.7.0 Too many login attempts, please try again later.", "rate_limited"},
		{421, "4.7.0 Too many errors, try again later", "rate_limited"},
		{451, "4.7.8 greylisted", "unavailable"},
		{535, "5.7.8 Authentication failed: account temporarily blocked", "account_locked"},
		{500, "5.5.1 Unknown command", ""},
		{503, "5.5.1 Bad sequence", ""},
		{554, "5.7.1 Service not for you", ""},
	}
	for _, tt := range smtp {
		r, ok := errors.AsType[mailRefusal](smtpError(&textproto.Error{Code: tt.code, Msg: tt.text}))
		if got := r.outcome(); !ok || got != tt.want {
			t.Errorf("%d %s: got %q, want %q", tt.code, tt.text, got, tt.want)
		}
	}
}

// Every outcome of a refusal has its place in the catalogue, and words of its
// own.
func TestMailOutcomesHaveWords(t *testing.T) {
	var all []string
	for _, p := range mailPhrases {
		all = append(all, p.outcome)
	}
	for _, outcome := range imapCodes() {
		all = append(all, outcome)
	}
	for _, outcome := range smtpEnhanced() {
		all = append(all, outcome)
	}
	for _, outcome := range smtpStatus() {
		all = append(all, outcome)
	}
	for _, outcome := range all {
		if outcome == "" {
			continue
		}
		if mailRefusals()[outcome] == "" || !knownOutcome("imap", outcome) || !knownOutcome("smtp", outcome) {
			t.Errorf("%s has no words, or no place in the catalogue", outcome)
		}
	}
}
