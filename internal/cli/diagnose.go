package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/journal"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/script"
	"github.com/authdoctor/authdoctor/internal/session"
	"github.com/authdoctor/authdoctor/internal/wizard"
)

type diagnoseOptions struct {
	playbook   string
	symptoms   []string
	answers    []string
	message    string
	answerFile string
	noInput    bool
	surface    string
	checks     []string
	noChecks   bool
	order      string // of the steps: empty for the playbook's
	timeout    time.Duration
	record     string
	with       withFlags
	resume     bool
	noJournal  bool
}

func newDiagnose(p *program) *cobra.Command {
	var o diagnoseOptions
	c := &cobra.Command{
		Use:   "diagnose [PLAYBOOK]",
		Short: "Find the cause and walk through the fix",
		Long: `Ask what you see, check this computer and its network, say what is most likely
wrong and why, and walk through the fix one step at a time. After each step you
try again; it is fixed when the retest at the end says so.

In a terminal it asks. With --answers it takes every answer from a file. With
--no-input it asks nothing, checks, and prints the ranking and the plan.

The steps come in the playbook's order, and the report says what that costs.
With --order likely comes what costs least on average: before each step the
plan is made anew from all that is known, it says why this step comes now, and
offers to hand over when no step is worth its time. What a step requires still
comes before it.

What you answered and what was found is kept on this computer for 90 days, so
that you can stop and come back: see authdoctor session. Passwords, codes and
tokens are never kept. --no-input keeps nothing, nor does --no-journal.

Exit status: 0 fixed or healthy, 1 a problem was found (or it is handed over, or
waits), 3 not enough could be known, 2 wrong usage, 130 stopped.`,
		Example: `  authdoctor diagnose alarmcom
  authdoctor diagnose alarmcom --no-input --symptom login-rejected
  authdoctor diagnose --resume
  authdoctor diagnose alarmcom --answers case.yaml --format json
  authdoctor diagnose alarmcom --no-input --symptom session-drops --answer web-login=works
  authdoctor diagnose alarmcom --order likely`,
		Args: atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			if err := p.needFormat("diagnose", report.Formats("diagnose")...); err != nil {
				return err
			}
			if len(args) == 1 {
				o.playbook = args[0]
			}
			return p.interruptible(func(ctx context.Context) error {
				if o.resume {
					return p.resume(ctx, o)
				}
				return p.diagnose(ctx, o)
			})
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.symptoms, "symptom", nil, "what is seen, besides what an answers file says: ids of symptoms (may be repeated)")
	f.StringArrayVar(&o.answers, "answer", nil, "QUESTION=CHOICE, known from the start (may be repeated)")
	f.StringVar(&o.message, "message", "", "the exact error message, or - to read it from standard input")
	f.BoolVar(&o.noInput, "no-input", false, "ask nothing: check, rank, and print the plan")
	f.StringVar(&o.surface, "surface", "", "where you act, such as app or website")
	f.StringArrayVar(&o.checks, "check", nil, "CHECK=OUTCOME, taken as given and not measured (may be repeated)")
	f.BoolVar(&o.noChecks, "no-checks", false, "measure nothing")
	f.StringVar(&o.order, "order", "", "order of the steps: playbook (the default), or likely")
	f.BoolVar(&o.resume, "resume", false, "go on with a session: diagnose --resume [SESSION], without SESSION the last one")
	f.BoolVar(&o.noJournal, "no-journal", false, "keep nothing on disk; what is left cannot be taken up again")
	resumeFlags(p, c, &o)
	return c
}

// resumeFlags are the flags of a session that also hold when it is taken up
// again.
func resumeFlags(p *program, c *cobra.Command, o *diagnoseOptions) {
	f := c.Flags()
	f.StringVar(&o.answerFile, "answers", "", "take every answer from this file (authdoctor.answers/1)")
	f.BoolVar(&p.accessible, "accessible", false, "plain numbered questions, for screen readers")
	f.StringVar(&o.record, "record", "", "write the case to this file, to be played again with --answers")
	f.DurationVar(&o.timeout, "timeout", probe.DefaultTimeout, "time for all checks together")
	o.with.register(c)
}

// diagnosis is one run, wired.
type diagnosis struct {
	*program
	opt     diagnoseOptions
	book    *engine.Book
	ev      *diag.Evidence
	asker   session.Asker
	wizard  *wizard.Wizard // nil when nobody is asked
	keeper  *keeper
	resumed bool          // the session was left and is taken up again
	left    *journal.Case // as it was left; nil unless it was
	ledOn   bool          // another playbook led to this one
	began   time.Time
}

func (p *program) diagnose(ctx context.Context, o diagnoseOptions) error {
	d := &diagnosis{program: p, opt: o, ev: diag.NewEvidence()}
	if o.playbook != "" && !isPath(o.playbook) { // a slip comes before what is missing
		if _, err := p.readBook(o.playbook); err != nil {
			return err
		}
	}
	closeTTY, err := d.chooseAsker(ctx)
	if err != nil {
		return err
	}
	defer closeTTY()
	if err := d.prepare(ctx); err != nil {
		return err
	}
	return d.run(ctx)
}

// chooseAsker decides who answers: the file, nobody, or the person in the
// terminal.
func (d *diagnosis) chooseAsker(ctx context.Context) (closeTTY func(), err error) {
	nothing := func() {}
	if _, err := d.layout(d.Stdout); err != nil { // a wrong --color is said before anything runs
		return nothing, err
	}
	if err := checkOrder(d.opt.order); err != nil {
		return nothing, err
	}
	if d.opt.timeout <= 0 {
		return nothing, usagef("for example: --timeout 5s", "--timeout must be more than nothing, got %s", d.opt.timeout)
	}
	if d.opt.answerFile != "" || d.opt.noInput {
		return nothing, nil
	}
	in, closeTTY, err := d.terminal(ctx)
	if err != nil {
		return nothing, err
	}
	color, err := d.colored(d.Stderr)
	if err != nil {
		closeTTY()
		return nothing, err
	}
	d.wizard = wizard.New(wizard.Options{
		In: in, Out: d.Stderr, Color: color, Now: d.Now, Accessible: d.lineByLine(),
		Settle: d.Settle,
	})
	d.asker = d.wizard
	return closeTTY, nil
}

// lineByLine reports whether somebody reads this with a screen reader, or on a
// terminal that cannot redraw.
func (p *program) lineByLine() bool {
	return p.accessible || truthy(p.Getenv("ACCESSIBLE")) || p.Getenv("TERM") == "dumb"
}

func truthy(s string) bool { return s != "" && s != "0" && !strings.EqualFold(s, "false") }

var errNoTerminal = errors.New("there is no terminal to ask in")

// terminal finds where to read keys. With --message - standard input is taken,
// and the controlling terminal is asked.
func (d *diagnosis) terminal(ctx context.Context) (io.Reader, func(), error) {
	_, out := d.Terminal(d.Stderr)
	_, in := d.Terminal(d.Stdin)
	if d.opt.message == "-" && out {
		tty, err := d.OpenTTY()
		if err == nil {
			return tty, func() { tty.Close() }, nil
		}
		in = false
	}
	if in && out {
		return d.Stdin, func() {}, ctx.Err()
	}
	name := d.opt.playbook
	if name == "" {
		name = "alarmcom"
	}
	return nil, nil, usagef("take the answers from a file:  authdoctor diagnose "+name+" --answers case.yaml\n"+
		"or ask nothing:                authdoctor diagnose "+name+" --no-input",
		"%w", errNoTerminal)
}

// prepare reads everything that was given, and refuses what it does not know
// before anything runs.
func (d *diagnosis) prepare(ctx context.Context) error {
	if err := d.choosePlaybook(ctx); err != nil {
		return err
	}
	raw, err := d.load(d.opt.playbook)
	if err != nil {
		return err
	}
	if err := d.opt.with.apply(raw); err != nil {
		return err
	}
	if d.book, err = d.compile(raw, d.opt.surface); err != nil {
		return err
	}
	d.book.Order = d.opt.order
	given := d.collect()
	if err := d.readAnswers(); err != nil {
		return err
	}
	if err := d.readFlags(); err != nil {
		return err
	}
	if err := d.readMessage(ctx); err != nil {
		return err
	}
	if err := d.trusted(ctx, d.opt.playbook, d.book, d.ev, d.opt.with, d.wizard); err != nil {
		return err
	}
	d.keep(*given)
	return nil
}

func (d *diagnosis) choosePlaybook(ctx context.Context) error {
	if d.opt.playbook != "" {
		return nil
	}
	if d.wizard == nil || len(builtIn()) == 1 {
		name, err := d.pickBook(nil)
		d.opt.playbook = name
		return err
	}
	var choices, technical, sorting []diag.Choice
	for _, id := range builtIn() {
		book, err := d.load(id)
		if err != nil {
			return err
		}
		choice := diag.Choice{ID: id, Text: book.Title}
		if book.Sorts() {
			sorting = append(sorting, choice) // for whom none of the others fits
			continue
		}
		if !atHome(book) {
			technical = append(technical, choice) // what people use at home comes first
			continue
		}
		choices = append(choices, choice)
	}
	choices = slices.Concat(choices, technical, sorting)
	name, err := d.wizard.Playbook(ctx, choices)
	d.opt.playbook = name
	return err
}

// atHome: most of what can be wrong, the person can put right alone.
func atHome(book *playbook.Playbook) bool {
	own := 0
	for _, c := range book.Causes {
		if c.Actor == "user" {
			own++
		}
	}
	return 2*own > len(book.Causes)
}

// readAnswers reads the answers file.
func (d *diagnosis) readAnswers() error {
	given := &playbook.Given{}
	if d.opt.answerFile != "" {
		src, err := d.readSource(d.opt.answerFile)
		if err != nil {
			return err
		}
		if given, err = playbook.ParseAnswers(src.name, src.data, d.book.Playbook); err != nil {
			return mistake(err)
		}
	}
	session.Seed(d.book, d.ev, given)
	if err := d.takeMessage(given.Message); err != nil {
		return err
	}
	if d.wizard == nil {
		d.asker = &script.Asker{Steps: given.Steps, Retest: given.Retest, Checkpoint: script.Postponed, Unneeded: d.unneeded}
	}
	return nil
}

// unneeded says that a report of the answers file does not count, and why.
func (d *diagnosis) unneeded(step diag.Instruction, outcome string) {
	if d.quiet {
		return
	}
	proof := cmp.Or(step.Proof, "it was done already")
	fmt.Fprintf(d.Stderr, "authdoctor: %s: %q for the step %s does not count, since that step is not needed: %s\n", d.opt.answerFile, outcome, step.ID, proof)
}

// readFlags adds what the flags say to what the file says; flags win.
func (d *diagnosis) readFlags() error {
	for _, s := range d.opt.symptoms {
		if err := d.book.CheckSymptom(s); err != nil {
			return mistake(err)
		}
	}
	if len(d.opt.symptoms) > 0 {
		told := slices.DeleteFunc(slices.Clone(d.ev.Symptoms), func(s string) bool { return slices.Contains(d.opt.symptoms, s) })
		d.ev.Tell(append(told, d.opt.symptoms...)) // both were seen
	}
	for _, a := range d.opt.answers {
		question, choice, ok := strings.Cut(a, "=")
		if !ok {
			return usagef("for example: --answer web-login=works", "--answer %q is not QUESTION=CHOICE", a)
		}
		if err := d.book.CheckAnswer(question, choice); err != nil {
			return mistake(err)
		}
		session.Seed(d.book, d.ev, &playbook.Given{Answers: map[string]string{question: choice}})
	}
	for _, c := range d.opt.checks {
		check, outcome, ok := strings.Cut(c, "=")
		if !ok {
			return usagef("for example: --check clock=skewed", "--check %q is not CHECK=OUTCOME", c)
		}
		if err := d.book.CheckOutcome(check, outcome); err != nil {
			return mistake(err)
		}
		d.ev.Given(check, outcome)
	}
	d.skipChecks()
	return nil
}

// skipChecks marks what is not to be measured.
func (d *diagnosis) skipChecks() {
	for _, c := range d.book.Checks {
		if d.opt.noChecks && !d.ev.Checks[c.ID].Given {
			d.ev.Given(c.ID, diag.NotMeasured)
		}
	}
}

// maxMessage bounds a message that is read from standard input.
const maxMessage = 1 << 20

// readMessage takes the message from the flag, from standard input, or in the
// wizard. It passes redaction before anything else sees it.
func (d *diagnosis) readMessage(ctx context.Context) error {
	text := d.opt.message
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(d.Stdin, maxMessage))
		if err != nil {
			return usagef("", "standard input: %s", err)
		}
		text = string(data)
	}
	if err := d.takeMessage(text); err != nil {
		return err
	}
	return ctx.Err()
}
