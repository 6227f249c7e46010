package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/logs"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/report"
)

// logReading is one call of logs.
type logReading struct {
	*program
	logFormat    string
	pseudonymize bool
}

// logMemory is what the collector holds the heap to: a log is read beside the
// service that writes it. The whole program then stays below 64 MB, whatever
// the log holds.
const logMemory = 42 << 20

func newLogs(p *program) *cobra.Command {
	l := &logReading{program: p}
	c := &cobra.Command{
		Use:   "logs FILE...|-",
		Short: "Read a sign-in log: which causes, who, when, and what stands out",
		Long: `Read sign-in logs: which causes, who, from where, when, and what stands out.
Reads syslog and the journal as text, JSON or export (sshd, dovecot, postfix,
PAM, FreeRADIUS, snmptrapd), JSON of Microsoft Entra, AWS CloudTrail, Google
Cloud, Okta, Keycloak and Windows, the CSV that the Entra portal downloads,
Windows events as XML, access logs of web servers, and error logs of nginx and
Apache; .gz, .zst and UTF-16 too. Of the log of any other program, as text or
JSON lines, the words are explained as by authdoctor explain. The format is
recognised per file. Nothing is sent anywhere.

A log may tell several things: each is said with what to do, the gravest first.
Ctrl-C ends the reading and reports what was read so far.

Users and addresses stay readable unless --pseudonymize is given; secrets are
always masked.

Exit status: 0 nothing failed, 1 sign-ins failed, 3 nothing was readable
or known, 2 wrong usage, 130 stopped.`,
		Example: `  authdoctor logs /var/log/auth.log /var/log/auth.log.1.gz
  journalctl -u ssh -o export | authdoctor logs -
  tail -f /var/log/auth.log | authdoctor logs -
  authdoctor logs InteractiveSignIns.csv --format html --output signins.html
  authdoctor logs signins.json --pseudonymize --format markdown`,
		Args: someFile,
		RunE: func(_ *cobra.Command, args []string) error { return l.run(args) },
	}
	c.Flags().StringVar(&l.logFormat, "log-format", "", "take every file as: "+strings.Join(logs.Formats, ", "))
	c.Flags().BoolVar(&l.pseudonymize, "pseudonymize", false, "hide users and addresses behind names that are new in each run")
	return c
}

func someFile(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("for example: authdoctor logs /var/log/auth.log; - reads standard input", "logs needs a file")
	}
	return nil
}

func (l *logReading) run(args []string) error {
	if err := l.needFormat("logs", "text", "json", "html", "markdown"); err != nil {
		return err
	}
	if l.logFormat != "" && !slices.Contains(logs.Formats, l.logFormat) {
		return usagef("log formats: "+strings.Join(logs.Formats, ", "), "unknown --log-format %q", l.logFormat)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(logMemory))
	sources, done, err := l.sources(args)
	defer done()
	if err != nil {
		return err
	}
	known, err := explainer()
	if err != nil {
		return err
	}
	o := logs.Options{Explainer: known, Format: l.logFormat, Now: l.Now()}
	if l.pseudonymize {
		o.Random = rand.Reader
	}
	ctx, stop := l.Interrupt(l.ctx)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program
	r, err := logs.Read(ctx, sources, o)
	if err != nil {
		return usagef("is it whole? a packed file that is cut off can often be repaired by its copy on the server", "%s", err)
	}
	if err := l.write(r); err != nil {
		return err
	}
	if r.CutShort != nil {
		return status(exitCancel)
	}
	switch r.Verdict.Status {
	case logs.StatusProblem:
		return status(1)
	case logs.StatusInconclusive:
		return status(3)
	}
	return nil
}

const stdinName = "standard input"

// sources opens every file before any is read, so that a wrong name is told
// at once.
func (l *logReading) sources(names []string) (out []logs.Source, done func(), err error) {
	var open []io.Closer
	var seen []fs.FileInfo
	done = func() {
		for _, c := range open {
			_ = c.Close()
		}
	}
	for _, name := range names {
		if name == "-" {
			if slices.ContainsFunc(out, func(s logs.Source) bool { return s.Name == stdinName }) {
				return nil, done, usagef("give - once, and files by their names", "- is given twice: standard input can be read only once")
			}
			out = append(out, logs.Source{Name: stdinName, Reader: l.Stdin})
			continue
		}
		f, err := l.OpenFile(name)
		if err != nil {
			return nil, done, usagef("give files that can be read", "%s", err)
		}
		open = append(open, f)
		info, err := stat(f)
		switch {
		case err != nil:
		case info.IsDir():
			return nil, done, usagef("name the files in it: authdoctor logs "+filepath.Join(name, "*"), "%s is a folder", name)
		case slices.ContainsFunc(seen, func(other fs.FileInfo) bool { return os.SameFile(info, other) }):
			fmt.Fprintf(l.Stderr, "%s is given twice; it is read once.\n", redact.Printable(name))
			continue
		default:
			seen = append(seen, info)
		}
		out = append(out, logs.Source{Name: name, Reader: f})
	}
	return out, done, nil
}

// stat is what is known of an open file.
func stat(f io.Reader) (fs.FileInfo, error) {
	file, ok := f.(fs.File)
	if !ok {
		return nil, fs.ErrInvalid
	}
	return file.Stat()
}

func (l *logReading) write(r *logs.Report) error {
	if l.format == "json" {
		return l.emitJSON(r)
	}
	return l.emit(func(w io.Writer, _ report.Options) error {
		switch l.format {
		case "html":
			return r.HTML(w)
		case "markdown":
			return r.Markdown(w)
		}
		return r.Text(w)
	})
}
