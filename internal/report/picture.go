package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A picture shows numbers that are also told in words. It is drawn for wide
// windows and once more for narrow ones, where one drawing made smaller would
// have letters that nobody can read; the style sheet shows the one that fits.
type picture struct {
	ID, Title string
	Desc      string // what is to be seen, for whoever does not see it
	Caption   string // how to read it
	Drawings  []drawing
	Table     table // the same in numbers
}

// table is the text that stands for a picture.
type table struct {
	Head []string
	Rows [][]string
}

// drawing is a picture in one width.
type drawing struct {
	ID, Class string
	W, H      float64
	Shapes    []shape
}

// shape is an element of a drawing. Its class says what it means; the style
// sheet says what that looks like.
type shape struct {
	Kind       string // rect, line, circle, text or path
	Class      string
	X, Y, W, H float64 // a line ends at W, H; W of a circle is its radius
	Anchor     string  // of a text: start, middle or end
	Text       string  // of a text; of a path, its commands
}

// The widths in which pictures are drawn, in the pixels of a page that is as
// wide as it gets, and of a telephone.
const (
	wideDrawing   = 756
	narrowDrawing = 328
)

// draw makes a picture from what paint draws on a canvas of either width.
func draw(id, title, desc string, paint func(*canvas)) picture {
	p := picture{ID: id, Title: title, Desc: desc}
	for _, d := range []drawing{{ID: id + "-wide", Class: "wide", W: wideDrawing}, {ID: id + "-narrow", Class: "narrow", W: narrowDrawing}} {
		c := &canvas{w: d.W, wide: d.Class == "wide"}
		paint(c)
		d.H, d.Shapes = math.Ceil(c.y), append(c.behind, c.shapes...)
		p.Drawings = append(p.Drawings, d)
	}
	return p
}

// A canvas is drawn on from top to bottom.
type canvas struct {
	w, y   float64 // its width; where the next thing begins
	wide   bool
	behind []shape // is covered by the rest
	shapes []shape
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	c.shapes = append(c.shapes, shape{Kind: "rect", Class: class, X: x, Y: y, W: w, H: h})
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	c.shapes = append(c.shapes, shape{Kind: "line", Class: class, X: x1, Y: y1, W: x2, H: y2})
}

// rule is a line behind everything else.
func (c *canvas) rule(class string, x1, y1, x2, y2 float64) {
	c.behind = append(c.behind, shape{Kind: "line", Class: class, X: x1, Y: y1, W: x2, H: y2})
}

func (c *canvas) text(class, anchor string, x, y float64, s string) {
	c.shapes = append(c.shapes, shape{Kind: "text", Class: class, Anchor: anchor, X: x, Y: y, Text: s})
}

// path draws through points, given as x and y in turn, and back to the first.
func (c *canvas) path(class string, points ...float64) {
	var d strings.Builder
	for i := 0; i+1 < len(points); i += 2 {
		fmt.Fprintf(&d, "%s%s %s", map[bool]string{true: "M", false: "L"}[i == 0], coordinate(points[i]), coordinate(points[i+1]))
	}
	c.shapes = append(c.shapes, shape{Kind: "path", Class: class, Text: d.String() + "Z"})
}

// coordinate is a number of a drawing: a tenth of a pixel is seen by nobody.
func coordinate(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10+0, 'f', -1, 64)
}

// lettering is how a text is set, in pixels. Columns are as wide as in a wide
// typeface, since nobody knows which one will be there.
type lettering struct {
	class              string
	size, line, column float64
}

var (
	normal = lettering{"", 14, 19, 8.4}
	strong = lettering{"strong", 14, 19, 9.4}
	small  = lettering{"small", 12, 16, 7.2}
)

// mostLines of a label are drawn; the table has it in full.
const mostLines = 3

// fit breaks a text into the lines that have room, at most mostLines.
func (l lettering) fit(s string, room float64) []string {
	columns := int(room / l.column)
	lines := wrap(s, columns)
	if len(lines) > mostLines {
		lines = lines[:mostLines]
		lines[mostLines-1] = strings.TrimRight(shorten(lines[mostLines-1], columns-1), " ,.;:") + "…"
	}
	return lines
}

// pack puts parts, none of which is broken, into lines.
func (l lettering) pack(parts []string, room float64) []string {
	lines := []string{""}
	for _, part := range parts {
		last := &lines[len(lines)-1]
		switch joined := *last + " · " + part; {
		case *last == "":
			*last = part
		case float64(width(joined))*l.column <= room:
			*last = joined
		default:
			*last += " ·"
			lines = append(lines, part)
		}
	}
	return lines
}

// shorten keeps the first columns of a text.
func shorten(s string, columns int) string {
	runes := []rune(s)
	for len(runes) > 0 && width(string(runes)) > columns {
		runes = runes[:len(runes)-1]
	}
	return string(runes)
}

// lines sets lines of text below each other, the first one with its top at y,
// and returns how high they are together.
func (c *canvas) lines(l lettering, anchor string, x, y float64, lines []string) float64 {
	for i, s := range lines {
		c.text(l.class, anchor, x, y+float64(i)*l.line+l.size, s)
	}
	return float64(len(lines)) * l.line
}

// A frame divides a canvas into columns: labels, what is drawn, and numbers.
// On a narrow canvas the label stands above the rest.
type frame struct {
	label        float64 // room for the label, from the left edge
	left, right  float64 // edges of what is drawn
	number       float64 // left edge of the numbers
	beside       bool    // the label is beside
	lowest, most float64 // what the edges stand for
}

func (c *canvas) frame(numbers float64) frame {
	if c.wide {
		return frame{label: 276, left: 292, right: c.w - numbers - 14, number: c.w - numbers, beside: true}
	}
	return frame{label: c.w, left: 1, right: c.w - numbers - 10, number: c.w - numbers}
}

// x is where a value is.
func (f frame) x(v float64) float64 {
	return f.left + (v-f.lowest)/(f.most-f.lowest)*(f.right-f.left)
}

// row sets a label, and returns the middle of the space for its bar of a height.
// The canvas goes on below whatever is taller.
func (c *canvas) row(f frame, l lettering, label string, height float64) (middle float64) {
	lines := l.fit(label, f.label)
	used := float64(len(lines)) * l.line
	if !f.beside {
		c.lines(l, "start", 0, c.y, lines)
		c.y += used + height + 12
		return c.y - 12 - height/2
	}
	middle = c.y + max(used, height)/2
	c.lines(l, "start", 0, middle-used/2, lines)
	c.y += max(used, height) + 11
	return middle
}

// axis puts lines for values behind what was drawn from top on, and the values
// below.
func (c *canvas) axis(f frame, top float64, values []float64, say func(float64) string, unit string) {
	bottom := c.y - 4
	for _, v := range values {
		c.rule("grid", f.x(v), top, f.x(v), bottom)
		anchor := "middle"
		if f.x(v) < 12 {
			anchor = "start"
		}
		c.text("small", anchor, f.x(v), bottom+15, say(v))
	}
	if unit != "" {
		c.text("small", "end", c.w, bottom+15, unit)
	}
	c.y = bottom + 22
}

// ticks are round values between two others, about n of them.
func ticks(lowest, most float64, n int) []float64 {
	span := (most - lowest) / float64(n)
	step := math.Pow(10, math.Floor(math.Log10(span)))
	for _, m := range []float64{2, 5, 10} {
		if step*m >= span {
			step *= m
			break
		}
	}
	var out []float64
	for v := math.Ceil(lowest/step) * step; v <= most+step/1e6; v += step {
		out = append(out, math.Round(v/step)*step)
	}
	return out
}
