package probe

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// An ldapResult is a directory's answer to a bind.
type ldapResult struct {
	code int // RFC 4511, 4.1.9
	text string
}

// shown is the answer in one line.
func (r ldapResult) shown(l *login) string {
	name := ldap.LDAPResultCodeMap[uint16(r.code)]
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.code, name, printable(l.hide(r.text))))
}

// dataCode is Active Directory's own reason, inside the text of a result.
var dataCode = pattern(`(?i)\bAcceptSecurityContext error, data ([0-9a-f]{1,8})\b`)

// data is that reason, in lower case; empty for none.
func (r ldapResult) data() string {
	m := dataCode().FindStringSubmatch(r.text)
	if m == nil {
		return ""
	}
	return strings.ToLower(m[1])
}

// adReasons are Windows' system error codes, in hexadecimal as Active
// Directory writes them. Source: "System Error Codes", Microsoft (1326 is 52e).
func adReasons() map[string]ldapReason {
	return map[string]ldapReason{
		"52e": {"rejected", "name or password is wrong"},                                    // ERROR_LOGON_FAILURE
		"525": {"unknown_account", "there is no such user"},                                 // ERROR_NO_SUCH_USER
		"52f": {"logon_restricted", "an account restriction forbids it"},                    // ERROR_ACCOUNT_RESTRICTION
		"530": {"logon_restricted", "not at this hour"},                                     // ERROR_INVALID_LOGON_HOURS
		"531": {"logon_restricted", "not from this computer"},                               // ERROR_INVALID_WORKSTATION
		"532": {"password_expired", "the password has run out"},                             // ERROR_PASSWORD_EXPIRED
		"533": {"account_disabled", "the account is switched off"},                          // ERROR_ACCOUNT_DISABLED
		"568": {"logon_restricted", "the account is in too many groups"},                    // ERROR_TOO_MANY_CONTEXT_IDS
		"569": {"logon_restricted", "this kind of sign-in is not granted"},                  // ERROR_LOGON_TYPE_NOT_GRANTED
		"701": {"account_expired", "the account has run out"},                               // ERROR_ACCOUNT_EXPIRED
		"773": {"must_change_password", "the password must be changed at the next sign-in"}, // ERROR_PASSWORD_MUST_CHANGE
		"775": {"account_locked", "the account is locked"},                                  // ERROR_ACCOUNT_LOCKED_OUT
	}
}

// An ldapReason is an outcome, and the beginning of its summary.
type ldapReason struct{ outcome, why string }

// ldapReasons are result codes of a bind (RFC 4511, appendix A, and RFC 4513).
// What is not here says too little: 1, 2 and 80 are faults of somebody, 10
// sends on to another server.
func ldapReasons() map[int]ldapReason {
	return map[int]ldapReason{
		ldap.LDAPResultTimeLimitExceeded:           {"unavailable", "the directory takes too long"},
		ldap.LDAPResultAuthMethodNotSupported:      {"method_refused", "the directory does not take name and password"},
		ldap.LDAPResultStrongAuthRequired:          {"tls_required", "the directory wants encryption or signing"},
		ldap.LDAPResultAdminLimitExceeded:          {"unavailable", "a limit of the directory is reached"},
		ldap.LDAPResultConfidentialityRequired:     {"tls_required", "the directory wants encryption"},
		ldap.LDAPResultNoSuchObject:                {"unknown_account", "there is no such entry"},
		ldap.LDAPResultInvalidDNSyntax:             {"invalid_dn", "the name is no DN"},
		ldap.LDAPResultInappropriateAuthentication: {"method_refused", "this entry cannot sign in with a password"},
		ldap.LDAPResultInvalidCredentials:          {"rejected", "name or password is wrong"},
		ldap.LDAPResultInsufficientAccessRights:    {"access_denied", "the account may not sign in"},
		ldap.LDAPResultBusy:                        {"unavailable", "the directory is busy"},
		ldap.LDAPResultUnavailable:                 {"unavailable", "the directory is out of service"},
		ldap.LDAPResultUnwillingToPerform:          {"access_denied", "the directory is not willing"},
	}
}

// Words that directories put beside 49, 19 and 53 when the account and not the
// password is the reason (389 Directory Server, OpenDJ, and what grew from
// them).
var (
	saysLocked  = pattern(`(?i)\b(account|user|entry)( is| has been)?( temporarily)? lock(ed)?|exceed password retry limit|lockout`)
	saysOff     = pattern(`(?i)account( is| has been)? (inactivated|disabled|deactivated)`)
	saysMethod  = pattern(`(?i)simple (bind|authentication)`)
	saysExpired = pattern(`(?i)\bpassword( has| is)? expired`)
)

// outcome is what an answer means, and its words; empty when it does not say.
// The most exact one counts: the password policy's, then Active Directory's,
// then the text's, then the code's.
func (r ldapResult) outcome(p ldapPolicy) (outcome, why string) {
	if reason := p.reason(); reason.outcome != "" {
		return reason.outcome, reason.why
	}
	if data := r.data(); data != "" {
		reason := adReasons()[data]
		return reason.outcome, reason.why + " (Active Directory data " + data + ")"
	}
	switch r.code {
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultConstraintViolation, ldap.LDAPResultUnwillingToPerform:
		switch {
		case saysLocked().MatchString(r.text):
			return "account_locked", "the account is locked"
		case saysOff().MatchString(r.text):
			return "account_disabled", "the account is switched off"
		case saysExpired().MatchString(r.text):
			return "password_expired", "the password has run out"
		case r.code == ldap.LDAPResultUnwillingToPerform && saysMethod().MatchString(r.text):
			return "method_refused", "the directory does not take name and password"
		}
	}
	reason := ldapReasons()[r.code]
	return reason.outcome, reason.why
}

// Errors of the password policy's response control (draft-behera-ldap-password-policy-10, 6.2).
const (
	policyPasswordExpired  = 0
	policyAccountLocked    = 1
	policyChangeAfterReset = 2
)

// An ldapPolicy is what a directory says of the password beside its answer.
// Where it says nothing, numbers are -1.
type ldapPolicy struct {
	said       bool
	err        int
	expires    int64 // seconds
	grace      int64 // sign-ins
	mustChange bool
}

// readPolicy reads the control of OpenLDAP and others, and the older pair of
// Netscape's successors.
func readPolicy(controls []ldap.Control) ldapPolicy {
	p := ldapPolicy{err: -1, expires: -1, grace: -1}
	for _, control := range controls {
		switch c := control.(type) {
		case *ldap.ControlBeheraPasswordPolicy:
			p.said, p.err, p.expires, p.grace = true, int(c.Error), c.Expire, c.Grace
		case *ldap.ControlVChuPasswordMustChange:
			p.said, p.mustChange = true, true
		case *ldap.ControlVChuPasswordWarning:
			p.said, p.expires = true, c.Expire
		}
	}
	return p
}

// reason is why a sign-in was refused, as far as the policy says.
func (p ldapPolicy) reason() ldapReason {
	switch {
	case !p.said:
	case p.err == policyAccountLocked:
		return ldapReason{"account_locked", "the account is locked"}
	case p.err == policyPasswordExpired, p.mustChange:
		return ldapReason{"password_expired", "the password has run out"}
	case p.err == policyChangeAfterReset:
		return ldapReason{"must_change_password", "the password must be changed first"}
	}
	return ldapReason{}
}

// policyErrors are the errors by name.
func policyErrors() map[int]string {
	return map[int]string{
		policyPasswordExpired: "passwordExpired", policyAccountLocked: "accountLocked", policyChangeAfterReset: "changeAfterReset",
	}
}

func (p ldapPolicy) put(facts map[string]any) {
	if !p.said {
		return
	}
	if name := policyErrors()[p.err]; name != "" {
		facts["password_policy"] = name
	}
	if p.expires >= 0 {
		facts["password_expires_s"] = p.expires
	}
	if p.grace >= 0 {
		facts["grace_logins"] = p.grace
	}
}

// seconds says a number of seconds in words; directories may say any number.
func seconds(n int64) string {
	const most = int64(100 * 365 * 24 * time.Hour / time.Second)
	return span(time.Duration(min(n, most)) * time.Second)
}
