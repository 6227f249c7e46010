package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// stageWords are the stages as people say them.
var stageWords = map[diag.Stage]string{
	diag.StageCredentials: "password", diag.StageSession: "session", diag.StageTwoFactor: "two-factor",
	diag.StageRoles: "permissions", diag.StageRetest: "proof",
}

// walked is a step on the way.
type walked struct {
	step  stepView
	stage string
	what  string // what came of it
	when  string // empty where that is not known
}

// pictureWalk shows the way through the steps. There is none if no step may be
// shown.
func pictureWalk(r *diag.Report, steps []stepView) *picture {
	if len(steps) < 2 {
		return nil
	}
	list := make([]walked, len(steps))
	done, timed := 0, false
	for i, s := range steps {
		list[i] = walked{s, cmpOr(stageWords[s.Stage], spaced(string(s.Stage))), cameOf(s), triedAt(r, s.ID)}
		if list[i].came() {
			done++
		}
		timed = timed || list[i].when != ""
	}
	p := draw("walk", "The way through the steps",
		fmt.Sprintf("A line from the first step to the proof at the end, with %d of %s behind. The table below has each.", done, plural(len(list), "step")),
		func(c *canvas) { paintWalk(c, list) })
	p.Caption = "From top to bottom, in the order in which what comes first can spoil what comes later."
	if zone := zoneOf(r); timed {
		p.Caption += " Times are " + zone + "."
	}
	p.Table.Head = []string{"Step", "Stage", "What came of it", "When"}
	for _, w := range list {
		p.Table.Rows = append(p.Table.Rows, []string{w.step.Title, w.stage, w.what, cmpOr(w.when, "–")})
	}
	return &p
}

// cameOf is what came of a step, in a few words.
func cameOf(s stepView) string {
	var parts []string
	for _, t := range s.Tried { // of the retest: how many of each
		parts = append(parts, fmt.Sprintf("%s: %d", lowerFirst(t.Label), strings.Count(t.Text, " · ")+1))
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case s.State == diag.StepDone:
		return cmpOr(s.Note, s.Look.Word)
	}
	came := s.Look.Word
	if s.State == diag.StepPending || s.State == diag.StepCurrent {
		for _, more := range []string{s.Note, s.Minutes} {
			if more != "" {
				came += ", " + more
			}
		}
	}
	return came
}

// moreSteps are the steps of which a picture of the way cannot say all.
func moreSteps(steps []stepView) []stepView {
	if len(steps) < 2 {
		return steps
	}
	var out []stepView
	for _, s := range steps {
		if s.Next || len(s.Tried) > 0 || s.State == diag.StepSatisfied {
			out = append(out, s)
		}
	}
	return out
}

// triedAt says when a step was last tried, and how often if more than once.
func triedAt(r *diag.Report, id string) string {
	var last time.Time
	n := 0
	for _, m := range r.Timeline {
		if m.From == "step:"+id {
			last = m.At
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return dayTime(last)
	}
	return fmt.Sprintf("%s, tried %d times", dayTime(last), n)
}

func dayTime(at time.Time) string { return at.Format("2 January, 15:04:05") }

// paintWalk draws a way with a stop for each step.
func paintWalk(c *canvas, list []walked) {
	const x, radius, indent = 15, 12, 44
	c.y = 4
	last := 0.0
	for i, w := range list {
		l := normal
		if w.step.Next {
			l = strong
		}
		middle := c.y + 14
		if i > 0 {
			c.rule(map[bool]string{true: "way", false: "way ahead"}[w.came()], x, last, x, middle-radius)
		}
		last = middle + radius
		look := stopLook(w.step)
		class := "stop " + tones()[look.Ink]
		if !w.came() && !w.step.Next {
			class = "stop ahead"
		}
		c.shapes = append(c.shapes, shape{Kind: "circle", Class: class, X: x, Y: middle, W: radius})
		c.text("glyph "+tones()[look.Ink], "middle", x, middle+5, strings.TrimSpace(look.Glyph))
		high := c.lines(l, "start", indent, c.y, l.fit(w.step.Title, c.w-indent))
		words := []string{w.step.Number + ", " + w.stage, w.what, w.when}
		if w.when == "" {
			words = words[:2]
		}
		high += c.lines(small, "start", indent, c.y+high, small.fit(strings.Join(words, " · "), c.w-indent))
		c.y += max(high, 2*radius) + 14
	}
	c.y -= 8
}

// stopLook marks what came of a step: the words beside it say the same.
func stopLook(s stepView) look {
	if s.State != diag.StepDone {
		return s.Look
	}
	outcome := s.Outcome
	for _, t := range s.Tried { // of the retest, failures first
		outcome = map[string]string{"Fails": diag.DidUnchanged, "Works": diag.DidFixed}[t.Label]
		break
	}
	switch outcome {
	case diag.DidFixed:
		return checkLooks()[diag.Pass]
	case diag.DidUnchanged, diag.DidWorse:
		return checkLooks()[diag.Fail]
	case diag.DidUnverifiable:
		return checkLooks()[diag.Unknown]
	}
	return s.Look
}

// came reports that a step is behind.
func (w walked) came() bool {
	return w.step.State == diag.StepDone || w.step.State == diag.StepSatisfied
}
