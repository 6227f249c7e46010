package playbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

const oneSignature = `schema: authdoctor.signatures/1
system: coffee
reference: https://coffee.example/errors
forms: ['COFFEE-{n}\b', 'error \(?{n}']
example: "machine: COFFEE-{n}"
advice:
  wrong_credentials: {meaning: The cup was refused., next: Take another cup., actor: user, playbook: web-login}
signatures:
  - {id: cup, code: COFFEE-17, numbers: ["17", "0x11"], class: wrong_credentials, title: wrong cup}
`

func TestParseSignatures(t *testing.T) {
	f, err := ParseSignatures("coffee.yaml", []byte(oneSignature))
	if err != nil {
		t.Fatal(err)
	}
	all, err := JoinSignatures(f)
	if err != nil {
		t.Fatal(err)
	}
	want := []diag.Signature{{
		ID: "cup", System: "coffee", Code: "COFFEE-17", Literals: []string{"17", "0x11"},
		Pattern: `COFFEE-(?:17|0x11)\b|error \(?(?:17|0x11)`, Class: "wrong_credentials",
		Strength: diag.StrengthCode, Certainty: "exact", Title: "wrong cup", Meaning: "The cup was refused.",
		Next: "Take another cup.", Actor: "user", Playbook: "web-login", Reference: "https://coffee.example/errors",
		Examples: []string{"machine: COFFEE-17"},
	}}
	if diff := cmp.Diff(want, all.List); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Frames hold the expressions of the families that they name, and what a file
// says of all of its signatures is said beside what they say themselves.
func TestParseFrames(t *testing.T) {
	f, err := ParseSignatures("tea.yaml", []byte(`schema: authdoctor.signatures/1
system: tea
reference: https://tea.example/errors
literals: [tea]
with: [my]
without: [coffee]
families: {cup: 'cups?', broken: 'broken|split', perhaps: 'if'}
unless: [perhaps]
names: {tea: [Tea]}
signatures:
  - {id: cup, frames: [cup broken, broken], without: [milk], unless: [cup], class: wrong_credentials, title: a broken cup}
`))
	if err != nil {
		t.Fatal(err)
	}
	s := f.List[0]
	got := diag.Signature{Literals: s.Literals, With: s.With, Without: s.Without, Frames: s.Frames, Unless: s.Unless}
	want := diag.Signature{
		Literals: []string{"tea"}, With: []string{"my"}, Without: []string{"coffee", "milk"},
		Frames: [][]string{{"cups?", "broken|split"}, {"broken|split"}}, Unless: []string{"if", "cups?"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]diag.SystemMark{{System: "tea", Literals: []string{"Tea"}}}, f.Names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// Each row breaks the file in one way.
func TestBrokenSignatures(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a class that is none", "class: wrong_credentials", "class: wrong_credential", `coffee.yaml:9:`},
		{"an unknown key", "title: wrong cup", "titel: wrong cup", "did you mean title?"},
		{"a pattern that is none", "numbers: [\"17\", \"0x11\"]", `pattern: "(("`, "is no regular expression"},
		{"a group that is none", "numbers: [\"17\", \"0x11\"]", `pattern: "(?P<then>x)"`, `unknown group "then"`},
		{"numbers without forms", "forms:", "near:", "numbers and the file has no forms"},
		{"no code and no literals", "code: COFFEE-17, numbers: [\"17\", \"0x11\"], ", "", "no literals and no code"},
		{"another schema", "signatures/1", "signatures/2", "unknown schema"},
		{"a family that is none", "title: wrong cup", "title: wrong cup, frames: [cup]", `unknown family "cup"`},
		{"a family that is no expression", "forms:", "families: {cup: \"((\"}\nforms:", `family "cup" is no regular expression`},
		{"a strength that is none", "schema:", "strength: huge\nschema:", `unknown strength "huge"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(oneSignature, c.old, c.new, 1)
			if _, err := ParseSignatures("coffee.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
		})
	}
}

func TestJoinRefusesWhatDoesNotFit(t *testing.T) {
	f, err := ParseSignatures("coffee.yaml", []byte(oneSignature))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := JoinSignatures(f, f); err == nil || !strings.Contains(err.Error(), `coffee.yaml:9: signature "cup" is also in coffee.yaml:9`) {
		t.Errorf("a second one: %v", err)
	}
	f.Advice = nil
	if _, err := JoinSignatures(f); err == nil || !strings.Contains(err.Error(), "no advice for wrong_credentials") {
		t.Errorf("no advice: %v", err)
	}
}

const signaturesDir = "../../playbooks/signatures"

// The published schema is this program's, and holds for every file.
func TestSignatureFilesAreValid(t *testing.T) {
	path := filepath.Join(schemaDir, "signatures.schema.json")
	if *update {
		if err := os.WriteFile(path, SignaturesJSONSchema(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(published), string(SignaturesJSONSchema())); diff != "" {
		t.Errorf("%s is old; run this test with -update:\n%s", path, diff)
	}
	schema := compileSchema(t, "signatures", SignaturesJSONSchema())
	files, err := filepath.Glob(signaturesDir + "/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := against(t, schema, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
