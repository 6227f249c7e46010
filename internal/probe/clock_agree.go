package probe

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A reading is what one source says about this computer's clock.
type reading struct {
	source   string        // as it was asked for
	peer     string        // network address that answered; empty where it cannot be told
	answered bool          // it spoke the protocol, if only to refuse
	stratum  int           // of a time server that answered
	told     bool          // it told a time: the three numbers below are filled in
	offset   time.Duration // server minus local
	delay    time.Duration // there and back
	distance time.Duration // the truth is within this of offset, if the source is honest
	proved   bool          // a web server that proved its name
	used     bool          // agrees with the majority
	reason   string        // why it is not used
}

// An agreement is what the majority of the sources says.
type agreement struct {
	usable      int // sources that told a time
	agreeing    int // as many as share one instant
	ok          bool
	offset      time.Duration
	uncertainty time.Duration
}

// agree finds the majority by interval intersection (Marzullo; RFC 5905
// section 11.2.1, by end points): every source says "within distance of
// offset", and the truth is where more than half of the intervals meet. It
// marks who is used, and says of the others why not.
//
// The result covers the whole stretch on which that many meet, and claims no
// more precision than the best source has: intervals that barely touch would
// otherwise look like great precision.
func agree(readings []reading) agreement {
	var usable []*reading
	for i := range readings {
		if readings[i].told && readings[i].reason == "" {
			usable = append(usable, &readings[i])
		}
	}
	said := agreement{usable: len(usable)}
	low, high, agreeing := intersect(usable)
	if agreeing == 0 {
		for _, r := range usable {
			r.reason = "no majority agrees with it"
		}
		return said
	}
	said.ok, said.agreeing = true, agreeing
	said.offset = low/2 + high/2
	said.uncertainty = high/2 - low/2
	best := time.Duration(math.MaxInt64)
	for _, r := range usable {
		r.used = r.offset-r.distance <= high && r.offset+r.distance >= low
		if !r.used {
			r.reason = "disagrees with the majority"
			continue
		}
		best = min(best, r.distance)
	}
	said.uncertainty = max(said.uncertainty, best)
	return said
}

// An edge is an end of an interval.
type edge struct {
	at   time.Duration
	step int // +1 opens, -1 closes
}

// intersect finds the lowest and the highest instant that as many intervals
// as possible share, and how many those are; none where that is not more than
// half of them.
func intersect(readings []*reading) (low, high time.Duration, agreeing int) {
	var edges []edge
	for _, r := range readings {
		edges = append(edges, edge{r.offset - r.distance, +1}, edge{r.offset + r.distance, -1})
	}
	// Where one interval ends and another begins, they meet.
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.step, a.step))
	})
	open := 0
	for i, e := range edges {
		open += e.step
		if e.step < 0 {
			continue
		}
		// An interval opened, so the next edge still lies inside.
		if open > agreeing {
			agreeing, low = open, e.at
		}
		if open == agreeing {
			high = edges[i+1].at
		}
	}
	if 2*agreeing <= len(readings) {
		return 0, 0, 0
	}
	return low, high, agreeing
}
