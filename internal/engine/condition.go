package engine

import (
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// holds reports whether every key of a condition holds.
func (s *state) holds(c playbook.Condition) bool {
	for key, values := range c {
		if !s.keyHolds(key, values) {
			return false
		}
	}
	return true
}

func (s *state) keyHolds(key string, values []string) bool {
	if key == "symptom" {
		return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(s.ev.Symptoms, v) })
	}
	if key == diag.AskWhere {
		return s.ev.Answers[key] != "" && slices.Contains(values, string(s.ev.Where()))
	}
	if answer, ok := s.ev.Answers[key]; ok {
		return slices.Contains(values, answer)
	}
	for i := range s.checks {
		if c := &s.checks[i]; c.ID == key {
			return c.InForce && c.Status != diag.Blocked && slices.Contains(values, c.outcome)
		}
	}
	for _, v := range s.visits {
		if v.step == key && slices.Contains(values, v.outcome) {
			return true
		}
	}
	if slices.Contains(values, diag.DidSatisfied) && s.proven(key) {
		return true
	}
	return key == playbook.KeyMessage && slices.Contains(values, s.messageClass())
}

// proven: a step is shown to be done already, whether its turn has come or
// not. What would need a later step to be so is not, so that no two steps can
// wait for each other.
func (s *state) proven(id string) bool {
	at := slices.IndexFunc(s.b.Steps, func(step playbook.Step) bool { return step.ID == id })
	if at < 0 {
		return false
	}
	for _, later := range s.b.Steps[at:] {
		if _, waits := s.b.Steps[at].SatisfiedBy[later.ID]; waits {
			return false
		}
	}
	return s.satisfied(&s.b.Steps[at])
}

// messageClass is the cause class of the message that was pasted, where there
// is no doubt about it.
func (s *state) messageClass() string {
	if len(s.ev.Matches) == 0 || !s.ev.Matches[0].Certain {
		return ""
	}
	return s.ev.Matches[0].Cause
}

// proof says in words why a condition holds.
func (s *state) proof(c playbook.Condition) string {
	var parts []string
	for key, values := range c {
		switch {
		case s.questionByID(key) != nil:
			q := s.questionByID(key)
			parts = append(parts, s.fill(q.Ask)+" "+s.fill(choiceText(q, s.ev.Answers[key])))
		case s.stepByID(key) != nil:
			parts = append(parts, s.reported(s.stepByID(key), values))
		default:
			for i := range s.checks {
				if s.checks[i].ID == key {
					parts = append(parts, s.checks[i].Title+": "+s.checks[i].Summary)
				}
			}
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

// reported says in words which of some reports a step had. One that was itself
// proven done has the proof of that.
func (s *state) reported(step *playbook.Step, values []string) string {
	for _, v := range s.visits {
		if v.step != step.ID || !slices.Contains(values, v.outcome) {
			continue
		}
		for _, o := range s.outcomes(step) {
			if o.ID == v.outcome {
				return s.titleOf(step) + ": " + o.Text
			}
		}
	}
	if slices.Contains(values, diag.DidSatisfied) && s.proven(step.ID) {
		return s.proof(step.SatisfiedBy)
	}
	return ""
}

func choiceText(q *playbook.Question, id string) string {
	for _, c := range q.Choices {
		if c.ID == id {
			return c.Text
		}
	}
	return id
}

// fill puts the values of variables in the place of {{name}}. A name that is
// no variable stays as it is; lint refuses it.
func fill(text string, vars map[string]string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{{")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, after, ok := strings.Cut(rest, "}}")
		if !ok {
			out.WriteString("{{" + rest)
			return out.String()
		}
		if v, known := vars[strings.TrimSpace(name)]; known {
			out.WriteString(v)
		} else {
			out.WriteString("{{" + name + "}}")
		}
		text = after
	}
}

func fillAll(texts []string, vars map[string]string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = fill(t, vars)
	}
	return out
}
