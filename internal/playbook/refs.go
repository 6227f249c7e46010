package playbook

import (
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// checkParts checks that the parts of a playbook fit together: what the engine
// relies on.
func (r *reader) checkParts() {
	x := r.book.index()
	r.checkNames(x)
	r.once(r.book.Surfaces, "/surfaces", "surface")
	r.checkLeak()
	for i := range r.book.Symptoms {
		s := &r.book.Symptoms[i]
		r.causesIn(x, "symptom/"+s.ID+"/likely", s.Likely, "likelihood row")
	}
	for i := range r.book.Checks {
		r.checkCheck(x, &r.book.Checks[i])
	}
	for i := range r.book.Questions {
		r.checkQuestion(x, &r.book.Questions[i])
	}
	for i := range r.book.Steps {
		r.checkStep(x, &r.book.Steps[i])
	}
	for i := range r.book.Retest {
		c := &r.book.Retest[i]
		path, name := "checkpoint/"+c.ID, "checkpoint "+quote(c.ID)
		r.causesIn(x, path+"/likely", c.Likely, "likelihood row")
		if c.Longer != nil {
			r.checkCondition(x, path+"/longer/when", c.Longer.When, "longer of "+name)
		}
		if c.Undo != "" {
			r.listed([]string{c.Undo}, path+"/undo", "checkpoint", "undo of "+name, x.retest)
		}
	}
	r.checkOrder(x)
	r.checkCycles()
}

// checkNames refuses ids that answers and conditions could not tell apart.
func (r *reader) checkNames(x *index) {
	kinds := []struct {
		kind string
		ids  []string
	}{{"symptom", x.symptoms.list}, {"check", x.checks.list}, {"question", x.questions.list}, {"step", x.steps.list}}
	owner := map[string]string{}
	for _, k := range kinds {
		for _, id := range k.ids {
			at := r.valueAt(k.kind + "/" + id + "/id")
			if first := owner[id]; first != "" && first != k.kind {
				r.addHint("PB019", at, "rename one: conditions could not tell them apart", "%s %s has the id of a %s", k.kind, quote(id), first)
				continue
			}
			owner[id] = k.kind
			if contains(reserved, id) {
				r.addHint("PB018", at, "use another id", "%s id %s is reserved", k.kind, quote(id))
			}
		}
	}
}

// checkLeak allows one leak, and no other cause under its name.
func (r *reader) checkLeak() {
	first := ""
	for _, c := range r.book.Causes {
		switch {
		case c.Leak && first != "":
			r.add("PB018", r.keyAt("cause/"+c.ID+"/leak"), "cause %s is a second leak; %s is the first", quote(c.ID), quote(first))
		case c.Leak:
			first = c.ID
		case c.ID == leakID:
			r.addHint("PB018", r.valueAt("cause/"+c.ID+"/id"), "add leak: true, or use another id", "cause id %s is reserved for the leak", quote(leakID))
		}
	}
}

// causesIn checks the causes that a row names.
func (r *reader) causesIn(x *index, path string, row map[string]Likelihood, where string) {
	for cause := range row {
		r.causeIn(x, path, cause, where)
	}
}

func (r *reader) causeIn(x *index, path, cause, where string) {
	if !x.causes.has(cause) {
		r.addUnknown("PB012", r.keyAt(path+"/"+cause), cause, x.causes.list, "unknown cause %s in %s", quote(cause), where)
	}
}

// listed checks a list of ids.
func (d *decoder) listed(list []string, path, kind, where string, known ids) {
	for i, id := range list {
		if id != "" && !known.has(id) {
			d.addUnknown("PB012", d.valueAt(itemPath(path, i)), id, known.list, "unknown %s %s in %s", kind, quote(id), where)
		}
	}
}

// once refuses a list that names something twice.
func (d *decoder) once(list []string, path, what string) {
	seen := map[string]bool{}
	for i, word := range list {
		if word != "" && seen[word] {
			d.add("PB011", d.valueAt(itemPath(path, i)), "duplicate %s %s", what, quote(word))
		}
		seen[word] = true
	}
}

func (r *reader) checkCheck(x *index, c *Check) {
	path, name := "check/"+c.ID, "check "+quote(c.ID)
	outcomes, ok := outcomesOf(c.Run)
	if !ok && c.Run != "" {
		r.addUnknown("PB016", r.valueAt(path+"/run"), c.Run, kindNames(), "unknown kind of probe %s in %s", quote(c.Run), name)
	}
	if ok {
		can := possible{names: outcomes, cannot: "probe " + quote(c.Run) + " cannot find"}
		r.checkRows(x, path, c.Likely, c.Otherwise, can)
		for i, o := range c.Conclusive {
			r.outcomeIn(o, r.valueAt(itemPath(path+"/conclusive", i)), can)
		}
	}
	r.listed(c.After, path+"/after", "check", "after of "+name, x.checks)
	r.once(c.After, path+"/after", "check")
	r.once(c.Conclusive, path+"/conclusive", "outcome")
	if n, ok := r.places[path+"/reliability"]; ok && c.Reliability == 0 {
		r.add("PB014", n.value, "reliability of %s must be above 0, and at most 1", name)
	}
}

// possible are the outcomes of a check, or the choices of a question.
type possible struct {
	names   []string
	neutral []string // choices that are no evidence
	cannot  string   // what to say of any other
}

// checkRows checks the rows of a check or a question.
func (r *reader) checkRows(x *index, path string, likely map[string]Row, otherwise Row, can possible) {
	for cause, row := range likely {
		r.causeIn(x, path+"/likely", cause, "likelihood row")
		r.checkRow(path+"/likely/"+cause, row, can)
	}
	r.checkRow(path+"/otherwise", otherwise, can)
}

// rowSlack is how far the sum of a row may be off through rounding.
const rowSlack = 1e-6

func (r *reader) checkRow(path string, row Row, can possible) {
	sum := 0.
	for o, l := range row {
		r.outcomeIn(o, r.keyAt(path+"/"+o), can)
		sum += l.P
	}
	at := r.keyAt(path)
	switch {
	case sum > 1+rowSlack:
		r.addHint("PB020", at, "the outcomes of one row share out 1", "row sums to %s", short(round(sum)))
	case len(row) == len(can.names) && sum < 1-rowSlack:
		r.addHint("PB020", at, "leave one outcome out: it gets the rest", "row names every outcome and sums to %s", short(round(sum)))
	}
}

func (r *reader) outcomeIn(outcome string, at span, can possible) {
	switch {
	case outcome == "" || contains(can.names, outcome):
	case contains(can.neutral, outcome):
		r.addHint("PB017", at, "remove it, or remove neutral: true", "neutral choice %s in a row", quote(outcome))
	default:
		r.addUnknown("PB017", at, outcome, can.names, "%s %s", can.cannot, quote(outcome))
	}
}

func (r *reader) checkQuestion(x *index, q *Question) {
	path, name := "question/"+q.ID, "question "+quote(q.ID)
	choices := choicesOf(q)
	if contains(choices, diag.NoAnswer) {
		r.addHint("PB018", r.keyAt(path+"/choices/"+diag.NoAnswer), "leave it out: not to know is always possible", "choice id %s is reserved", quote(diag.NoAnswer))
	}
	can := possible{names: tellingChoices(q), cannot: name + " has no choice"}
	for _, c := range q.Choices {
		if c.Neutral {
			can.neutral = append(can.neutral, c.ID)
		}
	}
	for outcome, choice := range q.PhoneClock {
		r.outcomeIn(choice, r.valueAt(path+"/phone_clock/"+outcome), can)
	}
	r.checkCondition(x, path+"/phone_clock/when", q.PhoneWhen, "phone_clock of "+name)
	if q.PhoneClock != nil && q.Show == "" {
		r.addHint("PB008", r.keyAt(path+"/phone_clock"), "add show: corrected-time, for whoever compares by eye", "%s has phone_clock but no show", name)
	}
	switch rows := len(q.Likely) + len(q.Otherwise); {
	case len(can.names) > 1:
		r.checkRows(x, path, q.Likely, q.Otherwise, can)
	case rows > 0 && len(choices) > 1:
		r.add("PB009", r.keyAt(path+"/choices"), "%s has rows, but fewer than two choices that are not neutral", name)
	}
	r.checkCondition(x, path+"/when", q.When, "when of "+name)
}

// checkCondition checks the keys and values of a condition.
func (r *reader) checkCondition(x *index, path string, c Condition, where string) {
	for key, values := range c {
		known, ok := x.conditionValues(key)
		if !ok {
			r.addFinding("PB012", r.keyAt(path+"/"+key), func() string { return meant(key, x.conditionKeys()) }, "unknown condition %s in %s", quote(key), where)
			continue
		}
		if len(values) == 0 {
			r.add("PB009", r.valueAt(path+"/"+key), "%s in %s has no value", quote(key), where)
		}
		for i, v := range values {
			if v == "" || contains(known, v) {
				continue
			}
			at := r.valueAt(itemPath(path+"/"+key, i))
			if v == diag.NoAnswer || v == diag.NotMeasured {
				r.addHint("PB017", at, "what is not known fulfils no condition", "%s is never %s, in %s", quote(key), quote(v), where)
				continue
			}
			r.addUnknown("PB017", at, v, known, "%s is never %s, in %s", quote(key), quote(v), where)
		}
	}
}

func (r *reader) checkStep(x *index, s *Step) {
	path, name := "step/"+s.ID, "step "+quote(s.ID)
	r.causesIn(x, path+"/fixes", s.Fixes, "fixes of "+name)
	r.listed(s.Requires, path+"/requires", "step", "requires of "+name, x.steps)
	r.listed(s.Affects, path+"/affects", "check", "affects of "+name, x.checks)
	r.listed(s.Guides, path+"/guides", "guide", "guides of "+name, x.guides)
	r.once(s.Requires, path+"/requires", "step")
	r.once(s.Affects, path+"/affects", "check")
	r.once(s.Guides, path+"/guides", "guide")
	r.checkCondition(x, path+"/satisfied_by", s.SatisfiedBy, "satisfied_by of "+name)
	for i, n := range s.Notes {
		r.checkCondition(x, itemPath(path+"/notes", i)+"/when", n.When, "a note of "+name)
	}
	for _, o := range s.Outcomes {
		at := path + "/outcome/" + o.ID
		if contains(did, o.ID) || o.ID == diag.DidSatisfied || o.ID == diag.NoAnswer {
			r.addHint("PB018", r.valueAt(at+"/id"), "every step has it already", "outcome id %s is reserved", quote(o.ID))
		}
		r.causesIn(x, at+"/likely", o.Likely, "likelihood row")
	}
}

// checkOrder holds the steps to the order of the stages, and to one retest at
// the end.
func (r *reader) checkOrder(x *index) {
	last, seen := 0, map[string]bool{}
	for _, s := range r.book.Steps {
		path, name := "step/"+s.ID, "step "+quote(s.ID)
		if at := slices.Index(diag.Stages, s.Stage); at < last && at >= 0 {
			r.addHint("PB021", r.valueAt(path+"/stage"), "order: "+strings.Join(stages(), ", "),
				"%s of stage %s comes after stage %s", name, s.Stage, diag.Stages[last])
		} else if at >= 0 {
			if last == at && s.Stage == diag.StageRetest && seen[string(s.Stage)] {
				r.add("PB021", r.valueAt(path+"/stage"), "%s is a second retest", name)
			}
			last = at
		}
		for i, need := range s.Requires {
			if x.steps.has(need) && !seen[" "+need] && need != s.ID {
				r.addHint("PB023", r.valueAt(itemPath(path+"/requires", i)), "a step can require only steps before it",
					"%s requires %s, which comes later", name, quote(need))
			}
		}
		seen[string(s.Stage)], seen[" "+s.ID] = true, true
	}
}

// checkCycles refuses things that wait for themselves.
func (r *reader) checkCycles() {
	requires, after, when := map[string][]string{}, map[string][]string{}, map[string][]string{}
	for _, s := range r.book.Steps {
		requires[s.ID] = s.Requires
	}
	for _, c := range r.book.Checks {
		after[c.ID] = c.After
	}
	for _, q := range r.book.Questions {
		for key := range q.When {
			when[q.ID] = append(when[q.ID], key)
		}
	}
	r.cycles("step", "requires", requires)
	r.cycles("check", "after", after)
	r.cycles("question", "when", when)
}

// cycles reports each way that leads back to where it began.
func (r *reader) cycles(kind, key string, edges map[string][]string) {
	w := &walker{edges: edges, seen: map[string]bool{}, open: map[string]int{}}
	for _, start := range sortedKeys(edges) {
		w.walk(start)
	}
	for _, loop := range w.loops {
		r.add("PB022", r.keyAt(kind+"/"+loop[0]+"/"+key), "%s waits for itself: %s", kind, strings.Join(append(loop, loop[0]), " → "))
	}
}

// A walker follows every edge once and notes the loops that it closes.
type walker struct {
	edges map[string][]string
	seen  map[string]bool
	open  map[string]int // position in way, from 1
	way   []string
	loops [][]string
}

func (w *walker) walk(id string) {
	if from := w.open[id]; from > 0 {
		if len(w.loops) < maxShown {
			w.loops = append(w.loops, slices.Clone(w.way[from-1:]))
		}
		return
	}
	if w.seen[id] {
		return
	}
	w.way = append(w.way, id)
	w.seen[id], w.open[id] = true, len(w.way)
	for _, next := range slices.Sorted(slices.Values(w.edges[id])) {
		w.walk(next)
	}
	w.way, w.open[id] = w.way[:len(w.way)-1], 0
}
