package engine

import (
	"fmt"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

func (s *state) symptomsQuestion() diag.Question {
	q := diag.Question{
		ID: diag.AskSymptoms, Text: "What do you see?", Multi: true,
		Help: "Each thing that you tick makes some causes likelier and others less likely. Tick all that you have seen; leave the rest.",
	}
	for _, sym := range s.b.Symptoms {
		q.Choices = append(q.Choices, diag.Choice{ID: sym.ID, Text: s.fill(sym.Title)})
	}
	return q
}

// whereQuestion is the engine's own. Every check measures this computer, and
// the sign-in may fail on another device.
func whereQuestion() diag.Question {
	return diag.Question{
		ID: diag.AskWhere, Text: "Where does it fail?",
		Help: "The checks measure this computer and this network. The answer says how much of that counts for the device that is refused.",
		Choices: []diag.Choice{
			{ID: string(diag.WhereHere), Text: "On this computer"},
			{ID: string(diag.WhereSameNetwork), Text: "On another device on this network, such as a phone"},
			{ID: string(diag.WhereElsewhere), Text: "In another place, such as on mobile data or on a server"},
			{ID: "everywhere", Text: "Everywhere I tried"},
			{ID: "not-sure", Text: "Not sure", Unsure: true},
		},
	}
}

func (s *state) prompt(q *playbook.Question) diag.Question {
	out := diag.Question{ID: q.ID, Text: s.fill(q.Ask), Help: s.fill(q.Help), Show: q.Show}
	switch {
	case len(q.Careful) > 0 && s.looksLocked():
		out.Careful = []string{"The account is locked, as it looks: try nothing now. Answer from what you have seen already."}
	case len(q.Careful) > 0:
		out.Careful = fillAll(q.Careful, s.vars)
	}
	if s.holds(q.PhoneWhen) {
		out.PhoneClock = q.PhoneClock
	}
	for _, c := range q.Choices {
		choice := diag.Choice{ID: c.ID, Text: s.fill(c.Text), Unsure: c.Neutral}
		if c.Input != "" {
			choice.Input = s.fill(c.Prompt)
		}
		out.Choices = append(out.Choices, choice)
	}
	if q.Show != "" {
		out.OffsetSeconds, out.OffsetKnown = s.clockOffset()
		out.OffsetGiven = slices.ContainsFunc(s.checks, func(c judged) bool { return c.Layer == diag.LayerClock && c.given && c.outcome == "accurate" })
	}
	return out
}

// looksLocked: the message says so, or it is the most likely of all.
func (s *state) looksLocked() bool {
	const locked = "account_locked"
	return s.messageClass() == locked || s.causeAt(leader(s.post)).Class == locked
}

// clockOffset is what the clock check measured: server minus local, in
// seconds.
func (s *state) clockOffset() (float64, bool) {
	for i := range s.checks {
		c := &s.checks[i]
		if c.Layer == diag.LayerClock && c.given && c.outcome == "accurate" {
			return 0, true
		}
		if c.Layer == diag.LayerClock && c.facts {
			if ms, ok := c.Facts["offset_ms"].(float64); ok {
				return ms / 1000, true
			}
		}
	}
	return 0, false
}

func (s *state) repairQuestion(c *judged) diag.Question {
	q := diag.Question{
		ID: diag.AskRepair, Text: "What now?", Finding: s.final(c), Careful: s.leaveAlone(c),
		Choices: []diag.Choice{{ID: diag.ChoiceAgain, Text: "Check again"}},
	}
	if s.ev.Repairs > 0 {
		q.Text = "Checked again, and something is still in the way. What now?"
	}
	if s.ev.Where() != diag.WhereElsewhere && c.Scope != diag.ScopeService {
		text := "It fails on another device, away from this network"
		switch {
		case c.Code == offline && s.ev.Where() == diag.WhereHere:
			text = "It fails on another device too, and that one has internet"
		case c.Code == offline:
			text = "The phone or tablet that is refused has internet: go on for that"
		}
		q.Choices = append(q.Choices, diag.Choice{ID: diag.ChoiceElsewhere, Text: text})
	}
	q.Choices = append(q.Choices, diag.Choice{ID: diag.ChoiceStop, Text: "Stop here"})
	return q
}

// leaveAlone keeps people from changing a password that is not the problem, or
// of which nothing is known.
func (s *state) leaveAlone(c *judged) []string {
	switch {
	case c.Code != offline:
		return []string{"your password. What fails here comes before it."}
	case s.ev.Where() == diag.WhereHere:
		return []string{"your password. This computer reaches nothing, and that says nothing about it."}
	}
	return []string{"your password. This computer reaches nothing, and that says nothing about it, nor about a phone."}
}

func (s *state) pauseQuestion(c *playbook.Cause) diag.Question {
	q := diag.Question{
		ID: diag.AskContinue, Text: "Only somebody else can mend this: " + s.fill(c.Title) + ". What now?",
		Help: s.fill(c.Escalate),
		Choices: []diag.Choice{
			{ID: diag.ChoiceStop, Text: "Stop here and wait"},
			{ID: diag.ChoiceContinue, Text: "Continue anyway"},
		},
	}
	if j := s.conclusive(c); j != nil {
		q.Finding = s.final(j)
	}
	return q
}

func (s *state) final(c *judged) *diag.Check { return &c.Check }

// number is a step's place in the playbook, from 1; in the likeliest order, in
// the walk.
func (s *state) number(step *playbook.Step) int {
	if !s.likely() {
		return slices.IndexFunc(s.b.Steps, func(x playbook.Step) bool { return x.ID == step.ID }) + 1
	}
	if step.Stage == diag.StageRetest {
		return len(s.b.Steps)
	}
	seen := map[string]bool{step.ID: true}
	for _, v := range s.visits {
		if retest := s.b.RetestStep(); retest == nil || v.step != retest.ID {
			seen[v.step] = true
		}
	}
	return len(seen)
}

// begun reports whether the person has been given anything to do yet; steps
// that were only shown as done do not count.
func (s *state) begun() bool {
	return slices.ContainsFunc(s.visits, func(v visit) bool { return v.outcome != diag.DidSatisfied })
}

// atComputer lists the surfaces that a sign-in on this computer uses.
var atComputer = []string{"website", "desktop", "cli"}

// surface is where this step is done: the one that was chosen, the first of
// this computer when the sign-in fails here, or the first of the playbook's
// that the step has instructions for.
func (s *state) surface(step *playbook.Step) string {
	surfaces := []string{s.b.Surface}
	if s.ev.Where() == diag.WhereHere {
		for _, own := range s.b.Surfaces {
			if slices.Contains(atComputer, own) {
				surfaces = append(surfaces, own)
			}
		}
	}
	surfaces = append(surfaces, s.b.Surfaces...)
	for _, surface := range surfaces {
		if _, ok := step.Do[surface]; ok {
			return surface
		}
	}
	return ""
}

// more is what a person can ask to see besides: the guides of the step.
func (s *state) more(step *playbook.Step) []string {
	var lines []string
	for _, id := range step.Guides {
		for i := range s.b.Guides {
			if s.b.Guides[i].ID == id {
				lines = append(lines, s.guideLines(&s.b.Guides[i], s.surface(step))...)
			}
		}
	}
	return lines
}

func (s *state) guideLines(g *playbook.Guide, surface string) []string {
	for _, p := range g.Procedures {
		if p.Surface != surface || diag.OutsideUser(p.Actor) {
			continue
		}
		lines := []string{s.fill(g.Title) + ":"}
		for i, l := range p.Do {
			lines = append(lines, fmt.Sprintf("%d. %s", i+1, s.fill(l)))
		}
		for _, l := range p.Careful {
			lines = append(lines, "Careful: "+s.fill(l))
		}
		return lines
	}
	return []string{s.fill(g.Title) + fmt.Sprintf(": authdoctor guide %s %s", s.b.ID, g.ID)}
}

func (s *state) checkpoints() []diag.Checkpoint {
	var out []diag.Checkpoint
	for i, c := range s.retest() {
		out = append(out, diag.Checkpoint{
			Must: i == s.signInCheckpoint(),
			ID:   c.ID, Title: s.fill(c.Title), Before: fillAll(c.Before, s.vars), Minutes: c.Minutes, Postpone: c.Postpone,
			Undo: c.Undo, Remind: s.fill(c.Remind),
		})
	}
	return out
}

// pFix is the probability that a step would fix it now; 0 for one that fixes
// nothing.
func (s *state) pFix(step *playbook.Step) float64 {
	return pFix(s.b.model.tests[step.ID], s.post)
}

// promising is the step, of those that are left, that is most likely to fix
// it; nil when none fixes anything.
func (s *state) promising() *playbook.Step {
	var best *playbook.Step
	bestP := 0.0
	for i := range s.b.Steps {
		step := &s.b.Steps[i]
		if step.Stage == diag.StageRetest || s.presented(step.ID) || s.satisfied(step) || s.ruledOut(step) {
			continue
		}
		if p := s.pFix(step); p > bestP {
			best, bestP = step, p
		}
	}
	return best
}
