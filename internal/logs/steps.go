package logs

import (
	"strings"
	"time"
)

const (
	maxSteps = 8192             // sign-ins in the middle, and ends, that are remembered
	within   = 15 * time.Minute // what is further apart is another sign-in
)

// steps holds sign-ins that were last seen in the middle. A log may be written
// from its end, so ends are remembered too. What never comes to an end has
// failed.
type steps struct {
	open  map[string]*record // by account, or by session where nobody is named
	ends  map[string]*record // the last end, by account and by session
	order []string           // the keys of open, the oldest first
	count int                // records that were only a step
}

func newSteps() *steps { return &steps{open: map[string]*record{}, ends: map[string]*record{}} }

func (r *record) account() string {
	if r.user == "" {
		return ""
	}
	return "u " + strings.ToLower(r.user)
}

func (r *record) sitting() string {
	if r.session == "" {
		return ""
	}
	return "s " + r.session
}

// begin notes a step, and returns one that was given up for it, if any.
func (s *steps) begin(r *record) (given *record) {
	s.count++
	key := r.account()
	if key == "" {
		key = r.sitting()
	}
	if key == "" || s.ends[r.sitting()] != nil {
		return nil
	}
	if end := s.ends[key]; end != nil && ends(r, end) {
		return nil
	}
	open, listed := s.open[key]
	switch {
	case open != nil && (same(open, r) || near(open.when, r.when)):
		return nil // one more step of the same sign-in
	case listed:
		s.open[key] = r
		return open
	case len(s.order) >= maxSteps:
		given = s.open[s.order[0]]
		delete(s.open, s.order[0])
		s.order = s.order[1:]
	}
	s.open[key] = r
	s.order = append(s.order, key)
	return given
}

// end notes that a sign-in came to an end, well or not.
func (s *steps) end(r *record) {
	if s.count == 0 && r.session == "" {
		return // of a log without steps
	}
	if len(s.ends) >= maxSteps {
		clear(s.ends)
	}
	for _, key := range []string{r.account(), r.sitting()} {
		if key == "" {
			continue
		}
		if open := s.open[key]; open != nil && (same(open, r) || ends(open, r)) {
			s.open[key] = nil
		}
		s.ends[key] = &record{when: r.when}
	}
}

func same(a, b *record) bool { return a.session != "" && a.session == b.session }

// ends reports whether an account's record may be the end of its step.
func ends(step, end *record) bool {
	if step.when.IsZero() || end.when.IsZero() {
		return true
	}
	d := end.when.Sub(step.when)
	return d >= 0 && d <= within
}

func near(a, b time.Time) bool { return a.Sub(b).Abs() <= within }

// left are the sign-ins that never came to an end.
func (s *steps) left() []*record {
	var out []*record
	for _, k := range s.order {
		if r := s.open[k]; r != nil {
			out = append(out, r)
			s.open[k] = nil
		}
	}
	return out
}
