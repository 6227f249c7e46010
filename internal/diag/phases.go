package diag

import "time"

// A Phase is a part of a visit, and what it took.
type Phase struct {
	Name string
	Took time.Duration
}

// Phases are those of a check that visits a page, redirects included; 0 for
// one that was not reached. A check of any other kind has none.
func Phases(c *Check) []Phase {
	var out []Phase
	took, _ := c.Facts["phases"].(map[string]any)
	for _, name := range []string{"dns", "connect", "tls", "first_byte"} {
		if ms, ok := took[name+"_ms"].(float64); ok {
			out = append(out, Phase{name, time.Duration(ms * float64(time.Millisecond))})
		}
	}
	return out
}
