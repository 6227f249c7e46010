// Package archtest holds the rules of the house: who may import whom, which
// library belongs to which room, and what the pure rooms must not touch.
//
// It parses the sources itself. Asking `go list` would hide them from the test
// cache, and a broken rule would still pass.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	top    = "../.."
	module = "github.com/authdoctor/authdoctor/"
)

// rooms lists every package of ours with the packages of ours that it may
// import. A package that is not here does not exist.
var rooms = map[string][]string{
	"cmd/authdoctor":       {"internal/cli"},
	"cmd/gendocs":          {"internal/cli"}, // for packages: it is in no program
	"internal/archtest":    {},
	"internal/attempts":    {"internal/state"},
	"internal/browser":     {}, // for tests only, like lab
	"internal/cli":         {"internal/attempts", "internal/diag", "internal/engine", "internal/explain", "internal/fleet", "internal/journal", "internal/logs", "internal/phone", "internal/playbook", "internal/probe", "internal/redact", "internal/report", "internal/scenario", "internal/script", "internal/session", "internal/state", "internal/trace", "internal/wizard", "playbooks"},
	"internal/diag":        {},
	"internal/engine":      {"internal/diag", "internal/plan", "internal/playbook"},
	"internal/explain":     {"internal/diag", "internal/redact"},
	"internal/fleet":       {"internal/diag", "internal/probe"},
	"internal/journal":     {"internal/diag", "internal/redact", "internal/state"},
	"internal/lab":         {},
	"internal/logs":        {"internal/diag", "internal/explain", "internal/redact"}, // redact: what logs hold is printed
	"internal/phone":       {"internal/diag"},
	"internal/plan":        {},
	"internal/playbook":    {"internal/diag", "internal/redact"}, // redact: excerpts are cut out of lines, which hold what tells a secret
	"internal/probe":       {"internal/diag"},
	"internal/redact":      {"internal/diag"},
	"internal/report":      {"internal/diag", "internal/redact"},
	"internal/scenario":    {"internal/diag", "internal/engine", "internal/playbook", "internal/script", "internal/session"},
	"internal/script":      {"internal/diag"},
	"internal/session":     {"internal/diag", "internal/engine", "internal/playbook"},
	"internal/state":       {},
	"internal/trace":       {"internal/diag"},
	"internal/wizard":      {"internal/diag", "internal/wizard/calm"},
	"internal/wizard/calm": {},
	"playbooks":            {},
}

// owners gives each library the rooms that may import it: one, unless a
// reason says more.
var owners = map[string][]string{
	"github.com/agext/levenshtein":              {"internal/playbook"},
	"github.com/petar-dambovaliev/aho-corasick": {"internal/explain"},
	"github.com/aws/aws-sdk-go-v2":              {"internal/probe"},
	"github.com/beevik/ntp":                     {"internal/probe"},
	"github.com/charmbracelet/bubbles":          {"internal/wizard"},
	"github.com/charmbracelet/bubbletea":        {"internal/wizard"},
	"github.com/charmbracelet/huh":              {"internal/wizard"},
	"github.com/charmbracelet/lipgloss":         {"internal/wizard", "internal/wizard/calm"}, // calm is a part of wizard
	"github.com/chromedp":                       {"internal/browser"},                        // for tests only: it is in no program
	"github.com/fatih/color":                    {"internal/report"},
	"github.com/gofrs/flock":                    {"internal/state"},
	"github.com/go-jose/go-jose":                {"internal/probe"}, // keys and signatures of tokens
	"github.com/go-asn1-ber/asn1-ber":           {"internal/probe"},
	"github.com/go-ldap/ldap":                   {"internal/probe"},
	"github.com/goccy/go-yaml":                  {"internal/playbook"},
	"github.com/gosnmp/gosnmp":                  {"internal/probe"},
	"github.com/klauspost/compress":             {"internal/logs"},
	"github.com/miekg/dns":                      {"internal/probe"},
	"github.com/muesli/termenv":                 {"internal/wizard"},
	"github.com/prometheus":                     {"internal/fleet"},                       // metrics, and the web configuration that its users know
	"github.com/rivo/uniseg":                    {"internal/playbook", "internal/report"}, // display width: lint and layout must agree
	"github.com/spf13/cobra":                    {"internal/cli", "cmd/gendocs"},          // gendocs: man pages of the commands
	"github.com/spf13/pflag":                    {"internal/cli"},                         // cobra's flags: what is wrong with one
	"go.opentelemetry.io":                       {"internal/trace"},
	"golang.org/x/crypto/ssh":                   {"internal/probe"},
	"golang.org/x/crypto/x509roots":             {"internal/probe"},
	"golang.org/x/net":                          {"internal/probe"},
	"golang.org/x/sync":                         {"internal/fleet"}, // one run for all who ask for the same
	"golang.org/x/text":                         {"internal/logs"},
	"golang.org/x/term":                         {"internal/wizard"},
	"google.golang.org/protobuf":                {"internal/trace"}, // the form of traces on the wire
	"rsc.io/qr":                                 {"internal/phone"}, // encodes; how a code stands beside text is ours to draw
}

// pure rooms decide; they do not touch the world.
var pure = []string{"internal/diag", "internal/plan", "internal/playbook", "internal/engine", "internal/session", "internal/scenario", "internal/script", "internal/explain"}

// worldly is what a pure room may not import.
var worldly = []string{"os", "net", "log", "os/exec", "net/http", "io/ioutil", "syscall"}

// file is a source file with its room.
type file struct {
	path, room string
	test       bool
	syntax     *ast.File
	fset       *token.FileSet
}

func sources(t *testing.T) []file {
	t.Helper()
	var out []file
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, path)
		room := filepath.ToSlash(filepath.Dir(rel))
		out = append(out, file{filepath.ToSlash(rel), room, strings.HasSuffix(path, "_test.go"), syntax, fset})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("found only %d files: the rules would hold of nothing", len(out))
	}
	return out
}

func (f file) imports(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, spec := range f.syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, path)
	}
	return out
}

func TestWhoMayImportWhom(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range sources(t) {
		allowed, known := rooms[f.room]
		if !known {
			t.Errorf("%s: %s is no room; add it to the list, with a reason in the commit", f.path, f.room)
			continue
		}
		seen[f.room] = true
		if f.test {
			continue // tests may set up a world of any rooms
		}
		for _, path := range f.imports(t) {
			if ours, ok := strings.CutPrefix(path, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s: %s may not import %s", f.path, f.room, ours)
			}
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("%s is in the list and does not exist", room)
		}
	}
}

func TestEachLibraryHasItsRoom(t *testing.T) {
	used := map[string]bool{}
	for _, f := range sources(t) {
		for _, path := range f.imports(t) {
			if !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") || strings.HasPrefix(path, module) {
				continue
			}
			owner := ownerOf(path)
			used[owner] = true
			if f.test {
				continue
			}
			if owner == "" {
				t.Errorf("%s: nobody owns %s; add it to the list, with a reason in the commit", f.path, path)
			} else if !slices.Contains(owners[owner], f.room) {
				t.Errorf("%s: %s belongs to %v", f.path, path, owners[owner])
			}
		}
	}
	for library := range owners {
		if !used[library] {
			t.Errorf("%s is in the list and nobody uses it", library)
		}
	}
}

func ownerOf(path string) string {
	for library := range owners {
		if path == library || strings.HasPrefix(path, library+"/") {
			return library
		}
	}
	return ""
}

func TestPureRoomsDoNotTouchTheWorld(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || !slices.Contains(pure, f.room) {
			continue
		}
		for _, path := range f.imports(t) {
			if slices.Contains(worldly, path) {
				t.Errorf("%s: a pure room may not import %s", f.path, path)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && isTime(sel) {
				t.Errorf("%s: a pure room may not ask for the time", f.fset.Position(sel.Pos()))
			}
			return true
		})
	}
}

func isTime(sel *ast.SelectorExpr) bool {
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"}, sel.Sel.Name)
}

func TestOnlyMainExits(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || strings.HasPrefix(f.room, "cmd/") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" && sel.Sel.Name == "Exit" {
					t.Errorf("%s: only main exits", f.fset.Position(sel.Pos()))
				}
			}
			return true
		})
	}
}

// The size limits of the house: what does not fit is two things.
const (
	maxFileLines = 400
	maxFuncLines = 70
)

func TestFilesAndFunctionsFit(t *testing.T) {
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		if n := f.fset.Position(f.syntax.End()).Line; n > maxFileLines {
			t.Errorf("%s has %d lines, %d are enough", f.path, n, maxFileLines)
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1; n > maxFuncLines {
				t.Errorf("%s: %s has %d lines, %d are enough", f.path, fn.Name.Name, n, maxFuncLines)
			}
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || !strings.HasPrefix(f.room, "internal/") {
			continue
		}
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && public(fn) && fn.Doc == nil {
				t.Errorf("%s: %s has no comment", f.path, fn.Name.Name)
			}
		}
	}
}

// public reports whether a function can be called from another room. Error and
// String say by their names what they do.
func public(fn *ast.FuncDecl) bool {
	if !fn.Name.IsExported() || fn.Name.Name == "Error" || fn.Name.Name == "String" {
		return false
	}
	if fn.Recv == nil {
		return true
	}
	receiver := fn.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	id, ok := receiver.(*ast.Ident)
	return ok && id.IsExported()
}

// The top level holds these and nothing else.
func TestTheTopLevelStaysSmall(t *testing.T) {
	allowed := []string{"cmd", "internal", "playbooks", "testdata", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "bin", "dist"}
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}

// Whatever the documents name as what holds them is there.
func TestNamedTestsExist(t *testing.T) {
	exist := map[string]bool{}
	for _, f := range sources(t) {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.test {
				exist[fn.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*)`")
	for _, page := range []string{"README.md", "internal/README.md", "playbooks/README.md", "testdata/README.md"} {
		text, err := os.ReadFile(filepath.Join(top, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			if !exist[m[1]] {
				t.Errorf("%s names %s, which does not exist", page, m[1])
			}
		}
	}
}
