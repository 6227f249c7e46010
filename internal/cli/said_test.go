package cli_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// What a message says is not asked again: it answers the question about its
// words, and an answer that was given by hand stays.
func TestAMessageAnswersWhatIsAskedAboutIt(t *testing.T) {
	const message = "AADSTS7000222: The provided client secret keys for app are expired."
	got := run(t, nil, "diagnose", "api-cloud", "--no-input", "--no-checks", "--format", "json", "--message", message)
	r := reportOf(t, got)
	if r.Answers["error-code"] != "secret-expired" || r.AnsweredBy["error-code"] != diag.FromMessage || r.Verdict.Cause != "secret-run-out" {
		t.Errorf("answers %v by %v, cause %s", r.Answers, r.AnsweredBy, r.Verdict.Cause)
	}
	got = run(t, nil, "diagnose", "api-cloud", "--no-input", "--no-checks", "--format", "json", "--message", message, "--answer", "error-code=tls")
	if r := reportOf(t, got); r.Answers["error-code"] != "tls" || r.AnsweredBy["error-code"] != "" {
		t.Errorf("by hand: answers %v by %v", r.Answers, r.AnsweredBy)
	}
}

// Answers alone are a complaint: what they make likely is said.
func TestAnswersAloneAreAComplaint(t *testing.T) {
	got := run(t, nil, "diagnose", "two-step", "--no-input", "--no-checks", "--answer", "which-fault=rejected", "--answer", "code-method=app")
	if !strings.Contains(got.stdout, "Most likely") || strings.Contains(got.stdout, "Nothing was measured, so nothing is known") {
		t.Errorf("said\n%s", got.stdout)
	}
}

// What only stands near such words answers nothing.
func TestWordsThatOnlyLookLikeAnAnswer(t *testing.T) {
	for book, message := range map[string]string{
		"network-device": "The poller has no access to the internet.",
		"identity-admin": `<saml:Conditions NotBefore="2026-11-26T10:00:00Z" NotOnOrAfter="2026-11-26T10:05:00Z">`,
	} {
		r := reportOf(t, run(t, nil, "diagnose", book, "--no-input", "--no-checks", "--format", "json", "--message", message))
		if len(r.AnsweredBy) > 0 {
			t.Errorf("%s: %q answers %v", book, message, r.Answers)
		}
	}
}

// An answer that tells nothing is no complaint.
func TestANeutralAnswerIsNoComplaint(t *testing.T) {
	got := run(t, nil, "diagnose", "mail-client", "--no-input", "--no-checks", "--answer", "error-code=none")
	if !strings.Contains(got.stdout, "Nothing was measured, so nothing is known") {
		t.Errorf("said\n%s", got.stdout)
	}
}
