package fleet

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// How a scrape was answered.
const (
	answered = "answered" // with what was found
	busy     = "busy"     // 503: as many runs as may be are under way
	late     = "late"     // 503: the run of another scrape did not end in time
	tired    = "tired"    // 503: this machine had too much to do to tell its own delay from a failure
	refused  = "refused"  // 403: the target is not on the list
	mistaken = "mistaken" // 400 and 405: the request cannot be meant
	crashed  = "crashed"  // 500
	gone     = "gone"     // the scraper hung up
)

// self is what the exporter says of itself. Its labels know no targets: there
// may be any number of them.
type self struct {
	registry *prometheus.Registry
	scrapes  *prometheus.CounterVec
	shared   *prometheus.CounterVec
	took     *prometheus.HistogramVec
	running  prometheus.Gauge
}

func newSelf(c Config) *self {
	s := &self{
		registry: prometheus.NewRegistry(),
		scrapes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "authdoctor_serve_scrapes_total", Help: "Scrapes of /probe by how they were answered. The playbook is empty where none of those served was asked for.",
		}, []string{"playbook", "answer"}),
		shared: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "authdoctor_serve_shared_scrapes_total", Help: "Scrapes that waited for the run of another one for the same target.",
		}, []string{"playbook"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "authdoctor_serve_run_duration_seconds", Help: "How long runs took.", Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"playbook"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "authdoctor_serve_runs", Help: "Runs that are under way."}),
	}
	limit := prometheus.NewGauge(prometheus.GaugeOpts{Name: "authdoctor_serve_runs_limit", Help: "How many runs may be under way at once."})
	limit.Set(float64(c.Runs))
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "authdoctor_build_info", Help: "The version that runs; always 1.", ConstLabels: prometheus.Labels{"version": c.Version, "goversion": runtime.Version()},
	})
	build.Set(1)
	s.registry.MustRegister(s.scrapes, s.shared, s.took, s.running, limit, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, p := range c.Served {
		// From 0, so that the first of its kind shows as an increase.
		for _, a := range []string{answered, busy, late, tired, refused, mistaken, crashed, gone} {
			s.scrapes.WithLabelValues(p.Name, a)
		}
		s.shared.WithLabelValues(p.Name)
		s.took.WithLabelValues(p.Name)
	}
	s.scrapes.WithLabelValues("", mistaken)
	return s
}

// run counts a run.
func (s *self) run(name string, run func() Result) Result {
	s.running.Inc()
	defer s.running.Dec()
	r := run()
	s.took.WithLabelValues(name).Observe(float64(r.Took) / float64(time.Second))
	return r
}
