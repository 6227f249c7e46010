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
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/redact"
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

// A parser looks at one record of a log. It returns nil for one that is no
// sign-in, and an error for one that is broken. What it returns is good until
// the next call.
type parser interface {
	parse(raw []byte) (*record, error)
	// when is the time of any record, failed or not; zero when there is none.
	when(raw []byte) time.Time
}

// A holder is a parser to which several lines are one sign-in.
type holder interface {
	// more are the sign-ins that showed since the last call; in the end, all
	// that are left.
	more(end bool) []*record
}

// errStopped ends a reading that is called off.
var errStopped = errors.New("stopped")

// Read reads logs to their ends, one after the other. Broken records are
// counted, and a log that cannot be read is told of; it is an error only when
// none can. When the context ends, what was read so far is reported.
func Read(ctx context.Context, sources []Source, o Options) (*Report, error) {
	t := newTally(o)
	var broken error
	for i, s := range sources {
		if i > 0 && ctx.Err() != nil {
			t.cut = &Cut{File: s.Name}
			break
		}
		err := t.read(ctx, s)
		if errors.Is(err, errStopped) {
			break
		}
		if err != nil {
			t.files = append(t.files, File{Name: s.Name, Error: redact.Text(err.Error())})
			broken = cmp.Or(broken, fmt.Errorf("%s: %w", s.Name, err))
		}
	}
	if broken != nil && !slices.ContainsFunc(t.files, func(f File) bool { return f.Error == "" }) {
		return nil, broken
	}
	for _, r := range t.steps.left() {
		t.add(r)
	}
	for _, r := range t.challenges.gates.turned() {
		t.challenges.begun--
		t.turned++
		t.add(r)
	}
	return t.report()
}

func (t *tally) read(ctx context.Context, s Source) error {
	in, done, err := open(stoppable(ctx, s.Reader))
	if err != nil && ctx.Err() != nil {
		t.cut = &Cut{File: s.Name}
		return errStopped
	}
	if err != nil {
		return err
	}
	defer done()
	if _, err := in.Peek(1); err != nil && !errors.Is(err, io.EOF) && ctx.Err() == nil {
		return err
	}
	format := t.Format
	if format == "" {
		format = recognise(in)
	}
	file := File{Name: s.Name, Format: format}
	defer func() { t.files = append(t.files, file) }()
	if format != "" {
		p := t.parserOf(format)
		if b, ok := p.(interface{ backwards() }); ok && fromItsEnd(in, p) {
			b.backwards()
		}
		t.records(ctx, &file, p, splitterOf(format, in))
		file.Empty = format == formatCSV && file.Lines == 0 // a header alone
	} else if _, err := in.Peek(1); errors.Is(err, io.EOF) {
		file.Empty = true
	}
	if ctx.Err() != nil {
		t.cut = &Cut{File: s.Name, Line: file.at}
		return errStopped
	}
	return nil
}

// records takes a log apart, to its end.
func (t *tally) records(ctx context.Context, file *File, p parser, split splitter) {
	name := file.Name
	var last []byte
	hold, holds := p.(holder)
	others := t.strangers(file.Format)
	for {
		raw, line, err := split.next()
		if errors.Is(err, io.EOF) || err != nil && !errors.Is(err, errTooLong) && ctx.Err() != nil {
			break
		}
		if err != nil && !errors.Is(err, errTooLong) {
			t.broken(name, line, err, nil) // such as a compressed file that is cut off
			file.Lines++
			file.Unreadable++
			break
		}
		if err == nil && len(raw) == 0 {
			continue
		}
		file.Lines++
		file.at = line
		if file.Lines == 1 && err == nil {
			t.covers(p.when(raw))
		}
		var r *record
		if err == nil {
			r, err = p.parse(raw)
		}
		if errors.Is(err, errNoRecord) {
			file.Lines--
			continue
		}
		if err != nil && others != nil {
			r, err = others.parse(raw, err)
		}
		if err != nil {
			t.broken(name, line, err, raw)
			file.Unreadable++
			continue
		}
		if holds {
			t.takeAll(hold.more(false))
		}
		if r != nil {
			t.take(r)
		}
		last = append(last[:0], raw...)
	}
	if holds {
		t.takeAll(hold.more(true))
	}
	if others != nil {
		t.takeAll(others.more())
		for _, other := range others.known {
			t.doubts(other)
		}
	}
	t.doubts(p)
	if s, ok := p.(interface{ stranger() bool }); ok {
		file.strange = s.stranger()
	}
	if s, ok := p.(interface{ unknownPrograms() []string }); ok {
		file.programs = s.unknownPrograms()
	}
	t.covers(p.when(last))
}

// doubts notes what a parser may have counted twice.
func (t *tally) doubts(p parser) {
	if u, ok := p.(interface{ unsure() int }); ok {
		t.unsure += u.unsure()
	}
}

func (t *tally) takeAll(list []*record) {
	for _, r := range list {
		t.take(r)
	}
}
