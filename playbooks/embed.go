// Package playbooks holds the playbooks that come with authdoctor, each with
// its scenarios beside it.
package playbooks

import "embed"

// Files holds *.yaml and *.test.yaml.
//
//go:embed *.yaml
var Files embed.FS

// Signatures holds signatures/*.yaml: what error messages mean. Nothing decodes
// them but the commands that need them.
//
//go:embed signatures/*.yaml
var Signatures embed.FS
