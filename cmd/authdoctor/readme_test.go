package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const readme = "../../README.md"

var transcript = regexp.MustCompile("(?s)(<!-- transcript[^\n]*\n```console\n\\$ )([^\n]*)\n(.*?)```")

// stamped are the lines that differ from run to run.
var stamped = regexp.MustCompile(`(?m)^\s*Made (by|at) .*\n?`)

// The transcript in the README is what the program prints without a network.
func TestTheReadmeTellsTheTruth(t *testing.T) {
	if exec.Command("unshare", "-rn", "true").Run() != nil {
		t.Skip("this machine allows no network namespaces")
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	parts := transcript.FindStringSubmatch(string(text))
	if parts == nil {
		t.Fatal("the README has no transcript")
	}
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("unshare", append([]string{"-rn", self}, strings.Fields(parts[2])[1:]...)...)
	command.Env = append(os.Environ(), asProgram+"=1")
	out, err := command.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("ended with %v, want exit status 1\n%s", err, out)
	}
	got := strings.TrimSpace(stamped.ReplaceAllString(string(out), "")) + "\n"
	if *update {
		fresh := strings.Replace(string(text), parts[0], parts[1]+parts[2]+"\n"+got+"```", 1)
		if err := os.WriteFile(readme, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(parts[3], got); diff != "" {
		t.Errorf("the README differs from the program (-README +program; after a look, -update):\n%s", diff)
	}
}
