package diag

// imapKind and smtpKind find the same things, and mean the same by them: one
// receives mail, the other sends it.
var (
	imapKind = Kind{Name: "imap", Layer: LayerCredentials, Title: "Mail server", Account: "mailbox", Outcomes: mailOutcomes("fetching mail")}
	smtpKind = Kind{Name: "smtp", Layer: LayerCredentials, Title: "Outgoing mail", Account: "mailbox", Outcomes: mailOutcomes("sending mail")}
)

// mailOutcomes are the outcomes of a mail server that is there for a purpose.
func mailOutcomes(purpose string) []Outcome {
	return []Outcome{
		{Name: "ok", Status: Pass, Scope: ScopeService,
			Meaning: "the mail server takes sign-ins for " + purpose + ", and this one if one was tried"},
		{Name: "no_auth_offered", Status: Warn, Scope: ScopeService, Class: "client_misconfigured", Bars: true,
			Meaning: "the mail server offers no way of signing in here, encrypted or not",
			Remedy:  "Compare server and port with the provider's own page. Another port or server is meant for programs like yours."},
		{Name: "starttls_missing", Status: Warn, Scope: ScopeService, Class: "tls_protocol", Bars: true,
			Meaning: "the mail server does not offer to encrypt the connection on this port",
			Remedy:  "Use the port that is encrypted from the beginning (993 for receiving, 465 for sending). Send no password without encryption."},
		{Name: "rejected", Status: Fail, Scope: ScopeService, Class: "wrong_credentials",
			Meaning: "the mail server refuses this user name with this password or token",
			Remedy:  "Sign in on the provider's web page with the same name. If that works, the program needs an app password or the provider's own sign-in page."},
		{Name: "access_denied", Status: Fail, Scope: ScopeService, Class: "policy_blocked",
			Meaning: "a rule of the mail server keeps this account out, whatever its password",
			Remedy:  "Sign in on the provider's web page and look for a warning there. In a company, ask the mail administrator."},
		{Name: "app_password_required", Status: Fail, Scope: ScopeService, Class: "credential_type_unsupported",
			Meaning: "the mail server wants a password made for this program, not the account's own",
			Remedy:  "Create an app password on the provider's web page, and give it to the program."},
		{Name: "method_disabled", Status: Fail, Scope: ScopeService, Class: "credential_type_unsupported",
			Meaning: "the mail server does not take this kind of sign-in for this mailbox",
			Remedy:  "Set the program up anew with the provider's own sign-in page, or have this kind of sign-in allowed for the mailbox."},
		{Name: "account_locked", Status: Fail, Scope: ScopeService, Class: "account_locked",
			Meaning: "the account is locked",
			Remedy:  "Stop every program that signs in to it. Unlock it on the provider's web page, or have it unlocked."},
		{Name: "account_disabled", Status: Fail, Scope: ScopeService, Class: "account_disabled",
			Meaning: "the account is switched off",
			Remedy:  "Ask whoever runs the mail server why. No password helps."},
		{Name: "expired", Status: Fail, Scope: ScopeService, Class: "password_expired",
			Meaning: "the password has run out, or must first be renewed",
			Remedy:  "Choose a new password on the provider's web page, then give it to every program."},
		{Name: "tls_required", Status: Fail, Scope: ScopeService, Class: "tls_protocol",
			Meaning: "the mail server takes no password without encryption",
			Remedy:  "Switch on TLS or STARTTLS for this server in the program's settings. The password is not the problem."},
		{Name: "rate_limited", Status: Fail, Scope: ScopeService, Class: "rate_limited", Waits: true,
			Meaning: "the mail server refuses for now because of too many tries or connections",
			Remedy:  "Stop every device and program that keeps trying. Wait a quarter of an hour, then try once."},
		{Name: "unavailable", Status: Fail, Scope: ScopeService, Class: "provider_outage", Waits: true,
			Meaning: "the mail server cannot check sign-ins for the moment",
			Remedy:  "Change nothing on your account. Wait, then try again."},
		refused(LayerProvider, "mail server"),
	}
}
