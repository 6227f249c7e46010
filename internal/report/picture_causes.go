package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// mostCauses are drawn one by one; the improbable rest is one row.
const mostCauses = 8

// drawnCause is a row of the picture of causes.
type drawnCause struct {
	title    string
	was, now float64
}

// pictureCauses shows how probable each cause was, and is. There is none where
// no ranking may be shown.
func pictureCauses(r *diag.Report) *picture {
	if r.Opinion == nil || len(r.Causes) < 2 {
		return nil
	}
	rows, known := drawnCauses(r.Causes)
	p := draw("causes", "How likely each cause is", causesDesc(rows, known), func(c *canvas) { paintCauses(c, fewCauses(rows), known) })
	p.Caption = "Solid: how likely the cause is now, with all evidence. "
	p.Table.Head = []string{"Cause", "Now"}
	if known {
		p.Caption += "Hollow: how likely it was before any evidence. "
		p.Table.Head = []string{"Cause", "Before any evidence", "Now"}
	}
	p.Caption += judgement
	for _, c := range rows {
		row := []string{c.title, inHundred(c.now)}
		if known {
			row = []string{c.title, inHundred(c.was), inHundred(c.now)}
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return &p
}

// drawnCauses are all causes, most probable first, and whether what they were
// worth before is known.
func drawnCauses(causes []diag.Cause) (rows []drawnCause, known bool) {
	sum := 0.0
	for _, c := range causes {
		rows = append(rows, drawnCause{upperFirst(cmpOr(c.Title, c.ID)), min(max(c.Prior, 0), 1), min(max(c.Probability, 0), 1)})
		sum += c.Prior
	}
	slices.SortStableFunc(rows, func(a, b drawnCause) int { return cmp.Compare(b.now, a.now) })
	return rows, math.Abs(sum-1) < .01
}

// fewCauses puts the last of many causes together.
func fewCauses(rows []drawnCause) []drawnCause {
	if len(rows) <= mostCauses+1 {
		return rows
	}
	rest := drawnCause{title: fmt.Sprintf("%d others together", len(rows)-mostCauses)}
	for _, c := range rows[mostCauses:] {
		rest.was += c.was
		rest.now += c.now
	}
	return append(rows[:mostCauses:mostCauses], rest)
}

func causesDesc(rows []drawnCause, known bool) string {
	desc := fmt.Sprintf("Bars for %d causes, the most likely first. Most likely: %s, %s", len(rows), rows[0].title, inHundred(rows[0].now))
	if known {
		desc += ", before any evidence " + inHundred(rows[0].was)
	}
	return desc + fmt.Sprintf(". Then: %s, %s. The table below has all of them.", rows[1].title, inHundred(rows[1].now))
}

func paintCauses(c *canvas, rows []drawnCause, known bool) {
	f := c.frame(132)
	f.most = 1
	c.y = 4
	top := c.y
	for i, cause := range rows {
		l := normal
		if i == 0 {
			l = strong
		}
		middle := c.row(f, l, cause.title, 36)
		c.rect("now", f.left, middle-13, (f.right-f.left)*cause.now, 14)
		c.text("strong", "start", f.number, middle, inHundred(cause.now))
		if known {
			c.rect("was", f.left+.75, middle+5.5, (f.right-f.left)*cause.was, 6)
			c.text("small", "start", f.number, middle+15, "was "+inHundred(cause.was))
		}
	}
	c.axis(f, top, []float64{0, .25, .5, .75, 1}, func(v float64) string { return fmt.Sprintf("%.0f", v*100) }, "in 100")
}
