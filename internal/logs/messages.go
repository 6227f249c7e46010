package logs

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// messages finds sign-ins in what programs write to syslog and to the journal.
type messages struct {
	knocks *knocks
	extra  []*record // what turned out to be a failure only later
	clock  func(stamp []byte) time.Time
	good   record // the last success: most lines are one, and are soon forgotten
	names  map[string]string
	told   func(*record) *record // what the words of any program tell
}

func (t *tally) newMessages() *messages {
	return &messages{knocks: newKnocks(), names: map[string]string{}, told: t.told}
}

// maxNames bounds the names that are kept to not copy them for every line.
const maxNames = 4096

func (m *messages) name(b []byte) string {
	if s, ok := m.names[string(b)]; ok {
		return s
	}
	if len(m.names) >= maxNames {
		clear(m.names)
	}
	s := string(b)
	m.names[s] = s
	return s
}

// dated gives a record the time of its line.
func (m *messages) dated(h head, r *record) *record {
	switch {
	case r == nil || !r.when.IsZero():
	case !h.at.IsZero():
		r.when = h.at
	case m.clock != nil:
		r.when = m.clock(h.stamp)
	}
	return r
}

// more are failures that no line told alone; in the end, the rest of them.
func (m *messages) more(end bool) []*record {
	if end {
		m.extra = append(m.extra, m.knocks.left()...)
	}
	out := m.extra
	m.extra = nil
	return out
}

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
			{[]byte("auth failed"), regexp.MustCompile(`(?i)(?P<app>\S+-login): .*?\(auth failed, (?P<times>\d+) attempts.*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "imap: authentication failed", "wrong_credentials", failed},
			{[]byte("user disabled"), regexp.MustCompile(`(?P<app>\S+-login): .*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "", "account_disabled", failed},
			{[]byte("unknown user"), regexp.MustCompile(`^auth(?:-worker)?[^:]*: [^(]*\((?P<user>[^,)]*),(?P<source>[^,)]*)`), "imap", "", "", failed}, // told again by the login process
		},
		"postfix": {
			{[]byte("sasl_username="), regexp.MustCompile(`^\w+: client=[^\[]*\[(?P<source>[^\]]+)\], sasl_method=\S+, sasl_username=(?P<user>[^,\s]+)`), "smtp", "", "", succeeded},
			{[]byte("authentication failed"), regexp.MustCompile(`^warning: (?:[^\[]*)\[(?P<source>[^\]]+)\]: SASL \S+ authentication failed: ?(?P<why>.*?)(?:, sasl_username=(?P<user>.*))?$`), "smtp", "", "wrong_credentials", failed},
		},
		"nginx": {
			{[]byte("password mismatch"), regexp.MustCompile(`\*\d+ user "(?P<user>.*?)": password mismatch, client: (?P<source>[^,\s]+)`), "http", "", "wrong_credentials", failed},
			{[]byte("was not found in"), regexp.MustCompile(`\*\d+ user "(?P<user>.*?)" was not found in ".*?", client: (?P<source>[^,\s]+)`), "http", "", "unknown_account", failed},
			{[]byte("no user/password was provided"), regexp.MustCompile(`\*\d+ no user/password was provided for basic authentication, client: (?P<source>[^,\s]+)`), "http", needsName, "", failed},
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
			{[]byte("uthenticationFailure"), regexp.MustCompile(`\[(?:UDP|TCP|DTLSUDP): \[(?P<source>[^\]]+)\]`), "snmp", "SNMPv2-MIB::authenticationFailure", "", failed},
			{[]byte(".6.3.1.1.5.5"), regexp.MustCompile(`\[(?:UDP|TCP|DTLSUDP): \[(?P<source>[^\]]+)\]`), "snmp", "SNMPv2-MIB::authenticationFailure", "", failed},
		},
		"radiusd": {
			{[]byte("Login incorrect"), regexp.MustCompile(`Login incorrect.*?: \[(?P<user>[^/\]]+)(?:.* cli (?P<source>[^)\s]+))?`), "radius", "", "wrong_credentials", failed},
		},
		"pam": {
			{[]byte("authentication failure;"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):auth\): authentication failure;.*?rhost=(?P<source>\S*)(?:\s+user=(?P<user>.*))?`), "pam", "", "wrong_credentials", failed},
			{[]byte("temporarily locked"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):auth\): Consecutive login failures for user (?P<user>\S+)`), "pam", "", "account_locked", failed},
			{[]byte("account expired"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):account\): account (?P<user>\S+) has expired`), "pam", "", "account_disabled", failed},
		},
	}
})

// lazily compiles an expression when it is first used.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// others are the words of failures of programs that are not known well.
var others = [][]byte{
	[]byte("authentication fail"), []byte("uthentication error"), []byte("ogin failed"), []byte("ogin failure"),
	[]byte("uthentication failed"), []byte("nvalid password"), []byte("nvalid credentials"), []byte("ccess-Reject"), []byte("authenticationFailure"),
}

var repeated = lazily(`^message repeated (\d+) times: \[ ?(.*?)\]$`)

// signIn is the sign-in that a line tells of; nil when it tells of none, or of
// one that another line tells of.
func (m *messages) signIn(h head) *record { return m.dated(h, m.undated(h)) }

func (m *messages) undated(h head) *record {
	times := 1
	if bytes.HasPrefix(h.text, []byte("message repeated ")) {
		if found := repeated().FindSubmatch(h.text); found != nil {
			times, _ = strconv.Atoi(string(found[1]))
			h.text = found[2]
		}
	}
	var r *record
	switch {
	case bytes.HasPrefix(h.text, []byte("pam_")):
		r, _ = fitting("pam", h)
	case bytes.HasPrefix(h.program, []byte("sshd")):
		r = m.sshd(h)
	default:
		var known bool
		if r, known = fitting(familyOf(string(h.program)), h); r == nil && !known {
			r = m.unknown(h)
		}
	}
	if r != nil {
		r.count = max(1, min(r.count*max(times, 1), 1_000_000))
	}
	return r
}

// codes are in errors that say who refused without the words of others.
var codes = [][]byte{
	[]byte("AADSTS"), []byte("invalid_"), []byte("nauthorized"), []byte("enied"), []byte("xpired"), []byte("ignature"), []byte("ORA-"), []byte("redential"),
}

// unknown looks for the words of failures in what other programs write.
func (m *messages) unknown(h head) *record {
	in := func(word []byte) bool { return bytes.Contains(h.text, word) }
	if slices.ContainsFunc(others, in) {
		return &record{app: string(h.program), text: firstOf(string(h.text)), count: 1, user: guess(whoPattern(), h.text), source: guess(wherePattern(), h.text)}
	}
	if slices.ContainsFunc(codes, in) {
		return m.told(&record{app: string(h.program), text: firstOf(string(h.text)), count: 1})
	}
	return nil
}

func familyOf(program string) string {
	switch {
	case strings.HasPrefix(program, "dovecot"):
		return "dovecot"
	case strings.HasPrefix(program, "postfix"):
		return "postfix"
	case program == "freeradius":
		return "radiusd"
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
			r.source = value
		case "app":
			r.app = value
		case "times":
			r.count, _ = strconv.Atoi(value)
		}
	}
	if s.says == "" && s.cause == "" {
		r.text = string(h.text)
	}
	if family == "pam" && strings.HasPrefix(r.app, "sshd") || family == "dovecot" && string(s.needle) == "unknown user" {
		return nil // told by sshd, or by the login process, too
	}
	r.count = min(r.count, 1_000_000)
	return r
}

var (
	whoPattern   = lazily(`(?i)\b(?:user(?:name)?|account|login)[=: ]+["'<\[]?([\w.@\\+-]+)`)
	wherePattern = lazily(`\b((?:\d{1,3}\.){3}\d{1,3})\b`)
)

// guess is what a pattern finds in a line of a program that is not known well.
func guess(p *regexp.Regexp, text []byte) string {
	if found := p.FindSubmatch(text); found != nil {
		return string(found[1])
	}
	return ""
}

// maxText bounds what is explained of a record.
const maxText = 500

func firstOf(s string) string { return s[:min(len(s), maxText)] }
