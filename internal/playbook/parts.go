package playbook

import (
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func (r *reader) symptom(o *object, id string) Symptom {
	return Symptom{
		ID: id, Title: o.needText("title"),
		Likely: o.likelihoods("likely"), Otherwise: o.optional("otherwise"),
	}
}

func (r *reader) cause(o *object, id string) Cause {
	c := Cause{ID: id, Leak: o.flag("leak")}
	need := o.need
	if c.Leak {
		need = o.take
	}
	if c.Title = r.text(need("title"), o.of("title")); c.Leak && c.Title == "" {
		c.Title = leakTitle
	}
	c.Layer = diag.Layer(o.word(need("layer"), "layer", layers()))
	c.Class = o.word(need("class"), "class", diag.Classes)
	c.Actor = o.word(need("actor"), "actor", diag.Actors)
	c.Escalate = o.text("escalate")
	if n := o.take("playbook"); n != nil {
		c.Playbook = r.text(n, o.of("playbook"))
		r.checkID(c.Playbook, n.at)
	}
	c.Prior, c.Word = r.prior(o)
	return c
}

func (r *reader) prior(o *object) (float64, string) {
	n := o.need("prior")
	if n == nil {
		return 0, ""
	}
	value, text := r.wordOrNumber(n, o.name, "prior", priorWords, "above 0")
	if _, ok := n.number(); ok && (value <= 0 || value > 1e6) {
		r.add("PB014", n.at, "%s is %s; it must be above 0, and at most 1000000", o.of("prior"), n.text)
		value = 0
	}
	return value, text
}

func (r *reader) check(o *object, id string) Check {
	c := Check{ID: id, Title: o.text("title"), Run: o.needText("run")}
	c.With = r.with(o)
	if n := o.take("after"); n != nil {
		c.After = append([]string{}, o.texts("after")...)
	}
	c.Likely, c.Otherwise = o.rows("likely"), o.optionalRow("otherwise")
	c.Conclusive = o.texts("conclusive")
	c.Reliability = o.number("reliability", 0, 1)
	return c
}

// with reads the parameters of a probe; server_name is server-name.
func (r *reader) with(o *object) map[string]string {
	with := map[string]string{}
	n := o.take("with")
	if n == nil {
		return with
	}
	path, name := o.path+"/with", o.of("with")
	fields, _ := r.entries(n, path, name)
	for _, f := range fields {
		key := strings.ReplaceAll(f.key.text, "_", "-")
		if _, twice := with[key]; twice {
			r.add("PB007", f.key.at, "duplicate key %s in %s", quote(key), name)
		}
		r.places[path+"/"+key] = place{f.key.at, f.value.at}
		with[key] = r.joined(f.value, quote(f.key.text)+" in "+name)
		if secret(key) {
			r.mask(f)
			r.addHint("PB024", f.key.at, "remove it; it is given by flag", "secret parameter %s in %s", quote(key), o.name)
		}
		if hasPassword(with[key]) {
			r.mask(f)
			r.addHint("PB024", f.value.at, "leave the name and the password out", "address with a password in %s", o.name)
		}
	}
	return with
}

// shows lists what a question can display while it is asked.
var shows = []string{"corrected-time"}

func (r *reader) question(o *object, id string) Question {
	q := Question{ID: id, Ask: o.needText("ask"), Help: o.text("help"), Careful: o.texts("careful")}
	q.OfMessage = o.flag("of_message")
	q.Show = o.word(o.take("show"), "show", shows)
	q.PhoneClock, q.PhoneWhen = r.phoneClock(o)
	q.Choices = r.choices(o)
	q.When = o.condition("when")
	q.Likely, q.Otherwise = o.rows("likely"), o.optionalRow("otherwise")
	return q
}

// phoneClock reads which choice each outcome of a measurement stands for, and
// when the question is about a phone.
func (r *reader) phoneClock(o *object) (map[string]string, Condition) {
	n := o.take("phone_clock")
	if n == nil {
		return nil, nil
	}
	p := r.object(n, o.path+"/phone_clock", o.of("phone_clock"))
	defer p.finish()
	choices := map[string]string{}
	for _, outcome := range diag.PhoneClock {
		choices[outcome] = p.needText(outcome)
	}
	return choices, p.condition("when")
}

func (r *reader) choices(o *object) []Choice {
	n := o.need("choices")
	if n == nil {
		return nil
	}
	path := o.path + "/choices"
	fields, ok := r.entries(n, path, o.of("choices"))
	if ok && len(fields) < 2 {
		r.add("PB009", n.at, "%s has fewer than two choices", o.name)
	}
	var list []Choice
	for _, f := range fields {
		r.checkID(f.key.text, f.key.at)
		list = append(list, r.choice(f, path+"/"+f.key.text, o.name))
	}
	return list
}

func (r *reader) choice(f field, path, question string) Choice {
	c := Choice{ID: f.key.text}
	name := "choice " + quote(c.ID) + " of " + question
	if f.value.kind == scalarNode {
		c.Text = r.text(f.value, name)
		return c
	}
	o := r.object(f.value, path, name)
	defer o.finish()
	c.Text, c.Neutral, c.Says = o.needText("text"), o.flag("neutral"), o.texts("says")
	if n := o.take("sets"); n != nil {
		c.Sets = r.vars(n, path+"/sets", o.of("sets"))
	}
	c.Input, c.Prompt = o.text("input"), o.text("prompt")
	if c.Input != "" && !validVar(c.Input) {
		r.addHint("PB010", r.valueAt(path+"/input"), "use lower-case letters, digits and _", "malformed variable name %s", quote(c.Input))
	}
	if secretVariable(c.Input) {
		r.addHint("PB024", r.valueAt(path+"/input"), "ask for nothing secret", "secret variable %s", quote(c.Input))
	}
	if c.Prompt != "" && c.Input == "" && !o.broken {
		r.addHint("PB008", r.keyAt(path+"/prompt"), "name the variable that the answer goes to", "%s has a prompt but no input", name)
	}
	return c
}

func (r *reader) step(o *object, id string) Step {
	s := Step{ID: id}
	s.Stage = diag.Stage(o.word(o.need("stage"), "stage", stages()))
	s.Title = o.needText("title")
	s.Minutes = o.number("minutes", 0, maxMinutes)
	s.Requires = o.texts("requires")
	s.Fixes = o.likelihoods("fixes")
	s.SatisfiedBy = o.condition("satisfied_by")
	s.Affects = o.texts("affects")
	s.Do = r.do(o)
	s.Why = o.text("why")
	s.Careful = o.texts("careful")
	s.Worse = o.texts("worse")
	s.Notes = r.notes(o)
	s.Guides = o.texts("guides")
	s.Outcomes = r.outcomes(o)
	return s
}

// do reads the instructions for each surface.
func (r *reader) do(o *object) map[string][]string {
	n := o.take("do")
	if n == nil {
		return nil
	}
	path := o.path + "/do"
	fields, _ := r.entries(n, path, o.of("do"))
	do := map[string][]string{}
	for _, f := range fields {
		if !contains(diag.Surfaces, f.key.text) {
			r.addUnknown("PB015", f.key.at, f.key.text, diag.Surfaces, "unknown surface %s in %s", quote(f.key.text), o.name)
		}
		do[f.key.text] = r.texts(f.value, path+"/"+f.key.text, quote(f.key.text)+" of "+o.of("do"))
	}
	return do
}

func (r *reader) notes(o *object) []Note {
	var list []Note
	for i, n := range o.items("notes") {
		path := itemPath(o.path+"/notes", i)
		r.places[path] = place{n.at, n.at}
		note := r.object(n, path, "a note of "+o.name)
		if n := note.need("when"); n != nil && n.kind == mapNode && len(n.fields) == 0 {
			r.add("PB009", n.at, "%s is empty", note.of("when"))
		}
		list = append(list, Note{
			When: note.condition("when"), Text: note.needText("text"), Title: note.text("title"),
			Unlikely: note.flag("unlikely"), Instead: note.flag("instead"), Replace: note.flag("replace"),
		})
		note.finish()
	}
	return list
}

func (r *reader) outcomes(o *object) []StepOutcome {
	return decodeList(r, o, "outcomes", o.path+"/outcome", "outcome", func(r *reader, o *object, id string) StepOutcome {
		return StepOutcome{
			ID: id, Title: o.needText("title"),
			Likely: o.likelihoods("likely"), Otherwise: o.optional("otherwise"),
		}
	})
}

func (r *reader) checkpoint(o *object, id string) Checkpoint {
	return Checkpoint{
		ID: id, Title: o.needText("title"), Before: o.texts("before"),
		Minutes: o.number("minutes", 0, maxMinutes), Postpone: o.flag("postpone"),
		Longer: r.longer(o), Undo: o.text("undo"), Remind: o.text("remind"),
		Likely: o.likelihoods("likely"), Otherwise: o.optional("otherwise"),
	}
}

// longer reads what a checkpoint has to be in some cases.
func (r *reader) longer(o *object) *Longer {
	n := o.take("longer")
	if n == nil {
		return nil
	}
	l := r.object(n, o.path+"/longer", o.of("longer"))
	l.need("when")
	l.need("minutes")
	out := &Longer{When: l.condition("when"), Title: l.needText("title"), Minutes: l.number("minutes", 0, maxMinutes)}
	l.finish()
	return out
}

func (r *reader) guide(o *object, id string) Guide {
	g := Guide{ID: id, Title: o.needText("title")}
	o.need("procedures")
	for i, n := range o.items("procedures") {
		path := itemPath(o.path+"/procedures", i)
		r.places[path] = place{n.at, n.at}
		p := r.object(n, path, "a procedure of "+o.name)
		g.Procedures = append(g.Procedures, Procedure{
			Surface: p.word(p.need("surface"), "surface", diag.Surfaces),
			Actor:   p.word(p.need("actor"), "actor", diag.Actors),
			Do:      p.texts("do"), Careful: p.texts("careful"),
		})
		p.need("do")
		p.finish()
	}
	return g
}
