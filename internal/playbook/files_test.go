package playbook

import (
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var update = flag.Bool("update", false, "rewrite the goldens")

const filesDir = "../../testdata/playbook"

// probes are the parameters that the test files may use.
var probes = map[string][]string{
	"http": {"url", "ca-file", "server-name"},
	"dns":  {"name", "resolver"},
}

// pagesOnly takes addresses of pages for urls; the real forms need the room
// that measures.
func pagesOnly(_, param, value string) (problem, example string) {
	u, err := url.Parse(value)
	if param == "url" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return "no address of a page", "https://www.example.com/"
	}
	return "", ""
}

// literalTests take a message for a signature when one of its literals is in
// it; the real ones need the room that explains.
var literalTests = SignatureTests{
	Wins: func(s diag.Signature, message string) string {
		if containsAny(message, s.Literals) {
			return ""
		}
		return "nothing"
	},
	Fits: func(s diag.Signature, message string) bool { return containsAny(message, s.Literals) },
	Leads: func(playbook, cause string) string {
		if playbook == "" || playbook == "web-login" && cause == "" {
			return ""
		}
		return "playbook " + playbook + ", which is not there"
	},
}

func containsAny(message string, literals []string) bool {
	return slices.ContainsFunc(literals, func(l string) bool { return strings.Contains(message, l) })
}

// problemsOf reads a file of any format.
func problemsOf(t testing.TB, name string, data []byte) []Problem {
	t.Helper()
	switch {
	case strings.HasSuffix(name, ".test.yaml"):
		suite, err := ParseSuite(name, data)
		if err != nil {
			return listOfError(t, err)
		}
		return suite.Check(baseBook(t), data)
	case strings.HasSuffix(name, ".answers.yaml"):
		_, err := ParseAnswers(name, data, baseBook(t))
		return listOfError(t, err)
	case strings.HasSuffix(name, ".fleet.yaml"):
		_, err := ParseFleet(name, data, func(string) (*Playbook, error) { return baseBook(t), nil }, pagesOnly)
		return listOfError(t, err)
	case IsSignatures(data):
		_, list := LintSignatures(name, data, literalTests)
		return list
	}
	_, list := Lint(name, data, probes, pagesOnly)
	return list
}

func listOfError(t testing.TB, err error) []Problem {
	t.Helper()
	if err == nil {
		return nil
	}
	var problems *Problems
	ok := errors.As(err, &problems)
	if !ok {
		t.Fatalf("error is a %T, not a *Problems", err)
	}
	return problems.List
}

func baseBook(t testing.TB) *Playbook {
	t.Helper()
	book, err := Parse("base.yaml", readTestFile(t, "good", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func readTestFile(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(filesDir, filepath.Join(path...)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// yamlFiles lists the test files of a folder.
func yamlFiles(t testing.TB, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(filesDir, folder, "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	return paths
}

// Each bad file gives exactly the messages in the .txt beside it, and among
// them the code that it is named after.
func TestBadFiles(t *testing.T) {
	for _, name := range yamlFiles(t, "bad") {
		t.Run(name, func(t *testing.T) {
			list := problemsOf(t, name, readTestFile(t, "bad", name))
			code, _, _ := strings.Cut(strings.TrimSuffix(name, ".yaml"), ".")
			code, _, _ = strings.Cut(code, "-")
			if strings.HasPrefix(code, "PB") && !slices.ContainsFunc(list, func(p Problem) bool { return p.Code == code }) {
				t.Errorf("%s was not raised", code)
			}
			got := (&Problems{List: list}).Error() + "\n"
			golden := strings.TrimSuffix(name, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(filepath.Join(filesDir, "bad", golden), []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readTestFile(t, "bad", golden)), got); diff != "" {
				t.Errorf("messages differ (-want +got):\n%s", diff)
			}
		})
	}
}

// A good file is a near miss of the code that it is named after: nothing at
// all may be said about it.
func TestGoodFiles(t *testing.T) {
	for _, name := range yamlFiles(t, "good") {
		t.Run(name, func(t *testing.T) {
			for _, p := range problemsOf(t, name, readTestFile(t, "good", name)) {
				t.Error(p)
			}
		})
	}
}

// Every code is documented, in order, and has a file that raises it and a near
// miss that does not.
func TestCodes(t *testing.T) {
	cases := map[string]bool{}
	for _, folder := range []string{"bad", "good"} {
		for _, name := range yamlFiles(t, folder) {
			code, _, _ := strings.Cut(strings.TrimSuffix(name, ".yaml"), ".")
			code, _, _ = strings.Cut(code, "-")
			cases[folder+"/"+code] = true
		}
	}
	last := ""
	for _, c := range Codes {
		if c.Code <= last {
			t.Errorf("%s comes after %s", c.Code, last)
		}
		last = c.Code
		if len(c.Code) != 5 || !strings.HasPrefix(c.Code, "PB") || c.Title == "" || !strings.HasSuffix(c.Doc, ".") {
			t.Errorf("%s is malformed or not documented", c.Code)
		}
		if c.Severity != Error && c.Severity != Warning {
			t.Errorf("%s has no severity", c.Code)
		}
		for _, folder := range []string{"bad", "good"} {
			if !cases[folder+"/"+c.Code] {
				t.Errorf("%s has no file in %s", c.Code, folder)
			}
		}
	}
}

// Every code that the sources raise is in the list.
func TestCodesAreListed(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range strings.Split(string(data), `"PB`)[1:] {
			code := "PB" + piece[:3]
			listed := slices.ContainsFunc(Codes, func(c Code) bool { return c.Code == code })
			if strings.Trim(piece[:3], "0123456789") == "" && !listed {
				t.Errorf("%s raises %s, which is not in Codes", path, code)
			}
		}
	}
}

// What is refused as a secret is not printed by the message that refuses it.
func TestSecretsAreMasked(t *testing.T) {
	for _, name := range yamlFiles(t, "bad") {
		data := readTestFile(t, "bad", name)
		text := (&Problems{List: problemsOf(t, name, data)}).Error()
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s: the secret is in the output:\n%s", name, text)
		}
	}
}
