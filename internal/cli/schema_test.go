package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Every JSON document that a command prints is described by a schema.
func TestEveryDocumentHasASchema(t *testing.T) {
	bad := write(t, "bad.yaml", "schema: authdoctor.playbook/1\nid: bad\n")
	dir := t.TempDir()
	run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, walked))
	for _, tt := range []struct {
		schema string
		args   []string
	}{
		{"codes", []string{"codes"}},
		{"guides", []string{"guide", "alarmcom"}},
		{"guide", []string{"guide", "alarmcom", "reset-two-factor"}},
		{"playbooks", []string{"playbook", "list"}},
		{"version", []string{"version"}},
		{"lint", []string{"playbook", "lint", bad}},
		{"test", []string{"playbook", "test"}},
		{"model", []string{"playbook", "model", "alarmcom"}},
		{"model", []string{"playbook", "model", "triage"}},
		{"oracle", []string{"playbook", "plan", "alarmcom"}},
		{"report", []string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--symptom", "session-drops"}},
		{"report", []string{"diagnose", "triage", "--no-input", "--answer", "what-refuses=device"}},
		{"check", []string{"probe", "dns", "--name", "127.0.0.1"}},
		{"sessions", []string{"session", "list"}},
		{"session", []string{"session", "show"}},
		{"report", []string{"report"}},
		{"logs", []string{"logs", write(t, "auth.log", "May 30 10:00:04 gate sshd[101]: Failed password for ann from 198.51.100.4 port 50001 ssh2\nbroken\n")}},
	} {
		t.Run(tt.schema, func(t *testing.T) {
			s, err := jsonschema.NewCompiler().Compile(filepath.Join("../../testdata/schema", tt.schema+".schema.json"))
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, home(dir), append(tt.args, "--format", "json")...)
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

// Every line of a journal is as the schema says.
func TestJournalsKeepTheirSchema(t *testing.T) {
	s, err := jsonschema.NewCompiler().Compile("../../testdata/schema/journal.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, walked), "--message", "AADSTS50126")
	_, path := onlyJournal(t, dir)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("line %d: %v\n%s", i+1, err, line)
		}
	}
}
