package report

// htmlText is the page: the order and the words are those of the text.
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
<div class="verdict">
<span class="mark {{tone .Look.Ink}}" aria-hidden="true">{{.Look.Glyph}}</span>
<div>
<h1>{{.Headline}}</h1>
{{- if .Code}}
<p><code>{{.Code}}</code></p>
{{- end}}
</div>
</div>
{{- with .Advice}}
<dl class="advice">
{{- range .}}
{{if .Label}}<dt>{{.Label}}</dt>{{end}}<dd{{if eq .Label "Do this"}} class="do"{{end}}>{{.Text}}</dd>
{{- end}}
</dl>
{{- end}}
{{- if .Where}}
<p>{{.Where}}</p>
{{- end}}
</header>
{{- if or .Checks .Passed .Left .Also}}
<section>
<h2>Checks</h2>
{{- with .Checks}}
<table>
<thead><tr><th scope="col">Result</th><th scope="col">Check</th><th scope="col">Found</th></tr></thead>
<tbody>
{{- range .}}
<tr><td class="brief {{tone .Look.Ink}}"><span aria-hidden="true">{{.Look.Glyph}}</span> {{.Look.Word}}</td><th scope="row" class="brief">{{.Title}}</th><td>{{.Text}}{{with .Aside}} ({{.}}){{end}}{{with .Code}} <code>{{.}}</code>{{end}}</td></tr>
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
{{- range .Clocks}}
{{- template "picture" frame . $.Details}}
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
{{- with $.Causes}}
{{- template "picture" drawn . $.Details}}
{{- end}}
{{- if and (or .Because .Against) (not $.Evidence)}}
<table>
<thead><tr><th scope="col">Speaks</th><th scope="col">Observation</th><th scope="col">How strongly</th></tr></thead>
<tbody>
{{- range told .Because $.Details}}
<tr><td class="brief">for it</td><td>{{.Text}}</td><td class="brief">{{.Strength}}{{if $.Details}} ({{.Decibans}}){{end}}</td></tr>
{{- end}}
{{- with more .Because $.Details}}
<tr><td class="brief">for it</td><td colspan="2">and {{.}} more, none of them stronger</td></tr>
{{- end}}
{{- range told .Against $.Details}}
<tr><td class="brief">against it</td><td>{{.Text}}</td><td class="brief">{{.Strength}}{{if $.Details}} ({{.Decibans}}){{end}}</td></tr>
{{- end}}
{{- with more .Against $.Details}}
<tr><td class="brief">against it</td><td colspan="2">and {{.}} more, none of them stronger</td></tr>
{{- end}}
</tbody>
</table>
{{- end}}
{{- with $.Evidence}}
{{- template "picture" drawn . $.Details}}
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
{{- end}}
{{- if not $.Causes}}
<p class="faint">{{$.Judgement}}</p>
{{- end}}
</section>
{{- end}}
{{- with .Steps}}
<section>
<h2>Steps</h2>
{{- with $.Walk}}
{{- template "picture" drawn . $.Details}}
{{- end}}
{{- range $.More}}
<div class="{{if .Next}}next{{else}}step{{end}}">
<h3><span class="{{tone .Look.Ink}}" aria-hidden="true">{{.Look.Glyph}}</span> {{.Number}}: {{.Title}}</h3>
<p>{{begin .Note}}{{if and .Note .Minutes}}, {{end}}{{.Minutes}}</p>
{{- with .Do}}
<ol>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ol>
{{- end}}
{{- if or .Why .Now .Careful .Tried}}
<dl>
{{- with .Why}}
<dt>Why</dt><dd>{{.}}</dd>
{{- end}}
{{- with .Now}}
<dt>Now</dt><dd>{{.}}</dd>
{{- end}}
{{- range $i, $text := .Careful}}
{{if not $i}}<dt>Careful</dt>{{end}}<dd>{{$text}}</dd>
{{- end}}
{{- range .Tried}}
<dt>{{.Label}}</dt><dd>{{.Text}}</dd>
{{- end}}
</dl>
{{- end}}
</div>
{{- end}}
{{- with $.Order}}
<p class="faint">{{.}}</p>
{{- end}}
</section>
{{- end}}
{{- if or .Right .Phases}}
<section>
<h2>What was measured</h2>
{{- range .Right}}
{{- template "picture" frame . $.Details}}
{{- end}}
{{- with .Phases}}
{{- template "picture" drawn . $.Details}}
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
{{- with .Moments}}
<section>
<h2>What happened when</h2>
{{- with $.Zone}}
<p class="faint">Times are {{.}}.</p>
{{- end}}
<ol class="moments">
{{- range .}}
<li>
{{- with .Later}}
<p class="later">{{.}}</p>
{{- end}}
{{- with .Day}}
<h3>{{.}}</h3>
{{- end}}
<div><time datetime="{{.Exact}}">{{.Clock}}</time> <b>{{.What}}</b> <span>{{.Text}}{{with .Code}} <code>{{.}}</code>{{end}}</span></div>
</li>
{{- end}}
</ol>
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
