package explain_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// Of several steps the last one counts: a success behind a refusal, and a refusal
// behind a step or a success.
func TestTheLastStepCounts(t *testing.T) {
	e := explain.New(builtIn(t))
	pending := strings.Repeat("poll: {\"error\":\"authorization_pending\"}\n", 2000)
	for message, cause := range map[string]string{
		"GET /v2/ 401 Unauthorized\nGET /v2/ 200 OK":                                                      "not_auth",
		"GET /v2/ 200 OK\nGET /v2/ 401 Unauthorized":                                                      "wrong_credentials",
		"GET /v2/ 401 Unauthorized\nGET /v2/ 200 OK\nGET /v2/ 401 Unauthorized":                           "wrong_credentials",
		"GET /v2/ 401 Unauthorized\nGET /robots.txt 200 OK":                                               "wrong_credentials", // of something else
		"GET /v2/ 401 Unauthorized\nPOST /auth/refresh 200 OK":                                            "not_auth",
		"sshd[8]: Failed password for ada from 10.0.0.4 port 5 ssh2\nsshd[8]: Accepted password for ada":  "not_auth",
		"sshd[8]: Failed password for root from 10.0.0.4 port 5 ssh2\nsshd[9]: Accepted password for ada": "wrong_credentials", // of somebody else
		"token expired, refreshing\nlogin succeeded":                                                      "not_auth",
		"login succeeded\naccess token has expired":                                                       "token_expired",
		// The button of a dialog is no success.
		"alarm.com\nAuthentication Failed\nPlease try again\nOK":           "wrong_credentials",
		"Authentication failed OK":                                         "wrong_credentials",
		"Sign-in failed. The user name or password is incorrect. OK":       "wrong_credentials",
		"Authentication failed\nRetry  |  OK\nalarm.com":                   "wrong_credentials",
		"Login failed (error code: 0)":                                     "wrong_credentials",
		"10:00 imap: authentication failed, retrying\n10:01 imap: AUTH OK": "not_auth",
		pending: "not_auth",
		pending + `poll: {"error":"expired_token"}`:                                                                    "token_expired",
		"The session expired on my phone; 2 devices updated":                                                           "token_expired", // told by somebody
		"app: access token expired, retrying\napp: report uploaded":                                                    "not_auth",
		"app: access token expired, retrying\ncron: report uploaded":                                                   "token_expired", // by another program
		"app: access token expired, retrying\napp: report was not uploaded":                                            "token_expired",
		"app: the access token that was uploaded has expired":                                                          "token_expired",
		"Access token expired, the report was uploaded":                                                                "token_expired", // told by somebody
		"SASL method CRAM-MD5: Unsupported authentication mechanism\na2 NO [AUTHENTICATIONFAILED] Invalid credentials": "wrong_credentials",
	} {
		if a := e.Tell(message).Answer; a.Cause != cause {
			t.Errorf("%.200q: want %s, got %s %+.300v", message, cause, a.Cause, a.Findings)
		}
	}
}

// What counts may stand behind the beginning of a message; its place is that in
// the whole.
func TestThePlaceOfTheLastStep(t *testing.T) {
	e := explain.New(builtIn(t))
	text := "login succeeded\n  \"now:\"\tAADSTS50126"
	f := e.Explain(text).Findings
	if len(f) == 0 || text[f[0].Span[0]:f[0].Span[1]] != "AADSTS50126" {
		t.Errorf("%+v", f)
	}
}
