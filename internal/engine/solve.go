package engine

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/authdoctor/authdoctor/internal/plan"
)

// solver works out one case of a model.
type solver struct {
	*Model
	obs       []observation
	done      map[string]bool
	w, post   []float64
	log10     float64
	order     []int
	steps     []*test
	questions []*test
	problem   *plan.Problem
}

// Solve works out all that a model and a case come to. An error says what is
// wrong with the case.
func (m *Model) Solve(c Case) (*Answer, error) {
	s := &solver{Model: m, done: map[string]bool{}}
	if err := s.observe(c.Observed); err != nil {
		return nil, err
	}
	s.w, s.log10 = m.weights(s.obs)
	if !s.possible() {
		return nil, errors.New("these observations are impossible, whatever the cause")
	}
	s.post = shares(s.w)
	s.order = ranking(s.post)
	if err := s.planned(c); err != nil {
		return nil, err
	}
	if err := s.tooLarge(); err != nil {
		return nil, err
	}
	s.problem = m.problem(s.w, s.steps, s.questions, func(id string) bool { return s.done[id] })
	a := &Answer{
		Format: AnswerFormat, Model: m.Name, Log10Evidence: s.log10,
		Posterior: map[string]float64{}, Ranking: []string{},
		EntropyBits: entropy(s.post), ConflictBits: s.conflict(), Explain: s.explain(),
		PFixedBy: map[string]float64{}, PFixNow: map[string]float64{},
	}
	for i, cause := range m.Causes {
		a.Posterior[cause] = s.post[i]
	}
	for _, i := range s.order {
		a.Ranking = append(a.Ranking, m.Causes[i])
	}
	s.costs(a)
	s.worth(a)
	a.Plan = s.plan(a)
	return a, nil
}

// isNothing says that a test was done and told nothing.
func isNothing(outcome string) bool {
	return slices.Contains([]string{"unknown", "skipped", "not_applicable", "inconclusive"}, outcome)
}

// observe takes the observations, each test once.
func (s *solver) observe(list []Observed) error {
	for _, o := range list {
		t := s.tests[o.ID]
		switch {
		case t == nil:
			return fmt.Errorf("there is no %q to observe", o.ID)
		case s.done[o.ID]:
			return fmt.Errorf("%q is observed twice", o.ID)
		case t.column(o.Outcome) == nil && !isNothing(o.Outcome):
			return fmt.Errorf("%s has no outcome %q", o.ID, o.Outcome)
		}
		s.done[o.ID] = true
		s.obs = append(s.obs, observation{o.ID, o.Outcome})
	}
	return nil
}

// possible reports whether some cause allows all that was observed.
func (s *solver) possible() bool {
	for i, p := range s.prior {
		ok := p > 0
		for _, o := range s.obs {
			if col := s.tests[o.test].column(o.outcome); ok && col != nil {
				ok = col.of(i) > 0
			}
		}
		if ok {
			return true
		}
	}
	return false
}

// planned is what there is left to try and to ask.
func (s *solver) planned(c Case) error {
	for _, t := range s.Model.steps {
		if c.Steps == nil && !s.done[t.id] {
			s.steps = append(s.steps, t)
		}
	}
	for _, t := range s.evidence {
		if c.Questions == nil && !s.done[t.id] && (t.kind == "question" || t.kind == "probe") {
			s.questions = append(s.questions, t)
		}
	}
	steps, err := s.named(c.Steps, true)
	if err != nil {
		return err
	}
	questions, err := s.named(c.Questions, false)
	s.steps, s.questions = append(s.steps, steps...), append(s.questions, questions...)
	return err
}

// named are the tests that a case restricts itself to, without those done.
func (s *solver) named(ids []string, steps bool) ([]*test, error) {
	var out []*test
	for _, id := range ids {
		t := s.tests[id]
		switch {
		case t == nil || (t.kind == kindStep) != steps:
			return nil, fmt.Errorf("there is no %q to plan with", id)
		case !s.done[id] && !slices.Contains(out, t):
			out = append(out, t)
		}
	}
	return out, nil
}

// entropy is how much is not known, in bits.
func entropy(post []float64) float64 {
	bits := 0.0
	for _, p := range post {
		if p > 0 {
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// conflict is log2 of how much rarer the observations are together than they
// would be if they had nothing to do with each other (Jensen and others 1990).
func (s *solver) conflict() float64 {
	apart, n := 0.0, 0
	for _, o := range s.obs {
		if col := s.tests[o.test].column(o.outcome); col != nil {
			apart += math.Log10(col.mass(s.prior))
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return (apart - s.log10) / math.Log10(2)
}

// explain weighs the leader against the runner-up.
func (s *solver) explain() Explanation {
	a, b := s.order[0], s.order[min(1, len(s.order)-1)]
	e := Explanation{
		Leader: s.Causes[a], RunnerUp: s.Causes[b],
		PriorDB:    finite(s.priorDecibans(a, b)),
		PairwiseDB: map[string]float64{}, DropOneDB: map[string]float64{},
		PosteriorDB: finite(10 * (math.Log10(s.post[a]) - math.Log10(s.post[b]))),
	}
	for k, o := range s.obs {
		e.PairwiseDB[o.test] = finite(s.decibans(o, a, b))
		rest, _ := s.weights(slices.Concat(s.obs[:k], s.obs[k+1:]))
		e.DropOneDB[o.test] = finite(oddsDB(s.post, a) - oddsDB(rest, a))
	}
	return e
}

// oddsDB is the log-odds of one cause, from what all others weigh, which is
// exact where it is nearly certain.
func oddsDB(weights []float64, a int) float64 {
	others := 0.0
	for i, w := range weights {
		if i != a {
			others += w
		}
	}
	return finite(10 * (math.Log10(weights[a]) - math.Log10(others)))
}

// shares makes weights sum to 1.
func shares(weights []float64) []float64 {
	total, out := sum(weights), make([]float64, len(weights))
	for i, w := range weights {
		out[i] = w / total
	}
	return out
}

// worth values every question that could be asked now.
func (s *solver) worth(a *Answer) {
	a.EVOI = map[string]Worth{}
	values, ok := s.problem.Worth(s.states())
	now, buf := leader(s.post), make([]float64, len(s.post))
	for k, t := range s.questions {
		w := Worth{Cost: t.cost, InformationBits: a.EntropyBits, Answers: map[string]AfterReply{}}
		if ok {
			w.Value, w.Net = &values[k].Gross, &values[k].Net
		}
		for o, outcome := range t.outcomes {
			p := t.columns[o].times(s.post, buf)
			r := AfterReply{P: p}
			if p > 0 {
				for i := range buf {
					buf[i] /= p
				}
				top := leader(buf)
				lead := buf[top]
				r.Leader, r.Posterior = s.Causes[top], &lead
				w.InformationBits -= p * entropy(buf)
				if top != now && p >= minChance {
					a.Plan.WouldChange = append(a.Plan.WouldChange, Flip{t.id, outcome, p, s.Causes[top]})
				}
			}
			w.Answers[outcome] = r
		}
		a.EVOI[t.id] = w
	}
	slices.SortStableFunc(a.Plan.WouldChange, func(x, y Flip) int { return cmp.Compare(y.Probability, x.Probability) })
}
