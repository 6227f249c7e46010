package cli

import (
	"fmt"
	"path/filepath"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/journal"
)

// A keeper writes a session's events down while they happen.
type keeper struct {
	*program
	writer *journal.Writer // nil when nothing is kept
}

// id is the session's; empty when nothing is kept.
func (k *keeper) id() string {
	if k == nil || k.writer == nil {
		return ""
	}
	return k.writer.ID
}

// event writes one event through. A disk that is full ends the journal, not
// the diagnosis.
func (k *keeper) event(e diag.Event) {
	if k.writer == nil {
		return
	}
	if err := k.writer.Event(e); err != nil {
		fmt.Fprintf(k.Stderr, "authdoctor: this session is not kept any further: %s\n", err)
		_ = k.writer.Close()
		k.writer = nil
	}
}

// end writes how the run ended, and lets go of the session.
func (k *keeper) end(v diag.Verdict) {
	if k == nil || k.writer == nil {
		return
	}
	if err := k.writer.End(journal.End{Status: v.Status, Summary: v.Summary, Pending: v.Pending}); err != nil {
		fmt.Fprintf(k.Stderr, "authdoctor: the end of this session is not kept: %s\n", err)
	}
	_ = k.writer.Close()
	k.writer = nil
}

// collect gathers what is known from the start, until it is kept as one.
func (d *diagnosis) collect() *[]diag.Event {
	given := &[]diag.Event{}
	d.ev.Observe = func(e diag.Event) { *given = append(*given, e) }
	return given
}

// keep begins the journal. Without a place for it the diagnosis goes on, and
// says so.
func (d *diagnosis) keep(given []diag.Event) {
	d.ev.Observe = nil
	if d.opt.noJournal || d.opt.noInput && d.opt.answerFile == "" {
		return
	}
	store := journal.In(d.State)
	_ = store.Expire(d.Now()) // what cannot be removed today may be tomorrow
	head := journal.Head{
		Tool: diag.Tool{Version: d.Version}, Surface: d.book.Surface, Order: d.book.Order, Given: given,
		Playbook: diag.PlaybookRef{ID: d.book.ID, Version: d.book.Version, SHA256: d.book.SHA256, Title: d.book.Title},
	}
	head.Vars, _ = d.variables() // was read before, without an error
	if isPath(d.opt.playbook) {
		if path, err := filepath.Abs(d.opt.playbook); err == nil {
			head.Path = path
		}
	}
	w, err := store.Create(head, d.Now, d.Random)
	if err != nil && !d.quiet {
		fmt.Fprintf(d.Stderr, "authdoctor: this session is not kept: %s\n", err)
	}
	if err != nil {
		return
	}
	d.keeper = &keeper{d.program, w}
	d.ev.Observe = d.keeper.event
}
