package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// mostEvidence is drawn one by one; what weighs less is one row.
const mostEvidence = 10

// weightless is what nobody sees: it would be written as 0.0.
const weightless = .05

// drawnWeight is a row of the picture of the evidence.
type drawnWeight struct {
	text string
	from float64 // where the bar begins, in decibans
	by   float64
	sum  bool // a sum, from 0
}

// pictureEvidence shows how the observations add up, between the cause that
// leads and the one after it. There is none if they do not, as with a cause
// that is ruled out, which no number of decibans can say.
func pictureEvidence(op *diag.Opinion) *picture {
	if op == nil || op.RunnerUp.ID == "" || len(op.Weights) == 0 {
		return nil
	}
	sum := op.PriorDB
	for _, w := range op.Weights {
		sum += w.Decibans
	}
	if math.Abs(sum-op.PosteriorDB) > .1 || math.Abs(sum) > 300 {
		return nil
	}
	rows, none := drawnWeights(op)
	first, second := titleOf(op.Leader), titleOf(op.RunnerUp)
	p := draw("evidence", "What speaks for the most likely cause, and what against it",
		fmt.Sprintf("Bars that add up from %s before any evidence to %s after it, in decibans for “%s” against “%s”. The table below has each.",
			decibans(op.PriorDB), decibans(op.PosteriorDB), first, second),
		func(c *canvas) { paintEvidence(c, rows, first, second) })
	p.Caption = "Each bar begins where the one before ended. To the right speaks for the most likely cause, to the left against it, which is for the next. Ten decibans (dB) are ten to one, twenty a hundred to one."
	if none > 0 {
		p.Caption += fmt.Sprintf(" Not drawn: %s that %s nothing between these two.", plural(none, "observation"), map[bool]string{true: "says", false: "say"}[none == 1])
	}
	p.Table.Head = []string{"Observation", "Speaks", "Decibans", "Sum so far"}
	p.Table.Rows = append(p.Table.Rows, []string{"Before any evidence", speaks(op.PriorDB), decibans(op.PriorDB), decibans(op.PriorDB)})
	so := op.PriorDB
	for _, w := range op.Weights {
		so += w.Decibans
		p.Table.Rows = append(p.Table.Rows, []string{observed(w), speaks(w.Decibans), decibans(w.Decibans), decibans(so)})
	}
	p.Table.Rows = append(p.Table.Rows, []string{"After all evidence", speaks(op.PosteriorDB), decibans(op.PosteriorDB), decibans(op.PosteriorDB)})
	return &p
}

// observed is an observation as a sentence begins.
func observed(w diag.Weight) string { return upperFirst(cmpOr(w.Text, w.From+" = "+w.Outcome)) }

// side is the sign of a weight in a word.
func side(db float64) string {
	switch {
	case db >= weightless:
		return "for"
	case db <= -weightless:
		return "against"
	}
	return "neither"
}

// speaks says for which side a weight is, and how strongly.
func speaks(db float64) string {
	if s := side(db); s != "neither" {
		return s + ", " + diag.Weighs(db)
	}
	return "neither"
}

// drawnWeights are the rows to draw, and how many observations weigh nothing.
func drawnWeights(op *diag.Opinion) (rows []drawnWeight, none int) {
	rows = []drawnWeight{{text: "Before any evidence", by: op.PriorDB, sum: true}}
	var some []diag.Weight
	all := togetherUnticked(op.Weights)
	for _, w := range all {
		if math.Abs(w.Decibans) >= weightless {
			some = append(some, w)
		}
	}
	none = len(all) - len(some)
	so := op.PriorDB
	for i, w := range some {
		row := drawnWeight{text: observed(w), from: so, by: w.Decibans}
		if i == mostEvidence && len(some) > mostEvidence+1 {
			row.text = fmt.Sprintf("%d weaker together", len(some)-i)
			for _, rest := range some[i+1:] {
				row.by += rest.Decibans
			}
		}
		rows = append(rows, row)
		so += row.by
		if i == mostEvidence {
			break
		}
	}
	return append(rows, drawnWeight{text: "After all evidence", by: op.PosteriorDB, sum: true}), none
}

// togetherUnticked makes one observation of all that was not ticked: nobody
// told it, and it is only drawn so that the bars add up.
func togetherUnticked(weights []diag.Weight) []diag.Weight {
	var out []diag.Weight
	unticked := diag.Weight{Text: "What was not ticked"}
	n := 0
	for _, w := range weights {
		if w.Unticked() {
			n++
			unticked.Decibans += w.Decibans
		} else {
			out = append(out, w)
		}
	}
	if n == 0 {
		return weights
	}
	out = append(out, unticked)
	slices.SortStableFunc(out, func(a, b diag.Weight) int { return cmp.Compare(math.Abs(b.Decibans), math.Abs(a.Decibans)) })
	return out
}

func paintEvidence(c *canvas, rows []drawnWeight, first, second string) {
	f := c.frame(112)
	for _, w := range rows {
		f.lowest, f.most = min(f.lowest, w.from, w.from+w.by), max(f.most, w.from, w.from+w.by)
	}
	pad := max((f.most-f.lowest)*.04, .5)
	f.lowest, f.most = f.lowest-pad, f.most+pad
	paintSides(c, f, first, second)
	top := c.y
	var before float64 // the lower edge of the bar before
	for i, w := range rows {
		l := normal
		if w.sum {
			l = strong
		}
		middle := c.row(f, l, w.text, 18)
		if i > 0 {
			at := w.from
			if w.sum {
				at = w.by
			}
			c.rule("link", f.x(at), before, f.x(at), middle-8)
		}
		before = middle + 8
		paintWeight(c, f, w, middle)
		c.text(l.class, "start", f.number, middle+5, weightWords(w.by))
	}
	c.axis(f, top, ticks(f.lowest, f.most, map[bool]int{true: 7, false: 4}[c.wide]), tickWords, "dB")
	c.rule("zero", f.x(0), top, f.x(0), c.y-26)
}

// tickWords is a value of the axis. Zero has no sign.
func tickWords(db float64) string {
	if db == 0 {
		return "0"
	}
	return fmt.Sprintf("%+.4g", db)
}

// weightWords is a weight with its side.
func weightWords(db float64) string {
	if s := side(db); s != "neither" {
		return fmt.Sprintf("%+.1f %s", db, s)
	}
	return "0 neither"
}

// paintSides says which way is which.
func paintSides(c *canvas, f frame, first, second string) {
	left, right := 0.0, c.w
	if f.beside {
		left = f.left
	}
	room := (right-left)/2 - 8
	a := c.lines(small, "start", left, 2, small.fit("← for: "+second, room))
	b := c.lines(small, "end", right, 2, small.fit("for: "+first+" →", room))
	c.y = max(a, b) + 12
}

// paintWeight draws a bar whose head points to where it moves the sum.
func paintWeight(c *canvas, f frame, w drawnWeight, middle float64) {
	class := map[bool]string{true: "for", false: "against"}[w.by > 0]
	if w.sum {
		class = "sum"
	}
	x1, x2 := f.x(w.from), f.x(w.from+w.by)
	if math.Abs(x2-x1) < 1 {
		c.line("even", x1, middle-8, x1, middle+8)
		return
	}
	head := math.Copysign(min(7, math.Abs(x2-x1)), x2-x1)
	c.path(class, x1, middle-8, x2-head, middle-8, x2, middle, x2-head, middle+8, x1, middle+8)
}
