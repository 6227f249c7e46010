package logs

import (
	"strings"
	"time"
)

// unwrapped is the record inside of what Azure Monitor puts around one
// (https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-ins).
func unwrapped(o object) object {
	inner, ok := o["properties"].(map[string]any)
	if ok && strings.Contains(o.text("category"), "SignIn") {
		return inner
	}
	return o
}

func isEntra(o object) bool {
	return o.has("status") && (o.has("userPrincipalName") || o.has("appDisplayName") || o.has("servicePrincipalName"))
}

// entra reads a sign-in of a person or of a service principal
// (https://learn.microsoft.com/graph/api/resources/signin).
func entra(_ *jsonLog, o object) *record {
	r := &record{
		app: o.text("appDisplayName"), source: o.text("ipAddress"), session: o.text("correlationId"),
		user: o.first("userPrincipalName", "servicePrincipalName", "servicePrincipalId", "appId"),
	}
	r.machine = o.text("userPrincipalName") == ""
	return r.entra(o.text("status.errorCode"), o.text("status.failureReason"), "")
}

// entraSteps are the codes that stand for a step in the middle of a sign-in
// (https://learn.microsoft.com/entra/identity-platform/reference-error-codes):
// the person is asked something, and the sign-in goes on. It is true of those
// that come after the first step was accepted.
func entraSteps(code string) (halfway, ok bool) {
	switch code {
	case "50072", "50074", "50076", "50079", "50158", "50203": // a second step is asked for, or to be set up
		return true, true
	case "50140", "50199", "50125", "65001": // stay signed in? is it this app? how to reset? agree to the app?
		return false, true
	case "16000", "16001", "50058", "50097", "50127", "50129", "51006", "9002341": // which account, which device, nobody silently
		return false, true
	}
	return false, false
}

// entra completes a record with how it ended. The word that the portal writes
// for it comes first; a code alone is a step when it is known for one.
func (r *record) entra(code, reason, word string) *record {
	r.system, r.count = "entra", 1
	halfway, step := entraSteps(code)
	switch word = strings.ToLower(strings.TrimSpace(word)); {
	case word == "success" || word == "" && (code == "" || code == "0"):
		r.outcome = succeeded
		return r
	case word == "interrupted" || step:
		r.outcome, r.halfway = stepped, halfway
	}
	r.text = "AADSTS" + code + ": " + reason
	if code == "" || code == "0" {
		r.text = reason
	}
	return r
}

// The columns of a sign-in log as CSV, by what the portal's download, Microsoft
// Graph and Log Analytics call them, in lower case.
var columns = map[string][]string{
	"time":    {"date (utc)", "date", "createddatetime", "created date time", "timegenerated [utc]", "timegenerated"},
	"user":    {"username", "userprincipalname", "user principal name", "service principal name", "serviceprincipalname", "user", "service principal id"},
	"app":     {"application", "appdisplayname", "app display name"},
	"source":  {"ip address", "ipaddress"},
	"code":    {"sign-in error code", "errorcode", "error code", "resulttype", "status.errorcode"},
	"reason":  {"failure reason", "failurereason", "resultdescription", "status.failurereason"},
	"word":    {"status"},
	"session": {"correlation id", "correlationid"},
}

// csvColumns finds the columns in a header; nil when it is none of a sign-in
// log.
func csvColumns(header []string) map[string]int {
	at := map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if _, ok := at[name]; !ok {
			at[name] = i
		}
	}
	out := map[string]int{}
	for what, names := range columns {
		for _, name := range names {
			if i, ok := at[name]; ok {
				out[what] = i
				break
			}
		}
	}
	_, when := out["time"]
	_, who := out["user"]
	_, code := out["code"]
	_, word := out["word"]
	if !when || !who || !code && !word {
		return nil
	}
	return out
}

// csvTime reads the times of exports. The portal writes ISO 8601; a
// spreadsheet rewrites them as its own country does, with the month in front
// until a day says otherwise.
func (c *csvLog) time(s string) time.Time {
	s = strings.TrimSpace(s)
	if at := anyTime(s); !at.IsZero() {
		return at
	}
	if day, month, ok := strings.Cut(s, "/"); ok && len(day) <= 2 {
		month, _, _ = strings.Cut(month, "/")
		if day > "12" && len(day) == 2 {
			c.dayFirst = true
		} else if month > "12" && len(month) == 2 {
			c.dayFirst = false
		}
	}
	date := "1/2/2006"
	if c.dayFirst {
		date = "2/1/2006"
	}
	s = strings.ReplaceAll(s, ",", "")
	for _, layout := range []string{date + " 3:04:05 PM", date + " 3:04 PM", date + " 15:04:05", date + " 15:04", "2.1.2006 15:04:05", "2.1.2006 15:04"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at
		}
	}
	return time.Time{}
}
