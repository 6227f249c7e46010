package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// writeSummary writes the text of `authdoctor check`. Its first three words
// are made for scripts: playbook, verdict and code, or "-" for no code.
func writeSummary(p *page, r *diag.Report) {
	head := fmt.Sprintf("%s  %s  %s", cmpOr(r.Playbook.ID, "-"), r.Verdict.Status, cmpOr(r.Verdict.Code, "-"))
	look := verdictLooks[r.Verdict.Status]
	p.put(row{
		lead: []span{{head + "  ", look.ink}},
		text: r.Verdict.Summary,
		tail: elapsed(r.Finished.Sub(r.Started)),
	})
	p.put(row{lead: []span{{"  ", plainInk}}, text: counts(r.Checks), tail: fmt.Sprintf("exit %d", r.ExitStatus)})
	for _, c := range r.Checks {
		if c.Status == diag.Pass || c.Status == diag.Skipped {
			continue
		}
		v := viewCheck(c, r.Checks)
		writeCheckLine(p, v)
		if v.Remedy != "" {
			p.put(row{lead: []span{{"   ", plainInk}}, text: v.Remedy, ink: faintInk})
		}
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
			text += fmt.Sprintf("%s %d, ", s, n[s])
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
		text := ""
		for i, item := range v {
			if i > 0 {
				text += ", "
			}
			text += fact(item)
		}
		return text
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
