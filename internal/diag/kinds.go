package diag

import "strings"

// A Kind is one kind of probe: what it can find, and what that means.
type Kind struct {
	Name  string
	Layer Layer
	Title string // what it looks at, in a word or two
	// Account: kinds with the same word here sign in to one and the same account
	// of a service, wherever its servers are. Empty where that cannot be said.
	Account  string
	Outcomes []Outcome
}

// An Outcome is one thing that a probe can find. Its code, "kind.outcome",
// keeps its meaning for ever.
type Outcome struct {
	Name    string
	Status  Status // Pass, Warn or Fail
	Scope   Scope
	Layer   Layer  // where it points, if not to the kind's own layer
	Class   string // what it means for a sign-in; empty for a pass
	Meaning string
	Remedy  string // what to do now; empty for a pass
	// Waits: nothing here can mend it now; trying again later can.
	Waits bool
	// Bars: a warning that keeps some programs out, so that it is a fault where
	// nothing else is.
	Bars bool
}

// Kinds lists every kind of probe, in the order in which they break each
// other. Tests hold it complete: each outcome once, with meaning and remedy.
var Kinds = []Kind{
	clockKind, timesyncKind, pathKind, dnsKind, tlsKind, httpKind, oidcKind,
	imapKind, smtpKind, ldapKind, s3Kind, snmpKind, sshKind,
	httpAuthKind, tokenKind, totpKind,
}

var clockKind = Kind{Name: "clock", Layer: LayerClock, Title: "Clock", Outcomes: []Outcome{
	{Name: "accurate", Status: Pass, Scope: ScopeComputer, Meaning: "this computer's clock is right to within 2 seconds"},
	{Name: "drifting", Status: Warn, Scope: ScopeComputer, Class: "clock_skew",
		Meaning: "this computer's clock is off by 2 to 30 seconds",
		Remedy:  "Set date and time to automatic on this computer. Nothing breaks yet, but it will get worse."},
	{Name: "skewed", Status: Fail, Scope: ScopeComputer, Class: "clock_skew",
		Meaning: "this computer's clock is off by more than 30 seconds",
		Remedy:  "Set date and time to automatic on this computer, then run this again."},
	{Name: "zone_wrong", Status: Fail, Scope: ScopeComputer, Class: "clock_skew",
		Meaning: "this computer's clock is off by a whole time zone: it was set by hand to the wrong zone's time",
		Remedy:  "Set the time zone and the time to automatic on this computer, then run this again."},
}}

var pathKind = Kind{Name: "path", Layer: LayerPath, Title: "Network", Outcomes: []Outcome{
	{Name: "ok", Status: Pass, Scope: ScopeNetwork, Meaning: "the way to the internet is open"},
	{Name: "proxied", Status: Warn, Scope: ScopeComputer, Class: "proxy_required",
		Meaning: "this computer goes through a proxy, and the proxy works",
		Remedy:  "If only this computer is refused, try once without the proxy."},
	{Name: "intercepted", Status: Warn, Scope: ScopeComputer, Class: "tls_untrusted",
		Meaning: "something on this computer or network opens encrypted connections, and this computer trusts it",
		Remedy:  "If only this computer is refused, let the sign-in page pass the filter or antivirus unopened, or try another network."},
	{Name: "offline", Status: Fail, Scope: ScopeNetwork, Class: "network_unreachable",
		Meaning: "this computer has no way to the internet",
		Remedy:  "Connect this computer to a network: check the cable or Wi-Fi, then restart the router. Then run this again."},
	{Name: "captive_portal", Status: Fail, Scope: ScopeNetwork, Class: "network_unreachable",
		Meaning: "the network shows its own sign-in page before it lets anything through",
		Remedy:  "Open a browser, finish the network's own sign-in page, or use another network. Then run this again."},
	{Name: "proxy_unreachable", Status: Fail, Scope: ScopeComputer, Class: "proxy_required",
		Meaning: "this computer is told to use a proxy that does not answer",
		Remedy:  "Correct or remove the proxy setting, or connect to the network that the proxy belongs to. Then run this again."},
	{Name: "proxy_auth_required", Status: Fail, Scope: ScopeComputer, Class: "proxy_required",
		Meaning: "the proxy wants its own user name and password",
		Remedy:  "Give the proxy its user name and password, or use a network without it. Then run this again."},
}}

var dnsKind = Kind{Name: "dns", Layer: LayerDNS, Title: "Name lookup", Outcomes: []Outcome{
	{Name: "ok", Status: Pass, Scope: ScopeNetwork, Meaning: "the name has an address"},
	{Name: "slow", Status: Warn, Scope: ScopeNetwork, Class: "dns_failure",
		Meaning: "looking up the name takes over a second",
		Remedy:  "Restart the router. If it stays slow, use another name server."},
	{Name: "nxdomain", Status: Fail, Scope: ScopeNetwork, Class: "dns_failure",
		Meaning: "the name servers say that there is no such name",
		Remedy:  "If other pages open on this network, check the address for a slip. If it is right, or if nothing opens, try another network, such as the phone's mobile data, or restart the router."},
	{Name: "servfail", Status: Fail, Scope: ScopeNetwork, Class: "dns_failure",
		Meaning: "the name servers cannot answer for this name",
		Remedy:  "Restart the router, or try another network. If it fails everywhere, wait: the service's own name servers are down."},
	{Name: "no_address", Status: Fail, Scope: ScopeNetwork, Class: "dns_failure",
		Meaning: "the name exists but has no address that this computer can use",
		Remedy:  "Try another network. If it fails everywhere, the service has to mend its name."},
	{Name: "hijacked", Status: Fail, Scope: ScopeNetwork, Class: "dns_failure",
		Meaning: "a public name is answered with a private address: a filter, a router or a portal answers in its place",
		Remedy:  "Switch off the filter or parental control for this name, or use another name server or network."},
	{Name: "resolver_failing", Status: Fail, Scope: ScopeNetwork, Class: "dns_failure",
		Meaning: "the name servers of this network look up no name at all, not even names that exist",
		Remedy:  "The address is not the problem. Restart the router, or try another network, such as the phone's mobile data. If it stays so, set another name server in the router or on this computer."},
	{Name: "resolver_lying", Status: Fail, Scope: ScopeNetwork, Class: "dns_failure",
		Meaning: "the name servers of this network answer names that exist with addresses that are not theirs: they lead everything astray",
		Remedy:  "The address is not the problem. If the network has a sign-in page of its own, finish that first. Else restart the router, use another network, or set another name server."},
}}

var tlsKind = Kind{Name: "tls", Layer: LayerTLS, Title: "Encryption", Outcomes: []Outcome{
	{Name: "ok", Status: Pass, Scope: ScopeNetwork, Meaning: "the connection is encrypted and the server has proved its name"},
	{Name: "expiring", Status: Warn, Scope: ScopeService, Class: "tls_expired",
		Meaning: "the server's certificate runs out within 14 days",
		Remedy:  "Nothing to do for you. Whoever runs the service should renew the certificate."},
	{Name: "expired", Status: Fail, Scope: ScopeService, Class: "tls_expired",
		Meaning: "the server's certificate has run out",
		Remedy:  "Do not sign in past the warning. Tell the service's support that its certificate has run out."},
	{Name: "not_yet_valid", Status: Fail, Scope: ScopeService, Class: "tls_expired",
		Meaning: "the server's certificate is not valid yet",
		Remedy:  "Do not sign in past the warning. Tell the service's support that its certificate is not valid yet."},
	{Name: "untrusted", Status: Fail, Scope: ScopeNetwork, Class: "tls_untrusted",
		Meaning: "this computer does not trust whoever vouches for the server",
		Remedy:  "Do not type a password there. Try another network; a filter, antivirus or portal may stand in between. Is the server your own or your company's? Give the certificate of its authority with --ca-file FILE (ca-file in a playbook)."},
	{Name: "hostname_mismatch", Status: Fail, Scope: ScopeService, Class: "tls_hostname",
		Meaning: "the server proves another name than the one that was asked for",
		Remedy:  "Do not type a password there. Check the address for a slip, then try another network."},
	{Name: "protocol_too_old", Status: Fail, Scope: ScopeService, Class: "tls_protocol",
		Meaning: "the server offers only encryption that is no longer safe",
		Remedy:  "Whoever runs the service must switch on TLS 1.2 or newer."},
	{Name: "client_cert_required", Status: Fail, Scope: ScopeNetwork, Class: "tls_untrusted",
		Meaning: "the server asks for a certificate from this computer, and goes no further without one",
		Remedy:  "Ask whoever runs the service for a client certificate, or use the address meant for people."},
	{Name: "handshake_failed", Status: Fail, Scope: ScopeNetwork, Class: "tls_protocol",
		Meaning: "the encrypted connection could not be agreed",
		Remedy:  "Try another network; a firewall, filter or proxy may break the connection."},
	{Name: "not_encrypted", Status: Fail, Scope: ScopeService, Class: "client_misconfigured",
		Meaning: "what answers at that port does not encrypt from the first byte on",
		Remedy: "Check the port: 443 is for web pages, 993 for IMAP, 995 for POP3, 465 for sending mail, 636 for LDAP. A port that encrypts only when it is asked to is looked at with --starttls imap, pop3, smtp, ldap or postgres. " +
			"If the port is right, something else may answer in the server's place: try another network."},
	refused(LayerEndpoint, "server"),
}}

// refused is what everything finds that connects to a server where nobody
// listens. The server was reached, so the way is open, and the service is not
// there. A page or its encryption that is refused is a broken way to it; a
// mail server, a directory or a device may be one of several, and hides nothing.
func refused(layer Layer, what string) Outcome {
	return Outcome{Name: "refused", Status: Fail, Scope: ScopeNetwork, Layer: layer, Class: "network_unreachable",
		Meaning: "the " + what + "'s address answers, and refuses the connection: nothing listens on that port",
		Remedy:  "Check the port. If it is right, try another network: a firewall can refuse in the server's place. If it is refused everywhere, the service is not running: wait, or tell whoever runs it."}
}

var httpKind = Kind{Name: "http", Layer: LayerEndpoint, Title: "Sign-in page", Outcomes: []Outcome{
	{Name: "ok", Status: Pass, Scope: ScopeService, Meaning: "the page answers as it should"},
	{Name: "slow", Status: Warn, Scope: ScopeService, Class: "provider_outage",
		Meaning: "the page takes over 3 seconds to answer",
		Remedy:  "Wait for the page to finish before trying again. Retrying makes it slower."},
	{Name: "rate_limited", Status: Warn, Scope: ScopeService, Class: "rate_limited",
		Meaning: "the service refuses for now because too many tries came from here", Waits: true,
		Remedy: "Stop every device and program that keeps trying. Wait, then try once."},
	refused("", "server"),
	{Name: "timeout", Status: Fail, Scope: ScopeNetwork, Class: "network_unreachable",
		Meaning: "the server does not answer in time",
		Remedy:  "Try another network. If it stays silent everywhere, the service is down: wait."},
	{Name: "server_error", Status: Fail, Scope: ScopeService, Class: "provider_outage",
		Meaning: "the service itself has a fault", Waits: true,
		Remedy: "Change nothing on your account. Wait, then try again."},
	{Name: "maintenance", Status: Fail, Scope: ScopeService, Class: "provider_outage",
		Meaning: "the service says that it is under maintenance", Waits: true,
		Remedy: "Change nothing on your account. Wait until the maintenance is over, then try again."},
	{Name: "unexpected", Status: Fail, Scope: ScopeService, Class: "client_misconfigured",
		Meaning: "the address answers, but not with what belongs there",
		Remedy:  "Check the address of the sign-in page. If it is right, the service may have moved it."},
}}

// FindKind looks a kind up by its name.
func FindKind(name string) (Kind, bool) {
	for _, k := range Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Find looks an outcome up by its name.
func (k Kind) Find(outcome string) (Outcome, bool) {
	for _, o := range k.Outcomes {
		if o.Name == outcome {
			return o, true
		}
	}
	return Outcome{}, false
}

// Code is the permanent code of an outcome of a kind.
func Code(kind, outcome string) string { return kind + "." + outcome }

// FindCode looks an outcome up by its code.
func FindCode(code string) (Kind, Outcome, bool) {
	name, outcome, _ := strings.Cut(code, ".")
	k, ok := FindKind(name)
	if !ok {
		return Kind{}, Outcome{}, false
	}
	o, ok := k.Find(outcome)
	return k, o, ok
}

// LayerOf is the layer that an outcome points to: its own, or else the kind's.
func (k Kind) LayerOf(o Outcome) Layer {
	if o.Layer != "" {
		return o.Layer
	}
	return k.Layer
}
