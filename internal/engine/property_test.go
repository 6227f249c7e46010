package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// shipped parses every playbook that authdoctor comes with.
func shipped(t testing.TB) []*playbook.Playbook {
	t.Helper()
	files, err := filepath.Glob("../../playbooks/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var books []*playbook.Playbook
	for _, f := range files {
		if strings.HasSuffix(f, ".test.yaml") {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := playbook.Parse(f, data)
		if err != nil {
			t.Fatal(err)
		}
		books = append(books, p)
	}
	if len(books) == 0 {
		t.Fatal("no playbooks")
	}
	return books
}

func compile(t testing.TB, p *playbook.Playbook) *engine.Book {
	t.Helper()
	b, err := engine.Compile(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everyBook runs a property many times on every playbook, each time with
// randomness of its own that a failure can be repeated with.
func everyBook(t *testing.T, times int, property func(t *testing.T, b *engine.Book, r *rand.Rand)) {
	t.Helper()
	for _, p := range shipped(t) {
		b := compile(t, p)
		for i := range times {
			t.Run(fmt.Sprintf("%s/%d", p.ID, i), func(t *testing.T) {
				property(t, b, rand.New(rand.NewPCG(uint64(i), 20261122)))
			})
		}
	}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// finding is any result that a probe of a kind can give, facts included.
func finding(r *rand.Rand, kind string) diag.Finding {
	k, _ := diag.FindKind(kind)
	names := []string{diag.NoAnswer, diag.NotMeasured, k.Outcomes[0].Name, k.Outcomes[0].Name}
	for _, o := range k.Outcomes {
		names = append(names, o.Name)
	}
	return diag.Finding{Outcome: pick(r, names), Summary: "measured", Facts: map[string]any{
		"offset_ms": float64(r.IntN(400000) - 200000), "judged_at": "2026-01-02T03:04:05Z",
		"not_before": "2026-01-02T03:04:00Z", "not_after": "2026-01-02T03:05:00Z",
	}}
}

// someEvidence is a case about which anything may be known.
func someEvidence(b *engine.Book, r *rand.Rand) *diag.Evidence {
	ev := diag.NewEvidence()
	if r.IntN(4) > 0 {
		var ticked []string
		for _, s := range b.Symptoms {
			if r.IntN(3) == 0 {
				ticked = append(ticked, s.ID)
			}
		}
		ev.Tell(ticked)
	}
	ev.Answer(diag.AskWhere, pick(r, []string{"here", "same-network", "elsewhere", "unknown"}), nil)
	for _, q := range b.Questions {
		if r.IntN(2) == 0 {
			ev.Answer(q.ID, pick(r, q.Choices).ID, nil)
		}
	}
	for _, c := range b.Checks {
		switch f := finding(r, c.Run); r.IntN(5) {
		case 0:
			ev.Given(c.ID, f.Outcome)
		case 1, 2, 3:
			ev.Measured(c.ID, f, engine.With(b, ev, c.ID))
		}
	}
	return ev
}

// answer plays one turn at random, and says whether the case is at its end.
func answer(t *testing.T, b *engine.Book, ev *diag.Evidence, r *rand.Rand) bool {
	t.Helper()
	switch step := engine.Next(b, ev).(type) {
	case engine.Ask:
		reply(ev, step.Question, r)
	case engine.Probe:
		if len(step.Requests) == 0 {
			t.Fatal("asked for no check at all")
		}
		for _, q := range step.Requests {
			ev.Measured(q.ID, finding(r, q.Kind), q.With)
		}
	case engine.Do:
		ev.Did(step.Instruction.ID, report(step.Instruction, r))
	case engine.Done:
		return true
	}
	return false
}

func reply(ev *diag.Evidence, q diag.Question, r *rand.Rand) {
	choice := pick(r, append(q.Choices, diag.Choice{ID: diag.NoAnswer})).ID
	switch {
	case q.ID == diag.AskSymptoms && choice != diag.NoAnswer:
		ev.Tell([]string{choice})
	case q.ID == diag.AskRepair && choice == diag.ChoiceAgain:
		ev.Forget()
	case q.ID == diag.AskRepair && choice == diag.ChoiceElsewhere:
		ev.Answer(diag.AskWhere, choice, nil)
	default:
		if q.ID != diag.AskSymptoms && q.ID != diag.AskWhere {
			ev.Asked++
		}
		ev.Answer(q.ID, choice, map[string]string{"login_url": fmt.Sprintf("https://h%d.test/", r.IntN(3))})
	}
}

func report(in diag.Instruction, r *rand.Rand) diag.Did {
	if in.Satisfied {
		return diag.Did{Outcome: diag.DidSatisfied}
	}
	if len(in.Checkpoints) == 0 {
		return diag.Did{Outcome: pick(r, in.Outcomes).ID}
	}
	points := map[string]string{}
	for _, c := range in.Checkpoints {
		points[c.ID] = pick(r, []string{
			diag.CheckpointPasses, diag.CheckpointPasses, diag.CheckpointPasses, diag.CheckpointFails,
			diag.CheckpointPostponed, diag.NotApplicable,
		})
	}
	return diag.Did{Checkpoints: points}
}

// enough is more turns than any case can need: every question, step, retest
// and repair, several times over.
const enough = 400

func TestEveryCaseEnds(t *testing.T) {
	everyBook(t, 300, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		for range enough {
			if answer(t, b, ev, r) {
				return
			}
		}
		t.Fatalf("no end after %d turns; walk %v", enough, ev.Walk)
	})
}

func TestStepsKeepTheirOrderAndAreShownOnce(t *testing.T) {
	everyBook(t, 300, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		for range enough {
			if answer(t, b, ev, r) {
				break
			}
		}
		if b.Sorts() {
			if len(ev.Walk) > 0 {
				t.Fatalf("a playbook that only sorts presented %v", ev.Walk)
			}
			return
		}
		retest, last := b.RetestStep().ID, -1
		for i, v := range ev.Walk {
			at := slices.IndexFunc(b.Steps, func(s playbook.Step) bool { return s.ID == v.Step })
			if v.Step == retest {
				if i > 0 && ev.Walk[i-1].Step == retest {
					t.Fatalf("two retests in a row: %v", ev.Walk)
				}
				continue
			}
			if at <= last {
				t.Fatalf("step %s came out of order or twice: %v", v.Step, ev.Walk)
			}
			last = at
		}
	})
}

// breaks: a check that failed, or of which the server says to come again later.
func breaks(c diag.Check) bool {
	_, o, _ := diag.FindCode(c.Code)
	return c.Status == diag.Fail || c.Status == diag.Warn && o.Waits
}

// The promise that a credential is never blamed while something that it
// depends on is broken.
func TestNothingIsBlamedBehindABrokenWay(t *testing.T) {
	broken := 0
	everyBook(t, 500, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		checks := engine.Checks(b, ev)
		cut := slices.IndexFunc(checks, func(c diag.Check) bool {
			return c.Layer.Chain() > 0 && c.InForce && breaks(c)
		})
		for _, c := range checks {
			if c.Status == diag.Blocked {
				by := checks[slices.IndexFunc(checks, func(x diag.Check) bool { return x.ID == c.BlockedBy })]
				if !breaks(by) {
					t.Errorf("%s is hidden by %s, which is %s", c.ID, by.ID, by.Status)
				}
			}
			if cut >= 0 && c.Layer.Chain() > checks[cut].Layer.Chain() && (c.Status == diag.Fail || c.Status == diag.Pass) {
				t.Errorf("%s is judged %s behind %s", c.ID, c.Status, checks[cut].ID)
			}
		}
		if cut < 0 {
			return
		}
		broken++
		for range enough {
			step := engine.Next(b, ev)
			if do, ok := step.(engine.Do); ok {
				t.Fatalf("step %s is presented although %s is broken", do.Instruction.ID, checks[cut].Code)
			}
			if ask, ok := step.(engine.Ask); ok && ask.Question.ID == diag.AskRepair {
				break
			}
			if answer(t, b, ev, r) {
				break
			}
			if len(engine.Due(b, ev)) == 0 {
				break
			}
		}
		v := engine.Judge(b, ev, true)
		rep := engine.Report(b, ev, v)
		if rep.Opinion != nil && slices.ContainsFunc(rep.Checks, func(c diag.Check) bool {
			return c.Layer.Chain() > 0 && c.InForce && breaks(c)
		}) {
			t.Error("a ranking is shown although the way is broken")
		}
	})
	if broken < 50 {
		t.Errorf("only %d cases were broken: the property was hardly tried", broken)
	}
}

func TestABrokenWayNamesItselfAndNoStep(t *testing.T) {
	everyBook(t, 400, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		v := engine.Judge(b, ev, true)
		c := slices.IndexFunc(engine.Checks(b, ev), func(c diag.Check) bool {
			return c.Layer.Chain() > 0 && c.InForce && breaks(c)
		})
		if c < 0 {
			return
		}
		if v.Check == "" || v.Next.Step != "" || v.Status != diag.Problem && v.Status != diag.Waiting {
			t.Errorf("verdict %+v, want the broken check and no step", v)
		}
	})
}

func TestPosteriorIsADistribution(t *testing.T) {
	everyBook(t, 200, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		rep := engine.Report(b, ev, engine.Judge(b, ev, true))
		sum := 0.0
		for i, c := range rep.Causes {
			sum += c.Probability
			if i > 0 && c.Probability > rep.Causes[i-1].Probability {
				t.Errorf("%s comes after a less probable cause", c.ID)
			}
		}
		if len(rep.Causes) != len(b.Causes) || math.Abs(sum-1) > 1e-12 {
			t.Errorf("%d causes sum to %v", len(rep.Causes), sum)
		}
	})
}

// Prior and evidence add up to the posterior odds, in decibans.
func TestDecibansAddUp(t *testing.T) {
	everyBook(t, 200, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		o := engine.Opinion(b, ev)
		sum := o.PriorDB
		for _, w := range o.Weights {
			sum += w.Decibans
		}
		if math.Abs(sum-o.PosteriorDB) > 1e-9 {
			t.Errorf("prior and evidence come to %v decibans, the posterior is %v", sum, o.PosteriorDB)
		}
	})
}

func TestTheOrderOfEvidenceDoesNotMatter(t *testing.T) {
	everyBook(t, 100, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		shuffled := diag.NewEvidence()
		parts := []func(){}
		if ev.SymptomsAsked {
			parts = append(parts, func() {
				s := slices.Clone(ev.Symptoms)
				slices.Reverse(s)
				shuffled.Tell(s)
			})
		}
		for q, a := range ev.Answers {
			parts = append(parts, func() { shuffled.Answer(q, a, nil) })
		}
		for id, m := range ev.Checks {
			parts = append(parts, func() {
				shuffled.Tick++
				m.Tick = shuffled.Tick
				shuffled.Checks[id] = m
			})
		}
		r.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
		for _, add := range parts {
			add()
		}
		want, got := engine.Report(b, ev, diag.Verdict{}), engine.Report(b, shuffled, diag.Verdict{})
		for i := range want.Causes {
			if want.Causes[i].ID != got.Causes[i].ID || want.Causes[i].Probability != got.Causes[i].Probability {
				t.Fatalf("rank %d: %s %v against %s %v", i, want.Causes[i].ID, want.Causes[i].Probability, got.Causes[i].ID, got.Causes[i].Probability)
			}
		}
	})
}

// Unknown, skipped, blocked, out of force and neutral are exactly 0 decibans.
func TestWhatIsNotKnownWeighsNothing(t *testing.T) {
	everyBook(t, 100, func(t *testing.T, b *engine.Book, r *rand.Rand) {
		ev := someEvidence(b, r)
		before := engine.Report(b, ev, diag.Verdict{}).Causes
		more := ev.Clone()
		for _, q := range b.Questions {
			if more.Answers[q.ID] == "" {
				choice := diag.NoAnswer
				for _, c := range q.Choices {
					if c.Neutral {
						choice = c.ID
					}
				}
				more.Answer(q.ID, choice, nil)
			}
		}
		for _, c := range b.Checks {
			if _, known := more.Checks[c.ID]; !known {
				more.Given(c.ID, pick(r, []string{diag.NoAnswer, diag.NotMeasured}))
			}
		}
		for _, s := range b.Steps {
			if s.Stage != diag.StageRetest {
				more.Did(s.ID, diag.Did{Outcome: pick(r, []string{diag.DidUnverifiable, diag.DidSatisfied})})
			}
		}
		for i, c := range engine.Report(b, more, diag.Verdict{}).Causes {
			if c.ID != before[i].ID || c.Probability != before[i].Probability {
				t.Fatalf("rank %d moved from %s %v to %s %v", i, before[i].ID, before[i].Probability, c.ID, c.Probability)
			}
		}
	})
}
