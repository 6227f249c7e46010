package report

import (
	"github.com/authdoctor/authdoctor/internal/diag"
)

// judgement is said wherever a likelihood is shown.
const judgement = "These likelihoods are the playbook author's judgement."

// opinionView is an opinion as people see it.
type opinionView struct {
	Ranks   []rankView
	Because []weightView
	Against []weightView
	Change  []string
	Numbers []labelled // only with Details
}

type rankView struct{ Label, Title, Chance string }

type weightView struct{ Text, Strength, Decibans string }

// viewOpinion looks at an opinion; nil stays nil.
func viewOpinion(op *diag.Opinion) *opinionView {
	if op == nil {
		return nil
	}
	v := &opinionView{Ranks: []rankView{{"Most likely", titleOf(op.Leader), inHundred(op.Leader.Probability)}}}
	if op.RunnerUp.ID != "" {
		v.Ranks = append(v.Ranks, rankView{"Next", titleOf(op.RunnerUp), inHundred(op.RunnerUp.Probability)})
	}
	for _, w := range op.Weights {
		seen := weightView{cmpOr(w.Text, w.From+" = "+w.Outcome), strength(w.Decibans), decibans(w.Decibans)}
		switch {
		case w.Decibans > 0:
			v.Because = append(v.Because, seen)
		case w.Decibans < 0:
			v.Against = append(v.Against, seen)
		}
	}
	for _, c := range op.WouldChange {
		v.Change = append(v.Change, quoted(cmpOr(c.Text, c.Outcome))+" → "+cmpOr(c.LeaderTitle, c.Leader))
	}
	v.Numbers = numbers(op)
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
