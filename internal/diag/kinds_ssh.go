package diag

// sshKind has what a server shows before and in a sign-in.
var sshKind = Kind{Name: "ssh", Layer: LayerCredentials, Title: "SSH server", Outcomes: []Outcome{
	{Name: "ok", Status: Pass, Scope: ScopeService,
		Meaning: "the SSH server answers as it should, and takes the login if one was tried"},
	{Name: "host_key_unknown", Status: Warn, Scope: ScopeService, Class: "tls_untrusted", Bars: true,
		Meaning: "the server's host key is not among the known ones",
		Remedy:  "Compare the fingerprint with the one that the server's administrator gives you, over another way. Only then accept it."},
	{Name: "weak_algorithms", Status: Warn, Scope: ScopeService, Class: "tls_protocol",
		Meaning: "the server still offers algorithms that are no longer safe",
		Remedy:  "Have the old algorithms taken out of the server's settings. Your sign-in does not fail because of them."},
	{Name: "host_key_changed", Status: Fail, Scope: ScopeService, Class: "tls_untrusted",
		Meaning: "the server's host key is not the one that is known for it, or was revoked",
		Remedy:  "Type no password there. Ask the server's administrator whether the key was changed, and for its fingerprint; else somebody stands in between."},
	{Name: "no_common_algorithm", Status: Fail, Scope: ScopeService, Class: "tls_protocol",
		Meaning: "the server offers nothing that a current SSH client takes",
		Remedy:  "Have the server's software renewed, or its algorithms added. Until then, a client can be told to take the old ones for this one host."},
	{Name: "method_not_offered", Status: Fail, Scope: ScopeService, Class: "credential_type_unsupported",
		Meaning: "the server does not take this kind of credential",
		Remedy:  "Sign in with what it takes, such as a key instead of a password, or have the other way switched on."},
	{Name: "second_step_required", Status: Fail, Scope: ScopeService, Class: "mfa_required",
		Meaning: "the server took this credential, and wants another one as well",
		Remedy:  "Sign in with a client that can show the second step."},
	{Name: "rejected", Status: Fail, Scope: ScopeService, Class: "wrong_credentials",
		Meaning: "the server refuses this user with this password or key",
		Remedy:  "Check the user name. For a key, have its public half put into the account's authorized_keys; for a password, set it anew on the server. SSH does not say which of these is wrong."},
	refused(LayerProvider, "server"),
}}
