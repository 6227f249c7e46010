// Package report writes what authdoctor found: the same facts in every format.
//
// Every writer first makes one redacted copy of what it is given and works
// from that alone, so that no format can leak what another masks. Writers
// decide nothing: verdict and exit status come with the report.
package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Options say how a text is laid out.
type Options struct {
	Color   bool
	Width   int  // columns; 0 is 80
	Details bool // also the numbers
	Live    bool // the writer is a terminal, so a line may be drawn over (Progress only)
	// Words says in a word what a glyph shows, for people who are read to.
	Words bool
	// Brief leaves out of a text what the person has just seen: the verdict
	// and what to do remain. Checked leaves out the checks alone.
	Brief, Checked bool
}

// format is one way to write a report.
type format struct {
	name  string
	write func(*bytes.Buffer, *diag.Report, Options) error
}

// formats lists the ways to write a report, the default first.
var formats = []format{
	{"text", writeText},
	{"json", writeJSON},
	{"junit", writeJUnit},
	{"html", writeHTML},
	{"markdown", writeMarkdown},
}

// Formats lists the formats of a command that writes a report (diagnose,
// check, report), the default first; nil for any other command.
func Formats(command string) []string {
	if !slices.Contains([]string{"diagnose", "check", "report"}, command) {
		return nil
	}
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes a report in a format that Formats lists. Any other is a
// diag.UsageError. The error of w, if any, is returned.
func Write(w io.Writer, format string, r *diag.Report, o Options) error {
	for _, f := range formats {
		if f.name == format {
			return send(w, func(b *bytes.Buffer) error { return f.write(b, clean(r), o) })
		}
	}
	return unknownFormat(format, Formats("report"))
}

// Text writes a report for people: verdict first, reasons under it.
func Text(w io.Writer, r *diag.Report, o Options) error { return Write(w, "text", r, o) }

// JSON writes a report as one authdoctor.report/1 document.
func JSON(w io.Writer, r *diag.Report, o Options) error { return Write(w, "json", r, o) }

// JUnit writes a report as one JUnit test suite: a test case for each check
// and one for the verdict.
func JUnit(w io.Writer, r *diag.Report, o Options) error { return Write(w, "junit", r, o) }

// HTML writes a report as one page that needs nothing else and runs nothing.
func HTML(w io.Writer, r *diag.Report, o Options) error { return Write(w, "html", r, o) }

// Markdown writes a report for a ticket.
func Markdown(w io.Writer, r *diag.Report, o Options) error { return Write(w, "markdown", r, o) }

// Summary writes the text of `authdoctor check`: playbook, verdict, code and
// what it means, the counts, and a line for every check that did not pass.
func Summary(w io.Writer, r *diag.Report, o Options) error {
	return send(w, func(b *bytes.Buffer) error {
		writeSummary(newPage(b, o), clean(r))
		return nil
	})
}

// Opinion writes what is thought most likely, and why. A nil opinion writes
// nothing: then no ranking may be shown.
func Opinion(w io.Writer, op *diag.Opinion, o Options) error {
	if op == nil {
		return nil
	}
	return send(w, func(b *bytes.Buffer) error {
		writeOpinion(newPage(b, o), viewOpinion(clean(op), nil))
		return nil
	})
}

// Greeting writes the first lines that a person sees: what this is, and a
// promise.
func Greeting(w io.Writer, title, promise string, o Options) error {
	return send(w, func(b *bytes.Buffer) error {
		p := newPage(b, o)
		p.put(row{lead: []span{{"authdoctor · ", faintInk}}, text: title, ink: boldInk})
		p.put(row{text: promise, ink: faintInk})
		return nil
	})
}

// CheckLine writes one line of the list of checks: glyph, what was checked,
// what was found, code.
func CheckLine(w io.Writer, c diag.Check, o Options) error {
	return send(w, func(b *bytes.Buffer) error {
		writeCheckLine(newPage(b, o), viewCheck(*clean(&c), nil))
		return nil
	})
}

// Finding writes one check by itself, for `authdoctor probe`: as text with
// reason, remedy and facts, or as one element of a report's checks.
func Finding(w io.Writer, format string, c diag.Check, o Options) error {
	switch format {
	case "text":
		return send(w, func(b *bytes.Buffer) error {
			writeFinding(newPage(b, o), *clean(&c))
			return nil
		})
	case "json":
		return send(w, func(b *bytes.Buffer) error { return writeCheckJSON(b, clean(&c)) })
	}
	return unknownFormat(format, []string{"text", "json"})
}

// send writes what render makes, in one go, and returns the writer's error.
func send(w io.Writer, render func(*bytes.Buffer) error) error {
	var b bytes.Buffer
	if err := render(&b); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func unknownFormat(format string, known []string) error {
	return &diag.UsageError{
		Err:  fmt.Errorf("unknown format %q", format),
		Hint: "formats: " + strings.Join(known, ", "),
	}
}
