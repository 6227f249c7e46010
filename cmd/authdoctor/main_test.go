package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what was printed into the scripts")

// asProgram makes the test binary the program itself, for tests that start it
// in another way than a script.
const asProgram = "AUTHDOCTOR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"authdoctor": main})
}

// TestScripts runs the stories in testdata/script against the program, each in
// a world of its own on 127.0.0.1.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/script", Setup: newWorld,
		RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: *update,
		Condition: conditions,
		Cmds:      map[string]func(*testscript.TestScript, bool, []string){"status": exitStatus},
	})
}

// conditions are what a script may ask of this machine: [unshare], whether a
// process can be cut off from every network.
func conditions(name string) (bool, error) {
	if name != "unshare" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	return exec.Command("unshare", "-rn", "true").Run() == nil, nil
}
