package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
)

// maxTold bounds what a page holds; a stream has no end.
const maxTold = 1000

// A lineReading takes every line of standard input as a message of its own. As
// JSON each line is answered; people are told of those that mean something.
type lineReading struct {
	*explanation
	known            *explain.Explainer
	width            int
	out              *bufio.Writer
	enc              *json.Encoder
	read, recognised int
	page             []explain.Told
}

func (e *explanation) eachLine(known *explain.Explainer) error {
	l := &lineReading{explanation: e, known: known}
	err := e.emit(func(w io.Writer, o report.Options) error {
		l.width, l.out = o.Width, bufio.NewWriter(w)
		l.enc = lineEncoder(l.out)
		err := e.scan(l.line)
		switch e.format {
		case "html":
			err = errors.Join(err, explain.HTML(l.out, l.page))
		case "markdown":
			err = errors.Join(err, explain.Markdown(l.out, l.page))
		}
		return errors.Join(err, l.out.Flush())
	})
	if err != nil {
		return err
	}
	if l.read == 0 {
		return usagef("for example: authdoctor explain --lines < app.log", "there is no line to explain")
	}
	if !e.quiet {
		fmt.Fprintf(e.Stderr, "%d of %s recognised\n", l.recognised, plural(l.read, "line"))
	}
	return found(l.recognised > 0)
}

// line answers one line.
func (l *lineReading) line(n int, line []byte) error {
	a := explainLine(l.known, string(line))
	a.ID, l.read = n, n
	if a.Recognised() {
		l.recognised++
	}
	told := explain.Told{Message: string(line), Answer: a}
	switch {
	case l.format == "json":
		return l.enc.Encode(&a)
	case !a.Recognised():
	case l.format == "text":
		if l.recognised > 1 {
			fmt.Fprintln(l.out)
		}
		fmt.Fprintf(l.out, "line %d  ", n)
		return explain.Text(l.out, []explain.Told{told}, l.width)
	case len(l.page) < maxTold:
		l.page = append(l.page, told)
	}
	return nil
}

// explainLine masks secrets only in what may mean something: that takes longer
// than finding out.
func explainLine(known *explain.Explainer, line string) explain.Answer {
	if !known.MayMean(line) {
		return known.Explain("")
	}
	return known.Explain(redact.Text(line))
}

// batch answers each line of JSON before it reads the next.
func (e *explanation) batch(known *explain.Explainer) error {
	recognised := false
	err := e.emit(func(w io.Writer, _ report.Options) error {
		out := bufio.NewWriter(w)
		enc := lineEncoder(out)
		err := e.scan(func(n int, line []byte) error {
			if len(bytes.TrimSpace(line)) == 0 {
				return nil
			}
			a, err := answerLine(known, line)
			if err != nil {
				return usagef(`each line is like {"id":"1","text":"…"}`, "line %d: %s", n, err)
			}
			recognised = recognised || a.Recognised()
			return enc.Encode(a)
		})
		return errors.Join(err, out.Flush()) // what was answered stays; the mistake is what is told
	})
	if err != nil {
		return err
	}
	return found(recognised)
}

func lineEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// scan reads standard input line by line. A line is bounded, the input is not.
func (e *explanation) scan(line func(n int, line []byte) error) error {
	in := bufio.NewScanner(e.Stdin)
	in.Buffer(nil, maxLine)
	for n := 1; in.Scan(); n++ {
		if err := line(n, in.Bytes()); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return mistake(err)
	}
	return nil
}
