package playbook

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func TestSuggest(t *testing.T) {
	causes := []string{"password-changed", "stale-token", "clock-drift"}
	rows := []struct {
		name, word string
		from       []string
		want       string
	}{
		{"a letter left out", "pasword-changed", causes, "password-changed"},
		{"swapped letters", "titel", []string{"id", "title"}, "title"},
		{"underscores", "clock_drift", causes, "clock-drift"},
		{"capitals and spaces", " Clock Drift", causes, "clock-drift"},
		{"only the beginning", "password", causes, "password-changed"},
		{"only the end", "token", causes, "stale-token"},
		{"the beginning of several", "clock", []string{"clock-drift", "clock-zone"}, ""},
		{"something else", "mfa", causes, ""},
		{"nothing", "", causes, ""},
		{"no candidates", "stale-token", nil, ""},
		{"short words need one letter", "of", []string{"ok", "no"}, "ok"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := Suggest(row.word, row.from); got != row.want {
				t.Errorf("Suggest(%q) = %q, want %q", row.word, got, row.want)
			}
		})
	}
}

func TestSingleIDs(t *testing.T) {
	book := baseBook(t)
	rows := []struct {
		name      string
		err       error
		want, tip string
	}{
		{"symptom", book.CheckSymptom("refused"), "", ""},
		{"unknown symptom", book.CheckSymptom("refuse"), `unknown symptom "refuse"`, "did you mean refused?"},
		{"answer", book.CheckAnswer("web-login", "works"), "", ""},
		{"no idea", book.CheckAnswer("web-login", "unknown"), "", ""},
		{"where", book.CheckAnswer("where-fails", "elsewhere"), "", ""},
		{"unknown question", book.CheckAnswer("weblogin", "works"), `unknown question "weblogin"`, "did you mean web-login?"},
		{"unknown choice", book.CheckAnswer("web-login", "wrks"), `question "web-login" has no choice "wrks"`, "did you mean works?"},
		{"unknown place", book.CheckAnswer("where-fails", "there"), `question "where-fails" has no choice "there"`, "did you mean here?"},
		{"no choice", book.CheckAnswer("web-login", ""), `question "web-login" needs a choice`, ""},
		{"outcome", book.CheckOutcome("page", "server_error"), "", ""},
		{"unknown outcome is one", book.CheckOutcome("page", "unknown"), "", ""},
		{"skipped is one", book.CheckOutcome("page", "skipped"), "", ""},
		{"unknown check", book.CheckOutcome("pages", "ok"), `unknown check "pages"`, "did you mean page?"},
		{"impossible outcome", book.CheckOutcome("page", "server-error"), `check "page" is never "server-error"`, "did you mean server_error?"},
		{"no outcome", book.CheckOutcome("page", ""), `check "page" needs an outcome`, ""},
		{"surface", book.CheckSurface("website"), "", ""},
		{"unknown surface", book.CheckSurface("web"), `unknown surface "web"`, "known: website"},
		{"another book's surface", book.CheckSurface("app"), `playbook "door" has no surface "app"`, "known: website"},
		{"variable", book.CheckVar("login_url"), "", ""},
		{"unknown variable", book.CheckVar("login-url"), `unknown variable "login-url"`, "did you mean login_url?"},
		{"unknown guide", book.CheckGuide("reset"), `unknown guide "reset"`, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var usage *diag.UsageError
			if row.want == "" {
				if row.err != nil {
					t.Error(row.err)
				}
				return
			}
			if !errors.As(row.err, &usage) {
				t.Fatalf("error is %v, of another type", row.err)
			}
			if usage.Error() != row.want || usage.Hint != row.tip {
				t.Errorf("got %q, %q", usage.Error(), usage.Hint)
			}
		})
	}
}

// What is recorded can be read again, and says the same.
func TestAnswersRoundTrip(t *testing.T) {
	rows := map[string]*Given{
		"nothing":                   {},
		"asked, and nothing ticked": {Symptoms: []string{}, SymptomsSet: true},
		"everything": {
			Symptoms: []string{"refused"}, SymptomsSet: true,
			Checks:  map[string]string{"page": "server_error"},
			Answers: map[string]string{"web-login": "unknown", "where-fails": "same-network"},
			Steps:   map[string]string{"check-password": "worse"},
			Retest:  map[string][]string{"sign-in": {"fails", "not-applicable"}},
			Vars:    map[string]string{"login_url": "a: \"b\" # c\n\u2028é"},
		},
	}
	for name, want := range rows {
		t.Run(name, func(t *testing.T) {
			text := FormatAnswers("door", want)
			got, err := ParseAnswers("answers.yaml", text, baseBook(t))
			if name == "everything" {
				// A value that could disturb a terminal is refused again.
				if err == nil {
					t.Fatal("U+2028 was read")
				}
				want.Vars["login_url"] = "a: \"b\" # c\té"
				got, err = ParseAnswers("answers.yaml", FormatAnswers("door", want), baseBook(t))
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseSuite(t *testing.T) {
	got, err := ParseSuite("base.test.yaml", readTestFile(t, "good", "base.test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Suite{Path: "base.test.yaml", Playbook: "door", Scenarios: []Scenario{{
		Name: "wrong password", Line: 4,
		Given: Given{
			Symptoms: []string{"refused"}, SymptomsSet: true,
			Checks:  map[string]string{"page": "ok"},
			Answers: map[string]string{"where-fails": "here", "web-login": "fails"},
			Steps:   map[string]string{"check-password": "fixed"},
			Retest:  map[string][]string{"sign-in": {"fails", "passes"}},
			Vars:    map[string]string{"login_url": "https://door.example.com/"},
		},
		Expect: Expect{
			Cause: "bad-password", Top: 1, Walk: []string{"check-password", "retest"}, WalkSet: true,
			Verdict: diag.Fixed, Never: []string{},
		},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProblemString(t *testing.T) {
	p := Problem{Code: "PB012", File: "a.yaml", Line: 3, Column: 4, Message: "unknown cause", Hint: "did you mean b?"}
	rows := []struct{ name, excerpt, want string }{
		{"with the line", "    3 | a: c\n      |    ^", "a.yaml:3:4: unknown cause                                                  PB012\n    3 | a: c\n      |    ^ did you mean b?"},
		{"without", "", "a.yaml:3:4: unknown cause                                                  PB012\n   did you mean b?"},
	}
	for _, row := range rows {
		p.Excerpt = row.excerpt
		if diff := cmp.Diff(row.want, p.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}
