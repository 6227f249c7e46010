package report

// pictureText draws what is in a drawing. A library that writes SVG would
// write it beside html/template, which then could not see to the escaping; and
// the colours have to come from the style sheet, since the page's policy lets
// no element bring a style of its own.
const pictureText = `
{{- define "shape"}}
{{- if eq .Kind "rect"}}<rect class="{{.Class}}" x="{{n .X}}" y="{{n .Y}}" width="{{n .W}}" height="{{n .H}}"/>
{{- else if eq .Kind "line"}}<line class="{{.Class}}" x1="{{n .X}}" y1="{{n .Y}}" x2="{{n .W}}" y2="{{n .H}}"/>
{{- else if eq .Kind "circle"}}<circle class="{{.Class}}" cx="{{n .X}}" cy="{{n .Y}}" r="{{n .W}}"/>
{{- else if eq .Kind "path"}}<path class="{{.Class}}" d="{{.Text}}"/>
{{- else}}<text{{with .Class}} class="{{.}}"{{end}} x="{{n .X}}" y="{{n .Y}}"{{if ne .Anchor "start"}} text-anchor="{{.Anchor}}"{{end}}>{{.Text}}</text>
{{- end}}
{{- end}}

{{- define "picture"}}
<figure>
{{- $p := .Picture}}
<h3>{{$p.Title}}</h3>
{{- range .Picture.Drawings}}
<svg class="{{.Class}}" role="img" viewBox="0 0 {{n .W}} {{n .H}}" aria-labelledby="{{.ID}}-title {{.ID}}-desc">
<title id="{{.ID}}-title">{{$p.Title}}</title>
<desc id="{{.ID}}-desc">{{$p.Desc}}</desc>
{{range .Shapes}}{{template "shape" .}}
{{end}}</svg>
{{- end}}
<figcaption>{{$p.Caption}}</figcaption>
<details{{if .Open}} open{{end}}>
<summary>The same in numbers<span class="spoken">: {{$p.Title}}</span></summary>
<table>
<thead><tr>{{range $p.Table.Head}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{- range $p.Table.Rows}}
<tr>{{range $i, $cell := .}}{{if $i}}<td>{{$cell}}</td>{{else}}<th scope="row">{{$cell}}</th>{{end}}{{end}}</tr>
{{- end}}
</tbody>
</table>
</details>
</figure>
{{- end}}`
