package explain

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// Markdown writes what messages mean, for a ticket. Nothing in it can format
// itself, link or mention anybody.
func Markdown(w io.Writer, told []Told) error {
	var b strings.Builder
	for i, t := range told {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s\n\n", markdown(headline(&t.Answer)))
		for _, r := range rows(&t) {
			if r.text != "" {
				fmt.Fprintf(&b, "- **%s:** %s\n", r.label, markdown(r.text))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdown takes the meaning away from every character that has one.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]()#+!|<>@~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

const pageHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>authdoctor explain</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}dt{font-weight:600}dd{margin:0 0 .5rem}h2{font-size:1.2rem}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style>
</head><body>
<h1>What the message means</h1>
`

// HTML writes what messages mean as one page that needs nothing else and runs
// nothing.
func HTML(w io.Writer, told []Told) error {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, t := range told {
		fmt.Fprintf(&b, "<section><h2>%s</h2>\n<dl>\n", html.EscapeString(headline(&t.Answer)))
		for _, r := range rows(&t) {
			if r.text != "" {
				fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>\n", r.label, html.EscapeString(r.text))
			}
		}
		b.WriteString("</dl></section>\n")
	}
	b.WriteString("</body></html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}
