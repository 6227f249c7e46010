package report

import "html/template"

type htmlData struct {
	view
	Details   bool
	Judgement string
}

var htmlPage = template.Must(template.New("report").Parse(`<!doctype html>
<title>{{.Title}}</title>
`))
