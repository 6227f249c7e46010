package phone

import (
	"strings"

	"rsc.io/qr"
)

// Quiet is the margin of a QR code, in modules: what ISO/IEC 18004 asks for,
// and what cameras make do with.
const (
	quietFull = 4
	quietLess = 2
)

// How colored codes are drawn: black on white of the fixed part of the palette
// (xterm's 6×6×6 cube), which no theme changes.
const (
	inkOn  = "\x1b[38;5;16;48;5;231m"
	inkOff = "\x1b[0m"
)

// A Picture is a QR code as text, two modules in a character's height.
type Picture struct {
	Lines   []string
	Columns int
}

// Draw draws the code of a URL within columns and rows; false when it does not
// fit. In color it is black on white on any background. Without color it is
// right on a dark background, and inverted on a light one, which most cameras
// read as well.
func Draw(url string, columns, rows int, colored bool) (Picture, bool) {
	// Upper-case letters, digits and what else stands in an address have a
	// short form. The scheme may be written in capitals, and the path is ours.
	code, err := qr.Encode(strings.ToUpper(url), qr.M)
	if err != nil {
		return Picture{}, false
	}
	for _, quiet := range []int{quietFull, quietLess} {
		side := code.Size + 2*quiet
		if side <= columns && (side+1)/2 <= rows {
			return Picture{draw(code, quiet, colored), side}, true
		}
	}
	return Picture{}, false
}

func draw(code *qr.Code, quiet int, colored bool) []string {
	dark := func(x, y int) bool { return code.Black(x-quiet, y-quiet) } // false outside of it
	var lines []string
	side := code.Size + 2*quiet
	for y := 0; y < side; y += 2 {
		var b strings.Builder
		for x := range side {
			b.WriteString(block(dark(x, y) == colored, dark(x, y+1) == colored))
		}
		line := b.String()
		if colored {
			line = inkOn + line + inkOff
		}
		lines = append(lines, line)
	}
	return lines
}

// block is a character whose upper and lower half have ink or not.
func block(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
