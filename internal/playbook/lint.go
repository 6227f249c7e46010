package playbook

import (
	"slices"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Lint reads a playbook like Parse and then looks for what is sound but of no
// use, or misleading. probes gives the parameters that each kind of probe
// takes from a playbook. The playbook is nil when it cannot be read; then the
// problems are those of Parse.
func Lint(name string, data []byte, probes map[string][]string, values ...Values) (*Playbook, []Problem) {
	r := read(name, data)
	r.checkValues(values)
	if list := r.problems(); len(list) > 0 {
		return nil, list
	}
	l := &linter{reader: r, used: r.book.conditionUses()}
	l.lintHead()
	l.lintSymptoms()
	l.lintCauses()
	l.lintChecks(probes)
	l.lintQuestions()
	l.lintSteps()
	l.lintRetest()
	l.lintGuides()
	l.lintTexts()
	return r.book, r.problems()
}

type linter struct {
	*reader
	used map[string]bool // keys of conditions; "symptom ID" for a symptom
}

// conditionUses collects what conditions look at.
func (p *Playbook) conditionUses() map[string]bool {
	used := map[string]bool{}
	add := func(c Condition) {
		for key, values := range c {
			used[key] = true
			for _, v := range values {
				used[key+" "+v] = true
			}
		}
	}
	for _, q := range p.Questions {
		add(q.When)
		add(q.PhoneWhen)
	}
	for _, s := range p.Steps {
		add(s.SatisfiedBy)
		for _, n := range s.Notes {
			add(n.When)
		}
	}
	return used
}

func (l *linter) lintHead() {
	b := l.book
	if len(b.Sources) == 0 {
		l.addHint("PB034", l.keyAt("/id"), "say where the facts come from", "playbook %s has no sources", quote(b.ID))
	}
	switch _, err := time.Parse(time.DateOnly, b.Reviewed); {
	case b.Reviewed == "":
		l.addHint("PB035", l.keyAt("/id"), "add reviewed: with a date such as 2026-03-18", "playbook %s has no review date", quote(b.ID))
	case err != nil:
		l.addHint("PB036", l.valueAt("/reviewed"), "write it as in 2026-03-18", "%s is no date", quote(b.Reviewed))
	}
	if b.Escalate == nil {
		l.addHint("PB042", l.keyAt("/id"), "add escalate:", "playbook %s does not say who can help when it cannot", quote(b.ID))
	}
}

func (l *linter) lintSymptoms() {
	for i := range l.book.Symptoms {
		s := &l.book.Symptoms[i]
		path := "symptom/" + s.ID
		l.idle(path+"/likely", s.Likely, s.Otherwise)
		raises := false
		for cause := range s.Likely {
			raises = raises || s.raises(cause)
		}
		if !raises && !l.used[KeySymptom+" "+s.ID] {
			l.addHint("PB040", l.valueAt(path+"/id"), "give it a likely: row", "symptom %s makes no cause more likely", quote(s.ID))
		}
	}
}

// idle reports rows that are equal to their default.
func (l *linter) idle(path string, likely map[string]Likelihood, otherwise *Likelihood) {
	for cause, p := range likely {
		if near(p.P, orHalf(otherwise)) {
			l.addHint("PB028", l.keyAt(path+"/"+cause), "remove it", "row of %s is the same as otherwise", quote(cause))
		}
	}
}

func (l *linter) lintCauses() {
	reachable := l.book.reachable()
	for _, c := range l.book.Causes {
		if c.Leak {
			continue
		}
		at := l.valueAt("cause/" + c.ID + "/id")
		if !reachable[c.ID] {
			l.addHint("PB025", at, "name it in the likely: of a symptom, check or question", "nothing can make cause %s more likely", quote(c.ID))
		}
		fixed := slices.ContainsFunc(l.book.Steps, func(s Step) bool { return s.Fixes[c.ID].P > 0 })
		if !fixed && c.Escalate == "" && c.Playbook == "" {
			l.addHint("PB026", at, "add it to the fixes: of a step, or give it escalate:", "no step fixes cause %s", quote(c.ID))
		}
	}
}

func (l *linter) lintChecks(probes map[string][]string) {
	for i := range l.book.Checks {
		c := &l.book.Checks[i]
		path := "check/" + c.ID
		table := c.table()
		l.idleRows(path, table)
		for k, o := range c.Conclusive {
			if !table.raised(o) {
				l.addHint("PB038", l.valueAt(itemPath(path+"/conclusive", k)), "give it a likely: row above otherwise",
					"conclusive outcome %s of check %s makes no cause more likely", quote(o), quote(c.ID))
			}
		}
		known, ok := probes[c.Run]
		for key := range c.With {
			if ok && !contains(known, key) {
				l.addUnknown("PB031", l.keyAt(path+"/with/"+key), key, known, "probe %s has no parameter %s", quote(c.Run), quote(key))
			}
		}
	}
}

func (l *linter) idleRows(path string, t table) {
	for cause := range t.rows {
		if t.idle(cause) {
			l.addHint("PB028", l.keyAt(path+"/likely/"+cause), "remove it", "row of %s is the same as otherwise", quote(cause))
		}
	}
}

func (l *linter) lintQuestions() {
	for i := range l.book.Questions {
		q := &l.book.Questions[i]
		path := "question/" + q.ID
		table := q.table()
		l.idleRows(path, table)
		moves := false
		for cause := range table.rows {
			moves = moves || !table.idle(cause)
		}
		sets := slices.ContainsFunc(q.Choices, func(c Choice) bool { return len(c.Sets) > 0 || c.Input != "" })
		if !moves && !sets && !l.used[q.ID] {
			l.addHint("PB039", l.valueAt(path+"/id"), "give it a likely: row, or use it in a condition", "no answer to question %s changes anything", quote(q.ID))
		}
	}
}

func (l *linter) lintSteps() {
	required := map[string]bool{}
	for _, s := range l.book.Steps {
		for _, id := range s.Requires {
			required[id] = true
		}
	}
	for i := range l.book.Steps {
		s := &l.book.Steps[i]
		path := "step/" + s.ID
		helps := len(s.Outcomes) > 0 || required[s.ID] || s.Stage == diag.StageRetest
		for cause, p := range s.Fixes {
			helps = helps || p.P > 0
			if p.P == 0 {
				l.addHint("PB028", l.keyAt(path+"/fixes/"+cause), "remove it", "step %s fixes cause %s with likelihood 0", quote(s.ID), quote(cause))
			}
		}
		if !helps {
			l.addHint("PB041", l.valueAt(path+"/id"), "give it fixes:", "step %s fixes nothing and tells nothing", quote(s.ID))
		}
		for _, o := range s.Outcomes {
			l.idle(path+"/outcome/"+o.ID+"/likely", o.Likely, o.Otherwise)
		}
		l.lintSurfaces(s, path)
	}
}

func (l *linter) lintSurfaces(s *Step, path string) {
	if s.Stage == diag.StageRetest {
		return
	}
	for _, surface := range l.book.Surfaces {
		if len(s.Do[surface]) == 0 {
			l.addHint("PB029", l.keyAt(path+"/do"), "add "+surface+": under do:", "step %s has no instructions for surface %s", quote(s.ID), quote(surface))
		}
	}
	for surface := range s.Do {
		if !contains(l.book.Surfaces, surface) {
			l.addHint("PB043", l.keyAt(path+"/do/"+surface), "add it to surfaces:, or remove it",
				"step %s has instructions for %s, which is not a surface of this playbook", quote(s.ID), quote(surface))
		}
	}
}

func (l *linter) lintRetest() {
	for i := range l.book.Retest {
		c := &l.book.Retest[i]
		l.idle("checkpoint/"+c.ID+"/likely", c.Likely, c.Otherwise)
	}
	if len(l.book.Steps) == 0 {
		return // it only sorts
	}
	last := l.book.Steps[len(l.book.Steps)-1]
	switch step := l.book.RetestStep(); {
	case step == nil:
		l.addHint("PB027", l.valueAt("step/"+last.ID+"/id"), "add a step of stage retest", "no retest comes after step %s", quote(last.ID))
	case len(l.book.Retest) == 0:
		l.addHint("PB027", l.valueAt("step/"+step.ID+"/id"), "add retest: with a checkpoint sign-in", "step %s has no checkpoints", quote(step.ID))
	}
}

func (l *linter) lintGuides() {
	used := map[string]bool{}
	for _, s := range l.book.Steps {
		for _, id := range s.Guides {
			used[id] = true
		}
	}
	for _, g := range l.book.Guides {
		if !used[g.ID] {
			l.addHint("PB030", l.valueAt("guide/"+g.ID+"/id"), "name it in the guides: of a step", "no step uses guide %s", quote(g.ID))
		}
	}
}

// A table is the complete rows of a check or a question, as the engine fills
// them in.
type table struct {
	outcomes  []string
	otherwise []float64
	rows      map[string][]float64
}

func (c *Check) table() table {
	outcomes, _ := outcomesOf(c.Run)
	return newTable(outcomes, c.Likely, c.Otherwise)
}

func (q *Question) table() table { return newTable(tellingChoices(q), q.Likely, q.Otherwise) }

func newTable(outcomes []string, likely map[string]Row, otherwise Row) table {
	uniform := make([]float64, len(outcomes))
	for i := range uniform {
		uniform[i] = 1 / float64(len(outcomes))
	}
	t := table{outcomes: outcomes, otherwise: complete(outcomes, otherwise, uniform), rows: map[string][]float64{}}
	for cause, row := range likely {
		t.rows[cause] = complete(outcomes, row, t.otherwise)
	}
	return t
}

// complete gives what a row does not name the rest, in the proportions of base.
func complete(outcomes []string, row Row, base []float64) []float64 {
	full := make([]float64, len(outcomes))
	rest, open := 1., 0.
	for i, o := range outcomes {
		if l, ok := row[o]; ok {
			full[i] = l.P
			rest -= l.P
		} else {
			open += base[i]
		}
	}
	for i, o := range outcomes {
		if _, ok := row[o]; !ok && open > 0 {
			full[i] = max(0, rest) * base[i] / open
		}
	}
	return full
}

// raised reports whether an outcome makes any cause more likely.
func (t table) raised(outcome string) bool {
	i := slices.Index(t.outcomes, outcome)
	for _, row := range t.rows {
		if row[i] > t.otherwise[i] && !near(row[i], t.otherwise[i]) {
			return true
		}
	}
	return false
}

// idle reports whether a cause's row is the default row.
func (t table) idle(cause string) bool {
	return slices.EqualFunc(t.rows[cause], t.otherwise, near)
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

func orHalf(l *Likelihood) float64 {
	if l == nil {
		return .5
	}
	return l.P
}

func (s *Symptom) raises(cause string) bool {
	p, ok := s.Likely[cause]
	return ok && p.P > orHalf(s.Otherwise) && !near(p.P, orHalf(s.Otherwise))
}

// above notes the causes under which something is likelier than otherwise.
func above(found map[string]bool, likely map[string]Likelihood, otherwise *Likelihood) {
	for cause, p := range likely {
		if p.P > orHalf(otherwise) && !near(p.P, orHalf(otherwise)) {
			found[cause] = true
		}
	}
}

// reachable collects the causes that some evidence can make more likely. A row that differs from its default does so in some outcome.
func (p *Playbook) reachable() map[string]bool {
	found := map[string]bool{}
	for i := range p.Symptoms {
		for cause := range p.Symptoms[i].Likely {
			found[cause] = found[cause] || p.Symptoms[i].raises(cause)
		}
	}
	add := func(t table) {
		for cause := range t.rows {
			found[cause] = found[cause] || !t.idle(cause)
		}
	}
	for i := range p.Checks {
		add(p.Checks[i].table())
	}
	for i := range p.Questions {
		add(p.Questions[i].table())
	}
	for _, s := range p.Steps {
		for _, o := range s.Outcomes {
			above(found, o.Likely, o.Otherwise)
		}
	}
	for _, c := range p.Retest {
		above(found, c.Likely, c.Otherwise)
	}
	return found
}
