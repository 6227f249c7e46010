package wizard

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

// Whoever comes back to a page finds it as they left it: what was answered,
// and what was only begun.
func TestComingBackFindsItAsItWas(t *testing.T) {
	p := sitDown(t, Options{})
	ask := func(q diag.Question, want diag.Answer, wantErr error, keys ...string) {
		t.Helper()
		screens := strings.Count(strip(p.out.String()), "q quit")
		got, err := during(p, t.Context(),
			func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, q) },
			func() {
				p.out.await(t, "q quit", screens+1)
				p.press(keys...)
			})
		if !errors.Is(err, wantErr) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	message := func(want string, wantErr error, keys ...string) {
		t.Helper()
		screens := strings.Count(strip(p.out.String()), "Ctrl-C quit")
		got, err := during(p, t.Context(), p.wiz.Message, func() {
			p.out.await(t, "Ctrl-C quit", screens+1)
			p.press(keys...)
		})
		if !errors.Is(err, wantErr) || got != want {
			t.Fatalf("message %q (%v), want %q (%v)", got, err, want, wantErr)
		}
	}
	ask(symptomsQuestion(), diag.Answer{Choices: []string{"rejected", "stopped"}}, nil, space, down, down, space, enter)
	message("begun", diag.ErrBack, "begun", esc)
	ask(symptomsQuestion(), diag.Answer{Choices: []string{"rejected", "stopped"}}, nil, enter)
	message("begun and ended", nil, " and ended", enter)
	ask(whereQuestion(), diag.Answer{}, diag.ErrBack, down, down, left)
	message("begun and ended", nil, enter)
	ask(whereQuestion(), diag.Answer{Choices: []string{"elsewhere"}}, nil, enter)
}

// The same, read line by line.
func TestComingBackReadAloud(t *testing.T) {
	p := sitDown(t, Options{Accessible: true})
	said := func(want string, lines ...string) diag.Answer {
		t.Helper()
		prompts := strings.Count(p.out.String(), "\n> ")
		got, err := during(p, t.Context(),
			func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, symptomsQuestion()) },
			func() {
				p.out.await(t, "\n> ", prompts+1)
				p.press(lines...)
			})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.out.String(), want) {
			t.Errorf("never said: %q\n%s", want, p.out.String())
		}
		return got
	}
	first := said("Type the numbers", "1 3\n")
	if diff := cmp.Diff(first, said("Before, you answered: The app says", "\n")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"drops"}, said("Just Enter keeps it.", "2\n").Choices); diff != "" {
		t.Error(diff)
	}
}

// However far somebody goes back, one line says so.
func TestGoingBackIsSaidOnce(t *testing.T) {
	p := sitDown(t, Options{})
	back := func(q diag.Question, n int) {
		_, err := during(p, t.Context(),
			func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, q) },
			func() {
				p.out.await(t, "q quit", n)
				p.press(left)
			})
		if !errors.Is(err, diag.ErrBack) {
			t.Fatal(err)
		}
	}
	back(serverQuestion(), 1)
	back(whereQuestion(), 2)
	if n := strings.Count(p.out.String(), "Back to the question before"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// Where nobody can go back any further, nothing else is said.
func TestNothingComesBeforeTheFirstQuestion(t *testing.T) {
	p := sitDown(t, Options{})
	q := whereQuestion()
	q.First = true
	_, err := during(p, t.Context(),
		func(ctx context.Context) (diag.Answer, error) { return p.wiz.Ask(ctx, q) },
		func() {
			p.out.await(t, "q quit", 1)
			p.press(left)
		})
	if out := p.out.String(); !errors.Is(err, diag.ErrBack) || strings.Contains(out, "Back to") || !strings.Contains(out, "This is the first question, and none comes before it") {
		t.Errorf("error %v\n%s", err, out)
	}
}
