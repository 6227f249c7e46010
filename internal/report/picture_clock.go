package report

import (
	"fmt"
	"math"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// limitsFor are the limits to hold a clock against, with their words. Those
// that no clock reaches but one that is off by hours would only push the rest
// together.
func limitsFor(r reading) (list []diag.ClockLimit) {
	list = append(list, diag.ClockLimit{Over: diag.ClockAccurate, What: "Right"})
	for _, l := range diag.ClockLimits {
		if l.Over <= time.Hour || math.Abs(r.ahead)+r.unsure > time.Hour.Seconds() {
			list = append(list, diag.ClockLimit{Over: l.Over, What: upperFirst(l.What)})
		}
	}
	for i := range list {
		list[i].What += ": up to " + diag.Span(list[i].Over)
	}
	return list
}

// reading is what was measured of a clock, in seconds: ahead is positive.
type reading struct {
	title         string
	ahead, unsure float64
}

// clockReading takes an offset and its uncertainty from the facts of a check;
// without both nothing was measured. In the facts, a clock that is slow is
// positive.
func clockReading(c diag.Check) (reading, bool) {
	offset, known := number(c.Facts, "offset_ms")
	unsure, sure := number(c.Facts, "uncertainty_ms")
	const years = 1e12 // ms, some 30: beyond, a drawing is none
	if !known || !sure || unsure < 0 || math.Abs(offset) > years || unsure > years {
		return reading{}, false
	}
	return reading{cmpOr(c.Title, c.ID), -offset / 1000, unsure / 1000}, true
}

// number is a fact that is one.
func number(facts map[string]any, key string) (float64, bool) {
	switch v := facts[key].(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}

// picturesOfClocks draws each clock that was measured, of those that failed or
// of the others.
func picturesOfClocks(checks []diag.Check, failed bool) []picture {
	var out []picture
	for i, c := range checks {
		r, ok := clockReading(c)
		if ok && (c.Status == diag.Fail) == failed && c.Status != diag.Blocked && c.Status != diag.Skipped {
			out = append(out, pictureClock(fmt.Sprintf("clock-%d", i+1), r))
		}
	}
	return out
}

func pictureClock(id string, r reading) picture {
	p := draw(id, r.title+": how far it is off, and what that spoils",
		fmt.Sprintf("A line for the measured offset, %s, across a bar for each limit. The table below has them.", r.said()),
		func(c *canvas) { paintClock(c, r) })
	p.Caption = "The line is what was measured; the band around it is how unsure that is. The axis is not even: near the middle a second is wide, further out each step takes in more (logarithmic beyond a second)."
	p.Table.Head = []string{"Limit", "Measured: " + r.said()}
	for _, l := range limitsFor(r) {
		p.Table.Rows = append(p.Table.Rows, []string{l.What, r.against(l.Over)})
	}
	return p
}

// said is the reading in words.
func (r reading) said() string {
	return diag.Drift(lasting(-r.ahead)) + ", give or take " + diag.Span(lasting(r.unsure))
}

func lasting(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

// against says on which side of a limit the clock is, if that is known.
func (r reading) against(limit time.Duration) string {
	switch off := math.Abs(r.ahead); {
	case off+r.unsure <= limit.Seconds():
		return "within"
	case off-r.unsure > limit.Seconds():
		return "beyond"
	}
	return "cannot tell"
}

// far is where a time is on the axis: even up to about a second, and
// logarithmic beyond.
func far(seconds float64) float64 {
	return math.Copysign(math.Log10(1+math.Abs(seconds)), seconds)
}

func paintClock(c *canvas, r reading) {
	f := c.frame(88)
	f.most = far(max(3600, 1.3*(math.Abs(r.ahead)+r.unsure)))
	f.lowest = -f.most
	at, low, high := f.x(far(r.ahead)), f.x(far(r.ahead-r.unsure)), f.x(far(r.ahead+r.unsure))
	said := r.said()
	half := float64(width(said)) * strong.column / 2
	x := min(max(at, half), c.w-half)
	c.text("strong", "middle", x, 16, said)
	c.text("small", "start", f.left, 36, "← slow")
	c.text("small", "end", f.right, 36, "fast →")
	c.y = 46
	top := c.y
	for _, l := range limitsFor(r) {
		middle := c.row(f, normal, l.What, 16)
		edge := far(l.Over.Seconds())
		c.behind = append(c.behind, shape{Kind: "rect", Class: "limit", X: f.x(-edge), Y: middle - 8, W: f.x(edge) - f.x(-edge), H: 16})
		c.text("strong", "start", f.number, middle+5, r.against(l.Over))
	}
	c.clockAxis(f, top, limitsFor(r))
	c.behind = append(c.behind, shape{Kind: "rect", Class: "unsure", X: min(low, at-2), Y: top - 6, W: max(high-low, 4), H: c.y - top - 36})
	c.rule("measured", at, 22, at, c.y-42)
}

// clockAxis has the limits on both sides; labels that would touch take turns.
func (c *canvas) clockAxis(f frame, top float64, limits []diag.ClockLimit) {
	bottom := c.y - 4
	c.rule("grid", f.x(0), top, f.x(0), bottom)
	c.text("small", "middle", f.x(0), bottom+15, "0")
	for i, l := range limits {
		for _, v := range []float64{-l.Over.Seconds(), l.Over.Seconds()} {
			y := bottom + 15
			if i%2 == 1 {
				y += small.line
			}
			c.rule("grid", f.x(far(v)), top, f.x(far(v)), y-10)
			c.text("small", "middle", f.x(far(v)), y, shortSpan(l.Over))
		}
	}
	c.y = bottom + 38
}

func shortSpan(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f h", d.Hours())
}
