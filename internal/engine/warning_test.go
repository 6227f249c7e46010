package engine_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// A warning that is all that was found is named with its remedy: one that keeps
// programs out as a fault, any other beside what is in order.
func TestAWarningIsNamed(t *testing.T) {
	b := compile(t, checksOnly(playbook.Check{ID: "time", Run: "clock"}, playbook.Check{ID: "shell", Run: "ssh"}, playbook.Check{ID: "page", Run: "http"}))
	for _, tt := range []struct {
		name, time, shell, page string
		status                  diag.VerdictStatus
		code, summary           string
	}{
		{"it keeps some out", "accurate", "host_key_unknown", "ok", diag.Problem, "ssh.host_key_unknown", "The server's host key is not among the known ones."},
		{"it keeps nobody out", "accurate", "weak_algorithms", "ok", diag.Healthy, "ssh.weak_algorithms", "is in order, except that the server still offers"},
		{"the one that keeps some out comes first", "drifting", "host_key_unknown", "ok", diag.Problem, "ssh.host_key_unknown", ""},
		{"a failure comes before it", "accurate", "host_key_unknown", "unexpected", diag.Problem, "http.unexpected", ""},
		{"not all could be measured", "accurate", "weak_algorithms", diag.NoAnswer, diag.Inconclusive, "ssh.weak_algorithms", "could be measured: sign-in page. One thing stands out: the server"},
		{"none", "accurate", "ok", "ok", diag.Healthy, "", "Everything that was taken as given, not measured, is in order."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := here()
			for id, outcome := range map[string]string{"time": tt.time, "shell": tt.shell, "page": tt.page} {
				ev.Given(id, outcome)
			}
			v := engine.Judge(b, ev, false)
			if v.Status != tt.status || v.Code != tt.code || !strings.Contains(v.Summary, tt.summary) || (v.Next.Text == "") != (tt.code == "") {
				t.Errorf("%s, %s: %s Next: %s", v.Status, v.Code, v.Summary, v.Next.Text)
			}
		})
	}
}

// A warning that keeps programs out and speaks for the cause that leads has the
// class that was measured. On the way to the service it comes before any step;
// off the way the step for that cause comes next.
func TestAWarningThatSpeaksForTheLeader(t *testing.T) {
	for run, tt := range map[string]struct{ outcome, class, step string }{
		"oidc": {"key_rotating", "token_invalid", ""},
		"imap": {"no_auth_offered", "client_misconfigured", "fix-x"},
		"snmp": {"not_in_view", "permission_denied", "fix-x"},
	} {
		t.Run(run, func(t *testing.T) {
			book := twoCauses(60, 40)
			book.Causes[0].Class = "account_locked"
			book.Checks = []playbook.Check{{ID: "c", Run: run, Likely: map[string]playbook.Row{"x": {tt.outcome: {P: .8}}}, Otherwise: playbook.Row{tt.outcome: {P: .3}}}}
			ev := here()
			ev.Given("c", tt.outcome)
			v := engine.Judge(compile(t, book), ev, true)
			if v.Check != "c" || v.Cause != "x" || v.Class != tt.class || v.Next.Step != tt.step {
				t.Errorf("%+v", v)
			}
		})
	}
}

// A service that asks to wait has looked at no credential: whatever cause leads,
// the verdict is to wait, in the class that was measured and until it said.
func TestAServiceThatAsksToWaitBlamesNobody(t *testing.T) {
	for _, run := range []string{"imap", "smtp", "s3", "http_auth"} {
		for name, raised := range map[string]float64{"it speaks for the leader": .8, "it does not": .01} {
			t.Run(run+", "+name, func(t *testing.T) {
				book := twoCauses(60, 40)
				book.Causes[0].Class = "wrong_credentials"
				book.Checks = []playbook.Check{{ID: "c", Run: run, Likely: map[string]playbook.Row{"x": {"rate_limited": {P: raised}}}, Otherwise: playbook.Row{"rate_limited": {P: .01}}}}
				b, ev := compile(t, book), here()
				ev.Measured("c", diag.Finding{Outcome: "rate_limited", Facts: map[string]any{"retry_at": "12:00"}}, engine.With(b, ev, "c"))
				v := engine.Judge(b, ev, true)
				if v.Status != diag.Waiting || v.Check != "c" || v.Class != "rate_limited" || !strings.HasSuffix(v.Next.Text, " Not before 12:00.") {
					t.Errorf("%+v", v)
				}
			})
		}
	}
}

// Through a broken way nothing is known of an account, whatever its cause
// would look like to one.
func TestABrokenWayNamesNoAccount(t *testing.T) {
	moved := playbook.Row{"unexpected": {P: .9}}
	for class, want := range map[string]string{"unknown_account": "client_misconfigured", "provider_outage": "provider_outage"} {
		b := compile(t, &playbook.Playbook{
			ID: "b", Surfaces: []string{"website"},
			Causes: []playbook.Cause{{ID: "moved", Title: "moved", Layer: diag.LayerProvider, Class: class, Actor: "user", Prior: 1}, {ID: "other", Leak: true, Prior: 1}},
			Checks: []playbook.Check{{ID: "page", Run: "http", Likely: map[string]playbook.Row{"moved": moved}, Otherwise: playbook.Row{"unexpected": {P: .01}}}},
		})
		ev := here()
		ev.Given("page", "unexpected")
		if v := engine.Judge(b, ev, true); v.Class != want || v.Cause != "moved" || v.Check != "page" {
			t.Errorf("a cause of class %s: class %q, cause %q, check %q", class, v.Class, v.Cause, v.Check)
		}
	}
}
