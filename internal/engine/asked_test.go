package engine_test

import (
	"slices"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// askedOf plays a shipped playbook's opening: what is asked, given what is
// answered; a question without an answer here is asked last.
func askedOf(t *testing.T, id string, ev *diag.Evidence, answers map[string]string) []string {
	t.Helper()
	books := shipped(t)
	b := compile(t, books[slices.IndexFunc(books, func(p *playbook.Playbook) bool { return p.ID == id })])
	for i := range b.Checks {
		ev.Given(b.Checks[i].ID, diag.NotMeasured)
	}
	var asked []string
	for {
		ask, ok := engine.Next(b, ev).(engine.Ask)
		if !ok {
			return asked
		}
		asked = append(asked, ask.Question.ID)
		answer := answers[ask.Question.ID]
		if answer == "" {
			answer = diag.NoAnswer
		}
		ev.AnswerAsked(ask.Question.ID, answer, nil)
	}
}

// Whoever uses Gmail with the account's own password is asked whether the web
// page takes it, and of a message that is not there nothing is asked.
func TestWhatGmailIsAsked(t *testing.T) {
	ev := opened("here", nil)
	ev.Tell([]string{"asks-again"})
	ev.Paste("", nil)
	asked := askedOf(t, "mail-client", ev, map[string]string{"provider": "gmail", "method": "own-password"})
	seen := map[string]bool{}
	for _, q := range asked {
		seen[q] = true
	}
	if seen["error-code"] || !seen["webmail"] {
		t.Errorf("asked: %v", asked)
	}
}

// A message that was recognised is not asked for once more; one that was not
// is.
func TestWhatIsAskedOfAMessage(t *testing.T) {
	for name, tt := range map[string]struct {
		text    string
		matches []diag.MessageMatch
		want    bool
	}{
		"recognised": {"account locked", locked(true), false},
		"in doubt":   {"account locked?", locked(false), true},
		"unknown":    {"no idea", nil, true},
		"none":       {"", nil, false},
	} {
		ev := opened("here", nil)
		ev.Tell([]string{"asks-again"})
		ev.Paste(tt.text, tt.matches)
		if asked := slices.Contains(askedOf(t, "mail-client", ev, nil), "error-code"); asked != tt.want {
			t.Errorf("%s: asked %v", name, asked)
		}
	}
}
