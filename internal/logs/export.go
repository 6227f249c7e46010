package logs

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// exportLog reads what `journalctl -o export` writes, the Journal Export
// Format (https://systemd.io/JOURNAL_EXPORT_FORMATS/): entries of fields,
// each NAME=VALUE on a line, or NAME on a line, then the length as 64 bits
// little-endian, then the value.
type exportLog struct{ *messages }

func (e exportLog) parse(raw []byte) (*record, error) {
	f, err := exportFields(raw)
	if err != nil {
		return nil, err
	}
	program, pid := f["SYSLOG_IDENTIFIER"], f["_PID"]
	if program == nil {
		program = f["_COMM"]
	}
	return e.signIn(head{host: f["_HOSTNAME"], program: program, pid: pid, text: f["MESSAGE"], at: exportTime(f)}), nil
}

func (exportLog) when(raw []byte) time.Time {
	f, err := exportFields(raw)
	if err != nil {
		return time.Time{}
	}
	return exportTime(f)
}

func exportTime(f map[string][]byte) time.Time {
	n, err := strconv.ParseInt(string(f["__REALTIME_TIMESTAMP"]), 10, 64) // microseconds since 1970
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(n)
}

var errExport = errors.New("no field of a journal export")

// exportFields takes an entry apart; the values point into it.
func exportFields(raw []byte) (map[string][]byte, error) {
	fields := map[string][]byte{}
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		name, value, ok := bytes.Cut(line, []byte("="))
		if !ok {
			name = line
			if len(rest) < 8 {
				return nil, errExport
			}
			n := binary.LittleEndian.Uint64(rest)
			if rest = rest[8:]; n > uint64(len(rest)) {
				return nil, errExport
			}
			value, rest = rest[:n], bytes.TrimPrefix(rest[n:], []byte("\n"))
		}
		if !fieldName(name) {
			return nil, errExport
		}
		fields[string(name)], raw = value, rest
	}
	return fields, nil
}

// fieldName: capital letters, digits and underscores.
func fieldName(name []byte) bool {
	for _, c := range name {
		if c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(name) > 0
}

// entries gives the entries of a journal export, which an empty line ends.
type entries struct {
	in   *bufio.Reader
	line int // the one that is read next
	raw  []byte
}

func (e *entries) next() ([]byte, int, error) {
	e.raw = e.raw[:0]
	first, long := e.line, false
	for {
		from := len(e.raw)
		part, err := e.in.ReadSlice('\n')
		e.keep(part)
		for errors.Is(err, bufio.ErrBufferFull) {
			part, err = e.in.ReadSlice('\n')
			e.keep(part)
		}
		e.line++
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, first, err
		}
		ended := err != nil
		line := bytes.TrimSuffix(e.raw[from:], []byte("\n"))
		switch {
		case len(line) == 0 && from == 0 && ended:
			return nil, first, io.EOF
		case len(line) == 0 && from == 0:
			first = e.line // more than one empty line
			e.raw = e.raw[:0]
			continue
		case len(line) == 0 || ended:
			e.raw = e.raw[:from+len(line)]
			long = long || len(e.raw) > maxRecord
			if long {
				return nil, first, errTooLong
			}
			return e.raw, first, nil
		case fieldName(line):
			if err := e.binary(); err != nil {
				return e.raw, first, err
			}
		}
		if len(e.raw) > maxRecord {
			long, e.raw = true, append(e.raw[:0], '\n') // no longer kept, but read to its end
		}
	}
}

// keep holds as much of an entry as it takes to know that it is too long.
func (e *entries) keep(part []byte) {
	e.raw = append(e.raw, part[:min(len(part), maxRecord+1-min(len(e.raw), maxRecord+1))]...)
}

// binary reads a value with its length in front and the line end behind it.
func (e *entries) binary() error {
	var size [8]byte
	if _, err := io.ReadFull(e.in, size[:]); err != nil {
		return errCut
	}
	e.keep(size[:])
	n := binary.LittleEndian.Uint64(size[:])
	if n > 64*maxRecord {
		return fmt.Errorf("a field of %d bytes: %w", n, errExport)
	}
	value := io.LimitReader(e.in, int64(n)+1)
	for chunk := make([]byte, 4096); ; {
		got, err := value.Read(chunk)
		e.keep(chunk[:got])
		e.line += bytes.Count(chunk[:got], []byte("\n"))
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
