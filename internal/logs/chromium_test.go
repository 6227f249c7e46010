package logs_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/browser"
	"github.com/authdoctor/authdoctor/internal/logs"
)

// In a real browser, a page fits its window, asks for nothing, says nothing on
// the console, and has nothing that axe-core finds wrong.
func TestPageInChromium(t *testing.T) {
	var d diary
	d.office()
	d.spray("203.0.113.66")
	d.enters(11*time.Hour, "u7", "203.0.113.66")
	d.script("a-service-account-with-a-long-name@accounts.example.org", "2001:db8:1234:5678:9abc:def0:1234:5678")
	d.WriteString("a broken line <script>alert(1)</script> " + strings.Repeat("x", 300) + "\n")
	r := read(t, logs.Options{}, d.String())
	var page bytes.Buffer
	if err := r.HTML(&page); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "logs.html")
	if err := os.WriteFile(file, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	tab := browser.Open(t)
	for _, look := range []browser.Look{{Width: 390, Height: 844, Mobile: true, Dark: true}, {Width: 1280, Height: 900}} {
		t.Run(fmt.Sprint(look.Width), func(t *testing.T) {
			tab := tab.Another(t)
			tab.Set(look)
			tab.Go("file://" + file)
			tab.Shoot(fmt.Sprint("logs-", look.Width))
			if wide := browser.Get(tab, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); wide > 0 {
				t.Errorf("%d pixels wider than the window", wide)
			}
			if cut := browser.Get(tab, chromedp.Evaluate[int](`[...document.querySelectorAll("pre")].filter(e => e.scrollWidth > e.clientWidth).length`)); cut > 0 {
				t.Errorf("%d lists are cut off", cut)
			}
			if diff := cmp.Diff([]string(nil), append(tab.Console(), tab.Axe()...)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"GET file://" + file}, tab.Requests()); diff != "" {
				t.Error(diff)
			}
			if h := tab.Text("h1"); !strings.HasPrefix(h, "u7 signed in from the attacking address 203.0.113.66") {
				t.Errorf("the first line is %q", h)
			}
		})
	}
}
