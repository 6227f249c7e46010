package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// phase is a part of a connection, in the order in which they follow.
type phase struct {
	digit, name string
	ms          float64
}

// phaseFacts are the facts that hold the phases of a request.
var phaseFacts = []struct{ digit, name, fact string }{
	{"1", "lookup", "dns_ms"},
	{"2", "connect", "connect_ms"},
	{"3", "encrypt", "tls_ms"},
	{"4", "wait", "first_byte_ms"},
	{"5", "receive", "transfer_ms"},
}

// connection is what was timed of a check.
type connection struct {
	title  string
	phases []phase
	total  float64 // ms
}

// longest is what is believed of a time: no check takes that long.
const longest = 10 * 60 * 1000 // ms

// timed takes the phases from a check's facts: those of a request or of a TLS
// connection, a name lookup, or a TLS connection of which only the whole was
// timed, as older reports have it.
func timed(c diag.Check) (connection, bool) {
	out := connection{title: cmpOr(c.Title, c.ID)}
	if c.Status == diag.Blocked || c.Status == diag.Skipped {
		return out, false
	}
	request := c.Facts
	if phases, ok := c.Facts["phases"].(map[string]any); ok {
		request = phases
	}
	total, whole := number(request, "total_ms")
	elapsed, lookup := number(c.Facts, "elapsed_ms")
	switch {
	case whole:
		for _, f := range phaseFacts {
			if ms, ok := number(request, f.fact); ok && ms > 0 {
				out.add(phase{f.digit, f.name, ms})
			}
		}
		if rest := total - out.total; rest >= .5 && len(out.phases) > 0 {
			out.add(phase{"", "rest", rest})
		}
	case c.Probe == "dns" && lookup:
		out.add(phase{"1", "lookup", elapsed})
	case c.Probe == "tls" && c.Facts["version"] != nil:
		out.add(phase{"", "connect and encrypt together", c.ElapsedMS})
	}
	return out, out.total > 0 && out.total < longest
}

func (c *connection) add(p phase) {
	c.phases = append(c.phases, p)
	c.total += p.ms
}

// told lists the phases in words.
func (c connection) told() (parts []string) {
	for _, p := range c.phases {
		parts = append(parts, strings.TrimSpace(p.digit+" "+p.name)+" "+ms(p.ms))
	}
	return parts
}

// ms is a time in milliseconds, as exact as matters.
func ms(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.1f ms", v)
	}
	return fmt.Sprintf("%.0f ms", v)
}

// picturePhases shows where the time of each connection went. There is none if
// no time was measured.
func picturePhases(checks []diag.Check) *picture {
	var list []connection
	for _, c := range checks {
		if t, ok := timed(c); ok {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil
	}
	slowest := list[0]
	for _, c := range list {
		if c.total > slowest.total {
			slowest = c
		}
	}
	p := draw("phases", "How long each connection took, and for what",
		fmt.Sprintf("Bars for %s on one axis of time, each from its own beginning. The longest is %s with %s. The table below has the parts.",
			plural(len(list), "check"), slowest.title, ms(slowest.total)),
		func(c *canvas) { paintPhases(c, list, slowest.total) })
	p.Caption = phaseKey(list) + "Each bar begins when its own check did."
	p.Table.Head = []string{"Check", "Parts", "In all"}
	for _, c := range list {
		p.Table.Rows = append(p.Table.Rows, []string{c.title, strings.Join(c.told(), " · "), ms(c.total)})
	}
	return &p
}

// phaseWords say what each digit stands for.
var phaseWords = []struct{ digit, words string }{
	{"1", "looking up the name"},
	{"2", "connecting"},
	{"3", "agreeing on encryption"},
	{"4", "waiting for the answer to begin"},
	{"5", "receiving the answer"},
}

// phaseKey explains the digits that are there.
func phaseKey(list []connection) string {
	var parts []string
	for _, w := range phaseWords {
		if slices.ContainsFunc(list, func(c connection) bool {
			return slices.ContainsFunc(c.phases, func(p phase) bool { return p.digit == w.digit })
		}) {
			parts = append(parts, w.digit+" "+w.words)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ". "
}

func paintPhases(c *canvas, list []connection, most float64) {
	f := c.frame(80)
	f.most = most * 1.02
	c.y = 4
	top := c.y
	for _, t := range list {
		y := c.row(f, normal, t.title, 18) - 9
		from := 0.0
		for _, p := range t.phases {
			paintPhase(c, f, p, from, y)
			from += p.ms
		}
		c.text("strong", "start", f.number, y+13, ms(t.total))
		high := c.lines(small, "start", f.left, y+20, small.pack(t.told(), c.w-f.left))
		c.y = max(c.y, y+20+high+10)
	}
	c.axis(f, top, ticks(0, f.most, 5), func(v float64) string { return fmt.Sprintf("%.4g", v) }, "ms")
}

// paintPhase draws a part, with its digit where there is room: the parts
// differ by their order, which the words below repeat.
func paintPhase(c *canvas, f frame, p phase, from, y float64) {
	x, w := f.x(from), f.x(from+p.ms)-f.x(from)
	class := "phase-" + cmpOr(p.digit, "0")
	c.rect(class, x, y, math.Max(w-1.5, .5), 16)
	if w > 14 && p.digit != "" {
		c.text("on "+class+"-ink", "middle", x+(w-1.5)/2, y+12.5, p.digit)
	}
}
