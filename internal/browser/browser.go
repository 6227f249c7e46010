// Package browser drives a real Chromium in tests: it loads pages the way
// people do, and notes every request and every word on the console.
//
// Without Chromium a test that needs it is skipped; in CI (CI=true) it fails.
package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
)

// AxeVariable names the file of axe-core, which CI installs.
const AxeVariable = "AUTHDOCTOR_AXE"

// patience is how long a browser may take for one thing.
const patience = 20 * time.Second

// A Tab is a page of a browser of its own. What it notes may be read while it
// runs.
type Tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	console  []string
	requests []string
}

// Open starts a browser with one empty tab, and ends it with the test.
func Open(t testing.TB) *Tab {
	t.Helper()
	name := find(t, "chromium", "chromium-browser", "google-chrome")
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(name), chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true),
	)
	if os.Geteuid() == 0 { // Chromium's sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	return open(t, ctx)
}

// Another opens one more tab of the same browser, for as long as a test lasts.
func (b *Tab) Another(t testing.TB) *Tab {
	t.Helper()
	return open(t, b.ctx)
}

func open(t testing.TB, in context.Context) *Tab {
	t.Helper()
	tab := &Tab{t: t}
	ctx, stop := chromedp.NewContext(in, chromedp.WithListener(tab.note))
	tab.ctx = ctx
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits, for a browser until it has let go of its folder
		stop()
	})
	// What starts a browser gives it the life of its context.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("no tab: %v", err)
	}
	call(tab, network.Enable, network.EnableParams{})
	call(tab, log.Enable, cdp.Empty{})
	return tab
}

// call runs a command of the protocol.
func call[P, R any](b *Tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
}

// find gives the first program of these that there is.
func find(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if inCI() {
		t.Fatal("there is no " + names[0] + " here")
	}
	t.Skip("there is no " + names[0] + " here")
	return ""
}

func inCI() bool { return os.Getenv("CI") == "true" }

func (b *Tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.Method+" "+e.Request.URL)
	case *log.EventEntryAdded:
		b.console = append(b.console, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	case *runtime.EventConsoleAPICalled:
		words := []string{string(e.Type)}
		for _, a := range e.Args {
			words = append(words, string(a.Value))
		}
		b.console = append(b.console, strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		b.console = append(b.console, e.ExceptionDetails.Text)
	}
}

// Console is what the page, or the browser about it, has said so far.
func (b *Tab) Console() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.console)
}

// Requests is what the page has asked for so far, as "GET http://…".
func (b *Tab) Requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// Run does something in the tab, and fails the test if that does not work.
func (b *Tab) Run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("in the browser: %v\nconsole: %q", err, b.Console())
	}
}

// Get does something in the tab that has a result.
func Get[T any](b *Tab, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	got, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatalf("in the browser: %v\nconsole: %q", err, b.Console())
	}
	return got
}

// Press clicks on what a CSS selector finds, once it is there to be seen.
func (b *Tab) Press(selector string) {
	b.t.Helper()
	b.Run(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// Go opens an address.
func (b *Tab) Go(url string) {
	b.t.Helper()
	b.Run(chromedp.Navigate(url))
}

// Text is what a person reads in what a CSS selector finds, once that is there
// to be seen.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	b.Run(chromedp.WaitVisible(chromedp.CSS(selector)))
	return Get(b, chromedp.Text(chromedp.CSS(selector)))
}

// Look is how the page is looked at.
type Look struct {
	Width, Height int64
	Dark          bool
	Mobile        bool
	Paper         bool // as it is printed
}

// Set changes the size of the window and the colors that are preferred.
func (b *Tab) Set(l Look) {
	b.t.Helper()
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	media := ""
	if l.Paper {
		media = "print"
	}
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.Width, Height: l.Height, DeviceScaleFactor: 2, Mobile: l.Mobile,
	})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media:    media,
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// TrustAll makes the tab take every certificate, so that a server on loopback
// is one that the world vouches for.
func (b *Tab) TrustAll() {
	call(b, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
}

// Before runs a script in every page that is opened from now on, before any
// script of the page.
func (b *Tab) Before(script string) {
	b.t.Helper()
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// Shoot writes a picture of the window into the folder that the variable
// AUTHDOCTOR_SHOTS names; without that it does nothing.
func (b *Tab) Shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("AUTHDOCTOR_SHOTS")
	if dir == "" {
		return
	}
	png := Get(b, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Axe gives what axe-core finds wrong with the page as it is, an element a
// line. Its script is run by the browser, so that the page's policy is kept.
func (b *Tab) Axe() []string {
	b.t.Helper()
	file := os.Getenv(AxeVariable)
	switch {
	case file == "" && inCI():
		b.t.Fatal(AxeVariable + " does not name axe.min.js of axe-core")
	case file == "":
		b.t.Log("not held to axe-core: " + AxeVariable + " does not name its axe.min.js")
		return nil
	}
	script, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	const run = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html + " " + n.failureSummary))))`
	Get(b, chromedp.Evaluate[int](string(script)+"\n;0"))
	found := Get(b, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	var list []string
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		b.t.Fatal(err)
	}
	return list
}
