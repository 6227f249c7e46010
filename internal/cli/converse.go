package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/journal"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/session"
)

// run has the conversation and writes the report. A playbook that only sorts
// hands over to another, with all that is known already.
func (d *diagnosis) run(ctx context.Context) error {
	if !d.resumed {
		d.began = d.Now()
	}
	if d.wizard != nil {
		d.asker = &phoneOffer{Asker: d.asker, d: d}
	}
	for {
		v, err := d.converse(ctx)
		if err != nil && !errors.Is(err, diag.ErrCancelled) {
			return err
		}
		if err == nil && v.Next.Playbook != "" && d.wizard != nil {
			d.keeper.end(v)
			d.tellWhereTo(v)
			if err := d.goOn(v.Next.Playbook); err != nil {
				return err
			}
			continue
		}
		r := engine.Report(d.book, d.ev, v)
		r.Session = d.keeper.id()
		d.stamp(r, d.began)
		d.keeper.end(v)
		if c, err := journal.In(d.State).Read(r.Session); err == nil {
			r.Timeline = timeline(c, r)
		}
		if err := d.record(); err != nil {
			return err
		}
		err = d.finish(r, d.text)
		if d.wizard != nil && v.Status == diag.Escalate && r.Session != "" {
			err = errors.Join(d.offerPacket(ctx, r.Session, r), err)
		}
		return err
	}
}

// converse is one session with the present playbook.
func (d *diagnosis) converse(ctx context.Context) (diag.Verdict, error) {
	if d.wizard != nil {
		if err := d.greet(); err != nil {
			return diag.Verdict{}, err
		}
	}
	m, err := d.measurer(ctx, d.book, d.ev, d.opt.timeout, d.opt.with)
	if err != nil {
		return diag.Verdict{}, err
	}
	s := session.Session{
		Book: d.book, Asker: d.asker, Prober: m, PlanOnly: d.opt.noInput,
		Resumed: d.resumed,
		Told:    d.told,
	}
	if d.resumed && d.left != nil {
		s.Given, s.Since = d.left.Given, d.left.Events()[len(d.left.Given):]
	}
	if d.wizard != nil {
		s.Worse = d.wizard.Worse
	}
	if d.wizard != nil && !d.ledOn {
		s.Paste = d.paste
	}
	return s.Run(ctx, d.ev)
}

// told reports whether anybody complained: with a symptom, a message or an
// answer to what only the person can tell.
func (d *diagnosis) told() bool {
	return d.ev.Message != "" || len(d.ev.Symptoms) > 0 || slices.ContainsFunc(d.book.Questions, func(q playbook.Question) bool {
		return slices.ContainsFunc(q.Choices, func(c playbook.Choice) bool { return c.ID == d.ev.Answers[q.ID] && !c.Neutral })
	})
}

// tellWhereTo says what the questions so far have led to, how sure that is, and
// whom to turn to where it does not fit.
func (d *diagnosis) tellWhereTo(v diag.Verdict) {
	if d.quiet {
		return
	}
	said := v.Summary + " What follows is about that."
	if e := d.book.Escalate; e != nil && e.To != "" {
		said += " Does it not fit? Quit with q, and turn to " + e.To + "."
	}
	fmt.Fprintln(d.Stderr)
	for _, l := range report.Wrap(said, 76) {
		fmt.Fprintf(d.Stderr, "  %s\n", l)
	}
}

// goOn takes up another playbook. Answers to questions that both ask are kept.
func (d *diagnosis) goOn(id string) error {
	raw, err := d.load(id)
	if err != nil {
		return err
	}
	was := d.ev
	d.ev, d.resumed, d.ledOn = diag.NewEvidence(), false, true
	d.opt.playbook = id
	given := d.collect()
	if was.MessageAsked {
		d.ev.Paste(was.Message, was.Matches)
	}
	d.vars, d.opt.with = nil, withFlags{} // those of the caller were meant for the first playbook
	if d.book, err = d.compile(raw, ""); err != nil {
		return err
	}
	d.book.Order = d.opt.order
	for question, choice := range was.Answers {
		if choice != diag.NoAnswer && d.book.CheckAnswer(question, choice) == nil {
			session.Seed(d.book, d.ev, &playbook.Given{Answers: map[string]string{question: choice}})
		}
	}
	d.readOffMessage()
	d.skipChecks()
	d.keep(*given)
	return nil
}

// greet says what this is, and what it will and will not do.
func (d *diagnosis) greet() error {
	o, err := d.layout(d.Stderr)
	if err != nil {
		return err
	}
	promise := "It contacts time servers and the sign-in page, never your account. It never asks for your password."
	if d.opt.noChecks {
		promise = "It contacts nobody, and never asks for your password."
	}
	return report.Greeting(d.Stderr, d.book.Title, promise, o)
}

// text leaves out what the person has just gone through, where it is still on
// the same screen.
func (d *diagnosis) text(w io.Writer, r *diag.Report, o report.Options) error {
	o.Brief = d.wizard != nil && d.output == "" && d.oneTerminal()
	return report.Text(w, r, o)
}

// paste asks for the exact message, and says at once what it means. It is
// asked once, also where one playbook leads to another.
func (d *diagnosis) paste(ctx context.Context) error {
	text, err := d.wizard.Message(ctx)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		d.ev.Paste("", nil) // it was asked for, and there is none
		return nil
	}
	if err := d.takeMessage(text); err != nil {
		return err
	}
	d.tellMessage()
	return nil
}
