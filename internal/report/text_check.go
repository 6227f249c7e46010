package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// writeSummary writes the text of `authdoctor check`. Its first three words
// are made for scripts: playbook, verdict and code, or "-" for no code.
func writeSummary(p *page, r *diag.Report) {
	head := fmt.Sprintf("%s  %s  %s", cmpOr(r.Playbook.ID, "-"), r.Verdict.Status, cmpOr(r.Verdict.Code, "-"))
	summary := r.Verdict.Summary
	for _, c := range r.Checks {
		if c.ID == r.Verdict.Check {
			summary = cmpOr(c.Summary, summary)
		}
	}
	p.put(row{
		lead: []span{{head + "  ", verdictLooks()[r.Verdict.Status].Ink}},
		text: summary,
		tail: elapsed(r.Finished.Sub(r.Started)),
	})
	writeCounts(p, "  "+counts(r.Checks), fmt.Sprintf("exit %d", r.ExitStatus))
	for _, c := range r.Checks {
		if c.Status != diag.Pass && c.Status != diag.Skipped {
			writeSummaryCheck(p, viewCheck(c, r.Checks), c.ID == r.Verdict.Check)
		}
	}
}

// writeCounts keeps the columns apart where there is room for them.
func writeCounts(p *page, text, tail string) {
	if gap := p.width - width(text) - width(tail); gap >= 2 {
		p.line(span{text + strings.Repeat(" ", gap), plainInk}, span{tail, faintInk})
		return
	}
	p.put(row{lead: []span{{"  ", plainInk}}, text: text, tail: tail})
}

// writeSummaryCheck tells what was found and what to do. What the check of the
// verdict found stands in the first line already.
func writeSummaryCheck(p *page, v checkView, verdict bool) {
	remedy := v.Remedy
	if verdict && remedy != "" {
		v.Text, remedy = remedy, ""
	}
	writeCheckLine(p, v)
	if remedy != "" {
		p.put(row{lead: []span{{strings.Repeat(" ", 3+checkWidth), plainInk}}, text: remedy, ink: faintInk})
	}
}

// counts lists the statuses. The four that decide are always there.
func counts(checks []diag.Check) string {
	n := map[diag.Status]int{}
	for _, c := range checks {
		n[c.Status]++
	}
	text := ""
	for _, s := range []diag.Status{diag.Pass, diag.Warn, diag.Fail, diag.Blocked, diag.Unknown, diag.Skipped} {
		if n[s] > 0 || (s != diag.Warn && s != diag.Skipped) {
			text += fmt.Sprintf("%s %d  ", s, n[s])
		}
	}
	return text[:len(text)-2]
}

// writeFinding writes one check with all that was measured.
func writeFinding(p *page, c diag.Check) {
	v := viewCheck(c, nil)
	writeCheckLine(p, v)
	if c.Reason != "" && c.Reason != v.Text {
		p.label("   ", labelled{"Reason", c.Reason})
	}
	if v.Remedy != "" {
		p.label("   ", labelled{"Do this", v.Remedy})
	}
	for _, key := range slices.Sorted(maps.Keys(c.Facts)) {
		p.label("   ", labelled{spaced(key), fact(c.Facts[key])})
	}
}

// fact is a measured value in readable form.
func fact(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		return fmt.Sprintf("%.6g", v)
	case []any:
		parts, mark := []string{}, ", "
		for _, item := range v {
			if _, nested := item.(map[string]any); nested {
				mark = "; "
			}
			parts = append(parts, fact(item))
		}
		return strings.Join(parts, mark)
	case map[string]any:
		parts := []string{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, spaced(key)+" "+fact(v[key]))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}
