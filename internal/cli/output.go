package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
)

// needFormat refuses a format that the command does not have.
func (p *program) needFormat(command string, formats ...string) error {
	if slices.Contains(formats, p.format) {
		return p.needFolder()
	}
	return usagef("formats of "+command+": "+strings.Join(formats, ", "), "%s cannot write format %q", command, p.format)
}

// needFolder refuses a result's file that cannot be there, before anything is
// measured.
func (p *program) needFolder() error {
	if p.output == "" {
		return nil
	}
	if _, err := p.ReadDir(filepath.Dir(p.output)); errors.Is(err, fs.ErrNotExist) {
		return usagef("make the folder first, or give another file", "--output %s: there is no folder %s", p.output, filepath.Dir(p.output))
	}
	return nil
}

// colored decides on color once, for one stream.
func (p *program) colored(stream any) (bool, error) {
	switch p.color {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
	default:
		return false, usagef("colors: auto, always, never", "unknown --color %q", p.color)
	}
	if p.Getenv("NO_COLOR") != "" {
		return false, nil
	}
	if force := p.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true, nil
	}
	if p.lineByLine() {
		return false, nil // whoever has it read out hears every code
	}
	_, terminal := p.Terminal(stream)
	return terminal, nil
}

// layout is how text is laid out on a stream.
func (p *program) layout(stream any) (report.Options, error) {
	color, err := p.colored(stream)
	if err != nil {
		return report.Options{}, err
	}
	columns, terminal := p.Terminal(stream)
	return report.Options{
		Color: color, Width: columns, Words: p.accessible || truthy(p.Getenv("ACCESSIBLE")),
		Live: terminal && !p.lineByLine(),
	}, nil
}

// emit writes a result to standard output or to --output, all or nothing.
func (p *program) emit(write func(io.Writer, report.Options) error) error {
	if p.output == "" {
		o, err := p.layout(p.Stdout)
		if err != nil {
			return err
		}
		return write(p.Stdout, o)
	}
	var b bytes.Buffer
	if err := write(&b, report.Options{Color: p.color == "always"}); err != nil {
		return err
	}
	if err := p.WriteFile(p.output, b.Bytes()); err != nil {
		return usagef("give a file that can be written", "%s", err)
	}
	return nil
}

// emitJSON writes any value as an indented document.
func (p *program) emitJSON(v any) error {
	return p.emit(func(w io.Writer, _ report.Options) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}

// emitText writes lines of text.
func (p *program) emitText(text string) error {
	return p.emit(func(w io.Writer, _ report.Options) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// variables reads --var name=value.
func (p *program) variables() (map[string]string, error) {
	vars := map[string]string{}
	for _, v := range p.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, usagef("for example: --var login_url=https://www.example.org/login", "--var %q is not name=value", v)
		}
		if redact.Text(name+"="+value) != name+"="+value || redact.Text(value) != value {
			return nil, usagef("leave it out: checks need no password and no token, and what is measured is shown", "--var %s holds something secret", name)
		}
		vars[strings.TrimSpace(name)] = value
	}
	return vars, nil
}

// plural says "1 check", "2 checks".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
