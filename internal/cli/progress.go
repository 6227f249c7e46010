package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/report"
)

// measurer runs checks and shows each as soon as it can be judged: a check
// that another one can hide waits for that one.
type measurer struct {
	book    *engine.Book
	ev      *diag.Evidence // the session's; read only
	env     probe.Env
	timeout time.Duration
	shown   *report.Progress // nil: show nothing
	heading string
}

// Probe measures, as session.Prober.
func (m *measurer) Probe(ctx context.Context, requests []diag.Request) map[string]diag.Finding {
	runner := probe.Runner{Env: m.env, Timeout: m.timeout}
	if m.shown == nil {
		return runner.Probe(ctx, requests)
	}
	view := &checkView{measurer: m, ev: m.ev.Clone(), open: map[string]bool{}}
	for _, r := range requests {
		view.open[r.ID] = true
	}
	m.shown.Start(m.heading, view.waiting())
	m.heading = "Checking again …" // from the second round on
	runner.Observe = func(e probe.Event) {
		switch e.Type {
		case probe.Done:
			view.done(e, requests)
		case probe.Slow:
			m.shown.Slow()
		}
	}
	found := runner.Probe(ctx, requests)
	_ = m.shown.End() // what cannot be shown is still in the report
	return found
}

// checkView is what is on screen of one round of checks.
type checkView struct {
	*measurer
	ev    *diag.Evidence
	open  map[string]bool // asked for and not measured yet
	drawn []string
}

func (v *checkView) waiting() []diag.Check {
	return slices.DeleteFunc(engine.Checks(v.book, v.ev), func(c diag.Check) bool { return !v.open[c.ID] })
}

// done notes a finding and shows every check that can be judged now.
func (v *checkView) done(e probe.Event, requests []diag.Request) {
	for _, r := range requests {
		if r.ID == e.ID {
			v.ev.Measured(e.ID, e.Finding, r.With)
		}
	}
	delete(v.open, e.ID)
	asked := func(id string) bool {
		return slices.ContainsFunc(requests, func(r diag.Request) bool { return r.ID == id })
	}
	for _, c := range engine.Checks(v.book, v.ev) {
		waits := slices.ContainsFunc(engine.Hiders(v.book, v.ev, c.ID), func(id string) bool { return v.open[id] })
		if !asked(c.ID) || v.open[c.ID] || waits || slices.Contains(v.drawn, c.ID) {
			continue
		}
		v.drawn = append(v.drawn, c.ID)
		v.shown.Done(c)
	}
}

// progress is the live list of checks on standard error; nil when it is not
// wanted.
func (p *program) progress() (*report.Progress, error) {
	if p.quiet {
		return nil, nil
	}
	o, err := p.layout(p.Stderr)
	if err != nil {
		return nil, err
	}
	o.Live = o.Live && !o.Words
	return report.NewProgress(p.Stderr, o), nil
}

func heading(book *engine.Book) string {
	name := book.Service
	if name == "" {
		name = book.Title
	}
	return "Checking this computer and the way to " + strings.TrimSuffix(name, ".") + " …"
}
