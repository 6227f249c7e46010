package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
)

// maxLine bounds one line of a batch, and a message that is read whole.
const maxLine = 8 << 20

// explanation is one call of explain.
type explanation struct {
	*program
	jsonl, lines bool
}

func newExplain(p *program) *cobra.Command {
	e := &explanation{program: p}
	c := &cobra.Command{
		Use:   "explain [TEXT|-]",
		Short: "Say what an error message means",
		Long: `Say what an error message means: who says it, what stopped the sign-in, what
to do and who can do it. Without TEXT the message is read from standard input;
all of it is one message unless --lines is given. Nothing is sent anywhere.

Exit status: 0 recognised, also when it is no failed sign-in, 3 not recognised,
2 wrong usage.`,
		Example: `  authdoctor explain "AADSTS50126: Error validating credentials"
  authdoctor explain < message.txt
  authdoctor explain --jsonl < messages.jsonl`,
		Args: atMostOneText,
		RunE: func(_ *cobra.Command, args []string) error { return e.run(args) },
	}
	c.Flags().BoolVar(&e.jsonl, "jsonl", false, `read one {"id","text"} a line, write one answer a line`)
	c.Flags().BoolVar(&e.lines, "lines", false, "take each line of standard input as a message of its own")
	return c
}

func atMostOneText(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef(`quote the message: authdoctor explain "…", or give it on standard input`, "explain takes one text, got %d words", len(args))
	}
	return nil
}

func (e *explanation) run(args []string) error {
	if err := e.needFormat("explain", "text", "json", "html", "markdown"); err != nil {
		return err
	}
	given := len(args) == 1 && args[0] != "-"
	if e.jsonl && (given || e.lines) {
		return usagef("give the messages on standard input", "--jsonl goes with neither TEXT nor --lines")
	}
	known, err := explainer()
	if err != nil {
		return err
	}
	if e.jsonl {
		return e.batch(known)
	}
	messages, err := e.messages(args, given)
	if err != nil {
		return err
	}
	told := make([]explain.Told, 0, len(messages))
	recognised := false
	for i, m := range messages {
		a := known.Explain(redact.Text(m))
		if e.lines {
			a.ID = i + 1
		}
		recognised = recognised || a.Recognised()
		told = append(told, explain.Told{Message: m, Answer: a})
	}
	if err := e.write(told); err != nil {
		return err
	}
	return found(recognised)
}

// found is the exit status of an explanation.
func found(recognised bool) error {
	if !recognised {
		return status(3)
	}
	return nil
}

// messages are what was given: an argument, standard input, or each of its
// lines.
func (e *explanation) messages(args []string, given bool) ([]string, error) {
	text := ""
	if given {
		text = args[0]
	} else {
		data, err := io.ReadAll(io.LimitReader(e.Stdin, maxLine))
		if err != nil {
			return nil, mistake(err)
		}
		text = string(data)
	}
	messages := []string{text}
	if e.lines {
		messages = strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	}
	if strings.TrimSpace(text) == "" {
		return nil, usagef(`for example: authdoctor explain "535 5.7.8 Username and Password not accepted"`, "there is no message to explain")
	}
	return messages, nil
}

func (e *explanation) write(told []explain.Told) error {
	return e.emit(func(w io.Writer, o report.Options) error {
		switch e.format {
		case "json":
			return explainJSON(w, told, e.lines)
		case "html":
			return explain.HTML(w, told)
		case "markdown":
			return explain.Markdown(w, told)
		}
		return explain.Text(w, told, o.Width)
	})
}

// explainJSON writes one document, or one a line for lines.
func explainJSON(w io.Writer, told []explain.Told, lines bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if !lines {
		enc.SetIndent("", "  ")
	}
	for i := range told {
		if err := enc.Encode(&told[i].Answer); err != nil {
			return err
		}
	}
	return nil
}

// batch answers each line before it reads the next.
func (e *explanation) batch(known *explain.Explainer) error {
	recognised := false
	err := e.emit(func(w io.Writer, _ report.Options) error {
		in, out := bufio.NewScanner(e.Stdin), bufio.NewWriter(w)
		in.Buffer(nil, maxLine)
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		for n := 1; in.Scan(); n++ {
			if len(bytes.TrimSpace(in.Bytes())) == 0 {
				continue
			}
			a, err := answerLine(known, in.Bytes())
			if err != nil {
				_ = out.Flush() // what was answered stays; the mistake is what is told
				return usagef(`each line is like {"id":"1","text":"…"}`, "line %d: %s", n, err)
			}
			recognised = recognised || a.Recognised()
			if err := enc.Encode(a); err != nil {
				return err
			}
		}
		if err := in.Err(); err != nil {
			return mistake(err)
		}
		return out.Flush()
	})
	if err != nil {
		return err
	}
	return found(recognised)
}

func answerLine(known *explain.Explainer, line []byte) (*explain.Answer, error) {
	var item struct {
		ID   any     `json:"id"`
		Text *string `json:"text"`
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if err := dec.Decode(&item); err != nil {
		return nil, fmt.Errorf("not readable as JSON: %w", err)
	}
	if item.Text == nil {
		return nil, fmt.Errorf("there is no text")
	}
	a := known.Explain(redact.Text(*item.Text))
	a.ID = item.ID
	return &a, nil
}
