package session

import (
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// sets gives the variables that an answer comes with.
func (s *Session) sets(id string, a diag.Answer) map[string]string {
	q := s.question(id)
	if q == nil {
		return nil
	}
	vars := Sets(q, first(a))
	for _, c := range q.Choices {
		if c.ID != first(a) || c.Input == "" || a.Input == "" {
			continue
		}
		// The wizard has asked again until it was an address; from anybody
		// else, what is none is not used.
		address, err := diag.Address(a.Input)
		switch {
		case err != nil:
		case strings.HasSuffix(c.Input, "url"):
			vars[c.Input] = address
		default: // the name of a server stays one
			vars[c.Input] = strings.TrimSpace(a.Input)
		}
	}
	return vars
}

// Sets gives the variables that a choice sets by itself.
func Sets(q *playbook.Question, choice string) map[string]string {
	vars := map[string]string{}
	for _, c := range q.Choices {
		if c.ID == choice {
			for k, v := range c.Sets {
				vars[k] = v
			}
		}
	}
	return vars
}
