package explain_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// Lines that look like a program's source hide no refusal on another line, and
// no line says by itself that it is part of a longer piece.
func TestSourceIsKnownByItsLines(t *testing.T) {
	source := "try {\n    user = auth.signIn(name, password);\n} catch (BadCredentialsException e) {\n    show(\"Invalid username or password\");\n}"
	long := source + "\n" + strings.Repeat("x = next(y);\n", 100)
	e := explain.New(builtIn(t))
	for message, auth := range map[string]bool{
		source: false,
		source + "\nFATAL: password authentication failed for user \"app\"":             true,
		source + "\nit prints\nlook at it\nand again\nthere it is\nand here\nand there": true, // most lines are none
		"Invalid username or password":                                                  true,
		long:                                                                            true,
	} {
		if a := e.Tell(message).Answer; a.Auth != auth {
			t.Errorf("%q: a refusal is %v (%+v)", message, a.Auth, a.Findings)
		}
	}
}

// Words that are only supposed are no refusal; those of somebody who tells are.
func TestWhatIsOnlySupposedIsNoRefusal(t *testing.T) {
	e := explain.New(builtIn(t))
	for message, auth := range map[string]bool{
		"The user is redirected when the session has expired":            false,
		"The filter is there to handle invalid credentials":              false,
		"They store the name to be shown if the account is locked":       false,
		"There is a page for expired token handling":                     false,
		"What to do when the certificate has expired":                    false,
		"GRANT SELECT ON t TO a; -- fixes permission denied for table t": false,
		"The copy failed when the connection was reset by peer":          true,
		"the client gave up after the connection timed out":              true,
		"Once the connection was reset by peer, the copy began again":    true,
		"Your account may be locked after many attempts":                 false,
		"I see the expired token banner each day":                        true,
		"When I open it: the session has expired":                        true,
		"When it starts the log says session has expired":                true,
		"The session has expired when nobody was there":                  true,
		"if it matters, \"Invalid password\" is what the page shows":     true,
	} {
		if a := e.Tell(message).Answer; a.Auth != auth {
			t.Errorf("%q: a refusal is %v (%+v)", message, a.Auth, a.Findings)
		}
	}
}

// What looks like a code and is the name of a setting, is counted among others or
// is given as an example happened to nobody.
func TestACodeThatHappenedToNobody(t *testing.T) {
	e := explain.New(builtIn(t))
	for message, auth := range map[string]bool{
		"consent_required: true":                                                                                false,
		"Certificate expired: 0, valid: 312":                                                                    false,
		"usmStatsUnknownUserNames.0 = Counter32: 0":                                                             false,
		"ssl_certificate_expired_total 4":                                                                       false,
		"#define MQTT_CONNECTION_REFUSED_NOT_AUTHORIZED 0x05":                                                   false,
		"4021 queries, NXDOMAIN 212, SERVFAIL 3":                                                                false,
		"ERR_CERT_DATE_INVALID is defined in net_error_list.h":                                                  false,
		"SELECT n FROM logins WHERE error_code = 390100 GROUP BY n":                                             false,
		"alert created for error number 18456":                                                                  false,
		"When the server pushes AUTH_FAILED, the client stops":                                                  false,
		"WRONGPASS counters in Grafana":                                                                         false,
		"enum { handshake_failure(40), bad_certificate(42), unknown_ca(48) }":                                   false,
		"SELECT 1 FROM t WHERE a = 2\nERROR 1045 (28000): Access denied for user 'a'@'b' (using password: YES)": true,
		"each time the server answers AUTH_FAILED":                                                              true,
		"ERRCONNECT_LOGON_FAILURE = 0x00020014":                                                                 false,
		"reply: Access-Accept or Access-Reject":                                                                 false,
		"A refused bind can end with KDC_ERR_PREAUTH_FAILED":                                                    false,
		"\tERRCONNECT_LOGON_FAILURE // the name was not right":                                                  false,
		"freerdp: ERRCONNECT_LOGON_FAILURE [0x00020014]":                                                        true,
		"The server returns invalid_grant since yesterday":                                                      true,
		"(1907) a novel, hardcover":                                                                             false,
		"mysql 5.7.11 running":                                                                                  false,
		"postfix: 5.7.11 encryption needed, message rejected":                                                   true,
		"(1331) This user can't sign in: account disabled":                                                      true,
		"usmStatsUnknownUserNames.0 = Counter32: 14":                                                            true,
		"AADSTS50126: 14, AADSTS50053: 3":                                                                       false,
		"3 x AADSTS50126, and nothing unusual":                                                                  false,
		`oauth_errors{code="invalid_grant"} 12`:                                                                 false,
		"Handles codes such as invalid_grant":                                                                   false,
		"<Code>SlowDown</Code> is returned when the bucket is busy":                                             false,
		"invalid_client was fixed in version 2":                                                                 false,
		"errors: invalid_grant: 400":                                                                            true,
		"I got 2x invalid_grant today":                                                                          true,
		"we see codes such as invalid_grant":                                                                    true,
		`{"error":"invalid_grant","count":3,"retries":2}`:                                                       true,
		"bind result 8 strongerAuthRequired: 00002028: LdapErr, data 0":                                         true,
	} {
		if a := e.Tell(message).Answer; a.Auth != auth {
			t.Errorf("%q: a refusal is %v (%+v)", message, a.Auth, a.Findings)
		}
	}
}

// Vague words of a refusal in a sentence that has nothing of computers refuse nobody.
func TestASentenceOfTheWorldRefusesNobody(t *testing.T) {
	e := explain.New(builtIn(t))
	for message, auth := range map[string]bool{
		"Pilots are not authorized to fly over the town":          false,
		"The bus service is unavailable on Sunday":                false,
		"Fishing is forbidden from April to June":                 false,
		"Flight 403 forbidden items and 401(k) forms":             false,
		"no login required: required login: no":                   false,
		"The device is not authorized on this network":            true,
		"You are not authorized to view this page":                true,
		"Forbidden for guest accounts":                            true,
		"Unauthenticated clients are limited to 60 calls an hour": false,
		"401: unauthenticated":                                    true,
	} {
		if a := e.Tell(message).Answer; a.Auth != auth {
			t.Errorf("%q: a refusal is %v (%+v)", message, a.Auth, a.Findings)
		}
	}
}
