// Package wizard asks a person, in a terminal, what authdoctor needs to know,
// and shows one step of the fix at a time.
//
// The rules of every screen:
//   - one idea, at most one question; the keys that work are named at its foot
//   - nothing can be answered before it was on screen, so that a warning is
//     never scrolled past
//   - an answer is always given by a key press for it, never by default; the
//     end of the input is a cancellation
//   - color never carries meaning alone
//   - whatever ends a question, the terminal is as it was before, and one line
//     stays behind that says what was answered
//
// Questions are huh forms inside a Bubble Tea program. In accessible mode the
// same pages are read line by line instead; huh's own accessible mode is never
// used, because at the end of the input it answers with the default.
package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	_ "github.com/authdoctor/authdoctor/internal/wizard/calm" // before bubbletea, see there
)

// Options is the world of a Wizard.
type Options struct {
	In  io.Reader // keys: a terminal (*os.File), in tests a pipe
	Out io.Writer // what people see: standard error
	// Width and Height fix the size in columns and rows; 0 asks the terminal.
	Width, Height int
	// Color permits color codes. Without it there is bold and reverse only.
	Color bool
	// Accessible reads every page line by line: numbered choices, no redraw.
	Accessible bool
	// Settle is for how long a new screen ignores Enter and Space, so that a
	// double press cannot answer the next question. 0 for not at all; 250 ms
	// suits people.
	Settle time.Duration
	// Now is the time of this computer, in the zone to show it in; nil is time.Now.
	Now func() time.Time
	// After starts a timer; nil is time.After.
	After func(time.Duration) <-chan time.Time
}

// Wizard asks a person. It is not for concurrent use.
type Wizard struct {
	opt  Options
	feed *feed
	draw func(context.Context, page) (reply, error)
	kept map[string]reply // page.key -> what was answered or begun
	back bool             // the last line left behind says that somebody went back
	// since is when the retest began of which something was put off.
	since time.Time
}

// RetestedAt says when the retest began of which something was put off, so that
// whoever comes back does not wait again.
func (w *Wizard) RetestedAt(at time.Time) { w.since = at }

// New makes a Wizard. It does not touch the terminal before the first question.
func New(o Options) *Wizard {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = time.After
	}
	w := &Wizard{opt: o, feed: newFeed(o.In), kept: map[string]reply{}}
	w.draw = w.run
	if o.Accessible {
		w.draw = newPrompter(o, w.feed).show
	}
	return w
}

// show puts a page up. Whoever comes back to it finds it as they left it.
func (w *Wizard) show(ctx context.Context, p page) (reply, error) {
	if p.kind == goOn || p.kind == await {
		return w.draw(ctx, p)
	}
	key := p.key()
	if r, ok := w.kept[key]; ok {
		p.before = &r
	}
	r, err := w.draw(ctx, p)
	if err == nil || errors.Is(err, diag.ErrBack) {
		w.kept[key] = r
	}
	return r, err
}

// Ask puts a question. The error is diag.ErrBack for "the question before",
// or wraps diag.ErrCancelled when the person stopped, the context ended or the
// input did. An empty Answer means that the person does not know.
func (w *Wizard) Ask(ctx context.Context, q diag.Question) (diag.Answer, error) {
	if len(q.Choices) == 0 {
		return diag.Answer{}, fmt.Errorf("question %q has no choices", q.ID)
	}
	for {
		a, err := w.askOnce(ctx, q)
		if !errors.Is(err, errAgain) {
			return a, err
		}
	}
}

// errAgain: back from the value that belongs to a choice, to the choices.
var errAgain = errors.New("again")

func (w *Wizard) askOnce(ctx context.Context, q diag.Question) (diag.Answer, error) {
	r, err := w.show(ctx, w.questionPage(q))
	if err != nil {
		return diag.Answer{}, err
	}
	a := answer(q, r)
	for _, i := range r.picked {
		if i >= len(q.Choices) || q.Choices[i].Input == "" {
			continue
		}
		address, err := w.address(ctx, q.Choices[i].Input)
		if errors.Is(err, diag.ErrBack) {
			return a, errAgain
		}
		if err != nil {
			return diag.Answer{}, err
		}
		a.Input = address
	}
	return a, nil
}

// address asks for the address of a page or a server until it is one, or is
// left empty.
func (w *Wizard) address(ctx context.Context, prompt string) (string, error) {
	p := entryPage(prompt)
	for {
		typed, err := w.show(ctx, p)
		if err != nil || typed.text == "" {
			return "", err
		}
		_, wrong := diag.Address(typed.text)
		if wrong == nil {
			return typed.text, nil
		}
		p.hint = "Please look again: " + wrong.Error() + ". Or leave it empty."
	}
}

// Do shows a step and returns what the person says of it. Errors are those of
// Ask. A satisfied step is shown and passed.
//
// A retest of which the outcome is known, because nothing has helped, is not
// asked for: it comes back without checkpoints. Else it goes through its
// checkpoints one after another. When "sign-in"
// (or, without one of that name, the first) fails, the rest cannot be tried:
// it is not asked, and not in the result.
func (w *Wizard) Do(ctx context.Context, step diag.Instruction) (diag.Did, error) {
	switch {
	case step.Satisfied:
		_, err := w.show(ctx, satisfiedPage(step))
		return diag.Did{Outcome: diag.DidSatisfied}, err
	case len(step.Checkpoints) > 0 && step.NothingHelped:
		w.say("None of the steps helped, so there is nothing to prove.")
		return diag.Did{Checkpoints: map[string]string{}}, nil
	case len(step.Checkpoints) > 0:
		return w.retest(ctx, step)
	case len(step.Outcomes) == 0:
		return diag.Did{}, fmt.Errorf("step %q has no outcomes", step.ID)
	}
	outcome, err := w.tried(ctx, step)
	return diag.Did{Outcome: outcome}, err
}

// Worse says what to stop or undo after a step that made things worse. Errors
// are those of Ask.
func (w *Wizard) Worse(ctx context.Context, step diag.Instruction) error {
	if len(step.Worse) == 0 {
		return nil
	}
	_, err := w.show(ctx, worsePage(step))
	return err
}

// say leaves a line behind.
func (w *Wizard) say(text string) {
	width, _ := w.size()
	width = max(minWidth, min(width-1, maxWidth-1))
	for _, l := range wrap(text, width, width) {
		_, _ = fmt.Fprintln(w.opt.Out, l)
	}
}

// Think says what is most likely and why; the person goes on with Enter.
func (w *Wizard) Think(ctx context.Context, o *diag.Opinion) error {
	_, err := w.show(ctx, opinionPage(o))
	return err
}

// Wait shows a drawing until something has happened; nothing is asked
// meanwhile. It says what it waits for, and afterwards what was done. Errors
// are those of Ask, when the person wants back or out before.
func (w *Wizard) Wait(ctx context.Context, what, done string, draw Drawing, until <-chan struct{}) error {
	_, err := w.show(ctx, page{kind: await, ask: what, name: done, draw: draw, until: until})
	return err
}

// messageLimit bounds a pasted message, in characters. An error message with
// the lines around it fits many times; more than that is a log file.
const messageLimit = 64 << 10

// Message asks for the exact message that the person saw. It may be empty.
// The text is as typed: masking what is secret in it is up to the caller.
func (w *Wizard) Message(ctx context.Context) (string, error) {
	r, err := w.show(ctx, messagePage())
	return r.text, err
}

func messagePage() page {
	return page{
		kind: paste,
		ask:  "Is there an error message? Paste it here, exactly as it is.",
		hint: "Passwords, codes and tokens in it are masked first. No message? Leave it empty.",
		name: "Error message",
	}
}

func entryPage(prompt string) page {
	return page{kind: entry, ask: prompt, hint: "Leave it empty if you do not have it.", name: prompt}
}

// Playbook asks what kind of sign-in fails and returns the choice's ID.
func (w *Wizard) Playbook(ctx context.Context, choices []diag.Choice) (string, error) {
	return w.one(ctx, "What refuses you?", choices)
}

func (w *Wizard) one(ctx context.Context, ask string, choices []diag.Choice) (string, error) {
	if len(choices) == 0 {
		return "", fmt.Errorf("nothing to choose from for %q", ask)
	}
	r, err := w.show(ctx, page{kind: choose, ask: ask, choices: choiceTexts(choices), name: ask})
	if err != nil {
		return "", err
	}
	return choices[r.picked[0]].ID, nil
}
