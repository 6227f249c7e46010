package report

import (
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// judgement is said wherever a likelihood is shown.
const judgement = "These likelihoods are the playbook author's judgement."

// opinionView is an opinion as people see it.
type opinionView struct {
	Ranks   []rankView
	Because []weightView // strongest first, like Against
	Against []weightView
	Change  []string
	All     []rankView // every cause, only with Details
	Numbers []labelled // only with Details
}

type rankView struct{ Label, Title, Chance string }

type weightView struct {
	Text, Strength, Decibans string
	unticked                 bool
}

// How much is told without Details: of each side at most four observations,
// at most two of them slight, none of what was not ticked, and two answers that
// would change our mind.
const (
	most       = 4
	mostSlight = 2
	mostChange = 2
)

// few is what to tell of one side, strongest first, and how many more there are.
func few(weights []weightView, details bool) ([]weightView, int) {
	if !details {
		weights = slices.DeleteFunc(slices.Clone(weights), func(w weightView) bool { return w.unticked })
	}
	n := 0
	for n < len(weights) && (details || n < mostSlight || n < most && weights[n].Strength != diag.Slight) {
		n++
	}
	return weights[:n], len(weights) - n
}

// viewOpinion looks at an opinion; nil stays nil.
func viewOpinion(op *diag.Opinion, causes []diag.Cause) *opinionView {
	if op == nil {
		return nil
	}
	v := &opinionView{Ranks: []rankView{{"Most likely", titleOf(op.Leader), inHundred(op.Leader.Probability)}}}
	if op.RunnerUp.ID != "" {
		v.Ranks = append(v.Ranks, rankView{"Next", titleOf(op.RunnerUp), inHundred(op.RunnerUp.Probability)})
	}
	for _, w := range op.Weights {
		seen := weightView{cmpOr(w.Text, w.From+" = "+w.Outcome), diag.Weighs(w.Decibans), decibans(w.Decibans), w.Unticked()}
		switch {
		case w.Decibans > 0:
			v.Because = append(v.Because, seen)
		case w.Decibans < 0:
			v.Against = append(v.Against, seen)
		}
	}
	for _, c := range op.WouldChange[:min(len(op.WouldChange), mostChange)] {
		v.Change = append(v.Change, quoted(cmpOr(c.Text, c.Outcome))+" → "+cmpOr(c.LeaderTitle, c.Leader))
	}
	v.Numbers = numbers(op)
	for _, c := range causes {
		v.All = append(v.All, rankView{c.ID, cmpOr(c.Title, c.ID), inHundred(c.Probability)})
	}
	return v
}

func titleOf(r diag.Ranked) string { return cmpOr(r.Title, r.ID) }

// numbers shows how the parts add up.
func numbers(op *diag.Opinion) []labelled {
	return []labelled{
		{"Before any evidence", decibans(op.PriorDB)},
		{"Evidence together", decibans(op.PosteriorDB - op.PriorDB)},
		{"After all evidence", decibans(op.PosteriorDB) + " for the first against the second"},
	}
}
