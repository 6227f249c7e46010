//go:build !windows

package cli_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/wizard"
)

// With the message on standard input, questions go to the controlling
// terminal.
func TestTheMessageFromStandardInput(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s := &seat{t: t, master: master, screen: &screen{changed: make(chan struct{}, 1)}, code: make(chan int, 1)}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(s.screen, master)
	}()
	sys := cli.OS()
	sys.Args = []string{"diagnose", "alarmcom", "--no-checks", "--symptom", "session-drops", "--message", "-"}
	sys.Stdin, sys.Stderr, sys.Stdout = strings.NewReader("signed out, token=abcdef0123456789\n"), tty, &s.stdout
	sys.OpenTTY = func() (io.ReadWriteCloser, error) { return tty, nil }
	sys.Getenv = func(name string) string { return map[string]string{"TERM": "xterm"}[name] }
	sys.Terminal, sys.Settle = wizard.Terminal, 0
	ctx, stop := context.WithTimeout(t.Context(), guard)
	go func() { s.code <- cli.Main(ctx, sys) }()
	s.sees("Where does it fail?")
	s.sees("quit")
	s.types(ctrlC)
	s.ends(130)
	stop()
	master.Close()
	<-copied
	if out := s.stdout.String(); !strings.Contains(out, "signed out") || strings.Contains(out, "abcdef0123456789") {
		t.Errorf("the report says:\n%s", out)
	}
}
