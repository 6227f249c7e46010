//go:build !windows

package wizard

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/term"
)

// atTerminal is a person at a real terminal line.
func atTerminal(t *testing.T, o Options) (p *person, tty, master *os.File) {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	out := newWatch()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(out, master)
	}()
	t.Cleanup(func() {
		_ = tty.Close()
		_ = master.Close()
		<-copied
	})
	o.In, o.Out = tty, tty
	return &person{t: t, out: out, wiz: New(o)}, tty, master
}

func TestTerminalIsRestored(t *testing.T) {
	tests := []struct {
		name string
		ask  string
		act  func(keys io.Writer, stop func())
		err  error
	}{
		{"answered", "single", func(k io.Writer, _ func()) { _, _ = io.WriteString(k, enter) }, nil},
		{"Ctrl-C", "single", func(k io.Writer, _ func()) { _, _ = io.WriteString(k, ctrlC) }, diag.ErrCancelled},
		{"Ctrl-C while ticking", "multiple", func(k io.Writer, _ func()) { _, _ = io.WriteString(k, " \x03") }, diag.ErrCancelled},
		{"Ctrl-C with a clock", "clock", func(k io.Writer, _ func()) { _, _ = io.WriteString(k, ctrlC) }, diag.ErrCancelled},
		{"Ctrl-C while pasting", "message", func(k io.Writer, _ func()) { _, _ = io.WriteString(k, pasted("x")+ctrlC) }, diag.ErrCancelled},
		{"back", "step", func(k io.Writer, _ func()) { _, _ = io.WriteString(k, left) }, diag.ErrBack},
		{"quit", "opinion", func(k io.Writer, _ func()) { _, _ = io.WriteString(k, "q") }, diag.ErrCancelled},
		{"context", "step", func(_ io.Writer, stop func()) { stop() }, diag.ErrCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, tty, master := atTerminal(t, Options{Color: true})
			before, err := term.GetState(int(tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			_, err = during(p, ctx,
				func(ctx context.Context) (struct{}, error) { return struct{}{}, asks(p.wiz)[tt.ask](ctx) },
				func() {
					p.out.await(t, "quit", 1)
					tt.act(master, stop)
				})
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			after, err := term.GetState(int(tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			if *before != *after {
				t.Errorf("the terminal changed:\nbefore %+v\nafter  %+v", before, after)
			}
			_, _ = io.WriteString(tty, "the end")
			p.out.await(t, "the end", 1)
			checkModes(t, p.out.String())
		})
	}
}

// checkModes looks at what was switched on: it must be off again, and mouse,
// focus reports and the alternate screen never on.
func checkModes(t *testing.T, out string) {
	t.Helper()
	for _, never := range []string{"[?1000h", "[?1002h", "[?1003h", "[?1004h", "[?1006h", "[?1049h", "[?47h", "]"} {
		if strings.Contains(out, "\x1b"+never) {
			t.Errorf("sent ESC%s", never)
		}
	}
	if strings.LastIndex(out, "\x1b[?2004l") < strings.LastIndex(out, "\x1b[?2004h") {
		t.Error("bracketed paste is still on")
	}
	if strings.LastIndex(out, "\x1b[?25h") < strings.LastIndex(out, "\x1b[?25l") {
		t.Error("the cursor is still hidden")
	}
}

func TestTerminalGoesAway(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer func() { _ = tty.Close() }()
	p := &person{t: t, out: newWatch(), wiz: New(Options{In: tty, Out: tty, Width: 80, Height: 24})}
	_, err = during(p, t.Context(),
		func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, whereQuestion()) },
		func() {
			buf := make([]byte, 4096)
			for !strings.Contains(p.out.String(), "quit") {
				n, err := master.Read(buf)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = p.out.Write(buf[:n])
			}
			_ = master.Close()
		})
	if !errors.Is(err, diag.ErrCancelled) {
		t.Errorf("error %v, want a cancellation", err)
	}
}

func TestTerminalTellsItsSize(t *testing.T) {
	p, tty, keys := atTerminal(t, Options{})
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	got, err := during(p, t.Context(),
		func(ctx context.Context) (diag.Did, error) { return p.wiz.Do(ctx, passwordStep()) },
		func() {
			p.out.await(t, "read on", 1)
			_, _ = io.WriteString(keys, enter)
			p.out.await(t, "Enter answer", 1)
			_, _ = io.WriteString(keys, down+enter)
		})
	if diff := cmp.Diff(diag.Did{Outcome: diag.DidFixed}, got); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
}

// Linking the terminal libraries in must not make a process ask the terminal
// anything when it starts: here nobody would answer.
func TestStartsInSilence(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), silentChild+"=1", "TERM=xterm-256color", "COLORFGBG=")
	f, err := pty.Start(c)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer func() { _ = f.Close() }()
	out, _ := io.ReadAll(f) // ends in an error when the child has gone
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	if string(out) != "started" {
		t.Errorf("said %q, want only %q", out, "started")
	}
}
