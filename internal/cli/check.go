package cli

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/trace"
)

type checkOptions struct {
	playbook string
	only     []string
	timeout  time.Duration
	with     withFlags
}

func newCheck(p *program) *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check [PLAYBOOK]",
		Short: "Run only the checks of a playbook, for scripts",
		Long: `Run the checks of a playbook, all at once, and say what they found about this
computer and its network. Nothing is asked.

Where OTEL_EXPORTER_OTLP_ENDPOINT names a collector, a trace is sent to it, with
the codes and times of the checks and nothing that a server said.

Exit status: 0 nothing failed, 1 something failed, 3 something could not be
measured (and nothing failed), 2 wrong usage.`,
		Example: `  authdoctor check alarmcom
  authdoctor check alarmcom --only clock,network-path --timeout 3s
  authdoctor check ./my-playbook.yaml --trust --format junit --output checks.xml`,
		Args: atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			if err := p.needFormat("check", report.Formats("check")...); err != nil {
				return err
			}
			name, err := p.pickBook(args)
			if err != nil {
				return err
			}
			o.playbook = name
			return p.interruptible(func(ctx context.Context) error { return p.check(ctx, o) })
		},
	}
	c.Flags().StringSliceVar(&o.only, "only", nil, "run only these checks (ids, separated by commas)")
	c.Flags().DurationVar(&o.timeout, "timeout", probe.DefaultTimeout, "time for all checks together")
	o.with.register(c)
	return c
}

// pickBook is the playbook that was named, or the only one there is.
func (p *program) pickBook(args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	if ids := builtIn(); len(ids) == 1 {
		return ids[0], nil
	}
	return "", usagef("playbooks: "+strings.Join(builtIn(), ", "), "which playbook?")
}

func (p *program) check(ctx context.Context, o checkOptions) error {
	if o.timeout <= 0 {
		return usagef("for example: --timeout 5s", "--timeout must be more than nothing, got %s", o.timeout)
	}
	raw, err := p.load(o.playbook)
	if err != nil {
		return err
	}
	if err := o.with.apply(raw); err != nil {
		return err
	}
	book, err := p.compile(raw, "")
	if err != nil {
		return err
	}
	ev := diag.NewEvidence()
	ev.Answer(diag.AskWhere, string(diag.WhereHere), nil)
	if err := only(book, ev, o.only); err != nil {
		return err
	}
	if err := p.trusted(ctx, o.playbook, book, ev, o.with, nil); err != nil {
		return err
	}
	m, err := p.measurer(ctx, book, ev, o.timeout, o.with)
	if err != nil {
		return err
	}
	if _, err := p.layout(p.Stdout); err != nil {
		return err
	}
	tracer := p.tracer()
	defer p.stopTracer(ctx, tracer)
	started := p.Now()
	if due := engine.Due(book, ev); len(due) > 0 {
		for id, f := range m.Probe(ctx, due) {
			ev.Measured(id, f, engine.With(book, ev, id))
		}
	}
	v := engine.JudgeChecks(book, ev)
	if ctx.Err() != nil {
		v.Status = diag.Cancelled
	}
	r := engine.Report(book, ev, v)
	r.Steps, r.Walk, r.Opinion, r.HandOver = []diag.StepResult{}, []string{}, nil, nil
	p.stamp(r, started)
	tracer.Record(ctx, &trace.Run{
		Name: "check " + book.ID, Playbook: r.Playbook, Started: r.Started, Finished: r.Finished, Checks: r.Checks, Began: m.begins.at, Verdict: r.Verdict,
	})
	return p.finish(r, report.Summary)
}

// only marks all other checks as not wanted.
func only(book *engine.Book, ev *diag.Evidence, ids []string) error {
	wanted := map[string]bool{}
	if ids != nil && len(ids) == 0 {
		return usagef("for example: --only clock,network-path", "--only names no check")
	}
	for _, id := range ids {
		if err := book.CheckOutcome(id, diag.NoAnswer); err != nil {
			return mistake(err)
		}
		wanted[id] = true
	}
	for _, c := range book.Checks {
		if len(ids) > 0 && !wanted[c.ID] {
			ev.Given(c.ID, diag.NotMeasured)
		}
	}
	return nil
}

func (p *program) measurer(ctx context.Context, book *engine.Book, ev *diag.Evidence, timeout time.Duration, with withFlags) (*measurer, error) {
	shown, err := p.progress()
	if err != nil {
		return nil, err
	}
	env, err := p.probeEnv(ctx, with.attempts, with.secrets...)
	if err != nil {
		return nil, err
	}
	vars, err := p.variables()
	if err != nil {
		return nil, err
	}
	if err := checkFiles(book, env, with.given, vars); err != nil {
		return nil, err
	}
	return &measurer{book: book, ev: ev, env: env, timeout: timeout, shown: shown, heading: heading(book), spends: with.spends, begins: newBegins(p.Now)}, nil
}

// stamp adds what only the caller knows.
func (p *program) stamp(r *diag.Report, started time.Time) {
	r.Tool.Version = p.Version
	r.Started, r.Finished = started.UTC(), p.Now().UTC()
}

// oneTerminal reports whether progress and result meet on one screen, so that
// nothing needs to be said twice.
func (p *program) oneTerminal() bool {
	_, out := p.Terminal(p.Stdout)
	_, err := p.Terminal(p.Stderr)
	return out && err
}

// finish writes a report, and returns its exit status as an error.
func (p *program) finish(r *diag.Report, text func(io.Writer, *diag.Report, report.Options) error) error {
	err := p.emit(func(w io.Writer, o report.Options) error {
		o.Checked = p.output == "" && !p.quiet && p.oneTerminal()
		if p.format == "text" {
			return text(w, r, o)
		}
		return report.Write(w, p.format, r, o)
	})
	if err != nil {
		return err
	}
	if r.ExitStatus != 0 {
		return status(r.ExitStatus)
	}
	return nil
}
