package playbook

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

const readme = "../../playbooks/README.md"

// The README lists every code as it is; -update rewrites the list.
func TestReadmeListsCodes(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| code | | what is wrong | |\n|---|---|---|---|\n")
	for _, c := range Codes {
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", c.Code, c.Severity, c.Title, c.Doc)
	}
	before, old, _ := strings.Cut(string(data), "| code |")
	if *update {
		if err := os.WriteFile(readme, []byte(before+table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if "| code |"+old != table.String() {
		t.Error("the list of codes in playbooks/README.md is not that of the program; run this test with -update")
	}
}

// The README explains every key that the schemas know.
func TestReadmeNamesEveryKey(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, reference, ok := strings.Cut(string(data), "## The format")
	if !ok {
		t.Fatal("there is no reference")
	}
	for _, s := range schemas {
		var doc any
		if err := json.Unmarshal(s.data(), &doc); err != nil {
			t.Fatal(err)
		}
		for _, key := range propertyNames(doc) {
			if !strings.Contains(reference, "`"+key+"`") && !strings.Contains(reference, "`"+key+": ") {
				t.Errorf("%s: key %q is not in the reference", s.file, key)
			}
		}
	}
}

// propertyNames lists every key under "properties", at any depth.
func propertyNames(doc any) []string {
	var names []string
	switch doc := doc.(type) {
	case map[string]any:
		if properties, ok := doc["properties"].(map[string]any); ok {
			names = append(names, sortedKeys(properties)...)
		}
		for _, key := range sortedKeys(doc) {
			names = append(names, propertyNames(doc[key])...)
		}
	case []any:
		for _, item := range doc {
			names = append(names, propertyNames(item)...)
		}
	}
	return names
}
