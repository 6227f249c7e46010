package engine

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// closely compares numbers to twelve places.
var closely = cmpopts.EquateApprox(0, 1e-12)

func likelihood(p float64) playbook.Likelihood   { return playbook.Likelihood{P: p} }
func likelihoodP(p float64) *playbook.Likelihood { return &playbook.Likelihood{P: p} }

// all the numbers of a playbook that has one of everything.
func TestTheNumbersOfAPlaybook(t *testing.T) {
	number := func(v float64) *Number { n := Number(v); return &n }
	p := &playbook.Playbook{
		ID: "numbers", Escalate: &playbook.Escalate{Minutes: 60},
		Causes: []playbook.Cause{{ID: "x", Prior: 9}, {ID: "y", Prior: 3}, {ID: "other", Prior: 1, Leak: true}},
		Symptoms: []playbook.Symptom{
			{ID: "seen", Likely: map[string]playbook.Likelihood{"x": likelihood(.75)}, Otherwise: likelihoodP(.1)},
			{ID: "bare"},
			{ID: "edges", Likely: map[string]playbook.Likelihood{"x": likelihood(1), "y": likelihood(0)}},
		},
		Checks: []playbook.Check{
			{ID: "time", Run: "clock", Likely: map[string]playbook.Row{"x": {"skewed": likelihood(.9)}}, Otherwise: playbook.Row{"accurate": likelihood(.4)}},
			{ID: "trusted", Run: "clock", Reliability: .5},
		},
		Questions: []playbook.Question{{ID: "q", Choices: []playbook.Choice{{ID: "a"}, {ID: "b"}, {ID: "none", Neutral: true}}, Likely: map[string]playbook.Row{"x": {"a": likelihood(.9)}}}},
		Retest:    []playbook.Checkpoint{{ID: "sign-in", Likely: map[string]playbook.Likelihood{"x": likelihood(.75)}}},
		Steps: []playbook.Step{
			{ID: "one", Minutes: 4, Fixes: map[string]playbook.Likelihood{"x": likelihood(1), "y": likelihood(.9)}},
			{ID: "two", Requires: []string{"one"}, Fixes: map[string]playbook.Likelihood{}},
		},
	}
	want := &Document{
		Format: "authdoctor.model/1", Name: "numbers", Escalate: &DocEscalation{Cost: 60},
		Causes: []DocCause{{ID: "x", Prior: 9}, {ID: "y", Prior: 3}, {ID: "other", Prior: 1, Leak: true}},
		Evidence: []DocEvidence{
			{ID: "seen", Kind: "symptom", Default: DocRow{.1, .9}, Given: map[string]DocRow{"x": {.75, .25}}, Report: number(.8), Reliability: number(.95)},
			{ID: "bare", Kind: "symptom", Default: DocRow{.5, .5}, Given: map[string]DocRow{}, Report: number(.8), Reliability: number(.95)},
			{ID: "edges", Kind: "symptom", Default: DocRow{.5, .5}, Given: map[string]DocRow{"x": {.999, .001}, "y": {.001, .999}}, Report: number(.8), Reliability: number(.95)},
			{ID: "time", Kind: "probe", Outcomes: []string{"accurate", "drifting", "skewed", "zone_wrong"}, Default: DocRow{.4, .2, .2, .2},
				Given: map[string]DocRow{"x": {.05, .025, .9, .025}}, Reliability: number(.98)},
			{ID: "trusted", Kind: "probe", Outcomes: []string{"accurate", "drifting", "skewed", "zone_wrong"}, Default: DocRow{.25, .25, .25, .25},
				Given: map[string]DocRow{}, Reliability: number(.5)},
			{ID: "q", Kind: "question", Cost: 1, Outcomes: []string{"a", "b"}, Default: DocRow{.5, .5}, Given: map[string]DocRow{"x": {.9, .1}}, Reliability: number(.95)},
			{ID: "checkpoint:sign-in", Kind: "symptom", Outcomes: []string{"fails", "passes"}, Default: DocRow{.5, .5}, Given: map[string]DocRow{"x": {.75, .25}}, Reliability: number(.95)},
		},
		Steps: []DocStep{
			{ID: "one", Cost: 4, Fixes: map[string]Number{"x": .99, "y": .9}},
			{ID: "two", Fixes: map[string]Number{}, Requires: []string{"one"}},
		},
	}
	if diff := cmp.Diff(want, Numbers(p), closely); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	if _, err := NewModel(Numbers(p)); err != nil {
		t.Error(err)
	}
}

// someRow names some of the outcomes, with what an author may write.
func someRow(r *rand.Rand, outcomes []string) playbook.Row {
	row, left := playbook.Row{}, 1.0
	for _, o := range outcomes {
		if r.IntN(2) == 0 {
			p := left * r.Float64()
			row[o], left = likelihood(p), left-p
		}
	}
	return row
}

func total(row DocRow) float64 {
	sum := 0.0
	for _, p := range row {
		sum += p
	}
	return sum
}

func TestARowIsCompleted(t *testing.T) {
	for i := range 2000 {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		outcomes := make([]string, 2+r.IntN(8))
		for k := range outcomes {
			outcomes[k] = fmt.Sprint("o", k)
		}
		uniform := make(DocRow, len(outcomes))
		for k := range uniform {
			uniform[k] = 1 / float64(len(uniform))
		}
		base := spread(outcomes, someRow(r, outcomes), uniform)
		row := someRow(r, outcomes)
		full := spread(outcomes, row, base)
		if len(row) < len(outcomes) && math.Abs(total(full)-1) > 1e-9 {
			t.Fatalf("seed %d: %v with default %v becomes %v, which sums to %v", i, row, base, full, total(full))
		}
		share := -1.0
		for k, o := range outcomes {
			if l, named := row[o]; named {
				if full[k] != l.P {
					t.Fatalf("seed %d: %s was given %v and got %v", i, o, l.P, full[k])
				}
				continue
			}
			if share < 0 {
				share = full[k] / base[k]
			}
			if math.Abs(full[k]-share*base[k]) > 1e-9 {
				t.Fatalf("seed %d: the outcomes left out of %v do not keep the proportions of %v: %v", i, row, base, full)
			}
		}
		clamped := clampRow(append(DocRow(nil), full...))
		if math.Abs(total(clamped)-1) > 1e-9 {
			t.Fatalf("seed %d: clamped, %v sums to %v", i, clamped, total(clamped))
		}
		for k, p := range clamped {
			// Clamping adds at most .001 an outcome before the row is scaled.
			if p < minLikelihood/(1+minLikelihood*float64(len(full))) || p > maxLikelihood {
				t.Fatalf("seed %d: %v is clamped to %v", i, full[k], p)
			}
		}
	}
}

func TestRowsAtTheEdges(t *testing.T) {
	outcomes := []string{"a", "b", "c"}
	third := DocRow{1. / 3, 1. / 3, 1. / 3}
	for _, tt := range []struct {
		name string
		row  playbook.Row
		base DocRow
		want DocRow
	}{
		{"nothing named", nil, DocRow{.7, .2, .1}, DocRow{.7, .2, .1}},
		{"all named", playbook.Row{"a": likelihood(.5), "b": likelihood(.3), "c": likelihood(.2)}, third, DocRow{.5, .3, .2}},
		{"more than all", playbook.Row{"a": likelihood(.9), "b": likelihood(.9)}, third, DocRow{.9, .9, 0}},
		{"nothing is left", playbook.Row{"a": likelihood(1)}, third, DocRow{1, 0, 0}},
		{"the default has nothing for the rest", playbook.Row{"a": likelihood(.4)}, DocRow{1, 0, 0}, DocRow{.4, 0, 0}},
		{"in proportion", playbook.Row{"a": likelihood(.4)}, DocRow{.7, .2, .1}, DocRow{.4, .4, .2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, spread(outcomes, tt.row, tt.base), closely); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
		})
	}
	if diff := cmp.Diff(DocRow{.999 / 1.001, .001 / 1.001, .001 / 1.001}, clampRow(DocRow{1, 0, 0}), closely); diff != "" {
		t.Errorf("clamped (-want +got):\n%s", diff)
	}
}

// Every row of a playbook that compiles is a distribution in which nothing is
// certain, defaults included.
func TestNothingInACompiledRowIsCertain(t *testing.T) {
	likely := map[string]playbook.Row{"x": {"ok": likelihood(1)}, "y": {"ok": likelihood(0)}}
	d := Numbers(&playbook.Playbook{
		Causes:    []playbook.Cause{{ID: "x", Prior: 1}, {ID: "y", Prior: 1}},
		Checks:    []playbook.Check{{ID: "name", Run: "dns", Likely: likely, Otherwise: playbook.Row{"ok": likelihood(1)}}},
		Questions: []playbook.Question{{ID: "q", Choices: []playbook.Choice{{ID: "ok"}, {ID: "b"}}, Likely: likely, Otherwise: playbook.Row{"ok": likelihood(0)}}},
	})
	for _, e := range d.Evidence {
		for name, row := range map[string]DocRow{"x": e.Given["x"], "y": e.Given["y"], "default": e.Default} {
			if math.Abs(total(row)-1) > 1e-12 {
				t.Errorf("%s: the row of %s sums to %v", e.ID, name, total(row))
			}
			for _, p := range row {
				if p < .0009 || p > .999 {
					t.Errorf("%s: the row of %s has %v", e.ID, name, p)
				}
			}
		}
	}
}

func TestWhatAStepsOwnOutcomesTell(t *testing.T) {
	mixed := func(p float64, n int) float64 { return .95*p + .05/float64(n) }
	own := func(id string, x float64, otherwise *playbook.Likelihood) playbook.StepOutcome {
		return playbook.StepOutcome{ID: id, Likely: map[string]playbook.Likelihood{"x": likelihood(x)}, Otherwise: otherwise}
	}
	for _, tt := range []struct {
		name     string
		outcomes []playbook.StepOutcome
		want     *DocSignal
	}{
		{"one, beside unchanged", []playbook.StepOutcome{own("in", .9, likelihoodP(.2))}, &DocSignal{
			Outcomes: []string{"in", "unchanged"}, Default: DocRow{mixed(.2, 2), mixed(.8, 2)},
			Given: map[string]DocRow{"x": {mixed(.9, 2), mixed(.1, 2)}},
		}},
		{"one, at its edge", []playbook.StepOutcome{own("in", 1, nil)}, &DocSignal{
			Outcomes: []string{"in", "unchanged"}, Default: DocRow{.5, .5},
			Given: map[string]DocRow{"x": {mixed(.999, 2), mixed(.001, 2)}},
		}},
		{"two, weighed against each other", []playbook.StepOutcome{own("in", .6, likelihoodP(.1)), own("out", .2, nil)}, &DocSignal{
			Outcomes: []string{"in", "out", "unchanged"},
			Default:  DocRow{mixed(.1/.6, 2) * 2 / 3, mixed(.5/.6, 2) * 2 / 3, 1. / 3},
			Given:    map[string]DocRow{"x": {mixed(.75, 2) * 2 / 3, mixed(.25, 2) * 2 / 3, 1. / 3}},
		}},
		{"two, at their edge", []playbook.StepOutcome{own("in", .5, nil), own("out", 0, nil)}, &DocSignal{
			Outcomes: []string{"in", "out", "unchanged"}, Default: DocRow{1. / 3, 1. / 3, 1. / 3},
			Given: map[string]DocRow{"x": {mixed(.999, 2) * 2 / 3, mixed(.001, 2) * 2 / 3, 1. / 3}},
		}},
		{"a cause that only the second names", []playbook.StepOutcome{{ID: "in", Otherwise: likelihoodP(.25)}, own("out", .75, likelihoodP(.25))}, &DocSignal{
			Outcomes: []string{"in", "out", "unchanged"}, Default: DocRow{1. / 3, 1. / 3, 1. / 3},
			Given: map[string]DocRow{"x": {mixed(.25, 2) * 2 / 3, mixed(.75, 2) * 2 / 3, 1. / 3}},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, signal(tt.outcomes), closely); diff != "" {
				t.Errorf("signal (-want +got):\n%s", diff)
			}
		})
	}
}

// Beside several outcomes of its own, "unchanged" says only that the step did
// not fix it: between causes that the step does not fix, nothing.
func TestUnchangedTellsNothing(t *testing.T) {
	for i := range 500 {
		r := rand.New(rand.NewPCG(uint64(i), 11))
		var outcomes []playbook.StepOutcome
		for k := range 2 + r.IntN(4) {
			o := playbook.StepOutcome{ID: fmt.Sprint("o", k), Likely: map[string]playbook.Likelihood{}}
			for _, c := range []string{"x", "y", "z"} {
				if r.IntN(2) == 0 {
					o.Likely[c] = likelihood(r.Float64())
				}
			}
			outcomes = append(outcomes, o)
		}
		sig := signal(outcomes)
		rows := []DocRow{sig.Default}
		for _, row := range sig.Given {
			rows = append(rows, row)
		}
		for _, row := range rows {
			if len(row) != len(sig.Outcomes) || math.Abs(total(row)-1) > 1e-12 {
				t.Fatalf("seed %d: row %v of %v sums to %v", i, row, sig.Outcomes, total(row))
			}
			if last := row[len(row)-1]; last != sig.Default[len(row)-1] {
				t.Fatalf("seed %d: unchanged has %v here and %v there", i, last, sig.Default[len(row)-1])
			}
		}
	}
}

func TestVariablesOfACaller(t *testing.T) {
	p := &playbook.Playbook{ID: "v", Causes: []playbook.Cause{{ID: "x", Prior: 1}}, Vars: map[string]string{"page": "a", "host": "b"}}
	b, err := Compile(p, map[string]string{"page": "mine"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"page": "mine", "host": "b"}, b.vars); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if p.Vars["page"] != "a" {
		t.Error("compiling changed the playbook")
	}
	s := b.fold(&diag.Evidence{Vars: map[string]string{"page": "theirs", "host": "theirs"}})
	if diff := cmp.Diff(map[string]string{"page": "mine", "host": "theirs"}, s.vars); diff != "" {
		t.Errorf("after an answer (-want +got):\n%s", diff)
	}
	var usage *diag.UsageError
	if _, err := Compile(p, map[string]string{"pag": "x"}); !errors.As(err, &usage) {
		t.Errorf("a variable that is not there: %v", err)
	}
	if _, err := Compile(&playbook.Playbook{ID: "none"}, nil); err == nil {
		t.Error("a playbook without a cause compiles")
	}
}

func TestVariablesInText(t *testing.T) {
	vars := map[string]string{"page": "P", "empty": ""}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "{{page}}": "P", "{{ page }}": "P", "a {{page}} b {{page}} c": "a P b P c", "<{{empty}}>": "<>",
		"{{nobody}}": "{{nobody}}", "{{ nobody }} {{page}}": "{{ nobody }} P", "{{page": "{{page", "a {{page}} {{": "a P {{", "}}{{page}}": "}}P", "{page}": "{page}",
	} {
		if got := fill(text, vars); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// Evidence that contradicts all that was seen before is left out: beliefs stay
// numbers.
func TestContradictionsLeaveBeliefsNumbers(t *testing.T) {
	m, err := NewModel(&Document{
		Causes: []DocCause{{ID: "x", Prior: 1}, {ID: "y", Prior: 3}},
		Steps:  []DocStep{{ID: "nothing"}, {ID: "x-only", Fixes: map[string]Number{"x": .9}}, {ID: "y-only", Fixes: map[string]Number{"y": .9}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		seen []observation
		want []float64
	}{
		{"fixed by a step that fixes nothing", []observation{{"nothing", stepFixed}}, []float64{.25, .75}},
		{"fixed by x's step, and then by y's", []observation{{"x-only", stepFixed}, {"y-only", stepFixed}}, []float64{1, 0}},
		{"fixed by y's step, and then by x's", []observation{{"y-only", stepFixed}, {"x-only", stepFixed}}, []float64{0, 1}},
		{"nothing that is known", []observation{{"nobody", "yes"}, {"x-only", "nonsense"}}, []float64{.25, .75}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, m.posterior(tt.seen, make([]float64, 2)), closely); diff != "" {
				t.Errorf("posterior (-want +got):\n%s", diff)
			}
		})
	}
}

// The first of equals leads, and an observation that rules both out favours
// neither.
func TestTies(t *testing.T) {
	if got := leader([]float64{.2, .4, .4}); got != 1 {
		t.Errorf("cause %d leads", got)
	}
	if diff := cmp.Diff([]int{1, 2, 0}, ranking([]float64{.2, .4, .4})); diff != "" {
		t.Errorf("ranking (-want +got):\n%s", diff)
	}
	m, err := NewModel(&Document{
		Causes: []DocCause{{ID: "x", Prior: 1}, {ID: "y", Prior: 1}, {ID: "z", Prior: 1}},
		Steps:  []DocStep{{ID: "s", Fixes: map[string]Number{"z": .5}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.decibans(observation{"s", stepFixed}, 0, 1); got != 0 {
		t.Errorf("what rules both out is %v decibans", got)
	}
	if got := m.decibans(observation{"s", stepFixed}, 2, 0); !math.IsInf(got, 1) {
		t.Errorf("what rules one out is %v decibans", got)
	}
	if got := finite(math.Inf(1)) - finite(math.Inf(-1)); got != 600 {
		t.Errorf("what is certain is written as %v decibans either way", got/2)
	}
}

// However many classes the causes of a playbook are of, some messages are left that
// are of none of them.
func TestMessagesOfAllClassesLeaveRoomForOthers(t *testing.T) {
	p := &playbook.Playbook{}
	for _, class := range diag.Classes {
		p.Causes = append(p.Causes, playbook.Cause{ID: class, Class: class, Prior: 1})
	}
	e, _ := messageNumbers(p)
	rows := map[string]DocRow{"default": e.Default}
	maps.Copy(rows, e.Given)
	for cause, row := range rows {
		sum := 0.0
		for i, n := range row {
			if n <= 0 {
				t.Errorf("%s: %s has the share %v", cause, e.Outcomes[i], n)
			}
			sum += float64(n)
		}
		if diff := cmp.Diff(1.0, sum, closely); diff != "" {
			t.Errorf("%s: all shares together (-want +got):\n%s", cause, diff)
		}
	}
}
