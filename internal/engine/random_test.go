package engine

import (
	"fmt"
	"math/rand/v2"
)

// shape is how large a random model is.
type shape struct {
	causes, symptoms, questions, steps int
	signals, chained                   bool
	escalate                           bool
}

// someShape is of the size of a playbook written by hand.
func someShape(r *rand.Rand) shape {
	return shape{
		causes: 2 + r.IntN(7), symptoms: r.IntN(7), questions: r.IntN(4), steps: 1 + r.IntN(5),
		signals: r.IntN(4) == 0, chained: r.IntN(4) == 0, escalate: r.IntN(7) > 0,
	}
}

func one[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// someOf picks some of the causes.
func (s shape) someOf(r *rand.Rand, most int) []string {
	order := r.Perm(s.causes)
	var out []string
	for _, c := range order[:min(s.causes, 1+r.IntN(most))] {
		out = append(out, fmt.Sprintf("c%d", c))
	}
	return out
}

// randomModel is a model as somebody could have written it by hand.
func randomModel(r *rand.Rand, s shape) *Document {
	d := &Document{Format: DocumentFormat, Name: "random", Steps: []DocStep{}}
	for i := range s.causes {
		d.Causes = append(d.Causes, DocCause{ID: fmt.Sprintf("c%d", i), Prior: one[Number](r, 1, 3, 9, 27), Leak: i == s.causes-1})
	}
	row := func(p float64) DocRow { return DocRow{p, 1 - p} }
	for i := range s.symptoms {
		e := DocEvidence{ID: fmt.Sprintf("s%d", i), Kind: "symptom", Default: row(one(r, .05, .1, .25)), Given: map[string]DocRow{}}
		e.Report = new(one[Number](r, .8, .9, 1))
		for _, c := range s.someOf(r, 3) {
			e.Given[c] = row(one(r, .1, .25, .5, .75, .9, .99))
		}
		d.Evidence = append(d.Evidence, e)
	}
	for i := range s.questions {
		d.Evidence = append(d.Evidence, randomQuestion(r, s, i))
	}
	for i := range s.steps {
		d.Steps = append(d.Steps, randomStep(r, s, i))
	}
	if s.escalate {
		d.Escalate = &DocEscalation{one[Number](r, 30, 45, 60, 90)}
	}
	return d
}

func randomQuestion(r *rand.Rand, s shape, i int) DocEvidence {
	q := DocEvidence{
		ID: fmt.Sprintf("q%d", i), Kind: one(r, "question", "probe"), Cost: one[Number](r, .1, .5, 1, 2),
		Default: DocRow{.07, .93}, Given: map[string]DocRow{},
	}
	rows := []DocRow{{.75, .25}, {.9, .1}, {.99, .01}}
	if r.IntN(3) == 0 {
		q.Outcomes, q.Default = []string{"a", "b", "c"}, DocRow{.2, .2, .6}
		rows = []DocRow{{.8, .1, .1}, {.1, .8, .1}, {.2, .2, .6}}
	}
	for _, c := range s.someOf(r, 3) {
		q.Given[c] = one(r, rows...)
	}
	return q
}

func randomStep(r *rand.Rand, s shape, i int) DocStep {
	step := DocStep{ID: fmt.Sprintf("a%d", i), Cost: Number(1 + r.IntN(10)), Fixes: map[string]Number{}}
	for _, c := range s.someOf(r, 3) {
		step.Fixes[c] = one[Number](r, .25, .75, .9, .99)
	}
	if s.signals && r.IntN(2) == 0 {
		step.Signal = &DocSignal{Outcomes: []string{"x", "y"}, Default: DocRow{.3, .7}, Given: map[string]DocRow{s.someOf(r, 1)[0]: {.9, .1}}}
	}
	if s.chained && i > 0 {
		step.Requires = []string{fmt.Sprintf("a%d", i-1)}
	}
	return step
}

// randomCase is drawn from the model: one cause is at work, and some of its
// symptoms were observed.
func randomCase(r *rand.Rand, m *Model) Case {
	truth := draw(r, m.prior)
	var c Case
	for _, t := range m.evidence {
		share := .3
		if t.kind == "symptom" {
			share = .8
		}
		var p []float64
		for o := range t.columns {
			p = append(p, t.columns[o].of(truth))
		}
		if outcome := draw(r, p); r.Float64() < share {
			c.Observed = append(c.Observed, Observed{t.id, t.outcomes[outcome]})
		}
	}
	return c
}

// draw picks a place with the probability that stands there.
func draw(r *rand.Rand, p []float64) int {
	x := r.Float64()
	for i, v := range p {
		if x -= v; x < 0 {
			return i
		}
	}
	return len(p) - 1
}
