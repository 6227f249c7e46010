package playbook

import (
	"math"
	"strconv"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func names(words []numberWord) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.word
	}
	return list
}

// wordOrNumber reads a number or the word that stands for it.
func (d *decoder) wordOrNumber(n *node, name, what string, words []numberWord, limits string) (value float64, text string) {
	if n.kind != scalarNode {
		d.wrongType(n, name, "a word or a number")
		return 0, ""
	}
	if v, ok := n.number(); ok {
		return v, ""
	}
	if v, ok := lookUp(words, n.text); ok {
		return v, n.text
	}
	hint := meant(n.text, names(words))
	if !strings.HasPrefix(hint, "did") {
		hint = strings.TrimPrefix(hint, "known: ") + ", or a number " + limits
	}
	d.addHint("PB013", n.at, hint, "unknown %s %s in %s", what, quote(n.text), name)
	return 0, ""
}

// likelihood reads one probability.
func (d *decoder) likelihood(n *node, name string) Likelihood {
	p, text := d.wordOrNumber(n, name, "likelihood", likelihoodWords, "from 0 to 1")
	if p < 0 || p > 1 {
		d.add("PB014", n.at, "likelihood %s in %s; it must be from 0 to 1", n.text, name)
		p = 0
	}
	return Likelihood{P: p, Word: text}
}

// optional reads one probability that may be absent.
func (o *object) optional(key string) *Likelihood {
	n := o.take(key)
	if n == nil {
		return nil
	}
	l := o.d.likelihood(n, o.of(key))
	return &l
}

// likelihoods reads a mapping from ids to probabilities.
func (o *object) likelihoods(key string) map[string]Likelihood {
	n := o.take(key)
	if n == nil {
		return nil
	}
	return o.d.row(n, o.path+"/"+key, o.of(key))
}

func (d *decoder) row(n *node, path, name string) Row {
	fields, ok := d.entries(n, path, name)
	if !ok {
		return nil
	}
	row := Row{}
	for _, f := range fields {
		row[f.key.text] = d.likelihood(f.value, name)
	}
	return row
}

// optionalRow reads a mapping from outcomes to probabilities.
func (o *object) optionalRow(key string) Row {
	return Row(o.likelihoods(key))
}

// rows reads a mapping from causes to rows.
func (o *object) rows(key string) map[string]Row {
	n := o.take(key)
	if n == nil {
		return nil
	}
	path := o.path + "/" + key
	fields, ok := o.d.entries(n, path, o.of(key))
	if !ok {
		return nil
	}
	rows := map[string]Row{}
	for _, f := range fields {
		rows[f.key.text] = o.d.row(f.value, path+"/"+f.key.text, "the row of "+quote(f.key.text)+" in "+o.name)
	}
	return rows
}

// condition reads a mapping from what is known to the values that fulfil it.
func (o *object) condition(key string) Condition {
	n := o.take(key)
	if n == nil {
		return nil
	}
	return o.d.condition(n, o.path+"/"+key, o.of(key))
}

func (d *decoder) condition(n *node, path, name string) Condition {
	fields, ok := d.entries(n, path, name)
	if !ok {
		return nil
	}
	c := Condition{}
	for _, f := range fields {
		c[f.key.text] = d.texts(f.value, path+"/"+f.key.text, quote(f.key.text)+" in "+name)
	}
	return c
}

func layers() []string {
	list := make([]string, len(diag.Layers))
	for i, l := range diag.Layers {
		list[i] = string(l)
	}
	return list
}

func stages() []string {
	list := make([]string, len(diag.Stages))
	for i, s := range diag.Stages {
		list[i] = string(s)
	}
	return list
}

func itemPath(path string, i int) string { return path + "/" + strconv.Itoa(i) }

// round drops what only floating point added.
func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }
