package engine

import (
	"math"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// Report writes down a case: what was said and measured, what it means, and
// the verdict. The caller adds the tool, the times and the message.
func Report(b *Book, ev *diag.Evidence, v diag.Verdict) *diag.Report {
	s := b.fold(ev)
	r := &diag.Report{
		Schema:   diag.ReportSchema,
		Playbook: diag.PlaybookRef{ID: b.ID, Version: b.Version, SHA256: b.SHA256, Title: s.fill(b.Title)},
		Where:    ev.Where(),
		Symptoms: append([]string{}, ev.Symptoms...),
		Answers:  diag.AnswerMap{},
		Message:  diag.Message{Text: ev.Message, Matches: append([]diag.MessageMatch{}, ev.Matches...)},
		Checks:   s.reportChecks(v),
		Causes:   s.causes(),
		Steps:    s.steps(v),
		Walk:     []string{},
		Verdict:  v,
		Titles:   s.titles(),

		Checkpoints: []string{},
	}
	for _, c := range b.Retest {
		r.Checkpoints = append(r.Checkpoints, c.ID)
	}
	for q, a := range ev.Answers {
		if s.questionByID(q) != nil || q == diag.AskWhere {
			r.Answers[q] = a
			if how := ev.How[q]; how != "" {
				if r.AnsweredBy == nil {
					r.AnsweredBy = diag.AnswerMap{}
				}
				r.AnsweredBy[q] = how
			}
		}
	}
	for _, visit := range ev.Walk {
		r.Walk = append(r.Walk, visit.Step)
	}
	if broken(s.checks) == nil && v.Status != diag.Healthy {
		r.Opinion = s.opinion()
		r.Plan = s.orderPlan()
	}
	if v.Status == diag.Escalate || v.Status == diag.Waiting && len(ev.Walk) == 0 {
		r.HandOver = s.handOver(v)
	}
	if v.Status == diag.Fixed {
		r.Prevent = fillAll(b.Prevent, s.vars)
	}
	r.ExitStatus = v.Status.ExitStatus()
	return r
}

// Opinion is what is thought now, and why.
func Opinion(b *Book, ev *diag.Evidence) *diag.Opinion { return b.fold(ev).opinion() }

// reportChecks marks what else was found: failures that the verdict does not
// name and that do not speak for the leading cause.
func (s *state) reportChecks(v diag.Verdict) []diag.Check {
	out := []diag.Check{}
	for i := range s.checks {
		c := &s.checks[i]
		if c.failed() && c.ID != v.Check && (!c.InForce || !s.raises(c, v.Cause)) {
			c.AlsoFound = true
		}
		out = append(out, c.Check)
	}
	return out
}

// causes is the whole posterior, most probable first, with the evidence of
// each against the leader; of the leader, against the runner-up.
func (s *state) causes() []diag.Cause {
	order := ranking(s.post)
	out := []diag.Cause{}
	for rank, i := range order {
		against := order[0]
		if rank == 0 && len(order) > 1 {
			against = order[1]
		}
		c := s.causeAt(i)
		out = append(out, diag.Cause{
			ID: c.ID, Title: s.fill(c.Title), Layer: c.Layer, Class: c.Class, Actor: c.Actor,
			Prior: s.b.model.prior[i], Probability: s.post[i], PriorDB: finite(s.b.model.priorDecibans(i, against)),
			Against: s.b.Causes[against].ID, Evidence: s.weights(i, against),
		})
	}
	return out
}

// weights is every observation, strongest first, in decibans for a over b.
func (s *state) weights(a, b int) []diag.Weight {
	out := []diag.Weight{}
	for _, o := range s.obs {
		from, text := s.words(o)
		out = append(out, diag.Weight{
			From: from, Outcome: o.outcome, Text: text, Decibans: finite(s.b.model.decibans(o, a, b)),
		})
	}
	slices.SortStableFunc(out, func(x, y diag.Weight) int {
		switch dx, dy := math.Abs(x.Decibans), math.Abs(y.Decibans); {
		case dx > dy:
			return -1
		case dx < dy:
			return 1
		}
		return 0
	})
	return out
}

// finite keeps what is ruled out writable: JSON knows no infinity, and 300
// decibans are odds of 1 to 10^30.
func finite(db float64) float64 { return min(max(db, -300), 300) }

// words names an observation: where it is from, and how a person would say it.
func (s *state) words(o observation) (from, text string) {
	for _, sym := range s.b.Symptoms {
		if sym.ID == o.test {
			if o.outcome == "no" {
				return "symptom:" + o.test, "not seen: " + s.fill(sym.Title)
			}
			return "symptom:" + o.test, s.fill(sym.Title)
		}
	}
	if o.test == messageKey {
		return "message", "The message: " + s.ev.Matches[0].Title
	}
	for i := range s.checks {
		if c := &s.checks[i]; c.ID == o.test {
			return "check:" + o.test, c.Title + ": " + c.found.Meaning
		}
	}
	if q := s.questionByID(o.test); q != nil {
		return "question:" + o.test, s.fill(q.Ask) + " " + s.fill(choiceText(q, o.outcome))
	}
	if step := s.stepByID(o.test); step != nil {
		return "step:" + o.test, s.fill(step.Title) + " – " + s.outcomeText(step, o.outcome)
	}
	for _, c := range s.retest() {
		if checkpointKey(c.ID) == o.test {
			return o.test, s.fill(c.Title) + " – fails"
		}
	}
	return o.test, o.outcome
}

// outcomeText says a step's report in words.
func (s *state) outcomeText(step *playbook.Step, outcome string) string {
	switch outcome {
	case diag.DidFixed:
		return "it works now"
	case diag.DidUnchanged, notFixed:
		return "still fails"
	case diag.DidWorse:
		return "got worse"
	case diag.DidUnverifiable, diag.NoAnswer:
		return "not tried, or cannot tell"
	case diag.DidSatisfied:
		return "already done"
	}
	for _, o := range step.Outcomes {
		if o.ID == outcome {
			return s.fill(o.Title)
		}
	}
	return outcome
}

// opinion weighs the leader against the runner-up; nil with fewer than two
// causes.
func (s *state) opinion() *diag.Opinion {
	order := ranking(s.post)
	if len(order) < 2 {
		return nil
	}
	a, b := order[0], order[1]
	return &diag.Opinion{
		Leader: s.ranked(a), RunnerUp: s.ranked(b),
		PriorDB:     finite(s.b.model.priorDecibans(a, b)),
		PosteriorDB: finite(10 * (math.Log10(s.post[a]) - math.Log10(s.post[b]))),
		Weights:     s.weights(a, b), WouldChange: s.wouldChange(),
	}
}

func (s *state) ranked(i int) diag.Ranked {
	c := s.causeAt(i)
	return diag.Ranked{ID: c.ID, Title: s.fill(c.Title), Probability: s.post[i]}
}

// maxChanges is how many answers that would change the leader are told.
const maxChanges = 3

// wouldChange lists answers and measurements, not known yet, after which
// another cause would lead; the most probable first.
func (s *state) wouldChange() []diag.Change {
	out := []diag.Change{}
	if s.episode.number == 0 {
		for i := range s.b.Questions {
			q := &s.b.Questions[i]
			if a := s.ev.Answers[q.ID]; (a == "" || a == diag.NoAnswer) && s.askable(q) {
				out = append(out, s.changes(q.ID)...)
			}
		}
	}
	for i := range s.checks {
		if s.checks[i].Status == diag.Unknown {
			out = append(out, s.changes(s.checks[i].ID)...)
		}
	}
	slices.SortStableFunc(out, func(x, y diag.Change) int {
		switch {
		case x.Probability > y.Probability:
			return -1
		case x.Probability < y.Probability:
			return 1
		}
		return 0
	})
	return out[:min(len(out), maxChanges)]
}

func (s *state) changes(id string) []diag.Change {
	t := s.b.model.tests[id]
	now := leader(s.post)
	var out []diag.Change
	for o, outcome := range t.outcomes {
		told := t.columns[o].tells(s.post)
		if next := told.leader; told.chance >= minChance && next != now {
			from, text := s.words(observation{id, outcome})
			if c := s.checkByID(id); c != nil {
				kind, _ := diag.FindKind(c.Probe)
				found, _ := kind.Find(outcome)
				if !s.ev.Where().InForce(found.Scope) {
					continue // of this computer, it says nothing of a device elsewhere
				}
				text = c.Title + ": " + found.Meaning
			}
			out = append(out, diag.Change{
				From: from, Outcome: outcome, Text: text, Probability: told.chance,
				Leader: s.b.Causes[next].ID, LeaderTitle: s.fill(s.b.Causes[next].Title),
			})
		}
	}
	return out
}

func (s *state) checkByID(id string) *judged {
	for i := range s.checks {
		if s.checks[i].ID == id {
			return &s.checks[i]
		}
	}
	return nil
}

// steps says where every step stands.
func (s *state) steps(v diag.Verdict) []diag.StepResult {
	out := []diag.StepResult{}
	promising := s.promising()
	for _, step := range s.inWalkOrder() {
		in := s.instruction(step)
		r := diag.StepResult{
			ID: step.ID, Stage: step.Stage, Title: in.Title, State: diag.StepPending, PFix: in.PFix,
			Minutes: step.Minutes, Do: append(reason(in), in.Do...), Why: in.Why, Now: in.Now, Careful: in.Careful,
			Highlight: promising == step,
		}
		if r.Careful == nil {
			r.Careful = []string{}
		}
		if in.Satisfied {
			r.State, r.Proof = diag.StepSatisfied, in.Proof
		}
		s.visited(&r, step)
		if r.State == diag.StepPending {
			r.Unlikely = step.Stage != diag.StageRetest && (helpsLittle(step, in.PFix) && promising != step || s.ruledOut(step))
			if v.Next.Step == step.ID {
				r.State = diag.StepCurrent
			}
		}
		out = append(out, r)
	}
	return out
}

// reason is why a step is unlikely to help, as the first of its lines.
func reason(in diag.Instruction) []string {
	if in.Reason == "" {
		return []string{}
	}
	return []string{in.Reason}
}

// visited adds what was reported of a step, the last time it was shown.
func (s *state) visited(r *diag.StepResult, step *playbook.Step) {
	for i, v := range s.visits {
		if v.step != step.ID {
			continue
		}
		r.State, r.Outcome = diag.StepDone, v.outcome
		switch {
		case step.Stage == diag.StageRetest:
			r.Checkpoints = s.ev.Walk[i].Checkpoints
		case v.outcome == diag.DidSatisfied:
			r.State, r.Outcome = diag.StepSatisfied, ""
		default:
			r.OutcomeText = s.outcomeText(step, v.outcome)
		}
	}
}

// titles gives the words behind the ids of this case.
func (s *state) titles() map[string]string {
	out := map[string]string{}
	for _, sym := range s.b.Symptoms {
		out["symptom:"+sym.ID] = s.fill(sym.Title)
	}
	for _, q := range s.b.Questions {
		if a := s.ev.Answers[q.ID]; a != "" {
			out["question:"+q.ID] = s.fill(q.Ask)
			out["answer:"+q.ID+"="+a] = s.fill(choiceText(&q, a))
		}
	}
	for _, c := range s.retest() {
		out["checkpoint:"+c.ID] = s.fill(c.Title)
	}
	for _, v := range s.visits {
		if step := s.stepByID(v.step); step != nil && v.outcome != "" {
			out["outcome:"+v.step+"="+v.outcome] = s.outcomeText(step, v.outcome)
		}
	}
	return out
}

// handOver is what to give to whoever must act now.
func (s *state) handOver(v diag.Verdict) *diag.HandOver {
	e := s.b.Escalate
	if e == nil {
		return nil
	}
	h := &diag.HandOver{To: s.fill(e.To), Text: s.fill(e.Text), Ask: s.fill(e.Ask), Give: fillAll(e.Give, s.vars)}
	if c := s.causeByID(v.Cause); c != nil && c.Escalate != "" {
		h.Meanwhile = s.fill(c.Escalate)
	}
	return h
}
