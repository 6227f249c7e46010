package report

import (
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// momentView is a moment as people see it.
type momentView struct {
	Day   string // when it is another one than that of the moment before
	Later string // how long after the moment before, if that was a while
	Clock string // "07:10:00"
	Exact string // in the form of RFC 3339
	What  string
	Text  string
	Code  string
}

// momentWords say what happened.
var momentWords = map[string]string{
	"told": "Told", "answered": "Answered", "measured": "Measured", "given": "Given", "tried": "Tried", "ended": "Ended",
}

// while is how long nothing happened for it to be told.
const while = 5 * time.Minute

// viewTimeline looks at the moments of a session, in order.
func viewTimeline(r *diag.Report) []momentView {
	var out []momentView
	for i, m := range r.Timeline {
		v := momentView{
			Clock: m.At.Format("15:04:05"), Exact: m.At.Format(time.RFC3339),
			What: cmpOr(momentWords[m.What], "Then"), Text: m.Text, Code: m.Code,
		}
		if i == 0 || m.At.Format(time.DateOnly) != r.Timeline[i-1].At.Format(time.DateOnly) {
			v.Day = m.At.Format("Monday, 2 January 2006")
		}
		if i > 0 {
			if gap := m.At.Sub(r.Timeline[i-1].At); gap >= while {
				v.Later = elapsed(gap) + " later"
			}
		}
		out = append(out, v)
	}
	return out
}

// lasted reports that a session took so long that its times tell something.
func lasted(r *diag.Report) bool {
	n := len(r.Timeline)
	return n > 1 && r.Timeline[n-1].At.Sub(r.Timeline[0].At) >= time.Minute
}

// zoneOf names the zone of the timeline's times, if it is one.
func zoneOf(r *diag.Report) string {
	zone := ""
	for _, m := range r.Timeline {
		name := "in UTC" + strings.NewReplacer("+00:00", "", "-", "−").Replace(m.At.Format("-07:00"))
		if zone != "" && zone != name {
			return "in the zone of their place"
		}
		zone = name
	}
	return zone
}
