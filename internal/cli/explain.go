package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/logs"
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
all of it is one message unless --lines is given. Text from Windows (UTF-16) is
read as well. Nothing is sent anywhere.

With --jsonl every line gets an answer. A line that cannot be read gets one with
"error", which holds its number and what is wrong; the others are answered all
the same, and the exit status at the end is 2. Otherwise --format may be text,
json, html or markdown.

Exit status: 0 recognised, also when it is no failed sign-in, 3 not recognised,
2 wrong usage, or a line of --jsonl that could not be read.`,
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
	if e.jsonl && e.format != "json" && e.format != "text" {
		return usagef("leave out --format, or explain the messages one by one", "--jsonl writes one JSON object a line, and no %s", e.format)
	}
	known, err := explainer()
	if err != nil {
		return err
	}
	if e.jsonl {
		return e.batch(known)
	}
	if e.lines {
		if given {
			return usagef("give the lines on standard input", "--lines goes with no TEXT")
		}
		return e.eachLine(known)
	}
	message, err := e.message(args, given)
	if err != nil {
		return err
	}
	t := known.Tell(message)
	if err := e.write([]explain.Told{t}); err != nil {
		return err
	}
	if given && !t.Answer.Recognised() && !e.quiet {
		e.mistaken(message)
	}
	return found(t.Answer.Recognised())
}

// mistaken says what to type for what is no message: the name of a file, or a
// token.
func (e *explanation) mistaken(text string) {
	// Its folder is asked, since opening what is no plain file may wait for ever.
	if files, err := e.ReadDir(filepath.Dir(text)); err == nil && slices.Contains(files, filepath.Base(text)) {
		fmt.Fprintf(e.Stderr, "%s is a file. What is in it is explained by:\n  authdoctor explain < %s\n", told(text), told(text))
		return
	}
	if strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2 { // as every JWT begins (RFC 7519 section 3)
		fmt.Fprintln(e.Stderr, "This looks like a token. Save it in a file; it is read there, and sent nowhere, by:\n  authdoctor probe token --file token.txt")
	}
}

// found is the exit status of an explanation.
func found(recognised bool) error {
	if !recognised {
		return status(3)
	}
	return nil
}

// message is what was given: an argument, or all of standard input.
func (e *explanation) message(args []string, given bool) (string, error) {
	text := ""
	if given {
		text = args[0]
	} else {
		if _, typed := e.Terminal(e.Stdin); typed && !e.quiet {
			fmt.Fprintln(e.Stderr, "Paste the message, then press Enter and Ctrl-D (Windows: Ctrl-Z and Enter).")
		}
		data, err := io.ReadAll(io.LimitReader(logs.Plain(e.Stdin), maxLine+1))
		if err != nil {
			return "", mistake(err)
		}
		text = string(data)
	}
	if len(text) > maxLine {
		return "", usagef("give the part with the error, or read it line by line with --lines", "the message is over %d MiB", maxLine>>20)
	}
	if binary(text) {
		return "", usagef("give the text of the message; a log is read by authdoctor logs", "this is no text but binary data")
	}
	if strings.TrimSpace(text) == "" {
		return "", usagef(`for example: authdoctor explain "535 5.7.8 Username and Password not accepted"`, "there is no message to explain")
	}
	return text, nil
}

// looked is how much of a message shows whether it is text.
const looked = 64 << 10

// binary reports whether more than one byte of twenty is none that texts have.
func binary(text string) bool {
	head := text[:min(len(text), looked)]
	odd := 0
	for _, r := range head {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != 0x1b {
			odd++
		}
	}
	return odd*20 > len(head)
}

func (e *explanation) write(told []explain.Told) error {
	return e.emit(func(w io.Writer, o report.Options) error {
		switch e.format {
		case "json":
			enc := json.NewEncoder(w)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			return enc.Encode(told[0].InGiven())
		case "html":
			return explain.HTML(w, told)
		case "markdown":
			return explain.Markdown(w, told)
		}
		return explain.Text(w, told, o.Width)
	})
}
