package journal

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// Keep is how long a session is kept after something last happened in it.
const Keep = 90 * 24 * time.Hour

// List reads every session, the latest first. Journals that cannot be read are
// left out, and their errors joined.
func (s Store) List() ([]*Case, error) {
	ids, err := s.IDs()
	errs := []error{err}
	var list []*Case
	for _, id := range ids {
		c, err := s.Read(id)
		if err == nil {
			list = append(list, c)
		} else if !errors.Is(err, ErrNone) { // deleted meanwhile
			errs = append(errs, err)
		}
	}
	slices.SortFunc(list, func(a, b *Case) int { return cmp.Or(b.Last().Compare(a.Last()), cmp.Compare(a.ID, b.ID)) })
	return list, errors.Join(errs...)
}

// IDs lists the sessions by their files' names, in no order.
func (s Store) IDs() ([]string, error) {
	if s.dir == "" {
		return nil, nil
	}
	files, err := os.ReadDir(string(s.dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var ids []string
	for _, f := range files {
		if id, ok := strings.CutSuffix(f.Name(), ending); ok && isID(id) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// Delete removes a session that nobody is in.
func (s Store) Delete(id string) error {
	path, err := s.path(id)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return ErrNone
	}
	unlock, err := s.lock(id)
	if err != nil {
		return err
	}
	defer unlock()
	return errors.Join(os.Remove(path), os.Remove(s.dir.Path(lockOf(id))))
}

// Expire removes the sessions in which nothing has happened for Keep. What
// cannot be read is as old as its file. Somebody may be in one; it stays.
func (s Store) Expire(now time.Time) error {
	ids, err := s.IDs()
	errs := []error{err}
	for _, id := range ids {
		path, err := s.path(id)
		if err != nil {
			continue
		}
		// A journal is only ever appended to: its file is as old as its last event.
		if info, err := os.Stat(path); err != nil || now.Sub(info.ModTime()) < Keep {
			continue
		}
		if err := s.Delete(id); err != nil && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrNone) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func lockOf(id string) string { return "." + id + ".lock" }

// lock keeps other processes out of a session; it does not wait.
func (s Store) lock(id string) (func(), error) {
	unlock, ok, err := s.dir.TryLock(lockOf(id))
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, ErrBusy
	}
	return unlock, nil
}
