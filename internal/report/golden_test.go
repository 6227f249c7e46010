package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

var update = flag.Bool("update", false, "write the goldens instead of comparing with them")

const goldenDir = "../../testdata/report"

// outputs are the goldens made of each input, or of one, by the end of their
// names.
var outputs = []struct {
	suffix, format, only string
	options              report.Options
}{
	{".text", "text", "", report.Options{}},
	{".text40", "text", "", report.Options{Width: 40}},
	{".details", "text", "plan", report.Options{Details: true, Width: 100}},
	{".color", "text", "dns", report.Options{Color: true}},
	{".md", "markdown", "", report.Options{}},
	{".html", "html", "", report.Options{}},
	{".junit.xml", "junit", "", report.Options{}},
	{".out.json", "json", "", report.Options{}},
	{".summary", "summary", "", report.Options{}},
	{".summary40", "summary", "dns-check", report.Options{Width: 40}},
}

func TestGoldens(t *testing.T) {
	for name, r := range inputs(t) {
		for _, out := range outputs {
			if out.only != "" && out.only != name {
				continue
			}
			t.Run(name+out.suffix, func(t *testing.T) {
				var b bytes.Buffer
				write := func() error { return report.Write(&b, out.format, r, out.options) }
				if out.format == "summary" {
					write = func() error { return report.Summary(&b, r, out.options) }
				}
				if err := write(); err != nil {
					t.Fatal(err)
				}
				golden(t, name+out.suffix, b.String())
			})
		}
	}
}

// inputs reads every report that has goldens, by name.
func inputs(t *testing.T) map[string]*diag.Report {
	t.Helper()
	paths, err := filepath.Glob(goldenDir + "/*.report.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no inputs in %s: %v", goldenDir, err)
	}
	out := map[string]*diag.Report{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := new(diag.Report)
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(r); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".report.json")] = r
	}
	return out
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(goldenDir, name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (make it with -update)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; after a look, -update):\n%s", name, diff)
	}
}
