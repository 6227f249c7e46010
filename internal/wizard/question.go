package wizard

import (
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Choices that the wizard adds by itself. They stand for no choice.
const (
	somethingElse = "Something else"
	notSure       = "I do not know"
)

// showTime is the Question.Show that asks for a running clock.
const showTime = "corrected-time"

func (w *Wizard) questionPage(q diag.Question) page {
	p := page{
		kind: choose, ask: q.Text, name: q.Text,
		choices: choiceTexts(q.Choices),
		offer:   "why we ask",
		first:   q.First,
	}
	decided := q.ID == diag.AskContinue || q.ID == diag.AskHandOver
	if q.Help != "" && !decided {
		p.more = remark("", q.Help)
	}
	if extra := extraChoice(q); extra != "" {
		p.choices = append(p.choices, extra)
	}
	if q.Multi {
		p.kind, p.hint = tick, "Space ticks a line, as many as you like. Enter when you are done."
	}
	if q.Show == showTime {
		p.clock = &clock{now: w.opt.Now, seconds: q.OffsetSeconds, known: q.OffsetKnown, given: q.OffsetGiven}
	}
	careful := remark("Careful", q.Careful...)
	for i := range careful {
		careful[i].tone = alarm
	}
	p.blocks = careful
	if q.Finding != nil {
		p.blocks = findingBlocks(q)
		p.name = q.Finding.Title + ", " + statusWord(q.Finding.Status)
	} else if decided {
		p.blocks = remark("Do this", q.Help)
	}
	return p
}

// extraChoice is the way out of a question for whoever finds no fitting
// choice in it; empty where the question has one or must be decided.
func extraChoice(q diag.Question) string {
	if q.Multi {
		if slices.ContainsFunc(q.Choices, func(c diag.Choice) bool { return strings.EqualFold(c.Text, somethingElse) }) {
			return ""
		}
		return somethingElse
	}
	decided := q.Finding != nil || slices.Contains([]string{diag.AskRepair, diag.AskContinue, diag.AskHandOver}, q.ID)
	if decided || slices.ContainsFunc(q.Choices, meansUnsure) {
		return ""
	}
	return notSure
}

// meansUnsure reports whether a choice already says "I do not know".
func meansUnsure(c diag.Choice) bool {
	if c.Unsure || c.ID == diag.NoAnswer {
		return true
	}
	text := strings.ToLower(c.Text)
	return strings.Contains(text, "not sure") || strings.Contains(text, "not know") || strings.Contains(text, "don't know")
}

func answer(q diag.Question, r reply) diag.Answer {
	var a diag.Answer
	for _, i := range r.picked {
		if i < len(q.Choices) {
			a.Choices = append(a.Choices, q.Choices[i].ID)
		}
	}
	return a
}

// findingBlocks shows the failed check that a question is about, what to do
// about it, and what to leave alone.
func findingBlocks(q diag.Question) []block {
	c := q.Finding
	what := c.Summary
	if what == "" {
		what = c.Reason
	}
	head := block{
		label: sign(c.Status) + " " + c.Title, spoken: c.Title + ", " + statusWord(c.Status),
		tone: alarm, lines: []line{{what, c.Code}},
	}
	if c.Status == diag.Pass {
		head.tone = plain
	}
	return append([]block{head}, stack(remark("Do this", remedy(q)), leaveAlone(q))...)
}

// leaveAlone says what not to change while a check fails.
func leaveAlone(q diag.Question) []block {
	if q.ID != diag.AskRepair {
		return nil
	}
	return remark("Leave alone", q.Careful...)
}

// remedy is what to do: about the check, or, where only somebody else can act,
// what the question says about that. Where checking again is one of the
// choices, nothing has to be run again.
func remedy(q diag.Question) string {
	switch {
	case q.ID == diag.AskContinue && q.Help != "":
		return q.Help
	case q.ID == diag.AskRepair:
		return strings.ReplaceAll(q.Finding.Remedy, "run this again", "check again")
	}
	return q.Finding.Remedy
}

func sign(s diag.Status) string {
	switch s {
	case diag.Pass:
		return "✓"
	case diag.Warn:
		return "!"
	case diag.Fail:
		return "✗"
	case diag.Blocked:
		return "–"
	}
	return "?"
}

func statusWord(s diag.Status) string {
	switch s {
	case diag.Pass:
		return "passed"
	case diag.Warn:
		return "warning"
	case diag.Fail:
		return "failed"
	case diag.Blocked:
		return "waiting"
	}
	return "not known"
}
