package report

import (
	"bytes"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// writeHTML writes a page that needs nothing else and runs nothing.
func writeHTML(b *bytes.Buffer, r *diag.Report, o Options) error {
	v := viewReport(r)
	return htmlPage().Execute(b, htmlData{
		view: v, Headline: headline(v), Details: o.Details, Judgement: judgement, Policy: htmlPolicy(),
	})
}
