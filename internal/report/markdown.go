package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// writeMarkdown writes a report for a ticket. Nothing in it can format itself,
// link, mention anybody or break a table, whoever wrote it.
func writeMarkdown(b *bytes.Buffer, r *diag.Report, o Options) error {
	m := &ticket{b: b, details: o.Details}
	v := viewReport(r)
	m.line("# %s %s", v.Look.Glyph, md(headline(v)))
	m.line("")
	m.line("%s%s", md(v.Title), dotted(mdCode(v.Code)))
	m.labels("", v.Advice)
	if v.Where != "" {
		m.line("\n%s", md(v.Where))
	}
	m.checks(v)
	m.opinion(v.Opinion)
	m.steps(v.Steps)
	if v.Order != "" {
		m.line("\n%s", md(v.Order))
	}
	m.told(v)
	m.moments(v)
	m.line("\n---\n")
	for _, l := range v.Foot {
		m.line("%s %s  ", l.Label, md(l.Text))
	}
	return nil
}

// ticket builds a Markdown document.
type ticket struct {
	b       *bytes.Buffer
	details bool
}

func (m *ticket) line(format string, args ...any) {
	m.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func dotted(s string) string {
	if s == "" {
		return ""
	}
	return " · " + s
}

func (m *ticket) labels(indent string, list []labelled) {
	if len(list) > 0 && indent == "" {
		m.line("")
	}
	label := ""
	for _, l := range list {
		if l.Label != "" {
			label = l.Label
		}
		m.line("%s- **%s:** %s", indent, md(label), md(l.Text))
	}
}

func (m *ticket) checks(v view) {
	if len(v.Checks)+len(v.Also) > 0 || v.Passed != "" || v.Left != "" {
		m.line("\n## Checks")
	}
	if len(v.Checks) > 0 {
		m.line("\n| Result | Check | Found | Code |\n|---|---|---|---|")
	}
	for _, c := range v.Checks {
		text := c.Text
		if c.Aside != "" {
			text += " (" + c.Aside + ")"
		}
		m.line("| %s %s | %s | %s | %s |", c.Look.Glyph, c.Look.Word, md(c.Title), md(text), mdCode(c.Code))
	}
	m.count("✓", v.Passed)
	m.count("·", v.Left)
	for _, c := range v.Also {
		m.line("\n**Also found:** %s %s%s", md(c.Text), md(c.Remedy), dotted(mdCode(c.Code)))
	}
}

func (m *ticket) count(glyph, text string) {
	if text != "" {
		m.line("\n%s %s", glyph, md(text))
	}
}

func (m *ticket) opinion(v *opinionView) {
	if v == nil {
		return
	}
	m.line("\n## What we think, and why\n")
	for _, r := range v.Ranks {
		m.line("- **%s:** %s – %s", r.Label, md(r.Title), r.Chance)
	}
	m.line("")
	m.weights("Because", v.Because)
	m.weights("Against", v.Against)
	for _, c := range v.Change {
		m.line("- Would change our mind: %s", md(c))
	}
	if m.details {
		m.labels("", v.Numbers)
		for _, r := range v.All {
			m.line("- %s – %s", md(r.Title), r.Chance)
		}
	}
	m.line("\n%s", judgement)
}

func (m *ticket) weights(label string, weights []weightView) {
	told, more := few(weights, m.details)
	for _, w := range told {
		strength := w.Strength
		if m.details {
			strength += ", " + w.Decibans
		}
		m.line("- %s: %s (%s)", label, md(w.Text), strength)
	}
	if more > 0 {
		m.line("- %s: and %d more, none of them stronger", label, more)
	}
}

func (m *ticket) steps(steps []stepView) {
	if len(steps) > 0 {
		m.line("\n## Steps\n")
	}
	for _, s := range steps {
		notes := ""
		for _, note := range []string{s.Note, s.Minutes} {
			if note != "" {
				notes += " – " + md(note)
			}
		}
		m.line("- %s **%s: %s**%s", strings.TrimSpace(s.Look.Glyph+" "), s.Number, md(s.Title), notes)
		for i, do := range s.Do {
			m.line("  %d. %s", i+1, md(do))
		}
		extra := s.Tried
		if s.Why != "" {
			extra = append([]labelled{{"Why", s.Why}}, extra...)
		}
		if s.Now != "" {
			extra = append(extra, labelled{"Now", s.Now})
		}
		for _, c := range s.Careful {
			extra = append(extra, labelled{"Careful", c})
		}
		m.labels("  ", extra)
	}
}

func (m *ticket) told(v view) {
	if len(v.Told)+len(v.Message) > 0 {
		m.line("\n## What was told")
	}
	m.labels("", v.Told)
	if len(v.Message) == 0 {
		return
	}
	fence := strings.Repeat("`", max(3, longestRun(v.Message, '`')+1))
	m.line("\nThe message:\n\n%stext", fence)
	for _, text := range v.Message {
		m.line("%s", text)
	}
	m.line("%s", fence)
	for _, means := range v.Means {
		m.line("\nIt means: %s", md(means))
	}
}

func (m *ticket) moments(v view) {
	if !v.Lasted {
		return
	}
	m.line("\n## What happened when\n\nTimes are %s.", v.Zone)
	for i, one := range v.Moments {
		if one.Day != "" {
			m.line("\n%s\n", md(one.Day))
		}
		if n := len(v.Moments) - mostMoments; n > 0 && i < n && !m.details {
			if i == 0 {
				m.line("- … and %d earlier", n)
			}
			continue
		}
		m.line("- %s **%s:** %s%s", one.Clock, one.What, md(one.Text), dotted(mdCode(one.Code)))
	}
}

// longestRun is the length of the longest run of c.
func longestRun(lines []string, c byte) int {
	longest := 0
	for _, line := range lines {
		run := 0
		for i := range len(line) {
			if run++; line[i] != c {
				run = 0
			}
			longest = max(longest, run)
		}
	}
	return longest
}

// mdMarks are the characters that mean something to Markdown anywhere in a
// line. "@" and "#" cannot be escaped where they mention people and tickets; a
// space without width keeps them from it.
var mdMarks = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@\u200b", "#", "#\u200b", "\n", " ",
)

// md is text that stays text.
func md(s string) string {
	s = mdMarks.Replace(strings.Join(strings.Fields(s), " "))
	if s == "" {
		return ""
	}
	if strings.IndexByte("-+=#", s[0]) >= 0 { // a list or a heading
		return `\` + s
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits > 0 && digits < len(s) && (s[digits] == '.' || s[digits] == ')') { // a numbered list
		return s[:digits] + `\` + s[digits:]
	}
	return s
}

// mdCode is a code in a code span.
func mdCode(s string) string {
	if s == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`, "\n", " ").Replace(s) + "`"
}
