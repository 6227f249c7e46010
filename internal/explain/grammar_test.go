package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// A phrase is what programs say of something, in all the ways in which they
// say it: every subject with every verb and every end.
type phrase struct {
	classes                string // right, others that are as well
	subjects, verbs, after []string
	around                 []string // frames; those of programs where there are none
}

// The words are those of sign-in pages and program logs in general; none is of
// one product.
var phrases = []phrase{
	{"account_locked account_disabled", []string{"account", "user account", "login", "user"}, []string{"", "is ", "was ", "has been ", "got ", "is temporarily ", "is currently ", "has been temporarily ", "was automatically "}, []string{"locked", "locked out", "blocked"}, nil},
	{"account_locked rate_limited", []string{"account", "user account"}, []string{"locked ", "was locked ", "has been locked "}, []string{"after 5 attempts", "due to too many failed attempts", "for 30 minutes", "because of too many wrong passwords", "until 14:30"}, nil},
	{"account_disabled account_locked permission_denied", []string{"account", "user account", "user"}, []string{"", "is ", "was ", "has been ", "is currently "}, []string{"disabled", "deactivated", "suspended", "disabled by an administrator", "deactivated by the administrator"}, nil},
	{"account_disabled", []string{"account", "user account", "user"}, []string{"is ", "is currently "}, []string{"inactive", "not active", "no longer active", "not enabled"}, nil},
	{"password_expired", []string{"password", "user password", "account password"}, []string{""}, []string{"has expired", "expired", "is expired", "had expired", "expired on Monday", "has expired and must be changed", "must be changed", "needs to be changed", "has to be changed before logging in", "expired 3 days ago"}, nil},
	{"token_expired token_revoked", []string{"token", "session", "access token", "refresh token", "API token", "login session", "ID token", "session cookie"}, []string{""}, []string{"has expired", "expired", "is expired", "was expired", "expired 5 minutes ago", "has already expired"}, nil},
	{"token_expired token_revoked token_invalid", []string{"token", "session", "access token", "refresh token"}, []string{""}, []string{"is no longer valid", "not valid anymore", "is not valid any more"}, nil},
	{"token_revoked", []string{"token", "access token", "refresh token", "API key", "session", "grant"}, []string{"", "is ", "was ", "has been ", "had been "}, []string{"revoked", "revoked by the user"}, nil},
	{"token_invalid wrong_credentials", []string{"token", "access token", "refresh token", "API token", "bearer token"}, []string{""}, []string{"is invalid", "not valid", "is not valid", "was invalid", "is malformed", "could not be verified", "failed verification", "was rejected", "was not accepted", "is corrupt"}, nil},
	{"wrong_credentials unknown_account token_invalid", []string{"password", "username or password", "PIN", "passcode", "user name or password", "email or password", "login or password"}, []string{""}, []string{"is wrong", "was wrong", "is incorrect", "was incorrect", "is invalid", "not valid", "is not correct", "was not accepted", "was rejected", "wrong", "incorrect", "invalid", "mismatch"}, nil},
	{"wrong_credentials unknown_account token_invalid", []string{"password", "credentials", "PIN"}, []string{""}, []string{"did not match", "do not match", "does not match", "don't match", "were rejected", "refused"}, nil},
	{"unknown_account", []string{"user", "account", "username", "e-mail address", "user account", "login"}, []string{""}, []string{"not found", "does not exist", "was not found", "doesn't exist", "is unknown", "is not registered", "could not be found", "cannot be found", "unknown"}, nil},
	{"mfa_failed", []string{"verification code", "security code", "one-time code", "OTP", "2FA code", "authentication code", "two-factor code"}, []string{""}, []string{"is wrong", "was wrong", "is invalid", "invalid", "has expired", "expired", "did not match", "was not accepted", "is incorrect", "was rejected", "incorrect", "is not valid"}, nil},
	{"mfa_required mfa_failed", []string{"two-factor authentication", "2FA", "MFA", "a second factor", "multi-factor authentication", "two-step verification", "a verification code", "a one-time code"}, []string{""}, []string{"required", "is required", "needed", "is needed", "must be set up", "must be completed", "is mandatory"}, nil},
	{"rate_limited account_locked", []string{"too many attempts", "too many login attempts", "too many failed logins", "too many requests", "too many sign-in attempts", "login attempts exceeded", "exceeded the maximum number of login attempts"}, []string{""}, []string{"", ", try again later", ", please wait 10 minutes", " from this address"}, nil},
	{"clock_skew", []string{"clock", "system clock", "device clock", "system time", "device time", "computer's clock", "local time"}, []string{""}, []string{"is wrong", "is not correct", "is out of sync", "is not synchronised", "is not synchronized", "is too far ahead", "is behind", "is off by 12 minutes", "differs from the server's by 9 minutes"}, nil},
	{"provider_outage", []string{"service", "server", "sign-in service", "authentication service", "login server", "identity provider"}, []string{"is ", "is currently ", "is temporarily "}, []string{"unavailable", "down", "down for maintenance", "under maintenance", "overloaded", "not available"}, nil},
	{"tls_expired", []string{"certificate", "server certificate", "SSL certificate", "server's certificate"}, []string{""}, []string{"has expired", "expired", "is expired", "expired on 2024-03-01"}, nil},
	{"tls_untrusted", []string{"certificate", "server certificate", "SSL certificate"}, []string{""}, []string{"is not trusted", "is self-signed", "is untrusted", "was issued by an unknown authority", "could not be verified", "not trusted"}, nil},
	{"tls_hostname", []string{"certificate", "server certificate", "SSL certificate"}, []string{""}, []string{"does not match the host name", "is not valid for this host", "is for another host", "name mismatch", "is valid for other.example, not mail.example"}, nil},
	{"dns_failure", []string{"host", "host name", "hostname", "server name", "domain name"}, []string{""}, []string{"not found", "could not be resolved", "cannot be resolved", "could not be found", "did not resolve", "lookup failed"}, nil},
	{"network_unreachable", []string{"connection"}, []string{"", "was "}, []string{"refused", "timed out", "reset", "reset by the server", "closed unexpectedly", "lost", "interrupted"}, nil},
	{"network_unreachable provider_outage", []string{"server", "host", "remote host"}, []string{""}, []string{"is unreachable", "did not answer", "did not respond", "is not responding", "not reachable", "could not be reached", "does not answer"}, nil},
	{"permission_denied policy_blocked account_disabled insufficient_scope", []string{"user", "account", "you", "user account"}, []string{""}, []string{" not allowed to sign in", " not permitted to log in", " not authorized to access this resource", " lacks the required permissions", " has no access to this application", " does not have permission"}, nil},
}

// What people say of a thing that they sign in to.
var complaints = []phrase{
	{"wrong_credentials unknown_account", []string{"The server", "The service", "The app", "Alarm.com", "My router"}, []string{" rejected ", " refused ", " rejects ", " did not accept ", " does not accept ", " doesn't accept ", " won't accept ", " would not take ", " keeps rejecting ", " no longer accepts "}, []string{"my password", "the password", "the user name or password", "my PIN", "these credentials", "the login"}, told},
	{"mfa_failed", []string{"The server", "The site", "The app", "Alarm.com"}, []string{" rejected ", " refused ", " rejects ", " did not accept ", " doesn't accept ", " won't accept ", " keeps rejecting "}, []string{"the code from my authenticator", "the verification code", "my 2FA code", "the code it texted me", "the six digit code"}, told},
	{"token_invalid token_expired token_revoked wrong_credentials", []string{"The server", "The API", "GitHub", "The cluster"}, []string{" rejected ", " refused ", " rejects ", " did not accept ", " does not accept ", " no longer accepts "}, []string{"the token", "our API key", "the access token", "my API token", "the refresh token"}, told},
	{"account_locked", []string{"It", "The site", "Alarm.com", "The app"}, []string{" locked ", " has locked ", " says it locked ", " blocked "}, []string{"my account", "me out", "my account after three tries", "me out for an hour"}, told},
	{"unknown_account", people, says, []string{"there is no account with my e-mail address", "my user name does not exist", "it doesn't know my e-mail address", "no account was found", "it cannot find my account"}, told},
	{"token_expired token_revoked", people, []string{" logs me out", " signs me out", " kicks me out"}, []string{" every day", " after a few minutes", " all the time", " again and again", " every hour"}, told},
	{"password_expired", people, says, []string{"my password has expired", "my password is too old", "I have to change my password first", "I must set a new password"}, told},
	{"account_disabled account_locked", people, says, []string{"my account was disabled", "my account has been suspended", "my account is not active", "my user was deactivated"}, told},
	{"rate_limited account_locked", people, says, []string{"I tried too often", "there were too many attempts", "too many requests"}, told},
	{"permission_denied policy_blocked insufficient_scope", people, says, []string{"I have no access", "I am not allowed to open this", "I don't have permission", "I lack the rights", "my account may not use this app"}, told},
	{"policy_blocked permission_denied", []string{"It", "The portal", "Google"}, []string{" blocks ", " blocked ", " stopped ", " refuses "}, []string{"my sign-in because of where I am", "my login from abroad", "my sign-in as suspicious", "logins from this country"}, told},
	{"clock_skew", people, says, []string{"my clock is wrong", "the time of my phone is wrong", "my clock is behind and I can't log in"}, told},
}

var (
	people = []string{"It", "The site", "The app", "Windows"}
	says   = []string{" says ", " tells me ", " claims that "}
	told   = []string{"%.", "I can't log in. % and I don't know why."}
)

// What nobody was refused by, though the things are the same: no cause at all is
// right as well.
var harmless = []phrase{
	{"not_auth ", []string{"account", "user account", "user"}, []string{" was ", " has been "}, []string{"unlocked", "created", "activated", "enabled again", "added to the group", "updated", "renamed"}, news},
	{"not_auth ", []string{"password", "PIN"}, []string{" was ", " has been "}, []string{"changed", "reset", "updated", "set", "saved", "copied"}, news},
	{"not_auth ", []string{"token", "session", "access token", "API key", "certificate"}, []string{" was ", " has been "}, []string{"issued", "created", "renewed", "refreshed", "saved", "extended"}, news},
	{"not_auth ", []string{"verification code", "one-time code", "security code"}, []string{" was ", " has been "}, []string{"sent to your phone", "verified", "accepted", "generated"}, news},
	{"not_auth ", []string{"an account", "a user", "the user"}, []string{" can be ", " will be ", " should be "}, []string{"locked by an admin in the console", "disabled under Settings", "deleted in the directory"}, manuals},
	{"not_auth ", []string{"got 401", "server answered 401 with a challenge", "access token expired", "notInTimeWindow report", "request rejected with a stale nonce", "407 proxy auth required"}, []string{", ", "; ", " -> "}, []string{"retried, second attempt ok", "refreshed, retry succeeded", "sent again with credentials, got 200", "resynced, 12 values collected", "authenticated on retry", "new request then accepted"}, logged},
	{"not_auth ", []string{"tokens", "sessions", "passwords", "refresh tokens", "certificates"}, []string{" expire after ", " are rotated every ", " are valid for ", " last "}, []string{"30 days", "an hour", "90 days"}, manuals},
}

var (
	news    = []string{"INFO: % successfully", "Your %.", "The %.", "[audit] % by admin"}
	logged  = []string{"%", "DEBUG client: %", "10:02:11 [poller] %."}
	manuals = []string{"In this version, %.", "Note that %.", "%."}
)

// The frames of a log or a page around what is said.
var around = []string{"Login failed: %", "Login failed: the %", "Login failed: your %.", "Authentication failed (%)", "Sign-in error - %", "Could not log in because the %", "ERROR auth: %", `{"error":"%"}`, "Unable to sign in, your %"}

// Whatever a program says of an account, a password, a code or a connection, in
// whichever tense, is understood; so is what people say of programs, and nobody
// is taken for refused whose things are all right.
func TestPhrases(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, p := range slices.Concat(phrases, complaints, harmless) {
		all, classes := 0, strings.Split(p.classes, " ")
		var missed []string
		for text := range p.texts {
			all++
			if a := e.Tell(text).Answer; !slices.Contains(classes, a.Cause) {
				missed = append(missed, text+": "+a.Cause)
			}
		}
		if len(missed) > 0 || all == 0 {
			t.Errorf("%s: %d of %d are something else, such as\n%s", classes[0], len(missed), all, strings.Join(missed[:min(len(missed), 20)], "\n"))
		}
	}
}

// texts yields everything that the phrase may be, each in two of the frames.
func (p phrase) texts(yield func(string) bool) {
	frames, next := p.around, 0
	if frames == nil {
		frames = around
	}
	for _, subject := range p.subjects {
		for _, verb := range p.verbs {
			for _, after := range p.after {
				said := strings.TrimSpace(subject + " " + strings.TrimLeft(verb, " ") + after)
				for range 2 {
					if !yield(strings.Replace(frames[next%len(frames)], "%", said, 1)) {
						return
					}
					next++
				}
			}
		}
	}
}
