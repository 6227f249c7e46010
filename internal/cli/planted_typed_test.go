//go:build !windows

package cli_test

import (
	"os"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/state"
)

// A terminal is needed, so that this is a test of its own.
func TestSixtySecretsThatAreTyped(t *testing.T) { plantTyped(t) }

// plantTyped types secrets into the wizard's box for the message. What is typed
// is on the screen until the page is left; nothing of it is in the result, nor
// in what is kept.
func plantTyped(t *testing.T) {
	for from := 0; from < len(planted()); from += 16 {
		dir := t.TempDir()
		s := sitDownWith(t, map[string]string{"TERM": "xterm"}, func(sys *cli.System, _ *os.File) { sys.State = state.Dir(dir) }, "diagnose", "alarmcom", "--no-checks")
		s.sees("What do you see?")
		s.sees("quit")
		s.types(space + enter)
		s.sees("error message?")
		s.sees("quit")
		var pasted strings.Builder
		pasted.WriteString("login failed; ")
		for _, p := range planted()[from:min(from+16, len(planted()))] {
			pasted.WriteString(p.text + "\n")
		}
		s.types("\x1b[200~" + pasted.String() + "\x1b[201~") // as terminals send what is pasted
		s.types(enter)
		s.sees("Where does it fail?")
		s.sees("q quit")
		s.types(ctrlC)
		s.ends(130)
		search(t, "typed", s.stdout.String())
		searchFiles(t, "kept of what was typed", dir)
		for _, args := range [][]string{{"session", "export"}, {"report"}, {"session", "show", "--format", "json"}} {
			got := run(t, home(dir), args...)
			search(t, "typed: "+strings.Join(args, " "), got.stdout+got.stderr)
			if !strings.Contains(got.stdout, "login failed") && args[0] != "report" {
				t.Errorf("%v: the message is not kept: %s%s", args, got.stdout, got.stderr)
			}
		}
	}
}
