package playbook

import (
	"strconv"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// ParseSuite reads a scenario file. Whether its ids exist is for Check, which
// needs the playbook. The error is a *Problems.
func ParseSuite(name string, data []byte) (*Suite, error) {
	r := readSuite(name, data)
	if err := r.err(); err != nil {
		return nil, err
	}
	return r.suite, nil
}

// Check holds a scenario file, of which data is the text, against its
// playbook: every id and outcome must exist before anything runs.
func (s *Suite) Check(book *Playbook, data []byte) []Problem {
	r := readSuite(s.Path, data)
	x := book.index()
	if r.suite.Playbook != "" && r.suite.Playbook != book.ID {
		r.add("PB012", r.valueAt("/playbook"), "scenarios for playbook %s, not for %s", quote(r.suite.Playbook), quote(book.ID))
	}
	for i := range r.suite.Scenarios {
		sc, path := &r.suite.Scenarios[i], itemPath("/scenarios", i)
		r.checkGiven(x, path+"/given", &sc.Given)
		r.checkExpect(x, path+"/expect", &sc.Expect)
	}
	return r.problems()
}

type suiteReader struct {
	*decoder
	suite *Suite
}

func readSuite(name string, data []byte) *suiteReader {
	s := openSource(name, data)
	r := &suiteReader{decoder: newDecoder(s), suite: &Suite{Path: name}}
	root := s.tree()
	if root == nil {
		return r
	}
	o := r.object(root, "", "the scenario file")
	if !r.schema(o, ScenariosSchema) {
		return r
	}
	r.suite.Playbook = o.needText("playbook")
	if n := o.need("scenarios"); n != nil && n.kind == listNode && len(n.items) == 0 {
		r.add("PB009", n.at, "%s is empty", o.of("scenarios"))
	}
	seen := map[string]bool{}
	for i, n := range o.items("scenarios") {
		r.suite.Scenarios = append(r.suite.Scenarios, r.scenario(n, i, seen))
	}
	o.finish()
	return r
}

func (r *suiteReader) scenario(n *node, i int, seen map[string]bool) Scenario {
	path := itemPath("/scenarios", i)
	r.places[path] = place{n.at, n.at}
	o := r.object(n, path, "scenario "+strconv.Itoa(i+1))
	defer o.finish()
	sc := Scenario{Name: o.needText("name"), Line: n.at.line}
	if sc.Name != "" {
		o.name = "scenario " + quote(sc.Name)
		if seen[sc.Name] {
			r.add("PB011", r.valueAt(path+"/name"), "duplicate %s", o.name)
		}
		seen[sc.Name] = true
	}
	if g := o.take("given"); g != nil {
		given := r.object(g, path+"/given", o.of("given"))
		sc.Given = given.given()
		given.finish()
	}
	if e := o.need("expect"); e != nil {
		sc.Expect = r.expect(e, path+"/expect", o.of("expect"))
	}
	return sc
}

// given reads what is said of a case; the caller finishes the object.
func (o *object) given() Given {
	g := Given{
		Checks: o.pairs("checks"), Answers: o.pairs("answers"), Steps: o.pairs("steps"), Retest: o.condition("retest"),
	}
	if n := o.take("symptoms"); n != nil {
		g.Symptoms, g.SymptomsSet = append([]string{}, o.texts("symptoms")...), true
	}
	if n := o.take("vars"); n != nil {
		g.Vars = o.d.vars(n, o.path+"/vars", o.of("vars"))
	}
	return g
}

// pairs reads a mapping from ids to single words.
func (o *object) pairs(key string) map[string]string {
	n := o.take(key)
	if n == nil {
		return nil
	}
	fields, _ := o.d.entries(n, o.path+"/"+key, o.of(key))
	pairs := map[string]string{}
	for _, f := range fields {
		pairs[f.key.text] = o.d.text(f.value, quote(f.key.text)+" in "+o.of(key))
	}
	return pairs
}

var verdicts = []string{
	string(diag.Healthy), string(diag.Fixed), string(diag.Problem), string(diag.Waiting),
	string(diag.Escalate), string(diag.Inconclusive), string(diag.Cancelled),
}

func (r *suiteReader) expect(n *node, path, name string) Expect {
	o := r.object(n, path, name)
	defer o.finish()
	e := Expect{Cause: o.text("cause"), Never: o.texts("never")}
	if n := o.take("top"); n != nil {
		top := o.number("top", 1, 1000)
		if e.Top = int(top); float64(e.Top) != top {
			r.add("PB014", n.at, "%s is no whole number", o.of("top"))
		}
		if e.Cause == "" {
			r.add("PB008", r.keyAt(path+"/top"), "%s has top, but no cause", name)
		}
	}
	if w := o.take("walk"); w != nil {
		e.Walk, e.WalkSet = append([]string{}, o.texts("walk")...), true
	}
	e.Verdict = diag.VerdictStatus(o.word(o.take("verdict"), "verdict", verdicts))
	if !o.broken && len(o.fields) == 0 {
		r.addHint("PB050", r.keyAt(path), "add cause:, walk:, verdict: or never:", "%s demands nothing", name)
	}
	return e
}

func (r *suiteReader) checkExpect(x *index, path string, e *Expect) {
	if e.Cause != "" && !x.causes.has(e.Cause) {
		r.addUnknown("PB012", r.valueAt(path+"/cause"), e.Cause, x.causes.list, "unknown cause %s", quote(e.Cause))
	}
	r.listed(e.Walk, path+"/walk", "step", "walk", x.steps)
	r.listed(e.Never, path+"/never", "step", "never", x.steps)
}
