package explain_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/redact"
)

type verdict struct{ System, Code, Cause string }

// Each row is one of the difficulties that messages make.
func TestDifficulties(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, c := range []struct {
		name, text string
		want       verdict
	}{
		{"a sub-code inside a general one", "AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password.", verdict{"entra", "AADSTS50126", "wrong_credentials"}},
		{"the description beside invalid_grant", `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`, verdict{"oauth2", "invalid_grant", "token_revoked"}},
		{"a number without its prefix", `{"error":"invalid_grant","error_codes":[700082],"suberror":"bad_token"}`, verdict{"entra", "AADSTS700082", "token_expired"}},
		{"escaped JSON inside JSON", `{"body":"{\"error\":\"invalid_client\",\"x\":\"https:\\/\\/login.microsoftonline.com\"}"}`, verdict{"entra", "invalid_client", "client_misconfigured"}},
		{"escaped twice", `"{\\\"error\\\":\\\"login_required\\\"}"`, verdict{"oauth2", "login_required", "token_expired"}},
		{"bytes of Python", `b'{"error": "consent_required"}\n'`, verdict{"oauth2", "consent_required", "consent_required"}},
		{"a mail program is not who refuses its token", `fetchmail: no token: b'{"error":"invalid_grant"}'`, verdict{"oauth2", "invalid_grant", "token_invalid"}},
		{"the name that people give a mail program is no issuer either", `mailbox sync: OAuthError: invalid_client`, verdict{"oauth2", "invalid_client", "client_misconfigured"}},
		{"the issuer beside a mail program", `imaplib: https://login.microsoftonline.com {"error":"invalid_grant"}`, verdict{"entra", "invalid_grant", "token_invalid"}},
		{"a form", "error=invalid_scope&error_description=The+requested+scope+is+unknown", verdict{"oauth2", "invalid_scope", "client_misconfigured"}},
		{"a form with percent signs", "error%3Dserver_error%26state%3D1", verdict{"oauth2", "server_error", "provider_outage"}},
		{"a dump of PHP", `array(1) { ["error"]=> string(13) "invalid_scope" }`, verdict{"oauth2", "invalid_scope", "client_misconfigured"}},
		{"a cell of CSV", `7,"{""error"":""unsupported_grant_type""}",2024`, verdict{"oauth2", "unsupported_grant_type", "client_misconfigured"}},
		{"SOAP", `&lt;faultstring&gt;AADSTS50034: no user&lt;/faultstring&gt;`, verdict{"entra", "AADSTS50034", "unknown_account"}},
		{"typographic quotes and hard spaces", "“AADSTS50057”:\u00a0The user account is disabled", verdict{"entra", "AADSTS50057", "account_disabled"}},
		{"colors of a terminal", "\x1b[31mAADSTS53003\x1b[0m: blocked", verdict{"entra", "AADSTS53003", "policy_blocked"}},
		{"a frame around it, with a broken line", "│ Error: The security token\n│ included in the request is invalid\n╵", verdict{"aws", "InvalidClientTokenId", "wrong_credentials"}},
		{"a time before each line", "2024-05-01T10:00:00.1Z Description: The token is expired.\n2024-05-01T10:00:00.2Z TrackingId:1", verdict{"azure_eventhubs", "ExpiredToken", "token_expired"}},
		{"a name before each line", "remote: Bitbucket Cloud recently stopped\nremote: supporting account passwords for Git authentication.", verdict{"bitbucket", "", "credential_type_unsupported"}},
		{"the system that stands nearest", "crates.io is up to date. Then api.github.com answered with HTTP 401 Unauthorized", verdict{"github", "401", "wrong_credentials"}},
		{"lines of a terminal, cut within words", "2024-05-01T10:00:00Z identity[12]: WARN sign-in of joe@example.org refused: AADS\nTS50126: Error validating credentials due to invalid username or password.", verdict{"entra", "AADSTS50126", "wrong_credentials"}},
		{"a first line of eighty characters that ends where it ends", "2024-05-01T10:00:00Z identity[12]: WARNED: sign-in of joe@example.org has failed\n28P01", verdict{"postgres", "28P01", "wrong_credentials"}},
		{"lines of equal length, cut within words", "identity: the sign-in of joe@example.org was\n refused and will not be tried again: AADSTS\n50126", verdict{"entra", "AADSTS50126", "wrong_credentials"}},
		{"a code that a break divides in a short line", "AADSTS7000\n16: Application with identifier 'x' was not found", verdict{"entra", "AADSTS700016", "client_misconfigured"}},
		{"a code with enough digits that its text follows", "AADSTS70001\n6: Application with identifier 'x' was not found", verdict{"entra", "AADSTS700016", "client_misconfigured"}},
		{"a code at the end of a line, and a number of its own", "refused with AADSTS50126\n16 users are signed in", verdict{"entra", "AADSTS50126", "wrong_credentials"}},
		{"a code of Oracle that a break divides", "ERROR: ORA-010\n17: see the log", verdict{"oracle", "ORA-01017", "wrong_credentials"}},
		{"a code in hexadecimal that a break divides", "HRESULT 0x8007\n052E of the task", verdict{"windows", "1326", "wrong_credentials"}},
		{"a code that is cut off", "Request refused: AADSTS7000", verdict{"entra", "", "policy_blocked"}},
		{"a beginning that is cut off", "ccess denied for user 'x'@'localhost' (using password: YES)", verdict{"mysql", "1045", "wrong_credentials"}},
		{"another beginning that is cut off", "entication failed", verdict{"generic", "", "wrong_credentials"}},
		{"a box", "| FATAL: password authentication  |\n| failed for user \"joe\"            |", verdict{"postgres", "28P01", "wrong_credentials"}},
		{"a quotation", "> > FATAL: password authentication\n> > failed for user \"joe\"", verdict{"postgres", "28P01", "wrong_credentials"}},
		{"bytes beyond ASCII", `b'FATAL:  Passwort-Authentifizierung f\xc3\xbcr Benutzer fehlgeschlagen'`, verdict{"postgres", "28P01", "wrong_credentials"}},
		{"percent signs beyond ASCII", "FATAL%3A+Passwort-Authentifizierung+f%C3%BCr+Benutzer", verdict{"postgres", "28P01", "wrong_credentials"}},
		{"a prefix of a log", "2024-05-01T10:00:00Z app[12]: ERROR auth AADSTS65001 x", verdict{"entra", "AADSTS65001", "consent_required"}},
		{"the way there beats the word login", "alarmdotcom: login failed: Cannot connect to host www.alarm.com:443 [getaddrinfo failed]", verdict{"dns", "ENOTFOUND", "dns_failure"}},
		{"the way there beats authentication failed", "Authentication failed: x509: certificate signed by unknown authority", verdict{"tls", "CERT_UNTRUSTED", "tls_untrusted"}},
		{"a status alone", "HTTP 401 Unauthorized", verdict{"http", "401", "wrong_credentials"}},
		{"a code beats a status", `HTTP 401 {"error":"insufficient_scope"}`, verdict{"oauth2", "insufficient_scope", "insufficient_scope"}},
		{"two times of S3", "<Code>RequestTimeTooSkewed</Code><RequestTime>Wed, 01 May 2024 10:00:00 GMT</RequestTime><ServerTime>2024-05-01T11:00:00Z</ServerTime>", verdict{"aws", "RequestTimeTooSkewed", "clock_skew"}},
		{"a parser", "Unexpected token < in JSON at position 0", verdict{"generic", "", "not_auth"}},
		{"a token file", "EACCES: permission denied, open '/home/u/.token'", verdict{"generic", "", "not_auth"}},
		{"tokens of a language model", "maximum context length is 8192 tokens", verdict{"generic", "", "not_auth"}},
		{"a login address that is not there", "GET /login 404 in 3ms", verdict{"generic", "", "not_auth"}},
		{"a missing library", "ModuleNotFoundError: No module named 'jwt'", verdict{"generic", "", "not_auth"}},
		{"still waiting", `{"error":"authorization_pending"}`, verdict{"oauth2", "authorization_pending", "not_auth"}},
		{"a number that counts something else", "order 18470 was shipped to the customer", verdict{"", "", ""}},
		{"a number that is said to be a code", "driver: native error code 18470", verdict{"mssql", "18470", "account_disabled"}},
		{"a number alone", "18470", verdict{"mssql", "18470", "account_disabled"}},
		{"an abbreviation inside a word is none: gh in rights", "Bad credentials: the user has no rights", verdict{"generic", "", "wrong_credentials"}},
		{"nothing at all", "the weather is nice", verdict{"", "", ""}},
		{"much prose about nothing of this", strings.Repeat("The fox jumps over the dog, drinks at the river, looks at the sky and goes home. ", 200), verdict{"", "", ""}},
		{"bytes that are no text", "\x7fELF\x02\x01\x01\x00\xff\xd8\xff\xe0\x00\x10JFIF\xc3\x28\xa0\xa1\xe2\x28\xa1", verdict{"", "", ""}},
		{"nothing", "", verdict{"", "", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := e.Explain(c.text)
			if diff := cmp.Diff(c.want, verdict{a.System, a.Code, a.Cause}); diff != "" {
				t.Errorf("%q (-want +got):\n%s", c.text, diff)
			}
			if a.Auth != (c.want.Cause != "" && c.want.Cause != "not_auth") {
				t.Errorf("auth is %v", a.Auth)
			}
		})
	}
}

// The size of a skew is stated: positive when the sender is behind.
func TestTheSizeOfASkew(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, c := range []struct {
		name, text string
		want       float64
		say        string
	}{
		{"behind", "Signature expired: 20240501T100000Z is now earlier than 20240501T101700Z (20240501T103200Z - 15 min.)", 1920, "32 minutes behind"},
		{"ahead", "Signature not yet current: 20240501T110000Z is still later than 20240501T103500Z (20240501T103000Z + 5 min.)", -1800, "30 minutes ahead"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := e.Explain(c.text).Findings[0]
			if f.SkewSeconds == nil || *f.SkewSeconds != c.want || !strings.Contains(f.Meaning, c.say) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// A span is of the message as it was given, escapes included.
func TestSpansAreOfTheMessage(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, text := range []string{
		`x AADSTS50126 y`, `{\"a\":\"\u0041ADSTS50126\"}`, "\u201cAADSTS50126\u201d", "a  \n\t b AADSTS50126",
	} {
		f := e.Explain(text).Findings[0]
		if got := text[f.Span[0]:f.Span[1]]; got != "AADSTS50126" && got != `\u0041ADSTS50126` {
			t.Errorf("%q: span is of %q", text, got)
		}
	}
}

// No writer shows a secret, and none lets the message format itself.
func TestWritersShowNoSecret(t *testing.T) {
	e := explain.New(builtIn(t))
	text := "AADSTS50126 password: hunter2hunter2 Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl <script>alert(1)</script>"
	told := []explain.Told{e.Tell(text), e.Tell("x")}
	var b bytes.Buffer
	for _, err := range []error{explain.Text(&b, told, 60), explain.Markdown(&b, told), explain.HTML(&b, told)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"hunter2", "eyJ", "<script>"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("%q is shown", bad)
		}
	}
	for _, line := range strings.Split(b.String(), "\n")[:8] {
		if n := len([]rune(line)); n > 60 && !strings.Contains(line, "://") && !strings.Contains(line, " · ") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// Asterisks that make words bold are left out; those over a secret, of a path or of
// a list are not.
func TestAsterisks(t *testing.T) {
	for text, want := range map[string]string{
		"**bold**": "bold", "a **b c** d": "a b c d", "****abc": "****abc", "pass=********": "pass=********", "pass=***": "pass=***",
		"/path/**/x": "/path/**/x", "* an item": "* an item", "2*3": "2*3", "**": "",
	} {
		if got := explain.Clean(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func FuzzExplain(f *testing.F) {
	e := explain.New(builtIn(f))
	for _, s := range []string{"AADSTS50126", "password=x AADSTS50126", `\u0041\x41%41&lt;""`, "\x1b[", "%", `\`, "&amp;amp;", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if a := e.Explain(redact.Text(text)); a.Recognised() && !e.MayMean([]byte(text)) {
			t.Fatal("what is recognised means nothing at first sight")
		}
		for _, found := range e.Explain(text).Findings {
			if found.Span[0] < 0 || found.Span[0] > found.Span[1] || found.Span[1] > len(text) {
				t.Fatalf("span %v of %d bytes", found.Span, len(text))
			}
		}
	})
}

func BenchmarkExplainLines(b *testing.B) {
	e := explain.New(builtIn(b))
	var lines []string
	for i := range 1000 {
		lines = append(lines, "May  1 10:00:00 host app[123]: request 10.1.2.3 served in 12 ms, worker idle, cache warm")
		if i%100 == 0 {
			lines = append(lines, "May  1 10:00:00 host app[123]: AADSTS50126: Error validating credentials")
		}
	}
	b.SetBytes(int64(len(strings.Join(lines, "\n"))))
	for b.Loop() {
		for _, l := range lines {
			e.Explain(l)
		}
	}
}

// Whoever signs in without a page is not led to the playbook about one.
func TestPlaybooksFitTheSystem(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, tc := range []struct{ message, playbook string }{
		{"Error: invalid username or password", "web-login"},
		{"kinit: Preauthentication failed while getting initial credentials", ""},
		{"WRONGPASS invalid username-password pair or user is disabled.", "api-cloud"},
		{"ssh: connect to host server port 22: Connection refused", ""},
		{"psql: error: could not translate host name \"db\" to address: Name or service not known", "api-cloud"},
		{"https://www.alarm.com/login: Connection refused", "web-login"},
		{"IMAP: connect ECONNREFUSED 192.0.2.4:993", "mail-client"},
	} {
		if a := e.Explain(tc.message); len(a.Findings) == 0 || a.Findings[0].Playbook != tc.playbook {
			t.Errorf("%s: want playbook %q, got %+v", tc.message, tc.playbook, a.Findings)
		}
	}
}

// Messages that were once misread, and what they mean.
func TestOnceMisread(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, tc := range []struct{ message, system, code, cause, actor string }{
		{"Your account is temporarily locked due to too many failed attempts.", "generic", "", "account_locked", "user"},
		{"Error 403: disallowed_useragent", "gcp", "disallowed_useragent", "client_misconfigured", "developer"},
		{"The trust relationship between this workstation and the primary domain failed.", "windows", "1787", "client_misconfigured", "admin"},
		{"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", "smtp", "535 5.7.139", "credential_type_unsupported", "admin"},
		{"Error 1020: Access denied. The site owner may have set restrictions", "cloudflare", "1020", "policy_blocked", "user"},
		{"NotAllowedError: The operation either timed out or was not allowed.", "generic", "NotAllowedError", "mfa_failed", "user"},
		{"ssh_exchange_identification: Connection closed by remote host", "network", "ECONNRESET", "network_unreachable", "admin"},
		{"getaddrinfo EAI_AGAIN api.example.com", "dns", "EAI_AGAIN", "dns_failure", "user"},
		{"getaddrinfo ENOTFOUND api.example.com", "dns", "ENOTFOUND", "dns_failure", "user"},
		{"An error occurred (RequestTimeTooSkewed) when calling the ListBuckets operation: The difference between the request time and the current time is too large.", "aws", "RequestTimeTooSkewed", "clock_skew", "user"},
		{"mqtt: CONNACK return code 5", "mqtt", "5", "wrong_credentials", "developer"},
		{"mqtt: CONNACK return code 4", "mqtt", "4", "wrong_credentials", "developer"},
		{"The code you entered is incorrect.", "generic", "", "mfa_failed", "user"},
		{"We could not log you in. Please check your username and password.", "generic", "", "wrong_credentials", "user"},
	} {
		a := e.Explain(tc.message)
		actor := ""
		if len(a.Findings) > 0 {
			actor = a.Findings[0].Actor
		}
		if a.System != tc.system || a.Code != tc.code || a.Cause != tc.cause || actor != tc.actor {
			t.Errorf("%s:\nwant %s %s %s %s\ngot  %s %s %s %s", tc.message, tc.system, tc.code, tc.cause, tc.actor, a.System, a.Code, a.Cause, actor)
		}
	}
}

// Words that many say do not hide the code of whoever speaks, where both mean
// the same.
func TestTheSpeakersOwnCodeIsFirst(t *testing.T) {
	a := explain.New(builtIn(t)).Explain(`{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired due to inactivity."}`)
	if a.System != "entra" || a.Code != "AADSTS700082" || a.Cause != "token_expired" {
		t.Errorf("%+v", a)
	}
}

// That something else worked later says nothing of a refusal after which nothing
// goes on by itself.
func TestAnotherSuccessHidesNoRefusal(t *testing.T) {
	e := explain.New(builtIn(t))
	for message, want := range map[string]string{
		"10:00 ERROR login failed for bob: invalid password\n10:01 INFO user ann logged in\n":                                                       "wrong_credentials",
		"2026-11-01 ERROR auth: AADSTS50126: Error validating credentials\n2026-11-01 INFO connected to database\n":                                 "wrong_credentials",
		"psql: FATAL: password authentication failed for user \"app\"\nconnected to cache\n":                                                        "wrong_credentials",
		"ERROR 1045 (28000): Access denied for user root\nuploaded report\n":                                                                        "wrong_credentials",
		"remote: Invalid username or token. Password authentication is not supported\nfatal: Authentication failed for https://a.test/\nDone in 3s": "wrong_credentials",
		"Error: invalid_grant: Token has been revoked\nConfig loaded. Connected.\n":                                                                 "token_revoked",
		"error: token expired\nDone.\n":                                                                              "token_expired",
		"Signed in successfully on the website, but the app says: invalid password":                                  "wrong_credentials",
		"ERROR login attempt failed: invalid password after 3 attempts\nINFO new worker connected to database\n":     "wrong_credentials",
		"WARN retries: 3\nERROR password authentication failed for user \"app\"\nINFO first batch is now uploaded\n": "wrong_credentials",
		"login failed: wrong password\nretrying...\nlogin ok\n":                                                      "not_auth",
	} {
		if a := e.Explain(message); a.Cause != want {
			t.Errorf("%q is %s, want %s", message, a.Cause, want)
		}
	}
}
