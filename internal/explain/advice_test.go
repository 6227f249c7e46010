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
		{"MongoError: command find requires authentication", "13", "client_misconfigured", "developer", "api-cloud", "connection string|-administrator"},
		{"npm error code E404\nnpm error 404 Not Found - PUT https://registry.npmjs.org/@x%2fy - Not found", "E404", "token_expired", "developer", "api-cloud", "new token|npm whoami|-administrator"},
		{"403 (The specified API key is invalid, has expired, or does not have permission to access the specified package.)", "403", "wrong_credentials", "developer", "api-cloud", "new API key|glob|-administrator"},
		{"remote: Permission to o/r.git denied to github-actions[bot].", "", "permission_denied", "developer", "api-cloud", "contents: write|-administrator"},
		{"remote: Permission to o/r.git denied to bob.", "", "permission_denied", "developer", "api-cloud", "sign in as the right one|-administrator"},
		{"ERROR: Permission to o/r.git denied to deploy key.", "", "permission_denied", "developer", "api-cloud", "Allow write access"},
		{"remote: Repository not found.", "", "permission_denied", "developer", "api-cloud", "slips|sign in as|-administrator"},
		{"TF400813: The user 'x' is not authorized to access this resource.", "TF400813", "permission_denied", "developer", "api-cloud", "credential manager|new token"},
		{"openai.AuthenticationError: Incorrect API key provided: sk-...abcd.", "invalid_api_key", "wrong_credentials", "developer", "api-cloud", "key|-Type the password"},
		{`{"code":1004,"msg":"sign invalid","success":false}`, "1004", "wrong_credentials", "developer", "api-cloud", "Access Secret|-Type the password"},
		{"charon: received AUTHENTICATION_FAILED notify error", "AUTHENTICATION_FAILED", "wrong_credentials", "admin", "network-device", "pre-shared key|both ends|-own page"},
		{"\"greA\" #1: unable to locate my private key for RSA Signature", "", "client_misconfigured", "admin", "network-device", "ipsec.secrets|-password"},
		{"The following error occurred: Access denied. (0x80070005)", "5", "permission_denied", "admin", "identity-admin", "account or key that was meant|-Signing in again"},
		{"(0) eap_tls: ERROR: TLS Alert read:fatal:unknown CA", "", "tls_untrusted", "admin", "network-device", "on the device|-another network"},
		{`rejected connection from "192.0.2.5:48862" (error "remote error: tls: bad certificate", ServerName "")`, "CERT_UNTRUSTED", "tls_untrusted", "admin", "web-login", "other side|client's certificate|-another network"},
		{`Unable to connect to the server: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "kubernetes")`, "CERT_UNTRUSTED", "tls_untrusted", "admin", "api-cloud", "admin.conf|-another network"},
		{"[Microsoft][ODBC Driver 18 for SQL Server]SSL-Anbieter: Die Zertifikatkette wurde von einer nicht vertrauenswürdigen Zertifizierungsstelle ausgestellt.", "CERT_UNTRUSTED", "tls_untrusted", "admin", "api-cloud", "for tests only|-another network"},
		{"x509: certificate relies on legacy Common Name field, use SANs instead", "CERT_NO_SAN", "tls_hostname", "admin", "web-login", "SAN|-does not trust"},
		{"api.err.Ubic2faTokenRequired", "Ubic2faTokenRequired", "mfa_required", "user", "two-step", "local account|-client id"},
		{"[Ring] HTTPError: Response code 406 (Not Acceptable)", "406", "policy_blocked", "user", "triage", "ring-auth-cli|-newest code"},
		{"[outlook.office365.com] 3 NO LOGIN failed.", "", "credential_type_unsupported", "user", "mail-client", "OAuth|no app password|-old password"},
		{"{error: \"invalid_token\", errorDescription: \"`state` does not match.\"}", "", "client_misconfigured", "developer", "identity-admin", "cookies|-Copy the token"},
		{"The app is currently being tested, and can only be accessed by developer-approved testers. Error 403: access_denied", "access_denied", "policy_blocked", "developer", "identity-admin", "test user|-administrator"},
		{"This browser or app may not be secure.", "access_denied", "policy_blocked", "user", "identity-admin", "ordinary|-administrator"},
		{"HTTP access denied: user 'guest' - User can only log in via localhost", "", "policy_blocked", "admin", "identity-admin", "add_user"},
		{"postfix/smtpd[1]: warning: SASL authentication failure: cannot connect to saslauthd server: Connection refused", "", "provider_outage", "admin", "mail-client", "start saslauthd|-status page"},
		{"AADSTS54005: OAuth2 Authorization code was already redeemed", "AADSTS54005", "token_invalid", "developer", "api-cloud", "from the beginning|-Copy the token"},
		{"System is booting up. Unprivileged users are not permitted to log in yet.", "", "policy_blocked", "user", "identity-admin", "Wait two minutes|-which rule"},
		{"Alarm.com: Invalid Username/Password", "", "wrong_credentials", "user", "alarmcom", ""},
		{"SAML Response rejected: Timing issues (please check your clock settings)", "", "token_expired", "admin", "clock", "too early or too late"},
		{"AADSTS90072: User account 'bob@example.com' from identity provider 'live.com' does not exist in tenant 'Contoso' and cannot access the application 'x' in that tenant.", "AADSTS90072", "unknown_account", "admin", "web-login", "as a guest|-letter by letter"},
		{"80090308: LdapErr: DSID-0C090400, comment: AcceptSecurityContext error, data 57, v1db1", "49/57", "client_misconfigured", "developer", "identity-admin", "CN=svc"},
		{"ORA-12514: TNS:listener does not currently know of service requested in connect descriptor", "ORA-12514", "client_misconfigured", "admin", "identity-admin", "lsnrctl"},
		{"FATAL: Peer authentication failed for user \"postgres\"", "28000", "wrong_credentials", "developer", "api-cloud", "No password was compared"},
		{"error: You must be logged in to the server (Unauthorized)", "", "token_expired", "user", "api-cloud", "EKS"},
		{"java.sql.SQLNonTransientConnectionException: Public Key Retrieval is not allowed", "", "client_misconfigured", "developer", "api-cloud", "TLS|-up to date"},
		{"ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: NO)", "1045", "wrong_credentials", "developer", "api-cloud", "sent no password|-refused"},
		{"IDX10501: Signature validation failed. Unable to match key: kid: 'x'.", "IDX10501", "token_invalid", "developer", "api-cloud", "jwks_uri|-Copy the token"},
		{"535-5.7.8 Username and Password not accepted. go to 535 5.7.8 https://support.google.com/mail/?p=BadCredentials x - gsmtp", "535 5.7.8", "wrong_credentials", "user", "mail-client", "app password"},
		{"Something went wrong. [80090016]", "80090016", "token_invalid", "user", "api-cloud", "Do not clear the TPM|-Copy the token"},
		{"Your Apple ID has been locked", "", "account_locked", "user", "web-login", "iforgot.apple.com"},
		{"ERROR: connection is insecure (try using `sslmode=require`)", "", "tls_protocol", "developer", "api-cloud", "sslmode"},
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
