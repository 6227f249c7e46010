package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/report"
)

const schemaDir = "../../testdata/schema"

func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(filepath.Join(schemaDir, name+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func holds(t *testing.T, s *jsonschema.Schema, document []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Error(err)
	}
	if null(v) {
		t.Error("there is a null in it")
	}
}

func null(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		for _, item := range v {
			if null(item) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if null(item) {
				return true
			}
		}
	}
	return false
}

func TestReportSchema(t *testing.T) {
	s := schema(t, "report")
	for name := range inputs(t) {
		t.Run(name, func(t *testing.T) {
			document, err := os.ReadFile(filepath.Join(goldenDir, name+".out.json"))
			if err != nil {
				t.Fatal(err)
			}
			holds(t, s, document)
		})
	}
	t.Run("nothing at all", func(t *testing.T) {
		var b bytes.Buffer
		if err := report.JSON(&b, &diag.Report{Verdict: diag.Verdict{Status: diag.Healthy}}, report.Options{}); err != nil {
			t.Fatal(err)
		}
		holds(t, s, b.Bytes())
	})
}

func TestSchemasRefuse(t *testing.T) {
	for _, test := range []struct{ name, schema, document string }{
		{"report of another version", "report", `{"schema":"authdoctor.report/2"}`},
		{"check without a code", "check", `{"schema":"authdoctor.check/1","id":"x"}`},
		{"test run with a misspelt key", "testrun", `{"schema":"authdoctor.testrun/1","name":"x","passed":0,"failed":0,"skiped":0,"cases":[]}`},
	} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(test.document)))
		if err != nil {
			t.Fatal(err)
		}
		if schema(t, test.schema).Validate(v) == nil {
			t.Errorf("%s was taken", test.name)
		}
	}
}

// A check in a report and a check by itself are the same thing.
func TestCheckSchemasAgree(t *testing.T) {
	read := func(name string) map[string]any {
		text, err := os.ReadFile(filepath.Join(schemaDir, name+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]any
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	within := read("report")["$defs"].(map[string]any)["check"].(map[string]any)["properties"]
	alone := read("check")["properties"].(map[string]any)
	delete(alone, "schema")
	if diff := cmp.Diff(within, any(alone)); diff != "" {
		t.Error(diff)
	}
}

// What was written is read back and written again without a change.
func TestRoundTrip(t *testing.T) {
	for name, r := range inputs(t) {
		t.Run(name, func(t *testing.T) {
			var first, second bytes.Buffer
			if err := report.JSON(&first, r, report.Options{}); err != nil {
				t.Fatal(err)
			}
			back := new(diag.Report)
			if err := json.Unmarshal(first.Bytes(), back); err != nil {
				t.Fatal(err)
			}
			if err := report.JSON(&second, back, report.Options{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first.String(), second.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
