//go:build !packed

package playbooks

import "embed"

//go:embed *.yaml signatures/*.yaml
var files embed.FS
