package logs

import (
	"bytes"
	"strconv"
)

// loose are connections of sshd that a line told of with neither a process
// number nor a port: those of this second. A line with a port belongs to one
// when host, account, source and second are the same.
type loose struct {
	list   map[string]*knock
	second int64
	told   int // failures that no other line was found to belong to
}

// portless finds the connection of a line without a port.
func (m *messages) portless(h head, user, source []byte) *knock {
	if len(h.pid) > 0 {
		return m.knock(h, nil)
	}
	l := &m.knocks.loose
	key := l.key(m, h, user, source)
	one := l.list[key]
	if one == nil {
		one = &knock{}
		if len(l.list) < maxSeen {
			l.list[key] = one
		}
	}
	l.told++
	return one
}

// adopt gives a connection what lines without a port told of it.
func (m *messages) adopt(h head, one *knock, user, source []byte) *knock {
	l := &m.knocks.loose
	if len(h.pid) > 0 || len(l.list) == 0 {
		return one
	}
	key := l.key(m, h, user, source)
	if other := l.list[key]; other != nil {
		one.told, one.pam, one.barred = one.told+other.told, one.pam+other.pam, one.barred || other.barred
		l.told -= other.told
		delete(l.list, key)
	}
	return one
}

func (l *loose) key(m *messages, h head, user, source []byte) string {
	if at := m.dated(h, &record{}).when.Unix(); at != l.second {
		clear(l.list)
		l.second = at
	}
	for _, before := range []string{"invalid user ", "illegal user "} {
		user = bytes.TrimPrefix(user, []byte(before))
	}
	return string(h.host) + "\x00" + strconv.Quote(string(user)) + "\x00" + string(source)
}

// unsure is how many failures may have been counted twice.
func (m *messages) unsure() int { return m.knocks.loose.told }
