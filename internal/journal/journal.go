// Package journal keeps diagnoses on disk, so that whoever leaves can come
// back: one file for each, an event a line, written through before anything
// else happens.
//
// A file begins with a Head and goes on with entries. It is only ever appended
// to. A process that dies leaves at most a torn last line, which is dropped
// when the session is taken up again, and nothing else.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/state"
)

// Schema is the format of a journal's file.
const Schema = schemaName + "1"

const schemaName = "authdoctor.journal/"

const (
	folder = "sessions"
	ending = ".jsonl"
	maxID  = 80
	// maxFile bounds what is read of a journal; the longest walks have a
	// hundredth of it.
	maxFile = 32 << 20
)

// A Head is the first line of a journal: what does not change.
type Head struct {
	Schema   string            `json:"schema"`
	ID       string            `json:"id"`
	Began    time.Time         `json:"began"` // in the zone of the person
	Zone     string            `json:"zone"`
	Tool     diag.Tool         `json:"tool"`
	Playbook diag.PlaybookRef  `json:"playbook"`
	Path     string            `json:"path,omitempty"` // of the playbook, absolute, when it is not built in
	Surface  string            `json:"surface,omitempty"`
	Order    string            `json:"order,omitempty"` // of the steps; empty for the playbook's
	Vars     map[string]string `json:"vars,omitempty"`  // those of the command line
	// Given is what was known from the start, from flags and an answers file:
	// it is on the first line, so that it is there whole or not at all.
	Given []diag.Event `json:"given,omitempty"`
}

// An Entry is one line after the head: an event, or how a run ended.
type Entry struct {
	At    time.Time   `json:"at"`
	Event *diag.Event `json:"event,omitempty"`
	End   *End        `json:"end,omitempty"`
}

// An End is how a run of the session ended. A session without one was cut off.
type End struct {
	Status  diag.VerdictStatus `json:"status"`
	Summary string             `json:"summary,omitempty"`
	Pending []string           `json:"pending,omitempty"` // checkpoints still to be tried
}

// Open reports whether there is something to come back to.
func (e *End) Open() bool {
	return e == nil || e.Status == diag.Cancelled || e.Status == diag.Waiting || len(e.Pending) > 0
}

// A Case is what a journal holds.
type Case struct {
	Head
	Entries []Entry
	Torn    bool // the last line was not written to its end
	whole   int  // bytes of whole lines
}

// Events are all that happened, in order.
func (c *Case) Events() []diag.Event {
	events := slices.Clone(c.Given)
	for _, e := range c.Entries {
		if e.Event != nil {
			events = append(events, *e.Event)
		}
	}
	return events
}

// End is how the last run ended; nil when it did not.
func (c *Case) End() *End {
	for i := len(c.Entries) - 1; i >= 0; i-- {
		if c.Entries[i].End != nil {
			return c.Entries[i].End
		}
		if c.Entries[i].Event != nil {
			return nil // it was taken up again since
		}
	}
	return nil
}

// Last is when something last happened.
func (c *Case) Last() time.Time {
	if n := len(c.Entries); n > 0 {
		return c.Entries[n-1].At
	}
	return c.Began
}

// MeasuredAt is when each check was last measured; given ones are not in it.
func (c *Case) MeasuredAt() map[string]time.Time {
	at := map[string]time.Time{}
	for _, e := range c.Entries {
		if e.Event == nil {
			continue
		}
		switch e.Event.Type {
		case diag.Measured:
			at[e.Event.Check] = e.At
		case diag.Given:
			delete(at, e.Event.Check)
		}
	}
	return at
}

// A Store is the folder of the journals.
type Store struct{ dir state.Dir }

// In is the store inside the state folder.
func In(dir state.Dir) Store {
	if dir == "" {
		return Store{}
	}
	return Store{state.Dir(dir.Path(folder))}
}

// isID keeps ids from being paths.
func isID(id string) bool {
	ok := len(id) > 0 && len(id) <= maxID && id[0] != '-'
	for _, c := range id {
		ok = ok && (c == '-' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9')
	}
	return ok
}

// ErrNone says that there is no such session.
var ErrNone = errors.New("there is no such session")

// ErrBusy says that another process has the session.
var ErrBusy = errors.New("another authdoctor is in this session")

// ErrNewer says that a journal holds what only a later authdoctor can have
// written. It is worth keeping.
var ErrNewer = errors.New("it was written by a newer authdoctor")

// path is the file of a session.
func (s Store) path(id string) (string, error) {
	if !isID(id) || s.dir == "" {
		return "", ErrNone
	}
	return s.dir.Path(id + ending), nil
}

// Read reads a journal. A torn last line is left out, and said.
func (s Store) Read(id string) (*Case, error) {
	path, err := s.path(id)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err != nil {
		return nil, ErrNone
	} else if info.Size() > maxFile {
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxFile>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// parse reads the lines.
func parse(data []byte) (*Case, error) {
	c := &Case{}
	for n := 1; len(data) > c.whole; n++ {
		line, _, ok := bytes.Cut(data[c.whole:], []byte("\n"))
		if !ok {
			c.Torn = true
			break
		}
		var err error
		if n == 1 {
			err = readHead(line, c)
		} else {
			var e Entry
			if err = json.Unmarshal(line, &e); err == nil {
				err = e.check()
			}
			c.Entries = append(c.Entries, e)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		c.whole += len(line) + 1
	}
	if c.Schema == "" {
		return nil, errors.New("it has no first line")
	}
	return c, nil
}

func readHead(line []byte, c *Case) error {
	if err := json.Unmarshal(line, &c.Head); err != nil {
		return err
	}
	if c.Schema != Schema {
		err := fmt.Errorf("schema is %q, this program reads %q", c.Schema, Schema)
		if strings.HasPrefix(c.Schema, schemaName) {
			return errors.Join(ErrNewer, err)
		}
		return err
	}
	for _, e := range c.Given {
		if err := checkEvent(e); err != nil {
			return err
		}
	}
	return nil
}

// check refuses a line that would make nothing of the case, or bring down
// whoever reads on: a session with a hole in it is another session.
func (e Entry) check() error {
	switch {
	case e.Event != nil:
		return checkEvent(*e.Event)
	case e.End != nil:
		return nil
	}
	return errors.New("it is neither an event nor an end")
}

func checkEvent(e diag.Event) error {
	lacks := ""
	switch e.Type {
	case diag.Measured, diag.Given:
		if e.Check == "" || e.Finding == nil {
			lacks = "a check and its finding"
		}
	case diag.Stepped:
		if e.Step == "" || e.Did == nil {
			lacks = "a step and what was done"
		}
	case diag.Answered:
		if e.Question == "" {
			lacks = "a question"
		}
	case diag.Told, diag.VarsSet, diag.Forgotten, diag.Expired, diag.Pasted, diag.WentBack:
	default:
		return errors.Join(ErrNewer, fmt.Errorf("there is no event %q", e.Type))
	}
	if lacks != "" {
		return fmt.Errorf("event %q lacks %s", e.Type, lacks)
	}
	return nil
}
