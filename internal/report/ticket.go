package report

import "bytes"

// ticket builds a Markdown document.
type ticket struct {
	b       *bytes.Buffer
	details bool
}

func (t *ticket) report(v view) { t.b.WriteString(v.Summary + "\n") }
