// Package session runs a diagnosis: it carries questions to whoever answers
// them and checks to whatever measures them, until the engine is done.
package session

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// An Asker puts things to a person, or looks them up in an answers file. Every
// method returns diag.ErrCancelled when the person stops, and may return
// diag.ErrBack for the question before.
type Asker interface {
	// Ask puts one question.
	Ask(ctx context.Context, q diag.Question) (diag.Answer, error)
	// Do shows one step and returns what happened.
	Do(ctx context.Context, step diag.Instruction) (diag.Did, error)
	// Think shows what is thought and why, before the first step.
	Think(ctx context.Context, o *diag.Opinion) error
}

// A Prober measures. It answers every request, by id.
type Prober interface {
	Probe(ctx context.Context, requests []diag.Request) map[string]diag.Finding
}

// Session is one diagnosis.
type Session struct {
	Book   *engine.Book
	Asker  Asker
	Prober Prober
	// PlanOnly stops before the first step, and judges what is known.
	PlanOnly bool
	// Told reports whether anybody complained, with a symptom, a message or an
	// answer.
	Told func() bool
	// Resumed: the case was left and is taken up again. Given and Since are its
	// events then, those known from the start and those that came after, so that
	// one can go back beyond where it was left.
	Resumed      bool
	Given, Since []diag.Event
	// Onward: whoever answers never goes back, as a file does not.
	Onward bool
	// Paste asks for the exact error message, a page of its own behind the
	// symptoms; nil where nobody is asked. Errors are those of an Asker.
	Paste func(ctx context.Context) error
	// Worse says what to stop or undo after a step that made things worse; nil
	// where nobody is told. Errors are those of an Asker.
	Worse func(ctx context.Context, step diag.Instruction) error

	history []moment // before each screen, for going back
	thought bool
	paste   bool // the page for the message comes next
}

// moment is the case before something was shown, whether the opinion had been
// shown by then, and whether it was the page for the message.
type moment struct {
	ev             *diag.Evidence
	thought, paste bool
}

// Run is the loop that authdoctor is: ask, probe, do, until done. The evidence
// holds what is known from the start, and afterwards all that was learned. An
// error is diag.ErrCancelled or a fault of ours.
func (s *Session) Run(ctx context.Context, ev *diag.Evidence) (diag.Verdict, error) {
	if s.Resumed {
		s.Resumed = false
		if !s.Onward {
			s.history = past(s.Given, s.Since)
		}
		s.thought = len(ev.Walk) > 0 // it was read before the first step
		if err := s.postponed(ctx, ev); errors.Is(err, diag.ErrCancelled) {
			return stopped(s.Book, ev), err
		} else if err != nil && !errors.Is(err, diag.ErrBack) {
			return diag.Verdict{}, err
		}
		s.paste = leftAtMessage(ev)
	}
	for {
		if ctx.Err() != nil {
			return stopped(s.Book, ev), diag.ErrCancelled
		}
		v, err := s.next(ctx, ev)
		switch {
		case v != nil:
			return *v, nil
		case err == nil:
		case errors.Is(err, diag.ErrBack):
			s.back(ev)
		case errors.Is(err, diag.ErrCancelled), errors.Is(err, context.Canceled):
			return stopped(s.Book, ev), diag.ErrCancelled
		default:
			return diag.Verdict{}, err
		}
	}
}

// next does one thing; a verdict ends the case.
func (s *Session) next(ctx context.Context, ev *diag.Evidence) (*diag.Verdict, error) {
	if s.paste && s.Paste != nil {
		s.remember(ev)
		err := s.Paste(ctx)
		if err == nil {
			s.paste = false
		}
		return nil, err
	}
	switch step := engine.Next(s.Book, ev).(type) {
	case engine.Ask:
		if s.PlanOnly && step.Question.ID == diag.AskHandOver {
			return s.judged(ev), nil
		}
		return nil, s.ask(ctx, ev, step.Question)
	case engine.Probe:
		s.probe(ctx, ev, step.Requests)
	case engine.Do:
		if s.PlanOnly {
			return s.judged(ev), nil
		}
		return nil, s.do(ctx, ev, step.Instruction)
	case engine.Done:
		return &step.Verdict, nil
	}
	return nil, nil
}

func (s *Session) judged(ev *diag.Evidence) *diag.Verdict {
	v := engine.Judge(s.Book, ev, s.Told != nil && s.Told())
	return &v
}

// postponed tries what was put off in a retest, when nothing else is left to
// do. What passed before stays passed.
func (s *Session) postponed(ctx context.Context, ev *diag.Evidence) error {
	done, ok := engine.Next(s.Book, ev).(engine.Done)
	if !ok || done.Verdict.Status != diag.Fixed && done.Verdict.Status != diag.Waiting {
		return nil // something else is left to do, or nothing at all
	}
	in, ok := engine.Postponed(s.Book, ev)
	if !ok {
		return nil
	}
	did, err := s.Asker.Do(ctx, in)
	if err != nil {
		return err
	}
	still := true
	for _, report := range did.Checkpoints {
		still = still && report == diag.CheckpointPostponed
	}
	if still {
		return nil
	}
	all := map[string]string{}
	for _, v := range ev.Walk {
		if v.Step == in.ID {
			all = maps.Clone(v.Checkpoints)
		}
	}
	maps.Copy(all, did.Checkpoints)
	ev.Did(in.ID, diag.Did{Checkpoints: all})
	return nil
}

// Conclude is the verdict of a case as it stands: the one that it ended with,
// or that it was stopped.
func Conclude(b *engine.Book, ev *diag.Evidence) diag.Verdict {
	if done, ok := engine.Next(b, ev).(engine.Done); ok {
		return done.Verdict
	}
	return stopped(b, ev)
}

// stopped keeps what was found, under the one word that says that nothing
// was concluded.
func stopped(b *engine.Book, ev *diag.Evidence) diag.Verdict {
	if !begun(ev) {
		return diag.Verdict{Status: diag.Cancelled, Summary: "Nothing was told or measured yet.", Pending: []string{}}
	}
	v := engine.Judge(b, ev, true)
	v.Status, v.Next = diag.Cancelled, diag.Next{}
	return v
}

// begun: something is known of the case.
func begun(ev *diag.Evidence) bool {
	for _, m := range ev.Checks {
		if m.Outcome != diag.NotMeasured {
			return true
		}
	}
	return ev.SymptomsAsked || ev.Message != "" || len(ev.Answers)+len(ev.Walk) > 0
}

func (s *Session) remember(ev *diag.Evidence) {
	if s.Onward {
		return
	}
	s.history = append(s.history, moment{ev.Clone(), s.thought, s.paste})
}

// back returns to before the last question or step. At the first one there is
// nothing to go back to, and it is asked again.
func (s *Session) back(ev *diag.Evidence) {
	n := len(s.history)
	if n == 0 {
		return
	}
	// The newest entry is the question that was just left by going back.
	last := s.history[max(n-2, 0)]
	s.history = s.history[:max(n-2, 0)]
	ev.BackTo(last.ev)
	s.thought, s.paste = last.thought, last.paste
}

func (s *Session) ask(ctx context.Context, ev *diag.Evidence, q diag.Question) error {
	q.First = len(s.history) == 0
	s.remember(ev)
	answer, err := s.Asker.Ask(ctx, q)
	if err != nil {
		return err
	}
	switch q.ID {
	case diag.AskSymptoms:
		s.paste = !ev.MessageAsked
		if answer.Unknown {
			ev.Answer(q.ID, diag.NoAnswer, nil)
			return nil
		}
		ev.Tell(answer.Choices)
	case diag.AskRepair:
		s.repair(ev, first(answer))
	default:
		record := ev.Answer
		if s.question(q.ID) != nil {
			record = ev.AnswerAsked
		}
		if answer.How != "" {
			ev.AnswerMeasured(q.ID, orUnknown(first(answer)), answer.How, s.sets(q.ID, answer))
			return nil
		}
		record(q.ID, orUnknown(first(answer)), s.sets(q.ID, answer))
	}
	return nil
}

// repair acts on what the person wants after an early check failed.
func (s *Session) repair(ev *diag.Evidence, choice string) {
	switch choice {
	case diag.ChoiceAgain:
		ev.Forget()
	case diag.ChoiceElsewhere:
		ev.Answer(diag.AskWhere, string(diag.WhereElsewhere), nil)
	default:
		ev.Answer(diag.AskRepair, diag.ChoiceStop, nil)
	}
}

func first(a diag.Answer) string {
	if len(a.Choices) == 0 {
		return ""
	}
	return a.Choices[0]
}

func orUnknown(choice string) string {
	switch choice {
	case "":
		return diag.NoAnswer
	case "everywhere": // fails here too, so that all scopes are in force
		return string(diag.WhereHere)
	}
	return choice
}

// question is the playbook's question of that id; nil for the engine's own.
func (s *Session) question(id string) *playbook.Question {
	for i := range s.Book.Questions {
		if s.Book.Questions[i].ID == id {
			return &s.Book.Questions[i]
		}
	}
	return nil
}

func (s *Session) probe(ctx context.Context, ev *diag.Evidence, requests []diag.Request) {
	found := s.Prober.Probe(ctx, requests)
	for _, r := range requests {
		f, ok := found[r.ID]
		if !ok {
			f = diag.Finding{Outcome: diag.NoAnswer, Reason: "the probe gave no answer", Summary: "could not be measured"}
		}
		ev.Measured(r.ID, f, r.With)
	}
}

func (s *Session) do(ctx context.Context, ev *diag.Evidence, in diag.Instruction) error {
	if !s.thought {
		s.remember(ev) // so that "back" leads from the opinion to the last question
		s.thought = true
		if o := engine.Opinion(s.Book, ev); o != nil {
			if err := s.Asker.Think(ctx, o); err != nil {
				return err
			}
		}
	}
	s.remember(ev)
	did, err := s.Asker.Do(ctx, in)
	if err != nil {
		return err
	}
	switch {
	case in.Satisfied:
		did = diag.Did{Outcome: diag.DidSatisfied}
	case len(in.Checkpoints) > 0:
		did.Outcome = ""
	case did.Outcome == "":
		return fmt.Errorf("step %s: no outcome was reported", in.ID)
	}
	ev.Did(in.ID, did)
	if did.Outcome != diag.DidWorse || s.Worse == nil {
		return nil
	}
	s.remember(ev) // so that "back" leads to the step
	return s.Worse(ctx, in)
}

// Seed writes down what a scenario or an answers file says, so that it counts
// whether or not it would have been asked. Outcomes in checks are taken as
// given; steps and checkpoints are reported when they come up.
func Seed(b *engine.Book, ev *diag.Evidence, g *playbook.Given) {
	if g.SymptomsSet {
		ev.Tell(g.Symptoms)
	}
	for _, q := range b.Questions {
		if choice, ok := g.Answers[q.ID]; ok {
			ev.Answer(q.ID, choice, Sets(&q, choice))
		}
	}
	if where, ok := g.Answers[diag.AskWhere]; ok {
		ev.Answer(diag.AskWhere, where, nil)
	}
	for _, c := range b.Checks {
		if outcome, ok := g.Checks[c.ID]; ok {
			ev.Given(c.ID, outcome)
		}
	}
	if len(g.Vars) > 0 {
		ev.SetVars(g.Vars)
	}
}
