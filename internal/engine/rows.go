package engine

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// rows are the likelihoods of a test as a document gives them: a row for
// everybody, and rows of some causes.
type rows struct {
	def   DocRow
	given map[string]DocRow
	also  map[int32]float64 // further causes that get a row of their own
}

// checkRows refuses rows that are none, and causes that are not there.
func (m *Model) checkRows(id string, outcomes []string, t *rows, index map[string]int32) error {
	if err := checkRow(t.def, len(outcomes)); err != nil {
		return fmt.Errorf("model %s: %s: default: %w", m.Name, id, err)
	}
	for _, c := range sortedKeys(t.given) {
		if _, ok := index[c]; !ok {
			return fmt.Errorf("model %s: %s: unknown cause %q", m.Name, id, c)
		}
		if err := checkRow(t.given[c], len(outcomes)); err != nil {
			return fmt.Errorf("model %s: %s: row of %s: %w", m.Name, id, c, err)
		}
	}
	return nil
}

func checkRow(row []float64, n int) error {
	sum := 0.0
	for _, p := range row {
		if !(p >= 0) {
			return fmt.Errorf("%v is not a probability", p)
		}
		sum += p
	}
	if len(row) != n || math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("need %d probabilities that sum to 1, got %v", n, row)
	}
	return nil
}

// everybody stands for all causes without a row of their own.
const everybody = -1

// columns turns rows into one column per outcome, each row changed first by
// the function that is given.
func (t *rows) columns(outcomes int, index map[string]int32, change func(row []float64, cause int32)) []column {
	own := make(map[int32]DocRow, len(t.given)+len(t.also))
	for i := range t.also {
		own[i] = t.def
	}
	for c, row := range t.given {
		own[index[c]] = row
	}
	at := sortedKeys(own)
	def := slices.Clone(t.def)
	change(def, everybody)
	p := make([][]float64, outcomes)
	for o := range p {
		p[o] = make([]float64, 0, len(at))
	}
	row := make([]float64, outcomes)
	for _, i := range at {
		copy(row, own[i])
		change(row, i)
		for o := range p {
			p[o] = append(p[o], row[o])
		}
	}
	out := make([]column, outcomes)
	for o := range out {
		out[o] = newColumn(def[o], at, p[o])
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
