package diag_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func TestWhatIsInForceWhere(t *testing.T) {
	scopes := []diag.Scope{diag.ScopeComputer, diag.ScopeNetwork, diag.ScopeService}
	for _, tt := range []struct {
		where diag.Where
		want  []diag.Scope
	}{
		{diag.WhereHere, scopes},
		{diag.WhereSameNetwork, scopes[1:]},
		{diag.WhereElsewhere, scopes[2:]},
		{"", scopes[1:]}, // unanswered
	} {
		var got []diag.Scope
		for _, s := range scopes {
			if tt.where.InForce(s) {
				got = append(got, s)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("in force at %q (-want +got):\n%s", tt.where, diff)
		}
	}
}

func TestTheChain(t *testing.T) {
	got := map[int][]diag.Layer{}
	for _, l := range diag.Layers {
		got[l.Chain()] = append(got[l.Chain()], l)
	}
	want := map[int][]diag.Layer{
		0: {diag.LayerClock, diag.LayerCredentials, diag.LayerSession, diag.LayerTwoFactor, diag.LayerRoles, diag.LayerClient, diag.LayerProvider},
		1: {diag.LayerPath}, 2: {diag.LayerDNS}, 3: {diag.LayerTLS}, 4: {diag.LayerEndpoint},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chain (-want +got):\n%s", diff)
	}
}

func TestStatusesAreWords(t *testing.T) {
	for status, word := range map[diag.Status]string{
		diag.Unknown: "unknown", diag.Pass: "pass", diag.Warn: "warn",
		diag.Fail: "fail", diag.Blocked: "blocked", diag.Skipped: "skipped",
	} {
		text, err := json.Marshal(status)
		if err != nil || string(text) != `"`+word+`"` || status.String() != word {
			t.Errorf("%s is written as %s (%v)", word, text, err)
		}
		back := diag.Status(99)
		if err := json.Unmarshal(text, &back); err != nil || back != status {
			t.Errorf("%s is read as %d (%v)", text, back, err)
		}
	}
	var nobodySaid diag.Status
	if nobodySaid != diag.Unknown {
		t.Errorf("a status that nobody set is %s", nobodySaid)
	}
	for _, word := range []string{`"Pass"`, `""`, `"failed"`, `1`} {
		if err := json.Unmarshal([]byte(word), &nobodySaid); err == nil {
			t.Errorf("%s is read as %s", word, nobodySaid)
		}
	}
}

func TestExitStatusOfEveryVerdict(t *testing.T) {
	for verdict, want := range map[diag.VerdictStatus]int{
		diag.Healthy: 0, diag.Fixed: 0,
		diag.Problem: 1, diag.Waiting: 1, diag.Escalate: 1,
		diag.Inconclusive: 3,
		"":                4, "nonsense": 4, // a verdict that nobody gave is our own fault
		diag.Cancelled: 130,
	} {
		if got := verdict.ExitStatus(); got != want {
			t.Errorf("%q ends in %d, want %d", verdict, got, want)
		}
	}
}

func TestWhoIsOutsideTheUser(t *testing.T) {
	var outside []string
	for _, a := range diag.Actors {
		if diag.OutsideUser(a) {
			outside = append(outside, a)
		}
	}
	if diff := cmp.Diff([]string{"admin", "dealer", "provider"}, outside); diff != "" {
		t.Errorf("outside (-want +got):\n%s", diff)
	}
	if diag.OutsideUser("") {
		t.Error("nobody in particular is somebody else")
	}
}

// The words that playbooks and reports are written in.
func TestTheListsOfWords(t *testing.T) {
	for name, list := range map[string][]string{"classes": diag.Classes, "actors": diag.Actors, "surfaces": diag.Surfaces} {
		sorted := slices.Clone(list)
		slices.Sort(sorted)
		if n := len(slices.Compact(sorted)); n != len(list) {
			t.Errorf("%s: a word is there twice in %v", name, list)
		}
	}
	want := []string{
		"wrong_credentials", "unknown_account", "account_locked", "account_disabled", "password_expired",
		"token_expired", "token_revoked", "token_invalid", "wrong_audience", "insufficient_scope",
		"permission_denied", "client_misconfigured", "mfa_required", "mfa_failed", "clock_skew",
		"policy_blocked", "consent_required", "rate_limited", "tls_untrusted", "tls_expired",
		"tls_hostname", "tls_protocol", "dns_failure", "network_unreachable", "proxy_required",
		"provider_outage", "credential_type_unsupported", "not_auth",
	}
	if diff := cmp.Diff(want, diag.Classes); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	stages := []diag.Stage{diag.StageCredentials, diag.StageSession, diag.StageTwoFactor, diag.StageRoles, diag.StageRetest}
	if diff := cmp.Diff(stages, diag.Stages); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
}

func TestWeighs(t *testing.T) {
	for _, test := range []struct {
		decibans float64
		word     string
	}{
		{0, "slight"}, {-2.99, "slight"}, {3, "some"}, {-4.9, "some"}, {5, "substantial"}, {9.9, "substantial"}, {10, "strong"}, {-20, "strong"}, {20.1, "decisive"},
	} {
		if got := diag.Weighs(test.decibans); got != test.word {
			t.Errorf("%v: %q, want %q", test.decibans, got, test.word)
		}
	}
}
