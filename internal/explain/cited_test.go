package explain_test

import (
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// A text that a program's source hands to a call was not shown to anybody; what
// a program prints of an error looks alike and was.
func TestWhatSourceHandsToACallIsNoRefusal(t *testing.T) {
	judge(t, map[string]bool{
		`show("Wrong password")`:                                                                false,
		`messages.error(request, "Invalid username or password.")`:                              false,
		`setError("password", { type: "manual", message: "Wrong password" });`:                  false,
		`vi.mocked(login).mockRejectedValue(new Error('Invalid credentials'))`:                  false,
		`ModelState.AddModelError("", "Invalid username or password.");`:                        false,
		`AuthError('Invalid username or password')`:                                             true,
		`_on_done(<Task finished exception=AuthError('Invalid username or password')>)`:         true,
		`login("ada") failed: invalid username or password`:                                     true,
		`show("Wrong password`:                                                                  true,
		`requests.post('https://api.mailgun.net/v3/x/messages', ...) -> <Response [401]> b'x'`:  true,
		`psycopg2.OperationalError('FATAL:  password authentication failed for user "shop"\n')`: true,
	})
}

// A state that somebody is not in is no refusal.
func TestAStateThatIsNotSoIsNoRefusal(t *testing.T) {
	judge(t, map[string]bool{
		`{"user":"ada","account_locked":false}`:         false,
		`{"user":"ada","account_locked":true}`:          true,
		`authentication failed: null`:                   true,
		`Login failed: 0 attempts left, account_locked`: true,
	})
}

// Whoever only speaks of a code or of a wording did not meet it.
func TestWhatIsOnlyMentionedIsNoRefusal(t *testing.T) {
	judge(t, map[string]bool{
		"Most people know that AADSTS50126 is for typos and nothing else":    false,
		"The wording \"Invalid credentials\" must not tell which of the two": false,
		"ORA-28000": true,
		"Since monday ORA-28000 is all that the app can say":     true,
		"ORA-28000 is on the screen of the people in the office": true,
	})
}

// judge holds messages to whether they tell of a refusal.
func judge(t *testing.T, messages map[string]bool) {
	t.Helper()
	e := explain.New(builtIn(t))
	for message, auth := range messages {
		if a := e.Tell(message).Answer; a.Auth != auth {
			t.Errorf("%q: a refusal is %v (%+v)", message, a.Auth, a.Findings)
		}
	}
}
