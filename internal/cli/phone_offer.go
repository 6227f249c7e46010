package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/phone"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/session"
)

// measureIt is the choice that a question about a phone's clock gets besides
// its own.
const measureIt = "measure-with-phone"

// phoneOffer offers to measure a phone's clock where a question asks for it,
// and answers the question by what was measured.
type phoneOffer struct {
	session.Asker
	d *diagnosis
}

// Ask puts a question. What could not be measured is said, and the question
// asked again.
func (a *phoneOffer) Ask(ctx context.Context, q diag.Question) (diag.Answer, error) {
	if !a.possible(q) {
		return a.Asker.Ask(ctx, q)
	}
	offered := q
	offered.Choices = append([]diag.Choice{{ID: measureIt, Text: "Measure it, with a page that the phone opens"}}, q.Choices...)
	for {
		answer, err := a.Asker.Ask(ctx, offered)
		if err != nil || len(answer.Choices) != 1 || answer.Choices[0] != measureIt {
			return answer, err
		}
		r, err := a.d.withPhone(ctx)
		if errors.Is(err, diag.ErrBack) {
			continue
		}
		if err != nil {
			return diag.Answer{}, err
		}
		if err := a.d.tellPhone(r); err != nil {
			return diag.Answer{}, err
		}
		if choice := q.PhoneClock[r.Clock.Outcome]; r.Known() && choice != "" {
			return diag.Answer{Choices: []string{choice}, How: "the phone's clock is " + r.Clock.Summary}, nil
		}
	}
}

// possible: the question is about a phone's clock, the right time is known, and
// there is a network that the phone may be in.
func (a *phoneOffer) possible(q diag.Question) bool {
	if len(q.PhoneClock) == 0 || !q.OffsetKnown || a.d.opt.noChecks {
		return false
	}
	networks, err := a.d.Phone.Networks()
	return err == nil && len(phone.Outside(networks)) > 0
}

// withPhone serves the page while the wizard shows the way to it. The error is
// diag.ErrBack when the person goes back instead.
func (d *diagnosis) withPhone(ctx context.Context) (*phone.Result, error) {
	o := phoneOptions{wait: phone.Most}
	clock, host := fromBook(d.book, d.ev)
	o.host = host
	address, err := d.where(ctx, d.wizard, o)
	if err != nil {
		return nil, err
	}
	ref := d.rightTime(ctx, clock)
	page, err := phone.Open(phone.Options{Env: d.Phone, Reference: ref, Address: address, Host: o.host})
	if err != nil {
		return phone.Nobody(phone.ByPage, ref, d.Phone.Now(), fmt.Sprintf("no page can be served under %s: %s", address, err)), nil
	}
	defer page.Close()
	return d.await(ctx, page, ref, o)
}

// await shows the way to the page until a phone was measured.
func (d *diagnosis) await(ctx context.Context, page *phone.Page, ref phone.Reference, o phoneOptions) (*phone.Result, error) {
	color, err := d.colored(d.Stderr)
	if err != nil {
		return nil, err
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	var r *phone.Result
	var failed error
	over := make(chan struct{})
	go func() {
		defer close(over)
		if r, failed = page.Wait(waiting); errors.Is(failed, phone.ErrNobody) {
			r, failed = d.nobodyCame(ref, o), nil
		}
	}()
	err = d.wizard.Wait(ctx, "Waiting for the phone …", "Measured with the phone", wayInFor(page.URL, o, color), over)
	stop()
	<-over
	if err != nil {
		return nil, err
	}
	return r, failed
}

// wayInFor draws the way to a page, address included, within the screen.
func wayInFor(url string, o phoneOptions, color bool) func(columns, rows int) []string {
	return func(columns, rows int) []string {
		lines, above := wayIn(url, invitation(o), columns, rows, color)
		for rest := url; rest != ""; {
			n := min(len(rest), columns)
			lines, rest = append(lines, rest[:n]), rest[n:]
		}
		if len(above)+len(lines) <= rows {
			lines = append(above, lines...)
		}
		return lines
	}
}

// tellPhone says what was measured.
func (d *diagnosis) tellPhone(r *phone.Result) error {
	o, err := d.layout(d.Stderr)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(d.Stderr, "\n"); err != nil {
		return err
	}
	sheet := phoneSheet(r)
	if r.Known() {
		sheet.Rows = nil // the steps say what to do
	}
	return report.WriteSheet(d.Stderr, sheet, o)
}
