package engine

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/plan"
)

// Model is the belief network in the shape that computing needs: exactly one
// cause is at work, and everything that can be learned is a test with a row
// P(outcome | cause).
type Model struct {
	Name     string
	Causes   []string
	prior    []float64 // normalised
	logPrior []float64 // natural logarithm of it
	tests    map[string]*test
	evidence []*test // in document order
	steps    []*test // in document order
	escalate float64 // cost of handing over; noEscalation for none
}

// noEscalation says that nobody can be turned to: every step is tried, and
// failing costs nothing more.
const noEscalation = plan.NoEscalation

// test is anything that can be learned: one column of P(outcome | cause) per
// outcome.
type test struct {
	id       string
	kind     string // symptom, question, probe or step
	cost     float64
	outcomes []string
	columns  []column // one per outcome; a step's first is "fixed"
	requires []string // of a step
}

// column is the numbers of an outcome; nil for one that the test has not.
func (t *test) column(outcome string) *column {
	if t.id == messageKey && strings.Contains(outcome, orElse) {
		return t.either(strings.Split(outcome, orElse))
	}
	for i, o := range t.outcomes {
		if o == outcome {
			return &t.columns[i]
		}
	}
	return nil
}

// kindStep is the kind of a test that is a step.
const kindStep = "step"

// NewModel compiles a document.
func NewModel(d *Document) (*Model, error) {
	m := &Model{Name: d.Name, tests: map[string]*test{}, escalate: noEscalation}
	index, err := m.addCauses(d.Causes)
	if err != nil {
		return nil, err
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
	for _, s := range m.steps {
		for _, r := range s.requires {
			if m.tests[r] == nil {
				return nil, fmt.Errorf("model %s: %s requires %q, which is not there", m.Name, s.id, r)
			}
		}
	}
	if d.Escalate != nil {
		if err := m.checkCost("escalate", d.Escalate.Cost); err != nil {
			return nil, err
		}
		m.escalate = float64(d.Escalate.Cost)
	}
	return m, nil
}

// addCauses gives every cause its place, and its share of the priors.
func (m *Model) addCauses(causes []DocCause) (map[string]int32, error) {
	index := make(map[string]int32, len(causes))
	total := 0.0
	for i, c := range causes {
		if _, dup := index[c.ID]; dup {
			return nil, fmt.Errorf("model %s: cause %q is there twice", m.Name, c.ID)
		}
		if !(c.Prior >= 0) || math.IsInf(float64(c.Prior), 0) {
			return nil, fmt.Errorf("model %s: prior of %q is %v", m.Name, c.ID, c.Prior)
		}
		index[c.ID] = int32(i)
		m.Causes = append(m.Causes, c.ID)
		total += float64(c.Prior)
	}
	if total <= 0 {
		return nil, fmt.Errorf("model %s: no cause has a prior above 0", m.Name)
	}
	for _, c := range causes {
		m.prior = append(m.prior, float64(c.Prior)/total)
		m.logPrior = append(m.logPrior, math.Log(float64(c.Prior)/total))
	}
	return index, nil
}

func (m *Model) checkCost(id string, cost Number) error {
	if !(cost >= 0) || math.IsInf(float64(cost), 0) {
		return fmt.Errorf("model %s: %s: a cost of %v is none", m.Name, id, cost)
	}
	return nil
}

func (m *Model) addEvidence(e DocEvidence, index map[string]int32) error {
	outcomes := e.Outcomes
	if len(outcomes) == 0 {
		outcomes = []string{"yes", "no"}
	}
	if err := m.checkCost(e.ID, e.Cost); err != nil {
		return err
	}
	if e.Report != nil && len(outcomes) != 2 {
		return fmt.Errorf("model %s: %s: report needs exactly two outcomes", m.Name, e.ID)
	}
	for _, share := range []*Number{e.Report, e.Reliability} {
		if share != nil && !(*share >= 0 && *share <= 1) {
			return fmt.Errorf("model %s: %s: report and reliability lie between 0 and 1, got %v", m.Name, e.ID, *share)
		}
	}
	t := &rows{def: e.Default, given: e.Given}
	if err := m.checkRows(e.ID, outcomes, t, index); err != nil {
		return err
	}
	kind := e.Kind
	if kind == "" {
		kind = "symptom"
	}
	columns := t.columns(len(outcomes), index, func(row []float64, _ int32) {
		if e.Reliability != nil {
			mix(row, float64(*e.Reliability))
		}
		if e.Report != nil {
			row[0] *= float64(*e.Report)
			row[1] = 1 - row[0]
		}
	})
	x := &test{id: e.ID, kind: kind, cost: float64(e.Cost), outcomes: outcomes, columns: columns}
	m.evidence = append(m.evidence, x)
	return m.register(x)
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

func (m *Model) addStep(s DocStep, index map[string]int32) error {
	fix := map[int32]float64{}
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
	if err := m.checkCost(s.ID, s.Cost); err != nil {
		return err
	}
	signal := &DocSignal{Outcomes: []string{notFixed}, Default: DocRow{1}}
	if s.Signal != nil {
		signal = s.Signal
	}
	t := &rows{def: signal.Default, given: signal.Given, also: fix}
	if err := m.checkRows(s.ID, signal.Outcomes, t, index); err != nil {
		return err
	}
	failed := t.columns(len(signal.Outcomes), index, func(row []float64, cause int32) {
		for i := range row {
			row[i] *= 1 - fix[cause]
		}
	})
	x := &test{
		id: s.ID, kind: kindStep, cost: float64(s.Cost), requires: s.Requires,
		outcomes: append([]string{stepFixed}, signal.Outcomes...),
		columns:  append([]column{sparse(fix)}, failed...),
	}
	m.steps = append(m.steps, x)
	return m.register(x)
}

// sparse is a column of 0 with exceptions.
func sparse(p map[int32]float64) column {
	at := sortedKeys(p)
	own := make([]float64, len(at))
	for k, i := range at {
		own[k] = p[i]
	}
	return newColumn(0, at, own)
}

func (m *Model) register(t *test) error {
	if m.tests[t.id] != nil {
		return fmt.Errorf("model %s: %q is there twice", m.Name, t.id)
	}
	if sorted := slices.Sorted(slices.Values(t.outcomes)); len(slices.Compact(sorted)) != len(t.outcomes) {
		return fmt.Errorf("model %s: %s has an outcome twice", m.Name, t.id)
	}
	m.tests[t.id] = t
	return nil
}
