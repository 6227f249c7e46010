package wizard

import (
	"fmt"
	"math"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// How much of an opinion fits a screen. The rest is among the numbers.
const (
	maxBecause = 4
	maxAgainst = 2
	maxChanges = 2
)

// noticeable is the least weight, in decibans, that is worth a word.
const noticeable = 1

func opinionPage(o *diag.Opinion) page {
	p := page{
		title: "What we think, and why", offer: "the numbers",
		ask:  "Press Enter for the first step.",
		name: "Most likely: " + o.Leader.Title + ", " + inHundred(o.Leader.Probability),
	}
	leader := block{label: "Most likely", tone: strong, lines: []line{{o.Leader.Title, inHundred(o.Leader.Probability)}}}
	next := block{label: "Next", lines: []line{{o.RunnerUp.Title, inHundred(o.RunnerUp.Probability)}}}
	p.blocks = stack([]block{leader}, []block{next})
	p.blocks = append(p.blocks, stack(
		weightBlock("Because", pick(o.Weights, +1, maxBecause)),
		weightBlock("Against", pick(o.Weights, -1, maxAgainst)),
	)...)
	p.blocks = append(p.blocks, changeBlock(o.WouldChange)...)
	p.more = numberBlocks(o)
	return p
}

// pick takes the first weights of one sign that are worth a word. What was not
// ticked is no reason that anybody gave; it is among the numbers.
func pick(weights []diag.Weight, sign float64, most int) []diag.Weight {
	var out []diag.Weight
	for _, w := range weights {
		if w.Decibans*sign >= noticeable && !w.Unticked() && len(out) < most {
			out = append(out, w)
		}
	}
	return out
}

func weightBlock(label string, weights []diag.Weight) []block {
	if len(weights) == 0 {
		return nil
	}
	b := block{label: label}
	for _, w := range weights {
		b.lines = append(b.lines, line{w.Text, diag.Weighs(w.Decibans)})
	}
	return []block{b}
}

func changeBlock(changes []diag.Change) []block {
	if len(changes) == 0 {
		return nil
	}
	b := block{label: "Unless"}
	for _, c := range changes[:min(len(changes), maxChanges)] {
		b.lines = append(b.lines, line{text: c.Text + "; then more likely: " + c.LeaderTitle})
	}
	return []block{b}
}

// numberBlocks is the sum behind the ranking: prior and weights add up to the
// odds of the leader against the runner-up.
func numberBlocks(o *diag.Opinion) []block {
	sum := block{label: "Numbers", lines: []line{{"how common it is, before anything was known", decibans(o.PriorDB)}}}
	for _, w := range o.Weights {
		sum.lines = append(sum.lines, line{w.Text, decibans(w.Decibans)})
	}
	sum.lines = append(sum.lines, line{"together: " + odds(o.PosteriorDB), decibans(o.PosteriorDB)})
	note := "Against the next likely cause; 10 dB is ten to one. They are the playbook author's judgement, not a measurement."
	return []block{sum, {tight: true, tone: quiet, lines: texts(note)}}
}

// decibans has one digit, and no minus before nothing.
func decibans(d float64) string { return fmt.Sprintf("%+.1f dB", math.Round(10*d)/10+0) }

func odds(d float64) string {
	ratio := math.Pow(10, math.Abs(d)/10)
	digits := 0
	if ratio < 9.5 {
		digits = 1
	}
	if d < 0 {
		return fmt.Sprintf("1 to %.*f", digits, ratio)
	}
	return fmt.Sprintf("%.*f to 1", digits, ratio)
}
