package redact

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every kind of mask is listed, and every kind that is listed is one.
func TestKindsAreAll(t *testing.T) {
	used := map[string]bool{}
	for _, c := range exact() {
		used[c.kind] = true
	}
	for _, e := range endings {
		used[e.kind] = true
	}
	for _, sh := range shapes {
		used[sh.kind] = true
	}
	// Those that are written where they are used.
	named := regexp.MustCompile(`(?:\badd\(.*|\bclass\{)"([a-z-]+)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllSubmatch(source, -1) {
			if !strings.HasSuffix(file, "_test.go") {
				used[string(found[1])] = true
			}
		}
	}
	for kind := range used {
		if !slices.Contains(kinds, kind) {
			t.Errorf("%q is not in kinds", kind)
		}
	}
	for _, kind := range kinds {
		if !used[kind] || !strings.Contains(Masks(), mask(kind)) {
			t.Errorf("%q hides nothing", kind)
		}
	}
	if !slices.IsSorted(kinds) {
		t.Error("kinds are out of order")
	}
}
