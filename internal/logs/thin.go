package logs

import (
	"maps"
	"slices"
)

// half is the count that half of a full list have at most. They make room: a
// flood of what comes once must not hide who comes again and again, however
// long it was before.
func half[K comparable, V any](list map[K]V, count func(V) int) int {
	counts := make([]int, 0, len(list))
	for _, v := range list {
		counts = append(counts, count(v))
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}

// thin counts the smaller half of a list together.
func thin(list map[string]*Entry) {
	rest := list[restKey]
	if rest == nil {
		rest = &Entry{Key: restKey}
	}
	delete(list, restKey)
	least := half(list, func(e *Entry) int { return e.Count })
	maps.DeleteFunc(list, func(_ string, e *Entry) bool {
		if e.Count > least {
			return false
		}
		rest.join(e)
		return true
	})
	list[restKey] = rest
}

// join counts another entry in.
func (e *Entry) join(o *Entry) {
	e.Count += o.Count
	if o.First == nil {
		return
	}
	if e.First == nil || o.First.Before(*e.First) {
		e.First = o.First
	}
	if e.Last == nil || o.Last.After(*e.Last) {
		e.Last = o.Last
	}
}

// thin forgets the smaller half of the pairs, and the names that no other has.
// A source or an account with many small ones is kept, where there is room.
func (p *pairs) thin() {
	least := half(p.list, func(one *pair) int { return int(one.count) })
	sums := map[uint32]int{}
	for d, one := range p.list {
		sums[d.source] += int(one.count)
		sums[d.user] += int(one.count)
	}
	small := func(d duo, one *pair) bool {
		return int(one.count) <= least && sums[d.source] <= few+least && sums[d.user] <= few+least
	}
	gone := 0
	for d, one := range p.list {
		if small(d, one) {
			gone++
		}
	}
	if gone < len(p.list)/4 {
		small = func(_ duo, one *pair) bool { return int(one.count) <= least }
	}
	maps.DeleteFunc(p.list, func(d duo, one *pair) bool {
		if !small(d, one) {
			return false
		}
		p.dropped += int(one.count)
		return true
	})
	old, list := p.names, p.list
	p.list, p.number, p.names = make(map[duo]*pair, len(list)), map[string]uint32{}, nil
	p.id("")
	p.id(restKey)
	for d, one := range list {
		p.list[duo{p.id(old[d.user]), p.id(old[d.source])}] = one
	}
}
