package wizard

import (
	"strings"
	"time"
)

// clock is the time to compare another device with.
type clock struct {
	now     func() time.Time
	seconds float64 // to add to this computer's time
	known   bool    // whether that correction was measured
	given   bool    // or only vouched for
}

func (c *clock) time() time.Time {
	return c.now().Add(time.Duration(c.seconds * float64(time.Second)))
}

// untilNext is how long the second that is shown still lasts.
func (c *clock) untilNext() time.Duration {
	t := c.time()
	return t.Truncate(time.Second).Add(time.Second).Sub(t)
}

// day says of which zone and day the time is.
func (c *clock) day() string {
	at := c.time()
	day := at.Format("MST, Monday 2 January")
	if _, east := at.Zone(); east != 0 { // for whoever has a phone that shows another hour
		day += at.UTC().Format(" (15:04 in UTC)")
	}
	return day + "."
}

// caption says whose time this is, and how far to trust it.
func (c *clock) caption() string {
	switch {
	case c.given:
		return "This is the time of this computer, which you said is right."
	case c.known:
		return "This is the right time, as measured just now."
	}
	return "This is the time of this computer. No time server has confirmed it: it may be wrong itself."
}

// spoken is the time as a sentence.
func (c *clock) spoken() string { return "It is now " + c.digits() + " " + c.day() }

// figures are three columns by five rows each, read by row.
func figures() map[rune][5]string {
	return map[rune][5]string{
		'0': {"###", "# #", "# #", "# #", "###"},
		'1': {" # ", "## ", " # ", " # ", "###"},
		'2': {"###", "  #", "###", "#  ", "###"},
		'3': {"###", "  #", "###", "  #", "###"},
		'4': {"# #", "# #", "###", "  #", "  #"},
		'5': {"###", "#  ", "###", "  #", "###"},
		'6': {"###", "#  ", "###", "# #", "###"},
		'7': {"###", "  #", "  #", "  #", "  #"},
		'8': {"###", "# #", "###", "# #", "###"},
		'9': {"###", "# #", "###", "  #", "###"},
		':': {" ", "#", " ", "#", " "},
	}
}

// Widths of the clock's face: with figures of two columns a dot, of one, and
// as plain text.
const (
	wideFace   = 54
	narrowFace = 27
)

// face is the time in large figures, as large as the width permits.
func (c *clock) face(width int) []string {
	text := c.digits()
	dot := 2
	switch {
	case width < narrowFace:
		return []string{text}
	case width < wideFace:
		dot = 1
	}
	rows := make([]string, 5)
	for y := range rows {
		var parts []string
		for _, r := range text {
			parts = append(parts, dots(figures()[r][y], dot))
		}
		rows[y] = strings.Join(parts, strings.Repeat(" ", dot))
	}
	return rows
}

func dots(pattern string, width int) string {
	return strings.NewReplacer("#", strings.Repeat("█", width), " ", strings.Repeat(" ", width)).Replace(pattern)
}

// digits is the time in plain digits.
func (c *clock) digits() string { return c.time().Format("15:04:05") }
