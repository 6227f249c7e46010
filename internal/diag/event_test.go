package diag

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What is observed, written down and read again makes the same case.
func TestTheEventsAreTheCase(t *testing.T) {
	var events []Event
	ev := NewEvidence()
	ev.Observe = func(e Event) {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var read Event
		if err := json.Unmarshal(line, &read); err != nil {
			t.Fatal(err)
		}
		events = append(events, read)
	}
	same := func(when string) {
		t.Helper()
		if diff := cmp.Diff(ev, Fold(events), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Evidence{}, "Observe")); diff != "" {
			t.Errorf("%s (-case +fold):\n%s", when, diff)
		}
	}
	ev.Paste("AADSTS50126", []MessageMatch{{System: "entra", Code: "AADSTS50126", Cause: "wrong_credentials", Certain: true}})
	ev.Tell([]string{"a", "b"})
	before := ev.Clone()
	ev.Answer(AskWhere, "here", nil)
	ev.AnswerAsked("q", "x", map[string]string{"url": "https://x.test/"})
	ev.SetVars(map[string]string{"v": "1"})
	ev.Measured("page", Finding{Outcome: "ok", Summary: "fine", Facts: map[string]any{"ms": 1.5}, ElapsedMS: 2}, map[string]string{"url": "u"})
	ev.Given("clock", "accurate")
	ev.Did("one", Did{Outcome: "unchanged"})
	same("forward")
	later := ev.Clone()
	ev.BackTo(before)
	same("back")
	if ev.Checks["page"].Outcome != "ok" || ev.Asked != 0 || len(ev.Walk) != 0 || ev.Tick <= later.Tick {
		t.Errorf("went back to %+v", ev)
	}
	ev.Answer(AskWhere, "elsewhere", nil)
	ev.BackTo(before)
	same("back to the same place again")
	ev.Answer(AskRepair, ChoiceStop, nil)
	ev.Forget()
	same("forgotten")
	if _, ok := ev.Checks["clock"]; !ok || ev.Answers[AskRepair] != "" || ev.Repairs != 1 {
		t.Errorf("forgot what was given: %+v", ev)
	}
	ev.Measured("page", Finding{Outcome: "timeout"}, nil)
	ev.Expire([]string{"page"})
	ev.Did("retest", Did{Checkpoints: map[string]string{"sign-in": "passes"}})
	same("at the end")
}

func TestAnEventOfTomorrowIsPassedOver(t *testing.T) {
	ev := Fold([]Event{{Type: "tomorrow"}, {Type: WentBack, To: 77}, {Type: Told, Symptoms: []string{"a"}}})
	if !cmp.Equal(ev.Symptoms, []string{"a"}) {
		t.Errorf("%+v", ev)
	}
}
