package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder that cannot be looked into may hold sessions: that none is kept is
// not known.
func TestSessionsInAFolderThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "sessions")
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // unreadable to everybody, administrators too
		t.Fatal(err)
	}
	got := run(t, home(dir), "session", "list")
	if got.code != 2 || got.stdout != "" || !strings.Contains(got.stderr, folder) || !strings.Contains(got.stderr, "XDG_STATE_HOME") {
		t.Errorf("exit %d, %q, %q", got.code, got.stdout, got.stderr)
	}
}
