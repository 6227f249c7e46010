package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
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

// What is wrong with encryption is a matter of encryption: in no playbook does it
// pass for an outage or a wrong password.
func TestShippedEncryptionIsOfItsClass(t *testing.T) {
	suites, _ := filepath.Glob(filepath.Join(books, "*.test.yaml"))
	kind, _ := diag.FindKind("tls")
	seen := 0
	for _, file := range suites {
		raw := parse(t, strings.TrimSuffix(file, ".test.yaml")+".yaml")
		book, err := engine.Compile(raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range raw.Checks {
			for _, o := range kind.Outcomes {
				if c.Run != kind.Name || !strings.HasPrefix(o.Class, "tls_") || o.Status != diag.Fail {
					continue
				}
				ev := diag.NewEvidence()
				ev.Answer(diag.AskWhere, string(diag.WhereHere), nil)
				ev.Given(c.ID, o.Name)
				seen++
				if v := engine.Judge(book, ev, true); v.Layer != diag.LayerTLS || !strings.HasPrefix(v.Class, "tls_") {
					t.Errorf("%s, %s: layer %s, class %s", raw.ID, o.Name, v.Layer, v.Class)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no playbook looks at encryption")
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
