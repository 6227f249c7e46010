package logs

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// Limits of what is kept of a log at any moment.
const (
	maxRecord = 1 << 20 // bytes of one line, element or event
	bufSize   = 256 << 10
	maxWindow = 8 << 20 // of a zstd stream
)

var errTooLong = fmt.Errorf("longer than %d bytes", maxRecord)

// open undoes compression and what Windows makes of text, which the first bytes show.
func open(r io.Reader) (*bufio.Reader, func(), error) {
	in, done, err := decompress(r)
	if err != nil {
		return nil, nil, err
	}
	return unmarked(in), done, nil
}

// Plain undoes what Windows makes of text: UTF-16, and the mark in front of
// UTF-8.
func Plain(r io.Reader) io.Reader { return unmarked(bufio.NewReaderSize(r, bufSize)) }

func unmarked(in *bufio.Reader) *bufio.Reader {
	head, _ := in.Peek(4)
	if utf16 := utf16Of(head); utf16 != nil {
		return bufio.NewReaderSize(utf16.NewDecoder().Reader(in), bufSize)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	return in
}

// utf16Of is how Windows writes text, by its mark or by an ASCII character in
// front; nil for anything else.
func utf16Of(head []byte) encoding.Encoding {
	switch {
	case len(head) < 4:
	case head[0] == 0xff && head[1] == 0xfe, head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case head[0] == 0xfe && head[1] == 0xff, head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

func decompress(r io.Reader) (*bufio.Reader, func(), error) {
	in := bufio.NewReaderSize(r, bufSize)
	head, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, err
		}
		return bufio.NewReaderSize(z, bufSize), func() { _ = z.Close() }, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
		return bufio.NewReaderSize(z, bufSize), z.Close, nil
	}
	return in, func() {}, nil
}

// A splitter gives the records of a log with the line that each begins in. A
// record is good until the next call.
type splitter interface {
	next() (raw []byte, line int, err error)
}

func splitterOf(format string, in *bufio.Reader) splitter {
	switch format {
	case formatJSON:
		return &objects{in: in, line: 1}
	case formatXML:
		return &events{in: in, line: 1}
	case formatExport:
		return &entries{in: in, line: 1}
	case formatCSV:
		return &rows{lines: lines{in: in}}
	case formatText:
		return newTextEntries(in)
	}
	return &lines{in: in}
}

// lines gives one line after the other.
type lines struct {
	in   *bufio.Reader
	line int
	long []byte
}

func (l *lines) next() ([]byte, int, error) {
	raw, err := l.in.ReadSlice('\n')
	l.line++
	if err == nil {
		return bytes.TrimRight(raw, "\r\n"), l.line, nil
	}
	l.long = l.long[:0]
	for errors.Is(err, bufio.ErrBufferFull) {
		l.keep(raw)
		raw, err = l.in.ReadSlice('\n')
	}
	l.keep(raw)
	if err != nil && (!errors.Is(err, io.EOF) || len(l.long) == 0) {
		return nil, l.line, err
	}
	if len(l.long) > maxRecord {
		return l.long[:maxRecord], l.line, errTooLong
	}
	return bytes.TrimRight(l.long, "\r\n"), l.line, nil
}

// keep holds as much of a long line as it takes to know that it is too long.
func (l *lines) keep(raw []byte) {
	l.long = append(l.long, raw[:min(len(raw), maxRecord+1-len(l.long))]...)
}

// wrappers are the names of the lists that exports put their records into.
func wrappers() map[string]bool {
	return map[string]bool{"Records": true, "value": true, "Events": true, "events": true, "entries": true, "logs": true, "records": true}
}

// objects gives the JSON objects of an array, of a list inside a wrapper, or
// one after the other, however they are laid out.
type objects struct {
	in     *bufio.Reader
	line   int
	record []byte
	name   []byte // the last string in the wrapper
}

func (o *objects) next() ([]byte, int, error) {
	for {
		c, err := o.in.ReadByte()
		if err != nil {
			return nil, o.line, err
		}
		switch c {
		case '\n':
			o.line++
		case '{':
			raw, line, done, err := o.object()
			if done || err != nil {
				return raw, line, err
			}
		}
	}
}

// object reads one object to its end. When it turns out to be a wrapper, its
// list's elements are the records, and done is false.
func (o *objects) object() (raw []byte, line int, done bool, err error) {
	line, depth, quoted, escaped := o.line, 1, false, false
	o.record, o.name = append(o.record[:0], '{'), o.name[:0]
	for depth > 0 {
		c, err := o.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return o.record, line, false, errCut
		}
		if err != nil {
			return nil, line, false, err
		}
		if c == '\n' {
			o.line++
		}
		if len(o.record) <= maxRecord {
			o.record = append(o.record, c)
		}
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			if quoted = !quoted; quoted && depth == 1 {
				o.name = o.name[:0]
			}
		case quoted:
			if depth == 1 && len(o.name) < 32 {
				o.name = append(o.name, c)
			}
		case c == '[' && depth == 1 && wrappers()[string(o.name)]:
			return nil, line, false, nil
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	if len(o.record) > maxRecord {
		return o.record[:maxRecord], line, true, errTooLong
	}
	return o.record, line, true, nil
}

// errCut ends a log in the middle of a record.
var errCut = errors.New("the file ends in the middle of a record")

// events gives the <Event> elements of an XML export, one root or none.
type events struct {
	in   *bufio.Reader
	line int
	raw  []byte
}

var eventEnd = []byte("</Event>")

func (e *events) next() ([]byte, int, error) {
	e.raw = e.raw[:0]
	long := false
	for {
		part, err := e.in.ReadSlice('>')
		e.line += bytes.Count(part, []byte("\n"))
		e.raw = append(e.raw, part...)
		if len(e.raw) > maxRecord {
			long, e.raw = true, append(e.raw[:0], e.raw[len(e.raw)-len(eventEnd):]...)
		}
		switch {
		case err == nil && bytes.HasSuffix(e.raw, eventEnd) && long:
			return nil, e.line, errTooLong
		case err == nil && bytes.HasSuffix(e.raw, eventEnd):
			from := max(bytes.Index(e.raw, []byte("<Event ")), bytes.Index(e.raw, []byte("<Event>")), 0)
			return e.raw[from:], e.line, nil
		case errors.Is(err, io.EOF) && bytes.Contains(e.raw, []byte("<Event ")):
			return e.raw, e.line, errCut
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, e.line, err
		}
	}
}
