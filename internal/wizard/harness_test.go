package wizard

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// silentChild makes the test binary a program that only says that it started.
const silentChild = "AUTHDOCTOR_TEST_SILENT_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(silentChild) != "" {
		fmt.Print("started")
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// guard is how long anything may take before it counts as hanging.
const guard = 2 * time.Minute

// Keys by name.
const (
	up, down, left = "\x1b[A", "\x1b[B", "\x1b[D"
	pgUp, pgDown   = "\x1b[5~", "\x1b[6~"
	enter, space   = "\r", " "
	esc, ctrlC     = "\x1b", "\x03"
	ctrlJ          = "\n"
)

func pasted(s string) string { return "\x1b[200~" + s + "\x1b[201~" }

// watch is an output that can be waited for.
type watch struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{}
}

func newWatch() *watch { return &watch{changed: make(chan struct{}, 1)} }

func (w *watch) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	select {
	case w.changed <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (w *watch) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// await waits until the text occurs n times.
func (w *watch) await(t *testing.T, text string, n int) {
	t.Helper()
	limit := time.After(guard)
	for strings.Count(strip(w.String()), text) < n {
		select {
		case <-w.changed:
		case <-limit:
			t.Fatalf("never on screen: %q\n%s", text, strip(w.String()))
		}
	}
}

var escapes = regexp.MustCompile("\x1b(\\[[0-9;?]*[a-zA-Z]|[=>])")

func strip(s string) string { return escapes.ReplaceAllString(s, "") }

// person is somebody at a wizard: what they see, and what they type.
type person struct {
	t    *testing.T
	out  *watch
	keys *io.PipeWriter
	wiz  *Wizard
}

func sitDown(t *testing.T, o Options) *person {
	t.Helper()
	r, keys := io.Pipe()
	out := newWatch()
	o.In, o.Out = r, out
	if o.Width == 0 {
		o.Width = 80
	}
	if o.Height == 0 {
		o.Height = 24
	}
	t.Cleanup(func() { _ = keys.Close() })
	return &person{t, out, keys, New(o)}
}

// press types keys, one write each: that is how a terminal sends them.
func (p *person) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		if _, err := io.WriteString(p.keys, k); err != nil {
			return // nobody reads any more: the answer was given
		}
	}
}

// result of something that was asked.
type result[T any] struct {
	value T
	err   error
}

// during runs ask while the person acts.
func during[T any](p *person, ctx context.Context, ask func(context.Context) (T, error), act func()) (T, error) {
	p.t.Helper()
	done := make(chan result[T], 1)
	go func() {
		v, err := ask(ctx)
		done <- result[T]{v, err}
	}()
	act()
	select {
	case r := <-done:
		return r.value, r.err
	case <-time.After(guard):
		p.t.Fatalf("no answer came back\n%s", strip(p.out.String()))
		panic("unreachable")
	}
}

// golden compares with a file under testdata/wizard.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "..", "testdata", "wizard", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; -update rewrites it):\n%s", name, diff)
	}
}
