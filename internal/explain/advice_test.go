package explain_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// What was once said wrongly and would have sent somebody the wrong way. A text
// holds all of its parts, and none of those behind a minus.
func TestWhatIsSaid(t *testing.T) {
	e := explain.New(builtIn(t))
	for _, tc := range []struct{ message, code, cause, actor, playbook, says string }{
		{"discord.errors.LoginFailure: Improper token has been passed.", "401", "token_invalid", "developer", "api-cloud", "Reset the token|-password once"},
		{"Unable to extract system id from Alarm.com", "", "mfa_required", "user", "alarmcom", "two-step"},
		{"Error code 404 trying to get security access token from Compute Engine metadata for the default service account.", "", "client_misconfigured", "developer", "api-cloud", "service account|scope"},
		{"WinRM cannot process the request. The following error with errorcode 0x80090322 occurred while using Kerberos authentication: An unknown security error occurred.", "SEC_E_WRONG_PRINCIPAL", "client_misconfigured", "admin", "identity-admin", "setspn|-certificate"},
		{"A specified logon session does not exist. (Exception from HRESULT: 0x80070520)", "1312", "client_misconfigured", "admin", "identity-admin", "private key|Do not allow storage of passwords|-Caps Lock"},
		{"A fatal error occurred when attempting to access the TLS server credential private key. The error code returned from the cryptographic module is 0x8009030D.", "", "client_misconfigured", "admin", "identity-admin", "private key|-ticket"},
		{"The remote computer that you are trying to connect to requires Network Level Authentication (NLA), but your Windows domain controller cannot be contacted to perform NLA.", "", "network_unreachable", "admin", "", "local account|-client id"},
	} {
		a := e.Tell(tc.message).Answer
		if len(a.Findings) == 0 {
			t.Errorf("%s: not recognised", tc.message)
			continue
		}
		f := a.Findings[0]
		if f.Code != tc.code || f.Cause != tc.cause || f.Actor != tc.actor || f.Playbook != tc.playbook {
			t.Errorf("%s:\nwant %s %s %s %s\ngot  %s %s %s %s", tc.message, tc.code, tc.cause, tc.actor, tc.playbook, f.Code, f.Cause, f.Actor, f.Playbook)
		}
		text := f.Title + " " + f.Meaning + " " + f.Next
		for part := range strings.SplitSeq(tc.says, "|") {
			unwanted, isUnwanted := strings.CutPrefix(part, "-")
			if strings.Contains(text, unwanted) == isUnwanted {
				t.Errorf("%s: %q in %q", tc.message, part, text)
			}
		}
	}
}
