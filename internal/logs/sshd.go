package logs

import (
	"bytes"
	"time"
)

// sshd tells of one attempt in several lines, and each counts once. What its
// lines look like is in OpenSSH's auth.c, auth-pam.c and packet.c
// (https://github.com/openssh/openssh-portable). Names come from whoever
// knocks, and may hold anything, " from " too: a line is read from its end.

// A knock is one connection to sshd, as far as its lines told of it.
type knock struct {
	told       int       // failures that were counted
	pam        int       // of them, by PAM, whose lines sshd repeats
	name       *record   // a name that nobody has, or a key, and nothing more yet
	in         bool      // it got in, which is read first where the newest line is
	last       time.Time // of its lines, where they are read first
	why, class string    // what a line in front said is wrong, and its class when that is stated

	barred bool // a rule refused it, and the try behind that is not told yet
}

// maxSeen bounds the connections that are remembered.
const maxSeen = 4096

// knocks are the connections, by host and process.
type knocks struct {
	list  map[string]*knock
	order []string
	loose loose
	key   []byte

	offered bool // some key was, and did not fit
}

// of is the key of a line's connection, good until the next call.
func (k *knocks) of(h head, port []byte) []byte {
	k.key = append(append(append(k.key[:0], h.host...), ' '), h.pid...)
	if len(h.pid) == 0 {
		k.key = append(k.key, port...)
	}
	return k.key
}

func newKnocks() *knocks {
	return &knocks{list: map[string]*knock{}, loose: loose{list: map[string]*knock{}}}
}

// knock finds a connection. One that is forgotten for it may leave a record.
func (m *messages) knock(h head, port []byte) *knock {
	k := m.knocks
	key := string(k.of(h, port))
	if one := k.list[key]; one != nil {
		return one
	}
	if len(k.order) >= maxSeen {
		if old := k.list[k.order[0]]; old.name != nil {
			m.extra = append(m.extra, old.name)
		}
		delete(k.list, k.order[0])
		k.order = k.order[1:]
	}
	one := &knock{}
	if m.back {
		one.last = m.dated(h, &record{}).when
	}
	k.list[key] = one
	k.order = append(k.order, key)
	return one
}

// left are the names that nobody has, and that nothing more was told of.
func (k *knocks) left() []*record {
	var out []*record
	for _, key := range k.order {
		if one := k.list[key]; one != nil && one.name != nil {
			out = append(out, one.name)
			one.name = nil
		}
	}
	return out
}

// What is explained of a line of sshd.
const (
	sayWrong   = "Failed password for x from 192.0.2.1"
	sayUnknown = "Failed password for invalid user x from 192.0.2.1"
	sayKey     = "Permission denied (publickey)."
)

// sshd reads one line. Most lines of most logs begin otherwise, so the first
// letter decides.
func (m *messages) sshd(h head) *record {
	if i := bytes.IndexByte(h.text, '\n'); i >= 0 { // only the journal can hold one
		h.text = h.text[:i]
	}
	text := h.text
	if len(text) == 0 {
		return nil
	}
	if m.back {
		m.release(h)
	}
	switch text[0] {
	case 'A':
		if bytes.HasPrefix(text, []byte("Authentication refused: bad ownership or modes")) {
			m.explained(h, "Authentication refused: bad ownership or modes for directory", "")
			return nil
		}
		return m.accepted(h)
	case 'F':
		return m.refused(h)
	case 'I':
		if rest, ok := bytes.CutPrefix(text, []byte("Invalid user ")); ok {
			user, source, port := whence(rest)
			one := m.knock(h, port)
			if one.told == 0 && one.name == nil && !one.in {
				one.name = m.dated(h, ssh(user, source, sayUnknown))
			}
		}
	case 'C', 'D':
		return m.ended(h)
	case 'R':
		if len(text) > 1 && text[1] == 'O' {
			return m.rootRefused(h)
		}
		return m.hungUp(h)
	case 'U':
		return m.barred(h)
	case 'e':
		return m.complained(h)
	case 'f':
		return m.barredByPAM(h)
	}
	return nil
}

func ssh(user, source []byte, says string) *record {
	r := &record{system: "ssh", app: "sshd", user: string(user), source: string(source), text: says, count: 1}
	switch says { // stated: somebody may be called as a word of it
	case sayWrong, sayKey:
		r.cause = "wrong_credentials"
	case sayUnknown:
		r.cause = "unknown_account"
	}
	return r
}

// accepted: "Accepted METHOD for USER from SOURCE port N ssh2…".
func (m *messages) accepted(h head) *record {
	rest, ok := bytes.CutPrefix(h.text, []byte("Accepted "))
	if !ok {
		return nil
	}
	_, rest, ok = bytes.Cut(rest, []byte(" for "))
	user, source, port := whence(rest)
	if !ok || len(source) == 0 {
		return nil
	}
	m.entered(h, port)
	m.good = record{outcome: succeeded, system: "ssh", user: m.name(user), source: m.name(source), count: 1}
	return &m.good
}

// entered forgets the keys that were offered before one fitted: programs offer
// all that they have.
func (m *messages) entered(h head, port []byte) {
	if !m.back && !m.knocks.offered {
		return // as in most logs
	}
	switch one := m.knocks.list[string(m.knocks.of(h, port))]; {
	case m.back:
		m.knock(h, port).in = true
	case one != nil && one.name != nil && one.name.text == sayKey:
		one.name = nil
	}
}

// whence takes "USER from SOURCE[ port N…]" apart.
func whence(text []byte) (user, source, port []byte) {
	i := -1
	for next := 0; next >= 0; { // forwards, which is several times as fast as backwards
		if next = bytes.Index(text[i+1:], []byte(" from ")); next >= 0 {
			i += 1 + next
		}
	}
	if i < 0 {
		return nil, nil, nil
	}
	source, rest, _ := bytes.Cut(text[i+len(" from "):], []byte(" "))
	return text[:i], source, firstWord(bytes.TrimPrefix(rest, []byte("port ")))
}

func firstWord(text []byte) []byte {
	word, _, _ := bytes.Cut(text, []byte(" "))
	return bytes.TrimRight(word, ":")
}

// refused: "Failed METHOD for [invalid user ]USER from SOURCE port N ssh2".
func (m *messages) refused(h head) *record {
	rest, ok := bytes.CutPrefix(h.text, []byte("Failed "))
	if !ok {
		return nil
	}
	method, rest, ok := bytes.Cut(rest, []byte(" for "))
	user, source, port := whence(rest)
	if !ok || len(source) == 0 || string(method) == "none" { // none only asks what is allowed
		return nil
	}
	one := m.adopt(h, m.knock(h, port), user, source)
	if string(method) == "publickey" {
		return m.offered(h, one, user, source)
	}
	if m.back {
		return m.heldBack(h, one, user, source)
	}
	one.name = nil
	if one.barred {
		one.barred = false // told by the rule
		return nil
	}
	if bytes.HasPrefix(method, []byte("keyboard-interactive")) && one.pam > 0 {
		one.pam--
		return nil
	}
	one.told++
	return one.because(wrong(user, source))
}

func wrong(user, source []byte) *record {
	if name, ok := bytes.CutPrefix(user, []byte("invalid user ")); ok {
		return ssh(name, source, sayUnknown)
	}
	return ssh(user, source, sayWrong)
}

// offered is a key that did not fit. It is a failure when nothing better comes
// of its connection.
func (m *messages) offered(h head, one *knock, user, source []byte) *record {
	if one.told > 0 || one.name != nil || one.in {
		return nil
	}
	r := wrong(user, source)
	if r.text == sayWrong {
		r.text = sayKey
	}
	one.name, m.knocks.offered = m.dated(h, one.because(r)), true
	return nil
}

// ended: "Connection closed by", "Connection reset by", "Disconnected from" or
// "Disconnecting", then "[invalid user|authenticating user USER ]SOURCE port N
// … [preauth]". It counts when nothing before did.
func (m *messages) ended(h head) *record {
	var rest []byte
	for _, begin := range []string{"Connection closed by ", "Connection reset by ", "Disconnected from ", "Disconnecting "} {
		if after, ok := bytes.CutPrefix(h.text, []byte(begin)); ok {
			rest = after
		}
	}
	if rest == nil || !bytes.HasSuffix(rest, []byte("[preauth]")) {
		return nil
	}
	i := bytes.LastIndex(rest, []byte(" port "))
	if i < 0 {
		return nil
	}
	port := firstWord(rest[i+len(" port "):])
	user, source, says := rest[:i], rest[:i], ""
	if j := bytes.LastIndexByte(user, ' '); j >= 0 {
		user, source = user[:j], user[j+1:]
	}
	if name, ok := bytes.CutPrefix(user, []byte("invalid user ")); ok {
		user, says = name, sayUnknown
	} else if name, ok := bytes.CutPrefix(user, []byte("authenticating user ")); ok {
		user, says = name, sayKey
	}
	if says == "" {
		return nil // who only looked
	}
	one := m.knock(h, port)
	r := m.atLast(h, port, one.because(ssh(user, source, says)))
	if !m.back {
		one.told, one.why = 0, "" // the number may come again
	}
	return r
}

// atLast counts a failure when its connection told of none before.
func (m *messages) atLast(h head, port []byte, r *record) *record {
	one := m.adopt(h, m.knock(h, port), []byte(r.user), []byte(r.source))
	if m.back {
		if one.name == nil && one.told == 0 {
			one.name = m.dated(h, r)
		}
		return nil
	}
	told := one.told > 0
	one.told, one.pam, one.name = one.told+1, 0, nil
	if told {
		return nil
	}
	return r
}

// hungUp: "Received disconnect from SOURCE port N:14: No supported
// authentication methods available [preauth]": a client that has no way in
// which the server takes. Other reasons are no refusals.
func (m *messages) hungUp(h head) *record {
	rest, ok := bytes.CutPrefix(h.text, []byte("Received disconnect from "))
	if !ok || !bytes.Contains(rest, []byte("14: No supported authentication methods available")) {
		return nil
	}
	source, rest, _ := bytes.Cut(rest, []byte(" "))
	port, _, _ := bytes.Cut(bytes.TrimPrefix(rest, []byte("port ")), []byte(":"))
	one := m.knock(h, port)
	if one.told == 0 && one.name == nil { // the line after this one may name somebody
		one.name = m.dated(h, ssh(nil, bytes.TrimRight(source, ":"), sayKey))
	}
	return nil
}

// barred: "User USER[ from SOURCE] not allowed because …" and "Unable to
// negotiate with SOURCE port N: REASON. Their offer: …".
func (m *messages) barred(h head) *record {
	if rest, ok := bytes.CutPrefix(h.text, []byte("Unable to negotiate with ")); ok {
		source, rest, _ := bytes.Cut(rest, []byte(" "))
		r := ssh(nil, source, "Unable to negotiate with x "+firstOf(string(rest)))
		if i := bytes.Index(rest, []byte(": ")); i >= 0 { // without the port, which varies
			r.text = "Unable to negotiate with 192.0.2.1 port 1" + firstOf(string(rest[i:]))
		}
		return r
	}
	rest, ok := bytes.CutPrefix(h.text, []byte("User "))
	i := bytes.LastIndex(rest, []byte(" not allowed because "))
	if !ok || i < 0 {
		return nil
	}
	user, source := rest[:i], []byte(nil)
	if name, from, _ := whence(user); from != nil {
		user, source = name, from
	}
	one := m.portless(h, user, source)
	one.told++
	one.barred = true
	return m.better(h, one, ssh(user, source, "User x from 192.0.2.1"+string(rest[i:])))
}

// complained: "error: PAM: WHY for [illegal user ]USER from SOURCE" and
// "error: maximum authentication attempts exceeded for [invalid user ]USER
// from SOURCE port N ssh2 [preauth]".
func (m *messages) complained(h head) *record {
	text := bytes.TrimPrefix(h.text, []byte("error: "))
	if bytes.HasPrefix(text, []byte("Certificate invalid: ")) {
		m.explained(h, firstOf(string(text)), "")
		return nil
	}
	if rest, ok := bytes.CutPrefix(text, []byte("maximum authentication attempts exceeded for ")); ok {
		user, source, port := whence(rest)
		if name, ok := bytes.CutPrefix(user, []byte("invalid user ")); ok {
			return m.atLast(h, port, ssh(name, source, sayUnknown))
		}
		return m.atLast(h, port, ssh(user, source, sayKey))
	}
	rest, ok := bytes.CutPrefix(text, []byte("PAM: "))
	why, rest, found := bytes.Cut(rest, []byte(" for "))
	user, source, _ := whence(rest)
	if !ok || !found || len(source) == 0 {
		return nil
	}
	one := m.portless(h, user, source)
	one.told, one.pam, one.name = one.told+1, one.pam+1, nil
	r := ssh(user, source, "")
	name, unknown := bytes.CutPrefix(user, []byte("illegal user "))
	switch {
	case unknown || bytes.Contains(why, []byte("User not known")):
		r.user, r.text = string(name), sayUnknown
	case bytes.Contains(why, []byte("Authentication failure")):
		r.text = sayWrong
	default: // such as an account that has expired
		r.text = "PAM: " + firstOf(string(why))
	}
	return m.better(h, one, r)
}
