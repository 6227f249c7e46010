package report

import (
	"bytes"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func writeHTML(b *bytes.Buffer, r *diag.Report, o Options) error {
	return htmlPage.Execute(b, htmlData{view: viewReport(r), Details: o.Details, Judgement: judgement})
}
