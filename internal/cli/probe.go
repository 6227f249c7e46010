package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/report"
)

func newProbe(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "probe KIND",
		Short: "Run one check by hand",
		Long: `Run one check by hand, with its parameters as flags.

Exit status: 0 pass or warning, 1 fail, 3 could not be measured (or a login that
was asked for was not tried), 2 wrong usage.`,
		Example: `  authdoctor probe clock --server time.cloudflare.com
  authdoctor probe dns --name www.alarm.com --resolver 192.0.2.53
  authdoctor probe tls --address www.alarm.com:443
  authdoctor probe http --url https://www.alarm.com/login --format json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return usagef("kinds: "+strings.Join(kinds(), ", "), "which kind of probe?")
		},
	}
	for _, pr := range probe.All {
		c.AddCommand(newProbeKind(p, pr))
	}
	return c
}

func kinds() []string {
	var out []string
	for _, pr := range probe.All {
		out = append(out, pr.Kind)
	}
	return out
}

// newProbeKind makes a command of a probe: a flag for each parameter.
func newProbeKind(p *program, pr probe.Probe) *cobra.Command {
	lists, single, switches := map[string]*[]string{}, map[string]*string{}, map[string]*bool{}
	var timeout time.Duration
	var limit int
	c := &cobra.Command{
		Use:     pr.Kind,
		Short:   pr.Doc,
		Long:    strings.Join(report.Wrap(pr.Doc, 79), "\n"),
		Example: pr.Example,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := p.needFormat("probe", "text", "json"); err != nil {
				return err
			}
			with := map[string]string{}
			for _, param := range pr.Params {
				if f := c.Flags().Lookup(param.Name); f.Changed && (f.Value.String() == "" || f.Value.String() == "[]") {
					return badValue("--", pr, &probe.BadValue{Param: param.Name, Problem: "is empty", Example: param.Form.Example}, "")
				}
			}
			for name, v := range lists {
				if len(*v) > 0 {
					with[name] = strings.Join(*v, ",")
				}
			}
			for name, v := range single {
				if *v != "" {
					with[name] = *v
				}
			}
			for name, on := range switches {
				if *on {
					with[name] = "yes"
				}
			}
			return p.interruptible(func(ctx context.Context) error { return p.probe(ctx, pr, with, timeout, limit) })
		},
	}
	for _, param := range pr.Params {
		if param.Many {
			lists[param.Name] = c.Flags().StringArray(param.Name, nil, param.Doc+" (may be repeated)")
			continue
		}
		if param.Switch {
			switches[param.Name] = c.Flags().Bool(param.Name, false, param.Doc)
			continue
		}
		single[param.Name] = c.Flags().String(param.Name, "", param.Doc)
	}
	c.Flags().DurationVar(&timeout, "timeout", probe.DefaultTimeout, "time for it")
	if slices.ContainsFunc(pr.Params, func(q probe.Param) bool { return q.Secret }) {
		c.Flags().IntVar(&limit, "attempts", 0, "how often a credential may be sent for an account within 15 minutes (0: twice)")
	}
	return c
}

// probe runs one probe as the only check of a playbook of one, so that it is
// judged by the same rules.
func (p *program) probe(ctx context.Context, pr probe.Probe, with map[string]string, timeout time.Duration, limit int) error {
	if timeout <= 0 {
		return usagef("for example: --timeout 5s", "--timeout must be more than nothing, got %s", timeout)
	}
	for _, param := range pr.Params {
		if param.Required && with[param.Name] == "" {
			return usagef("see: authdoctor probe "+pr.Kind+" --help", "probe %s needs --%s", pr.Kind, param.Name)
		}
	}
	for _, param := range pr.Params {
		if bad := pr.CheckValue(param.Name, with[param.Name]); bad != nil {
			return badValue("--", pr, bad, with[bad.Param])
		}
	}
	env, err := p.probeEnv(ctx, limit, givenSecrets(pr, with)...)
	if err != nil {
		return err
	}
	if bad := pr.Check(env, with); bad != nil {
		return badValue("--", pr, bad, with[bad.Param])
	}
	book, err := engine.Compile(single(pr.Kind, with), nil)
	if err != nil {
		return err
	}
	ev := diag.NewEvidence()
	ev.Answer(diag.AskWhere, string(diag.WhereHere), nil)
	found := probe.Runner{Env: env, Timeout: timeout}.Probe(ctx, []diag.Request{{ID: pr.Kind, Kind: pr.Kind, With: with}})
	ev.Measured(pr.Kind, found[pr.Kind], with)
	c := engine.Checks(book, ev)[0]
	err = p.emit(func(w io.Writer, o report.Options) error { return report.Finding(w, p.format, c, o) })
	if err != nil {
		return err
	}
	// A login that was asked for and not tried is no success to a script.
	if tried, known := c.Facts["attempted"].(bool); known && !tried && len(givenSecrets(pr, with)) > 0 && c.Status != diag.Fail {
		return probeStatus(ctx, diag.Unknown)
	}
	return probeStatus(ctx, c.Status)
}

func probeStatus(ctx context.Context, s diag.Status) error {
	switch {
	case ctx.Err() != nil:
		return status(exitCancel)
	case s == diag.Fail:
		return status(diag.Problem.ExitStatus())
	case s == diag.Unknown:
		return status(diag.Inconclusive.ExitStatus())
	}
	return nil
}

// single is a playbook with one check and nothing else.
func single(kind string, with map[string]string) *playbook.Playbook {
	return &playbook.Playbook{
		ID:     "probe",
		Causes: []playbook.Cause{{ID: "other", Leak: true, Prior: 1}},
		Checks: []playbook.Check{{ID: kind, Run: kind, With: with}},
	}
}
