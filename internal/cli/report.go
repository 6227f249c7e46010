package cli

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/session"
)

type reportOptions struct {
	bundle  string
	preview bool
	names   bool
}

func newReport(p *program) *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report [SESSION|FILE.json]",
		Short: "Write the report of a session again, or pack it for others",
		Long: `Write the report of a session that was kept, in any format: text, json, junit,
html or markdown. Without SESSION, the last one. A path, or a name that ends in
.json, is a report that was written with --format json, and is written again.
Nothing is measured or asked.

It is made to be handed over: e-mail addresses, accounts, public addresses, the
names of this computer, its Wi-Fi and its hardware, and who its folders belong
to become stand-ins that stay the same within one report. --names keeps them.

--bundle writes a zip file for whoever must act: what they are asked, the report
as page, text and data, what was tried in which order, and a manifest of all
files and all that was taken out. --preview shows first what would be in it.

Exit status: that of the session, as diagnose gave it; 0 for a bundle.`,
		Example: `  authdoctor report alarmcom-0318-k7q2
  authdoctor report --format html --output report.html
  authdoctor report saved.json --format markdown
  authdoctor report --preview
  authdoctor report --bundle for-support.zip`,
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("report", report.Formats("diagnose")...); err != nil {
				return err
			}
			return p.report(args, o)
		},
	}
	c.Flags().StringVar(&o.bundle, "bundle", "", "write this zip file for whoever must act")
	c.Flags().BoolVar(&o.preview, "preview", false, "show what a bundle would hold")
	c.Flags().BoolVar(&o.names, "names", false, "keep e-mail addresses, accounts, public addresses and names of this computer readable")
	return c
}

func (p *program) report(args []string, o reportOptions) error {
	r, err := p.pastReport(args, o.names)
	if err != nil {
		return err
	}
	switch {
	case o.preview:
		return p.emit(func(w io.Writer, _ report.Options) error { return report.Preview(w, r) })
	case o.bundle != "":
		return p.pack(o.bundle, r)
	}
	return p.finish(r, report.Text)
}

// pastReport is the report of a session that was kept, or one that was saved,
// fit to be handed over unless its names are kept.
func (p *program) pastReport(args []string, names bool) (*diag.Report, error) {
	r, err := p.readReport(args)
	if err != nil || names {
		return r, err
	}
	n, err := redact.NewNames(rand.Reader)
	if err != nil {
		return nil, err
	}
	if p.Hostname != nil {
		if name, err := p.Hostname(); err == nil {
			n.Computer(name)
		}
	}
	return report.Rename(r, n.Text), nil
}

// isSaved tells a report that was saved from a session: ids of sessions have
// none of these.
func isSaved(name string) bool {
	return strings.ContainsAny(name, `/\.`)
}

func (p *program) readReport(args []string) (*diag.Report, error) {
	if len(args) == 1 && isSaved(args[0]) {
		return p.savedReport(args[0])
	}
	c, book, err := p.readCase(args)
	if err != nil {
		return nil, err
	}
	ev := diag.Fold(c.Events())
	r := engine.Report(book, ev, session.Conclude(book, ev))
	r.Session, r.Tool, r.Started, r.Finished = c.ID, c.Tool, c.Began.UTC(), c.Last().UTC()
	r.Timeline = timeline(c, r)
	return r, nil
}

// savedReport reads a report from a file.
func (p *program) savedReport(name string) (*diag.Report, error) {
	data, err := p.ReadFile(name)
	if err != nil {
		return nil, usagef("give a file, or see: authdoctor session list", "%s", err)
	}
	r, err := report.Read(name, data)
	if err != nil {
		return nil, usagef("a report is written with: authdoctor report --format json --output report.json", "%s", err)
	}
	return r, nil
}

// pack writes a bundle.
func (p *program) pack(file string, r *diag.Report) error {
	var b bytes.Buffer
	if err := report.Bundle(&b, r); err != nil {
		return err
	}
	if err := p.WriteFile(file, b.Bytes()); err != nil {
		return usagef("give a file that can be written", "%s", err)
	}
	if !p.quiet {
		fmt.Fprintf(p.Stderr, "Written: %s. Passwords, codes, cookies and tokens were taken out wherever they were recognised: look it through before you send it.\n", file)
	}
	return nil
}
