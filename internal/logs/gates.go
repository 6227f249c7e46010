package logs

import (
	"cmp"
	"slices"
	"time"
)

// Limits of what is remembered of a web server's parts.
const (
	maxGates  = 256
	maxAsked  = 8192 // questions for a name that nobody answered yet
	maxSlots  = 4096 // of each part
	gateSlot  = 5 * time.Minute
	answering = 30 * time.Second // a program that is asked for a name comes again at once
	minTurned = 20
)

// A gate is a part of a web server's paths. One that let people in without a
// question and then asks nearly everybody, and nobody answers, has broken: a
// deployment lost its keys, or demands what nobody has.
type gate struct {
	open     map[int64]int // let in without a question, by time
	asked    []*record
	answered int
}

type gates struct {
	list  map[string]*gate
	last  map[string]*record // the last question, by source
	asked int
}

func newGates() *gates { return &gates{list: map[string]*gate{}, last: map[string]*record{}} }

func (g *gates) of(app string) *gate {
	one := g.list[app]
	if one == nil && len(g.list) < maxGates {
		one = &gate{open: map[int64]int{}}
		g.list[short(app)] = one
	}
	return one
}

// asks notes a question for a name.
func (g *gates) asks(r *record) {
	one := g.of(r.app)
	if one == nil || g.asked >= maxAsked || r.when.IsZero() {
		return
	}
	g.asked++
	one.asked = append(one.asked, r)
	g.last[r.source] = r
}

// passes notes somebody who got what they asked for: behind a question, or
// without one.
func (g *gates) passes(app, source string, at time.Time) {
	one := g.of(app)
	if one == nil || at.IsZero() {
		return
	}
	if r := g.last[source]; r != nil {
		delete(g.last, source)
		if r.app == app && at.Sub(r.when).Abs() <= answering {
			r.count = 0
			one.answered++
			return
		}
	}
	slot := at.Unix() / int64(gateSlot.Seconds())
	if _, ok := one.open[slot]; ok || len(one.open) < maxSlots {
		one.open[slot]++
	}
}

// turned are the questions that were refusals: of gates that broke.
func (g *gates) turned() []*record {
	var out []*record
	for _, one := range g.list {
		list := slices.DeleteFunc(one.asked, func(r *record) bool { return r.count == 0 })
		if one.broke(list) {
			out = append(out, list...)
		}
	}
	slices.SortFunc(out, func(a, b *record) int { return cmp.Or(a.when.Compare(b.when), cmp.Compare(a.source, b.source)) })
	return out
}

func (g *gate) broke(list []*record) bool {
	if len(list) < minTurned || 4*g.answered > len(list) {
		return false
	}
	slices.SortFunc(list, func(a, b *record) int { return a.when.Compare(b.when) })
	sources := map[string]bool{}
	for _, r := range list {
		sources[r.source] = true
	}
	began := list[len(list)/10].when.Unix() / int64(gateSlot.Seconds())
	before, after := 0, 0
	for slot, n := range g.open {
		if slot < began {
			before += n
		} else {
			after += n
		}
	}
	return len(sources) >= crowd && before >= minTurned && after <= len(list)
}
