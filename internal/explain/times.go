package explain

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// smallAge is how long after the end of its life a token can be refused only
// because a clock is wrong: the tolerance of Kerberos and of most libraries.
const smallAge = 5 * time.Minute

// compareTimes reads the times that the message prints. Skew is told from
// expiry, and its size is stated.
func (h hit) compareTimes(f *Finding) {
	at := func(name string) (time.Time, bool) { return parseTime(h.groups[name]) }
	local, ok1 := at("local")
	server, ok2 := at("server")
	if ok1 && ok2 {
		f.skew(server.Sub(local))
		return
	}
	now, ok := at("now")
	if !ok {
		return
	}
	if start, ok := at("start"); ok && now.Before(start) {
		f.early(start.Sub(now))
		return
	}
	if expiry, ok := at("expiry"); ok {
		f.late(now.Sub(expiry))
	}
}

// skew states a difference of two clocks.
func (f *Finding) skew(ahead time.Duration) {
	seconds := math.Round(ahead.Seconds())
	f.SkewSeconds = &seconds
	f.Cause = "clock_skew"
	switch {
	case ahead > 0:
		f.Meaning += fmt.Sprintf(" The sender's clock is %s behind the server's.", spoken(ahead))
	case ahead < 0:
		f.Meaning += fmt.Sprintf(" The sender's clock is %s ahead of the server's.", spoken(-ahead))
	}
}

// early is a time before the beginning of a validity: something was issued in
// the future, so one of the two clocks is wrong.
func (f *Finding) early(by time.Duration) {
	f.become("clock_skew")
	f.Meaning += fmt.Sprintf(" It becomes valid %s after the time at which it was checked.", spoken(by))
}

// late is a time after the end of a validity.
func (f *Finding) late(by time.Duration) {
	switch {
	case by < 0:
		f.become("clock_skew")
		f.Meaning += fmt.Sprintf(" By the printed times it is valid for another %s, so two clocks disagree.", spoken(-by))
	case by <= smallAge && !slices.Contains(f.alternatives, "clock_skew"):
		f.alternatives = append(slices.Clone(f.alternatives), "clock_skew")
		f.Meaning += fmt.Sprintf(" It was checked only %s too late; a clock that is a little wrong would do that.", spoken(by))
	default:
		f.Meaning += fmt.Sprintf(" It had ended %s before.", spoken(by))
	}
}

// become gives a finding another cause; the one it had stays possible.
func (f *Finding) become(cause string) {
	if f.Cause == cause {
		return
	}
	f.alternatives = append([]string{f.Cause}, slices.DeleteFunc(slices.Clone(f.alternatives), func(c string) bool { return c == cause })...)
	f.Cause = cause
}

var layouts = []string{
	time.RFC3339Nano, "20060102T150405Z", "2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05Z", time.RFC1123, time.RFC1123Z, time.RFC850, time.ANSIC,
	"Mon Jan 2 15:04:05 MST 2006", "01/02/2006 15:04:05", "1/2/2006 3:04:05 PM", "Jan 2 15:04:05 2006 MST", "Jan _2 15:04:05 2006 MST",
	"Mon, 2 Jan 2006 15:04:05 MST", "Jan 2, 2006 3:04:05 PM", "060102150405Z", "20060102150405Z",
}

// parseTime reads a time as programs print it: one of many layouts, or the
// seconds or milliseconds since 1970.
func parseTime(s string) (time.Time, bool) {
	s = strings.Trim(s, " '\"[]().,;")
	if s == "" {
		return time.Time{}, false
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n > 1e8 && n < 1e13 {
		if n > 1e11 {
			n /= 1000
		}
		return time.UnixMilli(int64(n * 1000)).UTC(), true
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// spoken says a length of time as people do.
func spoken(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{365 * 24 * time.Hour, "year"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= 2*u.size || d >= u.size && u.size >= time.Hour {
			n := int(math.Round(float64(d) / float64(u.size)))
			return count(n, u.name)
		}
	}
	return count(int(math.Round(d.Seconds())), "second")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
