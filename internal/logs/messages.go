package logs

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strconv"
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
	back   bool                  // the log has its newest line first
	told   func(*record) *record // what the words of any program tell
	// The programs that are not known: their words alone were looked at.
	strangers map[string]bool
	binds     map[string]bound // of slapd, by connection
	dull      map[string]int   // lines in a row that were explained in vain, by program
}

func (t *tally) newMessages() *messages {
	return &messages{knocks: newKnocks(), names: map[string]string{}, told: t.told, strangers: map[string]bool{}, binds: map[string]bound{}, dull: map[string]int{}}
}

func (m *messages) backwards() { m.back = true }

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

// lazily compiles an expression when it is first used.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
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
	r := m.ofProgram(h)
	if r != nil {
		r.count = max(1, min(r.count*max(times, 1), 1_000_000))
	}
	return r
}

// ofProgram is the sign-in that a line of a program tells of.
func (m *messages) ofProgram(h head) *record {
	switch {
	case bytes.HasPrefix(h.text, []byte("pam_")):
		return m.pam(h)
	case bytes.HasPrefix(h.program, []byte("sshd")):
		return m.sshd(h)
	case quiet[string(h.program)] || byPAM[string(h.program)]:
		return nil
	}
	family := familyOf(m.name(h.program))
	if family == "slapd" {
		return m.slapd(h)
	}
	r, known := fitting(family, h)
	switch {
	case r != nil && family == "sudo":
		return m.sudo(h, r)
	case r != nil:
		return r
	case family == "haproxy":
		m.strange(h.program) // whether a question was one, its lines do not tell
		return nil
	case known:
		return m.besides(h, family)
	}
	m.strange(h.program)
	return m.unknown(h)
}

// pam reads a line of PAM, whoever called it.
func (m *messages) pam(h head) *record {
	r, _ := fitting("pam", h)
	if r == nil && bytes.HasPrefix(h.program, []byte("sshd")) {
		m.pamOfSSHD(h)
	}
	if r != nil && r.app == "sudo" && len(h.pid) > 0 {
		m.knock(h, nil).told++ // sudo sums up
	}
	return r
}

// sudo takes off its sum what PAM told of it.
func (m *messages) sudo(h head, r *record) *record {
	if len(h.pid) == 0 {
		return r
	}
	one := m.knock(h, nil)
	r.count -= one.told
	one.told = 0
	if r.count <= 0 {
		return nil
	}
	return r
}

// besides looks at what a program that is known well says in other words: a
// line counts only when it speaks of a sign-in, too.
func (m *messages) besides(h head, family string) *record {
	if !bad.in(h.text) || family == "dovecot" && bytes.HasPrefix(h.text, []byte("auth")) || !signInWords().Match(h.text) {
		return nil // dovecot's login process tells it again
	}
	return m.tell(h, family)
}

// maxDull is how many lines of a program in a row are explained in vain: it is
// dear, and some programs write of failures all day. Behind that, only the words
// that tell of a refused sign-in by themselves are looked for.
const maxDull = 200

// tell explains a line by its words.
func (m *messages) tell(h head, app string) *record {
	if m.dull[app] >= maxDull && !refusals.in(h.text) && !codes.in(h.text) {
		return nil
	}
	r := m.told(&record{app: app, text: firstOf(string(h.text)), count: 1})
	switch {
	case r != nil:
		delete(m.dull, app)
	case len(m.dull) < maxNames || m.dull[app] > 0:
		m.dull[app]++
	}
	return r
}

// unknown looks for the words of failures in what other programs write.
func (m *messages) unknown(h head) *record {
	if bad.in(h.text) {
		if told := m.tell(h, m.name(h.program)); told != nil || !refusals.in(h.text) {
			return told
		}
		r := &record{app: string(h.program), text: firstOf(string(h.text)), count: 1}
		r.user, r.source = namedUser(r.text), namedSource(r.text) // why, it does not say
		return r
	}
	return gotIn(&record{app: string(h.program), text: firstOf(string(h.text)), count: 1})
}

// maxStrange bounds the programs that are named as not known.
const maxStrange = 100

// strange notes a program that is not known.
func (m *messages) strange(program []byte) {
	if len(program) > 0 && !bytes.ContainsRune(program, ' ') && !m.strangers[string(program)] && len(m.strangers) < maxStrange {
		m.strangers[string(program)] = true
	}
}

// unknownPrograms are the programs that are not known.
func (m *messages) unknownPrograms() []string { return slices.Sorted(maps.Keys(m.strangers)) }

// maxText bounds what is explained of a record.
const maxText = 500

func firstOf(s string) string { return s[:min(len(s), maxText)] }
