package logs

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/explain"
)

// How much of a report its texts show.
const (
	shownEntries = 8
	shownSpikes  = 5
	barWidth     = 24 // with what is beside it, a row fits a telephone
	chartRows    = 12
)

// A part is one section of a report, the same for every kind of text.
type part struct {
	title string
	lines []string
	chart bool // its columns stand below each other
}

// Text writes a report for people.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	b.WriteString(r.headline() + "\n")
	for _, p := range r.parts() {
		fmt.Fprintf(&b, "\n%s\n", p.title)
		for _, l := range p.lines {
			fmt.Fprintf(&b, "  %s\n", l)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// marks makes text stay text in Markdown: names in a log are whatever somebody
// typed who wanted in, and may neither format, nor link, nor call anybody.
var marks = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@\u200b", "#", "#\u200b", "://", ":\u200b//", "www.", "www\u200b.", "\n", " ",
)

// Markdown writes a report for a ticket. Lists stand in blocks of code.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", marks.Replace(r.headline()))
	for _, p := range r.parts() {
		fmt.Fprintf(&b, "\n## %s\n\n", p.title)
		if !p.chart {
			fmt.Fprintf(&b, "%s\n", strings.ReplaceAll(marks.Replace(strings.Join(p.lines, "\x00")), "\x00", "\n\n"))
			continue
		}
		b.WriteString("~~~~text\n")
		for _, l := range p.lines {
			b.WriteString(strings.ReplaceAll(l, "~~~~", "~ ~ ~ ~") + "\n")
		}
		b.WriteString("~~~~\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const pageHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>authdoctor logs</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:clamp(1.3rem,4.5vw,2rem);line-height:1.25}h2{font-size:1.2rem}
pre{white-space:pre-wrap;font-size:clamp(.7rem,2.6vw,.9rem)}
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style>
</head><body><main>
`

// HTML writes a report as one page that needs nothing else and runs nothing.
func (r *Report) HTML(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s<h1>%s</h1>\n", pageHead, html.EscapeString(r.headline()))
	for _, p := range r.parts() {
		fmt.Fprintf(&b, "<section><h2>%s</h2>\n", html.EscapeString(p.title))
		if p.chart {
			fmt.Fprintf(&b, "<pre>%s</pre>\n", html.EscapeString(strings.Join(p.lines, "\n")))
		} else {
			fmt.Fprintf(&b, "<p>%s</p>\n", strings.Join(escaped(p.lines), "</p>\n<p>"))
		}
		b.WriteString("</section>\n")
	}
	b.WriteString("</main></body></html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func escaped(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = html.EscapeString(l)
		if rest, ok := strings.CutPrefix(out[i], nextMark); ok {
			out[i] = "<strong>" + nextMark + "</strong>" + rest
		}
	}
	return out
}

// headline is what one needs to know first.
func (r *Report) headline() string { return r.Verdict.Summary }

// counted is how much was read, and of what.
func (r *Report) counted() string {
	s := fmt.Sprintf("%s in %s", number(r.Failures, "failed sign-in"), number(r.Lines, "record"))
	if r.Unreadable > 0 {
		s += fmt.Sprintf(", %d of them unreadable", r.Unreadable)
	}
	return s
}

func number(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "s"):
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r *Report) parts() []part {
	title := "What to do"
	if r.Verdict.Next.Text == "" {
		title = "What was read"
	}
	out := []part{{title: title, lines: r.conclusion()}}
	add := func(title string, lines []string) {
		if len(lines) > 0 {
			out = append(out, part{title, lines, true})
		}
	}
	if also := r.also(); len(also) > 0 {
		out = append(out, part{title: "Besides", lines: also})
	}
	add("Signed in from there", r.signIns())
	add("Causes", r.table(r.ByCause))
	add("Systems", r.table(r.BySystem))
	add("Users", r.table(r.ByUser))
	add("Programs", r.table(r.ByApp))
	add("Sources", r.table(r.BySource))
	add("Over time ("+r.zoneName()+")", chart(r.Buckets, r.zone))
	add("Spikes", r.spikeLines())
	var broken []string
	for _, b := range r.Broken {
		broken = append(broken, strings.TrimSpace(b.Place+"  "+b.Reason+"  "+b.Text))
	}
	add("Unreadable", broken)
	return out
}

// conclusion is what the headline leaves to say.
func (r *Report) conclusion() []string {
	v := r.Verdict
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if v.Next.Text != "" {
		say(nextMark+"%s", v.Next.Text)
	}
	if who := explain.Who(v.Next.Actor); who != "" {
		say("Who can do it: %s.", who)
	}
	if v.Next.Playbook != "" {
		say("More: authdoctor diagnose %s", v.Next.Playbook)
	}
	if c := r.CutShort; c != nil && c.Line > 0 {
		say("Stopped in %s behind line %d: what comes after it was not read.", plain(c.File), c.Line)
	} else if c != nil {
		say("Stopped before the first line of %s: nothing of it was read.", plain(c.File))
	}
	say("%s.", r.counted())
	if r.First != nil {
		say("First %s, last %s.", stamp(*r.First, r.zone), stamp(*r.Last, r.zone))
	}
	if v.StartedAfter != nil {
		say("Nothing failed before %s: look at what changed then.", stamp(*v.StartedAfter, r.zone))
	}
	if r.Interrupts > 0 {
		say("Not counted as failures: %s in the middle of a sign-in, such as the question for a code. A sign-in that never went on after one is counted.", number(r.Interrupts, "step"))
	}
	if r.Challenges > 0 {
		say("Not counted: %s without a name, with which a web server only asks for one.", number(r.Challenges, "refusal"))
	}
	if r.Unsure > 0 {
		say("%s of sshd in lines without a process number: some may be counted twice, as sshd tells of one try in several lines.", number(r.Unsure, "failure"))
	}
	if r.Possible > 0 {
		say("Not counted: %s with words that may tell of a refused sign-in, and may not. Give one to authdoctor explain.", number(r.Possible, "record"))
	}
	if r.Forms > 0 && r.Failures > 0 {
		say("Not counted: %s to a sign-in page that got a page back. It does not tell who was let in.", number(r.Forms, "request"))
	}
	if r.Untimed > 0 {
		say("%s without a time: in no bar and no spike.", number(r.Untimed, "failure"))
	}
	return append(lines, r.aboutFiles()...)
}

// zoneName is how the zone is called at the end of the logs.
func (r *Report) zoneName() string {
	if r.Last == nil {
		return r.zone.String()
	}
	return r.Last.In(r.zone).Format("MST")
}

// aboutFiles says which files gave nothing.
func (r *Report) aboutFiles() []string {
	var lines []string
	for _, f := range r.Files {
		switch {
		case f.Error != "":
			lines = append(lines, plain(f.Name)+" could not be read: "+plain(f.Error)+".")
		case f.Empty && len(r.Files) > 1:
			lines = append(lines, plain(f.Name)+" is empty.")
		case f.Format == "" && len(r.Files) > 1:
			lines = append(lines, plain(f.Name)+" is no log in a format that authdoctor knows: nothing of it was read.")
		}
	}
	return lines
}

// nextMark is in front of what to do.
const nextMark = "Next: "

// also are the findings behind the gravest, which the headline is of.
func (r *Report) also() []string {
	var lines []string
	for i, f := range r.Findings {
		if i == 0 {
			continue
		}
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, f.Summary))
		if f.Next.Text != "" {
			line := nextMark + f.Next.Text
			if who := explain.Who(f.Next.Actor); who != "" {
				line += " Who can do it: " + who + "."
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// signIns lists who signed in from where an attack came from.
func (r *Report) signIns() []string {
	var out []string
	for _, f := range r.Findings {
		if f.Reading == ReadMistyped || f.Reading == ReadRefused || f.Reading == ReadMixed {
			continue // nobody attacks there
		}
		for i, s := range f.SignedIn {
			if i == shownEntries {
				out = append(out, fmt.Sprintf("and %d more", len(f.SignedIn)-i))
				break
			}
			line := s.User + " from " + s.Source + atTime(s.At, r.zone)
			switch {
			case s.HalfWay:
				line += ", but for the second step"
			case s.Possible:
				line += ", perhaps its owner"
			}
			out = append(out, line)
		}
	}
	return out
}

// stamp is a time as whoever reads it has it on the wall, and as a log that
// names no zone has it.
func stamp(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04 MST")
}

func (r *Report) table(list []Entry) []string {
	var out []string
	for i, e := range list {
		if i == shownEntries {
			return append(out, fmt.Sprintf("%7s  and %d more", "", len(list)-i))
		}
		line := fmt.Sprintf("%7d  %s", e.Count, e.Key)
		if e.First != nil {
			line += "  (" + e.First.In(r.zone).Format("01-02 15:04") + " to " + e.Last.In(r.zone).Format("01-02 15:04") + ")"
		}
		out = append(out, line)
	}
	return out
}

// chart draws buckets as bars, several in one row when they are many.
func chart(buckets []Bucket, zone *time.Location) []string {
	per := (len(buckets) + chartRows - 1) / chartRows
	var rows []Bucket
	for i, b := range buckets {
		if i%per == 0 {
			rows = append(rows, b)
			continue
		}
		rows[len(rows)-1].Count += b.Count
	}
	most := 1
	for _, b := range rows {
		most = max(most, b.Count)
	}
	out := make([]string, len(rows))
	for i, b := range rows {
		bar := strings.Repeat("#", (b.Count*barWidth+most-1)/most)
		out[i] = strings.TrimRight(fmt.Sprintf("%s %7d  %s", b.Start.In(zone).Format("2006-01-02 15:04"), b.Count, bar), " ")
	}
	return out
}

func (r *Report) spikeLines() []string {
	var out []string
	for i, s := range r.Spikes {
		if i == shownSpikes {
			return append(out, fmt.Sprintf("and %d more", len(r.Spikes)-i))
		}
		out = append(out, fmt.Sprintf("%s to %s: %d failures, %.4g expected; %s; %s, %s; %s",
			stamp(s.Start, r.zone), stamp(s.End, r.zone), s.Count, s.Expected, s.Cause, number(s.Users, "user"), number(s.Sources, "source"), strings.ReplaceAll(s.Reading, "_", " ")))
	}
	if out != nil {
		out = append(out, "Threshold: "+r.Statistic+".")
	}
	return out
}
