package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// From 90 in 100 on a cause is a verdict by itself, unless it is "none of
// these".
func TestHowSureACauseMustBe(t *testing.T) {
	for _, tt := range []struct {
		name string
		x, y float64
		leak bool
		told bool
		want diag.VerdictStatus
	}{
		{"89 in 100", 89, 11, false, true, diag.Inconclusive},
		{"91 in 100", 91, 9, false, true, diag.Problem},
		{"91 in 100, and nobody complained", 91, 9, false, false, diag.Problem},
		{"89 in 100, and nobody complained, or measured", 89, 11, false, false, diag.Inconclusive},
		{"none of these", 95, 5, true, true, diag.Inconclusive},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book := twoCauses(tt.x, tt.y)
			book.Causes[0].Leak = tt.leak
			v := engine.Judge(compile(t, book), diag.NewEvidence(), tt.told)
			if v.Status != tt.want {
				t.Errorf("verdict %s, want %s", v.Status, tt.want)
			}
			if likely := fmt.Sprintf("Most likely: x (%.0f in 100).", tt.x); (tt.told || v.Status == diag.Problem) && v.Summary != likely {
				t.Errorf("%q, want %q", v.Summary, likely)
			}
			if v.Status == diag.Inconclusive && tt.told && (v.Cause != "x" || v.Next.Step != "fix-x") {
				t.Errorf("cause %q, next %+v: what leads and what is first are told", v.Cause, v.Next)
			}
		})
	}
}

// A cause that is sure leads to the step most likely to fix it.
func TestTheStepForASureCause(t *testing.T) {
	fixes := func(x float64) map[string]playbook.Likelihood {
		return map[string]playbook.Likelihood{"x": {P: x}, "y": {P: .99}}
	}
	for _, tt := range []struct {
		name string
		x, y float64
		set  func(*playbook.Playbook, *diag.Evidence)
		want string
	}{
		{"the best of those that are left", 95, 5, nil, "best"},
		{"the first where nothing fixes it", 95, 5, func(p *playbook.Playbook, _ *diag.Evidence) {
			for i := range p.Steps {
				p.Steps[i].Fixes = map[string]playbook.Likelihood{"y": {P: .9}}
			}
		}, "first"},
		{"the first where nothing is sure", 50, 50, nil, "first"},
		{"not one that was shown", 95, 5, func(_ *playbook.Playbook, ev *diag.Evidence) {
			ev.Did("best", diag.Did{Outcome: diag.DidUnverifiable})
		}, "last"},
		{"not one that is done", 95, 5, func(p *playbook.Playbook, ev *diag.Evidence) {
			p.Questions = []playbook.Question{question("q", .5, .5)}
			p.Steps[1].SatisfiedBy = playbook.Condition{"q": {"a"}}
			ev.Answer("q", "a", nil)
		}, "last"},
		{"the first of those that are left", 50, 50, func(_ *playbook.Playbook, ev *diag.Evidence) {
			ev.Did("first", diag.Did{Outcome: diag.DidUnverifiable})
		}, "best"},
		{"none is left", 95, 5, func(p *playbook.Playbook, _ *diag.Evidence) { p.Steps = nil }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			book, ev := twoCauses(tt.x, tt.y), diag.NewEvidence()
			book.Steps = []playbook.Step{
				{ID: "first", Title: "First", Fixes: fixes(.2)}, {ID: "best", Title: "Best", Fixes: fixes(.9)}, {ID: "last", Title: "Last", Fixes: fixes(.5)},
			}
			if tt.set != nil {
				tt.set(book, ev)
			}
			v := engine.Judge(compile(t, book), ev, true)
			if v.Next.Step != tt.want || !strings.EqualFold(v.Next.Text, tt.want) {
				t.Errorf("next is %+v, want %q", v.Next, tt.want)
			}
		})
	}
}

func TestTheVerdictOfChecksAlone(t *testing.T) {
	b := compile(t, checksOnly(
		playbook.Check{ID: "time", Run: "clock"}, playbook.Check{ID: "name", Run: "dns"}, playbook.Check{ID: "page", Run: "http"},
	))
	for _, tt := range []struct {
		name       string
		time, page string
		want       diag.Verdict
	}{
		{"all well", "accurate", "ok", diag.Verdict{Status: diag.Healthy, Summary: "Everything that was taken as given, not measured, is in order."}},
		{"not wanted is not unknown", "accurate", diag.NotMeasured, diag.Verdict{Status: diag.Healthy, Summary: "Everything that was taken as given, not measured, is in order."}},
		{"a warning that waits is a warning, and named", "drifting", "rate_limited", diag.Verdict{
			Status: diag.Healthy, Layer: diag.LayerEndpoint, Check: "page", Code: "http.rate_limited", Class: "rate_limited",
			Summary: "Everything that was taken as given, not measured, is in order, except that " + find(t, "http.rate_limited").Meaning + ".",
			Why:     "The service refuses for now because too many tries came from here" + diag.GivenMark + ".", Next: diag.Next{Text: find(t, "http.rate_limited").Remedy},
		}},
		{"unknown", diag.NoAnswer, diag.NoAnswer, diag.Verdict{Status: diag.Inconclusive, Summary: "No fault was found, but not everything could be measured: clock, sign-in page."}},
		{"a failure that hides nothing", "skewed", diag.NoAnswer, failure(t, "time", "clock.skewed", "")},
		{"a failure in the chain", "skewed", "unexpected", failure(t, "page", "http.unexpected", " Your password is not the problem: leave it alone.")},
		{"a failure that waits", "accurate", "maintenance", failure(t, "page", "http.maintenance", "")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := here()
			for id, outcome := range map[string]string{"time": tt.time, "name": "ok", "page": tt.page} {
				ev.Given(id, outcome)
			}
			if diff := cmp.Diff(tt.want, engine.JudgeChecks(b, ev), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
		})
	}
}

// failure is the verdict about a check that was given as failed.
func failure(t *testing.T, check, code, more string) diag.Verdict {
	t.Helper()
	kind, o, ok := diag.FindCode(code)
	if !ok {
		t.Fatalf("no code %s", code)
	}
	meaning := strings.ToUpper(o.Meaning[:1]) + o.Meaning[1:]
	v := diag.Verdict{
		Status: diag.Problem, Layer: kind.Layer, Check: check, Code: code, Class: o.Class,
		Summary: meaning + "." + more, Why: meaning + diag.GivenMark + ".",
		Next: diag.Next{Text: o.Remedy},
	}
	if o.Waits {
		v.Status = diag.Waiting
	}
	return v
}

// All that is told of a broken way.
func TestABrokenWayIsToldWhole(t *testing.T) {
	b := compile(t, small())
	ev := opened("here", nil)
	ev.Measured("name", diag.Finding{Outcome: "nxdomain", Summary: "login.test does not exist.", Facts: map[string]any{"retry_at": "12:00"}}, engine.With(b, ev, "name"))
	want := failure(t, "name", "dns.nxdomain", " Your password is not the problem: leave it alone.")
	want.Why = "Login.test does not exist. Behind it, nothing can be measured: encryption, sign-in page."
	if diff := cmp.Diff(want, engine.Judge(b, ev, true), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
	t.Run("with its cause, and when to try again", func(t *testing.T) {
		ev := opened("here", nil)
		ev.Measured("page", diag.Finding{Outcome: "server_error", Summary: "It answers 500", Facts: map[string]any{"retry_at": "12:00"}}, engine.With(b, ev, "page"))
		want := failure(t, "page", "http.server_error", "")
		want.Cause, want.Why = "outage", "It answers 500."
		want.Next.Text += " Not before 12:00."
		if diff := cmp.Diff(want, engine.Judge(b, ev, true), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("verdict (-want +got):\n%s", diff)
		}
	})
	t.Run("a clock", func(t *testing.T) {
		ev := opened("here", map[string]string{"time": "skewed", "tls": "expired"})
		v := engine.Judge(b, ev, true)
		if v.Check != "time" || strings.Contains(v.Summary, "password") || !strings.HasSuffix(v.Why, "nothing can be measured: encryption, sign-in page.") {
			t.Errorf("verdict %+v", v)
		}
	})
}

// twoClocks is a playbook with two checks that can fail and hide nothing.
func twoClocks(x, y float64, likely map[string]playbook.Row) *playbook.Playbook {
	book := twoCauses(x, y)
	book.Causes[0].Class, book.Causes[0].Layer = "account_locked", diag.LayerCredentials
	book.Checks = []playbook.Check{{ID: "one", Run: "clock"}, {ID: "two", Run: "clock", Likely: likely, Otherwise: playbook.Row{"skewed": {P: .02}}}}
	return book
}

func TestAFailureThatHidesNothing(t *testing.T) {
	speaks := map[string]playbook.Row{"x": {"skewed": {P: .3}}}
	remedy := find(t, "clock.skewed").Remedy
	for _, tt := range []struct {
		name             string
		book             *playbook.Playbook
		leak             bool
		one, two         string
		check, cause     string
		class, step, say string
	}{
		{"it speaks for the leader", twoClocks(3, 2, speaks), false, "accurate", "skewed", "two", "x", "account_locked", "fix-x", remedy},
		{"the one that speaks for the leader", twoClocks(3, 2, speaks), false, "skewed", "skewed", "two", "x", "account_locked", "fix-x", remedy},
		{"it speaks for a leader that is sure", twoClocks(97, 3, speaks), false, "accurate", "skewed", "two", "x", "account_locked", "fix-x", remedy},
		{"it speaks for nobody, and nobody is sure", twoClocks(3, 2, nil), false, "skewed", "accurate", "one", "", "clock_skew", "fix-x", remedy},
		{"it speaks for nobody, and the leader is sure", twoClocks(97, 3, nil), false, "skewed", "accurate", "", "x", "account_locked", "fix-x", ""},
		{"it speaks for nobody, and none of these is sure", twoClocks(97, 3, nil), true, "skewed", "accurate", "one", "", "clock_skew", "fix-x", remedy},
		{"it speaks for one that does not lead", twoClocks(1, 30, speaks), false, "accurate", "skewed", "two", "", "clock_skew", "fix-x", remedy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.book.Causes[0].Leak = tt.leak
			ev := here()
			ev.Given("one", tt.one)
			ev.Given("two", tt.two)
			v := engine.Judge(compile(t, tt.book), ev, true)
			if v.Status != diag.Problem || v.Check != tt.check || v.Cause != tt.cause || v.Class != tt.class || v.Next.Step != tt.step || v.Next.Text != tt.say {
				t.Errorf("verdict %+v", v)
			}
		})
	}
	t.Run("a cause under which it is as likely as under any other is not named", func(t *testing.T) {
		book, ev := twoClocks(3, 2, map[string]playbook.Row{"x": {"skewed": {P: .25}}}), here()
		book.Checks[1].Otherwise = nil // a quarter for each of the four outcomes
		ev.Given("two", "skewed")
		if v := engine.Judge(compile(t, book), ev, true); v.Cause != "" || v.Check != "two" {
			t.Errorf("verdict %+v", v)
		}
	})
	t.Run("a cause without a class keeps the check's", func(t *testing.T) {
		book, ev := twoClocks(3, 2, speaks), here()
		book.Causes[0].Class = ""
		ev.Given("two", "skewed")
		if v := engine.Judge(compile(t, book), ev, true); v.Class != "clock_skew" || v.Cause != "x" {
			t.Errorf("verdict %+v", v)
		}
	})
	t.Run("out of force", func(t *testing.T) {
		ev := here()
		ev.Answer(diag.AskWhere, "elsewhere", nil)
		ev.Given("two", "skewed")
		if v := engine.Judge(compile(t, twoClocks(3, 2, speaks)), ev, true); v.Status != diag.Inconclusive || v.Check != "" {
			t.Errorf("verdict %+v", v)
		}
	})
}

// A verdict about a cause names the check that speaks for it.
func TestTheCheckBehindACause(t *testing.T) {
	for _, tt := range []struct {
		name, where, outcome, check string
	}{
		{"a warning", "same-network", "slow", "name"},
		{"a pass", "same-network", "ok", ""},
		{"out of force", "elsewhere", "slow", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := compile(t, pausing(nil))
			v := engine.Judge(b, opened(tt.where, map[string]string{"name": tt.outcome}), true)
			if v.Cause != "outage" || v.Check != tt.check {
				t.Errorf("cause %q, check %q, want outage and %q", v.Cause, v.Check, tt.check)
			}
		})
	}
	t.Run("a pass that speaks for it is nothing to see to", func(t *testing.T) {
		book := twoCauses(97, 3)
		book.Checks = []playbook.Check{{ID: "page", Run: "http", Likely: map[string]playbook.Row{"x": {"ok": {P: .99}}}}}
		ev := here()
		ev.Given("page", "ok")
		if v := engine.Judge(compile(t, book), ev, true); v.Cause != "x" || v.Check != "" {
			t.Errorf("cause %q, check %q", v.Cause, v.Check)
		}
	})
	t.Run("not one that speaks for another", func(t *testing.T) {
		v := engine.Judge(compile(t, pausing(nil)), opened("same-network", map[string]string{"way": "proxied"}), true)
		if v.Cause != "outage" || v.Check != "" {
			t.Errorf("cause %q, check %q", v.Cause, v.Check)
		}
	})
}

// Where the service is most likely down, waiting comes before any step, in the
// plan and on the first step's page.
func TestAnOutageIsWaitedFor(t *testing.T) {
	ev := opened("here", map[string]string{"page": "slow", "way": "ok", "name": "ok", "tls": "ok"})
	b := compile(t, small())
	if v := engine.Judge(b, ev, true); v.Cause != "outage" || v.Next.Step != "" || v.Next.Text != "Wait." {
		t.Errorf("verdict %+v", v)
	}
	if in := present(t, b, ev); !strings.HasSuffix(in.Now, "Wait.") {
		t.Errorf("%s comes with %q", in.ID, in.Now)
	}
	ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
	if in := present(t, b, ev); strings.HasSuffix(in.Now, "Wait.") {
		t.Errorf("%s comes with %q though something was tried", in.ID, in.Now)
	}
}

// While the service is out of reach, no step about an account is named.
func TestOutOfReach(t *testing.T) {
	for _, tt := range []struct {
		name, where, page string
		want              string
	}{
		{"reached", "here", "ok", "credentials"},
		{"not tried", "here", diag.NotMeasured, "credentials"},
		{"tried in vain", "here", diag.NoAnswer, ""},
		{"it does not matter", "elsewhere", diag.NoAnswer, "credentials"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := opened(tt.where, map[string]string{"page": tt.page, "way": "ok", "name": "ok", "tls": "ok"})
			v := engine.Judge(compile(t, small()), ev, true)
			if v.Next.Step != tt.want || tt.want == "" && !strings.Contains(v.Next.Text, "checks") {
				t.Errorf("next is %+v, want %q", v.Next, tt.want)
			}
		})
	}
}
