// Package state is the folder for what must outlive a run: private files that
// are locked, and replaced whole.
//
// Folders hold 0700 and files 0600: what is in them is nobody else's business.
package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// name is our folder's, inside the one that the system gives.
const name = "authdoctor"

// Folder is where this computer's user keeps the state of programs: the XDG
// state home, ~/Library/Application Support on macOS, %LocalAppData% on
// Windows. Empty when the environment names no home at all.
func Folder(getenv func(string) string, goos string) string {
	under := func(variable string, rest ...string) string {
		// A relative path would be another folder for every place that the
		// program is started in; the XDG specification says to ignore it.
		if base := getenv(variable); filepath.IsAbs(base) {
			return filepath.Join(append([]string{base}, append(rest, name)...)...)
		}
		return ""
	}
	if dir := under("XDG_STATE_HOME"); dir != "" {
		return dir
	}
	switch goos {
	case "windows":
		return under("LocalAppData")
	case "darwin", "ios":
		return under("HOME", "Library", "Application Support")
	}
	return under("HOME", ".local", "state")
}

// A Dir is such a folder. It is made when something is first kept in it.
type Dir string

// errNowhere: without a home there is no place to keep anything.
var errNowhere = errors.New("there is no folder to keep it in; set XDG_STATE_HOME or HOME")

// Path is the place of a file.
func (d Dir) Path(file string) string { return filepath.Join(string(d), file) }

// Make makes the folder.
func (d Dir) Make() error {
	if d == "" {
		return errNowhere
	}
	return os.MkdirAll(string(d), 0o700)
}

// again is how long to wait before a lock that somebody holds is tried again.
const again = 10 * time.Millisecond

// Lock keeps other processes out until unlock is called. It waits until ctx
// ends. The lock goes with the process, however that ends.
func (d Dir) Lock(ctx context.Context, file string) (unlock func(), err error) {
	if err := d.Make(); err != nil {
		return nil, err
	}
	lock := flock.New(d.Path(file), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, again); err != nil {
		return nil, fmt.Errorf("%s: %w", d.Path(file), err)
	}
	return func() { _ = lock.Close() }, nil
}

// TryLock is Lock that does not wait: ok is false when somebody else has it.
func (d Dir) TryLock(file string) (unlock func(), ok bool, err error) {
	if err := d.Make(); err != nil {
		return nil, false, err
	}
	lock := flock.New(d.Path(file), flock.SetPermissions(0o600))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return nil, false, err
	}
	return func() { _ = lock.Close() }, true, nil
}

// Read reads a file; nothing when it is not there.
func (d Dir) Read(file string) ([]byte, error) {
	data, err := os.ReadFile(d.Path(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Replace writes a file so that it is there whole, old or new, whatever
// happens meanwhile.
func (d Dir) Replace(file string, data []byte) error {
	if err := d.Make(); err != nil {
		return err
	}
	f, err := os.CreateTemp(string(d), "."+file+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // of no effect once it is renamed
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), d.Path(file))
}
