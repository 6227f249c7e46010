package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/journal"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/script"
)

// shelfLife is how long what was measured is believed in a session that is
// taken up again: networks and clocks change sooner than accounts.
const shelfLife = 15 * time.Minute

// resume goes on with a session that was left.
func (p *program) resume(ctx context.Context, o diagnoseOptions) error {
	store := journal.In(p.State)
	id, err := pickSession(store, o.playbook)
	if err != nil {
		return err
	}
	c, w, err := store.Resume(id, p.Now)
	if errors.Is(err, journal.ErrBusy) {
		return busy(store, id)
	}
	if err != nil {
		return sessionMistake(id, err)
	}
	d := &diagnosis{program: p, opt: o, keeper: &keeper{p, w}, resumed: true, left: c, began: c.Began}
	defer func() {
		if d.keeper.writer != nil {
			_ = d.keeper.writer.Close() // it was refused before it went on
		}
	}()
	if d.book, err = p.bookOfCase(c, &d.opt.with); err != nil {
		return err
	}
	if o.order != "" && o.order != orderOf(d.book) {
		return usagef("leave --order out, or begin anew: authdoctor diagnose "+c.Playbook.ID+" --order "+o.order,
			"session %s goes in the order that it began with, %s", c.ID, orderOf(d.book))
	}
	d.opt.playbook, d.opt.surface = c.Playbook.ID, c.Surface
	closeTTY, err := d.chooseAsker(ctx)
	if errors.Is(err, errNoTerminal) {
		return nobodyToAsk(c)
	}
	if err != nil {
		return err
	}
	defer closeTTY()
	d.ev = diag.Fold(c.Events())
	if err := d.goOnFrom(c); err != nil {
		return err
	}
	return d.run(ctx)
}

// nobodyToAsk says where a session stands that nobody can be asked about.
func nobodyToAsk(c *journal.Case) error {
	if end := c.End(); !end.Open() {
		return usagef("all of it:    authdoctor report "+c.ID+"\nbegin anew:   authdoctor diagnose "+c.Playbook.ID,
			"session %s has ended, %s: %s", c.ID, end.Status, strings.TrimSuffix(end.Summary, "."))
	}
	return usagef("take the answers from a file:  authdoctor session resume "+c.ID+" --answers case.yaml\n"+
		"or see what is known so far:   authdoctor report "+c.ID,
		"session %s is open, and there is no terminal to ask in", c.ID)
}

// goOnFrom makes the case current: what is too old is measured again, and what
// only ended the last run is asked again.
func (d *diagnosis) goOnFrom(c *journal.Case) error {
	d.ev.Observe = d.keeper.event
	if d.wizard == nil {
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
		asker := &script.Asker{Steps: given.Steps, Retest: given.Retest, Checkpoint: script.Postponed, Unneeded: d.unneeded}
		asker.GoOn(d.ev.Walk)
		d.asker = asker
	}
	var old []string
	for id, at := range c.MeasuredAt() {
		if age := d.Now().Sub(at); age > shelfLife || age < -shelfLife {
			old = append(old, id)
		}
	}
	if slices.Sort(old); len(old) > 0 {
		d.ev.Expire(old)
	}
	engine.Reopen(d.ev)
	d.opt.noChecks = !slices.ContainsFunc(d.book.Checks, func(c playbook.Check) bool { return !leftOut(d.ev, c.ID) })
	if d.wizard != nil {
		d.wizard.RetestedAt(retestedAt(c, d.book))
	}
	if d.wizard != nil && !d.quiet {
		fmt.Fprintf(d.Stderr, "You left this %s ago. Going on from there.\n", ago(d.Now().Sub(c.Last())))
		d.tellTried()
	}
	return nil
}

// tellTried lists what was tried before the session was left.
func (d *diagnosis) tellTried() {
	for i, tried := range engine.Tried(d.book, d.ev) {
		margin := "  Tried so far  "
		if i > 0 {
			margin = strings.Repeat(" ", len(margin))
		}
		for _, l := range report.Wrap(tried, 60) {
			fmt.Fprintln(d.Stderr, margin+l)
			margin = strings.Repeat(" ", len(margin))
		}
	}
	fmt.Fprintln(d.Stderr)
}

// retestedAt is when the last retest was first gone through; zero for never.
func retestedAt(c *journal.Case, book *engine.Book) time.Time {
	var at time.Time
	step := book.RetestStep()
	for _, e := range c.Entries {
		switch {
		case e.Event == nil || e.Event.Type != diag.Stepped || step == nil:
		case e.Event.Step != step.ID:
			at = time.Time{} // something was tried since
		case at.IsZero():
			at = e.At
		}
	}
	return at
}

// bookOfCase is the playbook that a session began with.
func (p *program) bookOfCase(c *journal.Case, with *withFlags) (*engine.Book, error) {
	name := c.Playbook.ID
	if c.Path != "" {
		name = c.Path
	}
	raw, err := p.load(name)
	if err != nil {
		return nil, err
	}
	if raw.SHA256 != c.Playbook.SHA256 {
		return nil, usagef("authdoctor session export "+c.ID+" --output case.yaml\nauthdoctor diagnose "+name+" --answers case.yaml",
			"playbook %s has changed since session %s began; its answers can be played again", raw.ID, c.ID)
	}
	if err := with.apply(raw); err != nil {
		return nil, err
	}
	known := maps.Clone(c.Vars)
	maps.DeleteFunc(known, func(name, _ string) bool { _, ok := raw.Vars[name]; return !ok })
	book, err := engine.Compile(raw, known)
	if err != nil {
		return nil, usagef("", "playbook %s: %s", raw.ID, err)
	}
	if c.Order == diag.OrderLikely {
		book.Order = c.Order
	}
	if c.Surface != "" && raw.CheckSurface(c.Surface) == nil {
		book.Surface = c.Surface
	}
	return book, nil
}

// pickSession is the session that was named, or the last one that is open.
func pickSession(store journal.Store, id string) (string, error) {
	if id != "" {
		return id, nil
	}
	list, err := store.List()
	if err != nil && len(list) == 0 {
		return "", usagef("", "%s", err)
	}
	for _, c := range list {
		if c.End().Open() {
			return c.ID, nil
		}
	}
	return "", usagef("authdoctor session list shows those that ended; authdoctor diagnose begins one", "there is no open session")
}

// sessionMistake says what is wrong with a session that was named.
func sessionMistake(id string, err error) error {
	switch {
	case errors.Is(err, journal.ErrNone):
		return usagef("see: authdoctor session list", "there is no session %.90q", id)
	case errors.Is(err, journal.ErrNewer):
		return usagef("go on with the authdoctor that wrote it; this one is older", "%s", oneLine(err))
	case errors.Is(err, journal.ErrBusy):
		return usagef("finish or stop it there first", "another authdoctor is in session %q", id)
	}
	return usagef("authdoctor session delete "+id+" removes it", "%s", err)
}

// busy names the sessions that are open besides the one that somebody is in.
func busy(store journal.Store, id string) error {
	list, _ := store.List()
	hint := "finish or stop it there first"
	for _, c := range list {
		if c.ID != id && c.End().Open() {
			hint += "\nor go on with another:  authdoctor diagnose --resume " + c.ID
		}
	}
	return usagef(hint, "another authdoctor is in session %q", id)
}

// oneLine joins an error of several lines.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", ": ") }

// ago is a span in words, for people.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "a moment"
	case d < 2*time.Hour:
		return plural(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour")
	}
	return plural(int(d.Hours()/24), "day")
}

// leftOut reports whether a check was not to be measured, from the beginning.
func leftOut(ev *diag.Evidence, check string) bool {
	m := ev.Checks[check]
	return m.Given && m.Outcome == diag.NotMeasured
}
