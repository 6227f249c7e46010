package cli

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/playbooks"
)

const scenarioSuffix = ".test.yaml"

// builtIn lists the ids of the playbooks that come with authdoctor.
func builtIn() []string {
	names, _ := fs.Glob(playbooks.Files, "*.yaml")
	var ids []string
	for _, n := range names {
		if !strings.HasSuffix(n, scenarioSuffix) {
			ids = append(ids, strings.TrimSuffix(n, ".yaml"))
		}
	}
	return ids
}

// source is a file to read: built in, or on disk.
type source struct {
	name string // as messages show it
	data []byte
}

// isPath tells a path from the id of a built-in playbook.
func isPath(name string) bool {
	return strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// readBook reads a playbook's text, by id or by path.
func (p *program) readBook(name string) (source, error) {
	if isPath(name) {
		return p.readSource(name)
	}
	data, err := playbooks.Files.ReadFile(name + ".yaml")
	if err != nil {
		hint := nearest(name, builtIn(), about(name))
		if file := name + ".yaml"; playbook.ValidID(name) {
			if _, err := p.ReadFile(file); err == nil {
				hint = "did you mean the file ./" + file + "?"
			}
		}
		return source{}, usagef(hint, "there is no playbook %q", name)
	}
	return source{"playbooks/" + name + ".yaml", data}, nil
}

func (p *program) readSource(path string) (source, error) {
	data, err := p.ReadFile(path)
	if err != nil {
		var perr *fs.PathError
		if errors.As(err, &perr) {
			return source{}, usagef("", "%s: %s", path, perr.Err)
		}
		return source{}, usagef("", "%s", err)
	}
	return source{filepath.ToSlash(path), data}, nil
}

// about is a hint with the playbook that speaks most of a word, such as the
// name of a company or a product.
func about(word string) string {
	const least = 4 // letters; shorter ones are parts of others
	best, most := "", 0
	for _, id := range builtIn() {
		data, err := playbooks.Files.ReadFile(id + ".yaml")
		if n := named(string(data), word); err == nil && len(word) >= least && n > most {
			best, most = id, n
		}
	}
	if best == "" {
		return "see: authdoctor playbook list"
	}
	return "for that, try: authdoctor diagnose " + best + "\nor see: authdoctor playbook list"
}

// named counts how often a text has a word, whole and in whatever case.
func named(text, word string) int {
	n := 0
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.EqualFold(w, word) {
			n++
		}
	}
	return n
}

// nearest is a hint with the candidate that was probably meant.
func nearest(word string, candidates []string, otherwise string) string {
	if s := playbook.Suggest(word, candidates); s != "" {
		return "did you mean " + s + "?"
	}
	return otherwise
}

// load reads a playbook strictly. A broken one is the user's to mend.
func (p *program) load(name string) (*playbook.Playbook, error) {
	src, err := p.readBook(name)
	if err != nil {
		return nil, err
	}
	book, err := playbook.Parse(src.name, src.data, usable)
	if err != nil {
		return nil, &diag.UsageError{Err: err, Hint: "see: authdoctor playbook lint " + name}
	}
	return book, nil
}

// compile makes a playbook ready to diagnose with, variables filled in.
func (p *program) compile(book *playbook.Playbook, surface string) (*engine.Book, error) {
	vars, err := p.variables()
	if err != nil {
		return nil, err
	}
	for name := range vars {
		if _, ok := book.Vars[name]; !ok {
			return nil, usagef(nearest(name, sortedKeys(book.Vars), "variables: "+strings.Join(sortedKeys(book.Vars), ", ")),
				"playbook %s has no variable %q", book.ID, name)
		}
	}
	compiled, err := engine.Compile(book, vars)
	if err != nil {
		return nil, usagef("", "playbook %s: %s", book.ID, err)
	}
	if err := p.checkValues(compiled, vars); err != nil {
		return nil, err
	}
	if surface != "" {
		if err := book.CheckSurface(surface); err != nil {
			return nil, mistake(err)
		}
		compiled.Surface = surface
	}
	return compiled, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
