package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/phone"
	"github.com/authdoctor/authdoctor/internal/report"
)

// invitation is what stands beside the QR code, or above it.
func invitation(o phoneOptions) []string {
	sends := "It sends the time on the phone, its time zone, and whether its browser keeps cookies and data"
	if o.host != "" {
		sends = strings.Replace(sends, ", and whether", ", whether", 1) + ", and whether it reaches " + o.host
	}
	return []string{
		"Point the phone's camera at the code, or type the address below it.",
		"The phone must be in the same network as this computer.",
		sends + ". Nothing secret, and the way is not encrypted.",
	}
}

// What else is on the screen with the code: what the phone does, and the line
// that the cursor is on.
const (
	otherRows   = 4
	besideGap   = 3
	besideLeast = 34
)

// invite shows the way to the page: as a QR code where there is a terminal
// that is large enough, and as an address always.
func (p *program) invite(url string, o phoneOptions) error {
	columns, rows := p.screenSize()
	color, err := p.colored(p.Stderr)
	if err != nil {
		return err
	}
	if p.lineByLine() {
		rows = 0
	}
	text := invitation(o)
	text = append(text, fmt.Sprintf("The page is gone after the answer, or after %s. Ctrl-C stops.", diag.Span(o.wait)))
	lines, above := wayIn(url, text, columns, max(0, rows-otherRows), color)
	_, err = io.WriteString(p.Stderr, strings.Join(append(above, lines...), "\n")+"\n"+url+"\n")
	return err
}

// wayIn draws the code of a page and what to do with it, to stand over its
// address within columns and rows. What does not fit beside the code is to
// stand above all of it, if there is room. Without room for the code there is
// only text.
func wayIn(url string, text []string, columns, rows int, color bool) (lines, above []string) {
	address := (len(url) + columns - 1) / max(columns, 1)
	picture, drawn := phone.Draw(url, columns-1, rows-address, color)
	switch beside := columns - picture.Columns - besideGap; {
	case !drawn:
		text = append(text[1:len(text):len(text)], "Open this address on the phone:")
		return wrapped(text, columns), nil
	case beside < besideLeast:
		return picture.Lines, append(wrapped(text, columns), "")
	default:
		return linesBeside(picture, text, beside), []string{""}
	}
}

// screenSize is the size of the terminal; no columns when there is none.
func (p *program) screenSize() (columns, rows int) {
	columns, ok := p.Terminal(p.Stderr)
	if !ok {
		return 0, 0
	}
	if columns <= 0 {
		columns = 80
	}
	if rows = p.Rows(p.Stderr); rows <= 0 {
		rows = 24
	}
	return columns, rows
}

func wrapped(text []string, columns int) []string {
	if columns <= 0 {
		columns = 80
	}
	var out []string
	for _, t := range text {
		out = append(out, report.Wrap(t, min(columns, 80)-1)...)
	}
	return out
}

// linesBeside puts paragraphs at the right of a picture, in its middle.
func linesBeside(picture phone.Picture, text []string, room int) []string {
	var right []string
	for i, t := range text {
		if i > 0 {
			right = append(right, "")
		}
		right = append(right, report.Wrap(t, min(room, 44)-1)...)
	}
	top := max(0, (len(picture.Lines)-len(right))/2)
	out := make([]string, 0, len(picture.Lines))
	for i, l := range picture.Lines {
		if j := i - top; j >= 0 && j < len(right) && right[j] != "" {
			l += strings.Repeat(" ", besideGap) + right[j]
		}
		out = append(out, l)
	}
	return out
}

// phoneSheet is a result for people.
func phoneSheet(r *phone.Result) report.Sheet {
	s := report.Sheet{Status: r.Clock.Status, Headline: "The phone's clock is " + r.Clock.Summary}
	row := func(label, text string) {
		if text != "" {
			s.Rows = append(s.Rows, report.Row{Label: label, Text: text})
		}
	}
	row("Right time", timeNow(r))
	row("By", comparedWith(r))
	if f := r.Phone; f != nil {
		row("Time zone", zoneWords(f))
		row("Browser", browserWords(f))
		if f.Reach != nil {
			row("Sign-in host", f.Reach.Words())
		}
	}
	for i, a := range r.Advice {
		label := "Do this"
		if i > 0 {
			label = ""
		}
		s.Rows = append(s.Rows, report.Row{Label: label, Text: a})
	}
	return s
}

// timeNow is the line to compare a phone with where nobody can be asked.
func timeNow(r *phone.Result) string {
	if r.Method != phone.ByEye || r.Answered {
		return ""
	}
	text := r.Measured.Local().Format("15:04:05 MST, Monday 2 January 2006")
	if r.Reference.Verified {
		return text
	}
	return text + ", by this computer, which nobody has confirmed"
}

// comparedWith says whose time it was, and how it was measured.
func comparedWith(r *phone.Result) string {
	if !r.Answered {
		return ""
	}
	how := "by eye"
	if r.Clock.Rounds > 0 {
		how = fmt.Sprintf("%d round trips, the best of them in %s", r.Clock.Rounds, diag.Span(duration(r.Clock.DelayMS)))
	}
	t := r.Reference
	if !t.Verified {
		return how + ", against this computer's clock"
	}
	source := map[string]string{"ntp": "time servers", "https-date": "the time of web servers"}[t.Source]
	text := fmt.Sprintf("%s, against %s", how, source)
	if own := duration(t.OffsetMS); own.Abs()-duration(t.UncertaintyMS) > diag.ClockAccurate {
		text += "; this computer's own clock is " + diag.Drift(own)
	}
	return text
}

func zoneWords(f *phone.Facts) string {
	name := f.Zone
	if name == "" {
		name = fmt.Sprintf("UTC%+03d:%02d", f.ZoneMinutes/60, max(f.ZoneMinutes%60, -(f.ZoneMinutes%60)))
	}
	if f.SameZone {
		return name + ", the same time of day as here"
	}
	return name + ", another time of day than here; codes do not depend on it"
}

func browserWords(f *phone.Facts) string {
	switch {
	case f.Cookies && f.Storage:
		return "keeps cookies and data"
	case f.Cookies:
		return "keeps cookies, but no data: sign-in pages may not work in it"
	case f.Storage:
		return "keeps no cookies: no sign-in lasts in it"
	}
	return "keeps neither cookies nor data: no sign-in lasts in it"
}
