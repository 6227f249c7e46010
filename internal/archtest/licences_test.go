package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/licensecheck"
)

// permitted are the licences under which authdoctor may carry the work of
// others in its program. All ask for no more than to be named.
var permitted = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// stated are licences that a module names in its README alone, looked up there.
var stated = map[string]string{"github.com/mattn/go-localereader": "MIT"} // https://github.com/mattn/go-localereader#license

// What is linked into the program, on any system, may be given away with it:
// every module has a licence, and nothing in it is of another kind.
func TestLicences(t *testing.T) {
	if _, err := os.ReadFile(filepath.Join(top, "go.mod")); err != nil { // so that a cached result is of these modules
		t.Fatal(err)
	}
	modules := map[string]string{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}", "./cmd/authdoctor")
		list.Dir, list.Env = top, append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := list.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		for line := range strings.Lines(string(out)) {
			if path, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
				modules[path] = dir
			}
		}
	}
	if len(modules) < 20 {
		t.Fatalf("only %d modules are linked: the rule would hold of nothing", len(modules))
	}
	for path, dir := range modules {
		found := licencesIn(t, dir)
		if name := stated[path]; name != "" {
			found = append(found, name)
		}
		if len(found) == 0 {
			t.Errorf("%s has no licence that is known", path)
		}
		for _, name := range found {
			if !slices.Contains(permitted, name) {
				t.Errorf("%s is under %s; permitted are %s", path, name, strings.Join(permitted, ", "))
			}
		}
	}
}

// licencesIn are the licences that a module's own files state.
func licencesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range licensecheck.Scan(text).Match {
			if !m.IsURL {
				found = append(found, m.ID)
			}
		}
	}
	return found
}
