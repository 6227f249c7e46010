package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// htmlData is what the page shows.
type htmlData struct {
	view
	Headline  string
	Details   bool
	Judgement string
	Policy    string // lets in the page's own style sheet, by its checksum, and nothing else
	// Pictures; nil where what they would show is not known.
	Causes, Evidence, Phases, Walk *picture
	Clocks, Right                  []picture  // of clocks that failed, and of the others
	More                           []stepView // with more to tell than the picture does
}

// writeHTML writes a page that needs nothing else and runs nothing.
func writeHTML(b *bytes.Buffer, r *diag.Report, o Options) error {
	v := viewReport(r)
	return htmlPage().Execute(b, htmlData{
		view: v, Headline: headline(v), Details: o.Details, Judgement: judgement, Policy: htmlPolicy(),
		Causes: pictureCauses(r), Evidence: pictureEvidence(r.Opinion), Clocks: picturesOfClocks(r.Checks, true), Right: picturesOfClocks(r.Checks, false),
		Phases: picturePhases(r.Checks), Walk: pictureWalk(r, v.Steps), More: moreSteps(v.Steps),
	})
}

// htmlPolicy is made when the first page is: most runs write none.
func htmlPolicy() string {
	sum := sha256.Sum256([]byte(htmlStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// framed is a picture with whether its numbers are open.
type framed struct {
	Picture picture
	Open    bool
}

// htmlPage parses the template. It costs milliseconds, which a start that
// writes no page must not pay.
func htmlPage() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"told":  func(w []weightView, details bool) []weightView { shown, _ := few(w, details); return shown },
		"more":  func(w []weightView, details bool) int { _, n := few(w, details); return n },
		"tone":  func(i ink) string { return tones()[i] },
		"begin": upperFirst,
		"n":     coordinate,
		"frame": func(p picture, open bool) framed { return framed{p, open} },
		"drawn": func(p *picture, open bool) framed { return framed{*p, open} },
	}).Parse(htmlText + pictureText))
}

// tones are the classes of the style sheet.
func tones() map[ink]string {
	return map[ink]string{goodInk: "good", warnInk: "warn", badInk: "bad", faintInk: "faint", plainInk: "plain", boldInk: "plain"}
}
