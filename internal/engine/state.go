package engine

import (
	"maps"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// state is the evidence as Next sees it: folded once, from the beginning.
type state struct {
	b       *Book
	ev      *diag.Evidence
	vars    map[string]string
	visits  []visit
	episode episode
	checks  []judged
	obs     []observation
	post    []float64
	best    *planned // worked out when it is needed
}

// visit is a presentation with what became of its report: a fix that the
// retest disproved is taken back to unchanged.
type visit struct {
	step    string
	outcome string
	tick    int
	episode int
}

// episode is the fault that is being looked for. A second one begins when the
// sign-in works again but something else does not.
type episode struct {
	number  int
	began   int      // tick
	failing []string // checkpoints that failed in it
	fixedBy int      // position in visits of a fix not yet disproved; -1 for none
	proven  bool     // the last retest found nothing wrong
	// retested: the retest was the last thing presented.
	retested bool
	last     map[string]string // checkpoints of the last retest
}

// fold reads a case from its beginning.
func (b *Book) fold(ev *diag.Evidence) *state {
	s := &state{b: b, ev: ev, vars: b.vars}
	if len(ev.Vars) > 0 {
		s.vars = maps.Clone(b.vars)
		for k, v := range ev.Vars {
			if !b.held[k] {
				s.vars[k] = v
			}
		}
	}
	s.foldWalk()
	s.checks = b.judge(ev, b.chainOf(ev, s.vars), s.fresh)
	s.obs = s.observations()
	s.post = b.model.posterior(s.obs, make([]float64, len(b.model.Causes)))
	return s
}

func (s *state) fill(text string) string { return fill(text, s.vars) }

// foldWalk replays the presentations.
func (s *state) foldWalk() {
	s.episode.fixedBy = -1
	retest := s.b.RetestStep()
	for _, v := range s.ev.Walk {
		e := &s.episode
		if retest != nil && v.Step == retest.ID {
			s.visits = append(s.visits, visit{step: v.Step, tick: v.Tick, episode: e.number})
			s.foldRetest(v)
			continue
		}
		s.visits = append(s.visits, visit{v.Step, v.Outcome, v.Tick, e.number})
		e.retested = false
		if v.Outcome == diag.DidFixed {
			e.fixedBy = len(s.visits) - 1
		}
	}
}

// foldRetest judges one end-to-end retest.
func (s *state) foldRetest(v diag.Visit) {
	e := &s.episode
	e.retested, e.last = true, v.Checkpoints
	var failed []string
	signIn := false
	for i, c := range s.b.Retest {
		if v.Checkpoints[c.ID] != diag.CheckpointFails {
			continue
		}
		failed = append(failed, c.ID)
		signIn = signIn || i == s.signInCheckpoint()
	}
	switch {
	case signIn:
		if e.fixedBy >= 0 {
			s.visits[e.fixedBy].outcome = diag.DidUnchanged
			e.fixedBy = -1
		}
		e.failing = failed
	case len(failed) > 0 && e.fixedBy < 0:
		e.failing = failed // nothing was mended, so it is still the same fault
	case len(failed) > 0:
		*e = episode{
			number: e.number + 1, began: v.Tick, failing: failed, fixedBy: -1,
			retested: true, last: v.Checkpoints,
		}
	default:
		e.proven = len(v.Checkpoints) > 0 && s.proves(v.Checkpoints)
	}
}

// signInCheckpoint is the checkpoint that decides whether a fix holds at all:
// "sign-in", or else the first.
func (s *state) signInCheckpoint() int {
	i := slices.IndexFunc(s.b.Retest, func(c playbook.Checkpoint) bool { return c.ID == "sign-in" })
	return max(i, 0)
}

// retest lists the checkpoints as they are in this case.
func (s *state) retest() []playbook.Checkpoint {
	list := slices.Clone(s.b.Retest)
	for i := range list {
		if l := list[i].Longer; l != nil && s.holds(l.When) {
			list[i].Title, list[i].Minutes = l.Title, l.Minutes
		}
	}
	return list
}

// proves: the sign-in works, nothing failed, and nothing that may not wait was
// left for later.
func (s *state) proves(points map[string]string) bool {
	for i, c := range s.b.Retest {
		switch points[c.ID] {
		case diag.CheckpointPasses:
		case diag.NotApplicable:
			if i == s.signInCheckpoint() {
				return false
			}
		default:
			if !c.Postpone {
				return false
			}
		}
	}
	return len(s.b.Retest) > 0
}

// postponed lists the checkpoints that are still to be tried.
func (s *state) postponed() []string {
	pending := []string{}
	for _, c := range s.b.Retest {
		switch s.episode.last[c.ID] {
		case diag.CheckpointPasses, diag.CheckpointFails, diag.NotApplicable:
		default:
			pending = append(pending, c.ID)
		}
	}
	return pending
}

// fresh reports whether a measurement still counts: a new fault asks for new
// measurements.
func (s *state) fresh(m diag.Measurement) bool {
	return m.Given || m.Tick >= s.episode.began
}

// observations collects what is known of the present fault, in force only.
func (s *state) observations() []observation {
	var obs []observation
	if s.episode.number == 0 {
		obs = s.told()
	}
	for i := range s.checks {
		c := &s.checks[i]
		if c.InForce && (c.Status == diag.Pass || c.Status == diag.Warn || c.Status == diag.Fail) {
			obs = append(obs, observation{c.ID, c.outcome})
		}
	}
	for _, id := range s.episode.failing {
		obs = append(obs, observation{checkpointKey(id), diag.CheckpointFails})
	}
	for _, v := range s.visits {
		if v.episode == s.episode.number {
			if o := s.stepObservation(v); o.outcome != "" {
				obs = append(obs, o)
			}
		}
	}
	return obs
}

// told is what the person said: symptoms and answers, in playbook order.
func (s *state) told() []observation {
	most := 1 + len(s.ev.Answers) + len(s.checks) + len(s.visits) // with what is added behind it
	if s.ev.SymptomsAsked {
		most += len(s.b.Symptoms)
	}
	obs := make([]observation, 0, most)
	if s.ev.SymptomsAsked {
		for _, sym := range s.b.Symptoms {
			outcome := "no"
			if slices.Contains(s.ev.Symptoms, sym.ID) {
				outcome = "yes"
			}
			obs = append(obs, observation{sym.ID, outcome})
		}
	}
	if len(s.ev.Matches) > 0 && !s.wordsAnswered() {
		obs = append(obs, s.b.messageSays(s.ev.Matches[0])...)
	}
	for _, q := range s.b.Questions {
		if a := s.ev.Answers[q.ID]; a != "" && a != diag.NoAnswer && !neutral(&q, a) {
			obs = append(obs, observation{q.ID, a})
		}
	}
	return obs
}

// wordsAnswered: an answer says more exactly what stands in the message than its
// class does, so that both are one piece of evidence.
func (s *state) wordsAnswered() bool {
	return slices.ContainsFunc(s.b.Questions, func(q playbook.Question) bool {
		a := s.ev.Answers[q.ID]
		return a != "" && a != diag.NoAnswer && !neutral(&q, a) && q.OfWords()
	})
}

func neutral(q *playbook.Question, choice string) bool {
	return slices.ContainsFunc(q.Choices, func(c playbook.Choice) bool { return c.ID == choice && c.Neutral })
}

// stepObservation is what a step's report says about the cause. The retest
// speaks through its checkpoints; satisfied and unverifiable say nothing.
func (s *state) stepObservation(v visit) observation {
	step := s.stepByID(v.step)
	if step == nil || step.Stage == diag.StageRetest {
		return observation{}
	}
	switch v.outcome {
	case diag.DidFixed:
		return observation{v.step, stepFixed}
	case diag.DidUnchanged, diag.DidWorse:
		if len(step.Outcomes) > 0 {
			return observation{v.step, diag.DidUnchanged}
		}
		return observation{v.step, notFixed}
	case diag.DidSatisfied, diag.DidUnverifiable, diag.NoAnswer, "":
		return observation{}
	}
	return observation{v.step, v.outcome}
}

func (s *state) stepByID(id string) *playbook.Step {
	for i := range s.b.Steps {
		if s.b.Steps[i].ID == id {
			return &s.b.Steps[i]
		}
	}
	return nil
}

func (s *state) questionByID(id string) *playbook.Question {
	for i := range s.b.Questions {
		if s.b.Questions[i].ID == id {
			return &s.b.Questions[i]
		}
	}
	return nil
}

func (s *state) presented(step string) bool {
	return slices.ContainsFunc(s.visits, func(v visit) bool { return v.step == step })
}

// raises reports whether an outcome of a test speaks for a
// cause more than for those that its author did not name.
func (s *state) raises(check *judged, cause string) bool {
	row := check.def.Likely[cause]
	if _, named := row[check.outcome]; !named {
		return false // what is left of a row is no word of its author
	}
	doc := checkNumbers(playbook.Check{
		Run: check.def.Run, Likely: map[string]playbook.Row{cause: row}, Otherwise: check.def.Otherwise,
	})
	i := slices.Index(doc.Outcomes, check.outcome)
	return i >= 0 && doc.Given[cause][i] > doc.Default[i]
}
