package probe

import (
	"regexp"
	"strings"
)

// A mailPhrase is a turn of phrase that decides, whatever the code beside it:
// servers hide different things behind one code. Both protocols share them,
// because the same providers write both texts.
type mailPhrase struct {
	words   func() *regexp.Regexp
	outcome string
}

// mailPhrases are tried in this order. Providers' own pages say what they
// mean: app passwords, support.google.com/accounts/answer/185833; sign-in by
// browser, support.google.com/mail/answer/7126229; too many sign-ins,
// support.google.com/a/answer/3726730; 5.7.139 and its two meanings,
// learn.microsoft.com "authenticated client SMTP submission".
var mailPhrases = []mailPhrase{
	{pattern(`(?i)\bapp(lication)?[ -]?(specific[ -])?passwords?\b.{0,30}\b(required|needed|instead)|` +
		`\b(use|need|needs|create|generate|requires?) (an |a |your )?app(lication)?[ -]?(specific[ -])?password`), "app_password_required"},
	{pattern(`(?i)security defaults|basic ?auth(entication)? ?(is |has been )?(disabled|blocked)|clientauthentication is disabled|authenticated but not connected|` +
		`(imap|smtp|password)( access| authentication| login| sign-in)? (is |has been )?(disabled|switched off|not enabled)`), "method_disabled"},
	{pattern(`(?i)via your web browser|web log-?in required`), "access_denied"},
	{pattern(`(?i)\b(account|user|mailbox|login)( has been| is|'s)?( temporarily)? (locked|blocked)|\b(account|user) lock`), "account_locked"},
	{pattern(`(?i)too many (login|sign-in|auth|failed|bad|invalid|simultaneous|concurrent|connections|attempts|errors|requests|tries)|rate.?limit|maximum number of connections`), "rate_limited"},
	{pattern(`(?i)\b(account|user|mailbox)( has been| is)? (disabled|suspended|deactivated|inactive)`), "account_disabled"},
	{pattern(`(?i)\bpassword( has| is)? expired|\bexpired password|password (must|has to) be changed`), "expired"},
	{pattern(`(?i)credentials (were|are) incorrect`), "rejected"},
	{pattern(`(?i)\btemporar(y|ily)\b|try again later|at present|internal (server )?error`), "unavailable"},
}

// outcome is what a refusal means; empty when it does not say.
func (r mailRefusal) outcome() string {
	for _, p := range mailPhrases {
		if p.words().MatchString(r.text) {
			return p.outcome
		}
	}
	if r.word != "" {
		return r.imapOutcome()
	}
	return r.smtpOutcome()
}

// imapCodes are response codes of RFC 5530 (and WEBALERT, which Google added).
// CONTACTADMIN, like AUTHORIZATIONFAILED, comes when the password was not the
// reason. LIMIT is about connections and tries.
func imapCodes() map[string]string {
	return map[string]string{
		"AUTHENTICATIONFAILED": "rejected",
		"AUTHORIZATIONFAILED":  "access_denied",
		"CONTACTADMIN":         "access_denied",
		"EXPIRED":              "expired",
		"INUSE":                "unavailable",
		"LIMIT":                "rate_limited",
		"NOPERM":               "access_denied",
		"PRIVACYREQUIRED":      "tls_required",
		"SERVERBUG":            "unavailable",
		"UNAVAILABLE":          "unavailable",
		"WEBALERT":             "access_denied",
	}
}

var aLock = pattern(`(?i)\block(ed|out|s)?\b`)

// imapOutcome goes by the code. Without one, a NO to a sign-in is a refused
// login (RFC 9051, 6.2.2 and 6.2.3); a BAD or a BYE says nothing about it.
func (r mailRefusal) imapOutcome() string {
	if r.code == "CONTACTADMIN" && aLock().MatchString(r.text) {
		return "account_locked"
	}
	if outcome := imapCodes()[r.code]; outcome != "" {
		return outcome
	}
	if r.word == "NO" && (r.code == "" || r.code == "ALERT") {
		return "rejected"
	}
	return ""
}

// smtpEnhanced are enhanced status codes (RFC 3463, 4954 and the registry of
// RFC 5248), without their class. 7.14 is how Google asks for a sign-in in the
// browser; 7.139 and 7.3 are Microsoft's.
func smtpEnhanced() map[string]string {
	return map[string]string{
		"7.0":   "", // "other": the reply code decides
		"7.3":   "rejected",
		"7.4":   "method_disabled",
		"7.8":   "rejected",
		"7.9":   "method_disabled", // too weak a mechanism
		"7.10":  "tls_required",
		"7.11":  "tls_required",
		"7.12":  "expired", // a password transition is needed
		"7.13":  "account_disabled",
		"7.14":  "access_denied",
		"7.139": "access_denied",
	}
}

// smtpStatus are reply codes to AUTH (RFC 4954, 4 and 6).
func smtpStatus() map[int]string {
	return map[int]string{
		432: "expired",
		504: "method_disabled",
		523: "tls_required",
		525: "account_disabled",
		534: "method_disabled",
		535: "rejected",
		538: "tls_required",
	}
}

// smtpOutcome goes by the enhanced code, then by the reply code. What is not
// meant to last (4xx) is never a refusal of the login.
func (r mailRefusal) smtpOutcome() string {
	_, detail, _ := strings.Cut(r.enhanced, ".")
	temporary := r.status/100 == 4
	switch outcome := smtpEnhanced()[detail]; {
	case temporary && outcome == "expired", !temporary && outcome != "":
		return outcome
	case temporary && smtpStatus()[r.status] != "":
		return smtpStatus()[r.status]
	case temporary:
		return "unavailable"
	case r.status == 530 && strings.Contains(strings.ToUpper(r.text), "STARTTLS"):
		return "tls_required"
	}
	return smtpStatus()[r.status]
}
