package report

import (
	"bytes"
	"io"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A Sheet is a short result: what was found, and labelled lines under it.
type Sheet struct {
	Status   diag.Status
	Headline string
	Rows     []Row
}

// A Row is a labelled line; without a label it goes on under the one before.
type Row struct{ Label, Text string }

// WriteSheet writes a sheet for people.
func WriteSheet(w io.Writer, s Sheet, o Options) error {
	return send(w, func(b *bytes.Buffer) error {
		p, s := newPage(b, o), clean(&s)
		p.put(row{lead: []span{p.mark("", checkLooks()[s.Status])}, text: s.Headline, ink: boldInk})
		for _, r := range s.Rows {
			p.label("  ", labelled(r))
		}
		return nil
	})
}

// Wrap breaks a text into lines of at most room columns as people see them.
func Wrap(text string, room int) []string { return wrap(text, room) }
