package probe

import (
	"context"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"time"
)

// readChrony asks chronyd, in the form that is made for programs: 14 fields,
// of which 0 and 1 are the source, 2 the stratum, 3 the time of the last
// update and 13 the leap status (chronyc(1), tracking).
func readChrony(ctx context.Context, env Env) syncReport {
	r := syncReport{service: "chrony"}
	said, err := env.command(ctx, "chronyc", "-n", "-c", "tracking")
	fields, csvErr := csv.NewReader(strings.NewReader(said)).Read()
	if err != nil || csvErr != nil || len(fields) < 14 {
		r.why = whyNot("chronyc", said, err)
		return r
	}
	r.stratum, _ = strconv.Atoi(fields[2]) // 0 where there is none
	switch {
	case fields[13] == "Not synchronised":
		r.state, r.why, r.stratum = syncUnserved, "it has not yet had an answer that it believes", 0
		return r
	case fields[0] == "7F7F0101": // its own name for this computer's clock
		r.state, r.why = syncUnserved, "it takes this computer's own clock for right"
		return r
	}
	r.state, r.source = syncServed, fields[1]
	if r.source == "" {
		r.source = referenceName(fields[0])
	}
	r.updated = unixTime(fields[3])
	return r
}

// referenceName reads the hexadecimal name of a source that has no address,
// such as a receiver: four letters (RFC 5905, figure 12).
func referenceName(id string) string {
	number, err := strconv.ParseUint(id, 16, 32)
	if err != nil || len(id) != 8 {
		return ""
	}
	letters := []byte{byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}
	return printable(strings.TrimRight(string(letters), "\x00"))
}

// unixTime reads seconds since 1970; zero where they make no sense.
func unixTime(text string) time.Time {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds <= 0 || seconds > 1e11 {
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9))
}

// readNTPD asks ntpd (of either kind) for its system variables (ntpq(8)).
func readNTPD(ctx context.Context, env Env) syncReport {
	r := syncReport{service: "ntpd"}
	said, err := env.command(ctx, "ntpq", "-n", "-c", "rv 0 leap,stratum,refid,reftime")
	values := map[string]string{}
	for _, item := range strings.FieldsFunc(said, func(c rune) bool { return c == ',' || c == '\n' }) {
		name, value, ok := strings.Cut(strings.TrimSpace(item), "=")
		if ok {
			values[name] = strings.Trim(value, `"`)
		}
	}
	stratum, numErr := strconv.Atoi(values["stratum"])
	if err != nil || numErr != nil || values["leap"] == "" {
		r.why = whyNot("ntpq", said, err)
		return r
	}
	if leap := values["leap"]; leap == "11" || leap == "3" || stratum >= 16 || stratum == 0 {
		r.state, r.why = syncUnserved, "it has not yet had an answer that it believes"
		return r
	}
	r.state, r.stratum, r.source = syncServed, stratum, values["refid"]
	r.updated = ntpTime(values["reftime"])
	return r
}

// ntpTime reads a time as ntpd writes it, in hexadecimal seconds and fractions
// since 1900, of the era that began then or the one that begins in 2036.
func ntpTime(text string) time.Time {
	hex, _, _ := strings.Cut(text, " ")
	whole, _, _ := strings.Cut(hex, ".")
	seconds, err := strconv.ParseUint(whole, 16, 32)
	if err != nil || seconds == 0 {
		return time.Time{}
	}
	const from1900to1970 = 2208988800
	era := int64(0)
	if seconds < 1<<31 {
		era = 1 << 32
	}
	return time.Unix(int64(seconds)+era-from1900to1970, 0)
}

// readTimedate asks systemd: first whether any service is switched on and the
// kernel holds its clock for served, then its own service for the source
// (timedatectl(1)).
func readTimedate(ctx context.Context, env Env) syncReport {
	r := syncReport{service: "the time service"}
	said, err := env.command(ctx, "timedatectl", "show")
	values := properties(said)
	if err != nil || values["NTPSynchronized"] == "" {
		r.why = whyNot("timedatectl", said, err)
		return r
	}
	switch {
	case values["NTPSynchronized"] == "yes":
		r.state = syncServed
	case values["NTP"] == "yes":
		r.state, r.why = syncUnserved, "the clock has not been set yet since this computer started, or not for hours"
	case values["NTP"] == "no":
		r.state, r.why = syncOff, "no time service is switched on"
	default:
		r.state, r.why = syncOff, "no time service is installed that systemd knows of"
	}
	if r.state == syncServed {
		r.askTimesyncd(ctx, env)
	}
	return r
}

// askTimesyncd adds where systemd's own service has the time from, if it is
// the one that runs.
func (r *syncReport) askTimesyncd(ctx context.Context, env Env) {
	said, err := env.command(ctx, "timedatectl", "show-timesync")
	values := properties(said)
	if err != nil || values["ServerName"] == "" {
		return
	}
	r.service, r.source = "systemd-timesyncd", values["ServerName"]
	inner := strings.Trim(values["NTPMessage"], "{ }")
	for _, item := range strings.Split(inner, ", ") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		switch name {
		case "Stratum":
			r.stratum, _ = strconv.Atoi(value) // 0 where it is none
		case "DestinationTimestamp":
			// The zone is UTC, for the command was run with it.
			r.updated, _ = time.Parse("Mon 2006-01-02 15:04:05 MST", value)
		}
	}
}

// properties reads NAME=VALUE lines.
func properties(text string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[name] = value
		}
	}
	return values
}
