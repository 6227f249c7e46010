package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/journal"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

func newSession(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "session",
		Short: "Sessions that were kept: list, show, resume, export, delete",
		Long: `Diagnoses that were left or ended, kept on this computer for 90 days after
something last happened in them. Passwords, codes and tokens are taken out
of what is kept wherever they are recognised.`,
		Example: `  authdoctor session list
  authdoctor session resume
  authdoctor session export alarmcom-0318-k7q2 --output case.yaml`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newSessionList(p), newSessionShow(p), newSessionResume(p), newSessionExport(p), newSessionDelete(p))
	return c
}

func newSessionList(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the sessions, the latest first", Args: noArgs,
		Example: `  authdoctor session list
  authdoctor session list --format json`,
		RunE: func(*cobra.Command, []string) error { return p.sessionList() },
	}
}

func newSessionShow(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "show [SESSION]", Short: "Show what happened in a session, and when", Args: atMostOne,
		Long:    "Show what happened in a session, and when. Without SESSION, the last one.",
		Example: "  authdoctor session show alarmcom-0318-k7q2",
		RunE:    func(_ *cobra.Command, args []string) error { return p.sessionShow(args) },
	}
}

func newSessionResume(p *program) *cobra.Command {
	var o diagnoseOptions
	c := &cobra.Command{
		Use: "resume [SESSION]", Short: "Go on with a session that was left", Args: atMostOne,
		Long: `Go on with a session that was left, or try what was put off, such as whether
you are still signed in. Without SESSION, the last one that is open. What was
measured more than a quarter of an hour ago is measured again.`,
		Example: `  authdoctor session resume
  authdoctor session resume alarmcom-0318-k7q2`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("session resume", "text", "json", "junit", "html", "markdown"); err != nil {
				return err
			}
			if len(args) == 1 {
				if o.playbook = args[0]; o.playbook == "" { // such as a variable of a script that is not set
					return sessionMistake("", journal.ErrNone)
				}
			}
			return p.interruptible(func(ctx context.Context) error { return p.resume(ctx, o) })
		},
	}
	resumeFlags(p, c, &o)
	return c
}

func newSessionExport(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "export [SESSION]", Short: "Write a session as an answers file that plays it again", Args: atMostOne,
		Example: `  authdoctor session export alarmcom-0318-k7q2 --output case.yaml
  authdoctor diagnose alarmcom --answers case.yaml`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("session export", "text"); err != nil {
				return err
			}
			c, book, err := p.readCase(args)
			if err != nil {
				return err
			}
			return p.emitText(string(playbook.FormatAnswers(book.ID, givenOf(book, diag.Fold(c.Events())))))
		},
	}
}

func newSessionDelete(p *program) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "delete SESSION...", Short: "Delete sessions",
		Example: `  authdoctor session delete alarmcom-0318-k7q2
  authdoctor session delete --all`,
		RunE: func(_ *cobra.Command, args []string) error { return p.sessionDelete(args, all) },
	}
	c.Flags().BoolVar(&all, "all", false, "delete every session")
	return c
}

// sessionRow is a session in a list.
type sessionRow struct {
	ID       string    `json:"id"`
	Playbook string    `json:"playbook"`
	Title    string    `json:"title"`
	Began    time.Time `json:"began"`
	Last     time.Time `json:"last"`
	Open     bool      `json:"open"`
	Status   string    `json:"status"` // of the verdict; empty when it was cut off
	Summary  string    `json:"summary"`
	Pending  []string  `json:"pending"`
	Events   int       `json:"events"`
}

func rowOf(c *journal.Case) sessionRow {
	row := sessionRow{
		ID: c.ID, Playbook: c.Playbook.ID, Title: c.Playbook.Title, Began: c.Began, Last: c.Last(),
		Open: c.End().Open(), Pending: []string{}, Events: len(c.Events()),
	}
	if end := c.End(); end != nil {
		row.Status, row.Summary, row.Pending = string(end.Status), end.Summary, append(row.Pending, end.Pending...)
	}
	return row
}

func (p *program) sessionList() error {
	if err := p.needFormat("session list", "text", "json"); err != nil {
		return err
	}
	store := journal.In(p.State)
	if _, err := store.IDs(); err != nil { // the folder itself: nobody knows what is in it
		return usagef("let this account read the folder, or set XDG_STATE_HOME to another one", "the sessions cannot be read: %s", err)
	}
	list, err := store.List()
	if err != nil {
		fmt.Fprintf(p.Stderr, "authdoctor: left out: %s\n", strings.ReplaceAll(err.Error(), "\n", "\nauthdoctor: left out: "))
	}
	rows := []sessionRow{}
	var b strings.Builder
	for _, c := range list {
		row := rowOf(c)
		rows = append(rows, row)
		fmt.Fprintf(&b, "%-24s %-12s %s ago  %s\n", row.ID, sessionState(row), ago(p.Now().Sub(row.Last)), row.Title)
	}
	if p.format == "json" {
		return p.emitJSON(map[string]any{"schema": "authdoctor.sessions/1", "sessions": rows})
	}
	if len(rows) == 0 {
		return p.emitText("No session is kept. authdoctor diagnose begins one.\n")
	}
	return p.emitText(b.String())
}

// sessionState is where a session stands, in a word.
func sessionState(row sessionRow) string {
	switch {
	case row.Status == "" || row.Status == string(diag.Cancelled):
		return "open"
	case len(row.Pending) > 0:
		return "to confirm"
	}
	return row.Status
}

// pastCase is the session that was named, or else the last one.
func (p *program) pastCase(args []string) (*journal.Case, error) {
	store := journal.In(p.State)
	if len(args) == 1 {
		c, err := store.Read(args[0])
		if err != nil {
			return nil, sessionMistake(args[0], err)
		}
		return c, nil
	}
	list, err := store.List()
	switch {
	case len(list) > 0:
		return list[0], nil
	case err != nil:
		return nil, usagef("", "%s", err)
	}
	return nil, usagef("authdoctor diagnose begins one", "no session is kept")
}

func (p *program) readCase(args []string) (*journal.Case, *engine.Book, error) {
	c, err := p.pastCase(args)
	if err != nil {
		return nil, nil, err
	}
	book, err := p.bookOfCase(c, &withFlags{})
	return c, book, err
}

func (p *program) sessionShow(args []string) error {
	if err := p.needFormat("session show", "text", "json"); err != nil {
		return err
	}
	c, err := p.pastCase(args)
	if err != nil {
		return err
	}
	if p.format == "json" {
		return p.emitJSON(map[string]any{"schema": "authdoctor.session/1", "session": rowOf(c), "head": c.Head, "entries": append([]journal.Entry{}, c.Entries...)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s\nbegan %s\n\n", c.ID, c.Playbook.Title, c.Began.Format("Monday 2 January 2006, 15:04 MST"))
	for _, e := range c.Given {
		fmt.Fprintf(&b, "  %s  %s (from the start)\n", c.Began.Format("15:04:05"), eventLine(e))
	}
	for _, e := range c.Entries {
		line := ""
		if e.Event != nil {
			line = eventLine(*e.Event)
		} else if e.End != nil {
			line = "ended: " + string(e.End.Status) + ". " + e.End.Summary
		}
		fmt.Fprintf(&b, "  %s  %s\n", e.At.Format("15:04:05"), line)
	}
	if c.End().Open() {
		fmt.Fprintf(&b, "\nGo on with: authdoctor session resume %s\n", c.ID)
	}
	return p.emitText(b.String())
}

// eventLine is an event in a line, with the ids that scripts use.
func eventLine(e diag.Event) string {
	switch e.Type {
	case diag.Told:
		return "symptoms: " + strings.Join(e.Symptoms, ", ")
	case diag.Answered:
		return e.Question + " = " + e.Choice
	case diag.Measured, diag.Given:
		return "check " + e.Check + " = " + e.Finding.Outcome + " " + string(e.Type)
	case diag.Stepped:
		if e.Did.Outcome != "" {
			return "step " + e.Step + " = " + e.Did.Outcome
		}
		var points []string
		for _, id := range sortedKeys(e.Did.Checkpoints) {
			points = append(points, id+" "+e.Did.Checkpoints[id])
		}
		return "step " + e.Step + ": " + strings.Join(points, ", ")
	case diag.Expired:
		return "too old, to be measured again: " + strings.Join(e.Checks, ", ")
	case diag.Forgotten:
		return "checked again"
	case diag.Pasted:
		return "a message was pasted"
	case diag.WentBack:
		return "went back"
	case diag.VarsSet:
		return "variables: " + strings.Join(sortedKeys(e.Vars), ", ")
	}
	return string(e.Type)
}

func (p *program) sessionDelete(ids []string, all bool) error {
	store := journal.In(p.State)
	if all != (len(ids) == 0) {
		return usagef("authdoctor session delete SESSION, or --all", "name the sessions to delete, or give --all")
	}
	if all {
		var err error
		if ids, err = store.IDs(); err != nil {
			return usagef("", "%s", err)
		}
	}
	var errs []error
	deleted := 0
	for _, id := range ids {
		if err := store.Delete(id); err != nil {
			errs = append(errs, sessionMistake(id, err))
			continue
		}
		deleted++
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return p.emitText("Deleted " + plural(deleted, "session") + ".\n")
}
