package fleet

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What is shipped to go with the exporter asks only for metrics that there are.
func TestWhatIsShippedAsksForWhatThereIs(t *testing.T) {
	known := map[string]bool{}
	name := regexp.MustCompile(`fqName: "([^"]+)"`)
	for _, d := range metrics().list() {
		known[name.FindStringSubmatch(d.String())[1]] = true
	}
	e := exporter(t, 1, func(context.Context, Target, time.Duration) Result { return Result{} })
	families, err := e.self.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		known[f.GetName()] = true
	}
	asked := 0
	for _, file := range []string{"alerts.yaml", "alerts.test.yaml", "dashboard.json"} {
		data, err := os.ReadFile(filepath.Join("../../playbooks/fleet", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\b(authdoctor|probe)_[a-z_]+`).FindAllString(string(data), -1) {
			asked++
			if !known[strings.TrimSuffix(m, "_bucket")] {
				t.Errorf("%s: there is no metric %s", file, m)
			}
		}
	}
	if asked < 30 {
		t.Errorf("only %d metrics are asked for", asked)
	}
}
