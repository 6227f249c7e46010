package cli_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
)

const oneFailure = "Jan  1 10:00:04 gate sshd[101]: Failed password for ann from 198.51.100.4 port 50001 ssh2\n"

// Ctrl-C while a log is followed: what was read so far is printed, in every
// format, and the status says that it was stopped.
func TestCtrlCWhileReadingALog(t *testing.T) {
	for format, want := range map[string]string{"text": "behind line 1:", "json": `"line": 1`, "markdown": "behind line 1:", "html": "behind line 1:"} {
		in, out := io.Pipe()
		defer in.Close()
		got := run(t, func(sys *cli.System) {
			interrupted(sys)
			interrupt := sys.Interrupt
			sys.Stdin = io.MultiReader(strings.NewReader(oneFailure), readerFunc(func(p []byte) (int, error) {
				_, _ = sys.Probe.LookupHost(t.Context(), "") // stops, as the context ends
				return in.Read(p)
			}))
			sys.Interrupt = interrupt
			_ = out
		}, "logs", "-", "--format", format)
		if got.code != 130 || !strings.Contains(got.stdout, want) || !strings.Contains(got.stdout, "ann") {
			t.Errorf("%s: exit status %d\n%s%s", format, got.code, got.stdout, got.stderr)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestLogsThatCannotBeRead(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(oneFailure))
	_ = z.Close()
	good, dir := write(t, "auth.log", oneFailure), t.TempDir()
	link := filepath.Join(dir, "link.log")
	if err := os.Symlink(good, link); err != nil {
		t.Skip(err) // no such thing can be made here
	}
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"a folder":                   {[]string{dir}, 2, "", "is a folder\n  name the files in it: authdoctor logs "},
		"an empty file":              {[]string{write(t, "e.log", "")}, 3, "The file is empty", ""},
		"a packed file, cut off":     {[]string{write(t, "c.gz", packed.String()[:6])}, 2, "", "c.gz: unexpected EOF\n  is it whole?"},
		"the same, beside one whole": {[]string{write(t, "c.gz", packed.String()[:6]), good}, 1, "c.gz could not be read: unexpected EOF.", ""},
		"the same file twice":        {[]string{good, good}, 1, "1 failed sign-in in 1 record.", "is given twice; it is read once."},
		"standard input twice":       {[]string{"-", "-"}, 2, "", "- is given twice: standard input can be read only once\n  give - once"},
		"the same file by a link":    {[]string{good, link}, 1, "1 failed sign-in in 1 record.", "is given twice; it is read once."},
	} {
		got := run(t, nil, append([]string{"logs"}, c.args...)...)
		if got.code != c.code || !strings.Contains(got.stdout, c.stdout) || !strings.Contains(got.stderr, c.stderr) {
			t.Errorf("%s: exit status %d\n%s%s", name, got.code, got.stdout, got.stderr)
		}
	}
}
