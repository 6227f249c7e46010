package fleet

import (
	"context"
	"sync"
	"time"
)

// A machine that has too much to do, or was asleep, measures its own delay and
// takes it for that of a server. So a pulse beats beside the runs: where a beat
// comes so much too late, what failed meanwhile says nothing.
const (
	beat    = 50 * time.Millisecond
	tooLate = 250 * time.Millisecond
	// remembered is longer than any run may take.
	remembered = 5 * time.Minute
)

type pulse struct {
	mu    sync.Mutex
	stops []stop // the latest last
}

// A stop is a time in which nothing went on here.
type stop struct{ from, to time.Time }

// run beats until ctx ends.
func (p *pulse) run(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := time.Now()
		if now.Sub(last) > beat+tooLate {
			p.note(stop{last, now})
		}
		last = now
	}
}

func (p *pulse) note(s stop) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.stops) > 0 && s.to.Sub(p.stops[0].to) > remembered {
		p.stops = p.stops[1:]
	}
	p.stops = append(p.stops, s)
}

// stopped reports whether nothing went on here for a while since then.
func (p *pulse) stopped(since time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.stops) > 0 && p.stops[len(p.stops)-1].to.After(since)
}
