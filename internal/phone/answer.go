package phone

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"regexp"
	"sync"
	"time"
)

// mostBody bounds what a phone may send at once, in bytes; an answer has
// about 1,500.
const mostBody = 8 << 10

// mostRounds is how often a phone may ask for the time in one visit.
const mostRounds = 40

// message is all that a phone sends: each request has some of it.
type message struct {
	Visit   string        `json:"visit"`
	Round   int           `json:"round"`
	Rounds  []phoneRound  `json:"rounds"`
	Zone    string        `json:"zone"`
	Minutes float64       `json:"zone_minutes"`
	Cookies bool          `json:"cookies"`
	Storage bool          `json:"storage"`
	Reach   *reachMessage `json:"reach"`
}

// phoneRound is a phone's own reading of one round, in milliseconds since 1970
// by its clock.
type phoneRound struct {
	Round int     `json:"round"`
	Sent  float64 `json:"sent"`
	Got   float64 `json:"got"`
	Took  float64 `json:"took"` // by a timer that nobody sets
}

type reachMessage struct {
	Outcome string  `json:"outcome"`
	Took    float64 `json:"took"`
}

var errMessage = errors.New("not what the page sends")

// readMessage reads one message strictly: one JSON object, no unknown key,
// nothing after it.
func readMessage(body io.Reader) (message, error) {
	var m message
	data, err := io.ReadAll(body)
	if err != nil {
		return m, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, errMessage
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, errMessage
	}
	return m, nil
}

// What a clock can read: 1970 to 2100, in milliseconds. And how long a round
// may take before it says nothing.
const (
	latestClock  = 4102444800000
	longestRound = 10_000
)

// rounds pairs the phone's readings with ours. A reading that cannot be, or
// that belongs to no round of ours, is dropped.
func (m message) rounds(ours map[int]ourRound) []round {
	used := map[int]bool{}
	var out []round
	for _, p := range m.Rounds {
		o, ok := ours[p.Round]
		if !ok || used[p.Round] || !p.possible() {
			continue
		}
		used[p.Round] = true
		out = append(out, round{
			sent: clockReading(p.Sent), got: clockReading(p.Got), took: time.Duration(p.Took * float64(time.Millisecond)),
			received: o.received, left: o.left,
		})
	}
	return out
}

func (p phoneRound) possible() bool {
	return within(p.Sent, 0, latestClock) && within(p.Got, 0, latestClock) && within(p.Took, 0, longestRound)
}

func within(x, low, high float64) bool { return x >= low && x <= high && !math.IsNaN(x) }

// clockReading keeps fractions of a millisecond out: no browser has them in
// its clock, and the whole is a reading that time.Time holds exactly.
func clockReading(ms float64) time.Time { return time.UnixMilli(int64(ms)) }

// zoneName is how the names of zones are written (IANA's theory file: letters,
// digits, "." "-" "_" "+" and "/").
var zoneName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9._+\-]{1,32}(/[A-Za-z0-9._+\-]{1,32}){0,3}$`)
})

// facts cleans what the phone says besides the time. Here is this computer's
// distance from UTC in minutes.
func (m message) facts(host string, here int) *Facts {
	f := &Facts{Cookies: m.Cookies, Storage: m.Storage}
	if zoneName().MatchString(m.Zone) {
		f.Zone = m.Zone
	}
	if within(m.Minutes, -14*60, 14*60) {
		f.ZoneMinutes = int(m.Minutes)
	}
	f.SameZone = f.ZoneMinutes == here
	if host != "" {
		f.Reach = m.reach(host)
	}
	return f
}

func (m message) reach(host string) *Reach {
	r := &Reach{Host: host, Outcome: Untried}
	if m.Reach == nil {
		return r
	}
	switch m.Reach.Outcome {
	case Reached, Failed, TimeOut:
		r.Outcome = m.Reach.Outcome
	}
	if within(m.Reach.Took, 0, 60_000) {
		r.TookMS = int(m.Reach.Took)
	}
	return r
}
