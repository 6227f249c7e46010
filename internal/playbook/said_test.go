package playbook_test

import (
	"testing"

	"github.com/authdoctor/authdoctor/internal/playbook"
)

// A message answers a question about its words: by its most exact code, else by
// the longest wording that it holds.
func TestWhatAMessageSays(t *testing.T) {
	q := playbook.Question{ID: "code", Choices: []playbook.Choice{
		{ID: "client", Says: []string{"invalid_client"}},
		{ID: "secret", Says: []string{"AADSTS7000222"}},
		{ID: "off", Says: []string{"disabled"}},
		{ID: "smtp", Says: []string{"SmtpClientAuthentication is disabled"}},
		{ID: "none"},
	}}
	for _, tt := range []struct {
		message string
		codes   []string
		want    string
	}{
		{"invalid_client: AADSTS7000222: the secret expired", []string{"AADSTS7000222", "invalid_client"}, "secret"},
		{"INVALID_CLIENT", nil, "client"},
		{"535 5.7.139 SmtpClientAuthentication\n is  disabled for the tenant", []string{"5.7.139"}, "smtp"},
		{"basic authentication is disabled", nil, "off"},
		{"something else", []string{""}, ""},
		{"", nil, ""},
	} {
		if got := q.SaidIn(tt.message, tt.codes); got != tt.want {
			t.Errorf("%q with %q says %q, want %q", tt.message, tt.codes, got, tt.want)
		}
	}
	if !q.OfWords() || (&playbook.Question{Choices: []playbook.Choice{{ID: "a"}}}).OfWords() {
		t.Error("what is about the words of a message is not told from the rest")
	}
}
