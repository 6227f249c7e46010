package engine

import (
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// chain says which checks can hide which. It follows from the playbook and
// its variables alone.
type chain struct {
	// order lists check positions so that whatever hides a check comes before
	// it. Lint refuses circles; were there one, its checks keep their place.
	order []int
	// before lists, for each check, those whose failure hides it: those that it
	// names, or else every check earlier in the chain that looks at the same
	// target. Nearest to this computer first.
	before [][]int
	// beside lists, for each check, those that sign in to the same service and
	// stand before it in the playbook. A failure of theirs hides nothing, for each
	// has its own answer; but a service that asks one to wait answers none.
	beside [][]int
}

// chainOf is the chain of a case: the playbook's own, unless answers changed
// where checks look.
func (b *Book) chainOf(ev *diag.Evidence, vars map[string]string) *chain {
	if len(ev.Vars) == 0 {
		return b.chain
	}
	return b.newChain(vars)
}

func (b *Book) newChain(vars map[string]string) *chain {
	c := &chain{before: make([][]int, len(b.Checks)), beside: make([][]int, len(b.Checks))}
	targets := make([]string, len(b.Checks))
	for i := range b.Checks {
		targets[i] = target(&b.Checks[i], vars)
	}
	for i := range b.Checks {
		c.before[i], c.beside[i] = b.predecessors(i, targets), b.neighbours(i, targets)
	}
	seen := make([]bool, len(b.Checks))
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, p := range slices.Concat(c.before[i], c.beside[i]) {
			visit(p)
		}
		c.order = append(c.order, i)
	}
	for i := range b.Checks {
		visit(i)
	}
	return c
}

func (b *Book) predecessors(i int, targets []string) []int {
	def := &b.Checks[i]
	var out []int
	for k := range b.Checks {
		if k == i {
			continue
		}
		if def.After != nil {
			if slices.Contains(def.After, b.Checks[k].ID) {
				out = append(out, k)
			}
			continue
		}
		if earlier(b.layer(k), b.layer(i)) && b.sameTarget(k, targets[k], targets[i]) {
			out = append(out, k)
		}
	}
	slices.SortStableFunc(out, func(x, y int) int { return b.layer(x).Chain() - b.layer(y).Chain() })
	return out
}

// neighbours are those of chain.beside. A check that names what hides it has
// none, and is none.
func (b *Book) neighbours(i int, targets []string) []int {
	var out []int
	for k := range i {
		one, other := &b.kinds[k], &b.kinds[i]
		if one.Layer != diag.LayerCredentials || other.Layer != diag.LayerCredentials || b.Checks[k].After != nil || b.Checks[i].After != nil {
			continue
		}
		if one.Account != "" && one.Account == other.Account || targets[i] != "" && targets[i] == targets[k] {
			out = append(out, k)
		}
	}
	return out
}

// layer is that of a check before anything was found.
func (b *Book) layer(i int) diag.Layer { return b.unmeasured[i].Layer }

// earlier reports whether a failure in layer a hides a check in layer c. What
// sends credentials over the network needs the whole chain.
func earlier(a, c diag.Layer) bool {
	end := c.Chain()
	if c == diag.LayerCredentials {
		end = diag.LayerEndpoint.Chain() + 1
	}
	return a.Chain() > 0 && a.Chain() < end
}

// sameTarget compares hosts. The way out is the same for all of them.
func (b *Book) sameTarget(k int, x, y string) bool {
	return b.layer(k) == diag.LayerPath || x == "" || y == "" || x == y
}

// target is the host that a check looks at; empty when it cannot be told.
func target(c *playbook.Check, vars map[string]string) string {
	for _, key := range []string{"url", "name", "address", "issuer"} {
		if v := c.With[key]; v != "" {
			return hostOf(fill(v, vars))
		}
	}
	return ""
}

// hostOf takes the host out of a URL, of host:port, or of a host.
func hostOf(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if end := strings.IndexAny(s, "/?#"); end >= 0 {
		s = s[:end]
	}
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		s = s[at+1:]
	}
	if strings.HasPrefix(s, "[") {
		host, _, _ := strings.Cut(s[1:], "]")
		return host
	}
	if strings.Count(s, ":") == 1 {
		s, _, _ = strings.Cut(s, ":")
	}
	return strings.ToLower(s)
}

// A checkKind is what a check can find: with the code of each outcome, and what
// is said of one that somebody vouches for.
type checkKind struct {
	diag.Kind
	codes, given []string
}

func kindOf(c *playbook.Check) checkKind {
	kind, _ := diag.FindKind(c.Run)
	k := checkKind{Kind: kind}
	for _, o := range kind.Outcomes {
		k.codes = append(k.codes, diag.Code(c.Run, o.Name))
		k.given = append(k.given, o.Meaning+diag.GivenMark)
	}
	return k
}

// find is the place of an outcome; -1 where there is no such outcome.
func (k *checkKind) find(outcome string) int {
	for i := range k.Outcomes {
		if k.Outcomes[i].Name == outcome {
			return i
		}
	}
	return -1
}

// unread is each check before anything is known of it.
func unread(checks []playbook.Check) []judged {
	out := make([]judged, len(checks))
	for i := range checks {
		def := &checks[i]
		kind, _ := diag.FindKind(def.Run)
		title := def.Title
		if title == "" {
			title = kind.Title
		}
		out[i] = judged{def: def, Check: diag.Check{
			ID: def.ID, Title: title, Probe: def.Run, Layer: kind.Layer,
			Status: diag.Unknown, Code: diag.Code(def.Run, diag.NoAnswer), Reason: "not measured",
			Summary: "not measured", Scope: diag.ScopeService, Facts: map[string]any{},
		}, found: &diag.Outcome{}}
	}
	return out
}
