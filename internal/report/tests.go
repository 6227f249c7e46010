package report

import (
	"bytes"
	"fmt"
	"io"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Tests writes a run of test cases, of lint or of scenarios, as text, json or
// junit.
func Tests(w io.Writer, format string, run diag.TestRun, o Options) error {
	c := clean(&run)
	switch format {
	case "text":
		return send(w, func(b *bytes.Buffer) error {
			writeTestsText(newPage(b, o), c)
			return nil
		})
	case "json":
		return send(w, func(b *bytes.Buffer) error { return writeTestsJSON(b, c) })
	case "junit":
		return send(w, func(b *bytes.Buffer) error { return writeTestsJUnit(b, c) })
	}
	return unknownFormat(format, []string{"text", "json", "junit"})
}

// tally counts how test cases ended.
type tally struct{ passed, failed, skipped int }

func count(run *diag.TestRun) tally {
	var n tally
	for _, c := range run.Cases {
		switch {
		case c.Failure != "":
			n.failed++
		case c.Skipped != "":
			n.skipped++
		default:
			n.passed++
		}
	}
	return n
}

// writeTestsText tells what failed and what could not run; what passed is a
// number.
func writeTestsText(p *page, run *diag.TestRun) {
	for _, c := range run.Cases {
		switch {
		case c.Failure != "":
			writeTestCase(p, checkLooks()[diag.Fail], c, c.Failure)
		case c.Skipped != "":
			writeTestCase(p, checkLooks()[diag.Skipped], c, c.Skipped)
		}
	}
	n := count(run)
	text := fmt.Sprintf("%s: %d passed, %d failed", run.Name, n.passed, n.failed)
	if n.skipped > 0 {
		text += fmt.Sprintf(", %d skipped", n.skipped)
	}
	p.put(row{text: text, ink: boldInk})
}

func writeTestCase(p *page, l look, c diag.TestCase, text string) {
	p.put(row{lead: []span{p.mark(" ", l)}, text: c.Group + ": " + c.Name, tail: c.Kind})
	for _, line := range messageLines(text) {
		p.put(row{lead: []span{{"     ", plainInk}}, text: line})
	}
}
