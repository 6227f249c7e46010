package playbook

import (
	"math"
	"strconv"
	"strings"
)

// A decoder turns nodes into values. It goes on after a mistake, so that all
// mistakes of a file are told together.
type decoder struct {
	*source
	places map[string]place
}

// A place is where a key and its value stand. Places are found by a path such
// as "cause/stale-token/prior".
type place struct{ key, value span }

func newDecoder(s *source) *decoder { return &decoder{source: s, places: map[string]place{}} }

// keyAt is where the key of a path stands; for a path that is not in the file
// the nearest one around it.
func (d *decoder) keyAt(path string) span { return d.nearest(path).key }

// valueAt is where the value of a path stands.
func (d *decoder) valueAt(path string) span { return d.nearest(path).value }

func (d *decoder) nearest(path string) place {
	for {
		if p, ok := d.places[path]; ok {
			return p
		}
		cut := strings.LastIndexByte(path, '/')
		if cut < 0 {
			one := span{1, 1, 0}
			return place{one, one}
		}
		path = path[:cut]
	}
}

// An object is a mapping whose keys are fixed. Every key that is asked for is
// a known one; finish reports the rest.
type object struct {
	d      *decoder
	name   string // for messages: `cause "stale-token"`
	path   string
	at     span
	fields []field
	known  []string
	// missing keys are reported by finish, unless an unknown key was probably
	// meant to be one.
	missing []string
	broken  bool // not a mapping: already reported
}

// object takes a value as a mapping with fixed keys.
func (d *decoder) object(n *node, path, name string) *object {
	o := &object{d: d, name: name, path: path, at: n.at}
	fields, ok := d.entries(n, path, name)
	o.fields, o.broken = fields, !ok
	return o
}

// entries takes a value as a mapping with free keys, each once.
func (d *decoder) entries(n *node, path, name string) ([]field, bool) {
	if n.kind != mapNode {
		d.wrongType(n, name, "a mapping")
		return nil, false
	}
	seen := map[string]bool{}
	var fields []field
	for _, f := range n.fields {
		if seen[f.key.text] {
			d.add("PB007", f.key.at, "duplicate key %s in %s", quote(f.key.text), name)
			continue
		}
		seen[f.key.text] = true
		d.places[path+"/"+f.key.text] = place{f.key.at, f.value.at}
		fields = append(fields, f)
	}
	return fields, true
}

func (d *decoder) wrongType(n *node, name, want string) {
	if n.kind == emptyNode {
		d.addHint("PB009", n.at, "leave the key out, or give it "+want, "%s has no value", name)
		return
	}
	d.add("PB009", n.at, "%s is %s; it must be %s", name, n.describe(), want)
}

// take returns the value of a key, nil when it is absent.
func (o *object) take(key string) *node {
	if !contains(o.known, key) {
		o.known = append(o.known, key)
	}
	for _, f := range o.fields {
		if f.key.text == key {
			return f.value
		}
	}
	return nil
}

// finish reports every key that was not asked for, and every one that is
// missing.
func (o *object) finish() {
	misspelt := map[string]bool{}
	for _, f := range o.fields {
		if !contains(o.known, f.key.text) {
			hint := suggestion(f.key.text, o.known)
			if len(o.missing) > 0 {
				misspelt[Suggest(f.key.text, o.known)] = true
			}
			if f.value.kind == emptyNode && strings.Contains(f.key.text, " ") {
				hint = func() string { return "a comma ends a text inside { }: quote the text" }
			}
			o.d.addFinding("PB006", f.key.at, hint, "unknown key %s in %s", quote(f.key.text), o.name)
		}
	}
	for _, key := range o.missing {
		if !misspelt[key] {
			o.d.addHint("PB008", o.at, "add "+key+":", "%s has no %s", o.name, key)
		}
	}
}

func contains(list []string, word string) bool {
	for _, l := range list {
		if l == word {
			return true
		}
	}
	return false
}

func (o *object) of(key string) string { return key + " of " + o.name }

// need is take for a key that must be there.
func (o *object) need(key string) *node {
	n := o.take(key)
	if n == nil && !o.broken && !contains(o.missing, key) {
		o.missing = append(o.missing, key)
	}
	return n
}

// text reads one scalar; "" when the key is absent.
func (o *object) text(key string) string {
	return o.d.text(o.take(key), o.of(key))
}

// needText reads one scalar that must be there.
func (o *object) needText(key string) string {
	return o.d.text(o.need(key), o.of(key))
}

func (d *decoder) text(n *node, name string) string {
	if n == nil {
		return ""
	}
	if n.kind != scalarNode {
		d.wrongType(n, name, "a single value")
		return ""
	}
	if strings.TrimSpace(n.text) == "" {
		d.add("PB009", n.at, "%s is empty", name)
	}
	return n.text
}

// texts reads a list of scalars, or one scalar as a list of one.
func (o *object) texts(key string) []string {
	return o.d.texts(o.take(key), o.path+"/"+key, o.of(key))
}

func (d *decoder) texts(n *node, path, name string) []string {
	switch {
	case n == nil:
		return nil
	case n.kind == scalarNode:
		d.places[path+"/0"] = place{n.at, n.at}
		return []string{d.text(n, name)}
	case n.kind != listNode:
		d.wrongType(n, name, "a list")
		return nil
	}
	list := make([]string, 0, len(n.items))
	for i, item := range n.items {
		d.places[path+"/"+strconv.Itoa(i)] = place{item.at, item.at}
		list = append(list, d.text(item, "an entry of "+name))
	}
	return list
}

// items reads a list of anything.
func (o *object) items(key string) []*node {
	n := o.take(key)
	if n == nil {
		return nil
	}
	if n.kind != listNode {
		o.d.wrongType(n, o.of(key), "a list")
		return nil
	}
	return n.items
}

// number reads a number from low to high; 0 when the key is absent.
func (o *object) number(key string, low, high float64) float64 {
	n := o.take(key)
	if n == nil {
		return 0
	}
	v, ok := n.number()
	if !ok {
		o.d.wrongType(n, o.of(key), "a number")
		return 0
	}
	if v < low || v > high {
		o.d.add("PB014", n.at, "%s is %s; it must be from %s to %s", o.of(key), n.text, short(low), short(high))
	}
	return v
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// number reads a plain decimal number: no hexadecimal, no infinity.
func (n *node) number() (float64, bool) {
	if n.kind != scalarNode || n.quoted || strings.Trim(n.text, "+-.0123456789eE") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(n.text, 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// flag reads true or false; false when the key is absent.
func (o *object) flag(key string) bool {
	n := o.take(key)
	if n == nil {
		return false
	}
	if n.kind != scalarNode || n.quoted || n.text != "true" && n.text != "false" {
		o.d.wrongType(n, o.of(key), "true or false")
		return false
	}
	return n.text == "true"
}

// word reads a scalar that is one of a fixed list.
func (o *object) word(n *node, key string, known []string) string {
	text := o.d.text(n, o.of(key))
	if text != "" && !contains(known, text) {
		o.d.addUnknown("PB015", n.at, text, known, "unknown %s %s in %s", key, quote(text), o.name)
	}
	return text
}

// words reads a list of scalars, each one of a fixed list.
func (o *object) words(key, what string, known []string) []string {
	list := o.texts(key)
	for i, text := range list {
		if text != "" && !contains(known, text) {
			at := o.d.valueAt(o.path + "/" + key + "/" + strconv.Itoa(i))
			o.d.addUnknown("PB015", at, text, known, "unknown %s %s in %s", what, quote(text), o.name)
		}
	}
	return list
}

// id reads the id of an item. It falls back to the item's number, so that
// what follows can be told apart.
func (o *object) id() string {
	n := o.need("id")
	id := o.d.text(n, o.of("id"))
	if id != "" {
		o.d.checkID(id, n.at)
	}
	return id
}

// checkID reports a malformed id.
func (d *decoder) checkID(id string, at span) {
	if !validID(id) {
		d.addHint("PB010", at, "use lower-case letters, digits and single hyphens, at most 64 of them",
			"malformed id %s", quote(id))
	}
}

func validID(id string) bool {
	if id == "null" || len(id) > maxID { // as a value, YAML reads null as nothing
		return false
	}
	for _, word := range strings.Split(id, "-") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return true
}
