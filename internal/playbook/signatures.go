package playbook

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// SignaturesSchema is the schema of files that say what error messages mean.
const SignaturesSchema = "authdoctor.signatures/1"

// Advice is what a signature says when it does not say it itself.
type Advice struct {
	Meaning, Next, Actor, Playbook, Cause string
}

// SignatureFile is one file of signatures.
type SignatureFile struct {
	Path   string
	Advice map[string]Advice // by cause class; "" in each field is left to others
	List   []diag.Signature
	Marks  []diag.SystemMark
	Names  []diag.SystemMark
	lines  []int // of the signatures
	ours   []int // how many near misses of each are its own
}

// ParseSignatures reads a file of signatures strictly. The error is a
// *Problems.
func ParseSignatures(name string, data []byte) (*SignatureFile, error) {
	r := readSignatures(name, data, true)
	if err := r.err(); err != nil {
		return nil, err
	}
	return r.file, nil
}

// TrustSignatures reads a file that ParseSignatures is known to take, such as
// those that come with authdoctor: patterns are not compiled, which would take
// longer than reading the file.
func TrustSignatures(name string, data []byte) (*SignatureFile, error) {
	r := readSignatures(name, data, false)
	if err := r.err(); err != nil {
		return nil, err
	}
	return r.file, nil
}

func readSignatures(name string, data []byte, patterns bool) *signatureReader {
	s := openSource(name, data)
	r := &signatureReader{decoder: newDecoder(s), file: &SignatureFile{Path: name, Advice: map[string]Advice{}}, patterns: patterns}
	if root := s.tree(); root != nil {
		r.read(r.object(root, "", "the signature file"))
	}
	return r
}

// JoinSignatures makes one body of knowledge of several files. Advice of any
// file holds for all of them, where a signature and its own file say nothing.
// The error says which signature of which file is a second one or incomplete.
func JoinSignatures(files ...*SignatureFile) (diag.Signatures, error) {
	all := diag.Signatures{Advice: map[string]diag.Advice{}}
	general, places := map[string]Advice{}, map[string]string{}
	for _, f := range files {
		all.Marks, all.Names = append(all.Marks, f.Marks...), append(all.Names, f.Names...)
		for class, a := range f.Advice {
			if len(f.List) == 0 {
				general[class] = a
				all.Advice[class] = diag.Advice{Meaning: a.Meaning, Next: a.Next, Actor: a.Actor, Playbook: a.Playbook}
			}
		}
	}
	for _, f := range files {
		for i, s := range f.List {
			place := f.Path + ":" + strconv.Itoa(f.lines[i])
			if other := places[s.ID]; other != "" {
				return diag.Signatures{}, fmt.Errorf("%s: signature %q is also in %s", place, s.ID, other)
			}
			places[s.ID] = place
			advise(&s, f.Advice[s.Class])
			advise(&s, general[s.Class])
			if s.Meaning == "" || s.Next == "" || s.Actor == "" {
				return diag.Signatures{}, fmt.Errorf("%s: signature %q has no meaning, next or actor, and no advice for %s has", place, s.ID, s.Class)
			}
			all.List = append(all.List, s)
		}
	}
	return all, nil
}

// advise fills in what a signature leaves out.
func advise(s *diag.Signature, a Advice) {
	for _, f := range []struct {
		field *string
		value string
	}{{&s.Meaning, a.Meaning}, {&s.Next, a.Next}, {&s.Actor, a.Actor}, {&s.Playbook, a.Playbook}, {&s.Cause, a.Cause}} {
		if *f.field == "" {
			*f.field = f.value
		}
	}
}

// A signatureReader reads one file.
type signatureReader struct {
	*decoder
	file     *SignatureFile
	common   diag.Signature // what the file says of all of its signatures
	families map[string]string
	forms    []string // patterns with {n}
	examples []string // messages with {n} or {code}
	near     []string
	patterns bool // compile them, to see whether they can be
}

func (r *signatureReader) read(o *object) {
	if !r.schema(o, SignaturesSchema) {
		return
	}
	r.common = diag.Signature{System: o.text("system"), Reference: o.text("reference"), Shared: o.flag("shared")}
	r.common.Strength = diag.Strength(o.word(o.take("strength"), "strength", strengths()))
	r.forms, r.examples, r.near = o.texts("forms"), o.texts("example"), o.texts("near")
	r.common.With, r.common.Without, r.common.Literals = o.texts("with"), o.texts("without"), o.texts("literals")
	r.families = r.wordFamilies(o)
	r.common.Unless = r.named(o, "unless", o.texts("unless"))
	r.advice(o)
	r.file.Marks, r.file.Names = r.marks(o, "marks"), r.marks(o, "names")
	seen := map[string]bool{}
	for i, n := range o.items("signatures") {
		path := itemPath("/signatures", i)
		r.places[path] = place{n.at, n.at}
		s := r.signature(r.object(n, path, "signature "+strconv.Itoa(i+1)))
		if seen[s.ID] {
			r.add("PB011", n.at, "duplicate id %s", quote(s.ID))
		}
		seen[s.ID] = true
		r.file.List, r.file.lines = append(r.file.List, s), append(r.file.lines, n.at.line)
	}
	o.finish()
}

func strengths() []string {
	var words []string
	for _, s := range diag.Strengths {
		words = append(words, string(s))
	}
	return words
}

func (r *signatureReader) advice(o *object) {
	n := o.take("advice")
	if n == nil {
		return
	}
	fields, _ := r.entries(n, "/advice", o.of("advice"))
	for _, f := range fields {
		class := f.key.text
		if !contains(diag.Classes, class) {
			r.addUnknown("PB015", f.key.at, class, diag.Classes, "unknown class %s in %s", quote(class), o.of("advice"))
		}
		a := r.object(f.value, "/advice/"+class, "advice for "+class)
		r.file.Advice[class] = Advice{
			Meaning: a.text("meaning"), Next: a.text("next"), Actor: a.word(a.take("actor"), "actor", diag.Actors),
			Playbook: a.text("playbook"), Cause: a.text("cause"),
		}
		a.finish()
	}
}

func (r *signatureReader) marks(o *object, key string) (list []diag.SystemMark) {
	n := o.take(key)
	if n == nil {
		return nil
	}
	fields, _ := r.entries(n, "/"+key, o.of(key))
	for _, f := range fields {
		literals := r.texts(f.value, "/"+key+"/"+f.key.text, key+" of "+f.key.text)
		list = append(list, diag.SystemMark{System: f.key.text, Literals: literals})
	}
	return list
}

func (r *signatureReader) signature(o *object) diag.Signature {
	defer o.finish()
	s := r.common
	if s.ID = o.id(); s.ID != "" {
		o.name = "signature " + quote(s.ID)
	}
	s.Code, s.Title = o.text("code"), o.needText("title")
	s.Pattern = o.text("pattern")
	if own := o.texts("literals"); len(own) > 0 {
		s.Literals = own
	}
	if own := o.texts("with"); len(own) > 0 {
		s.With = own
	}
	s.Without = append(s.Without[:len(s.Without):len(s.Without)], o.texts("without")...)
	s.Frames = r.frames(o)
	s.Unless = append(s.Unless[:len(s.Unless):len(s.Unless)], r.named(o, "unless", o.texts("unless"))...)
	s.Class = o.word(o.need("class"), "class", diag.Classes)
	s.Alternatives = o.words("alternatives", "class", diag.Classes)
	s.Question = o.text("question")
	s.Meaning, s.Next = o.text("meaning"), o.text("next")
	s.Actor = o.word(o.take("actor"), "actor", diag.Actors)
	s.Playbook, s.Cause = o.text("playbook"), o.text("cause")
	s.Examples = o.texts("examples")
	s.NearMisses = o.texts("near")
	r.file.ours = append(r.file.ours, len(s.NearMisses))
	s.NearMisses = append(s.NearMisses, r.near...)
	r.override(o, &s)
	r.spell(o, &s)
	return s
}

// override takes what a signature says itself instead of its file.
func (r *signatureReader) override(o *object, s *diag.Signature) {
	for key, field := range map[string]*string{"system": &s.System, "reference": &s.Reference} {
		if text := o.text(key); text != "" {
			*field = text
		} else if *field == "" {
			r.addHint("PB008", o.at, "add "+key+":, here or for the whole file", "%s has no %s", o.name, key)
		}
	}
	s.OfLine, s.Lines = o.flag("of_line"), o.flag("lines")
	s.Step, s.After = o.flag("step"), o.flag("after")
	if o.take("shared") != nil {
		s.Shared = o.flag("shared")
	}
	if word := o.word(o.take("strength"), "strength", strengths()); word != "" {
		s.Strength = diag.Strength(word)
	}
	if s.Strength == "" {
		s.Strength = diag.StrengthCode
	}
	s.Certainty = o.word(o.take("certainty"), "certainty", diag.Certainties)
	if s.Certainty == "" {
		s.Certainty = usualCertainty(s.Strength)
	}
}

// usualCertainty is how sure a match of a strength makes.
func usualCertainty(s diag.Strength) string {
	switch s {
	case diag.StrengthCode, diag.StrengthDetail:
		return "exact"
	case diag.StrengthHint, diag.StrengthStatus, diag.StrengthGeneral:
		return "possible"
	}
	return "likely"
}

// spell works out how the message looks: numbers fill the forms of the file,
// and a signature that says nothing is found by its code.
func (r *signatureReader) spell(o *object, s *diag.Signature) {
	numbers := o.texts("numbers")
	if len(numbers) > 0 && len(r.forms) == 0 {
		r.addHint("PB008", o.at, "add forms: to the file", "%s has numbers and the file has no forms", o.name)
	}
	if len(numbers) > 0 {
		var quoted, forms []string
		for _, n := range numbers {
			quoted = append(quoted, regexp.QuoteMeta(n))
		}
		for _, f := range r.forms {
			forms = append(forms, strings.ReplaceAll(f, "{n}", "(?:"+strings.Join(quoted, "|")+")"))
		}
		if s.Pattern != "" {
			forms = append(forms, s.Pattern)
		}
		s.Pattern = strings.Join(forms, "|")
		s.Literals = append(s.Literals, numbers...)
	}
	if len(s.Literals) == 0 && s.Code != "" {
		s.Literals = []string{s.Code}
	}
	r.checkSpelling(o, s)
	if len(s.Examples) == 0 {
		fill := strings.NewReplacer("{n}", head(numbers), "{code}", s.Code)
		for _, e := range r.examples {
			s.Examples = append(s.Examples, fill.Replace(e))
		}
	}
}

func head(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// checkSpelling demands literals, except of what is no failed sign-in and has a
// pattern: that is the setting in which words stand, only tried beside weaker ones.
func (r *signatureReader) checkSpelling(o *object, s *diag.Signature) {
	if len(s.Literals) == 0 && (s.Class != "not_auth" || s.Pattern == "") {
		r.addHint("PB008", o.at, "add literals:, at least one of which every such message holds", "%s has no literals and no code", o.name)
	}
	for _, l := range s.Literals {
		if len(l) < 2 {
			r.add("PB009", o.at, "literal %s of %s is too short", quote(l), o.name)
		}
	}
	if !r.patterns {
		return
	}
	at := r.valueAt(o.path + "/pattern")
	re := r.compiles(s.Pattern, at, "pattern of "+o.name)
	if re == nil {
		return
	}
	for _, group := range re.SubexpNames() {
		if group != "" && !slices.Contains(diag.SignatureGroups, group) {
			r.addUnknown("PB015", at, group, diag.SignatureGroups, "unknown group %s in the pattern of %s", quote(group), o.name)
		}
	}
}
