// Package playbooks holds the playbooks that come with authdoctor, each with
// its scenarios beside it, and the signatures: what error messages mean.
package playbooks

import "io/fs"

var (
	// Files holds *.yaml and *.test.yaml.
	Files fs.ReadFileFS = files
	// Signatures holds signatures/*.yaml. Nothing decodes them but the commands
	// that need them.
	Signatures fs.ReadFileFS = files
)
