package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

const (
	// syncStale is when a service that has the time counts as having lost its
	// source: every one of them asks at least once a day.
	syncStale = 24 * time.Hour
	// syncAhead is how far ahead of this clock the last update may lie; more
	// means that somebody has set the clock back since.
	syncAhead = time.Minute
	// syncPatience is for one command. All of them only read what is there.
	syncPatience = 1500 * time.Millisecond
)

// Whether the clock is wrong is the clock check's business: a clock that
// nobody serves can still be right, and one that is served a wrong time is
// served. So nothing here is a failure.
var timesyncProbe = Probe{
	Kind:    "timesync",
	Doc:     "whether this computer has its time served, by whom, and when it last was; asks nobody but this computer",
	Example: `  authdoctor probe timesync`,
	Run:     runTimesync,
}

// A syncReport is what one service of this computer says.
type syncReport struct {
	service string // in words
	state   syncState
	source  string    // where it has the time from; empty where it does not say
	stratum int       // 0 where it does not say
	updated time.Time // when it last had it; zero where it does not say
	last    string    // the same in the service's words, where they cannot be read
	why     string    // why nothing is known, or what is behind the state
}

// A syncState is what a service does.
type syncState int

// The states. The zero one is a service that is not there or cannot be read.
const (
	syncUnknown  syncState = iota
	syncServed             // it has the time from somewhere
	syncUnserved           // it runs, and has the time from nowhere
	syncSwitched           // it is switched on, and does not say more
	syncOff                // nothing that keeps the time is on
)

// A syncReader asks one service.
type syncReader func(ctx context.Context, env Env) syncReport

// syncReaders are the services of each system, those that say most first. The
// first that can be read decides.
func syncReaders() map[string][]syncReader {
	return map[string][]syncReader{
		"linux":   {readChrony, readNTPD, readTimedate},
		"darwin":  {readSystemSetup},
		"windows": {readW32Time},
	}
}

func runTimesync(ctx context.Context, env Env, _ Params) diag.Finding {
	readers, ok := syncReaders()[env.OS]
	if !ok {
		readers = []syncReader{readChrony, readNTPD}
	}
	var whys []string
	for _, read := range readers {
		r := read(ctx, env)
		if r.state != syncUnknown {
			return r.judge(env.Now())
		}
		if ctx.Err() != nil {
			return unknown(nil, "%s", explainNet(ctx.Err()))
		}
		whys = append(whys, r.why)
	}
	return unknown(nil, "%s", strings.Join(whys, "; "))
}

// judge says what a report comes to.
func (r syncReport) judge(now time.Time) diag.Finding {
	facts := r.facts(now)
	age := now.Sub(r.updated)
	switch {
	case r.state == syncOff:
		return found("disabled", "nothing keeps this computer's clock: "+r.why, facts)
	case r.state == syncUnserved:
		return found("not_synchronised", r.service+" runs, and has no time from anywhere: "+r.why, facts)
	case r.state == syncSwitched:
		return found("enabled", r.service+" is switched on"+r.from()+"; when it last set the clock, it does not tell", facts)
	case !r.updated.IsZero() && age < -syncAhead:
		return unknown(facts, "%s last had the time %s from now by this computer's clock, which so has been set back since", r.service, span(-age))
	case !r.updated.IsZero() && age > syncStale:
		return found("stale", fmt.Sprintf("%s had the time%s, and not since %s ago", r.service, r.from(), span(age)), facts)
	case !r.updated.IsZero():
		return found("synchronised", fmt.Sprintf("%s has the time%s, %s ago", r.service, r.from(), span(max(age, 0))), facts)
	}
	return found("synchronised", r.service+" has the time"+r.from(), facts)
}

func (r syncReport) from() string {
	if r.source == "" {
		return ""
	}
	return " from " + printable(r.source)
}

func (r syncReport) facts(now time.Time) map[string]any {
	facts := map[string]any{"service": r.service}
	if r.source != "" {
		facts["source"] = printable(r.source)
	}
	if r.stratum > 0 {
		facts["stratum"] = r.stratum
	}
	if !r.updated.IsZero() {
		facts["last_update"] = r.updated.UTC().Format(time.RFC3339)
		facts["last_update_age_s"] = int64(now.Sub(r.updated).Seconds())
	}
	if r.last != "" {
		facts["last_update_text"] = printable(r.last)
	}
	return facts
}

// command runs a program of this computer and gives what it says.
func (e Env) command(ctx context.Context, name string, args ...string) (string, error) {
	if e.Command == nil {
		return "", errors.New("commands cannot be run here")
	}
	ctx, cancel := context.WithTimeout(ctx, syncPatience)
	defer cancel()
	out, err := e.Command(ctx, name, args...)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return string(out), err
}

// whyNot says why a command told nothing.
func whyNot(name, said string, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return name + " is not on this computer"
	case errors.Is(err, context.DeadlineExceeded):
		return name + " does not answer in time"
	case line != "":
		return name + " says: " + printable(line)
	case err != nil:
		return name + " cannot be run: " + printable(err.Error())
	}
	return name + " says nothing"
}
