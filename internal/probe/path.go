package probe

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// captivePages are the challenges that are asked when none are given: from
// four owners, so that one that is down or filtered does not count for much.
// All are plain HTTP, because that is what a portal can answer in their place.
var captivePages = []string{
	"http://connectivitycheck.gstatic.com/generate_204",
	"http://cp.cloudflare.com/generate_204",
	"http://captive.apple.com/hotspot-detect.html",
	"http://detectportal.firefox.com/success.txt",
}

// anchors are addresses with a certificate for the address itself, so that the
// way out can be proven where no name can be looked up. Nothing is asked of
// them: a handshake is enough. They are the public resolvers of Cloudflare
// (docs.deepinfo.com/reference/lookup/ssl/examples/ip-address) and Google
// (github.com/IrineSistiana/mosdns/discussions/681).
var anchors = []string{"https://1.1.1.1/", "https://8.8.8.8/"}

// mostChallenges bounds how many challenges are asked at once.
const mostChallenges = 8

var pathProbe = Probe{
	Kind: "path",
	Doc:  "whether the way to the internet is open: no portal, no filter, no dead proxy in between",
	Example: `  authdoctor probe path
  authdoctor probe path --url https://www.alarm.com/login`,
	Params: []Param{
		{Name: "url", Target: true, Form: pathForm, Doc: "page whose way is checked; http:// or https://"},
		{Name: "captive", Target: true, Many: true, Form: pathForm, Doc: "page whose right answer is known, to ask instead of the usual ones"},
	},
	Run: runPath,
}

var pathForm = Form{"https://www.example.com/", func(v string) error { return second(pageURL(v)) }}

func runPath(ctx context.Context, env Env, with Params) diag.Finding {
	plan, err := planPath(with["url"], with.List("captive"))
	if err != nil {
		return unknown(nil, "%v", err)
	}
	s := survey{plan: plan, networked: networked(env)}
	if !s.networked && !plan.nearby(env) {
		return s.offline()
	}
	s.attempts = explore(ctx, env, plan)
	return s.judge()
}

// A pathPlan is what to fetch.
type pathPlan struct {
	page     *target // nil: only the way out is checked
	local    bool    // the page is on this computer, and nothing else is asked
	given    bool    // the challenges were given by hand
	others   []target
	pageHost string
}

// planPath decides what to fetch. A page on this computer needs no way out; a
// page that is a challenge itself needs no other.
func planPath(page string, captive []string) (pathPlan, error) {
	p := pathPlan{given: len(captive) > 0}
	if page != "" {
		u, err := pageURL(page)
		if err != nil {
			return p, err
		}
		p.page = &target{url: u, role: rolePage, want: challengeFor(u)}
		p.pageHost = u.Hostname()
		p.local = !p.given && thisComputer(p.pageHost)
	}
	if p.local || !p.given && p.page != nil && p.page.want != nil && p.page.url.Scheme == "https" {
		return p, nil
	}
	if !p.given {
		captive = captivePages
		for _, text := range anchors {
			u, err := pageURL(text)
			if err != nil {
				return p, err
			}
			p.others = append(p.others, target{url: u, role: roleAnchor})
		}
	}
	for _, text := range captive[:min(len(captive), mostChallenges)] {
		u, err := pageURL(text)
		if err != nil {
			return p, err
		}
		want := challengeFor(u)
		if want == nil {
			want = &expected{}
		}
		p.others = append(p.others, target{url: u, role: roleChallenge, want: want})
	}
	return p, nil
}

// pageURL reads the address of a page, without a user name and password: they
// are not ours to send. Nor does the error repeat them.
func pageURL(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the page to reach is not an http:// or https:// address")
	}
	host, err := hostOf(u.Host)
	if err != nil {
		return nil, errors.New("the page to reach has no usable host name")
	}
	port := u.Port()
	if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
		return nil, errPort
	}
	u.User, u.Host = nil, host
	if strings.Contains(host, ":") {
		u.Host = "[" + host + "]"
	}
	if port != "" {
		u.Host += ":" + port
	}
	return u, nil
}

// targets are all that is fetched, the page first.
func (p pathPlan) targets() []target {
	if p.page == nil {
		return p.others
	}
	return append([]target{*p.page}, p.others...)
}

// proxies are the proxies on the way, each once. One that waits for a dead
// host looks dead itself, unless it answers for itself.
func (p pathPlan) proxies(env Env) []target {
	var list []target
	seen := map[string]bool{}
	for _, t := range p.targets() {
		c := chooseProxy(env.Getenv, t.url)
		if c.url == nil || c.url.Scheme != "http" || seen[c.address()] {
			continue
		}
		seen[c.address()] = true
		list = append(list, target{url: &url.URL{Scheme: "http", Host: c.address(), Path: "/"}, role: roleProxy})
	}
	return list
}

// nearby reports whether anything to fetch, or the proxy on the way to it, is
// on this computer: that works without any network.
func (p pathPlan) nearby(env Env) bool {
	for _, t := range p.targets() {
		if thisComputer(t.url.Hostname()) {
			return true
		}
		if c := chooseProxy(env.Getenv, t.url); c.url != nil && thisComputer(c.url.Hostname()) {
			return true
		}
	}
	return false
}

// explore fetches everything at once, until enough is known. It returns one
// attempt for each target, in their order, and leaves nothing running.
func explore(ctx context.Context, env Env, plan pathPlan) []attempt {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	targets := append(plan.targets(), plan.proxies(env)...)
	attempts := make([]attempt, len(targets))
	type ended struct {
		index   int
		attempt attempt
	}
	results := make(chan ended, len(targets))
	var fetching sync.WaitGroup
	for i, t := range targets {
		fetching.Go(func() { results <- ended{i, try(ctx, env, t)} })
	}
	known := survey{plan: plan}
	for range targets {
		r := <-results
		attempts[r.index] = r.attempt
		known.attempts = append(known.attempts, r.attempt)
		if known.settled() {
			cancel() // the rest comes back at once
		}
	}
	fetching.Wait()
	return attempts
}
