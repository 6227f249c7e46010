package scenario

import (
	"fmt"
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// Coverage says how much of a playbook its scenarios try: every symptom,
// outcome of a check, choice of a question, step, outcome of a step, and
// cause (as the leader).
type Coverage struct {
	Total   int      `json:"total"`
	Reached int      `json:"reached"`
	Missing []string `json:"missing"` // as "kind:id" or "kind:id=outcome", in playbook order
}

// Percent is what was reached of the whole, 0 to 100.
func (c Coverage) Percent() float64 {
	if c.Total == 0 {
		return 100
	}
	return 100 * float64(c.Reached) / float64(c.Total)
}

// Cover works out the coverage of a playbook by its results.
func Cover(p *playbook.Playbook, results []Result) Coverage {
	reached := map[string]bool{}
	for _, r := range results {
		for _, id := range r.Reached {
			reached[id] = true
		}
	}
	c := Coverage{Missing: []string{}}
	for _, item := range items(p) {
		c.Total++
		if reached[item] {
			c.Reached++
		} else {
			c.Missing = append(c.Missing, item)
		}
	}
	return c
}

// items lists everything of a playbook that a scenario can try.
func items(p *playbook.Playbook) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, s := range p.Symptoms {
		add("symptom:%s", s.ID)
	}
	for _, c := range p.Causes {
		if !c.Leak {
			add("cause:%s", c.ID)
		}
	}
	for _, c := range p.Checks {
		kind, _ := diag.FindKind(c.Run)
		for _, o := range kind.Outcomes {
			add("check:%s=%s", c.ID, o.Name)
		}
	}
	for _, q := range p.Questions {
		for _, c := range q.Choices {
			add("question:%s=%s", q.ID, c.ID)
		}
	}
	for _, s := range p.Steps {
		add("step:%s", s.ID)
		for _, o := range s.Outcomes {
			add("step:%s=%s", s.ID, o.ID)
		}
	}
	return slices.Clip(out)
}
