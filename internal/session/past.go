package session

import (
	"maps"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// past is the history of a case that is taken up again: the moment before each
// thing that was asked or shown, so that whoever comes back can go back.
func past(given, since []diag.Event) []moment {
	var history []moment
	push := func(m moment) { history = append(history, m) }
	n := -len(given) // what was known from the start, nobody was asked
	thought := false
	diag.Replay(append(append([]diag.Event{}, given...), since...), func(before *diag.Evidence, v diag.Event) {
		n++
		if n <= 0 {
			return
		}
		switch v.Type {
		case diag.WentBack:
			for len(history) > 0 && history[len(history)-1].ev.Tick >= v.To {
				history = history[:len(history)-1]
			}
			thought = len(history) > 0 && history[len(history)-1].thought
		case diag.Told:
			push(moment{ev: before})
		case diag.Answered:
			if v.Choice != "" { // else it was taken back, so that it is asked again
				push(moment{ev: before, thought: thought})
			}
		case diag.Pasted:
			push(moment{ev: before, paste: true})
		case diag.Stepped:
			if !thought {
				push(moment{ev: before})
			}
			thought = true
			push(moment{ev: before, thought: true})
		}
	})
	return history
}

// leftAtMessage: the symptoms were the last thing that was answered.
func leftAtMessage(ev *diag.Evidence) bool {
	others := maps.Clone(ev.Answers)
	delete(others, diag.AskSymptoms)
	told := ev.SymptomsAsked || ev.Answers[diag.AskSymptoms] != ""
	return told && !ev.MessageAsked && len(others) == 0 && len(ev.Walk) == 0 && len(ev.Checks) == 0
}
