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
	// The minute that the last line was of: most lines share it, and reading a
	// time is dear.
	stamp  [minuteLen]byte
	minute time.Time
}

func (t *tally) newSyslog() *syslog {
	s := &syslog{messages: t.newMessages(), now: t.Now}
	s.clock = s.time
	return s
}

var errSyslog = errors.New("no line of a syslog")

// A head is a syslog line taken apart; the parts point into the line.
type head struct {
	stamp, host, program, pid, text []byte

	at time.Time // where the format has it apart
}

// The lengths of "Jan  2 15:04:05", and of it without the seconds.
const (
	stampLen  = 15
	minuteLen = 12
)

func (s *syslog) parse(raw []byte) (*record, error) {
	h, ok := syslogHead(raw)
	if !ok {
		return nil, errSyslog
	}
	return s.signIn(h), nil
}

func (s *syslog) when(raw []byte) time.Time {
	h, ok := syslogHead(raw)
	if !ok {
		return time.Time{}
	}
	return s.time(h.stamp)
}

// time reads a stamp.
func (s *syslog) time(stamp []byte) time.Time {
	if len(stamp) == 0 || stamp[0] <= '9' {
		return anyTime(string(stamp))
	}
	if len(stamp) != stampLen {
		return time.Time{}
	}
	tens, ones := stamp[minuteLen+1]-'0', stamp[minuteLen+2]-'0'
	if tens > 6 || ones > 9 {
		return time.Time{}
	}
	if s.minute.IsZero() || string(stamp[:minuteLen]) != string(s.stamp[:]) {
		s.minute = yearless(string(stamp[:minuteLen]), s.now)
		copy(s.stamp[:], stamp)
	}
	if s.minute.IsZero() {
		return time.Time{}
	}
	return s.minute.Add(time.Duration(tens*10+ones) * time.Second)
}

// yearless reads a time that does not say its year: it was the last time that
// it was then. A 29th of February is of a leap year.
func yearless(stamp string, now time.Time) time.Time {
	at, err := time.Parse("Jan _2 15:04", stamp) // of the year 0, which was a leap year
	if err != nil {
		return time.Time{}
	}
	for year := now.Year(); year > now.Year()-9; year-- {
		then := time.Date(year, at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, now.Location())
		if then.Day() == at.Day() && !then.After(now.AddDate(0, 0, 1)) {
			return then
		}
	}
	return time.Time{}
}

// syslogHead takes a line apart.
func syslogHead(line []byte) (head, bool) {
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
		if end < 0 || line[end-1] == ':' { // what a program puts in front of its own lines
			return head{}, false
		}
		h.stamp, line = line[:end], line[end:]
	default:
		return head{}, false
	}
	line = bytes.TrimLeft(line, " ")
	var ok bool
	if h.host, line, ok = bytes.Cut(line, []byte(" ")); !ok {
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
	return head{stamp: f[0], host: f[1], program: f[2], pid: f[3], text: bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))}, true
}
