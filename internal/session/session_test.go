package session_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/session"
)

const book = `
schema: authdoctor.playbook/1
id: small
title: Small
version: "1"
surfaces: [app]
reviewed: 2026-01-01
sources: [an author]
vars: {page: "https://old.test/"}
escalate: {minutes: 60, to: support, text: Tell them.}
symptoms:
  - {id: refused, title: Refused, likely: {password: often, token: half}, otherwise: rarely}
causes:
  - {id: password, title: old password, layer: credentials, class: wrong_credentials, actor: user, prior: common}
  - {id: token, title: old token, layer: session, class: token_expired, actor: user, prior: common}
checks:
  - {id: page, run: http, with: {url: "{{page}}"}}
questions:
  - id: where
    ask: Which page?
    choices: {usual: The usual, mine: {text: Mine, input: page, prompt: Its address}}
    likely: {password: {mine: often}, token: {mine: rarely}}
    otherwise: {mine: half}
steps:
  - {id: credentials, stage: credentials, title: Password, minutes: 1, fixes: {password: often}, do: {app: [Try.]}, why: Because.}
  - {id: session, stage: session, title: Session, minutes: 1, fixes: {token: often}, do: {app: [Try.]}, why: Because.}
  - {id: proof, stage: retest, title: Proof, minutes: 1, fixes: {}, do: {app: [Try.]}, why: Because.}
retest:
  - {id: sign-in, title: Sign in}
`

func compiled(t *testing.T) *engine.Book {
	t.Helper()
	p, err := playbook.Parse("small.yaml", []byte(book))
	if err != nil {
		t.Fatal(err)
	}
	b, err := engine.Compile(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// person answers from a list, one entry a question or step, and notes what it
// was asked.
type person struct {
	t       *testing.T
	replies []reply
	asked   []string
	first   []bool // of each question, whether none comes before it
	thought int
}

type reply struct {
	choice, input string
	err           error
}

func (p *person) next(id string) reply {
	p.t.Helper()
	p.asked = append(p.asked, id)
	if len(p.replies) == 0 {
		p.t.Fatalf("no reply left for %s; asked %v", id, p.asked)
	}
	r := p.replies[0]
	p.replies = p.replies[1:]
	return r
}

func (p *person) Ask(_ context.Context, q diag.Question) (diag.Answer, error) {
	r := p.next(q.ID)
	p.first = append(p.first, q.First)
	if r.choice == "" {
		return diag.Answer{Unknown: true}, r.err
	}
	return diag.Answer{Choices: []string{r.choice}, Input: r.input}, r.err
}

func (p *person) Do(_ context.Context, s diag.Instruction) (diag.Did, error) {
	r := p.next(s.ID)
	if len(s.Checkpoints) > 0 {
		return diag.Did{Checkpoints: map[string]string{"sign-in": r.choice}}, r.err
	}
	return diag.Did{Outcome: r.choice}, r.err
}

func (p *person) Think(context.Context, *diag.Opinion) error {
	p.thought++
	return nil
}

// machine measures the same outcome each time, and notes where.
type machine struct {
	outcomes []string
	urls     []string
}

func (m *machine) Probe(_ context.Context, requests []diag.Request) map[string]diag.Finding {
	out := map[string]diag.Finding{}
	for _, r := range requests {
		m.urls = append(m.urls, r.With["url"])
		outcome := m.outcomes[0]
		if len(m.outcomes) > 1 {
			m.outcomes = m.outcomes[1:]
		}
		if outcome != "" {
			out[r.ID] = diag.Finding{Outcome: outcome}
		}
	}
	return out
}

func TestADiagnosis(t *testing.T) {
	for _, tt := range []struct {
		name     string
		replies  []reply
		outcomes []string
		plan     bool
		asked    []string
		urls     []string
		status   diag.VerdictStatus
		err      error
	}{
		{
			name:     "from the symptom to the proof",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}, {choice: "unchanged"}, {choice: "fixed"}, {choice: "passes"}},
			outcomes: []string{"ok"},
			asked:    []string{"symptoms", "where-fails", "where", "credentials", "session", "proof"},
			urls:     []string{"https://old.test/"},
			status:   diag.Fixed,
		},
		{
			name:     "an address that was typed is checked",
			replies:  []reply{{choice: "refused"}, {choice: "everywhere"}, {choice: "mine", input: "https://mine.test/"}, {choice: "fixed"}, {choice: "passes"}},
			outcomes: []string{"ok"},
			asked:    []string{"symptoms", "where-fails", "where", "credentials", "proof"},
			urls:     []string{"https://old.test/", "https://mine.test/"},
			status:   diag.Fixed,
		},
		{
			name:     "back undoes one answer at a time, and keeps what was measured",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {err: diag.ErrBack}, {err: diag.ErrBack}, {err: diag.ErrBack}, {choice: "refused"}, {choice: "elsewhere"}, {choice: "usual"}, {choice: "fixed"}, {choice: "passes"}},
			outcomes: []string{"ok"},
			asked:    []string{"symptoms", "where-fails", "where", "where-fails", "symptoms", "symptoms", "where-fails", "where", "credentials", "proof"},
			urls:     []string{"https://old.test/"},
			status:   diag.Fixed,
		},
		{
			name:     "back from the retest to the step",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}, {choice: "fixed"}, {err: diag.ErrBack}, {choice: "unchanged"}, {choice: "unchanged"}, {choice: "fails"}},
			outcomes: []string{"ok"},
			asked:    []string{"symptoms", "where-fails", "where", "credentials", "proof", "credentials", "session", "proof"},
			urls:     []string{"https://old.test/"},
			status:   diag.Escalate,
		},
		{
			name:     "checked again until it is repaired",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {choice: "again"}, {choice: "again"}, {choice: "usual"}, {choice: "fixed"}, {choice: "passes"}},
			outcomes: []string{"timeout", "refused", "ok"},
			asked:    []string{"symptoms", "where-fails", "after-repair", "after-repair", "where", "credentials", "proof"},
			urls:     []string{"https://old.test/", "https://old.test/", "https://old.test/"},
			status:   diag.Fixed,
		},
		{
			name:     "it fails elsewhere, so this network does not matter",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {choice: "elsewhere"}, {choice: "usual"}, {choice: "fixed"}, {choice: "passes"}},
			outcomes: []string{"timeout"},
			asked:    []string{"symptoms", "where-fails", "after-repair", "where", "credentials", "proof"},
			urls:     []string{"https://old.test/"},
			status:   diag.Fixed,
		},
		{
			name:     "no answer is no repair",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {}},
			outcomes: []string{"timeout"},
			asked:    []string{"symptoms", "where-fails", "after-repair"},
			urls:     []string{"https://old.test/"},
			status:   diag.Problem,
		},
		{
			name:     "a plan stops before the first step",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}},
			outcomes: []string{"ok"}, plan: true,
			asked:  []string{"symptoms", "where-fails", "where"},
			urls:   []string{"https://old.test/"},
			status: diag.Inconclusive,
		},
		{
			name:     "a probe that says nothing is unknown",
			replies:  []reply{{}, {}, {}},
			outcomes: []string{""}, plan: true,
			asked:  []string{"symptoms", "where-fails", "where"},
			urls:   []string{"https://old.test/"},
			status: diag.Inconclusive,
		},
		{
			name:     "stopped in the middle",
			replies:  []reply{{choice: "refused"}, {choice: "here"}, {choice: "usual"}, {choice: "unchanged"}, {err: diag.ErrCancelled}},
			outcomes: []string{"ok"},
			asked:    []string{"symptoms", "where-fails", "where", "credentials", "session"},
			urls:     []string{"https://old.test/"},
			status:   diag.Cancelled, err: diag.ErrCancelled,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			who, what := &person{t: t, replies: tt.replies}, &machine{outcomes: tt.outcomes}
			s := session.Session{
				Book: compiled(t), Asker: who, Prober: what, PlanOnly: tt.plan,
				Told: func() bool { return true },
			}
			v, err := s.Run(context.Background(), diag.NewEvidence())
			if !errors.Is(err, tt.err) || v.Status != tt.status {
				t.Errorf("ended in %q (%v), want %q", v.Status, err, tt.status)
			}
			if diff := cmp.Diff(tt.asked, who.asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.urls, what.urls); diff != "" {
				t.Errorf("measured (-want +got):\n%s", diff)
			}
			if did := slices.Contains(tt.asked, "credentials"); did != (who.thought > 0) {
				t.Errorf("the opinion was shown %d times", who.thought)
			}
		})
	}
}

func TestAContextThatEndsCancels(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := session.Session{Book: compiled(t), Asker: &person{t: t}, Prober: &machine{outcomes: []string{"ok"}}}
	v, err := s.Run(ctx, diag.NewEvidence())
	if !errors.Is(err, diag.ErrCancelled) || v.Status != diag.Cancelled {
		t.Errorf("ended in %q (%v)", v.Status, err)
	}
}

func TestAFaultOfTheAskerIsAnError(t *testing.T) {
	broken := errors.New("broken pipe")
	s := session.Session{Book: compiled(t), Asker: &person{t: t, replies: []reply{{err: broken}}}, Prober: &machine{outcomes: []string{"ok"}}}
	if _, err := s.Run(context.Background(), diag.NewEvidence()); !errors.Is(err, broken) {
		t.Errorf("ended with %v", err)
	}
}
