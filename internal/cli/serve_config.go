package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/fleet"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/trace"
)

// fleetConfig reads what may be asked for, with the playbooks that it names. A
// path of one is beside the file.
func (p *program) fleetConfig(o serveOptions) (fleet.Config, error) {
	src, err := p.readSource(o.config)
	if err != nil {
		return fleet.Config{}, err
	}
	file, err := playbook.ParseFleet(src.name, src.data, func(name string) (*playbook.Playbook, error) {
		if isPath(name) && !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(o.config), name)
		}
		return p.load(name)
	}, usable)
	if err != nil {
		return fleet.Config{}, mistake(err)
	}
	c := fleet.Config{
		Allow: fleet.Allow{Hosts: file.Hosts, Ranges: file.Ranges, Networks: file.Networks},
		Runs:  o.runs, Offset: o.offset, Now: p.Now, Version: p.Version,
	}
	for _, r := range file.Ports {
		c.Allow.Ports = append(c.Allow.Ports, fleet.Ports(r))
	}
	env := c.Allow.Guard(p.Probe)
	for i := range file.Served {
		s, err := p.servedBook(&file.Served[i], env)
		if err != nil {
			return fleet.Config{}, err
		}
		c.Served = append(c.Served, s)
	}
	return c, nil
}

// A servedBook is a playbook made ready once, and run for many targets.
type servedBook struct {
	*program
	say  *playbook.Served
	book *engine.Book
	env  probe.Env
}

func (p *program) servedBook(s *playbook.Served, env probe.Env) (fleet.Served, error) {
	book, err := engine.Compile(s.Book, nil)
	if err != nil {
		return fleet.Served{}, usagef("", "playbook %s: %s", s.Book.ID, err)
	}
	for check, source := range s.Tokens {
		// A token is read here, and sent nowhere. It is read anew each time: a
		// short-lived one is replaced in its place.
		c, _, err := checkNamed(s.Book, check)
		if err != nil {
			return fleet.Served{}, err
		}
		with := map[string]string{"file": source}
		for name, value := range c.With {
			with[name] = value
		}
		c.With = with
	}
	if len(s.Tokens) > 0 {
		env.Secret = (&secretReader{program: p}).read
	}
	timeout := probe.DefaultTimeout
	if s.Timeout > 0 {
		timeout = time.Duration(s.Timeout * float64(time.Second))
	}
	b := &servedBook{program: p, say: s, book: book, env: env}
	return fleet.Served{
		Name: s.Name, Timeout: timeout, Run: b.run,
		Playbook: diag.PlaybookRef{ID: book.ID, Version: book.Version, SHA256: book.SHA256, Title: book.Title},
	}, nil
}

// run measures for one target.
func (b *servedBook) run(ctx context.Context, t fleet.Target, timeout time.Duration) fleet.Result {
	started := b.Now()
	ev := diag.NewEvidence()
	ev.Answer(diag.AskWhere, string(diag.WhereHere), nil)
	ev.SetVars(b.say.Fill(t.String(), t.Host))
	for _, c := range b.book.Checks {
		if !b.wanted(c.ID) {
			ev.Given(c.ID, diag.NotMeasured)
		}
	}
	starts := newBegins(b.Now)
	if due := engine.Due(b.book, ev); len(due) > 0 {
		runner := probe.Runner{Env: b.env, Timeout: timeout, Observe: starts.note}
		for id, f := range runner.Probe(ctx, due) {
			ev.Measured(id, f, engine.With(b.book, ev, id))
		}
	}
	verdict := engine.JudgeChecks(b.book, ev)
	checks := slices.DeleteFunc(engine.Checks(b.book, ev), func(c diag.Check) bool { return !b.wanted(c.ID) })
	result := fleet.Result{Checks: checks, Verdict: verdict, Took: b.Now().Sub(started)}
	b.traces.Record(ctx, &trace.Run{
		Name: "probe " + b.say.Name, Target: t.String(), Started: started, Finished: started.Add(result.Took), Checks: result.Checks, Began: starts.at, Verdict: verdict,
		Playbook: diag.PlaybookRef{ID: b.book.ID, Version: b.book.Version},
	})
	return result
}

// wanted reports whether a check is one of those that are run.
func (b *servedBook) wanted(check string) bool {
	return len(b.say.Only) == 0 || slices.Contains(b.say.Only, check)
}

// begins notes when checks begin.
type begins struct {
	now func() time.Time
	at  map[string]time.Time
}

func newBegins(now func() time.Time) begins { return begins{now, map[string]time.Time{}} }

func (b begins) note(e probe.Event) {
	if e.Type == probe.Started && b.at != nil {
		b.at[e.ID] = b.now()
	}
}

// tracer sends traces, where the environment asks for them.
func (p *program) tracer() *trace.Tracer {
	var mu sync.Mutex // it may be told by several at once
	return trace.Start(trace.World{Getenv: p.Getenv, ReadFile: p.ReadFile, Dial: p.Probe.Dial}, p.Version, func(why string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(p.Stderr, "authdoctor: %s\n", why)
	})
}

// flushTime is how long the last traces may take to be sent.
const flushTime = 10 * time.Second

// stopTracer sends what is left, also after an interrupt.
func (p *program) stopTracer(ctx context.Context, t *trace.Tracer) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
	defer stop()
	t.Stop(ctx)
}

// reason is the innermost word of an error of the network.
func reason(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		err = op.Err
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		err = call.Err
	}
	return err.Error()
}
