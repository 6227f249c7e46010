package redact_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/redact"
)

// The planted secrets are put together here, so that scanners of sources do
// not take them for real ones.
const (
	jwt    = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ" + ".eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJqbyJ9" + ".c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
	hex64  = "9f86d081884c7d659a2feaa0c55ad015" + "a3bf4f1b2b0b822cd15d6c15b0f00a08"
	aws    = "AKIA" + "IOSFODNN7EXAMPLE"
	awsKey = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
	google = "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"
	github = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
	pem    = "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEowIBAAKCAQEA7bq5x0Zt\nq1w2e3r4t5y6u7i8o9p0aaBB\n-----END RSA PRIVATE " + "KEY-----"
)

func TestText(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"bearer header", "Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted:authorization]"},
		{"bearer in lower case", "authorization: bearer " + jwt, "authorization: bearer [redacted:authorization]"},
		{"basic header", "Authorization: Basic am86aHVudGVyMg==", "Authorization: Basic [redacted:authorization]"},
		{"header without scheme", "authorization: 0a1b2c3d4e5f", "authorization: [redacted:authorization]"},
		{"proxy header", "Proxy-Authorization: Basic am86aHVudGVyMg==", "Proxy-Authorization: Basic [redacted:authorization]"},
		{"digest header", `Authorization: Digest username="jo", response="6629fae49393"`, "Authorization: Digest [redacted:authorization]"},
		{"curl header", `curl -H 'Authorization: Bearer abc123def' https://x.example/`, `curl -H 'Authorization: Bearer [redacted:authorization]' https://x.example/`},
		{"header in JSON", `{"Authorization":"Bearer abc123def","Accept":"*/*"}`, `{"Authorization":"Bearer [redacted:authorization]","Accept":"*/*"}`},
		{"header in a Go map", `map[Authorization:[Bearer abc123def] Accept:[*/*]]`, `map[Authorization:[Bearer [redacted:authorization]] Accept:[*/*]]`},
		{"signed request", "Authorization: AWS4-HMAC-SHA256 Credential=x/y, Signature=fe5f80", "Authorization: AWS4-HMAC-SHA256 [redacted:authorization]"},
		{"bearer in prose", "sent Bearer 9af8c1d2e3 to it", "sent Bearer [redacted:authorization] to it"},
		{"basic in prose", "used Basic am86aHVudGVyMg== there", "used Basic [redacted:authorization] there"},
		{"jwt", "got " + jwt + ", refused", "got [redacted:jwt], refused"},
		{"jwt cut off", "got eyJhbGciOiJSUzI1NiIsImtpZCI6... refused", "got [redacted:jwt]... refused"},
		{"jwt in an address", "https://x.example/cb#id_token=" + jwt + "&state=7", "https://x.example/cb#id_token=[redacted:token]&state=7"},
		{"jwt encoded in an address", "https://x.example/?next=%2Fa%3Fx%3D" + jwt, "https://x.example/?next=%2Fa%3Fx%3D[redacted:jwt]"},
		{"cookie header", "Cookie: afg=abc; ST=def; theme=dark", "Cookie: afg=[redacted:cookie]; ST=[redacted:cookie]; theme=[redacted:cookie]"},
		{"set-cookie header", "Set-Cookie: ASP.NET_SessionId=xyz123; Path=/; Expires=Wed, 18 Mar 2026 12:00:00 GMT; HttpOnly; SameSite=Lax", "Set-Cookie: ASP.NET_SessionId=[redacted:cookie]; Path=/; Expires=Wed, 18 Mar 2026 12:00:00 GMT; HttpOnly; SameSite=Lax"},
		{"two cookies in one header", "Set-Cookie: a=1; Path=/, b=topsecret; Path=/", "Set-Cookie: a=[redacted:cookie]; Path=[redacted:cookie]; Path=/"},
		{"cookie in curl", "curl 'https://www.alarm.com/' -H 'Cookie: afg=abc; ST=def' -k", "curl 'https://www.alarm.com/' -H 'Cookie: afg=[redacted:cookie]; ST=[redacted:cookie]' -k"},
		{"cookie in JSON", `{"cookie":"sid=abc; ST=def"}`, `{"cookie":"sid=[redacted:cookie]; ST=[redacted:cookie]"}`},
		{"afg alone", "afg=1a2b3c4d is missing", "afg=[redacted:cookie] is missing"},
		{"afg in a Python dict", "{'afg': '1a2b3c', 'x': 1}", "{'afg': '[redacted:cookie]', 'x': 1}"},
		{"ST alone", "ST=Zm9vYmFyMTIzNDU2Nzg5MA", "ST=[redacted:cookie]"},
		{"session cookie alone", "ASP.NET_SessionId=ab1cd2", "ASP.NET_SessionId=[redacted:cookie]"},
		{"trusted device", `"twoFactorAuthenticationId":"F00DBEEF01"`, `"twoFactorAuthenticationId":"[redacted:cookie]"`},
		{"cookie as browsers export it", `{"name": "afg", "value": "1a2b3c", "path": "/"}`, `{"name": "afg", "value": "[redacted:cookie]", "path": "/"}`},
		{"code in prose", "my code is 123456.", "my code is [redacted:code]."},
		{"code after a blank", "Use code 482913 to sign in", "Use code [redacted:code] to sign in"},
		{"code in two halves behind a colon", "Your verification code: 123 456", "Your verification code: [redacted:code]"},
		{"a secret key right behind its word", "secret " + awsKey, "secret [redacted:secret]"},
		{"mysql", "mysql -u app -pS3cret shop", "mysql -u app -p[redacted:password] shop"},
		{"sshpass", "sshpass -p hunter2 ssh jo@host.example", "sshpass -p [redacted:password] ssh jo@host.example"},
		{"another command's -p", "mkdir -p folder && ssh -p 2222 host", "mkdir -p folder && ssh -p 2222 host"},
		{"Kennwort", "Kennwort: hunter2x", "Kennwort: [redacted:password]"},
		{"code in two halves", "Your code is 123 456", "Your code is [redacted:code]"},
		{"verification code", "Your verification code: 4829", "Your verification code: [redacted:code]"},
		{"text message", "482913 is your Alarm.com verification code", "[redacted:code] is your Alarm.com verification code"},
		{"text message with a letter", "G-482913 is your Google verification code.", "[redacted:code] is your Google verification code."},
		{"otp", "otp=123456", "otp=[redacted:code]"},
		{"code in JSON", `{"code":"123456","typeOf2FA":4}`, `{"code":"[redacted:code]","typeOf2FA":4}`},
		{"pin", "PIN: 4711", "PIN: [redacted:code]"},
		{"keypad code", "keypad code is 4711", "keypad code is [redacted:code]"},
		{"authorization code", "GET /cb?code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj", "GET /cb?code=[redacted:code]&state=af0ifjsldkj"},
		{"authorization code in a form", "code=4/0AX4XfWh&grant_type=authorization_code", "code=[redacted:code]&grant_type=authorization_code"},
		{"authorization code in JSON", `{"code":"0.AXoAabcDEF123456789xyz"}`, `{"code":"[redacted:code]"}`},
		{"access token in an address", "https://x.example/#access_token=abc123&expires_in=3600", "https://x.example/#access_token=[redacted:token]&expires_in=3600"},
		{"refresh token in JSON", `{"refresh_token": "0.ARoA-xyz", "expires_in": 3599}`, `{"refresh_token": "[redacted:token]", "expires_in": 3599}`},
		{"id token in a form", "id_token=abcdefg&x=1", "id_token=[redacted:token]&x=1"},
		{"client secret", "grant_type=client_credentials&client_secret=s%3Ecret&client_id=app", "grant_type=client_credentials&client_secret=[redacted:secret]&client_id=app"},
		{"client secret that is a uuid", "client_secret=6f1ed002-ab5c-4b1e-9a3a-7a1c1d2e3f40", "client_secret=[redacted:secret]"},
		{"assertion", "client_assertion=abc.def&client_assertion_type=urn:x", "client_assertion=[redacted:assertion]&client_assertion_type=urn:x"},
		{"assertion of a grant", "assertion=MIIC4jCCAcqgAwIBAgIQ&x=1", "assertion=[redacted:assertion]&x=1"},
		{"SAML", "SAMLResponse=PHNhbWxwOlJlc3BvbnNl&RelayState=x", "SAMLResponse=[redacted:assertion]&RelayState=x"},
		{"verifier", "code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "code_verifier=[redacted:secret]"},
		{"JSON in JSON", `{"body":"{\"user\":\"jo\",\"password\":\"hun,ter2\"}"}`, `{"body":"{\"user\":\"jo\",\"password\":\"[redacted:password]\"}"}`},
		{"JSON in JSON in JSON", `"{\"b\":\"{\\\"password\\\":\\\"x\\\\\\\"y\\\"}\"}"`, `"{\"b\":\"{\\\"password\\\":\\\"[redacted:password]\\\"}\"}"`},
		{"quotation mark in a password", `{"password":"a\"b","x":1}`, `{"password":"[redacted:password]","x":1}`},
		{"address with a password", "postgres://jo:hunter2@db.example:5432/x", "postgres://jo:[redacted:password]@db.example:5432/x"},
		{"address with an odd password", "https://jo:p@ss/w#rd@x.example/a", "https://jo:[redacted:password]@x.example/a"},
		{"address with a token", "https://0123456789abcdef0123@git.example/x.git", "https://[redacted:token]@git.example/x.git"},
		{"address with slashes escaped", `"https:\/\/jo:hunter2@x.example"`, `"https:\/\/jo:[redacted:password]@x.example"`},
		{"private key", "before\n" + pem + "\nafter", "before\n[redacted:private-key]\nafter"},
		{"private key in JSON", `{"private_key":"` + strings.ReplaceAll(pem, "\n", `\n`) + `"}`, `{"private_key":"[redacted:private-key]"}`},
		{"private key cut off", pem[:70], "[redacted:private-key]"},
		{"aws key id", "key " + aws + " refused", "key [redacted:key] refused"},
		{"aws secret", "aws_secret_access_key = " + awsKey, "aws_secret_access_key = [redacted:key]"},
		{"aws secret in JSON", `"SecretAccessKey": "` + awsKey + `"`, `"SecretAccessKey": "[redacted:key]"`},
		{"aws session token", "X-Amz-Security-Token=IQoJb3JpZ2luX2Vj&X-Amz-Date=20260318", "X-Amz-Security-Token=[redacted:token]&X-Amz-Date=20260318"},
		{"google key", "key=" + google, "key=[redacted:key]"},
		{"google token", "ya29." + "a0AfH6SMBx-abcdefghijkl", "[redacted:token]"},
		{"github token", "remote: " + github, "remote: [redacted:token]"},
		{"github oauth token", "gho_" + github[4:], "[redacted:token]"},
		{"github fine-grained token", "github_pat_" + "11ABCDEFG0abcdefghij_klmnopqrst", "[redacted:token]"},
		{"slack token", "xoxb-" + "123456789012-abcdefGHIJKL", "[redacted:token]"},
		{"slack hook", "https://hooks.slack.com/" + "services/T00000000/B00000000/XXXXXXXXXXXXXXXX", "https://[redacted:token]"},
		{"otpauth", "otpauth://totp/Alarm.com:jo?secret=JBSWY3DPEHPK3PXP&issuer=Alarm.com", "otpauth://totp/Alarm.com:jo?secret=[redacted:secret]&issuer=Alarm.com"},
		{"otpauth export", "otpauth-migration://" + "offline?data=CjEKCkhello", "[redacted:secret]"},
		{"password with a colon", "password: hunter2", "password: [redacted:password]"},
		{"password with spaces", "password: correct horse battery", "password: [redacted:password]"},
		{"password in quotation marks", `password = "x y"`, `password = "[redacted:password]"`},
		{"password in prose", "my password is hunter2, I think", "my password is [redacted:password], I think"},
		{"password in the middle", "user jo, password: hunter2. It failed", "user jo, password: [redacted:password]. It failed"},
		{"password in a list", "- passwd: s3cret!", "- passwd: [redacted:password]"},
		{"pwd", "Server=db;Uid=jo;Pwd=hun;ter2;Database=x", "Server=db;Uid=jo;Pwd=[redacted:password];Database=x"},
		{"password of a form", "user[password]=hunter2&x=1", "user[password]=[redacted:password]&x=1"},
		{"password in XML", `<wsse:Password Type="x">hunter2</wsse:Password>`, `<wsse:Password Type="x">[redacted:password]</wsse:Password>`},
		{"password in encoded JSON", "&quot;password&quot;:&quot;hunter2&quot;", "&quot;password&quot;:&quot;[redacted:password]&quot;"},
		{"password as an option", "tool --password hunter2 --user jo", "tool --password [redacted:password] --user jo"},
		{"environment", "export FOO_TOKEN=abc", "export FOO_TOKEN=[redacted:token]"},
		{"environment, one word", "SMTP_PASS=abc", "SMTP_PASS=[redacted:password]"},
		{"YAML", "  clientSecret: abc~def\n  clientId: app", "  clientSecret: [redacted:secret]\n  clientId: app"},
		{"api key", "API key: 0a1b2c3d", "API key: [redacted:key]"},
		{"api key header", "X-Api-Key: 0a1b2c3d", "X-Api-Key: [redacted:key]"},
		{"storage key", "AccountName=x;AccountKey=abc+/def==;EndpointSuffix=y", "AccountName=x;AccountKey=[redacted:key];EndpointSuffix=y"},
		{"shared access signature", "https://x.example/b?sv=2022&sig=abc%2Bdef%3D12", "https://x.example/b?sv=2022&sig=[redacted:signature]"},
		{"64 hexadecimal digits", "session " + hex64 + " ended", "session [redacted:token] ended"},
		{"token in an encoded address", "next=%2Fa%3Faccess_token%3Dabc%26x%3D1", "next=%2Fa%3Faccess_token%3D[redacted:token]%26x%3D1"},
		{"token in prose", "Invalid token: 9a8b7c6d", "Invalid token: [redacted:token]"},
		{"curl with a password", "curl -u admin:hunter2 https://x.example", "curl -u admin:[redacted:password] https://x.example"},
		{"curl with cookies", "curl -b 'afg=abc; ST=def' https://x.example", "curl -b 'afg=[redacted:cookie]; ST=[redacted:cookie]' https://x.example"},
		{"cookies of a page", `document.cookie = "afg=zzz; ST=yyy"`, `document.cookie = "afg=[redacted:cookie]; ST=[redacted:cookie]"`},
		{"escaped JSON, short", `{\"password\":\"x\"}`, `{\"password\":\"[redacted:password]\"}`},
		{"encoded mark in a password", "user=jo&password=p%40ss%26word&x=1", "user=jo&password=[redacted:password]&x=1"},
		{"key and value of a setting", `<add key="Password" value="hunter2" />`, `<add key="Password" value="[redacted:password]" />`},
		{"password right behind the word", "login with password hunter2!", "login with password [redacted:password]"},
		{"secret right behind the word", "TOTP secret JBSWY3DPEHPK3PXP", "TOTP secret [redacted:secret]"},
		{"mail transcript", "C: AUTH PLAIN AGJvYgBodW50ZXIy", "C: AUTH PLAIN [redacted:password]"},
		{"mail login", `a1 LOGIN "bob" "hunter2"`, `a1 LOGIN "bob" "[redacted:password]"`},
		{"community", "snmpwalk -v2c -c s3cretcomm 192.0.2.1", "snmpwalk -v2c -c [redacted:password] 192.0.2.1"},
		{"secret beside a mask", "password=[redacted:jwt]rest", "password=[redacted:password]"},
		{"secret after words of a refusal", "password: not found hunter2", "password: [redacted:password]"},
		{"password that is a number", "password: 401", "password: [redacted:password]"},
		{"number of a form", "token=401&x=1", "token=[redacted:token]&x=1"},
		{"secret after a refusal", "token: 403; password: hunter2", "token: 403; password: [redacted:password]"},
		{"password in encoded prose", "&quot;password is hunter22&quot;", "&quot;password is [redacted:password]&quot;"},
		{"password that holds an encoded mark", "password=ab&quot;cd12", "password=[redacted:password]"},
		{"code behind a break that is spelt out", `"sent\ncode=4/0AX4XfWhKq7Zt&state=1\nCookie: afg=1`, `"sent\ncode=[redacted:code]&state=1\nCookie: afg=[redacted:cookie]`},
		{"token behind a backslash", `C:\token: abcdef01`, `C:\token: [redacted:token]`},
		{"secret in a false mask", "password=[redacted:hunter2", "password=[redacted:password]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := redact.Text(test.in)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if again := redact.Text(got); again != got {
				t.Errorf("again: %q", again)
			}
		})
	}
}

func TestTextLeavesAlone(t *testing.T) {
	for _, text := range []string{
		"AADSTS50126: Error validating credentials due to invalid username or password.",
		"AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks.",
		"Trace ID: 6f1ed002-ab5c-4b1e-9a3a-7a1c1d2e3f40 Correlation ID: 1c2d3e4f-0000-4b1e-9a3a-7a1c1d2e3f40 Timestamp: 2026-03-18 12:00:00Z",
		"https://www.alarm.com/login?m=login_fail",
		"Invalid password",
		"token expired",
		"Invalid token: the token has expired",
		"Error validating access token: Session has expired on Wednesday",
		"InvalidAuthenticationToken: Access token is empty.",
		"The password is wrong.",
		"Password: required",
		"password: ********",
		"password=<your password>",
		`{"password":["This field is required."]}`,
		`{"password":"This field is required."}`,
		`{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`,
		`{"error":{"code":"Authorization_RequestDenied"},"x":{"code":"MailboxNotEnabledForRESTAPI"}}`,
		"couldn't fetch token: invalid_grant: maybe token expired?",
		"cannot acquire token: AADSTS50126, or password: E0000004",
		`Exception calling "AcquireToken": "AADSTS50079: a second step is needed."`,
		"WebAuthError(code: a0.invalid_user_password)",
		`{"error_codes":[50126],"code":"AccessDenied","status":401}`,
		`{"code":190,"error_subcode":463}`,
		"error code is 700016",
		"status code 401001",
		"/cb?error=access_denied&code=invalid_request",
		"exit code: 1234567",
		"code: ENOTFOUND",
		`WWW-Authenticate: Bearer realm="example", error="invalid_token", error_description="The token expired"`,
		"WWW-Authenticate: Basic realm=\"Restricted area\"",
		"Basic authentication is switched off",
		"bearer token missing",
		"token_type=Bearer&expires_in=3600&scope=openid",
		"grant_type=password",
		"https://login.example/oauth2/token?api-version=1.0",
		"ssh://git@git.example:22/x.git",
		"https://host.example:8443/path@2x",
		"C=US, ST=California, L=San Francisco",
		"sha256:" + hex64,
		"SHA-256 fingerprint: " + hex64,
		"commit 16c7e42f292c6912e7710c838347ae178b4a0b1c",
		"The two-factor code never arrives",
		"Type the code that you got at 12:34:56 on 2026-03-18",
		"authorization failed for user jo",
		"Authorization: required",
		"no cookie: none was sent",
		"clock is 94 s fast; offset_ms=-90012.3",
		"time.google.com 216.239.35.0:123",
		"Password last changed 2026-03-01 10:11:12",
		"Failed password for root from 192.0.2.7 port 50022 ssh2",
		"535-5.7.8 Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials",
		"-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----",
		"expected -----BEGIN PRIVATE KEY----- on the first line",
		"Set-Cookie: was refused",
		"code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
		"The passcode field must not be empty",
		"Passwort falsch",
		"Wrong password: try again",
		"invalid password AADSTS50126",
		"AUTH PLAIN LOGIN XOAUTH2",
		"a1 NO [AUTHENTICATIONFAILED] LOGIN failed.",
		"docker run -u 1000:1000 image -c 10",
		"snmpget -v2c -c '<name>' DEVICE sysUpTime.0",
		"token 6f1ed002-ab5c-4b1e-9a3a-7a1c1d2e3f40 was revoked",
		"FATAL: password authentication failed for user \"jo\"",
		"ORA-01017: invalid username/password; logon denied",
		"password: Permission denied",
		"sftp password: Permission denied (publickey,password).",
		"krb5_get_init_creds_password: Client not found in Kerberos database (2529638918)",
		"krb5_get_init_creds_password: Preauthentication failed",
		"secret: not found",
		"token: 401",
		"token 403",
		"password: 401 Unauthorized",
		"oauth2: cannot fetch token: 400 Bad Request\nResponse: {}",
		"&quot;password is incorrect&quot;",
		"{&quot;code&quot;:1004,&quot;msg&quot;:&quot;sign invalid&quot;}",
		"ntlm auth: status=-1073741711 (winbindd)",
		"dovecot: auth: passwd-file(kim,203.0.113.5),<abc>): unknown user",
		"Access denied for user 'jo'@'localhost' (using password: YES)",
		`{"token_endpoint":"https://x.example/token","token_endpoint_auth_methods_supported":["client_secret_basic"]}`,
		"",
	} {
		if got := redact.Text(text); got != text {
			t.Errorf("masked:\n %s\n %s", text, got)
		}
	}
}

func TestValue(t *testing.T) {
	in := map[string]any{
		"password": "correct horse", "offset_ms": -90012.3, "ok": true, "none": nil,
		"sha256": hex64, "note": "password: x1",
		"headers": map[string]any{"Authorization": []any{"Bearer abc123def"}, "Date": "Wed, 18 Mar 2026 12:00:00 GMT"},
		"cookies": map[string]string{"afg": "abc", "Cookie": "a=b; c=d"},
		"list":    []string{"token=abc", "plain"}, "request_id": "H72X5BJ3YTBW2DKF", "text": "H72X5BJ3YTBW2DKF",
	}
	want := map[string]any{
		"password": "[redacted:password]", "offset_ms": -90012.3, "ok": true, "none": nil,
		"sha256": hex64, "note": "password: [redacted:password]",
		"headers": map[string]any{"Authorization": []any{"Bearer [redacted:authorization]"}, "Date": "Wed, 18 Mar 2026 12:00:00 GMT"},
		"cookies": map[string]string{"afg": "[redacted:cookie]", "Cookie": "a=[redacted:cookie]; c=[redacted:cookie]"},
		"list":    []string{"token=[redacted:token]", "plain"}, "request_id": "H72X5BJ3YTBW2DKF", "text": "[redacted:secret]",
	}
	if diff := cmp.Diff(want, redact.Value(in)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if in["password"] != "correct horse" {
		t.Error("the original was changed")
	}
}

func TestPrintable(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain", "Grüße, 世界\tok\n", "Grüße, 世界\tok\n"},
		{"colour", "\x1b[31mred\x1b[0m", "red"},
		{"title", "a\x1b]0;owned\x07b", "ab"},
		{"link", "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"},
		{"escape alone", "a\x1b", "a"},
		{"C1", "a\u009b31mb", "a31mb"},
		{"bell and carriage return", "a\a\rb\x00", "ab"},
		{"direction", "a\u202eb\u2066c", "abc"},
		{"invisible", "a\u200bb\ufeff", "ab"},
		{"line separator", "a\u2028b\fc", "a\nb\nc"},
		{"no character", "a\ufffeb", "ab"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"joined emoji", "👩\u200d🔧", "👩\u200d🔧"},
	} {
		if got := redact.Printable(test.in); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// Each of these made a scan look at the same text again and again.
var repeated = []string{
	"code=", "token=", "password:", "- ", "-- * ", "://", "eyJ-", "eyA-", "-----BEGIN PRIVATE KEY-----", "authorization: is not ",
	"cookie: ", "st=", "code:“", `code:"`, `code='`, `\`, `"code\"`, "a,", "[redacted:", "[redacted:x]", "<password>", "<password a", "x", "0", "%3D", "&quot;password", "password: not found ", "token: 401 ", "&quot;",
	"bearer ", "-u ", "-b a=", "LOGIN \"", "PLAIN A", "password is1", "key=", "user[password", "password is ", "code 1", " 123456 is your ", "\x1b]", `{"name":"afg","value":`, "export token ", "Set-Cookie: a=b; ",
	"jbsw y3dp ", "JBSW-", "abcd ", "aB1/", `aB1\/`, "%2FaB1", "AKIA ", "key JBSWY3DPEHPK3PXP ", "wJalrXUtnFEMI/K7MDENG/bPxRfiPLANTED9876+ ", "\nJBSWY3DPEHPK3PXP",
}

func TestLinear(t *testing.T) {
	const size = 1 << 18
	for _, unit := range repeated {
		text := strings.Repeat(unit, size/len(unit))
		start := time.Now()
		redact.Text(redact.Printable(text))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%q takes %v", unit, took)
		} else {
			t.Logf("%-30q %v", unit, took)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range repeated {
		f.Add(s + s)
	}
	f.Add("secret: " + "jbsw y3dp ehpk 3pxp, then")
	f.Add("[redacted:key] JBSWY3DPEHPK3PXP" + "\nset up " + awsKey + ":" + aws)
	f.Add(`"\n` + awsKey + `\nMFRGGZDFMZTWQ2LK\n"` + "\u00a0mfrg\u00a0gzdf\u00a0mztw\u00a0q2lk")
	f.Add(`Cookie: a=b; password="x\"y" Authorization: Bearer ` + jwt + ` https://a:b@c/?code=abcdef12&x code is 123 456`)
	f.Fuzz(func(t *testing.T, s string) {
		once := redact.Text(s)
		if twice := redact.Text(once); twice != once {
			t.Errorf("once  %q\ntwice %q", once, twice)
		}
		if p := redact.Printable(s); redact.Printable(p) != p {
			t.Errorf("printable again: %q", p)
		}
	})
}

func BenchmarkText(b *testing.B) {
	line := "2026-03-18T12:00:00Z host app[12]: sign-in of jo from 192.0.2.7 failed: AADSTS50126, correlation 6f1ed002-ab5c-4b1e-9a3a-7a1c1d2e3f40 token=abc Cookie: a=b\n"
	text := strings.Repeat(line, (1<<20)/len(line))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		redact.Text(text)
	}
}

// Fragments put together at random find what no table thinks of: masks that
// uncover other keys, quotations that end elsewhere the second time.
func TestIdempotentOnFragments(t *testing.T) {
	fragments := []string{
		"password", "token", "code", "secret", "cookie", "Set-Cookie", "Authorization", "name", "value", "key", "ST", "afg", "is", "Bearer", "Basic",
		"hunter2", "123456", "abc123def456", "x", "https://", "jo", "@", "example.org", "eyJhbGciOiJSUzI1NiJ9", ".", "ghp_0123456789abcdefghij",
		":", "=", " ", " ", ": ", "\"", "'", "\\\"", "\\\\\\\"", "&", "?", ";", ",", "\n", "\\n", "[", "]", "{", "}", "<", ">", "</", "%3D", "%26", "&quot;",
		"[redacted:", "[redacted:x]", "redacted", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "--", "-u ", "the", "wrong", "&amp;", "(", ")", "/", "#",
		"JBSW", "y3dp", "MFRGGZDFMZTWQ2LK", "AKIA", awsKey, "setup", "%2F", `\/`, "+", "LOGIN ", "“", "”", "`", "|", "*", "-", "\t", "curl ", "export ", "Path=/", "S-1-", "G-",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		var b strings.Builder
		for range 2 + r.IntN(18) {
			b.WriteString(fragments[r.IntN(len(fragments))])
		}
		once := redact.Text(b.String())
		if twice := redact.Text(once); twice != once {
			t.Fatalf("\ntext  %q\nonce  %q\ntwice %q", b.String(), once, twice)
		}
	}
}
