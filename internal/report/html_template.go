package report

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
)

// htmlData is what the page shows.
type htmlData struct {
	view
	Headline  string
	Details   bool
	Judgement string
	Policy    string // lets in the page's own style sheet, by its checksum, and nothing else
}

// htmlPolicy is made when the first page is: most runs write none.
func htmlPolicy() string {
	sum := sha256.Sum256([]byte(htmlStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// htmlPage parses the template. It costs milliseconds, which a start that
// writes no page must not pay.
func htmlPage() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"told": func(w []weightView, details bool) []weightView { shown, _ := few(w, details); return shown },
		"more": func(w []weightView, details bool) int { _, n := few(w, details); return n },
		"tone": func(i ink) string { return tones[i] },
	}).Parse(htmlText))
}

// tones are the classes of the style sheet.
var tones = map[ink]string{goodInk: "good", warnInk: "warn", badInk: "bad", faintInk: "faint", plainInk: "plain", boldInk: "plain"}

const htmlStyle = `
:root { color-scheme: light dark; --ink: #1c2024; --faint: #5c6570; --line: #d5dae0; --page: #fff; --good: #17692f; --warn: #7a5000; --bad: #a8201a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --faint: #a4adb8; --line: #3b424b; --page: #16191d; --good: #6fcf87; --warn: #e8b450; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 3rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 46rem; margin: 0 auto; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .25rem 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1rem; margin: .75rem 0; }
dt { grid-column: 1; color: var(--faint); }
dd { grid-column: 2; margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
code, .faint, footer { color: var(--faint); }
pre { white-space: pre-wrap; border-left: 3px solid var(--line); margin: .5rem 0; padding: .25rem 0 .25rem .75rem; }
ol, ul { margin: .25rem 0; padding-left: 1.5rem; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.next { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem 1rem; margin: .5rem 0; }
footer { margin-top: 2.5rem; font-size: .875rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt, dd { grid-column: 1; } }
@media print { body { padding: 0; } h2, .next, tr { break-inside: avoid; } }
`

const htmlText = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{.Policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{.Headline}}</title>
<style>` + htmlStyle + `</style>
</head>
<body>
<main>
<header>
<p class="faint">{{.Title}}</p>
<h1><span class="{{tone .Look.Ink}}" aria-hidden="true">{{.Look.Glyph}}</span> {{.Headline}}</h1>
{{- if .Code}}
<p><code>{{.Code}}</code></p>
{{- end}}
</header>
{{- with .Advice}}
<dl>
{{- range .}}
{{if .Label}}<dt>{{.Label}}</dt>{{end}}<dd>{{.Text}}</dd>
{{- end}}
</dl>
{{- end}}
{{- if .Where}}
<p>{{.Where}}</p>
{{- end}}
{{- if or .Checks .Passed .Left .Also}}
<section>
<h2>Checks</h2>
{{- with .Checks}}
<table>
<thead><tr><th scope="col">Result</th><th scope="col">Check</th><th scope="col">Found</th><th scope="col">Code</th></tr></thead>
<tbody>
{{- range .}}
<tr><td class="{{tone .Look.Ink}}"><span aria-hidden="true">{{.Look.Glyph}}</span> {{.Look.Word}}</td><th scope="row">{{.Title}}</th><td>{{.Text}}{{with .Aside}} ({{.}}){{end}}</td><td>{{with .Code}}<code>{{.}}</code>{{end}}</td></tr>
{{- end}}
</tbody>
</table>
{{- end}}
{{- with .Passed}}
<p class="good"><span aria-hidden="true">✓</span> {{.}}</p>
{{- end}}
{{- with .Left}}
<p class="faint"><span aria-hidden="true">·</span> {{.}}</p>
{{- end}}
{{- range .Also}}
<h3>Also found</h3>
<p>{{.Text}}{{with .Remedy}} {{.}}{{end}} <code>{{.Code}}</code></p>
{{- end}}
</section>
{{- end}}
{{- with .Opinion}}
<section>
<h2>What we think, and why</h2>
<dl>
{{- range .Ranks}}
<dt>{{.Label}}</dt><dd>{{.Title}} – {{.Chance}}</dd>
{{- end}}
</dl>
{{- if or .Because .Against}}
<table>
<thead><tr><th scope="col">Speaks</th><th scope="col">Observation</th><th scope="col">How strongly</th></tr></thead>
<tbody>
{{- range told .Because $.Details}}
<tr><td>for it</td><td>{{.Text}}</td><td>{{.Strength}}{{if $.Details}} ({{.Decibans}}){{end}}</td></tr>
{{- end}}
{{- with more .Because $.Details}}
<tr><td>for it</td><td colspan="2">and {{.}} more, none of them stronger</td></tr>
{{- end}}
{{- range told .Against $.Details}}
<tr><td>against it</td><td>{{.Text}}</td><td>{{.Strength}}{{if $.Details}} ({{.Decibans}}){{end}}</td></tr>
{{- end}}
{{- with more .Against $.Details}}
<tr><td>against it</td><td colspan="2">and {{.}} more, none of them stronger</td></tr>
{{- end}}
</tbody>
</table>
{{- end}}
{{- with .Change}}
<h3>Would change our mind</h3>
<ul>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ul>
{{- end}}
{{- if $.Details}}
<dl>
{{- range .Numbers}}
<dt>{{.Label}}</dt><dd>{{.Text}}</dd>
{{- end}}
</dl>
{{- with .All}}
<table>
<thead><tr><th scope="col">Cause</th><th scope="col">How likely</th></tr></thead>
<tbody>
{{- range .}}
<tr><td>{{.Title}}</td><td>{{.Chance}}</td></tr>
{{- end}}
</tbody>
</table>
{{- end}}
{{- end}}
<p class="faint">{{$.Judgement}}</p>
</section>
{{- end}}
{{- with .Steps}}
<section>
<h2>Steps</h2>
{{- range .}}
<div{{if .Next}} class="next"{{end}}>
<h3><span class="{{tone .Look.Ink}}" aria-hidden="true">{{.Look.Glyph}}</span> {{.Number}}: {{.Title}}</h3>
<p>{{.Note}}{{if and .Note .Minutes}}, {{end}}{{.Minutes}}</p>
{{- with .Do}}
<ol>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ol>
{{- end}}
{{- if or .Why .Careful .Tried}}
<dl>
{{- with .Why}}
<dt>Why</dt><dd>{{.}}</dd>
{{- end}}
{{- range .Careful}}
<dt>Careful</dt><dd>{{.}}</dd>
{{- end}}
{{- range .Tried}}
<dt>{{.Label}}</dt><dd>{{.Text}}</dd>
{{- end}}
</dl>
{{- end}}
</div>
{{- end}}
</section>
{{- end}}
{{- if or .Told .Message}}
<section>
<h2>What you told</h2>
{{- with .Told}}
<dl>
{{- range .}}
<dt>{{.Label}}</dt><dd>{{.Text}}</dd>
{{- end}}
</dl>
{{- end}}
{{- with .Message}}
<h3>The message</h3>
<pre>{{range .}}{{.}}
{{end}}</pre>
{{- end}}
{{- range .Means}}
<p>It means: {{.}}</p>
{{- end}}
</section>
{{- end}}
<footer>
{{- range .Foot}}
<p>{{.Label}} {{.Text}}</p>
{{- end}}
</footer>
</main>
</body>
</html>
`
