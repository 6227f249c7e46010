package phone

import (
	"slices"
	"time"
)

// A round is one comparison of the two clocks: the phone looked at its own,
// asked this computer, and looked again.
type round struct {
	sent, got      time.Time     // the phone's clock
	took           time.Duration // from one to the other, by a timer that nobody sets
	received, left time.Time     // the right time, when the question came in and the answer left
}

// offset is the right time minus the phone's, as in RFC 5905 with the parts of
// client and server as they are there.
func (r round) offset() time.Duration {
	return (r.received.Sub(r.sent) + r.left.Sub(r.got)) / 2
}

// delay is the time that the way took, there and back.
func (r round) delay() time.Duration {
	return max(0, r.took-r.left.Sub(r.received))
}

// A comparison is what all rounds together say.
type comparison struct {
	offset      time.Duration // right time minus the phone's
	uncertainty time.Duration
	delay       time.Duration // of the round that decided
	rounds      int
	// moved: no single offset agrees with all rounds, so the phone's clock was
	// set between them.
	moved bool
}

// leastRounds is how many rounds must have come through. With fewer a clock
// that is being set cannot be told from one that is off.
const leastRounds = 3

// compare takes the round with the smallest delay: whatever the two ways are,
// the offset is within half of it. The readings of the phone's clock are as
// coarse as its browser makes them, and unsure is what the right time itself
// is known to.
func compare(rounds []round, unsure time.Duration) (comparison, bool) {
	if len(rounds) < leastRounds {
		return comparison{}, false
	}
	grain := coarseness(rounds)
	best := slices.MinFunc(rounds, func(a, b round) int { return int(a.delay() - b.delay()) })
	c := comparison{offset: best.offset(), delay: best.delay(), rounds: len(rounds)}
	c.uncertainty = best.delay()/2 + grain + unsure
	// Every round bounds the offset. Bounds that share nothing mean that it
	// was not one offset.
	low, high := bounds(best, grain)
	for _, r := range rounds {
		l, h := bounds(r, grain)
		low, high = max(low, l), min(high, h)
	}
	c.moved = low > high
	return c, true
}

func bounds(r round, grain time.Duration) (low, high time.Duration) {
	return r.offset() - r.delay()/2 - grain, r.offset() + r.delay()/2 + grain
}

// coarseness is the step in which the phone's browser tells the time: a
// millisecond, unless it hides more than that from pages. Then all readings
// are multiples of a larger step.
func coarseness(rounds []round) time.Duration {
	for _, step := range []time.Duration{time.Second, 100 * time.Millisecond, 10 * time.Millisecond} {
		coarse := true
		for _, r := range rounds {
			coarse = coarse && r.sent.UnixMilli()%step.Milliseconds() == 0 && r.got.UnixMilli()%step.Milliseconds() == 0
		}
		if coarse {
			return step
		}
	}
	return time.Millisecond
}
