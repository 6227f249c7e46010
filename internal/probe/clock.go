package probe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// clockServers are asked when nobody names any. All of them serve UTC as it
// is: around a leap second a service that smears differs from them by up to a
// second, and mixing both kinds is what every operator warns of. So Google,
// Amazon and Facebook are not here (https://developers.google.com/time/smear,
// https://github.com/jauderho/public-ntp-servers/issues/3); nor is
// pool.ntp.org, which wants a zone of its own for every program that ships
// its name (https://www.ntppool.org/en/vendors.html).
var clockServers = []string{
	"time.cloudflare.com", // does not smear: https://developers.cloudflare.com/time-services/ntp/
	"time.nrc.ca",         // UTC(NRC), Canada: https://www.nrc-cnrc.gc.ca/eng/services/time/network_time.html
	"ntp.se",              // UTC(SP), Sweden, free to anyone: http://www.ntp.se/
	"ptbtime1.ptb.de",     // UTC(PTB), Germany: https://www.ptb.de/cms/en/ptb/fachabteilungen/abtq/fb-q4/ag-q42/time-synchronization-of-computers-using-the-network-time-protocol-ntp.html
}

// clockURLs tell the time by their Date header where no time server answers.
// They write a fresh Date into every answer; one that comes out of a cache is
// not believed. To a second, smearing does not matter.
var clockURLs = []string{
	"https://www.cloudflare.com/cdn-cgi/trace",
	"https://www.google.com/generate_204",
	"https://www.apple.com/",
}

// clockPatience is for the time servers, as long as half of the time that the
// check may take is not less. The rest is for the fallback: name lookup, TCP,
// TLS and an answer over a slow line.
const clockPatience = 2400 * time.Millisecond

var clockProbe = Probe{
	Kind: "clock",
	Doc:  "this computer's clock against several time servers, or against web servers where those cannot be reached",
	Example: `  authdoctor probe clock
  authdoctor probe clock --server time.cloudflare.com
  authdoctor probe clock --server 192.0.2.123 --date-url https://www.example.com/`,
	Params: []Param{
		{Name: "server", Target: true, Many: true, Form: timeServerForm,
			Doc: "time server to ask instead, HOST or HOST:PORT; one is enough, and web servers are then not asked"},
		{Name: "servers", Target: true, Many: true, Form: timeServerForm,
			Doc: "time servers to ask, HOST or HOST:PORT"},
		{Name: "date-url", Target: true, Many: true, Form: pageForm,
			Doc: "address whose Date header tells the time when no time server does; http:// is not authenticated"},
	},
	Run: runClock,
}

// A clockPlan says whom to ask.
type clockPlan struct {
	servers []string
	urls    []string // empty: no fallback
}

// planClock reads the parameters. Whoever names a time server wants to hear
// that one, so then nobody else is asked unless also named.
func planClock(with Params) clockPlan {
	named := with.List("server")
	plan := clockPlan{servers: named, urls: with.List("date-url")}
	if len(named) == 0 {
		plan.servers = with.List("servers")
	}
	if len(plan.servers) == 0 {
		plan.servers = clockServers
	}
	if len(plan.urls) == 0 && len(named) == 0 {
		plan.urls = clockURLs
	}
	plan.servers, plan.urls = unique(plan.servers), unique(plan.urls)
	return plan
}

// unique drops repetitions and keeps the order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func runClock(ctx context.Context, env Env, with Params) diag.Finding {
	plan := planClock(with)
	patience := clockPatience
	if deadline, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(deadline)/2)
	}
	ntpCtx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	servers := askAll(plan.servers, func(server string) reading {
		return askNTP(ntpCtx, env, server, patience/2)
	})
	markTwins(servers)
	said := agree(servers)
	if said.usable > 0 {
		return clockFinding("ntp", said, servers, nil)
	}
	if len(plan.urls) == 0 || ctx.Err() != nil {
		return unknown(clockFacts("ntp", said, servers, nil), "%s", noTime("time server", servers))
	}
	pages := askAll(plan.urls, func(url string) reading { return readDate(ctx, env, url) })
	said = agree(pages)
	if said.usable == 0 {
		return unknown(clockFacts("https-date", said, servers, pages), "%s", noTimeAtAll(servers, pages))
	}
	return clockFinding("https-date", said, servers, pages)
}

// askAll asks all sources at once and keeps their order.
func askAll(sources []string, ask func(string) reading) []reading {
	out := make([]reading, len(sources))
	var wg sync.WaitGroup
	for i, source := range sources {
		wg.Go(func() { out[i] = ask(source) })
	}
	wg.Wait()
	return out
}

// markTwins leaves one vote to names that led to the same machine.
func markTwins(readings []reading) {
	seen := map[string]string{}
	for i := range readings {
		r := &readings[i]
		if r.peer == "" || r.reason != "" {
			continue
		}
		if first, ok := seen[r.peer]; ok {
			r.reason = "the same machine as " + first
			continue
		}
		seen[r.peer] = r.source
	}
}

// clockFinding is the finding when at least one source told the time.
func clockFinding(source string, said agreement, servers, pages []reading) diag.Finding {
	facts := clockFacts(source, said, servers, pages)
	if !said.ok {
		return unknown(facts, "%s disagree", plural(sourceNoun(source)))
	}
	outcome := judgeClock(said.offset, said.uncertainty)
	if outcome == diag.NoAnswer {
		return unknown(facts, "%s, give or take %s: too unsure to judge",
			drift(said.offset), span(said.uncertainty))
	}
	asked := facts["asked"].(int)
	if loneAccuser(outcome, asked, said.usable) {
		delete(facts, "offset_ms") // not known: nobody confirms it
		delete(facts, "uncertainty_ms")
		return unknown(facts, "only 1 of %d %s told the time; by it this clock is %s, and nobody confirms that",
			asked, plural(sourceNoun(source)), drift(said.offset))
	}
	return found(outcome, clockSummary(outcome, source, said, asked), facts)
}

// loneAccuser reports whether a clock would be called wrong on the word of one
// of several sources. It may be the one that lies, and the rest are silent. A
// source that was asked alone was chosen, and is believed.
func loneAccuser(outcome string, asked, usable int) bool {
	return asked > 1 && usable == 1 && (outcome == "skewed" || outcome == "zone_wrong")
}

// clockFacts are the measured values; offset_ms is there only where the
// sources agree on one.
func clockFacts(source string, said agreement, servers, pages []reading) map[string]any {
	decided := servers
	if source != "ntp" {
		decided = pages
	}
	answered := 0
	for _, r := range decided {
		if r.answered {
			answered++
		}
	}
	facts := map[string]any{
		"source": source, "asked": len(decided), "answered": answered, "agreeing": said.agreeing,
		"servers": listReadings("server", servers),
	}
	if source != "ntp" {
		facts["date"] = listReadings("url", pages)
		facts["authenticated"] = authenticated(pages)
	}
	if said.ok {
		facts["offset_ms"] = milliseconds(said.offset)
		facts["uncertainty_ms"] = milliseconds(said.uncertainty)
		facts["breaks"] = breaks(said.offset, said.uncertainty)
	}
	return facts
}

func listReadings(name string, readings []reading) []any {
	list := make([]any, 0, len(readings))
	for _, r := range readings {
		fact := map[string]any{name: r.source, "used": r.used, "reason": r.reason}
		if r.told {
			fact["offset_ms"] = milliseconds(r.offset)
			fact["delay_ms"] = milliseconds(r.delay)
			fact["root_distance_ms"] = milliseconds(r.distance)
		}
		if r.answered && name == "server" {
			fact["stratum"] = r.stratum
		}
		list = append(list, fact)
	}
	return list
}

// authenticated: every page that was used has proved its name.
func authenticated(pages []reading) bool {
	for _, p := range pages {
		if p.used && !p.proved {
			return false
		}
	}
	return true
}

// noTimeAtAll says why neither time servers nor web servers told the time; where
// it is the same for all, as without a network, once.
func noTimeAtAll(servers, pages []reading) string {
	why := reasons(servers)
	if len(servers) < 2 || len(pages) < 2 || why != reasons(pages) {
		return noTime("time server", servers) + "; " + noTime("web server", pages)
	}
	return fmt.Sprintf("none of %d time servers and %d web servers told the time (%s)", len(servers), len(pages), why)
}

func reasons(readings []reading) string {
	var all []string
	for _, r := range readings {
		all = append(all, r.reason)
	}
	return strings.Join(unique(all), ", ")
}

// noTime says why none of the sources told the time.
func noTime(noun string, readings []reading) string {
	why := reasons(readings)
	if len(readings) == 1 {
		return fmt.Sprintf("%s: %s", readings[0].source, why)
	}
	return fmt.Sprintf("none of %d %s told the time (%s)", len(readings), plural(noun), why)
}

func sourceNoun(source string) string {
	if source == "ntp" {
		return "time server"
	}
	return "web server"
}

func plural(noun string) string { return noun + "s" }
