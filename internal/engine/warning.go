package engine

import (
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// barring is the first warning in force that keeps some programs out.
func (s *state) barring() *judged {
	return s.firstWarning(func(c *judged) bool { return c.found.Bars })
}

func (s *state) firstWarning(which func(*judged) bool) *judged {
	for i := range s.checks {
		if c := &s.checks[i]; c.Status == diag.Warn && c.InForce && which(c) {
			return c
		}
	}
	return nil
}

// remark names what stands out where nothing is wrong: a warning that keeps
// nobody out, with what to do about it.
func (s *state) remark(v diag.Verdict) diag.Verdict {
	c := s.firstWarning(func(*judged) bool { return true })
	if c == nil {
		return v
	}
	return s.remarkOn(v, c)
}

func (s *state) remarkOn(v diag.Verdict, c *judged) diag.Verdict {
	named := s.named(c, "")
	named.Status = v.Status
	named.Summary = strings.TrimSuffix(v.Summary, ".") + ", except that " + c.found.Meaning + "."
	if v.Status != diag.Healthy {
		named.Summary = v.Summary + " One thing stands out: " + c.found.Meaning + "."
	}
	return named
}
