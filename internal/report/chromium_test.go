package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/browser"
	"github.com/authdoctor/authdoctor/internal/report"
)

// The windows that the page is looked at in, and the sheet of paper.
var looks = map[string]browser.Look{
	"390":       {Width: 390, Height: 844, Mobile: true},
	"390-dark":  {Width: 390, Height: 844, Mobile: true, Dark: true},
	"1280":      {Width: 1280, Height: 900},
	"1280-dark": {Width: 1280, Height: 900, Dark: true},
	"paper":     {Width: 717, Height: 1000, Paper: true, Dark: true},
}

// everywhere names the pages that are looked at in every way; the others have
// the same parts.
var everywhere = []string{"fixed", "escalate", "dns", "clock", "hostile"}

// faults is run in the page: pictures of which not exactly one drawing is
// shown, text in drawings that leaves them or touches another, and a page that
// is wider than its window.
const faults = `(() => {
	const out = [], words = e => e.textContent.trim();
	if (document.documentElement.scrollWidth > innerWidth) out.push("wider than the window");
	for (const figure of document.querySelectorAll("figure")) {
		const shown = [...figure.querySelectorAll("svg")].filter(s => s.getBoundingClientRect().width > 0);
		if (shown.length !== 1) { out.push(shown.length + " drawings of " + words(figure.querySelector("h3"))); continue; }
		const [svg] = shown, frame = svg.getBoundingClientRect();
		const named = svg.getAttribute("aria-labelledby").split(" ").map(id => document.getElementById(id));
		if (svg.getAttribute("role") !== "img" || named.length !== 2 || !named.every(e => e && svg.contains(e) && words(e))) out.push(svg.innerHTML.slice(0, 80) + " has no name");
		const texts = [...svg.querySelectorAll("text")].filter(words).map(e => [words(e), e.getBoundingClientRect()]);
		texts.forEach(([s, r], i) => {
			if (r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 1 || r.bottom > frame.bottom + 1) out.push("outside: " + s);
			for (const [other, o] of texts.slice(i + 1))
				if (r.left < o.right - 1 && o.left < r.right - 1 && r.top < o.bottom - 4 && o.top < r.bottom - 4) out.push("touching: " + s + " | " + other);
		});
	}
	return JSON.stringify(out);
})()`

// In a real browser, each page asks for nothing, says nothing on the console,
// has drawings that can be read, and nothing that axe-core finds wrong, with
// its numbers shut and open.
func TestPagesInChromium(t *testing.T) {
	tab, dir := browser.Open(t), t.TempDir()
	for name, r := range inputs(t) {
		var b bytes.Buffer
		if err := report.HTML(&b, r, report.Options{}); err != nil {
			t.Fatal(err)
		}
		page := "file://" + filepath.Join(dir, name+".html")
		if err := os.WriteFile(filepath.Join(dir, name+".html"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		for where, look := range looks {
			if !slices.Contains(everywhere, name) && where != "390-dark" && where != "1280" {
				continue
			}
			t.Run(name+"/"+where, func(t *testing.T) {
				tab := tab.Another(t)
				tab.Set(look)
				tab.Go(page)
				tab.Shoot("report-" + name + "-" + where)
				none(t, "faults", found(t, tab))
				browser.Get(tab, chromedp.Evaluate[int](`document.querySelectorAll("details").forEach(d => d.open = true); 0`))
				none(t, "faults with the numbers open", found(t, tab))
				if !look.Paper {
					none(t, "axe", tab.Axe())
				}
				none(t, "console", tab.Console())
				if diff := cmp.Diff([]string{"GET " + page}, tab.Requests()); diff != "" {
					t.Errorf("requests: %s", diff)
				}
			})
		}
	}
}

func found(t *testing.T, tab *browser.Tab) (list []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(browser.Get(tab, chromedp.Evaluate[string](faults))), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func none(t *testing.T, what string, list []string) {
	t.Helper()
	for _, s := range list {
		t.Errorf("%s: %s", what, s)
	}
}
