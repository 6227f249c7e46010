package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/explain"
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
			Certain: i == 0 && a.Auth && f.Certainty != "possible" && (len(a.Alternatives) == 0 || locks(a)),
		})
	}
	d.ev.Paste(strings.TrimSpace(redact.Text(text)), matches)
	return nil
}

// locks: the message says that the account is locked, and leaves only open
// whether for good or for a while. Both mean that nothing may be tried.
func locks(a explain.Answer) bool {
	return a.Cause == locked && !slices.ContainsFunc(a.Alternatives, func(class string) bool { return class != "rate_limited" })
}

// locked is the cause class of an account that takes nothing.
const locked = "account_locked"

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
			if m.Cause == locked {
				said += " Try no password and no code now, on any device."
			}
		} else {
			said += "It may mean other things too, so it is not counted."
		}
	}
	for _, l := range report.Wrap(said, 76) {
		fmt.Fprintf(d.Stderr, "  %s\n", l)
	}
	fmt.Fprintln(d.Stderr)
}
