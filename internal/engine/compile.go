package engine

import (
	"fmt"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// How far people and checks are believed: the share of a row that is not
// mixed with the uniform. It bounds what one answer can do, so that a single
// wrong one cannot decide alone.
const (
	peopleReliability = .95
	checkReliability  = .98
	// tickedShare is how often somebody ticks a symptom that is there; an
	// empty box is therefore only weak evidence.
	tickedShare = .8
)

// No likelihood is certain, and no fix either.
const (
	minLikelihood = .001
	maxLikelihood = .999
	maxFix        = .99
)

// Book is a playbook, ready for Next.
type Book struct {
	*playbook.Playbook
	model *Model
	// vars are the playbook's variables under the caller's own, and held
	// names those of the caller: no answer changes them.
	vars map[string]string
	held map[string]bool
	// unmeasured is each check before anything is known of it, and kinds say what
	// each can find. While no answer
	// changes a variable, with are the parameters of each, unset those that wait
	// for a value, and chain says which hides which.
	unmeasured []judged
	kinds      []checkKind
	with       []map[string]string
	unset      []map[string]string
	chain      *chain
	// Surface is where the person acts; empty for the playbook's first.
	Surface string
	// Order of the steps: diag.OrderPlaybook, which is also the empty one, or
	// diag.OrderLikely.
	Order string
}

// Compile prepares a playbook. The caller's variables outrank both the
// playbook's and those that answers set.
func Compile(p *playbook.Playbook, vars map[string]string) (*Book, error) {
	m, err := NewModel(Numbers(p))
	if err != nil {
		return nil, err
	}
	b := &Book{Playbook: p, model: m, vars: map[string]string{}, held: map[string]bool{}}
	for k, v := range p.Vars {
		b.vars[k] = v
	}
	for k, v := range vars {
		if _, ok := p.Vars[k]; !ok {
			return nil, &diag.UsageError{Err: fmt.Errorf("playbook %s has no variable %q", p.ID, k)}
		}
		b.vars[k], b.held[k] = v, true
	}
	b.unmeasured = unread(p.Checks)
	for i := range p.Checks {
		b.kinds = append(b.kinds, kindOf(&p.Checks[i]))
		b.with = append(b.with, filled(&p.Checks[i], b.vars))
		b.unset = append(b.unset, waiting(&p.Checks[i], b.vars))
	}
	b.chain = b.newChain(b.vars)
	return b, nil
}

// Keys of tests in a compiled model. Symptoms, checks, questions and steps
// have ids of their own within a playbook; a checkpoint may share its id with
// any of them.
func checkpointKey(id string) string { return "checkpoint:" + id }

// Numbers writes down all that a playbook's likelihoods come to, clamped, as a
// model that others can read.
func Numbers(p *playbook.Playbook) *Document {
	d := &Document{Format: DocumentFormat, Name: p.ID, Steps: []DocStep{}}
	for _, c := range p.Causes {
		d.Causes = append(d.Causes, DocCause{ID: c.ID, Prior: Number(c.Prior), Leak: c.Leak})
	}
	report, people := Number(tickedShare), Number(peopleReliability)
	for _, s := range p.Symptoms {
		e := yesNo(s.ID, "symptom", s.Likely, s.Otherwise)
		e.Report, e.Reliability = &report, &people
		d.Evidence = append(d.Evidence, e)
	}
	for _, c := range p.Checks {
		d.Evidence = append(d.Evidence, checkNumbers(c))
	}
	for _, q := range p.Questions {
		d.Evidence = append(d.Evidence, questionNumbers(q))
	}
	if e, ok := messageNumbers(p); ok {
		d.Evidence = append(d.Evidence, e)
	}
	for _, c := range p.Retest {
		e := yesNo(checkpointKey(c.ID), "symptom", c.Likely, c.Otherwise)
		e.Outcomes = []string{diag.CheckpointFails, diag.CheckpointPasses}
		e.Reliability = &people
		d.Evidence = append(d.Evidence, e)
	}
	for _, s := range p.Steps {
		d.Steps = append(d.Steps, stepNumbers(s))
	}
	if p.Escalate != nil {
		d.Escalate = &DocEscalation{Cost: Number(p.Escalate.Minutes)}
	}
	return d
}

func yesNo(id, kind string, likely map[string]playbook.Likelihood, otherwise *playbook.Likelihood) DocEvidence {
	e := DocEvidence{ID: id, Kind: kind, Default: pair(orHalf(otherwise)), Given: map[string]DocRow{}}
	for cause, l := range likely {
		e.Given[cause] = pair(l.P)
	}
	return e
}

// orHalf reads a default that the author left out: half is no evidence.
func orHalf(l *playbook.Likelihood) float64 {
	if l == nil {
		return .5
	}
	return l.P
}

func pair(p float64) DocRow {
	p = clamp(p)
	return DocRow{p, 1 - p}
}

func clamp(p float64) float64 { return min(max(p, minLikelihood), maxLikelihood) }

func checkNumbers(c playbook.Check) DocEvidence {
	kind, _ := diag.FindKind(c.Run)
	reliability := Number(checkReliability)
	if c.Reliability > 0 {
		reliability = Number(c.Reliability)
	}
	e := DocEvidence{ID: c.ID, Kind: "probe", Reliability: &reliability}
	for _, o := range kind.Outcomes {
		e.Outcomes = append(e.Outcomes, o.Name)
	}
	fillRows(&e, c.Likely, c.Otherwise)
	return e
}

func questionNumbers(q playbook.Question) DocEvidence {
	reliability := Number(peopleReliability)
	e := DocEvidence{ID: q.ID, Kind: "question", Cost: questionMinutes, Reliability: &reliability}
	for _, c := range q.Choices {
		if !c.Neutral {
			e.Outcomes = append(e.Outcomes, c.ID)
		}
	}
	fillRows(&e, q.Likely, q.Otherwise)
	return e
}

// questionMinutes is what a question costs a person; no playbook says.
const questionMinutes = 1

func fillRows(e *DocEvidence, likely map[string]playbook.Row, otherwise playbook.Row) {
	uniform := make(DocRow, len(e.Outcomes))
	for i := range uniform {
		uniform[i] = 1 / float64(len(uniform))
	}
	e.Default = spread(e.Outcomes, otherwise, uniform)
	e.Given = map[string]DocRow{}
	for cause, row := range likely {
		e.Given[cause] = clampRow(spread(e.Outcomes, row, e.Default))
	}
	e.Default = clampRow(e.Default)
}

// spread completes a row: what it does not name shares what is left of 1, in
// the proportions of base.
func spread(outcomes []string, row playbook.Row, base DocRow) DocRow {
	full := make(DocRow, len(outcomes))
	named, rest := 0.0, 0.0
	for i, o := range outcomes {
		if l, ok := row[o]; ok {
			full[i] = l.P
			named += l.P
		} else {
			rest += base[i]
		}
	}
	left := max(0, 1-named)
	for i, o := range outcomes {
		if _, ok := row[o]; !ok && rest > 0 {
			full[i] = left * base[i] / rest
		}
	}
	return full
}

// clampRow keeps every outcome possible, and the sum at 1.
func clampRow(row DocRow) DocRow {
	sum := 0.0
	for i, p := range row {
		row[i] = clamp(p)
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
	return row
}

func stepNumbers(s playbook.Step) DocStep {
	d := DocStep{ID: s.ID, Cost: Number(s.Minutes), Fixes: map[string]Number{}, Requires: s.Requires}
	for cause, l := range s.Fixes {
		d.Fixes[cause] = Number(min(max(l.P, 0), maxFix))
	}
	if len(s.Outcomes) > 0 {
		d.Signal = signal(s.Outcomes)
	}
	return d
}

// signal is what a step's own outcomes tell, weighed against each other.
// "unchanged" then says nothing beyond that it is not fixed: it has the same
// share under every cause, so that it cancels. Beside a single outcome,
// "unchanged" is the plain opposite.
func signal(outcomes []playbook.StepOutcome) *DocSignal {
	share := 1 / float64(len(outcomes)+1)
	sig := &DocSignal{Given: map[string]DocRow{}}
	var causes []string
	for _, o := range outcomes {
		sig.Outcomes = append(sig.Outcomes, o.ID)
		for c := range o.Likely {
			if !slices.Contains(causes, c) {
				causes = append(causes, c)
			}
		}
	}
	sig.Outcomes = append(sig.Outcomes, diag.DidUnchanged)
	row := func(cause string) DocRow {
		r := make(DocRow, 0, len(outcomes)+1)
		for _, o := range outcomes {
			l, ok := o.Likely[cause]
			if !ok {
				r = append(r, orHalf(o.Otherwise))
				continue
			}
			r = append(r, l.P)
		}
		if len(r) == 1 {
			r = pair(r[0])
			mix(r, peopleReliability)
			return r
		}
		r = clampRow(scaled(r))
		mix(r, peopleReliability)
		for i := range r {
			r[i] *= 1 - share
		}
		return append(r, share)
	}
	sig.Default = row("")
	for _, c := range causes {
		sig.Given[c] = row(c)
	}
	return sig
}

// scaled makes a row sum to 1.
func scaled(row DocRow) DocRow {
	sum := 0.0
	for _, p := range row {
		sum += p
	}
	for i := range row {
		if sum > 0 {
			row[i] /= sum
		}
	}
	return row
}
