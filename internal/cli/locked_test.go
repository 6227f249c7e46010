package cli_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Whoever is locked out is told to try nothing, in the headline as in the step:
// neither a tick nor what a program says in whichever tense leads to a password.
func TestALockedAccountIsUnlockedFirst(t *testing.T) {
	for _, told := range [][]string{
		{"--symptom", "says-locked"},
		{"--message", "Login failed: your account was locked"},
		{"--message", "Your account has been locked."},
	} {
		got := run(t, nil, slices.Concat([]string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--format", "json"}, told)...)
		var r diag.Report
		if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
			t.Fatalf("%v: %v\n%s", told, err, got.stderr)
		}
		if next := r.Verdict.Next; next.Step != "confirm-credentials" || next.Text != "Have the account unlocked first" {
			t.Errorf("%v: next is %q, %q", told, next.Step, next.Text)
		}
	}
}
