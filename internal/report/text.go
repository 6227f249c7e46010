package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// labelWidth is the column at which the text after a label begins.
const labelWidth = 14

// writeText writes a report for people. A section without facts is not there.
func writeText(b *bytes.Buffer, r *diag.Report, o Options) error {
	p, v := newPage(b, o), viewReport(r)
	if o.Words {
		for i, l := range v.Advice {
			if l.Label == goOnLabel {
				v.Advice[i].Text += " --accessible"
			}
		}
	}
	if o.Brief {
		for i, l := range v.Advice {
			v.Advice[i].Text = strings.TrimSuffix(l.Text, below)
		}
	}
	writeVerdict(p, v)
	if o.Brief || o.Checked {
		v.Checks, v.Passed, v.Left = nil, "", ""
	}
	writeChecks(p, v)
	if o.Brief {
		return nil
	}
	writeOpinion(p, v.Opinion)
	writeSteps(p, v.Steps)
	if v.Order != "" {
		p.put(row{lead: []span{{"  ", plainInk}}, text: v.Order, ink: faintInk})
	}
	writeTold(p, v)
	writeMoments(p, v)
	p.blank()
	for _, l := range v.Foot {
		p.put(row{text: l.Label + " " + l.Text, ink: faintInk})
	}
	return nil
}

func writeVerdict(p *page, v view) {
	if v.Title != "" {
		p.put(row{text: v.Title, ink: faintInk})
		p.blank()
	}
	p.put(row{
		lead: []span{p.mark("", v.Look)},
		text: p.headline(v), ink: boldInk, tail: v.Code,
	})
	for _, l := range v.Advice {
		p.label("  ", l)
	}
	if v.Where != "" {
		p.blank()
		p.put(row{text: v.Where})
	}
}

// headline is the sentence behind the verdict's mark.
func (p *page) headline(v view) string {
	if p.words {
		return v.Summary
	}
	return headline(v)
}

// headline opens with the verdict's word, unless the sentence says it.
func headline(v view) string {
	if v.Status == diag.Problem || strings.HasPrefix(strings.ToLower(v.Summary), strings.ToLower(v.Look.Word)) {
		return v.Summary
	}
	return v.Look.Word + ". " + v.Summary
}

// label puts a labelled text.
func (p *page) label(indent string, l labelled) {
	p.put(row{lead: []span{{indent, plainInk}, {pad(l.Label, labelWidth), faintInk}}, text: l.Text})
}

func writeChecks(p *page, v view) {
	if len(v.Checks) > 0 || v.Passed != "" || v.Left != "" {
		p.blank()
	}
	for _, c := range v.Checks {
		writeCheckLine(p, c)
	}
	writeCheckCount(p, checkLooks()[diag.Pass], v.Passed)
	writeCheckCount(p, checkLooks()[diag.Skipped], v.Left)
	for _, c := range v.Also {
		p.blank()
		text := strings.TrimSpace(c.Text + " " + c.Remedy)
		p.put(row{lead: []span{{pad("Also found", labelWidth+2), boldInk}}, text: text, tail: c.Code})
	}
}

func writeCheckCount(p *page, l look, text string) {
	if text != "" {
		p.put(row{lead: []span{p.mark(" ", l)}, text: text})
	}
}

// checkWidth is the column at which the text of a check line begins.
const checkWidth = 14

func writeCheckLine(p *page, c checkView) {
	lead := []span{p.mark(" ", c.Look), {pad(c.Title, checkWidth), plainInk}}
	text := c.Text
	if c.Aside != "" {
		text = fmt.Sprintf("%s (%s)", text, c.Aside)
	}
	p.put(row{lead: lead, text: text, tail: c.Code})
}

func writeOpinion(p *page, v *opinionView) {
	if v == nil {
		return
	}
	p.blank()
	for i, r := range v.Ranks {
		ink := plainInk
		if i == 0 {
			ink = boldInk
		}
		p.put(row{lead: []span{{pad(r.Label, labelWidth+2), faintInk}}, text: r.Title, ink: ink, tail: r.Chance})
	}
	p.blank()
	writeWeights(p, "Because", v.Because)
	writeWeights(p, "Against", v.Against)
	for i, c := range v.Change {
		if i == 0 {
			p.put(row{lead: []span{{"  ", plainInk}}, text: "Would change our mind", ink: faintInk})
		}
		p.label("  ", labelled{"", c})
	}
	if p.details {
		writeNumbers(p, v)
	}
	p.put(row{lead: []span{{"  ", plainInk}}, text: judgement, ink: faintInk})
}

func writeNumbers(p *page, v *opinionView) {
	for _, n := range v.Numbers {
		p.put(row{lead: []span{{"  ", plainInk}, {pad(n.Label, 24), faintInk}}, text: n.Text})
	}
	for i, r := range v.All {
		p.put(row{lead: []span{{"  ", plainInk}, {pad(first(i, "All causes"), labelWidth), faintInk}}, text: r.Title, tail: r.Chance})
	}
}

func writeWeights(p *page, label string, weights []weightView) {
	told, more := few(weights, p.details)
	for i, w := range told {
		tail := w.Strength
		if p.details {
			tail += " " + w.Decibans
		}
		p.put(row{lead: []span{{"  ", plainInk}, {pad(first(i, label), labelWidth), faintInk}}, text: w.Text, tail: tail})
	}
	if more > 0 {
		p.label("  ", labelled{"", fmt.Sprintf("and %d more, none of them stronger", more)})
	}
}

// first gives a label to the first of several lines only.
func first(i int, label string) string {
	if i > 0 {
		return ""
	}
	return label
}

func writeSteps(p *page, steps []stepView) {
	if len(steps) > 0 {
		p.blank()
	}
	for _, s := range steps {
		text := s.Title
		if s.Note != "" {
			text += " – " + s.Note
		}
		p.put(row{lead: []span{p.mark(" ", s.Look), {s.Number + "  ", faintInk}}, text: text, tail: s.Minutes})
		writeInstructions(p, s)
	}
}

func writeInstructions(p *page, s stepView) {
	const indent = "     "
	for i, do := range s.Do {
		p.put(row{lead: []span{{indent, plainInk}, {fmt.Sprintf("%d  ", i+1), faintInk}}, text: do})
	}
	if s.Why != "" {
		p.put(row{lead: []span{{indent, plainInk}, {"Why      ", faintInk}}, text: s.Why})
	}
	if s.Now != "" {
		p.put(row{lead: []span{{indent, plainInk}, {"Now      ", faintInk}}, text: s.Now})
	}
	for i, c := range s.Careful {
		p.put(row{lead: []span{{indent, plainInk}, {pad(first(i, "Careful"), 9), warnInk}}, text: c})
	}
	for _, t := range s.Tried {
		p.label(indent, t)
	}
}

func writeTold(p *page, v view) {
	if len(v.Told)+len(v.Message) > 0 {
		p.heading("What you told")
	}
	for _, l := range v.Told {
		p.label("  ", l)
	}
	for i, line := range v.Message {
		p.label("  ", labelled{first(i, "The message"), line})
	}
	for i, m := range v.Means {
		p.label("  ", labelled{first(i, "It means"), m})
	}
}

// mostMoments are told of a long session, the last ones.
const mostMoments = 40

func writeMoments(p *page, v view) {
	if !v.Lasted {
		return
	}
	p.heading("What happened when")
	p.put(row{lead: []span{{"  ", plainInk}}, text: "Times are " + v.Zone + ".", ink: faintInk})
	told := v.Moments
	if n := len(told) - mostMoments; n > 0 && !p.details {
		p.put(row{lead: []span{{"  ", plainInk}}, text: fmt.Sprintf("… and %d earlier", n), ink: faintInk})
		told = told[n:]
	}
	for _, m := range told {
		if m.Day != "" {
			p.put(row{lead: []span{{"  ", plainInk}}, text: m.Day, ink: faintInk})
		}
		p.put(row{lead: []span{{"  ", plainInk}, {pad(m.Clock, labelWidth-4), faintInk}, {pad(m.What, labelWidth-4), plainInk}}, text: m.Text, tail: m.Code})
	}
}
