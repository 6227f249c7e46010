package logs

import (
	"bytes"
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A shape is what a program's failure looks like.
type shape struct {
	needle  []byte // quick to look for
	pattern *regexp.Regexp
	system  string
	says    string // for the explainer; empty takes the text itself
	cause   string
	outcome outcome
}

// programs lists the shapes of each program that is known well. They are
// compiled when the first log is read: no other command pays for them.
var programs = sync.OnceValue(func() map[string][]shape {
	return map[string][]shape{
		"dovecot": {
			{[]byte("-login: Log"), regexp.MustCompile(`-login: (?:Login|Logged in): .*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "", "", succeeded},
			{[]byte("temporary failure"), regexp.MustCompile(`(?P<app>\S+-login): .*?\(auth service reported temporary failure\).*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "", "provider_outage", failed},
			{[]byte("auth failed"), regexp.MustCompile(`(?i)(?P<app>\S+-login): .*?\(auth failed, (?P<times>\d+) attempts.*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "imap: authentication failed", "wrong_credentials", failed},
			{[]byte("user disabled"), regexp.MustCompile(`(?P<app>\S+-login): .*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "", "account_disabled", failed},
			{[]byte("unknown user"), regexp.MustCompile(`^auth(?:-worker)?[^:]*: [^(]*\((?P<user>[^,)]*),(?P<source>[^,)]*)`), "imap", "", "", failed}, // told again by the login process
		},
		"postfix": {
			{[]byte("sasl_username="), regexp.MustCompile(`^\w+: client=[^\[]*\[(?P<source>[^\]]+)\], sasl_method=\S+, sasl_username=(?P<user>[^,\s]+)`), "smtp", "", "", succeeded},
			{[]byte("Connection lost to authentication server"), regexp.MustCompile(`^warning: (?:[^\[]*)\[(?P<source>[^\]]+)\]: SASL \S+ authentication failed: `), "smtp", "", "provider_outage", failed},
			{[]byte("authentication failed"), regexp.MustCompile(`^warning: (?:[^\[]*)\[(?P<source>[^\]]+)\]: SASL \S+ authentication failed: ?(?P<why>.*?)(?:, sasl_username=(?P<user>.*))?$`), "smtp", "", "wrong_credentials", failed},
		},
		"nginx": {
			{[]byte("password mismatch"), regexp.MustCompile(`\*\d+ user "(?P<user>.*?)": password mismatch, client: (?P<source>[^,\s]+)`), "http", "", "wrong_credentials", failed},
			{[]byte("was not found in"), regexp.MustCompile(`\*\d+ user "(?P<user>.*?)" was not found in ".*?", client: (?P<source>[^,\s]+)`), "http", "", "unknown_account", failed},
			{[]byte("no user/password was provided"), regexp.MustCompile(`\*\d+ no user/password was provided for basic authentication, client: (?P<source>[^,\s]+)`), "http", needsName, "", failed},
			{[]byte("certificate verify error: (10:"), regexp.MustCompile(`client SSL certificate verify error: \(10:certificate has expired\).*?client: (?P<source>[^,\s]+)`), "http", "certificate has expired", "tls_expired", failed},
			{[]byte("certificate verify error: ("), regexp.MustCompile(`client SSL certificate verify error: \((?P<says>\d+:[^)]*)\).*?client: (?P<source>[^,\s]+)`), "http", "", "tls_untrusted", failed},
			{[]byte("upstream"), regexp.MustCompile(`(?i)(?:connect\(\) failed|upstream timed out|upstream prematurely closed|no live upstreams).*?client: (?P<source>[^,\s]+), .*?request: "POST /(?:\S*[/_-])?(?:log[-_]?in|log[-_]?on|sign[-_]?in|token|auth|authenticate|sessions?)\b`), "http", "", "provider_outage", failed},
			{[]byte("access forbidden by rule"), regexp.MustCompile(`\*\d+ access forbidden by rule, client: (?P<source>[^,\s]+)`), "http", "", "permission_denied", failed},
		},
		"apache": {
			{[]byte("Password Mismatch"), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH01617: )?user (?P<user>.*?): authentication failure for ".*?": Password Mismatch`), "http", "", "wrong_credentials", failed},
			{[]byte("assword mismatch"), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH0179[24]: )?user (?P<user>.*?): password mismatch: `), "http", "", "wrong_credentials", failed},
			{[]byte(" not found: "), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH01(?:618|790): )?user \x60?(?P<user>.*?)(?:' in realm .*?)? not found: `), "http", "", "unknown_account", failed},
			{[]byte("denied by provider"), regexp.MustCompile("\\[client (?P<source>[^\\]]+)\\] (?:AH01791: )?user `(?P<user>.*?)' in realm .* denied by provider: "), "http", "", "wrong_credentials", failed},
			{[]byte("wrong authentication scheme"), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH01(?:614|781): )?client used wrong authentication scheme`), "http", "", "credential_type_unsupported", failed},
			{[]byte("no authenticated user"), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH01629: )?authorization failure \(no authenticated user\)`), "http", needsName, "", failed},
			{[]byte("client denied by server configuration"), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH01(?:630|797): )?client denied by server configuration: `), "http", "", "permission_denied", failed},
			{[]byte("authorization failure for"), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH01631: )?user (?P<user>.*?): authorization failure for "`), "http", "", "permission_denied", failed},
			{[]byte("AuthType configured with no"), regexp.MustCompile(`\[client (?P<source>[^\]]+)\] (?:AH01627: )?AuthType configured with no corresponding authorization directives`), "http", "", "provider_outage", failed},
		},
		"snmptrapd": {
			// What is named is the device that was asked, unless it tells who asked (Cisco's authAddr).
			{[]byte("uthentication"), regexp.MustCompile(`(?s)(?:UDP|TCP|DTLSUDP): \[(?P<app>[^\]]+)\].*?(?:authenticationFailure|Authentication Failure Trap)(?:.*?IpAddress: (?P<source>[\d.]+))?`), "snmp", "SNMPv2-MIB::authenticationFailure", "", failed},
			{[]byte(".6.3.1.1.5.5"), regexp.MustCompile(`(?s)(?:UDP|TCP|DTLSUDP): \[(?P<app>[^\]]+)\].*?\.6\.3\.1\.1\.5\.5(?:.*?IpAddress: (?P<source>[\d.]+))?`), "snmp", "SNMPv2-MIB::authenticationFailure", "", failed},
		},
		"radiusd": {
			{[]byte("Login OK"), regexp.MustCompile(`Login OK.*?: \[(?P<user>[^/\]]+)(?:.* cli (?P<source>[^)\s]+))?`), "radius", "", "", succeeded},
			{[]byte("certificate expired"), regexp.MustCompile(`Login incorrect.*?: \[(?P<user>[^/\]]+(?:/[\w.-]+)?)\](?:.* cli (?P<source>[^)\s]+))?`), "radius", "certificate expired", "tls_expired", failed},
			{[]byte("Login incorrect"), regexp.MustCompile(`Login incorrect.*?: \[(?P<user>[^/\]]+)(?:.* cli (?P<source>[^)\s]+))?`), "radius", "", "wrong_credentials", failed},
		},
		"pam": {
			{[]byte("authentication failure;"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):auth\): authentication failure;.*?rhost=(?P<source>\S*)(?:\s+user=(?P<user>.*))?`), "pam", "", "wrong_credentials", failed},
			{[]byte("temporarily locked"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):auth\): Consecutive login failures for user (?P<user>\S+)`), "pam", "", "account_locked", failed},
			{[]byte("account expired"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):account\): account (?P<user>\S+) has expired`), "pam", "", "account_disabled", failed},
		},
		"asterisk": { // the name in front is what a client says of itself: the address is behind the last "failed for"
			{[]byte("' failed for '"), regexp.MustCompile(`^.*?(?:Registration|Request '\w+') from '.*?sips?:(?P<user>[^@>;']+)?.*' failed for '(?P<source>[^']+)'.* - (?:Wrong password|Failed to authenticate|Username/auth name mismatch)`), "sip", "", "wrong_credentials", failed},
			{[]byte("' failed for '"), regexp.MustCompile(`^.*?(?:Registration|Request '\w+') from '.*?sips?:(?P<user>[^@>;']+)?.*' failed for '(?P<source>[^']+)'.* - (?:No matching (?:peer|endpoint) found|Peer is not supposed to register)`), "sip", "", "unknown_account", failed},
			{[]byte("' failed for '"), regexp.MustCompile(`^.*?(?:Registration|Request '\w+') from '.*?sips?:(?P<user>[^@>;']+)?.*' failed for '(?P<source>[^']+)'.* - .*\bACL\b`), "sip", "", "policy_blocked", failed},
		},
		"exim": {
			{[]byte("authenticator failed for"), regexp.MustCompile(`authenticator failed for (?:\S+ )?(?:\(\S*\) )?\[(?P<source>[^\]]+)\](?::\d+)?(?: I=\S+)?(?: U=\S+)?: 5\d\d Incorrect authentication data(?: \(set_id=(?P<user>.*)\))?`), "smtp", "", "wrong_credentials", failed},
			{[]byte(" A="), regexp.MustCompile(` <= \S+ H=\S*(?: \(\S*\))? \[(?P<source>[^\]]+)\](?::\d+)? .*?\bA=[\w-]+:(?P<user>\S+)`), "smtp", "", "", succeeded},
		},
		"krb5kdc": {
			{[]byte("PREAUTH_FAILED"), regexp.MustCompile(`_REQ \(.*?\) (?P<source>\S+): PREAUTH_FAILED: (?P<user>\S+) for `), "kerberos", "", "wrong_credentials", failed},
			{[]byte("CLIENT_NOT_FOUND"), regexp.MustCompile(`_REQ \(.*?\) (?P<source>\S+): CLIENT_NOT_FOUND: (?P<user>\S+) for `), "kerberos", "", "unknown_account", failed},
			{[]byte("LOCKED_OUT"), regexp.MustCompile(`_REQ \(.*?\) (?P<source>\S+): LOCKED_OUT: (?P<user>\S+) for `), "kerberos", "", "account_locked", failed},
			{[]byte("CLIENT KEY EXPIRED"), regexp.MustCompile(`_REQ \(.*?\) (?P<source>\S+): CLIENT KEY EXPIRED: (?P<user>\S+) for `), "kerberos", "", "password_expired", failed},
			{[]byte("CLIENT EXPIRED"), regexp.MustCompile(`_REQ \(.*?\) (?P<source>\S+): CLIENT EXPIRED: (?P<user>\S+) for `), "kerberos", "", "account_disabled", failed},
			{[]byte("Clock skew too great"), regexp.MustCompile(`_REQ \(.*?\) (?P<source>\S+): .*?(?P<user>\S+) for \S+, Clock skew too great`), "kerberos", "Clock skew too great", "clock_skew", failed},
			{[]byte(": ISSUE: "), regexp.MustCompile(`AS_REQ \(.*?\) (?P<source>\S+): ISSUE: .*, (?P<user>\S+) for krbtgt/`), "kerberos", "", "", succeeded},
		},
		"proftpd": {
			{[]byte(": no such user found from"), regexp.MustCompile(`\[(?P<source>[^\]]+)\]\) - USER (?P<user>.*): no such user found from `), "ftp", "", "unknown_account", failed},
			{[]byte("(Login failed)"), regexp.MustCompile(`\[(?P<source>[^\]]+)\]\) - USER (?P<user>.*) \(Login failed\)`), "ftp", "", "wrong_credentials", failed},
			{[]byte(": Login successful"), regexp.MustCompile(`\[(?P<source>[^\]]+)\]\) - USER (?P<user>.*): Login successful`), "ftp", "", "", succeeded},
		},
		"vsftpd": {
			{[]byte("FAIL LOGIN: Client"), regexp.MustCompile(`\[(?P<user>[^\]]*)\] FAIL LOGIN: Client "(?P<source>[^"]+)"`), "ftp", "", "wrong_credentials", failed},
			{[]byte("OK LOGIN: Client"), regexp.MustCompile(`\[(?P<user>[^\]]*)\] OK LOGIN: Client "(?P<source>[^"]+)"`), "ftp", "", "", succeeded},
		},
		"courier": {
			{[]byte("LOGIN FAILED"), regexp.MustCompile(`LOGIN FAILED, user=(?P<user>.*), ip=\[(?P<source>[^\]]+)\]`), "imap", "", "wrong_credentials", failed},
			{[]byte("LOGIN, user="), regexp.MustCompile(`^LOGIN, user=(?P<user>.*), ip=\[(?P<source>[^\]]+)\]`), "imap", "", "", succeeded},
		},
		"openvpn": {
			{[]byte("Auth Username/Password verification failed"), regexp.MustCompile(`(?:^|\s)(?:(?P<user>[^/\s]+)/)?(?P<source>\S+:\d+) TLS Auth Error: Auth Username/Password verification failed`), "vpn", "", "wrong_credentials", failed},
			{[]byte("VERIFY ERROR"), regexp.MustCompile(`(?:^|\s)(?:[^/\s]+/)?(?P<source>\S+:\d+) VERIFY ERROR: depth=0, error=certificate has expired: .*?CN=(?P<user>[^,]+)`), "vpn", "error=certificate has expired", "tls_expired", failed},
			{[]byte("Peer Connection Initiated"), regexp.MustCompile(`\[(?P<user>[^\]]+)\] Peer Connection Initiated with \[AF_INET6?\](?P<source>\S+)`), "vpn", "", "", succeeded},
		},
		"keycloak": {
			{[]byte(`type="LOGIN"`), regexp.MustCompile(`type="LOGIN", .*?ipAddress="(?P<source>[^"]*)".*?(?:, username="(?P<user>[^"]*)"|$)`), "keycloak", "", "", succeeded},
			{[]byte(`_ERROR", `), regexp.MustCompile(`type="\w+_ERROR", .*?(?:clientId="(?P<app>[^"]*)", )?(?:userId="[^"]*", )?ipAddress="(?P<source>[^"]*)", error="(?P<error>[^"]*)"(?:.*?, username="(?P<user>[^"]*)")?`), "keycloak", "", "", failed},
		},
		"samba": {
			{[]byte("status [NT_STATUS_OK]"), regexp.MustCompile(`Auth: \[.*?\] user (?P<user>\[.*?\]\\\[.*?\]) at .*? status \[NT_STATUS_OK\].*?remote host \[(?P<source>[^\]]+)\]`), "windows", "", "", succeeded},
			{[]byte("status [NT_STATUS_"), regexp.MustCompile(`Auth: \[.*?\] user (?P<user>\[.*?\]\\\[.*?\]) at .*? status \[(?P<says>NT_STATUS_\w+)\].*?remote host \[(?P<source>[^\]]+)\]`), "windows", "", "", failed},
		},
		"fail2ban": {
			{[]byte("] Found "), regexp.MustCompile(`fail2ban\.filter\s+\[\d+\]: INFO\s+\[(?P<app>[^\]]+)\] Found (?P<source>\S+)`), "", "", "wrong_credentials", failed},
		},
		"haproxy": { // what is sent is no question
			{[]byte(" 401 "), regexp.MustCompile(`^(?P<source>\S+:\d+) \[[^\]]+\] \S+ \S+ \S+ 401 .*"(?:POST|PUT) (?P<app>/[^/?" ]*)`), "http", "HTTP 401 Unauthorized", "", failed},
			{[]byte(" 403 "), regexp.MustCompile(`^(?P<source>\S+:\d+) \[[^\]]+\] \S+ \S+ \S+ 403 .*"\w+ (?P<app>/[^/?" ]*)`), "http", "HTTP 403 Forbidden", "", failed},
			{[]byte(" 429 "), regexp.MustCompile(`^(?P<source>\S+:\d+) \[[^\]]+\] \S+ \S+ \S+ 429 .*"\w+ (?P<app>/[^/?" ]*)`), "http", "HTTP 429 Too Many Requests", "", failed},
		},
		"wordpress": { // as WP fail2ban writes it
			{[]byte("Accepted password for "), regexp.MustCompile(`^Accepted password for (?P<user>.*) from (?P<source>\S+)$`), "http", "", "", succeeded},
			{[]byte("unknown user "), regexp.MustCompile(`(?i)^(?:XML-RPC )?authentication attempt for unknown user (?P<user>.*) from (?P<source>\S+)$`), "http", "", "unknown_account", failed},
			{[]byte("uthentication failure for "), regexp.MustCompile(`(?i)^(?:REST |XML-RPC )?authentication failure for (?P<user>.*) from (?P<source>\S+)$`), "http", "", "wrong_credentials", failed},
			{[]byte("XML-RPC authentication failure from "), regexp.MustCompile(`^XML-RPC authentication failure from (?P<source>\S+)$`), "http", "", "wrong_credentials", failed},
			{[]byte("Blocked authentication attempt for "), regexp.MustCompile(`^Blocked authentication attempt for (?P<user>.*) from (?P<source>\S+)$`), "http", "", "policy_blocked", failed},
		},
		"sudo": {
			{[]byte("incorrect password attempt"), regexp.MustCompile(`^\s*(?P<user>.+?) : (?P<times>\d+) incorrect password attempts? ;`), "pam", "", "wrong_credentials", failed},
			{[]byte("NOT in sudoers"), regexp.MustCompile(`^\s*(?P<user>.+?) : (?i:user NOT in sudoers) ;`), "pam", "", "permission_denied", failed},
		},
	}
})

// anywhere are the programs whose lines are their own by their words alone:
// they are found in any text, whoever keeps it.
var anywhere = []string{"fail2ban", "keycloak", "asterisk", "exim", "vsftpd", "samba", "radiusd", "openvpn", "krb5kdc", "proftpd", "courier", "snmptrapd"}

// byWords finds the shape that a text has, of those that need no program's name.
func byWords(text []byte) *record {
	for _, family := range anywhere {
		if r, _ := fitting(family, head{text: text}); r != nil {
			return r
		}
	}
	return nil
}

func familyOf(program string) string {
	switch {
	case strings.HasPrefix(program, "dovecot"):
		return "dovecot"
	case strings.HasPrefix(program, "postfix"):
		return "postfix"
	case strings.HasPrefix(program, "exim"):
		return "exim"
	case strings.HasPrefix(program, "openvpn"), strings.HasPrefix(program, "ovpn-"):
		return "openvpn"
	case strings.HasPrefix(program, "krb5kdc"):
		return "krb5kdc"
	case strings.HasPrefix(program, "wordpress("):
		return "wordpress"
	}
	switch program {
	case "freeradius":
		return "radiusd"
	case "imapd", "imapd-ssl", "pop3d", "pop3d-ssl", "courier-imapd", "courierpop3login":
		return "courier"
	}
	return program
}

// fitting finds the shape that a line has, of those that its program writes.
func fitting(family string, h head) (r *record, known bool) {
	shapes, known := programs()[family]
	for i := range shapes {
		if bytes.Contains(h.text, shapes[i].needle) {
			if r := shapes[i].fit(h, family); r != nil {
				return r, true
			}
		}
	}
	return nil, known
}

func (s *shape) fit(h head, family string) *record {
	found := s.pattern.FindSubmatch(h.text)
	if found == nil {
		return nil
	}
	r := &record{outcome: s.outcome, system: s.system, app: family, text: s.says, cause: s.cause, count: 1}
	for i, name := range s.pattern.SubexpNames() {
		switch value := string(found[i]); name {
		case "user":
			r.user = value
		case "source":
			r.source = peer(value)
		case "app":
			r.app = cmp.Or(value, family)
		case "times":
			r.count, _ = strconv.Atoi(value)
		case "says":
			r.text = value
		case "error": // of Keycloak's events
			r.cause, r.text = keycloakErrors()[value], "type=LOGIN_ERROR, error="+value
			if r.user == "" && strings.Contains(value, "client") {
				r.user = r.app
			}
		}
	}
	if s.says == "" && s.cause == "" && r.text == "" {
		r.text = string(h.text)
	}
	if family == "pam" && strings.HasPrefix(r.app, "sshd") || family == "dovecot" && string(s.needle) == "unknown user" {
		return nil // told by sshd, or by the login process, too
	}
	if family == "samba" {
		r.user = strings.NewReplacer("[", "", "]", "").Replace(r.user)
	}
	r.count = min(r.count, 1_000_000)
	return r
}

// peer is an address as programs write it: with a port, in brackets, or with
// its family in front.
func peer(s string) string {
	if strings.IndexByte(s, ':') < 0 {
		return s
	}
	return address(strings.TrimPrefix(strings.TrimPrefix(s, "ipv4:"), "ipv6:"))
}

// quiet are programs at which nobody signs in, or whose sign-ins are told by
// PAM's lines or by another program.
var quiet = func() map[string]bool {
	list := map[string]bool{}
	for name := range strings.FieldsSeq(`kernel systemd systemd-logind systemd-resolved systemd-timesyncd systemd-networkd systemd-udevd systemd-journald systemd-tmpfiles systemd-modules-load
		CRON cron crond anacron atd rsyslogd syslog-ng rsyslog syslogd logrotate dhclient dhcpcd dhcpd dnsmasq dnsmasq-dhcp NetworkManager wpa_supplicant avahi-daemon chronyd ntpd ntpdate dbus dbus-daemon
		polkitd udisksd irqbalance smartd mdadm fstrim run-parts snapd packagekitd PackageKit fwupd multipathd ModemManager rtkit-daemon colord thermald acpid auditd audit-dispatcher useradd usermod groupadd groupmod userdel groupdel chfn chage
		systemd-machined systemd-coredump systemd-fsck systemd-sysctl systemd-random-seed ufw unattended-upgrade unattended-upgr apt needrestart dracut kdumpctl lvm mtp-probe usb_modeswitch sm-notify rpcbind postfix-script last mark -- MARK`) {
		list[name] = true
	}
	return list
}()

// byPAM are programs whose sign-ins PAM's lines tell of.
var byPAM = map[string]bool{"su": true, "passwd": true, "login": true}
