package cli

import (
	"fmt"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
)

// takeMessage keeps the message that was pasted, without its secrets, and what
// is recognised in it. Only a message without a doubt is evidence: one that
// leaves several classes open is shown and weighs nothing.
func (d *diagnosis) takeMessage(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	known, err := explainer()
	if err != nil {
		return err
	}
	a := known.Tell(text).Answer
	var matches []diag.MessageMatch
	for i, f := range a.Findings {
		matches = append(matches, diag.MessageMatch{
			System: f.System, Code: f.Code, Cause: f.Cause, Title: f.Title,
			Certain: i == 0 && a.Auth && len(a.Alternatives) == 0 && f.Certainty != "possible",
		})
	}
	d.ev.Paste(strings.TrimSpace(redact.Text(text)), matches)
	return nil
}

// tellMessage says what was recognised in the message, and that it counts.
func (d *diagnosis) tellMessage() {
	if d.ev.Message == "" || d.quiet {
		return
	}
	said := "It is not one that this program knows; it is kept for whoever helps."
	if len(d.ev.Matches) > 0 {
		m := d.ev.Matches[0]
		said = "It means: " + m.Title + ". "
		if m.Certain {
			said += "That is taken into account."
			if m.Cause == "account_locked" {
				said += " Try no password and no code now, on any device."
			}
		} else {
			said += "It may mean other things too, so it weighs nothing."
		}
	}
	for _, l := range report.Wrap(said, 76) {
		fmt.Fprintf(d.Stderr, "  %s\n", l)
	}
	fmt.Fprintln(d.Stderr)
}
