package cli_test

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var load = flag.Duration("load", 0, "for how long to scrape an exporter")

// What a fleet is taken to be. Each target is an address of its own: on Linux
// the whole of 127.0.0.0/8 is this computer.
const (
	fleetTargets  = 1000
	fleetScrapers = 200
	// fleetRuns is fewer than there are scrapers, so that some are turned away.
	fleetRuns = 150
	// farAway is how long an answer takes: it is the number of scrapes under way
	// that is to be high, and not the load of a machine that is its own fleet.
	farAway = 500 * time.Millisecond
	// othersShare is how many answers may say something else than what the target
	// does, in a hundred.
	othersShare = 1
	// unknownShare is how many answers may say that something could not be
	// measured, in a hundred: this machine may have much else to do.
	unknownShare = 25
	// Memory may grow by so much after the warm-up, for what a busier moment
	// left in pools; a leak of a goroutine or a connection each would be far more.
	fleetGrowth = 1.25
)

// A faulty target, and what must be found of it.
type faulty struct{ kind, address, playbook, code string }

// Under many scrapes of faulty servers none stays without an answer: each gets
// what was found, or 503 with the time after which to come back. Memory is the
// same at the end as after the warm-up.
func TestLoad(t *testing.T) {
	if *load == 0 {
		t.Skip("run by: make load")
	}
	targets := faultyFleet(t)
	sys := thisMachine(nil)
	s := serve(t, sys, fleetHead+`targets: [127.0.0.0/8]
playbooks:
  plain: {playbook: doors.yaml, only: door, vars: {page: "http://{{target}}/"}}
  encrypted: {playbook: doors.yaml, only: [door-tls, door], vars: {page: "https://{{target}}/"}}
`, "--max-runs", strconv.Itoa(fleetRuns))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: fleetScrapers}}
	warm := max(*load/6, 5*time.Second)
	storm(t, client, s.url, targets, warm)
	before := heap(t, client)
	counts := storm(t, client, s.url, targets, *load)
	after := heap(t, client)
	counts.tell(t)
	t.Logf("heap after collection: %.1f MB after the warm-up of %s, %.1f MB after %s; resident %d MB, at most %d MB (targets and scrapers included)",
		before, warm, after, *load, resident(t, "VmRSS"), resident(t, "VmHWM"))
	if after > before*fleetGrowth+1 {
		t.Errorf("memory grew from %.1f to %.1f MB", before, after)
	}
	client.CloseIdleConnections()
	if code := s.stop(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	if left := runtime.NumGoroutine(); left > fleetTargets*2 {
		t.Errorf("%d goroutines are left", left)
	}
}

// tally is how scrapes ended.
type tally struct {
	mu    sync.Mutex
	took  map[string][]time.Duration // by what was asked for
	lost  []string
	wrong []string // neither an answer nor turned away
	other map[string]int
}

func (c *tally) add(kind string, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took[kind] = append(c.took[kind], took)
}

// note counts an answer that says something else than what the target does.
func (c *tally) note(what string, took time.Duration) {
	c.add("something else", took)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.other[what]++
}

var checkCode = regexp.MustCompile(`authdoctor_check_status\{[^}]*code="([^"]*)"`)

func codeOf(body []byte) string {
	if m := checkCode.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	return "no code"
}

func (c *tally) miss(list *[]string, format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(*list) < 10 {
		*list = append(*list, fmt.Sprintf(format, args...))
	}
}

func (c *tally) tell(t *testing.T) {
	t.Helper()
	total := 0
	for _, kind := range sorted(c.took) {
		list := c.took[kind]
		slices.Sort(list)
		total += len(list)
		t.Logf("%-16s %7d answers, half within %8s, 99 in 100 within %8s, slowest %8s", kind, len(list),
			list[len(list)/2].Round(time.Millisecond), list[len(list)*99/100].Round(time.Millisecond), list[len(list)-1].Round(time.Millisecond))
	}
	// A busy machine may know nothing; it may not blame a server. The servers are
	// on the same machine here, so a few are late themselves.
	if n := len(c.took["something else"]); n*100 > total*othersShare {
		t.Errorf("%d of %d answers say something else than what the target does: %v", n, total, c.other)
	}
	if n := len(c.took["not measured"]); n*100 > total*unknownShare {
		t.Errorf("%d of %d answers measured nothing", n, total)
	}
	t.Logf("%d scrapes of %d targets by %d scrapers", total, fleetTargets, fleetScrapers)
	for _, l := range append(c.lost, c.wrong...) {
		t.Error(l)
	}
	if len(c.took["turned away"]) == 0 || len(c.took["fine"]) == 0 {
		t.Error("nothing was turned away, or nothing was answered: the load says nothing")
	}
}

func sorted(m map[string][]time.Duration) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// storm scrapes for some time, with every scraper at once.
func storm(t *testing.T, client *http.Client, url string, targets []faulty, howLong time.Duration) *tally {
	t.Helper()
	c := &tally{took: map[string][]time.Duration{}, other: map[string]int{}}
	end := time.Now().Add(howLong)
	var all sync.WaitGroup
	for range fleetScrapers {
		all.Go(func() {
			for time.Now().Before(end) {
				c.scrape(t.Context(), client, url, targets[rand.IntN(len(targets))])
			}
		})
	}
	all.Wait()
	return c
}

// scrapeTimeout is what a scraper waits for an answer.
const scrapeTimeout = 10 * time.Second

func (c *tally) scrape(ctx context.Context, client *http.Client, url string, target faulty) {
	ctx, stop := context.WithTimeout(ctx, scrapeTimeout)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/probe?playbook="+target.playbook+"&target="+target.address, http.NoBody)
	if err != nil {
		c.miss(&c.lost, "%v", err)
		return
	}
	r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", "2.5")
	began := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		c.miss(&c.lost, "lost: %s: %v", target.kind, err)
		return
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	took := time.Since(began)
	switch {
	case err != nil:
		c.miss(&c.lost, "lost: %s: %v", target.kind, err)
	case answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "":
		if strings.Contains(string(body), "too much to do") {
			c.add("tired", took)
		} else {
			c.add("turned away", took)
		}
		// Not at once again, as the answer says; but a scraper of this test does
		// not wait that long.
		time.Sleep(time.Duration(50+rand.IntN(100)) * time.Millisecond)
	case answer.StatusCode != http.StatusOK || !strings.Contains(string(body), "authdoctor_verdict{"):
		c.miss(&c.wrong, "%s: %d %s", target.kind, answer.StatusCode, body)
	case strings.Contains(string(body), `status="unknown"`):
		c.add("not measured", took)
	case !strings.Contains(string(body), `code="`+target.code+`"`):
		c.note(target.kind+" "+codeOf(body), took)
	default:
		c.add(target.kind, took)
	}
}

// faultyFleet starts the targets: of six, one each refuses, is silent, broken,
// slow, shows a certificate that nobody vouches for, or is in order.
func faultyFleet(t *testing.T) []faulty {
	t.Helper()
	shown := httptest.NewUnstartedServer(nil) // for its certificate
	shown.StartTLS()
	pair := shown.TLS.Certificates[0]
	shown.Close()
	says := func(handler http.HandlerFunc) *http.Server {
		server := &http.Server{
			Handler: handler, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}, //nolint:gosec // of a test
		}
		t.Cleanup(func() { server.Close() })
		return server
	}
	fine := says(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(farAway)
		fmt.Fprint(w, "hello")
	})
	broken := says(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(farAway)
		http.Error(w, "no", 500)
	})
	slow := says(func(http.ResponseWriter, *http.Request) { time.Sleep(1200 * time.Millisecond) })
	var list []faulty
	for i := range fleetTargets {
		l := listenOn(t, fmt.Sprintf("127.77.%d.%d:0", i/250, 1+i%250))
		f := faulty{address: l.Addr().String(), playbook: "plain"}
		switch i % 6 {
		case 0:
			f.kind, f.code = "refusing", "http.refused"
			l.Close()
		case 1:
			f.kind, f.code = "silent", "http.timeout"
			go sayNothing(l)
		case 2:
			f.kind, f.code, f.playbook = "untrusted", "tls.untrusted", "encrypted"
			go func() { _ = fine.ServeTLS(l, "", "") }()
		case 3:
			f.kind, f.code = "broken", "http.server_error"
			go func() { _ = broken.Serve(l) }()
		case 4:
			f.kind, f.code = "slow", "http.ok"
			go func() { _ = slow.Serve(l) }()
		case 5:
			f.kind, f.code = "fine", "http.ok"
			go func() { _ = fine.Serve(l) }()
		}
		list = append(list, f)
	}
	return list
}

// sayNothing takes connections, hears them out and never answers.
func sayNothing(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(io.Discard, c)
			c.Close()
		}()
	}
}

// heap is what is in use after everything that is not was collected, in MB.
func heap(t *testing.T, client *http.Client) float64 {
	t.Helper()
	client.CloseIdleConnections()
	var m runtime.MemStats
	least := 0.0
	// Connections take a moment to end; what stays is what counts.
	for range 10 {
		runtime.GC()
		runtime.ReadMemStats(&m)
		if now := float64(m.HeapAlloc) / 1e6; least == 0 || now < least {
			least = now
		}
		time.Sleep(200 * time.Millisecond)
	}
	return least
}

// resident is what the process has in memory, in MB, as the kernel counts it.
func resident(t *testing.T, name string) int {
	t.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.Atoi(strings.Fields(value)[0])
			return kb >> 10
		}
	}
	return 0
}
