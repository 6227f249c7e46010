package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/session"
)

// takeMessage keeps the message that was pasted, without its secrets, and what
// is recognised in it. One that leaves several classes open is evidence for each
// of them; what is only possible weighs nothing.
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
		m := diag.MessageMatch{System: f.System, Code: f.Code, Cause: f.Cause, Title: f.Title}
		if i == 0 && a.Auth && f.Certainty != "possible" {
			m.Certain = len(a.Alternatives) == 0 || locks(a)
			if !m.Certain {
				m.Or = a.Alternatives
			}
		}
		matches = append(matches, m)
	}
	d.ev.Paste(strings.TrimSpace(redact.Text(text)), matches)
	d.readOffMessage()
	return nil
}

// readOffMessage answers what is asked about the words of the message, where they
// say it and nobody else has.
func (d *diagnosis) readOffMessage() {
	var codes []string
	for _, m := range d.ev.Matches {
		codes = append(codes, m.Code)
	}
	for i := range d.book.Questions {
		q := &d.book.Questions[i]
		if d.ev.Answers[q.ID] != "" {
			continue
		}
		if choice := q.SaidIn(d.ev.Message, codes); choice != "" {
			d.ev.AnswerMeasured(q.ID, choice, diag.FromMessage, session.Sets(q, choice))
		}
	}
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
		switch {
		case m.Certain && m.Cause == locked:
			said += "That is taken into account. Try no password and no code now, on any device."
		case m.Certain:
			said += "That is taken into account."
		case len(m.Or) > 0:
			said += "It may also mean " + explain.Spoken(m.Or) + ". Each is taken into account."
		default:
			said += "It may mean many things, so it is not counted."
		}
	}
	for _, l := range report.Wrap(said, 76) {
		fmt.Fprintf(d.Stderr, "  %s\n", l)
	}
	fmt.Fprintln(d.Stderr)
}
