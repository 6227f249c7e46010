package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/logs"
	"github.com/authdoctor/authdoctor/internal/report"
)

// maxTold bounds what a page holds; a stream has no end.
const maxTold = 1000

// readAtOnce is how much of the lines is read at a time.
const readAtOnce = 64 << 10

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

// line answers one line, of a very long one the beginning.
func (l *lineReading) line(n int, line []byte, _ bool) error {
	told := explainLine(l.known, line)
	told.Answer.ID, l.read = n, n
	if told.Answer.Recognised() {
		l.recognised++
	}
	switch {
	case l.format == "json":
		return l.enc.Encode(told.InGiven())
	case !told.Answer.Recognised():
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
func explainLine(known *explain.Explainer, line []byte) explain.Told {
	if !known.MayMean(line) {
		return explain.Told{Answer: explain.Unrecognised()}
	}
	return known.Tell(string(line))
}

// batch answers each line of JSON before it reads the next. A bad line is told
// of in its place and ends nothing but its own answer.
func (e *explanation) batch(known *explain.Explainer) error {
	var recognised bool
	var bad, first int
	err := e.emit(func(w io.Writer, _ report.Options) error {
		out := bufio.NewWriter(w)
		enc := lineEncoder(out)
		err := e.scan(func(n int, line []byte, whole bool) error {
			if len(bytes.TrimSpace(line)) == 0 {
				return nil
			}
			a := answerLine(known, n, line, whole)
			if a.Error != nil {
				if bad++; bad == 1 {
					first = n
				}
			}
			recognised = recognised || a.Recognised()
			return enc.Encode(&a)
		})
		return errors.Join(err, out.Flush())
	})
	if err != nil {
		return err
	}
	if bad > 0 {
		return usagef(`each line is like {"id":"1","text":"…"}; the answers with "error" say what is wrong`, "%s could not be read, the first is line %d", plural(bad, "line"), first)
	}
	return found(recognised)
}

// answerLine answers a line of a batch.
func answerLine(known *explain.Explainer, n int, line []byte, whole bool) explain.Answer {
	if !whole {
		return explain.Unread(nil, n, fmt.Sprintf("the line is over %d MiB", maxLine>>20))
	}
	var item struct {
		ID   any `json:"id"`
		Text any `json:"text"`
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if err := dec.Decode(&item); err != nil {
		return explain.Unread(nil, n, notAnObject(err))
	}
	if _, err := dec.Token(); err != io.EOF {
		return explain.Unread(item.ID, n, "something follows the object; each line holds one")
	}
	text, ok := item.Text.(string)
	switch {
	case item.Text == nil:
		return explain.Unread(item.ID, n, "there is no 'text'")
	case !ok:
		return explain.Unread(item.ID, n, "'text' is no string")
	}
	a := explainLine(known, []byte(text)).InGiven()
	a.ID = item.ID
	return a
}

// notAnObject says in what way a line is no object, without the words of Go.
func notAnObject(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return "an object with 'text' belongs here, and this is of type " + kind.Value
	}
	return "not readable as JSON: " + err.Error()
}

func lineEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// scan reads standard input line by line. Of a line, what is kept is bounded;
// the input is not.
func (e *explanation) scan(line func(n int, line []byte, whole bool) error) error {
	in := bufio.NewReaderSize(logs.Plain(e.Stdin), readAtOnce)
	var kept []byte
	for n := 1; ; n++ {
		kept = kept[:0]
		whole, err := true, bufio.ErrBufferFull
		for errors.Is(err, bufio.ErrBufferFull) {
			var part []byte
			part, err = in.ReadSlice('\n')
			if len(kept)+len(part) > maxLine {
				part, whole = part[:maxLine-len(kept)], false
			}
			kept = append(kept, part...)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return mistake(err)
		}
		if end := err != nil; !end || len(kept) > 0 {
			if err := line(n, bytes.TrimRight(kept, "\r\n"), whole); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}
