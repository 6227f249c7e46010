package logs

import (
	"bytes"
	"errors"
	"time"
)

// syslog reads lines of syslog (RFC 3164 and 5424, and with an ISO time) and
// what journalctl prints.
type syslog struct {
	*messages
	now time.Time
}

var errSyslog = errors.New("no line of a syslog")

// A head is a syslog line taken apart; the parts point into the line.
type head struct {
	stamp, program, pid, text []byte
}

// stampLen is the length of "Jan  2 15:04:05".
const stampLen = 15

func (s *syslog) parse(raw []byte) (*record, error) {
	h, ok := syslogHead(raw, s.now)
	if !ok {
		return nil, errSyslog
	}
	r := s.failure(h)
	if r == nil {
		return nil, nil
	}
	r.when = s.time(h.stamp)
	return r, nil
}

func (s *syslog) when(raw []byte) time.Time {
	h, ok := syslogHead(raw, s.now)
	if !ok {
		return time.Time{}
	}
	return s.time(h.stamp)
}

// time reads a stamp. One without a year is of the last twelve months.
func (s *syslog) time(stamp []byte) time.Time {
	if len(stamp) == 0 || stamp[0] <= '9' {
		return anyTime(string(stamp))
	}
	at, err := time.ParseInLocation("Jan _2 15:04:05", string(stamp), s.now.Location())
	if err != nil {
		return time.Time{}
	}
	at = at.AddDate(s.now.Year(), 0, 0)
	if at.After(s.now.AddDate(0, 0, 1)) {
		at = at.AddDate(-1, 0, 0)
	}
	return at
}

// syslogHead takes a line apart.
func syslogHead(line []byte, _ time.Time) (head, bool) {
	if len(line) > 3 && line[0] == '<' {
		end := bytes.IndexByte(line[:min(len(line), 6)], '>')
		if end < 2 {
			return head{}, false
		}
		line = line[end+1:]
		if rest, ok := bytes.CutPrefix(line, []byte("1 ")); ok {
			return modernHead(rest)
		}
	}
	var h head
	switch {
	case len(line) > stampLen && line[3] == ' ' && line[6] == ' ' && line[9] == ':' && line[12] == ':':
		h.stamp, line = line[:stampLen], line[stampLen:]
	case len(line) > 20 && line[4] == '-' && line[7] == '-' && line[10] == 'T':
		end := bytes.IndexByte(line, ' ')
		if end < 0 {
			return head{}, false
		}
		h.stamp, line = line[:end], line[end:]
	default:
		return head{}, false
	}
	line = bytes.TrimLeft(line, " ")
	_, line, ok := bytes.Cut(line, []byte(" ")) // the host
	if !ok {
		return head{}, false
	}
	h.program, h.text, ok = bytes.Cut(line, []byte(": "))
	if !ok {
		h.program, h.text = nil, line // such as "last message repeated"
	}
	if open := bytes.IndexByte(h.program, '['); open >= 0 {
		h.pid = bytes.TrimRight(h.program[open+1:], "]")
		h.program = h.program[:open]
	}
	return h, true
}

// modernHead reads a line of RFC 5424 behind its version.
func modernHead(line []byte) (head, bool) {
	f := bytes.SplitN(line, []byte(" "), 6) // time host app pid msgid rest
	if len(f) < 6 {
		return head{}, false
	}
	text := f[5]
	if rest, ok := bytes.CutPrefix(text, []byte("- ")); ok {
		text = rest
	} else if end := bytes.Index(text, []byte("] ")); end >= 0 && text[0] == '[' {
		text = text[end+2:]
	}
	return head{stamp: f[0], program: f[2], pid: f[3], text: bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))}, true
}
