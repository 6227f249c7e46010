// Package phone measures a phone's clock. It serves one page on the local
// network for a few minutes; the phone opens it, and the page compares the
// phone's clock with the right time over several round trips.
//
// The rules of the page:
//   - it is reached by a path of 128 random bits, under the very address that
//     it was made for, and it answers nothing else
//   - it measures once, one phone, and is gone after that or after its time
//   - it needs nothing from anywhere else, runs no script but its own, and
//     sends what it says that it sends
//   - what comes from the phone is bounded, held to what can be, and cleaned;
//     the server's own readings never come from the phone
//   - a phone is called wrong only by a time that was verified
package phone

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"time"
)

// Most is the longest that a page stays.
const Most = 5 * time.Minute

// ErrNobody says that no phone was measured in the time that there was.
var ErrNobody = errors.New("no phone was measured")

// Env is the outside world. Tests supply their own.
type Env struct {
	Now      func() Moment
	Random   io.Reader // unguessable
	Listen   func(network, address string) (net.Listener, error)
	Networks func() ([]Network, error) // see Networks
}

// System is the real world.
func System() Env {
	return Env{Now: func() Moment { return Reading(time.Now()) }, Random: rand.Reader, Listen: net.Listen, Networks: Networks}
}

// A Moment is a reading of this computer's clock, which anybody may set, and of
// a timer that nobody sets.
type Moment struct {
	Wall  time.Time
	Timer time.Time // only differences of it mean anything
}

// Reading makes a Moment of what time.Now gives.
func Reading(t time.Time) Moment { return Moment{t.Round(0), t} }

// since is how long ago another moment was, by the timer.
func (m Moment) since(other Moment) time.Duration { return m.Timer.Sub(other.Timer) }

// A Reference is the right time, as far as it is known.
type Reference struct {
	At          Moment        // at which the rest held
	Offset      time.Duration // right time minus this computer's, as in RFC 5905
	Uncertainty time.Duration // of Offset
	// Verified: time servers have told it. Without that it is this computer's
	// clock, and Reason says why it was not compared.
	Verified bool
	Source   string // "ntp" or "https-date"; empty when not verified
	Reason   string
}

// tolerance is how fast a clock may wander away from what it was set by:
// RFC 5905's PHI, 15 parts in a million.
const tolerance = 15e-6

// Time is the right time at a later moment. Somebody who sets this computer's
// clock meanwhile does not change it.
func (r Reference) Time(now Moment) time.Time {
	return r.At.Wall.Add(now.since(r.At)).Add(r.Offset)
}

// unsure is how far Time can be trusted at a later moment.
func (r Reference) unsure(now Moment) time.Duration {
	return r.Uncertainty + time.Duration(tolerance*float64(now.since(r.At).Abs()))
}

// mostStep is how much this computer's clock may move against the timer before
// what was verified is not believed any more. A time
// service that corrects a clock slowly moves it by 0.15 s in five minutes
// (500 parts in a million, the most that Linux allows); sleep stops the one
// and not the other.
const mostStep = 500 * time.Millisecond

// disturbed reports whether this computer slept, or its clock was set, since
// the reference was made.
func (r Reference) disturbed(now Moment) bool {
	return (now.Wall.Sub(r.At.Wall) - now.since(r.At)).Abs() > mostStep
}
