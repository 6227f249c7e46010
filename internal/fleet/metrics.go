package fleet

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// verdicts are those that a run of checks can end in.
var verdicts = []diag.VerdictStatus{diag.Healthy, diag.Problem, diag.Waiting, diag.Inconclusive}

// described are the metrics of a probe, made when the first is asked for.
type described struct {
	success, duration, verdict, cause, book    *prometheus.Desc
	status, took, phase, offset, unsure        *prometheus.Desc
	certificate, token, offsetDate, unsureDate *prometheus.Desc
}

var metrics = sync.OnceValue(func() described {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return described{
		success:     desc("probe_success", "Whether every check could be measured and none failed."),
		duration:    desc("probe_duration_seconds", "How long the checks took, all of them together."),
		verdict:     desc("authdoctor_verdict", "What the checks say together: 1 for the verdict that holds, 0 for the others.", "verdict"),
		cause:       desc("authdoctor_verdict_info", "The check that the verdict comes from, with its code. Absent when nothing is wrong.", "check", "layer", "code"),
		book:        desc("authdoctor_playbook_info", "The playbook that was run.", "playbook", "version", "sha256"),
		status:      desc("authdoctor_check_status", "The status that a check has now, with its code; always 1.", "check", "kind", "layer", "status", "code"),
		took:        desc("authdoctor_check_duration_seconds", "How long a check took.", "check", "kind"),
		phase:       desc("authdoctor_check_phase_duration_seconds", "How long the phases of a visit took, redirects included; 0 for one that was not reached.", "check", "phase"),
		offset:      desc("authdoctor_clock_offset_seconds", "Time of the time servers minus that of the machine that measures: positive when it is slow.", "check"),
		unsure:      desc("authdoctor_clock_offset_uncertainty_seconds", "How far the offset may be from the truth.", "check"),
		certificate: desc("authdoctor_certificate_expiry_timestamp_seconds", "When the first certificate of the server's chain runs out, as a Unix time.", "check"),
		token:       desc("authdoctor_token_expiry_timestamp_seconds", "When the token runs out, as a Unix time.", "check"),
		offsetDate:  desc("authdoctor_server_clock_offset_seconds", "Time of the server, by its Date header, minus that of the machine that measures.", "check"),
		unsureDate:  desc("authdoctor_server_clock_offset_uncertainty_seconds", "How far that offset may be from the truth.", "check"),
	}
})

func (m described) list() []*prometheus.Desc {
	return []*prometheus.Desc{m.success, m.duration, m.verdict, m.cause, m.book, m.status, m.took, m.phase, m.offset, m.unsure, m.certificate, m.token, m.offsetDate, m.unsureDate}
}

// answer is what a run found, as metrics.
type answer struct {
	Result
	book diag.PlaybookRef
}

// Describe implements prometheus.Collector.
func (a answer) Describe(to chan<- *prometheus.Desc) {
	for _, d := range metrics().list() {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (a answer) Collect(to chan<- prometheus.Metric) {
	m := metrics()
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	v := a.Verdict
	tell(m.success, one(v.Status == diag.Healthy))
	tell(m.duration, a.Took.Seconds())
	tell(m.book, 1, a.book.ID, a.book.Version, a.book.SHA256)
	for _, status := range verdicts {
		tell(m.verdict, one(v.Status == status), string(status))
	}
	if v.Check != "" {
		tell(m.cause, 1, v.Check, string(v.Layer), v.Code)
	}
	for i := range a.Checks {
		a.check(&a.Checks[i], tell)
	}
}

func (a answer) check(c *diag.Check, tell func(*prometheus.Desc, float64, ...string)) {
	m := metrics()
	tell(m.status, 1, c.ID, c.Probe, string(c.Layer), c.Status.String(), c.Code)
	if c.Status == diag.Skipped {
		return
	}
	tell(m.took, c.ElapsedMS/1000, c.ID, c.Probe)
	for _, p := range diag.Phases(c) {
		tell(m.phase, p.Took.Seconds(), c.ID, p.Name)
	}
	for _, f := range []struct {
		kind, fact string
		desc       *prometheus.Desc
	}{
		{"clock", "offset_ms", m.offset}, {"clock", "uncertainty_ms", m.unsure},
		{"http", "date_offset_ms", m.offsetDate}, {"http", "date_uncertainty_ms", m.unsureDate},
	} {
		if ms, ok := c.Facts[f.fact].(float64); ok && f.kind == c.Probe {
			tell(f.desc, ms/1000, c.ID)
		}
	}
	for _, f := range []struct {
		kind, fact string
		desc       *prometheus.Desc
	}{{"tls", "not_after", m.certificate}, {"token", "expires_at", m.token}} {
		text, _ := c.Facts[f.fact].(string)
		if at, err := time.Parse(time.RFC3339, text); err == nil && f.kind == c.Probe {
			tell(f.desc, float64(at.Unix()), c.ID)
		}
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
