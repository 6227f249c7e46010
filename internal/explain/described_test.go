package explain_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// A text that explains what programs do has the words of many refusals, and
// nobody met one.
func TestWhatIsExplainedIsNoRefusal(t *testing.T) {
	judge(t, map[string]bool{
		"Handle connection timeouts in the pool":                false,
		"The dialer has a connection timeout of 30 seconds":     false,
		"readTimeout = 5000":                                    false,
		"TLS handshake failures are counted by the exporter":    false,
		"Emits an event for socket hang up events on the agent": false,
		"The table of the cache may be shared by every host for which a read timeout is set, and it is emptied at the end of the day": false,
		"Connection timed out":                                                                                true,
		"Connection timeouts every hour since the move":                                                       true,
		"login failed: connection timeout of 30 s reached, read timed out":                                    true,
		"retries handle read timeouts\nError: read timed out":                                                 true,
		"Our office can't reach the login server, it says the connection has a timeout: connection timed out": true,
	})
}

// A line of a source holds the error that it handles; what the program printed
// below it was met.
func TestALineOfASourceIsNoRefusal(t *testing.T) {
	judge(t, map[string]bool{
		"func dial() error {\n\tif err != nil {\n\t\treturn errors.New(\"connection refused\")\n\t}": false,
		"// The server may hang up.\n// Then this gives ECONNRESET.":                                 false,
		"  if (errno == ETIMEDOUT)\n    continue;\n  close(fd);":                                     false,
		"try:\n    dial()\nexcept TimeoutError:\n    pass":                                           false,
		"    raise LoginError(\"Invalid password\")\nLoginError: Invalid password":                   true,
		"    return connect(host)\nConnectionRefusedError: [Errno 111] Connection refused":           true,
		"Error {\n  code: 'ECONNREFUSED',\n  port: 443\n}":                                           true,
	})
}

// The month of a log is no word of a sentence that explains something.
func TestAMonthIsNoVerb(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, line := range []string{
		"h sshd[26236]: User joe not allowed because account is locked", "h sshd[3]: Connection closed by authenticating user joe 203.0.113.9 port 4 [preauth]",
		"h app: connection refused", "h dovecot: auth: password mismatch",
	} {
		june, may := "Jun 23 18:05:21 "+line+"\nJun 23 18:05:22 h app: idle", "May 23 18:05:21 "+line+"\nMay 23 18:05:22 h app: idle"
		if a, b := e.Explain(june), e.Explain(may); a.Cause != b.Cause || a.Cause == "" && strings.Contains(line, "locked") {
			t.Errorf("%s: %q in June, %q in May", line, a.Cause, b.Cause)
		}
	}
}
