package cli_test

import (
	"slices"
	"testing"
)

// In the likeliest order of the playbooks for services, what is most likely to
// help comes first, and what has to come before it stays before it.
func TestTheLikeliestOrderOfServices(t *testing.T) {
	for _, tt := range []struct {
		name, book, answers string
		likely              []string
	}{
		{"the approval ended with the password", "mail-client",
			"symptoms: [asks-again, after-password-change]\n" +
				"answers: {where-fails: elsewhere, error-code: none, webmail: not-tried, provider: gmail, method: sign-in-page, which-clients: all}\n" +
				"steps: {modern-sign-in: fixed}\nretest: {sign-in: passes, send: passes}\n",
			[]string{"modern-sign-in", "retest"}},
		{"no password is typed anew before the account is proven, and the other devices are quiet", "mail-client",
			"symptoms: [asks-again, after-password-change]\n" +
				"answers: {where-fails: elsewhere, error-code: refused, webmail: not-tried, provider: another, method: own-password, which-clients: one}\n" +
				"steps: {right-password: fixed}\nretest: {sign-in: passes, send: passes}\n",
			[]string{"stop-others", "check-account", "right-password", "retest"}},
		{"a permission is missing", "api-cloud",
			"symptoms: [forbidden]\nanswers: {where-fails: elsewhere, error-code: scope, token-claims: no-scope}\n" +
				"steps: {grant-scope: fixed}\nretest: {sign-in: passes, call: passes}\n",
			[]string{"one-request", "grant-scope", "retest"}},
		{"the retries stop before anything is tried", "api-cloud",
			"symptoms: [forbidden]\nanswers: {where-fails: elsewhere, error-code: none, token-claims: no-scope}\n" +
				"steps: {one-request: still-refused, grant-scope: fixed}\nretest: {sign-in: passes, call: passes}\n",
			[]string{"one-request", "grant-scope", "retest"}},
		{"a policy wants a compliant device", "identity-admin",
			"symptoms: [one-place]\nanswers: {where-fails: elsewhere, error-code: policy, changed-lately: policy}\n" +
				"steps: {find-in-log: refused-there, policies: fixed}\nretest: {sign-in: passes, use: passes, still-refused: passes}\n",
			[]string{"find-in-log", "policies", "retest"}},
		{"the restart counter does not fit", "network-device",
			"symptoms: [v3-report, after-restart]\nanswers: {where-fails: elsewhere, what-it-says: window}\n" +
				"steps: {resync: fixed}\nretest: {sign-in: passes, all-objects: passes, refused: passes}\n",
			[]string{"reach", "community", "resync", "retest"}},
		{"no community is changed before the question arrives", "network-device",
			"symptoms: [no-answer, trap-seen, after-rotation]\nanswers: {where-fails: elsewhere, what-it-says: time-out}\n" +
				"steps: {reach: arrives, community: fixed}\nretest: {sign-in: passes, all-objects: passes, refused: passes}\n",
			[]string{"reach", "community", "retest"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, "case.yaml", "schema: authdoctor.answers/1\n"+tt.answers)
			got := run(t, home(t.TempDir()), "diagnose", tt.book, "--no-checks", "--answers", file, "--order", "likely", "--format", "json")
			if r := reportOf(t, got); !slices.Equal(r.Walk, tt.likely) || r.Verdict.Status != "fixed" {
				t.Errorf("walk %v (%s), want %v\n%s", r.Walk, r.Verdict.Status, tt.likely, got.stderr)
			}
		})
	}
}

// The playbook's own order goes through more of the same case.
func TestThePlaybooksOrderIsAnother(t *testing.T) {
	file := write(t, "case.yaml", "schema: authdoctor.answers/1\nsymptoms: [forbidden]\nanswers: {where-fails: elsewhere, error-code: scope, token-claims: no-scope}\n"+
		"steps: {grant-scope: fixed}\nretest: {sign-in: passes, call: passes}\n")
	want := []string{"one-request", "set-clock", "right-secret", "fresh-token", "right-endpoint", "grant-scope", "retest"}
	got := run(t, home(t.TempDir()), "diagnose", "api-cloud", "--no-checks", "--answers", file, "--format", "json")
	if r := reportOf(t, got); !slices.Equal(r.Walk, want) {
		t.Errorf("walk %v, want %v", r.Walk, want)
	}
}
