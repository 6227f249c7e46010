package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/explain"
)

// windows is a text as Windows writes it to a file, with its mark in front.
func windows(text string, bigEndian bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		if bigEndian {
			b.Write([]byte{byte(unit >> 8), byte(unit)})
		} else {
			b.Write([]byte{byte(unit), byte(unit >> 8)})
		}
	}
	return b.String()
}

func TestExplainReadsTextFromWindows(t *testing.T) {
	const text = "Für joe: 0x80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 775, v3839\r\n"
	for name, in := range map[string]string{
		"utf-16 little": windows(text, false), "utf-16 big": windows(text, true), "utf-8 with mark": "\ufeff" + text, "utf-8": text,
	} {
		for _, flags := range [][]string{nil, {"--lines"}} {
			got := run(t, func(s *cli.System) { s.Stdin = strings.NewReader(in) }, append([]string{"explain", "--format", "json"}, flags...)...)
			var a explain.Answer
			if err := json.Unmarshal([]byte(got.stdout), &a); err != nil || got.code != 0 || a.Cause != "account_locked" {
				t.Errorf("%s %v: exit %d, %q, %s (%v)", name, flags, got.code, a.Cause, got.stderr, err)
			}
		}
	}
}

func TestExplainGoesOnAfterALineThatIsTooLong(t *testing.T) {
	in := `{"id":1,"text":"AADSTS50057"}` + "\n" + `{"id":2,"text":"` + strings.Repeat("x", 9<<20) + `"}` + "\n" + `{"id":3,"text":"AADSTS50057"}`
	got := run(t, func(s *cli.System) { s.Stdin = strings.NewReader(in) }, "explain", "--jsonl")
	var causes []string
	for line := range strings.Lines(got.stdout) {
		var a explain.Answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		if causes = append(causes, a.Cause); a.Error != nil {
			causes[len(causes)-1] = a.Error.Reason
		}
	}
	if want := "account_disabled, the line is over 8 MiB, account_disabled"; strings.Join(causes, ", ") != want || got.code != 2 {
		t.Errorf("exit %d, want 2, and %s\ngot %s", got.code, want, strings.Join(causes, ", "))
	}
}

// A batch is written as JSON and as nothing else; what is no object is named.
func TestExplainWritesABatchAsJSONAlone(t *testing.T) {
	for format, code := range map[string]int{"text": 0, "json": 0, "html": 2, "markdown": 2} {
		got := run(t, func(s *cli.System) { s.Stdin = strings.NewReader(`{"id":1,"text":"AADSTS50057"}`) }, "explain", "--jsonl", "--format", format)
		if got.code != code || code == 2 && !strings.Contains(got.stderr, format) {
			t.Errorf("%s: exit %d, want %d: %s", format, got.code, code, got.stderr)
		}
	}
	got := run(t, func(s *cli.System) { s.Stdin = strings.NewReader("[1]\n") }, "explain", "--jsonl")
	if !strings.Contains(got.stdout, "this is of type array") || got.code != 2 {
		t.Errorf("exit %d: %s", got.code, got.stdout)
	}
}

// What two signatures say in the same words is said once.
func TestExplainRepeatsNoTitle(t *testing.T) {
	got := run(t, nil, "explain", "--", "Login failed: the account was locked after 5 attempts")
	if !strings.Contains(got.stdout, "the account is locked") || strings.Count(got.stdout, "  Also ") != 1 {
		t.Errorf("want the lock, and beside it once that there is no reason:\n%s", got.stdout)
	}
}

// Whoever types the command alone is told that it waits for a message.
func TestExplainAsksForTheMessage(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		got := run(t, func(s *cli.System) {
			s.Stdin = strings.NewReader("AADSTS50057\n")
			s.Terminal = func(stream any) (int, bool) { return 80, terminal && stream == s.Stdin }
		}, "explain")
		if asked := strings.Contains(got.stderr, "Paste the message"); asked != terminal || got.code != 0 {
			t.Errorf("terminal %t: exit %d, %q", terminal, got.code, got.stderr)
		}
	}
}
