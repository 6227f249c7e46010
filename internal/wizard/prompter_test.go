package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

func reading(input string, out io.Writer) *Wizard {
	return New(Options{In: strings.NewReader(input), Out: out, Accessible: true, Width: 80, Now: at})
}

func TestLines(t *testing.T) {
	mega := strings.Repeat("1", 1<<20)
	ask := func(q diag.Question) func(context.Context, *Wizard) (any, error) {
		return func(ctx context.Context, w *Wizard) (any, error) { return w.Ask(ctx, q) }
	}
	do := func(s diag.Instruction) func(context.Context, *Wizard) (any, error) {
		return func(ctx context.Context, w *Wizard) (any, error) { return w.Do(ctx, s) }
	}
	message := func(ctx context.Context, w *Wizard) (any, error) { return w.Message(ctx) }
	one, many := ask(whereQuestion()), ask(symptomsQuestion())
	tests := []struct {
		name  string
		ask   func(context.Context, *Wizard) (any, error)
		input string
		want  any
		err   error
		says  string
	}{
		{"a number", one, "2\n", diag.Answer{Choices: []string{"same-network"}}, nil, ""},
		{"a number with a full stop, Windows line end", one, " 2. \r\n", diag.Answer{Choices: []string{"same-network"}}, nil, ""},
		{"an empty line is no answer", one, "\n\n3\n", diag.Answer{Choices: []string{"elsewhere"}}, nil, "Type one number from 1 to 5."},
		{"rubbish", one, "yes\n0\n6\n-1\n1\n", diag.Answer{Choices: []string{"here"}}, nil, `"yes" is not one of the numbers: type 1 to 5.`},
		{"two numbers", one, "1 2\n1\n", diag.Answer{Choices: []string{"here"}}, nil, "Type one number from 1 to 5."},
		{"a megabyte", one, mega + "\n1\n", diag.Answer{Choices: []string{"here"}}, nil, "That line is too long for an answer."},
		{"bytes that are no text", one, "\xff\x00\x1b[A\n1\n", diag.Answer{Choices: []string{"here"}}, nil, "is not one of the numbers"},
		{"help", one, "?\n1\n", diag.Answer{Choices: []string{"here"}}, nil, "Every check measures this computer."},
		{"back", one, "b\n", diag.Answer{}, diag.ErrBack, ""},
		{"quit", one, "Q\n", diag.Answer{}, diag.ErrCancelled, ""},
		{"end of input", one, "", diag.Answer{}, diag.ErrCancelled, ""},
		{"a line without its end is not an answer", one, "1", diag.Answer{}, diag.ErrCancelled, ""},
		{"does not know", ask(serverQuestion()), "3\n", diag.Answer{}, nil, ""},
		{"a value", ask(serverQuestion()), "2\nimap.example.org\n", diag.Answer{Choices: []string{"other"}, Input: "imap.example.org"}, nil, ""},
		{"an empty value", ask(serverQuestion()), "2\n\n", diag.Answer{Choices: []string{"other"}}, nil, ""},
		{"back from a value", ask(serverQuestion()), "2\nb\n1\n", diag.Answer{Choices: []string{"known"}}, nil, ""},
		{"end of input at a value", ask(serverQuestion()), "2\n", diag.Answer{}, diag.ErrCancelled, ""},
		{"the time", ask(timeQuestion(true)), "t\n2\n", diag.Answer{Choices: []string{"ahead"}}, nil, "It is now 14:04:41 EST, Wednesday 18 March (19:04 in UTC)."},
		{"several", many, "3, 1;1\n", diag.Answer{Choices: []string{"rejected", "stopped"}}, nil, ""},
		{"nothing, told so, nothing", many, "\n\n", diag.Answer{}, nil, "Nothing is ticked."},
		{"nothing, told so, something", many, "\n2\n", diag.Answer{Choices: []string{"drops"}}, nil, "Nothing is ticked."},
		{"nothing, rubbish, nothing is told again", many, "\nx\n\n\n", diag.Answer{}, nil, "Nothing is ticked."},
		{"something else", many, "7\n", diag.Answer{}, nil, ""},
		{"nothing, then the end", many, "\n", diag.Answer{}, diag.ErrCancelled, ""},
		{"a finding", ask(repairQuestion()), "1\n", diag.Answer{Choices: []string{"again"}}, nil, "Name lookup, failed: no such name: www.alarm.com (dns.nxdomain)"},
		{"a step", do(passwordStep()), "?\n1\n5\n", diag.Did{Outcome: diag.DidWorse}, nil, "Careful: A few failed tries"},
		{"a satisfied step", do(satisfiedStep()), "what?\n\n", diag.Did{Outcome: diag.DidSatisfied}, nil, "Just Enter goes on."},
		{"the retest", do(retestStep()), "\n1\n2\n2\n1\n", diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "arm": "passes", "stays": "postponed"}}, nil, "Take your time"},
		{"the retest, cut short", do(retestStep()), "\n2\n2\n", diag.Did{}, diag.ErrCancelled, ""},
		{"no message", message, "\n", "", nil, "Finish with a full stop"},
		{"no message, in a way", message, ".\n", "", nil, ""},
		{"a message", message, "one\r\n\n two\n.\n", "one\n\n two", nil, ""},
		{"a message without an end", message, "one\ntwo\n", "", diag.ErrCancelled, ""},
		{"a message of a megabyte", message, mega + "\n.\n", mega[:messageLimit], nil, ""},
		{"quit instead of a message", message, "q\n", "", diag.ErrCancelled, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := newWatch()
			got, err := tt.ask(t.Context(), reading(tt.input, out))
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); tt.err == nil && diff != "" {
				t.Error(diff)
			}
			if said := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(said, tt.says) {
				t.Errorf("does not say %q:\n%s", tt.says, out.String())
			}
			if strings.ContainsRune(out.String(), 0x1b) {
				t.Error("escape sequences in accessible output")
			}
		})
	}
}

// One answer after the other from one reader: nothing is read ahead and lost.
func TestLinesShareTheInput(t *testing.T) {
	w := reading("1 2\n4\nsome error\n.\n4\n", io.Discard)
	a, err1 := w.Ask(t.Context(), symptomsQuestion())
	b, err2 := w.Ask(t.Context(), whereQuestion())
	m, err3 := w.Message(t.Context())
	d, err4 := w.Do(t.Context(), passwordStep())
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(a.Choices, b.Choices, m, d.Outcome)
	if want := "[rejected drops] [everywhere]some errorweb-refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinesLook(t *testing.T) {
	pages := allPages()
	for _, name := range []string{"symptoms", "time", "repair", "step", "satisfied", "checkpoint", "opinion", "message"} {
		out := newWatch()
		_, err := reading("?\n", out).show(t.Context(), pages[name])
		if !errors.Is(err, diag.ErrCancelled) {
			t.Errorf("%s: %v", name, err)
		}
		golden(t, name+".accessible.txt", out.String()+"\n")
	}
}
