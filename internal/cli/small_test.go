package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/diag"
)

// What could not be put in place leaves nothing behind.
func TestAFailedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := run(t, nil, "version", "--output", taken); got.code != 2 {
		t.Errorf("exit status %d", got.code)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// The instructions are those of the surface that was chosen.
func TestTheSurfaceThatWasChosen(t *testing.T) {
	texts := map[string]string{}
	for _, surface := range []string{"app", "website"} {
		got := run(t, nil, "diagnose", "alarmcom", "--no-input", "--no-checks", "--symptom", "session-drops", "--surface", surface)
		if got.code != 3 {
			t.Errorf("exit status %d\n%s", got.code, got.stderr)
		}
		texts[surface] = got.stdout
	}
	if texts["app"] == texts["website"] {
		t.Error("the surface makes no difference")
	}
}

// A probe by hand is judged for this computer, with every value that was given.
func TestAProbeByHand(t *testing.T) {
	var mu sync.Mutex
	var dialed []string
	got := run(t, func(sys *cli.System) {
		sys.Probe.Dial = func(_ context.Context, _, address string) (net.Conn, error) {
			mu.Lock()
			defer mu.Unlock()
			dialed = append(dialed, address)
			return nil, errors.New("no network")
		}
	}, "probe", "clock", "--server", "127.0.0.1:9", "--server", "127.0.0.2:9", "--format", "json")
	var c diag.Check
	if err := json.Unmarshal([]byte(got.stdout), &c); err != nil || got.code != 3 || !c.InForce || c.Code != "clock.unknown" {
		t.Errorf("exit status %d, %+v (%v)", got.code, c, err)
	}
	for _, server := range []string{"127.0.0.1:9", "127.0.0.2:9"} {
		if !slices.Contains(dialed, server) {
			t.Errorf("%s was not tried, only %v", server, dialed)
		}
	}
}

// A warning is said and does not fail.
func TestAWarningDoesNotFail(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "gate.yaml")
	text := strings.Replace(skeleton(t), "symptoms:\n", "symptoms:\n  - {id: idle, title: Nothing speaks of it}\n", 1)
	if err := os.WriteFile(fresh, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{"text": "0 errors, 1 warning", "json": `"warnings": 1`, "junit": `failures="0"`} {
		got := run(t, nil, "playbook", "lint", fresh, "--format", format)
		if got.code != 0 || !strings.Contains(got.stdout, want) {
			t.Errorf("%s: exit status %d\n%s", format, got.code, got.stdout)
		}
	}
}

// skeleton is the text of a new playbook.
func skeleton(t *testing.T) string {
	t.Helper()
	files := map[string][]byte{}
	got := run(t, func(sys *cli.System) {
		sys.ReadFile = func(string) ([]byte, error) { return nil, os.ErrNotExist }
		sys.WriteFile = func(name string, data []byte) error { files[name] = data; return nil }
	}, "playbook", "new", "gate")
	if got.code != 0 || len(files) != 2 {
		t.Fatalf("exit status %d, files %d\n%s", got.code, len(files), got.stderr)
	}
	return string(files["gate.yaml"])
}
