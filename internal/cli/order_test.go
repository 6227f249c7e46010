package cli_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// loose is a playbook in which the second step is likelier to help than the
// first.
const loose = `schema: authdoctor.playbook/1
id: loose
title: Loose
version: "1"
surfaces: [app]
symptoms: [{id: refused, title: Refused}]
causes:
  - {id: seldom, title: seldom, layer: credentials, class: wrong_credentials, actor: user, prior: rare}
  - {id: often, title: often, layer: session, class: token_revoked, actor: user, prior: very-common}
steps:
  - {id: first, stage: credentials, title: First, minutes: 20, fixes: {seldom: usually}, do: {app: Do this.}}
  - {id: second, stage: session, title: Second, minutes: 2, fixes: {often: usually}, do: {app: Do that.}}
  - {id: retest, stage: retest, title: Prove it}
retest: [{id: sign-in, title: Sign in}]
escalate: {to: somebody else, minutes: 60}
`

// looseCase answers every step, and nothing helps.
const looseCase = "schema: authdoctor.answers/1\nsymptoms: [refused]\nsteps: {first: unchanged, second: unchanged}\nretest: {sign-in: fails}\n"

func TestTheOrderIsChosen(t *testing.T) {
	book, file := write(t, "loose.yaml", loose), write(t, "case.yaml", looseCase)
	for order, want := range map[string][]string{
		"": {"first", "second", "retest"}, "playbook": {"first", "second", "retest"}, "likely": {"second", "first", "retest"},
	} {
		args := []string{"diagnose", book, "--answers", file, "--format", "json"}
		if order != "" {
			args = append(args, "--order", order)
		}
		got := run(t, home(t.TempDir()), args...)
		if r := reportOf(t, got); !slices.Equal(r.Walk, want) || got.code != 1 {
			t.Errorf("--order %s: exit status %d, walk %v, want %v\n%s", order, got.code, r.Walk, want, got.stderr)
		}
	}
}

// The plan says what the order costs, in either order.
func TestThePriceOfTheOrderIsPrinted(t *testing.T) {
	book := write(t, "loose.yaml", loose)
	for order, say := range map[string]string{
		"playbook": "On average this order takes 32 minutes to the end, handing over included; the likeliest order takes 14 minutes (--order likely).",
		"likely":   "On average this order takes 14 minutes to the end, handing over included; the playbook's order takes 32 minutes.",
	} {
		got := run(t, nil, "diagnose", book, "--no-input", "--symptom", "refused", "--order", order)
		if text := strings.Join(strings.Fields(got.stdout), " "); !strings.Contains(text, say) {
			t.Errorf("--order %s does not say %q:\n%s", order, say, got.stdout)
		}
	}
	got := run(t, nil, "diagnose", book, "--no-input", "--symptom", "refused", "--order", "likely")
	if say := "This comes first because it is the likeliest to help for its time: 80 in 100, 2 minutes."; !strings.Contains(strings.Join(strings.Fields(got.stdout), " "), say) {
		t.Errorf("it does not say %q:\n%s", say, got.stdout)
	}
}

// A session goes on in the order that it began with, wherever it was cut off.
func TestASessionKeepsItsOrder(t *testing.T) {
	book, file, dir := write(t, "loose.yaml", loose), write(t, "case.yaml", looseCase), t.TempDir()
	want := reportOf(t, run(t, home(dir), "diagnose", book, "--answers", file, "--order", "likely", "--format", "json"))
	id, path := onlyJournal(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for n := 1; n < len(lines)-1; n++ {
		if err := os.WriteFile(path, []byte(strings.Join(lines[:n], "")), 0o600); err != nil {
			t.Fatal(err)
		}
		got := reportOf(t, run(t, home(dir), "diagnose", "--resume", id, "--answers", file, "--format", "json"))
		if !slices.Equal(got.Walk, want.Walk) || got.Verdict.Status != diag.Escalate {
			t.Errorf("cut off after %d lines: walk %v (%s), want %v", n, got.Walk, got.Verdict.Status, want.Walk)
		}
	}
	if got := run(t, home(dir), "diagnose", "--resume", id, "--order", "playbook", "--no-input"); got.code != 2 || !strings.Contains(got.stderr, "goes in the order that it began with, likely") {
		t.Errorf("another order: exit status %d\n%s", got.code, got.stderr)
	}
	if got := run(t, home(dir), "diagnose", "--resume", id, "--order", "likely", "--no-input"); got.code == 2 {
		t.Errorf("the same order is refused: %s", got.stderr)
	}
}

// In the likeliest order, what helps in this case comes first, and not what is
// proven done already; only what has to come before it does.
func TestTheLikeliestOrderOfABuiltInPlaybook(t *testing.T) {
	args := []string{"diagnose", "two-step", "--no-input", "--no-checks", "--symptom", "cleared-browser", "--answer", "which-fault=asked-again", "--format", "json"}
	if r := reportOf(t, run(t, nil, append(args, "--order", "likely")...)); r.Verdict.Next.Step != "trust-device" {
		t.Errorf("next is %q", r.Verdict.Next.Step)
	}
}
