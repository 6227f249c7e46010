package playbook

import (
	_ "embed"
	"strings"
)

//go:embed skeleton/playbook.yaml
var skeletonPlaybook string

//go:embed skeleton/scenarios.yaml
var skeletonScenarios string

// Skeleton is a playbook to begin with, and its scenarios: complete, without
// anything to complain about, and with comments that say what to change. id
// must be a valid id; ValidID tells.
func Skeleton(id string) (playbook, scenarios []byte) {
	fill := func(text string) []byte { return []byte(strings.ReplaceAll(text, "front-door", id)) }
	return fill(skeletonPlaybook), fill(skeletonScenarios)
}

// ValidID reports whether a word can be an id: lower-case words of letters and
// digits, joined by single hyphens.
func ValidID(id string) bool { return validID(id) }
