package logs

import (
	"bufio"
	"bytes"
	"time"
)

// fromItsEnd reports whether a log of lines has its newest first, as
// journalctl -r writes it.
func fromItsEnd(in *bufio.Reader, p parser) bool {
	head, _ := in.Peek(bufSize / 4)
	end := bytes.LastIndexByte(head, '\n')
	if end < 0 {
		return false
	}
	first, rest, _ := bytes.Cut(head[:end], []byte("\n"))
	last := rest[bytes.LastIndexByte(rest, '\n')+1:]
	from, to := p.when(bytes.TrimSpace(first)), p.when(bytes.TrimSpace(last))
	return !from.IsZero() && !to.IsZero() && to.Before(from)
}

// heldBack is a wrong password in a log that has its newest line first: what
// comes may say better why.
func (m *messages) heldBack(h head, one *knock, user, source []byte) *record {
	if one.told > 0 && one.name != nil {
		m.extra = append(m.extra, one.name)
	}
	one.told++
	one.name = m.dated(h, wrong(user, source))
	return nil
}

// better is a record that says more than what its connection told of. In a log
// that has its newest line first, that was read, and is held, before it.
func (m *messages) better(h head, one *knock, r *record) *record {
	if !m.back {
		return r
	}
	one.name = m.dated(h, r)
	return nil
}

// grace is longer than sshd lets anybody try in one connection.
const grace = 5 * time.Minute

// release tells of the connections that began and ended behind a line, in a log
// that has its newest line first.
func (m *messages) release(h head) {
	k := m.knocks
	now := m.dated(h, &record{}).when
	for len(k.order) > 0 {
		one := k.list[k.order[0]]
		if one.last.Sub(now) < grace {
			return
		}
		if one.name != nil {
			m.extra = append(m.extra, one.name)
		}
		delete(k.list, k.order[0])
		k.order = k.order[1:]
	}
}
