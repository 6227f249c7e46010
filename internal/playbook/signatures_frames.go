package playbook

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// wordFamilies reads the families of a file: words that tell the same, each
// family as one regular expression.
func (r *signatureReader) wordFamilies(o *object) map[string]string {
	n := o.take("families")
	if n == nil {
		return nil
	}
	families := map[string]string{}
	fields, _ := r.entries(n, "/families", o.of("families"))
	for _, f := range fields {
		families[f.key.text] = f.value.text
		if r.patterns {
			r.compiles(f.value.text, f.value.at, "family "+quote(f.key.text))
		}
	}
	return families
}

// compiles is the regular expression of a text; nil, and a problem, when it is
// none.
func (r *signatureReader) compiles(text string, at span, what string) *regexp.Regexp {
	re, err := regexp.Compile("(?i)" + text)
	if err != nil {
		r.add("PB009", at, "%s is no regular expression: %s", what, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return re
}

// frames reads the frames of a signature, each the names of its families.
func (r *signatureReader) frames(o *object) (list [][]string) {
	for _, text := range o.texts("frames") {
		list = append(list, r.named(o, "frames", strings.Fields(text)))
	}
	return list
}

// named are the families with some names.
func (r *signatureReader) named(o *object, key string, names []string) (list []string) {
	for _, name := range names {
		family, ok := r.families[name]
		if !ok {
			known := slices.Sorted(maps.Keys(r.families))
			r.addUnknown("PB012", r.valueAt(o.path+"/"+key), name, known, "unknown family %s in %s of %s", quote(name), key, o.name)
			continue
		}
		list = append(list, family)
	}
	return list
}
