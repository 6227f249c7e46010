package logs

import "time"

// maxHits bounds the accounts, by source, whose successes are remembered.
const maxHits = 20_000

// A hit is an account that signed in from a source.
type hit struct {
	first, last time.Time
	after       time.Time // the first one after something failed there
	seen, next  time.Time // the one that was read last, and the first behind the last failure
	follows     bool      // something had failed there before, by the order of the log
	step        bool      // only as far as the second step
	count       int
}

// hits are the successes: who signed in from where.
type hits struct {
	list map[string]map[string]*hit // by source, then by user
	n    int
}

func newHits() *hits { return &hits{list: map[string]map[string]*hit{}} }

// add notes a success. What failed at its source so far is source, if anything.
func (h *hits) add(r *record, source *Entry) {
	who := r.user
	if r.form {
		who = r.who() // a log of a web server does not name who sent a page
	}
	if who == "" && !r.form || r.source == "" {
		return
	}
	users := h.list[r.source]
	one := users[who]
	if one == nil {
		// Beyond the limit, only sources that something failed at can matter.
		if h.n >= maxHits && (source == nil || h.n >= 2*maxHits) {
			return
		}
		if users == nil {
			users = map[string]*hit{}
			h.list[short(r.source)] = users
		}
		h.n++
		one = &hit{first: r.when, step: r.outcome == stepped}
		users[short(who)] = one
	}
	one.count++
	one.seen = r.when
	one.step = one.step && r.outcome == stepped
	if r.when.Before(one.first) {
		one.first = r.when
	}
	if r.when.After(one.last) {
		one.last = r.when
	}
	if source != nil && !one.follows {
		one.follows, one.after = true, r.when
	}
}

// mends notes a success behind the last failure of an account there. A log may
// be written from its end: then it was read before the failure.
func (h *hit) mends(success time.Time, failure int64) {
	if h == nil || success.IsZero() || success.Unix() < failure {
		return
	}
	if h.next.IsZero() || h.next.Unix() < failure || success.Before(h.next) {
		h.next = success
	}
}

// behind is when an account signed in after a source began to fail. It does
// not count who signed in from there before.
func (h *hit) behind(began *time.Time) (at time.Time, ok bool) {
	switch {
	case began == nil || h.last.IsZero():
		return time.Time{}, h.follows
	case !h.first.After(*began):
		return time.Time{}, false
	case h.follows && h.after.After(*began):
		return h.after, true
	}
	return h.first, true
}
