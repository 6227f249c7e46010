package playbook

import (
	"strings"
)

// Values says what keeps a value from being a parameter of a kind of probe,
// and a value that could be one; an empty problem is none.
type Values func(kind, param, value string) (problem, example string)

// Variables lists the variables that a text is filled with.
func Variables(text string) []string { return variablesIn(text) }

// checkValues holds what is written out in the file against what the probes
// can use: parameters, the variables that they are made of, and what an answer
// makes of those. What is only known later is not looked at.
func (r *reader) checkValues(values []Values) {
	if len(values) == 0 || len(r.found) > 0 {
		return
	}
	for i := range r.book.Checks {
		c := &r.book.Checks[i]
		for _, param := range sortedKeys(c.With) {
			v := valueOf{values[0], c, param, c.With[param]}
			at := r.valueAt("check/" + c.ID + "/with/" + param)
			if name := v.variable(); name != "" {
				at = r.valueAt("/vars/" + name)
			}
			r.checkValue(v, at, nil)
			r.checkSets(v)
		}
	}
}

// checkSets looks at what a parameter becomes by an answer.
func (r *reader) checkSets(v valueOf) {
	for i := range r.book.Questions {
		q := &r.book.Questions[i]
		for _, c := range q.Choices {
			for _, name := range variablesIn(v.template) {
				if _, ok := c.Sets[name]; ok {
					r.checkValue(v, r.valueAt("question/"+q.ID+"/choices/"+c.ID+"/sets/"+name), c.Sets)
				}
			}
		}
	}
}

// A valueOf is a parameter of a check.
type valueOf struct {
	can      Values
	check    *Check
	param    string
	template string
}

// variable is the one that the parameter consists of; empty for none.
func (v valueOf) variable() string {
	if names := variablesIn(v.template); len(names) == 1 && strings.HasPrefix(v.template, "{{") && strings.HasSuffix(v.template, "}}") {
		return names[0]
	}
	return ""
}

func (r *reader) checkValue(v valueOf, at span, sets map[string]string) {
	value, ok := r.filled(v.template, sets)
	if !ok || value == "" {
		return
	}
	if problem, example := v.can(v.check.Run, v.param, value); problem != "" {
		r.addHint("PB044", at, "write it as in "+example, "%s of check %s cannot be %s: %s", quote(v.param), quote(v.check.ID), quote(value), problem)
	}
}

// filled puts variables in; false where one has no value yet.
func (r *reader) filled(template string, sets map[string]string) (string, bool) {
	var pairs []string
	for _, name := range variablesIn(template) {
		value := r.book.Vars[name]
		if set, ok := sets[name]; ok {
			value = set
		}
		if value == "" {
			return "", false
		}
		pairs = append(pairs, "{{"+name+"}}", value)
	}
	value := strings.NewReplacer(pairs...).Replace(template)
	return value, !strings.Contains(value, "{{") // what is left is a mistake of another kind
}
