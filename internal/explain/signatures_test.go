package explain_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/playbooks"
)

// builtIn is the signatures that come with authdoctor, read once for all tests.
func builtIn(t testing.TB) diag.Signatures {
	t.Helper()
	all, err := readBuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readBuiltIn = sync.OnceValues(func() (all diag.Signatures, err error) {
	names, err := fs.Glob(playbooks.Signatures, "signatures/*.yaml")
	if err != nil {
		return all, err
	}
	var files []*playbook.SignatureFile
	for _, name := range names {
		data, err := playbooks.Signatures.ReadFile(name)
		if err != nil {
			return all, err
		}
		f, err := playbook.ParseSignatures("playbooks/"+name, data)
		if err != nil {
			return all, err
		}
		files = append(files, f)
	}
	return playbook.JoinSignatures(files...)
})

// Every signature wins its own examples against all others, and stays silent
// where it must.
func TestSignaturesKnowTheirExamples(t *testing.T) {
	known := builtIn(t)
	if len(known.List) == 0 {
		t.Fatal("there are no signatures")
	}
	e := explain.New(known)
	for _, s := range known.List {
		if len(s.Examples) == 0 {
			t.Errorf("%s has no example", s.ID)
		}
		for _, text := range s.Examples {
			a := e.Explain(text)
			if len(a.Findings) == 0 {
				t.Errorf("%s: nothing is recognised in its example %q", s.ID, text)
			} else if f := a.Findings[0]; f.Signature != s.ID && (f.Cause != s.Class || f.System != s.System) {
				t.Errorf("%s: its example %q is taken for %s (%s, %s)", s.ID, text, f.Signature, f.System, f.Cause)
			}
		}
		for _, text := range s.NearMisses {
			for _, f := range e.Explain(text).Findings {
				if f.Signature == s.ID {
					t.Errorf("%s is found in its near miss %q", s.ID, text)
				}
			}
		}
	}
	t.Logf("%d signatures", len(known.List))
}

// Every answer that the examples give is as the published schema says.
func TestAnswersKeepTheSchema(t *testing.T) {
	data, err := os.ReadFile("../../testdata/schema/explain.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("explain", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("explain")
	if err != nil {
		t.Fatal(err)
	}
	known := builtIn(t)
	e := explain.New(known)
	texts := []string{"", "nothing"}
	for _, s := range known.List {
		texts = append(texts, s.Examples...)
	}
	for _, text := range texts {
		out, err := json.Marshal(e.Explain(text))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
