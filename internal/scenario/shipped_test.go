package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/scenario"
)

const books = "../../playbooks"

func TestShippedScenariosPassAndTouchEverything(t *testing.T) {
	suites, err := filepath.Glob(filepath.Join(books, "*.test.yaml"))
	if err != nil || len(suites) == 0 {
		t.Fatalf("no scenarios (%v)", err)
	}
	for _, file := range suites {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw := parse(t, strings.TrimSuffix(file, ".test.yaml")+".yaml")
			book, err := engine.Compile(raw, nil)
			if err != nil {
				t.Fatal(err)
			}
			var results []scenario.Result
			for _, sc := range suite(t, file, raw).Scenarios {
				r, err := scenario.Run(book, &sc)
				if err != nil {
					t.Fatal(err)
				}
				if r.Failure != "" {
					t.Errorf("line %d, %s:\n%s", sc.Line, sc.Name, r.Failure)
				}
				results = append(results, r)
			}
			for _, missing := range scenario.Cover(raw, results).Missing {
				t.Errorf("no scenario touches %s", missing)
			}
		})
	}
}

func parse(t *testing.T, file string) *playbook.Playbook {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	book, err := playbook.Parse(filepath.Base(file), data)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func suite(t *testing.T, file string, book *playbook.Playbook) *playbook.Suite {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := playbook.ParseSuite(filepath.Base(file), data)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Check(book, data) {
		t.Error(p)
	}
	return s
}
