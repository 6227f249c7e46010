// Package engine decides: what is most likely wrong, what to ask or measure
// or try next, and what the verdict is. It is pure. The same evidence always
// gives the same answer.
package engine

import (
	"maps"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// A Step is what comes next: Ask, Probe, Do or Done.
type Step interface{ step() }

// Ask is a question for the person, or for the answers file.
type Ask struct{ Question diag.Question }

// Probe is a set of checks for the machine, to run in parallel.
type Probe struct{ Requests []diag.Request }

// Do is one step of the fix; its report decides what follows.
type Do struct{ Instruction diag.Instruction }

// Done is the end.
type Done struct{ Verdict diag.Verdict }

func (Ask) step()   {}
func (Probe) step() {}
func (Do) step()    {}
func (Done) step()  {}

// Limits of a diagnosis.
const (
	// maxQuestions is how many questions a person is asked before the first
	// step. More, and people stop answering with care.
	maxQuestions = 3
	// maxRepairs ends the offer to check again after a failed early check.
	maxRepairs = 20
	// pauseOdds, in decibans, is how sure it must be that only somebody else
	// can mend it before the walk pauses.
	pauseOdds = 20
	// outageOdds, in decibans, is how sure it must be that the service is down or
	// holds people off before waiting is advised. It costs little, and whatever is
	// tried meanwhile misleads.
	outageOdds = 9.5
)

// Next decides what to do about a case: symptoms, where it fails, checks, a
// few questions, the steps in order, the retest, the verdict. A failed check
// that others depend on comes before all belief.
func Next(b *Book, ev *diag.Evidence) Step {
	s := b.fold(ev)
	if q, ok := s.opening(); ok {
		return Ask{q}
	}
	if due := s.due(); len(due) > 0 {
		return Probe{due}
	}
	if c := broken(s.checks); c != nil {
		if ev.Answers[diag.AskRepair] != "" || ev.Repairs >= maxRepairs {
			return Done{s.brokenVerdict(c)}
		}
		return Ask{s.repairQuestion(c)}
	}
	if s.episode.proven {
		return Done{s.provenVerdict()}
	}
	if q := s.question(); q != nil {
		return Ask{s.prompt(q)}
	}
	if c := s.pausing(); c != nil {
		switch ev.Answers[diag.AskContinue] {
		case "":
			return Ask{s.pauseQuestion(c)}
		case diag.ChoiceStop:
			return Done{s.pauseVerdict(c)}
		}
	}
	if s.handsOver() {
		switch ev.Answers[diag.AskHandOver] {
		case "":
			return Ask{s.handOverQuestion()}
		case diag.ChoiceStop:
			return Done{s.handOverVerdict()}
		}
	}
	if step := s.nextStep(); step != nil {
		return Do{s.instruction(step)}
	}
	if b.Sorts() {
		return Done{s.sortedVerdict()}
	}
	return Done{s.endVerdict()}
}

// opening is a question that comes before the checks.
func (s *state) opening() (diag.Question, bool) {
	if len(s.b.Symptoms) > 0 && !s.ev.SymptomsAsked && s.ev.Answers[diag.AskSymptoms] == "" {
		return s.symptomsQuestion(), true
	}
	if len(s.b.Checks) > 0 && s.ev.Answers[diag.AskWhere] == "" {
		return whereQuestion(), true
	}
	return diag.Question{}, false
}

// due lists the checks to measure: those never measured for this fault, or
// measured for another target, or before a step that may have changed them.
func (s *state) due() []diag.Request {
	var out []diag.Request
	for i := range s.b.Checks {
		c := &s.b.Checks[i]
		m, ok := s.ev.Checks[c.ID]
		if m.Given {
			continue
		}
		with := s.with(i)
		if ok && s.fresh(m) && sameWith(m.With, with) && !s.affectedSince(c.ID, m.Tick) {
			continue
		}
		out = append(out, diag.Request{ID: c.ID, Kind: c.Run, With: maps.Clone(with), Unset: s.unset(i)})
	}
	return out
}

// with are the parameters of check i, filled in: the playbook's own, unless an
// answer set a variable.
func (s *state) with(i int) map[string]string {
	if len(s.ev.Vars) == 0 {
		return s.b.with[i]
	}
	return filled(&s.b.Checks[i], s.vars)
}

// unset are the parameters of check i that wait for a variable's value, with its
// name.
func (s *state) unset(i int) map[string]string {
	if len(s.ev.Vars) == 0 {
		return s.b.unset[i]
	}
	return waiting(&s.b.Checks[i], s.vars)
}

// waiting are the parameters of a check that are made of variables without a
// value; nil for none.
func waiting(c *playbook.Check, vars map[string]string) map[string]string {
	var out map[string]string
	for param, template := range c.With {
		names := playbook.Variables(template)
		if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return vars[name] != "" }) {
			if out == nil {
				out = map[string]string{}
			}
			out[param] = names[0]
		}
	}
	return out
}

// filled fills a check's parameters in; what is empty is left out, so that the
// probe's default holds.
func filled(c *playbook.Check, vars map[string]string) map[string]string {
	out := make(map[string]string, len(c.With))
	for k, v := range c.With {
		if text := fill(v, vars); text != "" {
			out[k] = text
		}
	}
	return out
}

func sameWith(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// affectedSince reports whether a step done after that tick may have changed
// what a check finds.
func (s *state) affectedSince(check string, tick int) bool {
	return slices.ContainsFunc(s.visits, func(v visit) bool {
		step := s.stepByID(v.step)
		return v.tick > tick && v.outcome != diag.DidSatisfied && step != nil && slices.Contains(step.Affects, check)
	})
}

// pausing is the cause to pause for: one that only somebody else can mend, at
// long odds, with a check in force that proves it.
func (s *state) pausing() *playbook.Cause {
	i := leader(s.post)
	c := s.causeAt(i)
	if c.Leak || !diag.OutsideUser(c.Actor) || oddsDecibans(s.post[i]) < pauseOdds || len(s.visits) > 0 {
		return nil
	}
	if s.conclusive(c) == nil {
		return nil
	}
	return c
}

// outage is the cause that leads where time alone mends it, before anything was
// tried; nil for any other. What to do meanwhile is its escalate.
func (s *state) outage() *playbook.Cause {
	i := leader(s.post)
	c := s.causeAt(i)
	if !waits(c) || c.Leak || c.Escalate == "" || oddsDecibans(s.post[i]) < outageOdds || len(s.visits) > 0 {
		return nil
	}
	return c
}

// waits: time alone mends it.
func waits(c *playbook.Cause) bool { return c.Class == "provider_outage" || c.Class == "rate_limited" }

// conclusive is a check in force whose outcome proves a cause; nil for none.
func (s *state) conclusive(c *playbook.Cause) *judged {
	for i := range s.checks {
		j := &s.checks[i]
		if j.InForce && j.Status != diag.Blocked && slices.Contains(j.def.Conclusive, j.outcome) && s.raises(j, c.ID) {
			return j
		}
	}
	return nil
}

func (s *state) causeAt(i int) *playbook.Cause { return &s.b.Causes[i] }

// nextStep is the retest once something seems to have helped; else the next
// step that was not presented yet, in the playbook's order or the likeliest;
// else the retest, unless that came last already; else nothing.
func (s *state) nextStep() *playbook.Step {
	retest := s.b.RetestStep()
	if s.episode.retested && s.episode.fixedBy >= 0 {
		return nil // it helped, but the proof was put off: nothing more to try
	}
	if s.episode.fixedBy >= 0 && retest != nil {
		return retest
	}
	if step := s.remaining(); step != nil {
		return step
	}
	if retest != nil && !s.episode.retested {
		return retest
	}
	return nil
}

func (s *state) remaining() *playbook.Step {
	left := s.left()
	if len(left) == 0 {
		return nil
	}
	if s.likely() {
		if step := s.plannedStep(); step != nil {
			return step
		}
	}
	return left[0]
}

// question is the one to ask now, or nil: before the first step, at most
// three, and only one whose answers could change the leader or what a step
// says.
func (s *state) question() *playbook.Question {
	if s.likely() {
		return s.plannedQuestion()
	}
	return s.valued(func(*playbook.Question) bool { return true })
}

// valued is the question with the most information in it, of those wanted.
func (s *state) valued(wanted func(*playbook.Question) bool) *playbook.Question {
	if len(s.visits) > 0 || s.ev.Asked >= maxQuestions {
		return nil
	}
	var best *playbook.Question
	bestValue := 0.0
	for i := range s.b.Questions {
		q := &s.b.Questions[i]
		if _, done := s.ev.Answers[q.ID]; done || !s.askable(q) || !wanted(q) {
			continue
		}
		if v := s.worth(q); v > bestValue {
			best, bestValue = q, v
		}
	}
	return best
}

// askable: its condition holds, and the time that it shows for comparing is
// known to be right. Against a wrong time, every right clock looks wrong. What
// is asked of a message is known where there is none, or where it was recognised.
func (s *state) askable(q *playbook.Question) bool {
	if q.Show != "" {
		if _, known := s.clockOffset(); !known {
			return false
		}
	}
	if q.OfMessage && s.ev.MessageAsked && (s.ev.Message == "" || s.messageClass() != "") {
		return false
	}
	return s.holds(q.When)
}

// What makes a question worth asking, besides the information in it: a small
// bonus for changing words keeps such a question in the running.
const (
	wordsBits = .05
	minChance = .02 // an answer less likely than this flips nothing worth asking for
)

// worth is the expected information of a question, in bits; 0 when no likely
// answer changes the leader or what a step says.
func (s *state) worth(q *playbook.Question) float64 {
	t := s.b.model.tests[q.ID]
	now, flips, bits := leader(s.post), false, 0.0
	for o := range t.outcomes {
		told := t.columns[o].tells(s.post)
		flips = flips || told.chance >= minChance && told.leader != now
		bits += told.bits
	}
	words := s.changesWords(q)
	switch {
	case !flips && !words:
		return 0
	case words:
		bits += wordsBits
	}
	return bits
}

// changesWords reports whether what a step says, or shows as done, or what is
// checked, depends on the answer.
func (s *state) changesWords(q *playbook.Question) bool {
	for _, c := range q.Choices {
		if len(c.Sets) > 0 || c.Input != "" {
			return true
		}
	}
	for i := range s.b.Steps {
		step := &s.b.Steps[i]
		if _, ok := step.SatisfiedBy[q.ID]; ok {
			return true
		}
		if slices.ContainsFunc(step.Notes, func(n playbook.Note) bool { _, ok := n.When[q.ID]; return ok }) {
			return true
		}
	}
	return slices.ContainsFunc(s.b.Questions, func(o playbook.Question) bool {
		_, ok := o.When[q.ID]
		return ok && s.ev.Answers[o.ID] == ""
	})
}

// Due lists the checks that are to be measured now.
func Due(b *Book, ev *diag.Evidence) []diag.Request { return b.fold(ev).due() }

// With gives the parameters of a check, variables filled in.
func With(b *Book, ev *diag.Evidence, check string) map[string]string {
	s := b.fold(ev)
	for i := range b.Checks {
		if b.Checks[i].ID == check {
			return maps.Clone(s.with(i))
		}
	}
	return nil
}
