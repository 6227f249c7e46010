// Package logs reads sign-in logs: which causes, who, from where and when, and
// what stands out.
//
// A file is taken apart into records (lines.go) in the format that its
// beginning shows (detect.go); a record that is a failed sign-in is explained
// and counted (tally.go); in the end what stands out is judged (spikes.go,
// reading.go). However long a log is, the memory is bounded: records, keys and
// buckets all are.
package logs

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// Schema is the format of a Report as JSON.
const Schema = "authdoctor.logs/1"

// A Source is one log: its name and its bytes, which may be compressed.
type Source struct {
	Name   string
	Reader io.Reader
}

// Options are what a reading needs besides the logs.
type Options struct {
	Explainer *explain.Explainer
	// Format forces a format, one of Formats; empty recognises it per file.
	Format string
	// Now completes times that have no year or no zone.
	Now time.Time
	// Random makes the key that users and addresses are hidden with; nil
	// leaves them readable.
	Random io.Reader
}

// A record is one sign-in that failed, as a parser found it.
type record struct {
	when                      time.Time // zero when the log does not say
	user, app, source, system string
	text                      string // for the explainer; without anything that varies
	cause                     string // a class that the format states itself
	count                     int
}

// A parser looks at one record of a log. It returns nil for one that is no
// failed sign-in, and an error for one that is broken.
type parser interface {
	parse(raw []byte) (*record, error)
	// when is the time of any record, failed or not; zero when there is none.
	when(raw []byte) time.Time
}

// Read reads logs to their ends, one after the other. Broken records are
// counted; only a log that cannot be read at all is an error.
func Read(sources []Source, o Options) (*Report, error) {
	t := newTally(o)
	for _, s := range sources {
		if err := t.read(s); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return t.report()
}

func (t *tally) read(s Source) error {
	in, done, err := open(s.Reader)
	if err != nil {
		return err
	}
	defer done()
	format := t.Format
	if format == "" {
		format = recognise(in)
	}
	file := File{Name: s.Name, Format: format}
	defer func() { t.files = append(t.files, file) }()
	if format == "" {
		return nil
	}
	p := t.parserOf(format)
	split := splitterOf(format, in)
	var last []byte
	for {
		raw, line, err := split.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errTooLong) {
			t.broken(s.Name, line, err, nil) // such as a compressed file that is cut off
			file.Lines++
			file.Unreadable++
			break
		}
		if err == nil && len(raw) == 0 {
			continue
		}
		file.Lines++
		if file.Lines == 1 && err == nil {
			t.covers(p.when(raw))
		}
		if err == nil {
			err = t.take(p, raw)
		}
		if err != nil {
			t.broken(s.Name, line, err, raw)
			file.Unreadable++
			continue
		}
		last = append(last[:0], raw...)
	}
	t.covers(p.when(last))
	return nil
}

// take counts a record when it is a failed sign-in.
func (t *tally) take(p parser, raw []byte) error {
	r, err := p.parse(raw)
	if err != nil || r == nil {
		return err
	}
	t.add(r)
	return nil
}
