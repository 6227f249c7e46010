package journal

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/redact"
)

// A Writer appends to one journal. Nobody else can, until it is closed.
type Writer struct {
	ID     string
	now    func() time.Time
	file   *os.File
	unlock func()
	failed error // the first; nothing is written after it
}

// idLetters leave out what looks alike.
const idLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// Create begins a journal and gives it an id, made of the playbook's, the day
// and a few random letters. Random is from 0 to 1.
func (s Store) Create(h Head, now func() time.Time, random func() float64) (*Writer, error) {
	if err := s.dir.Make(); err != nil {
		return nil, err
	}
	h.Schema, h.Began = Schema, now()
	h.Vars = maskedMap(h.Vars)
	for i := range h.Given {
		h.Given[i] = masked(h.Given[i])
	}
	h.Zone = h.Began.Format("MST -07:00")
	for {
		h.ID = h.Playbook.ID + h.Began.Format("-0102-")
		for range 4 {
			h.ID += string(idLetters[min(int(random()*float64(len(idLetters))), len(idLetters)-1)])
		}
		w, err := s.create(h, now)
		if !errors.Is(err, fs.ErrExist) {
			return w, err
		}
	}
}

func (s Store) create(h Head, now func() time.Time) (*Writer, error) {
	unlock, err := s.lock(h.ID)
	if errors.Is(err, ErrBusy) {
		err = fs.ErrExist
	}
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(s.dir.Path(h.ID+ending), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		unlock()
		return nil, err
	}
	w := &Writer{ID: h.ID, now: now, file: f, unlock: unlock}
	if err := w.write(h); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Resume takes a session up again: what it holds, and a Writer that goes on. A
// torn last line is cut off.
func (s Store) Resume(id string, now func() time.Time) (*Case, *Writer, error) {
	path, err := s.path(id)
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, nil, ErrNone
	}
	unlock, err := s.lock(id)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.Read(id)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	w := &Writer{ID: id, now: now, file: f, unlock: unlock}
	if c.Torn {
		if err := f.Truncate(int64(c.whole)); err != nil {
			return nil, nil, errors.Join(err, w.Close())
		}
	}
	return c, w, nil
}

// Event writes an event through to the disk. After an error nothing more is
// written: a journal with a hole would tell of another case.
func (w *Writer) Event(e diag.Event) error {
	e = masked(e)
	return w.write(Entry{At: w.now(), Event: &e})
}

// masked takes secrets out of what came from outside: what was typed, and what
// servers say. A parameter that held one is another one then, so that its
// check is measured again.
func masked(e diag.Event) diag.Event {
	e.Text, e.How = redact.Text(e.Text), redact.Text(e.How)
	e.Vars, e.With = maskedMap(e.Vars), maskedMap(e.With)
	if e.Finding != nil {
		f := *e.Finding
		f.Summary, f.Reason = redact.Text(f.Summary), redact.Text(f.Reason)
		f.Facts, _ = redact.Value(f.Facts).(map[string]any)
		e.Finding = &f
	}
	return e
}

func maskedMap(m map[string]string) map[string]string {
	if m == nil {
		return nil
	}
	out := map[string]string{}
	for k, v := range m {
		out[k] = redact.Text(v)
	}
	return out
}

// End writes how the run ended.
func (w *Writer) End(e End) error { return w.write(Entry{At: w.now(), End: &e}) }

func (w *Writer) write(v any) error {
	if w.failed != nil {
		return w.failed
	}
	line, err := json.Marshal(v)
	if err == nil {
		_, err = w.file.Write(append(line, '\n'))
	}
	if err == nil {
		err = w.file.Sync()
	}
	w.failed = err
	return err
}

// Close lets go of the session.
func (w *Writer) Close() error {
	err := w.file.Close()
	w.unlock()
	return err
}
