package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/phone"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/wizard"
)

type phoneOptions struct {
	playbook string
	network  string // name of an interface
	address  string
	port     int
	host     string
	byEye    bool
	wait     time.Duration
	servers  []string
}

func newPhone(p *program) *cobra.Command {
	var o phoneOptions
	c := &cobra.Command{
		Use:   "phone [PLAYBOOK]",
		Short: "Measure the clock of a phone, which authenticator codes follow",
		Long: `Measure a phone's clock. The codes of an authenticator app follow it, and no
check of this computer can see it.

It shows a QR code. The phone, in the same network, opens the page behind it,
and the page compares the phone's clock with the right time. It sends the time on
the phone, its time zone, whether its browser keeps cookies and data and, with
--host or a playbook, whether it reaches the sign-in page; nothing secret, over
plain HTTP. The page has an address that nobody can guess, works once, and is
gone after the answer or five minutes.

Exit status: 0 the clock is right, 1 it is too far off, 3 not known (nobody
answered, or no time server did), 2 wrong usage, 130 stopped.`,
		Example: `  authdoctor phone
  authdoctor phone --interface wlan0
  authdoctor phone alarmcom --format json
  authdoctor phone --host www.alarm.com --port 8080
  authdoctor phone --by-eye`,
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("phone", "text", "json"); err != nil {
				return err
			}
			if len(args) == 1 {
				o.playbook = args[0]
			}
			return p.interruptible(func(ctx context.Context) error { return p.phone(ctx, o) })
		},
	}
	f := c.Flags()
	f.StringVar(&o.network, "interface", "", "serve the page in this network only, by the name of its interface, such as wlan0")
	f.StringVar(&o.address, "address", "", "serve the page under this address of this computer only")
	f.IntVar(&o.port, "port", 0, "port of the page, where a firewall must let one through (0: any that is free)")
	f.StringVar(&o.host, "host", "", "also ask whether the phone reaches this host over HTTPS, such as www.alarm.com")
	f.BoolVar(&o.byEye, "by-eye", false, "without a network: show the right time, and ask what the phone shows")
	f.DurationVar(&o.wait, "wait", phone.Most, "how long the page stays, five minutes at most")
	f.StringSliceVar(&o.servers, "server", nil, "time server to ask instead, HOST or HOST:PORT (may be repeated)")
	f.BoolVar(&p.accessible, "accessible", false, "plain text and numbered questions, for screen readers")
	return c
}

// check refuses what cannot be meant, before anything runs.
func (o *phoneOptions) check() error {
	switch {
	case o.wait <= 0 || o.wait > phone.Most:
		return usagef("for example: --wait 2m", "--wait must be more than nothing and five minutes at most, got %s", o.wait)
	case o.port < 0 || o.port > 65535:
		return usagef("for example: --port 8080", "--port must be from 0 to 65535, got %d", o.port)
	case o.network != "" && o.address != "":
		return usagef("give one of them", "--interface and --address both say where to serve the page")
	}
	if o.byEye {
		for flag, given := range map[string]bool{"--interface": o.network != "", "--address": o.address != "", "--port": o.port != 0, "--host": o.host != ""} {
			if given {
				return usagef("leave one of them out", "--by-eye serves no page, so %s means nothing", flag)
			}
		}
	}
	if o.address != "" {
		if ip, err := netip.ParseAddr(o.address); err != nil || ip.IsUnspecified() || ip.Zone() != "" {
			return usagef("for example: --address 192.168.1.20", "--address %q is not the address of a network", o.address)
		}
	}
	if o.host == "" {
		return nil
	}
	host, err := hostOnly(o.host)
	if err != nil {
		return usagef("for example: --host www.alarm.com", "--host %q: %s", o.host, err)
	}
	o.host = host
	return nil
}

// hostOnly takes the host out of an address, as it stands in one.
func hostOnly(text string) (string, error) {
	address, err := diag.Address(text)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	host := strings.ToLower(u.Host)
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "" {
		return "", errors.New("write it with plain letters, as in www.example.org")
	}
	return host, nil
}

func (p *program) phone(ctx context.Context, o phoneOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if _, err := p.layout(p.Stdout); err != nil { // a wrong --color is said before anything runs
		return err
	}
	with, err := o.read(p)
	if err != nil {
		return err
	}
	var r *phone.Result
	if o.byEye {
		r, err = p.byEye(ctx, p.rightTime(ctx, with))
	} else {
		r, err = p.byPage(ctx, o, with)
	}
	if err != nil {
		return err
	}
	return p.finishPhone(r)
}

// read gives the parameters of the clock check. A playbook names time servers
// and the host to reach; flags win.
func (o *phoneOptions) read(p *program) (map[string]string, error) {
	with := map[string]string{}
	if o.playbook != "" {
		raw, err := p.load(o.playbook)
		if err != nil {
			return nil, err
		}
		book, err := p.compile(raw, "")
		if err != nil {
			return nil, err
		}
		var host string
		with, host = fromBook(book, diag.NewEvidence())
		if o.host == "" && !o.byEye {
			o.host = host
		}
	} else if len(p.vars) > 0 {
		return nil, usagef("for example: authdoctor phone alarmcom --var …", "--var sets a variable of a playbook, and none is given")
	}
	if len(o.servers) > 0 {
		with["server"] = strings.Join(o.servers, ",")
	}
	return with, nil
}

// fromBook gives the parameters of a playbook's clock check, and the host of
// the page that it signs in at.
func fromBook(book *engine.Book, ev *diag.Evidence) (clock map[string]string, host string) {
	clock = map[string]string{}
	for _, c := range book.Checks {
		switch with := engine.With(book, ev, c.ID); {
		case c.Run == "clock":
			clock = with
		case c.Run == "http" && host == "":
			host, _ = hostOnly(with["url"])
		}
	}
	return clock, host
}

// rightTime asks the time servers, as the check of this computer's clock does.
func (p *program) rightTime(ctx context.Context, with map[string]string) phone.Reference {
	if !p.quiet {
		fmt.Fprintln(p.Stderr, "Asking for the right time …")
	}
	request := diag.Request{ID: "clock", Kind: "clock", With: with}
	f := probe.Runner{Env: p.Probe}.Probe(ctx, []diag.Request{request})["clock"]
	ref := phone.Reference{At: p.Phone.Now(), Reason: f.Reason}
	offset, known := f.Facts["offset_ms"].(float64)
	unsure, sure := f.Facts["uncertainty_ms"].(float64)
	if known && sure {
		ref.Offset, ref.Uncertainty = duration(offset), duration(unsure)
		ref.Source, _ = f.Facts["source"].(string)
		ref.Verified, ref.Reason = true, ""
	}
	return ref
}

func duration(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// finishPhone writes a result, and returns its exit status as an error.
func (p *program) finishPhone(r *phone.Result) error {
	var err error
	if p.format == "json" {
		err = p.emitJSON(r)
	} else {
		err = p.emit(func(w io.Writer, o report.Options) error { return report.WriteSheet(w, phoneSheet(r), o) })
	}
	if err == nil && r.ExitStatus != 0 {
		err = status(r.ExitStatus)
	}
	return err
}

// asker is a person in the terminal, if there is one to ask.
func (p *program) asker() (*wizard.Wizard, bool, error) {
	_, in := p.Terminal(p.Stdin)
	_, out := p.Terminal(p.Stderr)
	if !in || !out {
		return nil, false, nil
	}
	color, err := p.colored(p.Stderr)
	return wizard.New(wizard.Options{
		In: p.Stdin, Out: p.Stderr, Color: color, Now: p.Now, Accessible: p.lineByLine(), Settle: p.Settle,
	}), true, err
}

// byEye shows the right time and asks what the phone shows.
func (p *program) byEye(ctx context.Context, ref phone.Reference) (*phone.Result, error) {
	w, ok, err := p.asker()
	if err != nil {
		return nil, err
	}
	if !ok {
		r := phone.Nobody(phone.ByEye, ref, p.Phone.Now(), "there is no terminal to ask in")
		r.Advice = append(r.Advice, "Hold the phone beside the time above, or run this in a terminal.")
		return r, nil
	}
	for {
		shows, err := choose(ctx, w, phone.Shows(ref))
		if errors.Is(err, diag.ErrBack) {
			continue // there is nothing before it
		}
		if err != nil {
			return nil, err
		}
		amount := ""
		if q, more := phone.ShowsBy(shows); more {
			amount, err = choose(ctx, w, q)
			if errors.Is(err, diag.ErrBack) {
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		return phone.Seen(shows, amount, ref, p.Phone.Now()), nil
	}
}

func choose(ctx context.Context, w *wizard.Wizard, q diag.Question) (string, error) {
	a, err := w.Ask(ctx, q)
	if err != nil || len(a.Choices) == 0 {
		return "", err
	}
	return a.Choices[0], nil
}
