package report

import (
	"bytes"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func writeMarkdown(b *bytes.Buffer, r *diag.Report, o Options) error {
	m := &ticket{b: b, details: o.Details}
	m.report(viewReport(r))
	return nil
}
