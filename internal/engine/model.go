package engine

import (
	"fmt"
	"math"
)

// Model is the belief network in the shape that computing needs: exactly one
// cause is at work, and everything that can be learned is a test with a row
// P(outcome | cause).
type Model struct {
	Name     string
	Causes   []string
	logPrior []float64 // natural logarithm, normalised
	tests    map[string]*test
	steps    []*test // in document order
}

// test is anything that can be learned: one column of log P(outcome | cause)
// per outcome.
type test struct {
	id       string
	outcomes []string
	log      [][]float64 // [outcome][cause]
	fix      []float64   // P(fixed | cause) for a step, else nil
}

func (t *test) column(outcome string) []float64 {
	for i, o := range t.outcomes {
		if o == outcome {
			return t.log[i]
		}
	}
	return nil
}

// NewModel compiles a document.
func NewModel(d *Document) (*Model, error) {
	m := &Model{Name: d.Name, tests: map[string]*test{}}
	index := map[string]int{}
	total := 0.0
	for i, c := range d.Causes {
		if _, dup := index[c.ID]; dup {
			return nil, fmt.Errorf("model %s: cause %q is there twice", d.Name, c.ID)
		}
		if !(c.Prior >= 0) || math.IsInf(float64(c.Prior), 0) {
			return nil, fmt.Errorf("model %s: prior of %q is %v", d.Name, c.ID, c.Prior)
		}
		index[c.ID] = i
		m.Causes = append(m.Causes, c.ID)
		total += float64(c.Prior)
	}
	if total <= 0 {
		return nil, fmt.Errorf("model %s: no cause has a prior above 0", d.Name)
	}
	for _, c := range d.Causes {
		m.logPrior = append(m.logPrior, math.Log(float64(c.Prior)/total))
	}
	for _, e := range d.Evidence {
		if err := m.addEvidence(e, index); err != nil {
			return nil, err
		}
	}
	for _, s := range d.Steps {
		if err := m.addStep(s, index); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Model) addEvidence(e DocEvidence, index map[string]int) error {
	outcomes := e.Outcomes
	if len(outcomes) == 0 {
		outcomes = []string{"yes", "no"}
	}
	rows, err := m.rows(e.ID, outcomes, e.Default, e.Given, index)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if e.Reliability != nil {
			mix(row, float64(*e.Reliability))
		}
		if e.Report != nil {
			if len(row) != 2 {
				return fmt.Errorf("model %s: %s: report needs exactly two outcomes", m.Name, e.ID)
			}
			row[0] *= float64(*e.Report)
			row[1] = 1 - row[0]
		}
	}
	return m.register(&test{id: e.ID, outcomes: outcomes, log: columns(rows)})
}

// mix is a row as an instrument reports it that answers at random with
// probability 1-r.
func mix(row []float64, r float64) {
	for i := range row {
		row[i] = r*row[i] + (1-r)/float64(len(row))
	}
}

// Outcomes of a step in a Model: fixed, and either notFixed or those of its
// signal.
const (
	stepFixed = "fixed"
	notFixed  = "not_fixed"
)

func (m *Model) addStep(s DocStep, index map[string]int) error {
	fix := make([]float64, len(m.Causes))
	for id, p := range s.Fixes {
		i, ok := index[id]
		if !ok {
			return fmt.Errorf("model %s: %s: fixes unknown cause %q", m.Name, s.ID, id)
		}
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("model %s: %s: fixes %s with probability %v", m.Name, s.ID, id, p)
		}
		fix[i] = float64(p)
	}
	signal := &DocSignal{Outcomes: []string{notFixed}, Default: DocRow{1}}
	if s.Signal != nil {
		signal = s.Signal
	}
	rows, err := m.rows(s.ID, signal.Outcomes, signal.Default, signal.Given, index)
	if err != nil {
		return err
	}
	for c, row := range rows {
		full := append([]float64{fix[c]}, row...)
		for i := range row {
			full[i+1] *= 1 - fix[c]
		}
		rows[c] = full
	}
	t := &test{
		id: s.ID, outcomes: append([]string{stepFixed}, signal.Outcomes...),
		log: columns(rows), fix: fix,
	}
	m.steps = append(m.steps, t)
	return m.register(t)
}

func (m *Model) register(t *test) error {
	if m.tests[t.id] != nil {
		return fmt.Errorf("model %s: %q is there twice", m.Name, t.id)
	}
	m.tests[t.id] = t
	return nil
}

// rows gives every cause a row of its own, copied, so that it may be changed.
func (m *Model) rows(id string, outcomes []string, def DocRow, given map[string]DocRow, index map[string]int) ([][]float64, error) {
	for c := range given {
		if _, ok := index[c]; !ok {
			return nil, fmt.Errorf("model %s: %s: unknown cause %q", m.Name, id, c)
		}
	}
	rows := make([][]float64, len(m.Causes))
	for i, c := range m.Causes {
		row, ok := given[c]
		if !ok {
			row = def
		}
		if err := checkRow(row, len(outcomes)); err != nil {
			return nil, fmt.Errorf("model %s: %s: row of %s: %w", m.Name, id, c, err)
		}
		rows[i] = append([]float64(nil), row...)
	}
	return rows, nil
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

// columns turns rows per cause into log columns per outcome.
func columns(rows [][]float64) [][]float64 {
	if len(rows) == 0 {
		return nil
	}
	out := make([][]float64, len(rows[0]))
	for o := range out {
		out[o] = make([]float64, len(rows))
		for c, row := range rows {
			out[o][c] = math.Log(row[o])
		}
	}
	return out
}
