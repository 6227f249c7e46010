package fleet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// An Exporter answers scrapes.
type Exporter struct {
	config   Config
	served   map[string]Served
	flights  flights
	self     *self
	pulse    pulse
	pages    *http.ServeMux
	stopping atomic.Bool
}

// New makes an exporter.
func New(c Config) (*Exporter, error) {
	if c.Runs == 0 {
		c.Runs = DefaultRuns
	}
	e := &Exporter{config: c, served: map[string]Served{}, self: newSelf(c), pages: http.NewServeMux()}
	e.flights.slots = make(chan struct{}, c.Runs)
	for _, s := range c.Served {
		e.served[s.Name] = s
	}
	index, err := web.NewLandingPage(web.LandingConfig{
		Name: "authdoctor", Description: "Measures what a sign-in depends on, for each target that is asked for", Version: c.Version, Profiling: "false",
		Links: []web.LandingLinks{
			{Address: "metrics", Text: "Metrics", Description: "of this exporter itself"},
			{Address: "-/healthy", Text: "Healthy"}, {Address: "-/ready", Text: "Ready"},
		},
		ExtraHTML: "<p>Checks of a target: <code>/probe?target=HOST&amp;playbook=NAME</code></p>",
	})
	if err != nil {
		return nil, err
	}
	e.pages.Handle("/", index)
	e.pages.HandleFunc("/probe", e.probe)
	e.pages.Handle("/metrics", promhttp.HandlerFor(e.self.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 8, Timeout: 10 * time.Second}))
	e.pages.HandleFunc("/-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	e.pages.HandleFunc("/-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if e.stopping.Load() {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return e, nil
}

// ServeHTTP implements http.Handler.
func (e *Exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	if r.ContentLength != 0 {
		// Nothing is read from a body, also not to its end.
		w.Header().Set("Connection", "close")
	}
	e.pages.ServeHTTP(w, r)
}

// An ask is a scrape that can be answered.
type ask struct {
	served Served
	target Target
	budget time.Duration
}

// A refusal is a scrape that is not, with the status that says so.
type refusal struct {
	status   int
	how, why string
}

func (r refusal) Error() string { return r.why }

func (e *Exporter) probe(w http.ResponseWriter, r *http.Request) {
	asked, err := e.ask(r)
	name := asked.served.Name
	if no := (refusal{}); errors.As(err, &no) {
		e.refuse(w, name, no)
		return
	}
	ctx, stop := context.WithTimeout(r.Context(), asked.budget+e.grace(asked.budget))
	defer stop()
	found, shared, err := e.flights.do(ctx, name+" "+asked.target.String(), func() Result {
		return e.self.run(name, func() Result {
			// Others may wait for this run too: it does not end with its first scrape.
			ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), asked.budget)
			defer stop()
			return asked.served.Run(ctx, asked.target, asked.budget)
		})
	})
	if err == nil && found.Verdict.Status != diag.Healthy && e.pulse.stopped(e.config.Now().Add(-found.Took)) {
		err = errTired
	}
	if shared {
		e.self.shared.WithLabelValues(name).Inc()
	}
	switch {
	case r.Context().Err() != nil:
		e.self.scrapes.WithLabelValues(name, gone).Inc()
		return // nobody is there to be answered
	case errors.Is(err, errBusy):
		e.refuse(w, name, refusal{http.StatusServiceUnavailable, busy, err.Error()})
		return
	case errors.Is(err, errLate):
		e.refuse(w, name, refusal{http.StatusServiceUnavailable, late, err.Error()})
		return
	case errors.Is(err, errTired):
		e.refuse(w, name, refusal{http.StatusServiceUnavailable, tired, err.Error()})
		return
	case err != nil:
		e.refuse(w, name, refusal{http.StatusInternalServerError, crashed, err.Error()})
		return
	}
	e.self.scrapes.WithLabelValues(name, answered).Inc()
	registry := prometheus.NewRegistry()
	registry.MustRegister(answer{found, asked.served.Playbook})
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// grace is how much longer than its budget a run is waited for: what did not
// end by then has been told as such, and only needs to be written down. It is
// well within what was taken off the scraper's time.
func (e *Exporter) grace(budget time.Duration) time.Duration {
	return max(e.config.Offset/2, min(budget/2, 100*time.Millisecond))
}

func (e *Exporter) refuse(w http.ResponseWriter, name string, no refusal) {
	e.self.scrapes.WithLabelValues(name, no.how).Inc()
	if no.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter()))
	}
	http.Error(w, no.why, no.status)
}

// retryAfter is when a run that is under way now will have ended, in seconds.
func (e *Exporter) retryAfter() int {
	longest := time.Second
	for _, s := range e.config.Served {
		longest = max(longest, s.Timeout)
	}
	return int(math.Ceil(longest.Seconds()))
}

// ask reads a scrape strictly. What the error says of the request is quoted,
// and short.
func (e *Exporter) ask(r *http.Request) (asked ask, err error) {
	mistake := func(format string, args ...any) (ask, error) {
		return asked, refusal{http.StatusBadRequest, mistaken, fmt.Sprintf(format, args...)}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return asked, refusal{http.StatusMethodNotAllowed, mistaken, "ask with GET"}
	}
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return mistake("the parameters cannot be read; they look like target=login.example.com&playbook=NAME")
	}
	for _, key := range slices.Sorted(maps.Keys(params)) {
		switch {
		case key != "target" && key != "playbook":
			// Its value is not repeated: it may be a password that does not belong here.
			return mistake("unknown parameter %s; there are target and playbook", short(key))
		case len(params[key]) != 1:
			return mistake("parameter %s is given more than once", key)
		}
	}
	served, ok := e.served[params.Get("playbook")]
	if !ok {
		return mistake("parameter playbook must be one of: %s", strings.Join(slices.Sorted(maps.Keys(e.served)), ", "))
	}
	asked.served = served
	if asked.target, err = ParseTarget(params.Get("target")); err != nil {
		return mistake("%s", err)
	}
	if err := e.config.Allow.Admit(asked.target); err != nil {
		return asked, refusal{http.StatusForbidden, refused, err.Error()}
	}
	asked.budget, err = e.budget(served.Timeout, r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds"))
	if err != nil {
		return mistake("%s", err)
	}
	return asked, nil
}

// budget is what a run may take: what the playbook allows, and less where the
// scraper stops waiting before. The scraper's time is cut so that the answer
// arrives; where little is left, half of it is.
func (e *Exporter) budget(most time.Duration, header string) (time.Duration, error) {
	if header == "" {
		return most, nil
	}
	seconds, err := strconv.ParseFloat(header, 64)
	if err != nil || !(seconds > 0) || seconds > 24*60*60 {
		return 0, errors.New("header X-Prometheus-Scrape-Timeout-Seconds must be a number of seconds")
	}
	given := time.Duration(seconds * float64(time.Second))
	return min(most, max(given-e.config.Offset, given/2)), nil
}

func short(text string) string {
	if r := []rune(text); len(r) > 40 {
		text = string(r[:40]) + "…"
	}
	return strconv.Quote(text)
}
