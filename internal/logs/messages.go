package logs

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// messages finds failed sign-ins in what programs write to syslog and to the
// journal. sshd tells of one attempt in several lines: each counts once.
type messages struct {
	seen map[string]bool // sshd processes whose failure was counted
}

// maxSeen bounds the processes that are remembered.
const maxSeen = 4096

func newMessages() *messages { return &messages{seen: map[string]bool{}} }

// A shape is what a program's failure looks like.
type shape struct {
	needle  []byte // quick to look for
	pattern *regexp.Regexp
	system  string
	says    string // for the explainer; empty takes the text itself
	cause   string
}

// programs lists the shapes of each program that is known well. They are
// compiled when the first log is read: no other command pays for them.
var programs = sync.OnceValue(func() map[string][]shape {
	return map[string][]shape{
		"sshd": {
			{[]byte("Failed "), regexp.MustCompile(`^Failed (?:password|publickey|keyboard-interactive/pam|hostbased|gssapi-with-mic) for invalid user (?P<user>.*?) from (?P<source>\S+)`), "ssh", "Failed password for invalid user x from 192.0.2.1", ""},
			{[]byte("Failed "), regexp.MustCompile(`^Failed publickey for (?P<user>.*?) from (?P<source>\S+)`), "ssh", "Permission denied (publickey).", ""},
			{[]byte("Failed "), regexp.MustCompile(`^Failed (?:password|hostbased|gssapi-with-mic) for (?P<user>.*?) from (?P<source>\S+)`), "ssh", "Failed password for x from 192.0.2.1", ""},
			{[]byte("error: PAM: "), regexp.MustCompile(`^error: PAM: (?:Authentication failure|User not known[^\n]*?) for (?:illegal user )?(?P<user>.*?) from (?P<source>\S+)`), "ssh", "", "wrong_credentials"},
			{[]byte("not allowed because"), regexp.MustCompile(`^User (?P<user>.*?) from (?P<source>\S+) not allowed because`), "ssh", "", ""},
			{[]byte(" user "), regexp.MustCompile(`^(?:Connection (?:closed|reset) by|Disconnected from) invalid user (?P<user>.*?) (?P<source>\S+) port \d+ \[preauth\]`), "ssh", "Failed password for invalid user x from 192.0.2.1", ""},
			{[]byte(" user "), regexp.MustCompile(`^(?:Connection (?:closed|reset) by|Disconnected from) authenticating user (?P<user>.*?) (?P<source>\S+) port \d+ \[preauth\]`), "ssh", "Permission denied (publickey).", ""},
		},
		"dovecot": {
			{[]byte("auth failed"), regexp.MustCompile(`(?i)(?P<app>\S+-login): .*?\(auth failed, (?P<times>\d+) attempts.*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "imap: authentication failed", "wrong_credentials"},
			{[]byte("user disabled"), regexp.MustCompile(`(?P<app>\S+-login): .*?user=<(?P<user>[^>]*)>.*?rip=(?P<source>[^,\s]+)`), "imap", "", "account_disabled"},
			{[]byte("unknown user"), regexp.MustCompile(`^auth(?:-worker)?[^:]*: [^(]*\((?P<user>[^,)]*),(?P<source>[^,)]*)`), "imap", "", ""}, // told again by the login process
		},
		"postfix": {
			{[]byte("authentication failed"), regexp.MustCompile(`^warning: (?:[^\[]*)\[(?P<source>[^\]]+)\]: SASL \S+ authentication failed: ?(?P<why>.*?)(?:, sasl_username=(?P<user>.*))?$`), "smtp", "", "wrong_credentials"},
		},
		"snmptrapd": {
			{[]byte("uthenticationFailure"), regexp.MustCompile(`\[(?:UDP|TCP|DTLSUDP): \[(?P<source>[^\]]+)\]`), "snmp", "SNMPv2-MIB::authenticationFailure", ""},
			{[]byte(".6.3.1.1.5.5"), regexp.MustCompile(`\[(?:UDP|TCP|DTLSUDP): \[(?P<source>[^\]]+)\]`), "snmp", "SNMPv2-MIB::authenticationFailure", ""},
		},
		"radiusd": {
			{[]byte("Login incorrect"), regexp.MustCompile(`Login incorrect.*?: \[(?P<user>[^/\]]+)(?:.* cli (?P<source>[^)\s]+))?`), "radius", "", "wrong_credentials"},
		},
		"pam": {
			{[]byte("authentication failure;"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):auth\): authentication failure;.*?rhost=(?P<source>\S*)(?:\s+user=(?P<user>.*))?`), "pam", "", "wrong_credentials"},
			{[]byte("temporarily locked"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):auth\): Consecutive login failures for user (?P<user>\S+)`), "pam", "", "account_locked"},
			{[]byte("account expired"), regexp.MustCompile(`pam_\w+\((?P<app>[^:)]+):account\): account (?P<user>\S+) has expired`), "pam", "", "account_disabled"},
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

// failure is the failed sign-in that a line tells of; nil when it tells of
// none, or of one that another line tells of.
func (m *messages) failure(h head) *record {
	times := 1
	if bytes.HasPrefix(h.text, []byte("message repeated ")) {
		if found := repeated().FindSubmatch(h.text); found != nil {
			times, _ = strconv.Atoi(string(found[1]))
			h.text = found[2]
		}
	}
	name := string(h.program)
	family := familyOf(name)
	if bytes.HasPrefix(h.text, []byte("pam_")) {
		family = "pam"
	}
	shapes, known := programs()[family]
	for i := range shapes {
		if bytes.Contains(h.text, shapes[i].needle) {
			if r := m.fit(&shapes[i], h, family); r != nil {
				r.count *= min(times, 1_000_000)
				return r
			}
		}
	}
	if known {
		return nil
	}
	for _, word := range others {
		if bytes.Contains(h.text, word) {
			return &record{app: name, text: firstOf(string(h.text)), count: times, user: guess(whoPattern(), h.text), source: guess(wherePattern(), h.text)}
		}
	}
	return nil
}

func familyOf(program string) string {
	switch {
	case strings.HasPrefix(program, "sshd"):
		return "sshd"
	case strings.HasPrefix(program, "dovecot"):
		return "dovecot"
	case strings.HasPrefix(program, "postfix"):
		return "postfix"
	case program == "freeradius":
		return "radiusd"
	}
	return program
}

func (m *messages) fit(s *shape, h head, family string) *record {
	found := s.pattern.FindSubmatch(h.text)
	if found == nil {
		return nil
	}
	r := &record{system: s.system, app: family, text: s.says, cause: s.cause, count: 1}
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
	if family == "sshd" && len(h.pid) > 0 && !m.first(string(h.pid), bytes.HasSuffix(h.text, []byte("[preauth]"))) {
		return nil
	}
	r.count = max(1, min(r.count, 1_000_000))
	return r
}

// first remembers that a process told of a failure. The end of its connection
// counts only when nothing before did.
func (m *messages) first(pid string, end bool) bool {
	if end {
		seen := m.seen[pid]
		delete(m.seen, pid)
		return !seen
	}
	if len(m.seen) >= maxSeen {
		clear(m.seen)
	}
	m.seen[pid] = true
	return true
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
