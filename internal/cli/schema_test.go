package cli_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Every JSON document that a command prints is described by a schema.
func TestEveryDocumentHasASchema(t *testing.T) {
	bad := write(t, "bad.yaml", "schema: authdoctor.playbook/1\nid: bad\n")
	for schema, args := range map[string][]string{
		"codes":     {"codes"},
		"guides":    {"guide", "alarmcom"},
		"guide":     {"guide", "alarmcom", "reset-two-factor"},
		"playbooks": {"playbook", "list"},
		"version":   {"version"},
		"lint":      {"playbook", "lint", bad},
		"test":      {"playbook", "test"},
		"model":     {"playbook", "model", "alarmcom"},
		"report":    {"diagnose", "alarmcom", "--no-input", "--no-checks", "--symptom", "session-drops"},
		"check":     {"probe", "dns", "--name", "127.0.0.1"},
	} {
		t.Run(schema, func(t *testing.T) {
			s, err := jsonschema.NewCompiler().Compile(filepath.Join("../../testdata/schema", schema+".schema.json"))
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, nil, append(args, "--format", "json")...)
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(got.stdout)))
			if err != nil {
				t.Fatalf("%v\n%s", err, got.stderr)
			}
			if err := s.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
}
