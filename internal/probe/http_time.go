package probe

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestRetry bounds what a server may ask us to wait. More is a mistake.
const longestRetry = 365 * 24 * time.Hour

// retryAfter reads the Retry-After header in both its forms (RFC 9110,
// 10.2.3). A date is read against the server's own clock, where it tells it.
func (v *visit) retryAfter(now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(v.header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestRetry), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(v.header.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), longestRetry), true
}

// retryFacts adds how long the server asks to wait, and until when.
func (v *visit) retryFacts(facts map[string]any, now time.Time) {
	if wait, ok := v.retryAfter(now); ok {
		facts["retry_after_s"] = int(wait.Seconds())
		facts["retry_at"] = now.Add(wait).UTC().Format(time.RFC3339)
	}
}

// untilWhen completes a sentence with how long to wait, if the server said.
func (v *visit) untilWhen(facts map[string]any) string {
	seconds, ok := facts["retry_after_s"].(int)
	if !ok || seconds == 0 {
		return ""
	}
	return "; it says to wait " + span(time.Duration(seconds)*time.Second)
}

// dateFacts adds the server's time and how far this computer is from it: the
// offset (server minus local) is date_offset_ms, give or take
// date_uncertainty_ms.
func (v *visit) dateFacts(facts map[string]any) {
	date, err := http.ParseTime(v.header.Get("Date"))
	if err != nil {
		return
	}
	facts["date"] = date.UTC().Format(time.RFC3339)
	if offset, unsure, ok := v.dateOffset(); ok {
		facts["date_offset_ms"], facts["date_uncertainty_ms"] = milliseconds(offset), milliseconds(unsure)
	}
}

// dateOffset is how far the server's clock is ahead of this computer's, by the
// Date header. The header is cut off to the second, so the server's clock
// stood between it and a second later at some moment between the request and
// the answer. One that comes out of a cache tells when it was put there, and
// is not believed.
func (v *visit) dateOffset() (offset, unsure time.Duration, ok bool) {
	date, err := http.ParseTime(v.header.Get("Date"))
	asked, heard := v.phases.exchange()
	age := v.header.Get("Age")
	if err != nil || asked.IsZero() || heard.IsZero() || age != "" && age != "0" {
		return 0, 0, false
	}
	least, most := date.Sub(heard.Round(0)), date.Add(time.Second).Sub(asked.Round(0))
	return least/2 + most/2, most/2 - least/2, true
}
