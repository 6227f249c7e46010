package engine_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// small is a playbook with one of everything that the rules speak of.
func small() *playbook.Playbook {
	p := func(v float64) playbook.Likelihood { return playbook.Likelihood{P: v} }
	low := p(.05)
	return &playbook.Playbook{
		ID: "small", Title: "Small", Surfaces: []string{"app", "website"},
		Vars:     map[string]string{"page": "https://login.test/"},
		Escalate: &playbook.Escalate{Minutes: 60, To: "support", Text: "Tell them."},
		Symptoms: []playbook.Symptom{
			{ID: "refused", Title: "Refused", Likely: map[string]playbook.Likelihood{"password": p(.9), "outage": p(.6)}, Otherwise: &low},
		},
		Causes: []playbook.Cause{
			{ID: "password", Title: "old password", Layer: diag.LayerCredentials, Class: "wrong_credentials", Actor: "user", Prior: 9},
			{ID: "drift", Title: "wrong clock", Layer: diag.LayerClock, Class: "clock_skew", Actor: "user", Prior: 3},
			{ID: "role", Title: "no right", Layer: diag.LayerRoles, Class: "permission_denied", Actor: "admin", Prior: 3, Escalate: "Ask an admin."},
			{ID: "outage", Title: "it is down", Layer: diag.LayerProvider, Class: "provider_outage", Actor: "provider", Prior: 3, Escalate: "Wait."},
			{ID: "other", Title: "other", Leak: true, Prior: 1},
		},
		Checks: []playbook.Check{
			{ID: "time", Run: "clock", Likely: map[string]playbook.Row{"drift": {"skewed": p(.9)}}, Otherwise: playbook.Row{"skewed": p(.02)}},
			{ID: "way", Run: "path", With: map[string]string{"url": "{{page}}"}},
			{ID: "name", Run: "dns", With: map[string]string{"name": "{{page}}"}},
			{ID: "tls", Run: "tls", With: map[string]string{"address": "{{page}}"}},
			{ID: "page", Run: "http", With: map[string]string{"url": "{{page}}"},
				Likely:    map[string]playbook.Row{"outage": {"server_error": p(.5), "slow": p(.4)}, "role": {"slow": p(.0011)}},
				Otherwise: playbook.Row{"server_error": p(.002), "slow": p(.001), "unexpected": p(.02)}, Conclusive: []string{"slow", "server_error"}},
		},
		Questions: []playbook.Question{
			{ID: "web", Ask: "Does the web page take it?", Choices: []playbook.Choice{{ID: "yes", Text: "Yes"}, {ID: "no", Text: "No"}, {ID: "untried", Text: "Not tried", Neutral: true}},
				Likely: map[string]playbook.Row{"password": {"no": p(.95)}, "role": {"yes": p(.95)}, "drift": {"yes": p(.9)}}},
			{ID: "which-page", Ask: "Which page?", Choices: []playbook.Choice{{ID: "usual", Text: "The usual"}, {ID: "new", Text: "A new one", Sets: map[string]string{"page": "https://new.test/"}}}},
			{ID: "idle", Ask: "Idle?", Choices: []playbook.Choice{{ID: "a", Text: "A"}, {ID: "b", Text: "B"}}},
			{ID: "after-symptom", Ask: "Deeper?", When: playbook.Condition{"symptom": {"refused"}}, Choices: []playbook.Choice{{ID: "a", Text: "A"}, {ID: "b", Text: "B"}},
				Likely: map[string]playbook.Row{"drift": {"a": p(.99)}, "password": {"b": p(.99)}}},
		},
		Steps: []playbook.Step{
			{ID: "credentials", Stage: diag.StageCredentials, Title: "Password", Fixes: map[string]playbook.Likelihood{"password": p(.9)},
				SatisfiedBy: playbook.Condition{"web": {"yes"}}, Affects: []string{"page"},
				Do:       map[string][]string{"app": {"Open {{page}}."}, "website": {"Go to {{page}}."}},
				Notes:    []playbook.Note{{When: playbook.Condition{"web": {"no"}}, Text: "It was refused."}},
				Outcomes: []playbook.StepOutcome{{ID: "web-in", Title: "In", Likely: map[string]playbook.Likelihood{"role": p(.9)}, Otherwise: &low}, {ID: "web-out", Title: "Out"}}},
			{ID: "roles", Stage: diag.StageRoles, Title: "Rights", Fixes: map[string]playbook.Likelihood{"role": p(.9)}, Do: map[string][]string{"app": {"Look."}}},
			{ID: "proof", Stage: diag.StageRetest, Title: "Proof", Do: map[string][]string{"app": {"Try."}}},
		},
		Retest: []playbook.Checkpoint{
			{ID: "sign-in", Title: "Sign in"},
			{ID: "use", Title: "Use it", Likely: map[string]playbook.Likelihood{"role": p(.9)}, Otherwise: &low},
			{ID: "stays", Title: "Stays", Postpone: true},
		},
	}
}

// opened is a case with the opening questions answered and every check given.
func opened(where string, outcomes map[string]string) *diag.Evidence {
	ev := diag.NewEvidence()
	ev.Tell([]string{"refused"})
	ev.Answer(diag.AskWhere, where, nil)
	for _, c := range small().Checks {
		outcome := diag.NoAnswer
		if o, ok := outcomes[c.ID]; ok {
			outcome = o
		}
		ev.Given(c.ID, outcome)
	}
	for _, q := range []string{"web", "which-page", "after-symptom"} {
		ev.Answer(q, diag.NoAnswer, nil)
	}
	return ev
}

// what names what comes next: "ask ID", "probe", "do ID" or "done STATUS".
func what(b *engine.Book, ev *diag.Evidence) string {
	switch s := engine.Next(b, ev).(type) {
	case engine.Ask:
		return "ask " + s.Question.ID
	case engine.Probe:
		out := "probe"
		for _, r := range s.Requests {
			out += " " + r.ID
		}
		return out
	case engine.Do:
		return "do " + s.Instruction.ID
	case engine.Done:
		return "done " + string(s.Verdict.Status)
	}
	return "nothing"
}

func TestTheOrderOfADiagnosis(t *testing.T) {
	b, ev := compile(t, small()), diag.NewEvidence()
	expect := func(want string) {
		t.Helper()
		if got := what(b, ev); got != want {
			t.Fatalf("next is %q, want %q", got, want)
		}
	}
	expect("ask symptoms")
	ev.Tell([]string{"refused"})
	expect("ask where-fails")
	ev.Answer(diag.AskWhere, "here", nil)
	expect("probe time way name tls page")
	for _, c := range b.Checks {
		ev.Given(c.ID, diag.NoAnswer)
	}
	for range 3 { // never more than three, and never the one that changes nothing
		q, ok := engine.Next(b, ev).(engine.Ask)
		if !ok || q.Question.ID == "idle" {
			t.Fatalf("next is %q, want a question that matters", what(b, ev))
		}
		ev.Asked++
		ev.Answer(q.Question.ID, diag.NoAnswer, nil)
	}
	expect("do credentials")
	ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
	expect("do roles")
	ev.Did("roles", diag.Did{Outcome: diag.DidFixed})
	expect("do proof")
	ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "use": "passes", "stays": "postponed"}})
	expect("done fixed")
	v := engine.Next(b, ev).(engine.Done).Verdict
	if diff := cmp.Diff([]string{"stays"}, v.Pending); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
}

func TestQuestionsHaveAReason(t *testing.T) {
	b := compile(t, small())
	asked := func(ticked []string) []string {
		ev := opened("here", nil)
		ev.Tell(ticked)
		for _, q := range []string{"web", "which-page", "after-symptom"} {
			delete(ev.Answers, q)
		}
		var out []string
		for {
			q, ok := engine.Next(b, ev).(engine.Ask)
			if !ok {
				return out
			}
			out = append(out, q.Question.ID)
			ev.Asked++
			ev.Answer(q.Question.ID, diag.NoAnswer, nil)
		}
	}
	t.Run("a condition must hold", func(t *testing.T) {
		if got := asked(nil); slices.Contains(got, "after-symptom") {
			t.Errorf("asked %v without the symptom", got)
		}
		if got := asked([]string{"refused"}); !slices.Contains(got, "after-symptom") {
			t.Errorf("asked %v, with the symptom after-symptom is wanted too", got)
		}
	})
	t.Run("no answer would change anything", func(t *testing.T) {
		if got := asked([]string{"refused"}); slices.Contains(got, "idle") {
			t.Errorf("asked %v", got)
		}
	})
	t.Run("answers that were there from the start are not counted", func(t *testing.T) {
		ev := opened("here", nil)
		delete(ev.Answers, "web")
		if got := what(b, ev); got != "ask web" {
			t.Errorf("next is %q", got)
		}
	})
}

func TestAFailedChainCheckOutranksBelief(t *testing.T) {
	b := compile(t, small())
	for _, tt := range []struct {
		name, where string
		checks      map[string]string
		want        string
		check       string
		blocked     []string
	}{
		{"offline", "here", map[string]string{"way": "offline", "name": "nxdomain", "page": "timeout"}, "ask after-repair", "way", []string{"name", "tls", "page"}},
		{"name", "same-network", map[string]string{"name": "servfail", "tls": "ok"}, "ask after-repair", "name", []string{"tls", "page"}},
		{"certificate", "elsewhere", map[string]string{"tls": "expired", "page": "ok"}, "ask after-repair", "tls", []string{"page"}},
		{"server", "elsewhere", map[string]string{"page": "server_error"}, "ask after-repair", "page", nil},
		{"limited", "elsewhere", map[string]string{"page": "rate_limited"}, "ask after-repair", "page", nil},
		{"warnings break nothing", "here", map[string]string{"way": "proxied", "name": "slow", "tls": "expiring"}, "do credentials", "", nil},
		{"unknown breaks nothing", "here", nil, "do credentials", "", nil},
		{"a name that fails here, for elsewhere", "elsewhere", map[string]string{"name": "nxdomain"}, "do credentials", "", []string{"tls", "page"}},
		{"a proxy, for the phone", "same-network", map[string]string{"way": "proxy_unreachable"}, "do credentials", "", []string{"name", "tls", "page"}},
		{"a proxy, for here", "here", map[string]string{"way": "proxy_unreachable"}, "ask after-repair", "way", []string{"name", "tls", "page"}},
		{"a clock that hides nothing", "here", map[string]string{"time": "skewed"}, "do credentials", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := opened(tt.where, tt.checks)
			if got := what(b, ev); got != tt.want {
				t.Errorf("next is %q, want %q", got, tt.want)
			}
			var blocked []string
			for _, c := range engine.Checks(b, ev) {
				if c.Status == diag.Blocked {
					blocked = append(blocked, c.ID)
				}
			}
			if diff := cmp.Diff(tt.blocked, blocked); diff != "" {
				t.Errorf("blocked (-want +got):\n%s", diff)
			}
			if v := engine.Judge(b, ev, true); tt.check != "" && (v.Check != tt.check || v.Next.Step != "" || v.Next.Text == "") {
				t.Errorf("verdict %+v, want %s with its remedy and no step", v, tt.check)
			}
		})
	}
}

func TestWhatIsOfferedAfterAFailure(t *testing.T) {
	b := compile(t, small())
	ev := opened("here", map[string]string{"name": "nxdomain"})
	q := engine.Next(b, ev).(engine.Ask).Question
	if q.Finding == nil || q.Finding.Code != "dns.nxdomain" || len(q.Choices) != 3 {
		t.Fatalf("question %+v, want the finding and three ways on", q)
	}
	t.Run("elsewhere", func(t *testing.T) {
		ev := ev.Clone()
		ev.Answer(diag.AskWhere, diag.ChoiceElsewhere, nil)
		if got := what(b, ev); got != "do credentials" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("stop", func(t *testing.T) {
		ev := ev.Clone()
		ev.Answer(diag.AskRepair, diag.ChoiceStop, nil)
		if got := what(b, ev); got != "done problem" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("a fault of the service fails everywhere", func(t *testing.T) {
		q := engine.Next(b, opened("here", map[string]string{"page": "maintenance"})).(engine.Ask).Question
		if len(q.Choices) != 2 {
			t.Errorf("choices %v", q.Choices)
		}
	})
	t.Run("repaired, the walk begins", func(t *testing.T) {
		ev := ev.Clone()
		ev.Forget()
		ev.Given("name", "ok")
		if got := what(b, ev); got != "do credentials" {
			t.Errorf("next is %q", got)
		}
	})
}

func TestAClockHidesOnlyWhatItSpoils(t *testing.T) {
	b := compile(t, small())
	facts := func(offset float64) (diag.Finding, diag.Finding) {
		return diag.Finding{Outcome: "skewed", Facts: map[string]any{"offset_ms": offset}},
			diag.Finding{Outcome: "not_yet_valid", Facts: map[string]any{
				"judged_at": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T01:00:00Z", "not_after": "2026-03-01T00:00:00Z",
			}}
	}
	for _, tt := range []struct {
		name         string
		where        string
		set          func(*diag.Evidence)
		blocked      string // blocked_by of tls
		broken, page string
	}{
		{"valid at the corrected time", "here", func(ev *diag.Evidence) {
			c, s := facts(2 * 3600e3)
			ev.Measured("time", c, nil)
			ev.Measured("tls", s, nil)
			ev.Given("page", "unexpected")
		}, "time", "time", "time"},
		{"still not valid at the corrected time", "here", func(ev *diag.Evidence) {
			c, s := facts(60e3)
			ev.Measured("time", c, nil)
			ev.Measured("tls", s, nil)
			ev.Given("page", "ok")
		}, "", "tls", "tls"},
		{"the wrong way round", "here", func(ev *diag.Evidence) {
			c, s := facts(-2 * 3600e3)
			ev.Measured("time", c, nil)
			ev.Measured("tls", s, nil)
		}, "", "tls", "tls"},
		{"given, so always", "here", func(ev *diag.Evidence) {
			ev.Given("time", "zone_wrong")
			ev.Given("tls", "expired")
		}, "time", "time", "time"},
		{"never a pass", "here", func(ev *diag.Evidence) { ev.Given("time", "skewed"); ev.Given("tls", "ok") }, "", "", ""},
		{"never another fault", "here", func(ev *diag.Evidence) { ev.Given("time", "skewed"); ev.Given("tls", "untrusted") }, "", "tls", "tls"},
		{"a drift is not a wrong clock", "here", func(ev *diag.Evidence) { ev.Given("time", "drifting"); ev.Given("tls", "expired") }, "", "tls", "tls"},
		{"hidden, and the clock out of force", "elsewhere", func(ev *diag.Evidence) { ev.Given("time", "skewed"); ev.Given("tls", "expired") }, "time", "", "time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := opened(tt.where, nil)
			tt.set(ev)
			by := map[string]string{}
			for _, c := range engine.Checks(b, ev) {
				by[c.ID] = c.BlockedBy
			}
			if by["tls"] != tt.blocked || by["page"] != tt.page {
				t.Errorf("tls is hidden by %q and the page by %q, want %q and %q", by["tls"], by["page"], tt.blocked, tt.page)
			}
			v := engine.Judge(b, ev, true)
			if tt.broken == "" {
				if got := what(b, ev); got != "do credentials" && got != "probe tls" {
					t.Errorf("next is %q", got)
				}
				return
			}
			if v.Check != tt.broken {
				t.Errorf("verdict names %q, want %q", v.Check, tt.broken)
			}
		})
	}
}

func TestASatisfiedStepIsShownWithItsProof(t *testing.T) {
	b := compile(t, small())
	ev := opened("here", nil)
	ev.Answer("web", "yes", nil)
	in := engine.Next(b, ev).(engine.Do).Instruction
	if !in.Satisfied || in.Proof != "Does the web page take it? Yes" || len(in.Outcomes) != 0 {
		t.Fatalf("step %+v, want it satisfied, with its proof and nothing to ask", in)
	}
	ev.Did(in.ID, diag.Did{Outcome: diag.DidSatisfied})
	if got := what(b, ev); got != "do roles" {
		t.Errorf("next is %q", got)
	}
}

func TestAFixIsProvisional(t *testing.T) {
	b := compile(t, small())
	pass := map[string]string{"sign-in": "passes", "use": "passes", "stays": "passes"}
	with := func(id, report string) diag.Did {
		points := map[string]string{}
		for k, v := range pass {
			points[k] = v
		}
		points[id] = report
		return diag.Did{Checkpoints: points}
	}
	fixed := func() *diag.Evidence {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
		return ev
	}
	t.Run("it leads to the retest", func(t *testing.T) {
		if got := what(b, fixed()); got != "do proof" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("a failed sign-in takes it back", func(t *testing.T) {
		ev := fixed()
		ev.Did("proof", with("sign-in", "fails"))
		if got := what(b, ev); got != "do roles" {
			t.Errorf("next is %q", got)
		}
		unchanged := opened("here", nil)
		unchanged.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
		r := engine.Report(b, ev, diag.Verdict{})
		if r.Steps[0].Outcome != diag.DidUnchanged {
			t.Errorf("the step is reported as %q", r.Steps[0].Outcome)
		}
		want := engine.Report(b, unchanged, diag.Verdict{}).Causes[0].Probability
		if got := r.Causes[0].Probability; got != want {
			t.Errorf("taken back, the leader has %v; unchanged from the start, %v", got, want)
		}
		ev.Did("roles", diag.Did{Outcome: diag.DidUnchanged})
		if got := what(b, ev); got != "do proof" {
			t.Errorf("next is %q, want the retest at the end", got)
		}
		ev.Did("proof", with("sign-in", "fails"))
		if got := what(b, ev); got != "done escalate" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("another failing checkpoint is a second fault", func(t *testing.T) {
		ev := fixed()
		ev.Did("proof", with("use", "fails"))
		if got := what(b, ev); got != "do roles" {
			t.Fatalf("next is %q", got)
		}
		r := engine.Report(b, ev, diag.Verdict{})
		if r.Causes[0].ID != "role" {
			t.Errorf("the second fault is taken for %s", r.Causes[0].ID)
		}
		for _, e := range r.Causes[0].Evidence {
			if e.From == "symptom:refused" || e.From == "step:credentials" {
				t.Errorf("evidence of the first fault is kept: %+v", e)
			}
		}
		ev.Did("roles", diag.Did{Outcome: diag.DidFixed})
		ev.Did("proof", diag.Did{Checkpoints: pass})
		if got := what(b, ev); got != "done fixed" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("a second fault with no step left is handed over", func(t *testing.T) {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
		ev.Did("roles", diag.Did{Outcome: diag.DidFixed})
		ev.Did("proof", with("use", "fails"))
		if got := what(b, ev); got != "done escalate" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("nothing was mended, so what fails belongs to the same fault", func(t *testing.T) {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged})
		ev.Did("roles", diag.Did{Outcome: diag.DidUnchanged})
		ev.Did("proof", with("use", "fails"))
		if got := what(b, ev); got != "done escalate" {
			t.Errorf("next is %q", got)
		}
		kept := false
		for _, e := range engine.Report(b, ev, diag.Verdict{}).Causes[0].Evidence {
			kept = kept || e.From == "symptom:refused"
		}
		if !kept {
			t.Error("the symptoms were forgotten")
		}
	})
	t.Run("without a sign-in nothing is proved", func(t *testing.T) {
		ev := fixed()
		ev.Did("proof", with("sign-in", diag.NotApplicable))
		if got := what(b, ev); got != "done waiting" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("put off, it waits", func(t *testing.T) {
		ev := fixed()
		ev.Did("proof", with("use", "postponed"))
		v := engine.Next(b, ev).(engine.Done).Verdict
		if diff := cmp.Diff([]string{"use"}, v.Pending); v.Status != diag.Waiting || diff != "" {
			t.Errorf("verdict %s, pending (-want +got):\n%s", v.Status, diff)
		}
	})
	t.Run("nothing reported fixed and all put off", func(t *testing.T) {
		ev := opened("here", nil)
		ev.Did("credentials", diag.Did{Outcome: diag.DidUnverifiable})
		ev.Did("roles", diag.Did{Outcome: diag.DidUnverifiable})
		ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "postponed", "use": "postponed", "stays": "postponed"}})
		if got := what(b, ev); got != "done escalate" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("nothing applies, so nothing is proved", func(t *testing.T) {
		ev := fixed()
		na := diag.NotApplicable
		ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": na, "use": na, "stays": na}})
		if got := what(b, ev); got != "done waiting" {
			t.Errorf("next is %q", got)
		}
	})
}

func TestItPausesForWhatOnlyOthersCanMend(t *testing.T) {
	book := small()
	book.Checks[4].Conclusive = []string{"slow"}
	b := compile(t, book)
	ev := opened("elsewhere", map[string]string{"page": "slow"})
	if got := what(b, ev); got != "do credentials" {
		t.Fatalf("next is %q: at this belief it must not pause", got)
	}
	book.Causes[3].Prior = 400 // now it is all but certain
	b = compile(t, book)
	q, ok := engine.Next(b, ev).(engine.Ask)
	if !ok || q.Question.ID != diag.AskContinue || q.Question.Finding == nil {
		t.Fatalf("next is %q, want the pause with what was found", what(b, ev))
	}
	t.Run("stop", func(t *testing.T) {
		ev := ev.Clone()
		ev.Answer(diag.AskContinue, diag.ChoiceStop, nil)
		if got := what(b, ev); got != "done waiting" {
			t.Errorf("next is %q", got)
		}
	})
	for _, choice := range []string{diag.ChoiceContinue, diag.NoAnswer} {
		t.Run(choice, func(t *testing.T) {
			ev := ev.Clone()
			ev.Answer(diag.AskContinue, choice, nil)
			if got := what(b, ev); got != "do credentials" {
				t.Errorf("next is %q", got)
			}
		})
	}
	t.Run("not without a conclusive check", func(t *testing.T) {
		if got := what(b, opened("elsewhere", nil)); got != "do credentials" {
			t.Errorf("next is %q", got)
		}
	})
	t.Run("not for what the person can mend", func(t *testing.T) {
		book := small()
		book.Causes[3].Prior, book.Causes[3].Actor = 400, "user"
		if got := what(compile(t, book), ev); got != "do credentials" {
			t.Errorf("next is %q", got)
		}
	})
}

func TestChecksAreMeasuredAgainWhenTheyMayHaveChanged(t *testing.T) {
	b := compile(t, small())
	measured := func() *diag.Evidence {
		ev := opened("here", nil)
		for _, c := range b.Checks {
			ev.Measured(c.ID, diag.Finding{Outcome: diag.NoAnswer}, engine.With(b, ev, c.ID))
		}
		return ev
	}
	for _, tt := range []struct {
		name string
		then func(*diag.Evidence)
		want string
	}{
		{"nothing happened", func(*diag.Evidence) {}, "do credentials"},
		{"a step that affects one", func(ev *diag.Evidence) { ev.Did("credentials", diag.Did{Outcome: diag.DidUnchanged}) }, "probe page"},
		{"a satisfied step does nothing", func(ev *diag.Evidence) { ev.Did("credentials", diag.Did{Outcome: diag.DidSatisfied}) }, "do roles"},
		{"an answer moves the page", func(ev *diag.Evidence) {
			ev.Answer("which-page", "new", map[string]string{"page": "https://new.test/"})
		}, "probe way name tls page"},
		{"check again", func(ev *diag.Evidence) { ev.Forget() }, "probe time way name tls page"},
		{"a second fault", func(ev *diag.Evidence) {
			ev.Did("credentials", diag.Did{Outcome: diag.DidFixed})
			ev.Measured("page", diag.Finding{Outcome: "ok"}, engine.With(b, ev, "page"))
			ev.Did("proof", diag.Did{Checkpoints: map[string]string{"sign-in": "passes", "use": "fails"}})
		}, "probe time way name tls page"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := measured()
			tt.then(ev)
			if got := what(b, ev); got != tt.want {
				t.Errorf("next is %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("the caller's address stands", func(t *testing.T) {
		held, err := engine.Compile(small(), map[string]string{"page": "https://mine.test/"})
		if err != nil {
			t.Fatal(err)
		}
		ev := diag.NewEvidence()
		ev.Answer("which-page", "new", map[string]string{"page": "https://new.test/"})
		if got := engine.With(held, ev, "page")["url"]; got != "https://mine.test/" {
			t.Errorf("the page is looked for at %s", got)
		}
	})
}

func TestTheVerdictWithoutAWalk(t *testing.T) {
	b := compile(t, small())
	plain := func(checks map[string]string) *diag.Evidence {
		ev := diag.NewEvidence()
		ev.Answer(diag.AskWhere, "here", nil)
		for _, c := range b.Checks {
			ev.Given(c.ID, checks[c.ID])
		}
		return ev
	}
	ok := map[string]string{"time": "accurate", "way": "ok", "name": "ok", "tls": "ok", "page": "ok"}
	but := func(id, outcome string) map[string]string {
		m := map[string]string{}
		for k, v := range ok {
			m[k] = v
		}
		m[id] = outcome
		return m
	}
	for _, tt := range []struct {
		name   string
		ev     *diag.Evidence
		told   bool
		status diag.VerdictStatus
		check  string
		cause  string
		step   string
	}{
		{"all well", plain(ok), false, diag.Healthy, "", "", ""},
		{"not everything measured", plain(but("time", diag.NoAnswer)), false, diag.Inconclusive, "", "", ""},
		{"something was said", plain(ok), true, diag.Inconclusive, "", "password", "credentials"},
		{"a wrong clock", plain(but("time", "skewed")), true, diag.Problem, "time", "drift", "credentials"},
		{"the service is down", plain(but("page", "server_error")), true, diag.Waiting, "page", "outage", ""},
		{"too many tries", plain(but("page", "rate_limited")), false, diag.Waiting, "page", "", ""},
		{"a failure that no cause explains", plain(but("name", "nxdomain")), true, diag.Problem, "name", "", ""},
		{"the page could not be reached", plain(but("page", diag.NoAnswer)), true, diag.Inconclusive, "", "password", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := engine.Judge(b, tt.ev, tt.told)
			if v.Status != tt.status || v.Check != tt.check || v.Cause != tt.cause || v.Next.Step != tt.step {
				t.Errorf("got %s, check %q, cause %q, step %q; want %s, %q, %q, %q",
					v.Status, v.Check, v.Cause, v.Next.Step, tt.status, tt.check, tt.cause, tt.step)
			}
		})
	}
	t.Run("the page does not matter to a sign-in elsewhere", func(t *testing.T) {
		ev := plain(but("page", diag.NoAnswer))
		ev.Answer(diag.AskWhere, "elsewhere", nil)
		if v := engine.Judge(b, ev, true); v.Next.Step != "credentials" {
			t.Errorf("next step is %q", v.Next.Step)
		}
	})
	t.Run("a sure cause is a problem", func(t *testing.T) {
		ev := plain(ok)
		ev.Tell([]string{"refused"})
		ev.Answer("web", "no", nil)
		ev.Answer("after-symptom", "b", nil)
		v := engine.Judge(b, ev, true)
		if v.Status != diag.Problem || v.Cause != "password" || v.Class != "wrong_credentials" || v.Next.Step != "credentials" {
			t.Errorf("verdict %+v", v)
		}
	})
}

func TestWhatElseWasFoundIsTold(t *testing.T) {
	b := compile(t, small())
	also := func(ev *diag.Evidence) []string {
		var out []string
		for _, c := range engine.Report(b, ev, engine.Judge(b, ev, true)).Checks {
			if c.AlsoFound {
				out = append(out, c.ID)
			}
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		where  string
		checks map[string]string
		want   []string
	}{
		{"a wrong clock behind a dead network", "here", map[string]string{"time": "skewed", "name": "nxdomain"}, []string{"time"}},
		{"out of force", "elsewhere", map[string]string{"time": "skewed", "name": "nxdomain"}, []string{"time", "name"}},
		{"it is the verdict", "here", map[string]string{"time": "skewed"}, nil},
		{"what is hidden is no finding", "here", map[string]string{"way": "offline", "name": "nxdomain"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, also(opened(tt.where, tt.checks))); diff != "" {
				t.Errorf("also found (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAStepSpeaksForTheCase(t *testing.T) {
	b := compile(t, small())
	ev := opened("same-network", nil)
	ev.Answer("web", "no", nil)
	ev.Answer("which-page", "new", map[string]string{"page": "https://new.test/"})
	in := engine.Next(b, ev).(engine.Do).Instruction
	if diff := cmp.Diff([]string{"It was refused.", "Open https://new.test/."}, in.Do); diff != "" {
		t.Errorf("instructions (-want +got):\n%s", diff)
	}
	b.Surface = "website"
	if in = engine.Next(b, ev).(engine.Do).Instruction; in.Do[1] != "Go to https://new.test/." || in.Number != 1 || in.Of != 3 {
		t.Errorf("step %+v", in)
	}
	var ids []string
	for _, o := range in.Outcomes {
		ids = append(ids, o.ID)
	}
	if diff := cmp.Diff([]string{"fixed", "web-in", "web-out", "worse", "unverifiable"}, ids); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}
