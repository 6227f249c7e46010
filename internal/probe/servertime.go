package probe

import (
	"context"
	"strings"
	"time"
)

// A rightTime is how far the time that counts is from this computer's clock,
// and who says so. The zero value is this computer's own time.
type rightTime struct {
	offset time.Duration // that time minus this computer's
	unsure time.Duration // the truth is within this of offset
	source string        // "ntp" or "date"; empty for this computer's own
	host   string        // of a Date header
	reason string        // why the time servers that were named did not tell it
}

// timeParam is a parameter of every check that judges by the time.
var timeParam = Param{Name: "server", Many: true, Form: timeServerForm,
	Doc: "time server, HOST or HOST:PORT, by which times are judged"}

// askTime asks the time servers that somebody named, in no more than half of
// the time that is left. Without names there is nothing to ask.
func askTime(ctx context.Context, env Env, servers []string) rightTime {
	if len(servers) == 0 {
		return rightTime{}
	}
	patience := clockPatience
	if deadline, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(deadline)/2)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	readings := askAll(unique(servers), func(server string) reading {
		return askNTP(ctx, env, server, patience/2)
	})
	markTwins(readings)
	said := agree(readings)
	outcome := judgeClock(said.offset, said.uncertainty)
	switch {
	case said.usable == 0:
		return rightTime{reason: noTime("time server", readings)}
	case !said.ok:
		return rightTime{reason: "time servers disagree"}
	case loneAccuser(outcome, len(readings), said.usable):
		return rightTime{reason: "only one time server told the time, and nobody confirms it"}
	}
	return rightTime{offset: said.offset, unsure: said.uncertainty, source: "ntp"}
}

// orDate falls back to what the Date header of an answer says.
func (r rightTime) orDate(v *visit) rightTime {
	if r.source != "" || v == nil || v.status == 0 {
		return r
	}
	offset, unsure, ok := v.dateOffset()
	if !ok {
		return r
	}
	return rightTime{offset: offset, unsure: unsure, source: "date", host: v.page().Hostname(), reason: r.reason}
}

// at is the time that counts at a moment of this computer's clock.
func (r rightTime) at(local time.Time) time.Time { return local.Add(r.offset) }

// known reports whether anybody else than this computer told the time.
func (r rightTime) known() bool { return r.source != "" }

// apart reports whether this computer's clock is off by so much that things
// break: more than the limit between drifting and skewed.
func (r rightTime) apart() bool { return r.known() && r.offset.Abs()-r.unsure > clockDrifting }

// by says whose time it is, to be read after a comma.
func (r rightTime) by() string {
	switch r.source {
	case "ntp":
		return "by the time servers"
	case "date":
		return "by the clock of " + printable(r.host)
	}
	return "by this computer's own clock, which was not checked"
}

// facts are the time that was judged by.
func (r rightTime) facts(facts map[string]any, local time.Time) {
	facts["time_source"] = "local"
	facts["judged_at"] = r.at(local).UTC().Format(time.RFC3339)
	if r.known() {
		facts["time_source"] = r.source
		facts["time_offset_ms"], facts["time_uncertainty_ms"] = milliseconds(r.offset), milliseconds(r.unsure)
	}
	if r.reason != "" {
		facts["time_reason"] = strings.TrimSpace(r.reason)
	}
}

// orElse is another time where this one is not known.
func (r rightTime) orElse(other rightTime) rightTime {
	if r.known() {
		return r
	}
	return other
}
