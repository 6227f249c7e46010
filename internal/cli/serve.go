package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/fleet"
)

type serveOptions struct {
	config    string
	listen    []string
	webConfig string
	runs      int
	offset    time.Duration
	checkOnly bool
}

// defaultListen is on this computer alone: who else may ask is to be decided.
const defaultListen = "127.0.0.1:9826"

func newServe(p *program) *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the checks of playbooks to Prometheus, for many targets",
		Long: `Serve what checks find as metrics, for Prometheus: an exporter for many targets.
A scrape of /probe?target=HOST&playbook=NAME runs the checks of a playbook
against a target and answers with what they found.

The configuration says which targets there are; nothing else is asked for, and
no inner network is reached that it does not list. No password, no token and no
other credential is ever sent. Also served: /metrics, /-/healthy and /-/ready.

It stops on SIGINT or SIGTERM, after what is under way. Exit status: 0 stopped,
2 wrong usage, 4 it could not go on.`,
		Example: `  authdoctor serve --config.file fleet.yaml
  authdoctor serve --config.file fleet.yaml --config.check
  authdoctor serve --config.file fleet.yaml --web.listen-address :9826 --web.config.file web.yaml

  # fleet.yaml
  schema: authdoctor.fleet/1
  targets: [login.example.com, 198.51.100.0/24]
  ports: [8443]
  playbooks:
    web-login:
      vars: {login_url: "https://{{target}}/login"}

  # ask for it
  curl 'http://127.0.0.1:9826/probe?target=login.example.com&playbook=web-login'`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := p.needFormat("serve", "text"); err != nil {
				return err
			}
			return p.serve(o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.config, "config.file", "", "what may be asked for (authdoctor.fleet/1; needed)")
	f.BoolVar(&o.checkOnly, "config.check", false, "only say whether the configuration can be used")
	f.StringArrayVar(&o.listen, "web.listen-address", []string{defaultListen}, "HOST:PORT to be asked at; :PORT for every address of this computer (may be repeated)")
	f.StringVar(&o.webConfig, "web.config.file", "", "TLS and basic auth, in the format of Prometheus' exporters")
	f.IntVar(&o.runs, "max-runs", fleet.DefaultRuns, "runs at once; what is beyond is answered with 503 and Retry-After")
	f.DurationVar(&o.offset, "timeout-offset", fleet.DefaultOffset, "taken off the scraper's timeout, so that the answer arrives in time")
	return c
}

// check refuses what cannot be meant, before anything runs.
func (o *serveOptions) check() error {
	switch {
	case o.config == "":
		return usagef("for example: authdoctor serve --config.file fleet.yaml\nsee: authdoctor serve --help", "which targets? serve needs --config.file")
	case o.runs < 1 || o.runs > 10000:
		return usagef("for example: --max-runs 64", "--max-runs must be from 1 to 10000, got %d", o.runs)
	case o.offset < 0 || o.offset > time.Minute:
		return usagef("for example: --timeout-offset 500ms", "--timeout-offset must be from 0 to a minute, got %s", o.offset)
	case len(o.listen) == 0:
		return usagef("for example: --web.listen-address "+defaultListen, "--web.listen-address names no address")
	}
	for _, address := range o.listen {
		if err := checkListen(address); err != nil {
			return err
		}
	}
	return nil
}

func checkListen(address string) error {
	const hint = "for example: --web.listen-address " + defaultListen + ", or :9826 for every address of this computer"
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return usagef(hint, "--web.listen-address %q is not HOST:PORT", address)
	}
	if _, err := netip.ParseAddrPort("127.0.0.1:" + port); err != nil {
		return usagef(hint, "--web.listen-address %q has no port from 0 to 65535", address)
	}
	if strings.ContainsAny(host, "/@ ") {
		return usagef(hint, "--web.listen-address %q is not HOST:PORT", address)
	}
	return nil
}

func (p *program) serve(o serveOptions) error {
	if len(p.vars) > 0 {
		return usagef("write it under vars: in the configuration", "serve takes no --var")
	}
	if err := o.check(); err != nil {
		return err
	}
	config, err := p.fleetConfig(o)
	if err != nil {
		return err
	}
	if err := fleet.CheckWeb(o.webConfig); err != nil {
		return usagef("see: https://prometheus.io/docs/prometheus/latest/configuration/https/", "--web.config.file %s: %s", o.webConfig, err)
	}
	if o.checkOnly {
		return p.emitText(fmt.Sprintf("%s can be used: %s, %d targets or networks of targets.\n", o.config, plural(len(config.Served), "playbook"), len(config.Allow.Hosts)+len(config.Allow.Ranges)))
	}
	exporter, err := fleet.New(config)
	if err != nil {
		return err
	}
	listeners, err := listen(p.ctx, o.listen)
	if err != nil {
		return err
	}
	return p.interruptible(func(ctx context.Context) error { return p.serveOn(ctx, exporter, listeners, o, config) })
}

// serveOn serves until it is told to stop. Being told is no failure.
func (p *program) serveOn(ctx context.Context, e *fleet.Exporter, listeners []net.Listener, o serveOptions, config fleet.Config) error {
	level := slog.LevelInfo
	if p.quiet {
		level = slog.LevelWarn
	}
	log := slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: level}))
	if len(config.Allow.Hosts)+len(config.Allow.Ranges) == 0 {
		log.Warn("No targets are listed, so every scrape will be refused", "file", o.config)
	}
	tracer := p.tracer()
	defer p.stopTracer(ctx, tracer)
	p.traces = tracer
	return e.Serve(ctx, listeners, tracer.Join(e), o.webConfig, log, patience(config))
}

// patience is how long what is under way may take to finish.
func patience(config fleet.Config) time.Duration {
	longest := time.Duration(0)
	for _, s := range config.Served {
		longest = max(longest, s.Timeout)
	}
	return longest + 2*time.Second
}

// listen takes all of the addresses, or none.
func listen(ctx context.Context, addresses []string) ([]net.Listener, error) {
	var taken []net.Listener
	for _, address := range addresses {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			for _, l := range taken {
				l.Close()
			}
			return nil, usagef("is another one running? Or choose another port: --web.listen-address 127.0.0.1:9827", "--web.listen-address %s cannot be listened on: %s", address, reason(err))
		}
		taken = append(taken, l)
	}
	return taken, nil
}
