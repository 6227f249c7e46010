package cli

import (
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/redact"
)

// takeMessage keeps the message that was pasted, without its secrets, and what
// is recognised in it. Only a message without a doubt is evidence: one that
// leaves several classes open is shown and weighs nothing.
func (d *diagnosis) takeMessage(text string) error {
	text = strings.TrimSpace(redact.Text(text))
	if text == "" {
		return nil
	}
	known, err := explainer()
	if err != nil {
		return err
	}
	a := known.Explain(text)
	var matches []diag.MessageMatch
	for i, f := range a.Findings {
		matches = append(matches, diag.MessageMatch{
			System: f.System, Code: f.Code, Cause: f.Cause, Title: f.Title,
			Certain: i == 0 && a.Auth && len(a.Alternatives) == 0 && f.Certainty != "possible",
		})
	}
	d.ev.Paste(text, matches)
	return nil
}
