package cli

import (
	"context"
	"maps"
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
	spends  map[string]bool // checks that may send a credential
	begins  begins          // when checks began
}

// Probe measures, as session.Prober. What may send a credential waits for the
// rest, and is not tried while something that it depends on fails; those that
// send one to the same service take turns, so that none goes to a service that
// has just asked to wait.
func (m *measurer) Probe(ctx context.Context, requests []diag.Request) map[string]diag.Finding {
	view := &checkView{measurer: m, ev: m.ev.Clone(), open: map[string]bool{}, requests: requests}
	var first, later []diag.Request
	for _, r := range requests {
		view.open[r.ID] = true
		if m.spends[r.ID] {
			later = append(later, r)
		} else {
			first = append(first, r)
		}
	}
	if m.shown != nil {
		m.shown.Start(m.heading, view.waiting())
	}
	m.heading = "Checking again …" // from the second round on
	found := view.run(ctx, first)
	for len(later) > 0 {
		var turn, rest []diag.Request
		for _, r := range later {
			waits := slices.ContainsFunc(engine.Neighbours(m.book, view.ev, r.ID), func(id string) bool {
				return slices.ContainsFunc(later, func(l diag.Request) bool { return l.ID == id })
			})
			if waits {
				rest = append(rest, r)
			} else {
				turn = append(turn, r)
			}
		}
		maps.Copy(found, view.spend(ctx, turn))
		later = rest
	}
	if m.shown != nil {
		_ = m.shown.End() // what cannot be shown is still in the report
	}
	return found
}

// spend runs checks that may send a credential, but for those that something is
// in the way of.
func (v *checkView) spend(ctx context.Context, requests []diag.Request) map[string]diag.Finding {
	found := map[string]diag.Finding{}
	var clear []diag.Request
	for _, r := range requests {
		if why := v.inTheWay(r.ID); why != "" {
			f := diag.Finding{Outcome: diag.NoAnswer, Reason: why, Summary: "could not be measured: " + why}
			found[r.ID] = f
			v.done(probe.Event{ID: r.ID, Finding: f})
			continue
		}
		clear = append(clear, r)
	}
	if len(clear) > 0 {
		maps.Copy(found, v.run(ctx, clear))
	}
	return found
}

// run measures, and shows what comes in.
func (v *checkView) run(ctx context.Context, requests []diag.Request) map[string]diag.Finding {
	runner := probe.Runner{Env: v.env, Timeout: v.timeout, Observe: func(e probe.Event) {
		v.begins.note(e)
		switch {
		case e.Type == probe.Done:
			v.done(e)
		case e.Type == probe.Slow && v.shown != nil:
			v.shown.Slow()
		}
	}}
	return runner.Probe(ctx, requests)
}

// inTheWay says which failed check makes a credential pointless to send; empty
// when nothing is in the way.
func (v *checkView) inTheWay(id string) string {
	hiders, checks := engine.Hiders(v.book, v.ev, id), engine.Checks(v.book, v.ev)
	blocked := slices.IndexFunc(checks, func(c diag.Check) bool { return c.ID == id && c.Status == diag.Blocked })
	for _, c := range checks {
		switch {
		case c.Status == diag.Fail && slices.Contains(hiders, c.ID):
			return "no credential is sent while this fails: " + c.Title
		case blocked >= 0 && checks[blocked].BlockedBy == c.ID:
			return "no credential is sent while this asks to wait: " + c.Title
		}
	}
	return ""
}

// checkView is what is on screen of one round of checks.
type checkView struct {
	*measurer
	ev    *diag.Evidence
	open  map[string]bool // asked for and not measured yet
	drawn []string
	// requests are those of this round of checks.
	requests []diag.Request
}

func (v *checkView) waiting() []diag.Check {
	return slices.DeleteFunc(engine.Checks(v.book, v.ev), func(c diag.Check) bool { return !v.open[c.ID] })
}

// done notes a finding and shows every check that can be judged now.
func (v *checkView) done(e probe.Event) {
	for _, r := range v.requests {
		if r.ID == e.ID {
			v.ev.Measured(e.ID, e.Finding, r.With)
		}
	}
	delete(v.open, e.ID)
	if v.shown == nil {
		return
	}
	asked := func(id string) bool {
		return slices.ContainsFunc(v.requests, func(r diag.Request) bool { return r.ID == id })
	}
	for _, c := range engine.Checks(v.book, v.ev) {
		hiders := append(engine.Hiders(v.book, v.ev, c.ID), engine.Neighbours(v.book, v.ev, c.ID)...)
		waits := slices.ContainsFunc(hiders, func(id string) bool { return v.open[id] })
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
