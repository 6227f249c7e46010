package probe

import (
	"context"
	"strconv"
	"strings"
)

// readSystemSetup asks macOS whether its time is set by a server, and by
// which. It says so to administrators only, and never when it last happened
// (systemsetup(8)). Nobody is made one here.
func readSystemSetup(ctx context.Context, env Env) syncReport {
	r := syncReport{service: "the network time of this Mac"}
	said, err := env.command(ctx, "systemsetup", "-getusingnetworktime")
	_, value, _ := strings.Cut(strings.TrimSpace(said), "Network Time: ")
	switch {
	case err == nil && value == "On":
		r.state = syncSwitched
	case err == nil && value == "Off":
		r.state, r.why = syncOff, "date and time are set by hand"
		return r
	default:
		r.why = whyNot("systemsetup", said, err)
		return r
	}
	said, err = env.command(ctx, "systemsetup", "-getnetworktimeserver")
	if _, server, ok := strings.Cut(strings.TrimSpace(said), "Network Time Server: "); ok && err == nil {
		r.source = server
	}
	return r
}

// Errors of the Windows Time service by number, for their texts are in the
// language of the computer.
const w32NotStarted = "0x80070426" // ERROR_SERVICE_NOT_ACTIVE

// readW32Time asks Windows. The words are in its language, and only their
// order can be relied on: leap indicator, stratum, precision, root delay, root
// dispersion, reference id, last update, source, poll interval.
func readW32Time(ctx context.Context, env Env) syncReport {
	r := syncReport{service: "Windows Time"}
	said, err := env.command(ctx, "w32tm", "/query", "/status")
	if strings.Contains(said, w32NotStarted) {
		r.state, r.why = syncOff, "the service Windows Time does not run"
		return r
	}
	values := valuesInOrder(said)
	if err != nil || len(values) < 8 {
		r.why = whyNot("w32tm", said, err)
		return r
	}
	leap, err1 := leadingNumber(values[0])
	stratum, err2 := leadingNumber(values[1])
	if err1 != nil || err2 != nil {
		r.why = "w32tm says something that cannot be read"
		return r
	}
	// LOCL in letters: its own clock.
	own := strings.Contains(values[5], "0x4C4F434C")
	if leap == 3 || stratum == 0 || own {
		r.state, r.why = syncUnserved, "it runs on this computer's own clock"
		return r
	}
	source, _, _ := strings.Cut(values[7], ",") // flags follow the name
	r.state, r.stratum, r.source, r.last = syncServed, stratum, strings.TrimSpace(source), values[6]
	return r
}

// valuesInOrder are the values of NAME: VALUE lines.
func valuesInOrder(text string) []string {
	var values []string
	for line := range strings.Lines(text) {
		if _, value, ok := strings.Cut(line, ":"); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

func leadingNumber(text string) (int, error) {
	end := strings.IndexFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		end = len(text)
	}
	return strconv.Atoi(text[:end])
}
