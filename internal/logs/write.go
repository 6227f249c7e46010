package logs

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"
)

// How much of a report its texts show.
const (
	shownEntries = 8
	shownSpikes  = 5
	barWidth     = 30
	chartRows    = 24
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

// Markdown writes a report for a ticket. What logs say stands in blocks of
// code, where it can neither format itself nor link.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", r.headline())
	for _, p := range r.parts() {
		fmt.Fprintf(&b, "\n## %s\n\n", p.title)
		if !p.chart {
			fmt.Fprintf(&b, "%s\n", strings.Join(p.lines, "\n\n"))
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
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{overflow-x:auto;font-size:.9rem}h2{font-size:1.2rem}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style>
</head><body>
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
	b.WriteString("</body></html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func escaped(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = html.EscapeString(l)
	}
	return out
}

func (r *Report) headline() string {
	s := fmt.Sprintf("%s in %s", number(r.Failures, "failed sign-in"), number(r.Lines, "record"))
	if r.Unreadable > 0 {
		s += fmt.Sprintf(", %d of them unreadable", r.Unreadable)
	}
	return s
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r *Report) parts() []part {
	out := []part{{title: "What it comes to", lines: r.conclusion()}}
	add := func(title string, lines []string) {
		if len(lines) > 0 {
			out = append(out, part{title, lines, true})
		}
	}
	add("Causes", table(r.ByCause))
	add("Systems", table(r.BySystem))
	add("Users", table(r.ByUser))
	add("Programs", table(r.ByApp))
	add("Sources", table(r.BySource))
	add("Over time (UTC)", chart(r.Buckets))
	add("Spikes", r.spikeLines())
	var broken []string
	for _, b := range r.Broken {
		broken = append(broken, strings.TrimSpace(b.Place+"  "+b.Reason+"  "+b.Text))
	}
	add("Unreadable", broken)
	return out
}

func (r *Report) conclusion() []string {
	v := r.Verdict
	lines := []string{v.Summary}
	if r.First != nil {
		lines = append(lines, fmt.Sprintf("First %s, last %s.", stamp(*r.First), stamp(*r.Last)))
	}
	if v.StartedAfter != nil {
		lines = append(lines, "Nothing failed before "+stamp(*v.StartedAfter)+": look at what changed then.")
	}
	if r.Challenges > 0 {
		lines = append(lines, fmt.Sprintf("Not counted: %s without a name, with which a web server only asks for one.", number(r.Challenges, "refusal")))
	}
	if v.Next.Text != "" {
		lines = append(lines, "Next: "+v.Next.Text)
	}
	if v.Next.Playbook != "" {
		lines = append(lines, "More: authdoctor diagnose "+v.Next.Playbook)
	}
	return lines
}

func stamp(at time.Time) string { return at.Format("2006-01-02 15:04 UTC") }

func table(list []Entry) []string {
	var out []string
	for i, e := range list {
		if i == shownEntries {
			return append(out, fmt.Sprintf("%7s  and %d more", "", len(list)-i))
		}
		line := fmt.Sprintf("%7d  %s", e.Count, e.Key)
		if e.First != nil {
			line += "  (" + e.First.Format("01-02 15:04") + " to " + e.Last.Format("01-02 15:04") + ")"
		}
		out = append(out, line)
	}
	return out
}

// chart draws buckets as bars, several in one row when they are many.
func chart(buckets []Bucket) []string {
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
		out[i] = strings.TrimRight(fmt.Sprintf("%s %7d  %s", b.Start.Format("2006-01-02 15:04"), b.Count, bar), " ")
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
			stamp(s.Start), stamp(s.End), s.Count, s.Expected, s.Cause, number(s.Users, "user"), number(s.Sources, "source"), strings.ReplaceAll(s.Reading, "_", " ")))
	}
	if out != nil {
		out = append(out, "Threshold: "+r.Statistic+".")
	}
	return out
}
