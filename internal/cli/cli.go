// Package cli is the command line: it reads arguments, wires the rooms
// together and turns the outcome into an exit status.
//
// Rules: results go to stdout, everything else to stderr. An error says what
// is wrong and names it, in lower case and without a full stop; a mistake of
// the user gets a hint with what to type next. The exit status is decided by
// the verdict or the kind of error, here and nowhere else, whatever the format.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/phone"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/redact"
	"github.com/authdoctor/authdoctor/internal/state"
	"github.com/authdoctor/authdoctor/internal/trace"
)

// System is the world that the program runs in. Tests supply their own.
type System struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	// Hostname is the name of this computer, which reports are not to tell.
	Hostname func() (string, error)
	Now      func() time.Time
	Random   func() float64 // from 0 to 1
	Version  string
	Probe    probe.Env
	Phone    phone.Env
	// Interrupt makes a context that ends on Ctrl-C. Commands that finish at
	// once do not ask for it.
	Interrupt func(context.Context) (context.Context, context.CancelFunc)
	// Terminal tells whether a stream is a terminal, and how wide.
	Terminal func(stream any) (columns int, ok bool)
	// Rows is how high a terminal is; 0 when it does not say.
	Rows func(stream any) int
	// Settle is for how long a new screen of the wizard ignores Enter, so that
	// a double press does not answer the next question.
	Settle time.Duration
	// OpenTTY opens the controlling terminal, to ask questions when standard
	// input is taken.
	OpenTTY  func() (io.ReadWriteCloser, error)
	ReadFile func(name string) ([]byte, error)
	// OpenFile opens a file that is too large to be read whole.
	OpenFile  func(name string) (io.ReadCloser, error)
	ReadDir   func(name string) ([]string, error) // names of the files in a folder; an error if it is none
	WriteFile func(name string, data []byte) error
	// State is the folder for what must outlive a run.
	State state.Dir
	// Password asks for a secret in a terminal, without showing it.
	Password func(ctx context.Context, in io.Reader, out io.Writer) (string, error)
}

// Exit statuses that no verdict gives.
const (
	exitUsage  = 2
	exitFault  = 4
	exitCancel = 130
)

// status is an error that only carries an exit status: everything was said.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// Main runs the program and returns its exit status.
func Main(ctx context.Context, sys System) (code int) {
	defer func() {
		if crash := recover(); crash != nil {
			fmt.Fprintf(sys.Stderr, "authdoctor: this is a fault of authdoctor itself: %v\n", crash)
			code = exitFault
		}
	}()
	root := newRoot(ctx, &sys)
	root.SetArgs(sys.Args)
	root.SetIn(sys.Stdin)
	root.SetOut(sys.Stdout)
	root.SetErr(sys.Stderr)
	return exitStatus(root.ExecuteContext(ctx), sys.Stderr)
}

// exitStatus maps an error to its status, and says it unless it was said.
func exitStatus(err error, stderr io.Writer) int {
	var s status
	var usage *diag.UsageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &s):
		return int(s)
	case errors.Is(err, diag.ErrCancelled), errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "Stopped.")
		return exitCancel
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "authdoctor: %s\n", told(err.Error()))
		if usage.Hint != "" {
			fmt.Fprintf(stderr, "  %s\n", strings.ReplaceAll(told(usage.Hint), "\n", "\n  "))
		}
		return exitUsage
	}
	fmt.Fprintf(stderr, "authdoctor: %s\n", told(err.Error()))
	return exitFault
}

// told is a text about what was given, which may hold a secret: a file that
// was taken for another one, an argument in the wrong place.
func told(s string) string { return redact.Text(redact.Printable(s)) }

// usagef is a mistake in what was given, with what to type next.
func usagef(hint, format string, args ...any) error {
	return &diag.UsageError{Err: fmt.Errorf(format, args...), Hint: hint}
}

// mistake makes an error of a reader the user's; one that is so already keeps
// its hint.
func mistake(err error) error {
	var usage *diag.UsageError
	if errors.As(err, &usage) {
		return err
	}
	return &diag.UsageError{Err: err}
}

// program is the command line with the world and its global flags.
type program struct {
	*System
	ctx    context.Context
	format string
	output string
	color  string
	vars   []string
	quiet  bool
	// accessible: plain numbered questions, nothing drawn over, words for
	// glyphs.
	accessible bool
	traces     *trace.Tracer // of serve; nil for none
}

func newRoot(ctx context.Context, sys *System) *cobra.Command {
	p := &program{System: sys, ctx: ctx}
	root := &cobra.Command{
		Use:   "authdoctor",
		Short: "Find out why a sign-in fails, and be walked to the fix",
		Long: `authdoctor finds out why somebody cannot sign in and walks them to the fix.

It measures what a computer can measure (clock, network, name lookup,
encryption, sign-in page, mail and directory servers, tokens), asks a few
questions, says what is most likely wrong and why, and goes through the fix step
by step until a retest proves it. It sends no password or token unless a flag
says so, and then once.

Begin with: authdoctor diagnose`,
		Example: `  authdoctor diagnose
  authdoctor diagnose alarmcom
  authdoctor check alarmcom --format json
  authdoctor diagnose alarmcom --answers case.yaml`,
		SilenceErrors: true, SilenceUsage: true,
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
		Version: sys.Version,
	}
	root.SetVersionTemplate("authdoctor {{.Version}}\n")
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 79")) // no terminal breaks a word
	root.CompletionOptions.HiddenDefaultCmd = false
	flags := root.PersistentFlags()
	flags.StringVar(&p.format, "format", "text", "how to write the result: text or json; where a command can, also junit, html or markdown")
	flags.StringVar(&p.output, "output", "", "write the result to this file instead of standard output")
	flags.StringVar(&p.color, "color", "auto", "auto, always or never")
	flags.StringArrayVar(&p.vars, "var", nil, "set a variable of the playbook: name=value (may be repeated)")
	flags.BoolVar(&p.quiet, "quiet", false, "no progress on standard error")
	root.SetFlagErrorFunc(flagMistake)
	root.SetHelpCommand(newHelp(root))
	for _, c := range wanted(sys.Args) {
		root.AddCommand(c.make(p))
	}
	return root
}

// command is one command of the program.
type command struct {
	name string
	make func(*program) *cobra.Command
}

// commands lists them all, sorted.
var commands = []command{
	{"check", newCheck}, {"codes", newCodes}, {"diagnose", newDiagnose}, {"explain", newExplain}, {"guide", newGuide},
	{"logs", newLogs}, {"phone", newPhone}, {"playbook", newPlaybook}, {"probe", newProbe}, {"report", newReport}, {"serve", newServe}, {"session", newSession}, {"version", newVersion},
}

// Root is the program's commands, all of them, for whoever writes about them.
func Root(sys System) *cobra.Command {
	sys.Args = nil
	return newRoot(context.Background(), &sys)
}

// wanted is the command that the arguments begin with, alone, so that a start
// does not pay for the others. Whatever else they begin with wants them all.
func wanted(args []string) []command {
	for i, c := range commands {
		if len(args) > 0 && args[0] == c.name {
			return commands[i : i+1]
		}
	}
	return commands
}

// interruptible runs a command that waits for people or servers.
func (p *program) interruptible(run func(context.Context) error) error {
	ctx, stop := p.Interrupt(p.ctx)
	defer stop()
	return run(ctx)
}

// noArgs refuses arguments, and guesses the command that was meant.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see: " + c.CommandPath() + " --help"
	c.SuggestionsMinimumDistance = 2
	switch near := c.SuggestionsFor(args[0]); {
	case len(near) > 0:
		hint = "did you mean: " + c.CommandPath() + " " + near[0]
	case !c.HasParent(): // somebody who says what is wrong, or pastes a message
		hint = "to be asked, and walked to the fix:  authdoctor diagnose\nwhat an error message means:         authdoctor explain \"the message\"\nall commands:                        authdoctor --help"
	}
	if c.HasSubCommands() {
		return usagef(hint, "unknown command %q for %s", args[0], c.CommandPath())
	}
	return usagef(hint, "%s takes no argument, got %q", c.CommandPath(), args[0])
}

// atMostOne is for commands with an optional PLAYBOOK.
func atMostOne(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("see: "+c.CommandPath()+" --help", "%s takes one argument at most, got %d", c.CommandPath(), len(args))
	}
	return nil
}

func exactlyOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("see: "+c.CommandPath()+" --help", "%s needs one argument: %s", c.CommandPath(), what)
		}
		return nil
	}
}
