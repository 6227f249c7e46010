package diag_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

const hunter = "hunter2-é-%d"

// leaks reports whether text shows the secret, plainly or in hexadecimal.
func leaks(text string) bool {
	for _, form := range []string{hunter, "hunter2", fmt.Sprintf("%x", hunter), fmt.Sprintf("%X", hunter), fmt.Sprintf("% x", hunter), fmt.Sprint([]byte(hunter))} {
		if strings.Contains(text, strings.Trim(form, "[]")) {
			return true
		}
	}
	return false
}

type open struct {
	Login  string
	Secret diag.Secret
	Many   []diag.Secret
	ByName map[string]diag.Secret
	Any    any
}

type closed struct {
	login  string
	secret diag.Secret
	many   []diag.Secret
	ptr    *diag.Secret
}

type element struct{ Secret diag.Secret }

func TestNoVerbShowsASecret(t *testing.T) {
	s := diag.NewSecret(hunter)
	values := map[string]any{
		"itself": s, "behind a pointer": &s, "in a list": []diag.Secret{s}, "in a map": map[string]diag.Secret{"k": s},
		"in exported fields":   open{"me", s, []diag.Secret{s}, map[string]diag.Secret{"k": s}, s},
		"in unexported fields": closed{"me", s, []diag.Secret{s}, &s}, "behind pointers": &closed{"me", s, nil, &s},
		"in an array": [1]diag.Secret{s}, "in an error": fmt.Errorf("refused: %v", s), "as a key": map[any]int{&s: 1},
	}
	for name, v := range values {
		for _, verb := range "vTtbcdoOqxXUeEfFgGsp" {
			for _, flags := range []string{"", "+", "#", "-", " ", "0", "+#", "12.3"} {
				if got := fmt.Sprintf("%"+flags+string(verb), v); leaks(got) {
					t.Errorf("%%%s%c of a secret %s shows it: %s", flags, verb, name, got)
				}
			}
		}
		if got := fmt.Sprint(v) + fmt.Sprintln(v); leaks(got) {
			t.Errorf("a secret %s is printed: %s", name, got)
		}
	}
	if got := fmt.Sprintf("%v %s %q %+v", s, s, s, open{Secret: s}.Secret); got != "[secret] [secret] [secret] [secret]" {
		t.Errorf("printed as %s", got)
	}
}

func TestNoEncodingShowsASecret(t *testing.T) {
	s := diag.NewSecret(hunter)
	data, err := json.Marshal(open{"me", s, []diag.Secret{s}, map[string]diag.Secret{"k": s}, &s})
	want := `{"Login":"me","Secret":"[secret]","Many":["[secret]"],"ByName":{"k":"[secret]"},"Any":"[secret]"}`
	if err != nil || string(data) != want {
		t.Errorf("JSON %s (%v), want %s", data, err, want)
	}
	//nolint:staticcheck // that nothing of it is exported is what is tried
	if data, err = json.Marshal(closed{"me", s, nil, &s}); err != nil || string(data) != "{}" {
		t.Errorf("JSON of unexported fields %s (%v)", data, err)
	}
	if data, err = xml.Marshal(element{s}); err != nil || leaks(string(data)) {
		t.Errorf("XML %s (%v)", data, err)
	}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("signing in", "secret", s, "case", open{Secret: s}, "hidden", closed{secret: s})
	}
	if leaks(log.String()) || !strings.Contains(log.String(), "[secret]") {
		t.Errorf("log %s", log.String())
	}
}

func TestASecretIsRevealedOnlyWhenAsked(t *testing.T) {
	if got := diag.NewSecret(hunter).Reveal(); got != hunter {
		t.Errorf("revealed %q", got)
	}
	var none diag.Secret
	if got := none.Reveal(); got != "" || fmt.Sprint(none) != "[secret]" {
		t.Errorf("no secret at all is revealed as %q and printed as %v", got, none)
	}
	if c := (closed{login: "me"}); c.login != "me" || c.many != nil {
		t.Error("the case itself is kept")
	}
}
