package diag

import "errors"

// ErrCancelled says that the person stopped it, with Ctrl-C or by choosing to.
var ErrCancelled = errors.New("cancelled")

// ErrBack says that the person wants the question before this one.
var ErrBack = errors.New("back")

// UsageError is a mistake in what was given to authdoctor: a flag, an id, a
// file. Nothing was done. It ends in exit status 2.
type UsageError struct {
	Err  error
	Hint string // the next thing to type; may be empty
}

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the mistake without its hint.
func (e *UsageError) Unwrap() error { return e.Err }
