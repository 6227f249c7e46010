package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Parse reads a playbook, strictly: what it returns is sound, and the engine
// may rely on it. name is how the user called the file. The error is a
// *Problems with everything that is wrong.
func Parse(name string, data []byte, values ...Values) (*Playbook, error) {
	r := read(name, data)
	r.checkValues(values)
	if err := r.err(); err != nil {
		return nil, err
	}
	return r.book, nil
}

// A reader is a playbook while it is read: the book, and where each part of it
// stands in the file.
type reader struct {
	*decoder
	book *Playbook
}

// read decodes a playbook and checks that its parts fit together.
func read(name string, data []byte) *reader {
	s := openSource(name, data)
	r := &reader{decoder: newDecoder(s), book: &Playbook{Path: name}}
	sum := sha256.Sum256(data)
	r.book.SHA256 = hex.EncodeToString(sum[:])
	root := s.tree()
	if root == nil {
		return r
	}
	o := r.object(root, "", "the playbook")
	if !r.schema(o, Schema) {
		return r
	}
	r.head(o)
	r.parts(o)
	o.finish()
	r.addLeak()
	r.checkParts()
	return r
}

// schema checks the first thing that a file says of itself. A file of another
// format gets this one message only.
func (d *decoder) schema(o *object, want string) bool {
	if o.broken {
		return false
	}
	n := o.need("schema")
	if n == nil {
		return true
	}
	if got := d.text(n, o.of("schema")); got != want {
		d.addHint("PB005", n.at, "this program reads "+want, "unknown schema %s", quote(got))
		return false
	}
	return true
}

func (r *reader) head(o *object) {
	b := r.book
	b.ID = o.id()
	b.Title = o.needText("title")
	b.Version = o.needText("version")
	b.Summary = o.text("summary")
	b.Service = o.text("service")
	if n := o.need("surfaces"); n != nil {
		if b.Surfaces = o.words("surfaces", "surface", diag.Surfaces); n.kind == listNode && len(n.items) == 0 {
			r.add("PB009", n.at, "%s is empty", o.of("surfaces"))
		}
	}
	b.Vars = r.vars(o.take("vars"), "/vars", "vars")
	b.Warnings = o.texts("warnings")
	b.Sources = r.sources(o)
	b.Reviewed = o.text("reviewed")
	b.Escalate = r.escalate(o)
	b.Prevent = o.texts("prevent")
}

// vars reads a mapping from names to scalars; a list becomes one value, joined
// by commas.
func (d *decoder) vars(n *node, path, name string) map[string]string {
	vars := map[string]string{}
	if n == nil {
		return vars
	}
	fields, _ := d.entries(n, path, name)
	for _, f := range fields {
		if !validVar(f.key.text) {
			d.addHint("PB010", f.key.at, "use lower-case letters, digits and _", "malformed variable name %s", quote(f.key.text))
		}
		vars[f.key.text] = d.joined(f.value, quote(f.key.text)+" of "+name)
		d.refuseSecret(f, vars[f.key.text])
	}
	return vars
}

// refuseSecret keeps secrets out of a file that is made to be shared.
func (d *decoder) refuseSecret(f field, value string) {
	if secretVariable(f.key.text) {
		d.mask(f)
		d.addHint("PB024", f.key.at, "remove it; secrets are given by flag", "secret variable %s", quote(f.key.text))
	}
	if hasPassword(value) {
		d.mask(f)
		d.addHint("PB024", f.value.at, "leave the name and the password out", "address with a password")
	}
}

func validVar(name string) bool {
	return name != "" && len(name) <= maxID && name[0] >= 'a' && name[0] <= 'z' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// joined reads a scalar, or a list of them joined by commas. Empty text is a
// value here.
func (d *decoder) joined(n *node, name string) string {
	if n.kind == scalarNode {
		return n.text
	}
	if n.kind != listNode {
		d.wrongType(n, name, "a single value or a list")
		return ""
	}
	list := make([]string, len(n.items))
	for i, item := range n.items {
		list[i] = d.text(item, "an entry of "+name)
	}
	return strings.Join(list, ",")
}

func (r *reader) sources(o *object) []Source {
	var list []Source
	for i, n := range o.items("sources") {
		path := "/sources/" + strconv.Itoa(i)
		r.places[path] = place{n.at, n.at}
		if n.kind == scalarNode {
			text := r.text(n, "a source")
			if isURL(text) {
				list = append(list, Source{URL: text})
			} else {
				list = append(list, Source{Title: text})
			}
			continue
		}
		s := r.object(n, path, "source "+strconv.Itoa(i+1))
		source := Source{Title: s.needText("title"), URL: s.text("url")}
		if source.URL != "" && !isURL(source.URL) {
			r.addHint("PB009", r.valueAt(path+"/url"), "write https://…", "%s is no web address", s.of("url"))
		}
		s.finish()
		list = append(list, source)
	}
	return list
}

func isURL(text string) bool {
	rest, ok := strings.CutPrefix(text, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(text, "http://")
	}
	return ok && rest != "" && !strings.ContainsAny(rest, " \n<>\"")
}

func (r *reader) escalate(o *object) *Escalate {
	n := o.take("escalate")
	if n == nil {
		return nil
	}
	if n.kind == scalarNode {
		return &Escalate{Minutes: escalateMinutes, Text: r.text(n, "escalate")}
	}
	e := r.object(n, "/escalate", "escalate")
	defer e.finish()
	minutes := escalateMinutes
	if n := e.take("minutes"); n != nil {
		minutes = e.number("minutes", 0, maxMinutes)
	}
	return &Escalate{Minutes: minutes, To: e.text("to"), Text: e.text("text"), Ask: e.text("ask"), Give: e.texts("give")}
}

// escalateMinutes is what it costs to turn to somebody else when the author
// does not say; at nothing the cheapest plan would be to try nothing.
const escalateMinutes = 60.

// maxMinutes is four weeks: anything longer is a slip of the pen.
const maxMinutes = 4 * 7 * 24 * 60

func (r *reader) parts(o *object) {
	b := r.book
	b.Symptoms = decodeList(r, o, "symptoms", "symptom", "symptom", (*reader).symptom)
	o.need("causes")
	b.Causes = decodeList(r, o, "causes", "cause", "cause", (*reader).cause)
	b.Checks = decodeList(r, o, "checks", "check", "check", (*reader).check)
	b.Questions = decodeList(r, o, "questions", "question", "question", (*reader).question)
	if !b.Sorts() {
		o.need("steps")
	}
	b.Steps = decodeList(r, o, "steps", "step", "step", (*reader).step)
	b.Retest = decodeList(r, o, "retest", "checkpoint", "checkpoint", (*reader).checkpoint)
	b.Guides = decodeList(r, o, "guides", "guide", "guide", (*reader).guide)
}

// decodeList reads a list of things that have an id, each id once.
func decodeList[T any](r *reader, o *object, key, base, kind string, decode func(*reader, *object, string) T) []T {
	var list []T
	seen := map[string]bool{}
	items := o.items(key)
	if n := o.take(key); n != nil && n.kind == listNode && len(items) == 0 && (key == "causes" || key == "steps") {
		r.add("PB009", n.at, "%s is empty", o.of(key))
	}
	for i, n := range items {
		path, name := fmt.Sprintf("%s/#%d", base, i), fmt.Sprintf("%s %d", kind, i+1)
		if id := idOf(n); id != "" && !seen[id] {
			path, name = base+"/"+id, kind+" "+quote(id)
		} else if id != "" {
			r.add("PB011", idNode(n).at, "duplicate %s %s", kind, quote(id))
		}
		seen[idOf(n)] = true
		r.places[path] = place{n.at, n.at}
		item := r.object(n, path, name)
		list = append(list, decode(r, item, item.id()))
		item.finish()
	}
	return list
}

func idNode(n *node) *node {
	for _, f := range n.fields {
		if f.key.text == "id" {
			return f.value
		}
	}
	return nil
}

func idOf(n *node) string {
	if v := idNode(n); v != nil && v.kind == scalarNode {
		return v.text
	}
	return ""
}

// addLeak makes the leak the last cause.
func (r *reader) addLeak() {
	b := r.book
	var causes []Cause
	var leaks []Cause
	total := 0.
	for _, c := range b.Causes {
		if c.Leak {
			leaks = append(leaks, c)
			continue
		}
		causes, total = append(causes, c), total+c.Prior
	}
	if len(leaks) == 0 {
		leaks = []Cause{{ID: leakID, Title: leakTitle, Prior: total * leakShare / (1 - leakShare), Leak: true}}
	}
	b.Causes = append(causes, leaks...)
}

// The leak that is added.
const (
	leakID    = "other"
	leakTitle = "Something else"
)
