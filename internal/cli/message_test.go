//go:build !windows

package cli_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
)

// With the message on standard input, questions go to the controlling
// terminal.
func TestTheMessageFromStandardInput(t *testing.T) {
	stdin := func(sys *cli.System, tty *os.File) {
		sys.Stdin = strings.NewReader("signed out, token=abcdef0123456789\n")
		sys.OpenTTY = func() (io.ReadWriteCloser, error) { return tty, nil }
	}
	s := sitDownWith(t, map[string]string{"TERM": "xterm"}, stdin,
		"diagnose", "alarmcom", "--no-checks", "--symptom", "session-drops", "--message", "-")
	s.sees("Where does it fail?")
	s.sees("quit")
	s.types(ctrlC)
	s.ends(130)
	if out := s.stdout.String(); !strings.Contains(out, "signed out") || strings.Contains(out, "abcdef0123456789") {
		t.Errorf("the report says:\n%s", out)
	}
}
