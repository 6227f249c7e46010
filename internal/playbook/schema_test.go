package playbook

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaDir = "../../testdata/schema"

var schemas = []struct {
	file string
	data func() []byte
}{
	{"answers.schema.json", AnswersJSONSchema},
	{"fleet.schema.json", FleetJSONSchema},
	{"playbook.schema.json", JSONSchema},
	{"scenarios.schema.json", ScenariosJSONSchema},
}

// The published schemas are those of this program; -update rewrites them.
func TestSchemasArePublished(t *testing.T) {
	for _, s := range schemas {
		path := filepath.Join(schemaDir, s.file)
		if *update {
			if err := os.WriteFile(path, s.data(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(data), string(s.data())); diff != "" {
			t.Errorf("%s is not what the program writes; run this test with -update (-file +program):\n%s", s.file, diff)
		}
	}
}

func compileSchema(t testing.TB, name string, data []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// schemaFor picks the schema of a test file, by its name.
func schemaFor(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	switch {
	case strings.HasSuffix(name, ".test.yaml"):
		return compileSchema(t, "scenarios", ScenariosJSONSchema())
	case strings.HasSuffix(name, ".answers.yaml"):
		return compileSchema(t, "answers", AnswersJSONSchema())
	case strings.HasSuffix(name, ".fleet.yaml"):
		return compileSchema(t, "fleet", FleetJSONSchema())
	case strings.HasSuffix(name, ".signatures.yaml"):
		return compileSchema(t, "signatures", SignaturesJSONSchema())
	}
	return compileSchema(t, "playbook", JSONSchema())
}

// against holds a YAML text against a schema, as an editor would.
func against(t testing.TB, schema *jsonschema.Schema, data []byte) error {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(data)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

func TestGoodFilesAreValid(t *testing.T) {
	for _, name := range yamlFiles(t, "good") {
		if err := against(t, schemaFor(t, name), readTestFile(t, "good", name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range map[string][]byte{
		"skeleton.yaml":      first(Skeleton("some-door")),
		"skeleton.test.yaml": second(Skeleton("some-door")),
	} {
		if err := against(t, schemaFor(t, name), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func first(a, _ []byte) []byte  { return a }
func second(_, b []byte) []byte { return b }

// shapeCodes are mistakes in the shape of a file, which a schema can see.
var shapeCodes = []string{
	"PB001", "PB005", "PB006", "PB008", "PB009", "PB010", "PB013", "PB014", "PB015", "PB016", "PB036", "PB050",
}

// beyondSchema are bad files with such a code that no schema can refuse.
var beyondSchema = map[string]string{
	"PB009-all-neutral.yaml": "a schema cannot count the choices that are not neutral",
}

// What a schema can see, it refuses; what only lint complains about has the
// right shape.
func TestBadFilesAgainstSchema(t *testing.T) {
	for _, name := range yamlFiles(t, "bad") {
		code := name[:len("PB000")]
		err := against(t, schemaFor(t, name), readTestFile(t, "bad", name))
		switch {
		case err == nil && slices.Contains(shapeCodes, code) && beyondSchema[name] == "":
			t.Errorf("%s is valid", name)
		case err != nil && code >= "PB025" && code < "PB050" && !slices.Contains(shapeCodes, code):
			t.Errorf("%s: %v", name, err)
		}
	}
}
