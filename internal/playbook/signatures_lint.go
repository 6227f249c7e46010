package playbook

import (
	"bytes"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// SignatureTests hold the signatures of a file against all others, and against
// the playbooks. The rooms that can do so supply them; nil is not tested.
type SignatureTests struct {
	// Wins says what a message is taken for instead; empty when it is taken
	// for the signature, or for one that says the same.
	Wins func(s diag.Signature, message string) (instead string)
	// Fits reports whether a message holds the signature.
	Fits func(s diag.Signature, message string) bool
	// Leads says what is wrong with where a signature leads; empty for nothing.
	Leads func(playbook, cause string) (wrong string)
}

// IsSignatures tells a file of signatures from a playbook, by its schema.
func IsSignatures(data []byte) bool {
	for line := range bytes.Lines(data) {
		if key, value, ok := bytes.Cut(line, []byte(":")); ok && string(key) == "schema" {
			return bytes.HasPrefix(bytes.Trim(value, " \"'"), []byte("authdoctor.signatures/"))
		}
	}
	return false
}

// LintSignatures reads a file of signatures like ParseSignatures and then
// holds each to its examples and near misses. The file is nil when it cannot
// be read.
func LintSignatures(name string, data []byte, tests SignatureTests) (*SignatureFile, []Problem) {
	r := readSignatures(name, data, true)
	if list := r.problems(); len(list) > 0 {
		return nil, list
	}
	for i, s := range r.file.List {
		r.lint(itemPath("/signatures", i), s, r.file.ours[i], tests)
	}
	return r.file, r.problems()
}

// lint looks at one signature, of whose near misses ours are its own.
func (r *signatureReader) lint(path string, s diag.Signature, ours int, tests SignatureTests) {
	name := "signature " + quote(s.ID)
	if len(s.Examples) == 0 {
		r.addHint("PB060", r.keyAt(path), "add examples: with a message as it is printed", "%s has no example", name)
	}
	for i, message := range s.Examples {
		if tests.Wins == nil {
			break
		}
		if instead := tests.Wins(s, message); instead != "" {
			r.addHint("PB061", r.valueAt(r.itemOr(path, "/examples", i)), "", "the example %s of %s is taken for %s", quote(message), name, instead)
		}
	}
	if len(s.NearMisses) == 0 {
		r.addHint("PB063", r.keyAt(path), "add near: to it or to the file", "%s has no near miss", name)
	}
	for i, message := range s.NearMisses {
		if tests.Fits != nil && tests.Fits(s, message) {
			at := r.valueAt(r.itemOr(path, "/near", i))
			if i >= ours {
				at = r.valueAt("/near")
			}
			r.add("PB062", at, "the near miss %s of %s is hit", quote(message), name)
		}
	}
	if tests.Leads != nil {
		if wrong := tests.Leads(s.Playbook, s.Cause); wrong != "" {
			r.add("PB064", r.valueAt(path+"/playbook"), "%s leads to %s", name, wrong)
		}
	}
	if !strings.HasPrefix(s.Reference, "https://") {
		at := r.valueAt("/reference")
		if own, ok := r.places[path+"/reference"]; ok {
			at = own.value
		}
		r.addHint("PB065", at, "write it out, with https://", "the reference of %s is %s", name, quote(s.Reference))
	}
}

// itemOr is the path of an item of a list, or of the list where its items have
// no place of their own.
func (r *signatureReader) itemOr(path, list string, i int) string {
	if item := itemPath(path+list, i); r.places[item] != (place{}) {
		return item
	}
	return path + list
}
