package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// badValue is the mistake of a value that a probe cannot use. Before is what
// stands before a parameter's name where it was given, such as "--".
func badValue(before string, pr probe.Probe, bad *probe.BadValue, value string) error {
	if bad.Param == "" {
		return usagef("see: authdoctor probe "+pr.Kind+" --help", "probe %s: %s", pr.Kind, bad.Problem)
	}
	hint, name := "see: authdoctor probe "+pr.Kind+" --help", before+bad.Param
	if bad.Example != "" {
		shown := before + bad.Param
		if bad.Wants != "" { // the value is in order, and lacks a companion
			shown = before + bad.Wants
		}
		hint = "for example: " + shown + " " + bad.Example
		if strings.Contains(before, " ") { // --with CHECK.PARAMETER=VALUE
			hint = "for example: " + shown + "=" + bad.Example
		}
	}
	return usagef(hint, "%s %s: %s", name, shownValue(pr, bad.Param, value), bad.Problem)
}

// longestShown bounds a value in a message.
const longestShown = 80

// shownValue is a value fit to be shown: a name that belongs to a secret is
// not, nor is whatever stands before the @ of an address.
func shownValue(pr probe.Probe, param, value string) string {
	for _, q := range pr.Params {
		if q.Name == param && q.Secret && len(givenSecrets(pr, map[string]string{param: value})) == 0 {
			return "(not shown)"
		}
	}
	scheme, rest, ok := strings.Cut(value, "://")
	if at := strings.LastIndexByte(rest, '@'); ok && at >= 0 {
		value = scheme + "://" + rest[at+1:]
	}
	if r := []rune(value); len(r) > longestShown {
		value = string(r[:longestShown]) + "…"
	}
	return fmt.Sprintf("%q", value)
}

// checkValues holds what the command line put into a playbook's checks,
// through --var, against what their probes can use.
func (p *program) checkValues(book *engine.Book, vars map[string]string) error {
	ev := diag.NewEvidence()
	for i := range book.Checks {
		c := &book.Checks[i]
		pr, _ := probe.Find(c.Run)
		with := engine.With(book, ev, c.ID)
		for _, param := range slices.Sorted(maps.Keys(with)) {
			name := givenVar(c.With[param], vars)
			if name == "" {
				continue
			}
			if bad := pr.CheckValue(param, with[param]); bad != nil {
				return badVar(pr, bad, name, vars[name])
			}
		}
	}
	return nil
}

// badVar is the mistake of a variable's value.
func badVar(pr probe.Probe, bad *probe.BadValue, name, value string) error {
	hint := ""
	if bad.Example != "" {
		hint = "for example: --var " + name + "=" + bad.Example
	}
	return usagef(hint, "--var %s=%s: %s", name, shownValue(pr, bad.Param, value), bad.Problem)
}

// givenVar is the variable of the command line that a parameter is made of;
// empty where none is.
func givenVar(template string, vars map[string]string) string {
	for _, name := range playbook.Variables(template) {
		if _, ok := vars[name]; ok {
			return name
		}
	}
	return ""
}

// checkFiles holds the files that the command line names for a playbook's
// checks against what their probes can use, and what was given together.
func checkFiles(book *engine.Book, env probe.Env, given map[string]map[string]bool, vars map[string]string) error {
	ev := diag.NewEvidence()
	for i := range book.Checks {
		c := &book.Checks[i]
		pr, _ := probe.Find(c.Run)
		with := engine.With(book, ev, c.ID)
		if lacks(pr, with) {
			continue // it is not run as it stands
		}
		bad := pr.Check(env, with)
		switch {
		case bad == nil:
		case given[c.ID][bad.Param] || bad.Param == "" && given[c.ID] != nil:
			return badValue("--with "+c.ID+".", pr, bad, with[bad.Param])
		default:
			if name := givenVar(c.With[bad.Param], vars); name != "" {
				return badVar(pr, bad, name, vars[name])
			}
		}
	}
	return nil
}

// lacks reports whether a parameter that the probe needs is not there.
func lacks(pr probe.Probe, with map[string]string) bool {
	return slices.ContainsFunc(pr.Params, func(q probe.Param) bool { return q.Required && with[q.Name] == "" })
}
