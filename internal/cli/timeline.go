package cli

import (
	"cmp"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/journal"
)

// timeline tells a session's events in the words of its report, with the time
// of each.
func timeline(c *journal.Case, r *diag.Report) []diag.Moment {
	w := wording{r}
	out := []diag.Moment{}
	add := func(at time.Time, e diag.Event) {
		if m, ok := w.moment(e); ok {
			m.At = at
			out = append(out, m)
		}
	}
	for _, e := range c.Given {
		add(c.Began, e)
	}
	for _, e := range c.Entries {
		if e.Event != nil {
			add(e.At, *e.Event)
		} else if e.End != nil {
			out = append(out, diag.Moment{At: e.At, What: "ended", Text: e.End.Summary, Code: string(e.End.Status)})
		}
	}
	return out
}

// wording has the words of a report for the ids in events.
type wording struct{ r *diag.Report }

// ownWords are those of the engine's own questions, by choice.
var ownWords = map[string]map[string]string{
	diag.AskSymptoms: {"": "What is seen"},
	diag.AskWhere: {"": "Where it fails", string(diag.WhereHere): "on this computer, or everywhere",
		string(diag.WhereSameNetwork): "on another device on this network", string(diag.WhereElsewhere): "on a device away from this network"},
	diag.AskRepair:   {"": "What now", diag.ChoiceStop: "stop here"},
	diag.AskContinue: {"": "Go on although somebody else must act", diag.ChoiceContinue: "yes", diag.ChoiceStop: "stop here"},
	diag.AskHandOver: {"": "Go on although no step is worth its time", diag.ChoiceContinue: "yes", diag.ChoiceStop: "hand over"},
}

func (w wording) title(kind, id string) string {
	if t := w.r.Titles[kind+":"+id]; t != "" {
		return t
	}
	return id
}

func (w wording) moment(e diag.Event) (diag.Moment, bool) {
	switch e.Type {
	case diag.Told:
		text := "nothing of the list was seen"
		for i, id := range e.Symptoms {
			if i == 0 {
				text = w.title("symptom", id)
				continue
			}
			text += " · " + w.title("symptom", id)
		}
		return diag.Moment{What: "told", Text: text}, true
	case diag.Answered:
		question, answer := w.title("question", e.Question), w.title("answer", e.Question+"="+e.Choice)
		if own, ok := ownWords[e.Question]; ok {
			question, answer = own[""], cmp.Or(own[e.Choice], e.Choice)
		}
		if e.Choice == diag.NoAnswer || e.Choice == "" {
			answer = "not known"
		}
		return diag.Moment{What: "answered", Text: question + " – " + answer, From: "question:" + e.Question}, true
	case diag.Measured, diag.Given:
		if e.Finding.Outcome == diag.NotMeasured {
			return diag.Moment{}, false // nothing happened
		}
		return w.check(e), true
	case diag.Stepped:
		return w.step(e), true
	case diag.Pasted:
		return diag.Moment{What: "told", Text: "an error message: " + e.Text}, true
	case diag.Forgotten:
		return diag.Moment{What: "other", Text: "everything was checked again"}, true
	case diag.WentBack:
		return diag.Moment{What: "other", Text: "went back a question"}, true
	}
	return diag.Moment{}, false
}

func (w wording) check(e diag.Event) diag.Moment {
	m := diag.Moment{What: string(e.Type), Text: e.Check + ": " + e.Finding.Summary, From: "check:" + e.Check}
	for _, c := range w.r.Checks {
		if c.ID == e.Check {
			m.Text, m.Code = c.Title+": "+e.Finding.Summary, diag.Code(c.Probe, e.Finding.Outcome)
		}
	}
	return m
}

func (w wording) step(e diag.Event) diag.Moment {
	m := diag.Moment{What: "tried", Text: e.Step, Code: e.Did.Outcome, From: "step:" + e.Step}
	for _, s := range w.r.Steps {
		if s.ID == e.Step {
			m.Text = s.Title
		}
	}
	if e.Did.Outcome == "" && len(e.Did.Checkpoints) == 0 {
		m.What = "other"
		m.Text += " – left out, since nothing had helped"
	}
	if o := w.title("outcome", e.Step+"="+e.Did.Outcome); e.Did.Outcome != "" && o != "" {
		m.Text += " – " + outcomeWord(e.Did.Outcome, o)
	}
	for _, id := range w.r.Checkpoints {
		if report := e.Did.Checkpoints[id]; report != "" {
			m.Text += " · " + w.title("checkpoint", id) + " – " + report
		}
	}
	return m
}

// outcomeWord is what was reported of a step, in words.
func outcomeWord(outcome, title string) string {
	words := map[string]string{
		diag.DidFixed: "it works now", diag.DidUnchanged: "no change", diag.DidWorse: "it got worse",
		diag.DidUnverifiable: "not tried, or cannot tell", diag.DidSatisfied: "was done already",
	}
	if s := words[outcome]; s != "" {
		return s
	}
	return title
}
