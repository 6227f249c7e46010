package cli

import (
	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/session"
)

func newReport(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "report [SESSION]",
		Short: "Write the report of a session again, in any format",
		Long: `Write the report of a session that was kept, in any format: text, json, junit,
html or markdown. Without SESSION, the last one. Nothing is measured or asked.

Exit status: that of the session, as diagnose gave it.`,
		Example: `  authdoctor report alarmcom-0318-k7q2
  authdoctor report --format html --output report.html`,
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("report", report.Formats("diagnose")...); err != nil {
				return err
			}
			return p.report(args)
		},
	}
}

func (p *program) report(args []string) error {
	c, book, err := p.readCase(args)
	if err != nil {
		return err
	}
	ev := diag.Fold(c.Events())
	r := engine.Report(book, ev, session.Conclude(book, ev))
	r.Tool, r.Started, r.Finished = c.Tool, c.Began.UTC(), c.Last().UTC()
	if c.End().Open() {
		r.Session = c.ID
	}
	return p.finish(r, report.Text)
}
