package scenario

import (
	"os"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// play lints a playbook without any complaint and plays its scenarios.
func play(t *testing.T, book, scenarios []byte) {
	t.Helper()
	p, problems := playbook.Lint("book.yaml", book, nil)
	for _, problem := range problems {
		t.Error(problem)
	}
	suite, err := playbook.ParseSuite("book.test.yaml", scenarios)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range suite.Check(p, scenarios) {
		t.Fatal(problem)
	}
	b, err := engine.Compile(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range suite.Scenarios {
		r, err := Run(b, &suite.Scenarios[i])
		if err != nil {
			t.Fatal(err)
		}
		if r.Failure != "" {
			t.Errorf("%s:\n%s", suite.Scenarios[i].Name, r.Failure)
		}
	}
}

// What `playbook new` writes is a playbook that passes its own test.
func TestSkeletonPasses(t *testing.T) {
	play(t, first(playbook.Skeleton("garden-gate")), second(playbook.Skeleton("garden-gate")))
}

func first(a, _ []byte) []byte  { return a }
func second(_, b []byte) []byte { return b }

// The example in the guide for authors is right.
func TestReadmeExamplePasses(t *testing.T) {
	data, err := os.ReadFile("../../playbooks/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, piece := range strings.Split(string(data), "```yaml\n")[1:] {
		block, _, _ := strings.Cut(piece, "```")
		if !strings.HasPrefix(block, "schema: authdoctor.fleet/") { // no playbook, and held elsewhere
			blocks = append(blocks, block)
		}
	}
	if len(blocks) != 2 {
		t.Fatalf("%d examples, not a playbook and its scenarios", len(blocks))
	}
	play(t, []byte(blocks[0]), []byte(blocks[1]))
}
