package cli

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/engine"
)

// policies are the expected costs in the order in which they are told.
var policies = []struct{ key, text string }{
	{"fixed", "the steps in their order"},
	{"ordered_skip", "in their order, passing by what is not worth its time"},
	{"greedy_pc", "the likeliest for its time first, and no question"},
	{"optimal_steps_only", "the best order without a question"},
	{"myopic", "asking whatever is worth it"},
	{"sacso", "asking whatever is not better asked after the next step"},
	{"rollout", "what is best if one asks no further"},
	{"optimal", "the best order, questions included"},
	{"random", "any order (the mean of all)"},
	{"clairvoyant", "if the cause were known; nothing can be less"},
}

// maxTellCauses is how many causes the text tells.
const maxTellCauses = 6

// planText tells people, in ids: whoever plans has the playbook open.
func planText(m *engine.Model, a *engine.Answer) string {
	var b strings.Builder
	steps, questions, probes := m.Left(a)
	fmt.Fprintf(&b, "%s: %s; left to try %s, to ask %s, to measure %s\n\n", cmpText(a.Model, "model"),
		plural(len(a.Ranking), "cause"), plural(steps, "step"), plural(questions, "question"), plural(probes, "check"))
	if a.Plan.BlockedBy != "" {
		fmt.Fprintf(&b, "No plan: %s is %s. That comes before everything else, and hides what is\nbehind it. No cause is weighed until it passes.\n", a.Plan.BlockedBy, a.Plan.BlockedCode)
		return b.String()
	}
	planFirst(&b, m, a)
	planCauses(&b, a)
	planReasons(&b, a)
	planQuestions(&b, a)
	b.WriteString("\nOn average it takes, in minutes\n")
	for _, p := range policies {
		if cost, known := a.ECR[p.key]; known && cost != nil {
			fmt.Fprintf(&b, "  %8.2f  %s\n", *cost, p.text)
		}
	}
	b.WriteString("\nThese likelihoods are their author's judgement.\n")
	return b.String()
}

func cmpText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// planFirst says what to do now, and what the playbook's order costs more.
func planFirst(b *strings.Builder, m *engine.Model, a *engine.Answer) {
	first := a.Plan.First
	switch kind := m.Kind(first); {
	case a.Plan.EscalateNow:
		fmt.Fprintf(b, "%-20s %s\n", "First", "hand over: nothing that is left is worth its time")
	case first == "stop":
		fmt.Fprintf(b, "%-20s %s\n", "First", "nothing: nothing is left to try")
	case kind == "step":
		fmt.Fprintf(b, "%-20s try %s (%s in 100, %s)\n", "First", first, hundred(a.PFixNow[first]), minutesOf(m.Cost(first)))
	case kind == "probe":
		fmt.Fprintf(b, "%-20s measure %s\n", "First", first)
	default:
		fmt.Fprintf(b, "%-20s ask %s (%s)\n", "First", first, minutesOf(m.Cost(first)))
	}
	how := "worked out exactly"
	if a.Plan.Method != "exact" {
		how = "at most: found by looking ahead, there are too many states"
	}
	fmt.Fprintf(b, "%-20s %.1f minutes to the end (%s)\n", "Takes on average", a.Plan.Cost, how)
	fmt.Fprintf(b, "%-20s %.1f minutes: in their order the steps take %.1f\n", "Price of the order", a.Plan.PriceOfOrder, *a.ECR["fixed"])
}

func minutesOf(cost float64) string {
	if cost == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%.4g minutes", cost)
}

func hundred(p float64) string {
	switch n := math.Round(100 * p); {
	case n == 0 && p > 0:
		return "under 1"
	case n == 100 && p < 1:
		return "over 99"
	default:
		return fmt.Sprintf("%.0f", n)
	}
}

func planCauses(b *strings.Builder, a *engine.Answer) {
	b.WriteString("\nLikeliest causes\n")
	for i, id := range a.Ranking {
		if i == maxTellCauses {
			fmt.Fprintf(b, "  %15s  %s more\n", "", plural(len(a.Ranking)-i, "cause"))
			break
		}
		fmt.Fprintf(b, "  %15s  %s\n", hundred(a.Posterior[id])+" in 100", id)
	}
}

// planReasons says why the leader leads, and what would change that.
func planReasons(b *strings.Builder, a *engine.Answer) {
	e := a.Explain
	if len(e.PairwiseDB) > 0 {
		fmt.Fprintf(b, "\nWhy %s rather than %s, in decibans\n  %+8.1f  before anything was known\n", e.Leader, e.RunnerUp, e.PriorDB)
		for _, id := range byWeight(e.PairwiseDB) {
			fmt.Fprintf(b, "  %+8.1f  %s\n", e.PairwiseDB[id], id)
		}
		fmt.Fprintf(b, "  %+8.1f  in all\n", e.PosteriorDB)
	}
	for i, f := range a.Plan.WouldChange {
		if i == 0 {
			b.WriteString("\nWould change our mind\n")
		}
		if i == maxTellCauses {
			break
		}
		fmt.Fprintf(b, "  %15s  %s = %s; then %s leads\n", hundred(f.Probability)+" in 100", f.ID, f.Outcome, f.Leader)
	}
}

func planQuestions(b *strings.Builder, a *engine.Answer) {
	for i, id := range a.BestQuestions() {
		if i == 0 {
			b.WriteString("\nWorth asking now\n")
		}
		w := a.EVOI[id]
		fmt.Fprintf(b, "  %s: saves %.1f minutes and takes %.4g\n", id, *w.Value, w.Cost)
	}
}

// byWeight lists observations, the strongest first.
func byWeight(db map[string]float64) []string {
	ids := sortedKeys(db)
	slices.SortStableFunc(ids, func(x, y string) int { return cmp.Compare(math.Abs(db[y]), math.Abs(db[x])) })
	return ids
}
