package fleet

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/singleflight"
)

// Why a scrape gets no result.
var (
	errBusy  = errors.New("as many runs as may be are under way")
	errTired = errors.New("this machine has too much to do to measure; what failed may be its own delay")
	errLate  = errors.New("a run that was under way already did not end in the time of this scrape")
)

// A crash is a fault of authdoctor itself in a run.
type crash struct{ what any }

func (crash) Error() string { return "the run crashed; this is a fault of authdoctor itself" }

// flights runs what is asked for: each thing once at a time, and so many
// things at once.
type flights struct {
	group singleflight.Group
	slots chan struct{}
	all   sync.WaitGroup
}

// do gives the result of a run for the key: of one that is under way, or of
// one that it begins. A run goes on to its end, also when nobody waits for it
// any more; it has a deadline of its own.
func (f *flights) do(ctx context.Context, key string, run func() Result) (result Result, shared bool, err error) {
	began := false
	f.all.Add(1) // before it can begin, so that wait cannot miss it
	done := f.group.DoChan(key, func() (value any, err error) {
		began = true
		select {
		case f.slots <- struct{}{}:
		default:
			return nil, errBusy
		}
		defer func() {
			<-f.slots
			if what := recover(); what != nil {
				err = crash{what}
			}
		}()
		return run(), nil
	})
	answer := make(chan singleflight.Result, 1)
	go func() {
		defer f.all.Done()
		answer <- <-done
	}()
	select {
	case r := <-answer:
		if r.Err != nil {
			return Result{}, !began, r.Err
		}
		return r.Val.(Result), !began, nil //nolint:forcetypeassert // nothing else is put in
	case <-ctx.Done():
		return Result{}, true, errLate
	}
}

// wait waits until the last run has ended.
func (f *flights) wait() { f.all.Wait() }
